"""Months between inspections by level and type, and what seasons ask for, as two tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from qhd_riskmap.domain.inspection.schedule import LEVEL_KEYS, UNGRADED
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_PARTS: Final = ("before", "during", "after")
_SEASON_HEADS: Final = (
    N_("季节"), N_("开始（月-日）"), N_("结束（月-日）"), N_("前，天内一次"), N_("中，每几天一次"),
    N_("后，天内一次"), N_("类型"),
)  # fmt: skip
_SEASONS_HEIGHT: Final = 130


class IntervalEditor(QWidget):
    """Edits the profile of intervals."""

    def __init__(self) -> None:
        super().__init__()
        self._types = [kind.key for kind in taxonomy().types]
        heads = [_(RiskLevel(k).label) if k != UNGRADED else _("未评级") for k in LEVEL_KEYS]
        self.months = QTableWidget(len(self._types) + 1, len(LEVEL_KEYS))
        self.months.setObjectName("interval-months")
        self.months.setAccessibleName(_("最多隔几个月检查一次"))
        self.months.setHorizontalHeaderLabels(heads)
        names = [_("各类（通用）"), *(_(kind.label) for kind in taxonomy().types)]
        self.months.setVerticalHeaderLabels(names)
        self.seasons = QTableWidget(0, len(_SEASON_HEADS))
        self.seasons.setObjectName("interval-seasons")
        self.seasons.setAccessibleName(_("季节要求"))
        self.seasons.setHorizontalHeaderLabels([_(head) for head in _SEASON_HEADS])
        self.seasons.verticalHeader().hide()
        self.seasons.horizontalHeader().setStretchLastSection(True)
        self.seasons.setMaximumHeight(_SEASONS_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(
            words(_("最多隔几个月检查一次；某一类空着的按通用的，填了的取两者中短的"), role="muted")
        )
        layout.addWidget(self.months, 1)
        layout.addWidget(words(_("季节要求；天数空着的没有这一项"), role="muted"))
        layout.addWidget(self.seasons)

    def show_profile(self, profile: Mapping[str, Any]) -> None:
        """Show a profile."""
        rows = [profile["months"], *(profile["types"].get(key, {}) for key in self._types)]
        for row, months in enumerate(rows):
            for column, key in enumerate(LEVEL_KEYS):
                self.months.setItem(row, column, QTableWidgetItem(str(months.get(key, ""))))
        labels = {kind.key: _(kind.label) for kind in taxonomy().types}
        self.seasons.setRowCount(len(profile["seasons"]))
        for row, season in enumerate(profile["seasons"]):
            days = [str(season.get(part, {}).get("days", "")) for part in _PARTS]
            types = "、".join(labels[key] for key in season["types"])
            texts = (_(season["label"]), season["start"], season["end"], *days, types)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(str(season["source"])))
                if column in {0, len(texts) - 1}:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.seasons.setItem(row, column, item)
        self.seasons.resizeColumnsToContents()

    def edited(self, profile: dict[str, Any]) -> dict[str, Any]:
        """The profile with what stands in the tables; its own check says what is wrong with it."""
        profile["months"] = self._row(0)
        types = {key: self._row(row) for row, key in enumerate(self._types, start=1)}
        profile["types"] = {key: months for key, months in types.items() if months}
        for row, season in enumerate(profile["seasons"]):
            season["start"], season["end"] = self._text(row, 1), self._text(row, 2)
            for column, part in enumerate(_PARTS, start=3):
                text = self._text(row, column)
                if not text:
                    season.pop(part, None)
                else:
                    label = season.get(part, {}).get("label") or f"{season['label']}{_NAMES[part]}"
                    season[part] = {"label": label, "days": _number(text)}
        return profile

    def _row(self, row: int) -> dict[str, Any]:
        texts = {key: _cell(self.months, row, column) for column, key in enumerate(LEVEL_KEYS)}
        return {key: _number(text) for key, text in texts.items() if text}

    def _text(self, row: int, column: int) -> str:
        return _cell(self.seasons, row, column)


_NAMES: Final = {"before": "前检查", "during": "中检查", "after": "后检查"}


def _cell(table: QTableWidget, row: int, column: int) -> str:
    item = table.item(row, column)
    return item.text().strip() if item is not None else ""


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
