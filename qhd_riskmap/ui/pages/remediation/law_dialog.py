"""The provisions that documents stand on: edited with their marks, adopted with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from qhd_riskmap.domain.remediation.document_rules import DOCUMENTS
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.profile_panel import ProfilePanel
from qhd_riskmap.ui.toolkit.rows_table import CellKind, RowColumn, RowsTable
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_COLUMNS: Final = (
    RowColumn(title=N_("文书"), path=("title",), kind=CellKind.FIXED, width=190),
    RowColumn(title=N_("法律依据"), path=("law",), width=0),
    RowColumn(title=N_("可信度"), path=("confidence",), kind=CellKind.CONFIDENCE, width=210),
)


class LawEditor(QWidget):
    """Edits the provisions of a profile."""

    def __init__(self) -> None:
        super().__init__()
        self.table = RowsTable(_COLUMNS, "law-table", _("法律依据"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(
            words(
                _(
                    "条款号以现行文本为准：核对以后改正，并把可信度改为“已核对来源”。启用后做的文书用新的依据。"
                ),
                role="muted",
            )
        )
        layout.addWidget(self.table, 1)

    def show_profile(self, profile: Mapping[str, Any]) -> None:
        """Show a profile."""
        remedy = {
            "title": N_("救济告知"), "law": profile["remedy"],
            "confidence": profile["remedy_confidence"],
        }  # fmt: skip
        self.table.show_rows([*profile["kinds"], remedy])

    def edited(self, profile: dict[str, Any]) -> dict[str, Any]:
        """The profile with what stands in the table; its own check says what is wrong with it."""
        *profile["kinds"], remedy = self.table.rows()
        profile["remedy"], profile["remedy_confidence"] = remedy["law"], remedy["confidence"]
        return profile


class LawDialog(QDialog):
    """The panel in a window of its own."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("law-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("文书的法律依据"))
        self.resize(980, 620)
        self.panel = ProfilePanel(desk, DOCUMENTS, LawEditor())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(self.panel)
        desk.changed.connect(self._changed)
        self.panel.reload()

    def _changed(self, changes: Any) -> None:
        if changes.rules:
            self.panel.reload()
