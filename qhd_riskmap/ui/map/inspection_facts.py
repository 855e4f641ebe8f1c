"""The inspections of one hazard inside its form: the latest ones, another one, all of them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.services.inspection import InspectionDossier
from qhd_riskmap.ui.map.inspecting import Inspecting
from qhd_riskmap.ui.map.inspection_history import InspectionHistory, inspection_line
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_SHOWN: Final = 3


class InspectionFacts(QFrame):
    """Inspections of the hazard in hand."""

    def __init__(self, desk: Desk, hazard: Hazard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspection-facts")
        self._desk, self._hazard = desk, hazard
        self.found: list[InspectionDossier] = []
        self.inspecting = Inspecting(desk, self)
        self.history: InspectionHistory | None = None
        self.label = QLabel()
        self.label.setObjectName("detail-inspections")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.new_button = push_button(
            _("登记检查…"),
            "detail-new-inspection",
            self._ask,
            glyph="clipboard-check-multiple-outline",
        )
        self.new_button.setEnabled(Permission.REMEDY in desk.app.actor.permissions)
        self.all_button = push_button(_("检查记录…"), "detail-inspections-all", self.show_all)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.new_button)
        row.addWidget(self.all_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self.label)
        layout.addLayout(row)
        self.reload()

    def reload(self) -> None:
        """Read the inspections anew."""
        service, hazard_id = self._desk.app.inspections, self._hazard.id
        self._desk.run(
            lambda _job: service.history(hazard_id),
            title=_("正在读取检查记录…"),
            on_success=self._take,
            quiet=True,
        )

    def show_all(self) -> None:
        """Open the whole history."""
        self.history = InspectionHistory(self._desk, self._hazard, self.found, self.window())
        self.history.open()

    def _ask(self) -> None:
        self.inspecting.ask(self._hazard)

    def _take(self, found: list[InspectionDossier]) -> None:
        self.found = found
        lines = [inspection_line(each) for each in found[:_SHOWN]]
        self.label.setText("\n".join(lines) or _("还没有检查记录。"))
        self.all_button.setVisible(bool(found))
