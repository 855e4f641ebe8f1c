"""Assessment beyond one hazard: rules and their rehearsal, tables of assessments, receptors."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QTabWidget, QVBoxLayout

from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.pages.assessment.reach_panel import ReachPanel
from qhd_riskmap.ui.pages.assessment.receptor_panel import ReceptorPanel
from qhd_riskmap.ui.pages.assessment.rules_panel import RulesPanel
from qhd_riskmap.ui.pages.assessment.table_panel import TablePanel
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.theme import SPACE_L


class AssessmentPage(Page):
    """The 评估 page."""

    key: ClassVar[str] = "assessment"
    help_page: ClassVar[str] = "assessment"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rules = RulesPanel(desk)
        self.reach = ReachPanel(desk)
        self.tables = TablePanel(desk)
        self.receptors = ReceptorPanel(desk)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("assessment-tabs")
        self.tabs.addTab(self.rules, _("规则与试算"))
        self.tabs.addTab(self.reach, _("影响范围和复评"))
        self.tabs.addTab(self.tables, _("批量评估"))
        self.tabs.addTab(self.receptors, _("受体"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(self.tabs)
        for panel in (self.rules, self.reach, self.tables, self.receptors):
            panel.reload()

    def changes(self, changes: Changes) -> None:
        """Rules or receptors were changed."""
        if changes.rules:
            self.rules.reload()
            self.reach.reload()
        if changes.receptors:
            self.receptors.reload()

    def restyle(self) -> None:
        """The small map takes the colours of the theme."""
        self.rules.map.restyle()

    def close_down(self) -> None:
        """The small map has a worker of its own."""
        self.rules.map.close_down()

    def keep(self) -> dict[str, object]:
        """The tab in front."""
        return {"tab": self.tabs.currentIndex()}

    def resume(self, state: dict[str, object]) -> None:
        """Bring the same tab to front."""
        self.tabs.setCurrentIndex(int(str(state.get("tab", 0))))
