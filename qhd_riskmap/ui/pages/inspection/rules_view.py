"""How often and what to ask: the office's own intervals, seasons and check lists, edited in place."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QTabWidget

from qhd_riskmap.domain.inspection.checklist import CHECKLISTS
from qhd_riskmap.domain.inspection.schedule import INSPECTION_RULES
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.pages.inspection.checklist_editor import ChecklistEditor
from qhd_riskmap.ui.pages.inspection.interval_editor import IntervalEditor
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.profile_panel import ProfilePanel


class RulesView(QTabWidget):
    """Intervals and check lists."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("inspection-rules")
        self.intervals = ProfilePanel(desk, INSPECTION_RULES, IntervalEditor())
        self.checklists = ProfilePanel(desk, CHECKLISTS, ChecklistEditor())
        self.addTab(self.intervals, _("检查周期"))
        self.addTab(self.checklists, _("检查表"))
        self._read: Final = (self.intervals, self.checklists)
        self.reload()

    def reload(self) -> None:
        """Read both."""
        for panel in self._read:
            panel.reload()
