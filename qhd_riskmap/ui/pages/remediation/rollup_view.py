"""How counties, units and hazards stand: their tasks counted; a row opens its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.remediation.lateness import LateStage, late_text
from qhd_riskmap.domain.remediation.overview import (
    COUNTS,
    GROUP_KEYS,
    Standing,
    TaskLine,
    roll_up,
)
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.record_columns import county_label
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

GROUPS: Final = (("county", N_("县区")), ("unit", N_("责任单位")), ("hazard", N_("隐患")))
_OVERDUE: Final = 3  # column of the overdue ones
_NAME_WIDTH: Final = 260
_COUNT_WIDTH: Final = 84
_KEY: Final = int(Qt.ItemDataRole.UserRole)


class RollupView(QWidget):
    """A table of groups.

    Signals:
        opened: The tasks of a group were asked for: what it is a group by, and its key.
    """

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rollup-view")
        self._lines: Sequence[TaskLine] = ()
        self.by = QComboBox()
        self.by.setObjectName("rollup-by")
        self.by.setAccessibleName(_("按什么汇总"))
        for key, label in GROUPS:
            self.by.addItem(_(label), key)
        self.by.currentIndexChanged.connect(self._show)
        caption = QLabel(_("汇总到"))
        caption.setBuddy(self.by)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(caption)
        row.addWidget(self.by)
        row.addStretch(1)
        self.table = QTableWidget(0, len(COUNTS) + 2)
        self.table.setObjectName("rollup-table")
        self.table.setAccessibleName(_("整改汇总"))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        self.table.setColumnWidth(0, _NAME_WIDTH)
        for number in range(1, len(COUNTS) + 1):
            self.table.setColumnWidth(number, _COUNT_WIDTH)
        self.table.cellActivated.connect(self._open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)

    def show_lines(self, lines: Sequence[TaskLine]) -> None:
        """Count other tasks."""
        self._lines = lines
        self._show()

    def _show(self) -> None:
        by, label = GROUPS[self.by.currentIndex()]
        found = roll_up(self._lines, GROUP_KEYS[by])
        names = {line.code: line.name for line in self._lines} if by == "hazard" else {}
        heads = [_(label), *(_(title) for title, _count in COUNTS), _("最急的一项")]
        self.table.setSortingEnabled(False)
        self.table.setHorizontalHeaderLabels(heads)
        self.table.setRowCount(len(found))
        for at, (key, standing) in enumerate(found.items()):
            self._fill(at, key, _name(by, key, names), standing)
        self.table.setSortingEnabled(True)

    def _fill(self, at: int, key: str, name: str, standing: Standing) -> None:
        item = QTableWidgetItem(name)
        item.setData(_KEY, key)
        self.table.setItem(at, 0, item)
        for number, (_title, count) in enumerate(COUNTS, start=1):
            cell = QTableWidgetItem()
            cell.setData(Qt.ItemDataRole.DisplayRole, count(standing))
            cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if number == _OVERDUE and count(standing):
                cell.setForeground(late_colour(LateStage.OVERDUE))
            self.table.setItem(at, number, cell)
        worst = QTableWidgetItem(late_text(standing.late))
        worst.setForeground(late_colour(standing.late.stage))
        self.table.setItem(at, len(COUNTS) + 1, worst)

    def _open(self, row: int, _column: int) -> None:
        item = self.table.item(row, 0)
        if item is not None:
            self.opened.emit(str(self.by.currentData()), str(item.data(_KEY)))


def _name(by: str, key: str, names: Mapping[str, str]) -> str:
    if by == "county":
        return county_label(key) if key else _("（未填）")
    if by == "hazard":
        return f"{names[key]}（{key}）"
    return key or _("（未填）")
