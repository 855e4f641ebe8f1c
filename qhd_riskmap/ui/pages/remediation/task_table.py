"""The tasks as a table: sorted by any column, copied to a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.late_words import late_colour, late_text
from qhd_riskmap.ui.toolkit.record_columns import county_label

LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
SORT_ROLE: Final = LINE_ROLE + 1
Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_ORDER: Final = {state: at for at, state in enumerate(TaskState)}
_NEVER: Final = "9999"
LATE: Final = 3  # column of lateness


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: A gettext message id.
        text: What the cell shows.
        key: What it is sorted by.
        width: Pixels.
        right: Numbers stand on the right.
    """

    title: str
    text: Callable[[TaskLine], str]
    key: Callable[[TaskLine], float | str]
    width: int
    right: bool = False


def _day(line: TaskLine) -> str:
    return line.task.deadline.isoformat() if line.task.deadline else ""


COLUMNS: Final = (
    Column(N_("整改编号"), lambda x: x.task.number, lambda x: x.task.number, 150),
    Column(N_("状态"), lambda x: _(x.task.state.label), lambda x: _ORDER[x.task.state], 76),
    Column(N_("整改时限"), _day, lambda x: _day(x) or _NEVER, 92),
    Column(
        N_("逾期"),
        lambda x: late_text(x.late),
        lambda x: x.late.urgency[0] * 1e6 + x.late.urgency[1],
        92,
    ),
    Column(N_("隐患"), lambda x: x.name, lambda x: x.name, 150),
    Column(N_("隐患描述"), lambda x: x.task.problem, lambda x: x.task.problem, 190),
    Column(N_("县区"), lambda x: county_label(x.county), lambda x: x.county, 76),
    Column(N_("责任单位"), lambda x: x.unit, lambda x: x.unit, 130),
    Column(N_("整改责任人"), lambda x: x.task.owner, lambda x: x.task.owner, 82),
    Column(
        N_("进度"),
        lambda x: f"{x.task.percent} %",
        lambda x: x.task.percent,
        58,
        right=True,
    ),
    Column(
        N_("督办"),
        lambda x: _(x.task.supervision.label) if x.task.supervision else "",
        lambda x: x.task.supervision or "",
        64,
    ),
    Column(N_("照片"), lambda x: str(x.files or ""), lambda x: x.files, 48, right=True),
)


class TaskModel(QAbstractTableModel):
    """Shows the lines it is given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[TaskLine] = []

    def show_lines(self, lines: Sequence[TaskLine]) -> None:
        """Show other tasks."""
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many tasks."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """How many columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = int(Qt.ItemDataRole.DisplayRole),
    ) -> object:
        """Titles of the columns."""
        across = orientation is Qt.Orientation.Horizontal
        return _(COLUMNS[section].title) if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """One cell."""
        if not index.isValid():
            return None
        line, column = self.lines[index.row()], COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                shown: object = column.text(line).replace("\n", " ")
            case Qt.ItemDataRole.TextAlignmentRole if column.right:
                shown = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole if column is COLUMNS[LATE]:
                shown = late_colour(line.late.stage)
            case _:
                own = {LINE_ROLE: line, SORT_ROLE: column.key(line)}
                shown = own.get(role)
        return shown


class TaskTable(QTableView):
    """The table.

    Signals:
        chosen: A row was clicked or reached by the keys (`TaskLine`).
        opened: A row was double-clicked or Enter pressed on it (`TaskLine`).
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task-table")
        self.setAccessibleName(_("整改任务"))
        self.tasks = TaskModel(self)
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(self.tasks)
        self.proxy.setSortRole(SORT_ROLE)
        self.setModel(self.proxy)
        self.setSortingEnabled(True)
        self.sortByColumn(LATE, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(True)
        for number, column in enumerate(COLUMNS):
            self.setColumnWidth(number, column.width)
        self._selecting = False
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.activated.connect(lambda index: self.opened.emit(index.data(LINE_ROLE)))

    def show_lines(self, lines: Sequence[TaskLine]) -> None:
        """Show other tasks."""
        self._selecting = True
        self.tasks.show_lines(lines)
        self._selecting = False

    def select(self, number: str) -> None:
        """Mark the row of a task."""
        self._selecting = True
        rows = (row for row, line in enumerate(self.tasks.lines) if line.task.number == number)
        row = next(rows, None)
        if row is None:
            self.clearSelection()
        else:
            self.setCurrentIndex(self.proxy.mapFromSource(self.tasks.index(row, 0)))
        self._selecting = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the selected rows with their titles, as spreadsheets want them."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
            return
        super().keyPressEvent(event)

    def copied(self) -> str:
        """The selected rows as lines with tabs."""
        rows = ["\t".join(_(column.title) for column in COLUMNS)]
        rows += [
            "\t".join(
                str(self.proxy.index(each.row(), number).data()).replace("\t", " ")
                for number in range(len(COLUMNS))
            )
            for each in self.selectionModel().selectedRows()
        ]
        return "\n".join(rows)

    def _current_changed(self, current: QModelIndex) -> None:
        line = current.data(LINE_ROLE)
        if not self._selecting and line is not None:
            self.chosen.emit(line)
