"""The row of tools above the tasks: which view, which tasks, the ledger."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.remediation.overview import TaskFilter
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S
from qhd_riskmap.ui.toolkit.view_switch import ViewSwitch

VIEWS: Final = (
    ("board", N_("看板"), "view-column-outline"),
    ("list", N_("列表"), "table-large"),
    ("calendar", N_("日历"), "calendar-month-outline"),
    ("map", N_("地图"), "map-outline"),
    ("rollup", N_("汇总"), "sigma"),
)


class TaskTools(QWidget):
    """Chooses view and tasks.

    Signals:
        view_chosen: Another view was asked for (its key).
        export_wanted: Write the ledger.
        read_wanted: Read a ledger back.
        notices_wanted: Make notices, take receipts back.
    """

    view_chosen = Signal(str)
    export_wanted = Signal()
    read_wanted = Signal()
    notices_wanted = Signal()

    def __init__(self, permissions: frozenset[Permission], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task-tools")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self.views = ViewSwitch(VIEWS, "view")
        self.views.chosen.connect(self.view_chosen)
        row.addWidget(self.views)
        self.search = QLineEdit()
        self.search.setObjectName("task-search")
        self.search.setPlaceholderText(_("编号、名称、隐患描述、责任人、单位"))
        self.search.setAccessibleName(_("查找整改任务"))
        self.search.setClearButtonEnabled(True)
        self.county = QComboBox()
        self.county.setObjectName("task-county")
        self.county.setAccessibleName(_("县区"))
        self.county.addItem(_("全部县区"), "")
        for region in regions().current():
            self.county.addItem(_(region.name), region.code)
        self.counted = words("", role="muted", name="task-count", wrap=False)
        self.export_button = push_button(
            _("导出台账…"), "task-export", self.export_wanted.emit, glyph="file-export-outline"
        )
        self.export_button.setEnabled(Permission.EXPORT in permissions)
        self.read_button = push_button(
            _("读回台账…"), "task-read", self.read_wanted.emit, glyph="file-import-outline"
        )
        self.notices_button = push_button(
            _("通知…"), "task-notices", self.notices_wanted.emit, glyph="calendar-month-outline"
        )
        self.notices_button.setToolTip(_("到期提醒、到期和逾期督办的通知，回执，日历"))
        row.addSpacing(SPACE_M)
        row.addWidget(self.search, 1)
        for widget in (
            self.county,
            self.counted,
            self.notices_button,
            self.export_button,
            self.read_button,
        ):
            row.addWidget(widget)

    @property
    def view(self) -> str:
        """Key of the view in front."""
        return self.views.key

    def show_view(self, key: str) -> None:
        """Press the button of a view without telling."""
        self.views.press(key)

    def narrow(self, by: str, key: str) -> None:
        """Let through the tasks of one county, or of the unit or hazard that is searched for."""
        if by == "county":
            self.county.setCurrentIndex(max(0, self.county.findData(key)))
        else:
            self.search.setText(key)

    def wanted(self) -> TaskFilter:
        """What search and county let through."""
        county = str(self.county.currentData())
        return TaskFilter(
            search=self.search.text().strip(), counties=frozenset({county} if county else ())
        )
