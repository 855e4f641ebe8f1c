"""The tasks as a table: sorted by any column, copied to a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from qhd_riskmap.domain.remediation.lateness import late_text
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.toolkit.keyed_table import harmless_cell
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.record_columns import county_label

LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_LAYOUT_KEY: Final = "task_table"
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
        self._order = (LATE, Qt.SortOrder.DescendingOrder)

    def show_lines(self, lines: Sequence[TaskLine]) -> None:
        """Show other tasks, in the order in force."""
        self.beginResetModel()
        self.lines = list(lines)
        self._put_in_order()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; each key is worked out once, which a proxy would not do."""
        self._order = (column, order)
        self.beginResetModel()
        self._put_in_order()
        self.endResetModel()

    def row_of(self, number: str) -> int | None:
        """Where a task stands."""
        rows = (row for row, line in enumerate(self.lines) if line.task.number == number)
        return next(rows, None)

    def _put_in_order(self) -> None:
        column, order = self._order
        self.lines.sort(key=COLUMNS[column].key, reverse=order is Qt.SortOrder.DescendingOrder)

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
                shown = line if role == LINE_ROLE else None
        return shown


class TaskTable(QTableView):
    """The table.

    Signals:
        chosen: A row was clicked or reached by the keys (`TaskLine`).
        opened: A row was double-clicked or Enter pressed on it (`TaskLine`).
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task-table")
        self.setAccessibleName(_("整改任务"))
        self.tasks = TaskModel(self)
        self._settings = settings
        self.setModel(self.tasks)
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
        self._restore_layout(header)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(
            lambda place: self.column_menu().popup(header.mapToGlobal(place))
        )
        header.setSortIndicator(LATE, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
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
        row = self.tasks.row_of(number) if number else None
        if row is None:
            self.clearSelection()
        else:
            self.setCurrentIndex(self.tasks.index(row, 0))
        self._selecting = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the selected rows with their titles, as spreadsheets want them."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
            return
        super().keyPressEvent(event)

    def copied(self) -> str:
        """The selected rows, of the columns shown, as lines with tabs."""
        shown = [number for number in range(len(COLUMNS)) if not self.isColumnHidden(number)]
        rows = ["\t".join(_(COLUMNS[number].title) for number in shown)]
        rows += [
            "\t".join(
                harmless_cell(str(self.tasks.index(each.row(), number).data())) for number in shown
            )
            for each in self.selectionModel().selectedRows()
        ]
        return "\n".join(rows)

    def column_menu(self) -> QMenu:
        """Choose the columns; at least one stays."""
        menu = QMenu(self)
        menu.setObjectName("task-columns")
        for number, column in enumerate(COLUMNS):
            action = menu.addAction(_(column.title))
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(number))
            action.setEnabled(number > 0)
            action.toggled.connect(lambda on, number=number: self.setColumnHidden(number, not on))
        return menu

    def remember_layout(self) -> None:
        """Keep widths, order and choice of columns in the settings."""
        state = bytes(self.horizontalHeader().saveState().toBase64().data()).decode("ascii")
        self._settings.layouts[_LAYOUT_KEY] = f"{len(COLUMNS)}.{state}"

    def _restore_layout(self, header: QHeaderView) -> None:
        count, _dot, state = self._settings.layouts.get(_LAYOUT_KEY, "").partition(".")
        if count == str(len(COLUMNS)):
            header.restoreState(QByteArray.fromBase64(state.encode("ascii", "replace")))

    def _current_changed(self, current: QModelIndex) -> None:
        line = current.data(LINE_ROLE)
        if not self._selecting and line is not None:
            self.chosen.emit(line)
