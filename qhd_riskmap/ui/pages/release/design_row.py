"""The line of the order form that says how the sheets look."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from qhd_riskmap.domain.sheet_design import SheetDesign, design_of, templates
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import push_button, words

ORIENTATIONS: Final = {"landscape": N_("横向"), "portrait": N_("纵向")}


def design_summary(design: SheetDesign) -> str:
    """One line about a design, e.g. 市、县总图 · A3 横向."""
    turned = ORIENTATIONS["landscape" if design.landscape else "portrait"]
    parts = [_(templates()[design.template].label), f"{design.paper} {_(turned)}"]
    if design.township:
        parts.append(design.township)
    if design.type_keys:
        parts.append(_("{n} 个类型").format(n=len(design.type_keys)))
    return " · ".join(parts)


class DesignRow(QWidget):
    """The line of the order form about the layout."""

    def __init__(self) -> None:
        super().__init__()
        self.design = design_of("general")
        self.summary = words(name="order-design")
        self.button: QPushButton = push_button(_("设计版面…"), "order-design-button", _nothing)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.summary, 1)
        row.addWidget(self.button)
        self.set_design(self.design)

    def set_design(self, design: SheetDesign) -> None:
        """Take another design."""
        self.design = design
        self.summary.setText(design_summary(design))


def _nothing() -> None:
    """The page connects the button."""
