"""When an assessment is looked at again, and how far people are counted where nothing else says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from qhd_riskmap.domain.citation import Confidence
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.rows_table import CellKind, RowColumn, RowsTable
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_COLUMNS: Final = (
    RowColumn(title=N_("项目"), path=("label",), kind=CellKind.FIXED, width=320),
    RowColumn(title=N_("数值"), path=("value",), kind=CellKind.NUMBER, width=100),
    RowColumn(title=N_("单位"), path=("unit",), kind=CellKind.FIXED, width=60),
)
_SOURCE: Final = (
    RowColumn(title=N_("依据"), path=("source",), width=0),
    RowColumn(title=N_("可信度"), path=("confidence",), kind=CellKind.CONFIDENCE, width=220),
)
_SOURCE_HEIGHT: Final = 84


class SettingsEditor(QWidget):
    """Edits the profile of settings about assessment.

    Signals:
        edited_by_hand: Something was changed by the officer.
    """

    edited_by_hand = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.numbers = RowsTable(_COLUMNS, "settings-numbers", _("复评和默认半径"))
        self.source = RowsTable(_SOURCE, "settings-source", _("依据"))
        self.source.setMaximumHeight(_SOURCE_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.numbers, 1)
        layout.addWidget(
            words(_("复评周期从下一次评估起按新的推算；已有的评估底稿不改。"), role="muted")
        )
        layout.addWidget(self.source)
        for table in (self.numbers, self.source):
            table.edited_by_hand.connect(self.edited_by_hand)

    def show_profile(self, profile: Mapping[str, Any]) -> None:
        """Show a profile."""
        months = [
            {
                "key": level.value, "value": profile["review_months"][level.value],
                "label": _("{level}，几个月内复评").format(level=_(level.label)), "unit": N_("月"),
            }
            for level in RiskLevel
        ]  # fmt: skip
        radius = {
            "key": "", "value": profile["default_radius_m"], "unit": "m",
            "label": N_("没有图形范围的隐患，统计人数的半径"),
        }  # fmt: skip
        self.numbers.show_rows([*months, radius])
        cited = Confidence(profile["confidence"]).value
        self.source.show_rows([{"source": profile["source"], "confidence": cited}])

    def edited(self, profile: dict[str, Any]) -> dict[str, Any]:
        """The profile with what stands in the tables; its own check says what is wrong with it."""
        *months, radius = self.numbers.rows()
        profile["review_months"] = {row["key"]: row["value"] for row in months}
        profile["default_radius_m"] = radius["value"]
        (cited,) = self.source.rows()
        return {**profile, **cited}
