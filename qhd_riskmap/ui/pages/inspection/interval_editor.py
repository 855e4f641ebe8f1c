"""Months between inspections by level and type, and what seasons ask for, as two tables."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtWidgets import QHBoxLayout, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from qhd_riskmap.domain.inspection.schedule import LEVEL_KEYS, UNGRADED
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_PARTS: Final = ("before", "during", "after")
_NAMES: Final = {"before": "前检查", "during": "中检查", "after": "后检查"}
_SEASON_HEADS: Final = (
    N_("季节"), N_("开始（月-日）"), N_("结束（月-日）"), N_("前，天内一次"), N_("中，每几天一次"),
    N_("后，天内一次"), N_("类型"), N_("依据"),
)  # fmt: skip
_LABEL, _START, _END, _FIRST_PART, _TYPES, _SOURCE = 0, 1, 2, 3, 6, 7
_WIDTHS: Final = {_LABEL: 80, _TYPES: 220}
_SEASONS_HEIGHT: Final = 150
_BETWEEN: Final = re.compile(r"[、,，;；\s]+")


class IntervalEditor(QWidget):
    """Edits the profile of intervals."""

    def __init__(self) -> None:
        super().__init__()
        self._seasons: list[dict[str, Any]] = []
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
        for column, width in _WIDTHS.items():
            self.seasons.setColumnWidth(column, width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(
            words(_("最多隔几个月检查一次；某一类空着的按通用的，填了的取两者中短的"), role="muted")
        )
        layout.addWidget(self.months, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(words(_("季节要求；天数空着的没有这一项，类型用顿号隔开"), role="muted"), 1)
        row.addWidget(push_button(_("增加季节"), "season-add", self.add_season, glyph="plus"))
        row.addWidget(push_button(_("删去"), "season-remove", self.remove_season, glyph="minus"))
        layout.addLayout(row)
        layout.addWidget(self.seasons)

    def show_profile(self, profile: Mapping[str, Any]) -> None:
        """Show a profile."""
        rows = [profile["months"], *(profile["types"].get(key, {}) for key in self._types)]
        for row, months in enumerate(rows):
            for column, key in enumerate(LEVEL_KEYS):
                self.months.setItem(row, column, QTableWidgetItem(str(months.get(key, ""))))
        self._seasons = copy.deepcopy(list(profile["seasons"]))
        self._fill_seasons()

    def edited(self, profile: dict[str, Any]) -> dict[str, Any]:
        """The profile with what stands in the tables; its own check says what is wrong with it."""
        profile["months"] = self._row(0)
        types = {key: self._row(row) for row, key in enumerate(self._types, start=1)}
        profile["types"] = {key: months for key, months in types.items() if months}
        self._keep_seasons()
        profile["seasons"] = copy.deepcopy(self._seasons)
        return profile

    def add_season(self) -> None:
        """Another season, to be written."""
        self._keep_seasons()
        used = {season["key"] for season in self._seasons}
        number = next(n for n in range(1, len(used) + 2) if f"own_{n}" not in used)
        self._seasons.append(
            {
                "key": f"own_{number}", "label": "", "start": "", "end": "", "types": [],
                "source": _("本单位规定"), "confidence": "design",
            }
        )  # fmt: skip
        self._fill_seasons()
        self.seasons.setCurrentCell(len(self._seasons) - 1, _LABEL)

    def remove_season(self) -> None:
        """Take the season in hand away."""
        row = self.seasons.currentRow()
        if row >= 0:
            self._keep_seasons()
            del self._seasons[row]
            self._fill_seasons()

    def _fill_seasons(self) -> None:
        labels = {kind.key: _(kind.label) for kind in taxonomy().types}
        self.seasons.setRowCount(len(self._seasons))
        for row, season in enumerate(self._seasons):
            days = [str(season.get(part, {}).get("days", "")) for part in _PARTS]
            types = "、".join(labels.get(key, key) for key in season["types"])
            head = (_(season["label"]) if season["label"] else "", season["start"], season["end"])
            for column, text in enumerate((*head, *days, types, str(season["source"]))):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text))
                self.seasons.setItem(row, column, item)
        self.seasons.resizeRowsToContents()

    def _keep_seasons(self) -> None:
        """What stands in the table; a label that was not touched keeps its Chinese."""
        keys = {_(kind.label): kind.key for kind in taxonomy().types}
        for row, season in enumerate(self._seasons):
            label = _cell(self.seasons, row, _LABEL)
            if label != _(season["label"] or " "):
                season["label"] = label
            season["start"] = _cell(self.seasons, row, _START)
            season["end"] = _cell(self.seasons, row, _END)
            for column, part in enumerate(_PARTS, start=_FIRST_PART):
                text = _cell(self.seasons, row, column)
                if not text:
                    season.pop(part, None)
                else:
                    words_of = season.get(part, {}).get("label") or f"{label}{_NAMES[part]}"
                    season[part] = {"label": words_of, "days": _number(text)}
            named = filter(None, _BETWEEN.split(_cell(self.seasons, row, _TYPES)))
            season["types"] = [keys.get(each, each) for each in named]
            season["source"] = _cell(self.seasons, row, _SOURCE)

    def _row(self, row: int) -> dict[str, Any]:
        texts = {key: _cell(self.months, row, column) for column, key in enumerate(LEVEL_KEYS)}
        return {key: _number(text) for key, text in texts.items() if text}


def _cell(table: QTableWidget, row: int, column: int) -> str:
    item = table.item(row, column)
    return item.text().strip() if item is not None else ""


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
