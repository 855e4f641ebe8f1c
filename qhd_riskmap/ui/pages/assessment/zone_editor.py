"""The distances of effect zones as tables: ERG rows, guide pages, BLEVE, PIR, the band of pipelines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from qhd_riskmap.domain.citation import Confidence
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.rows_table import CellKind, RowColumn, RowsTable
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_N: Final = CellKind.NUMBER
_CITED: Final = (
    RowColumn(title=N_("依据"), path=("source",), width=0),
    RowColumn(title=N_("可信度"), path=("confidence",), kind=CellKind.CONFIDENCE, width=190),
)
_UN: Final = RowColumn(title="UN", path=("un",), kind=CellKind.WHOLE, width=60)
_ISOLATE: Final = RowColumn(title=N_("隔离 m"), path=("isolate_m",), kind=_N, width=70)
_SMALL: Final = (
    _UN, RowColumn(title=N_("名称"), path=("name",), width=110), _ISOLATE,
    RowColumn(title=N_("白天 km"), path=("day_km",), kind=_N, width=76),
    RowColumn(title=N_("夜间 km"), path=("night_km",), kind=_N, width=76), *_CITED,
)  # fmt: skip
_LARGE: Final = (
    _UN, RowColumn(title=N_("容器"), path=("label",), width=150), _ISOLATE,
    RowColumn(title=N_("昼低"), path=("day_km", "low"), kind=_N, width=50),
    RowColumn(title=N_("昼中"), path=("day_km", "moderate"), kind=_N, width=50),
    RowColumn(title=N_("昼高"), path=("day_km", "high"), kind=_N, width=50),
    RowColumn(title=N_("夜低"), path=("night_km", "low"), kind=_N, width=50),
    RowColumn(title=N_("夜中"), path=("night_km", "moderate"), kind=_N, width=50),
    RowColumn(title=N_("夜高"), path=("night_km", "high"), kind=_N, width=50), *_CITED,
)  # fmt: skip
_GUIDES: Final = (
    RowColumn(title=N_("指南"), path=("guide",), width=60),
    RowColumn(title=N_("名称"), path=("label",), width=130),
    RowColumn(title="UN", path=("un",), kind=CellKind.WHOLES, width=140), _ISOLATE,
    RowColumn(title=N_("下风向 m"), path=("downwind_m",), kind=_N, width=76),
    RowColumn(title=N_("火灾 m"), path=("fire_m",), kind=_N, width=76), *_CITED,
)  # fmt: skip
_NUMBERS: Final = (
    RowColumn(title=N_("项目"), path=("label",), kind=CellKind.FIXED, width=220),
    RowColumn(title=N_("数值"), path=("value",), kind=_N, width=80), *_CITED,
)  # fmt: skip
# Single numbers: part of the profile, key in it, words.
_SINGLE: Final = (
    ("bleve", "kg_per_litre", N_("BLEVE：每升千克数（充装 80 %）")),
    ("bleve", "fireball", N_("BLEVE：火球半径系数")),
    ("bleve", "response", N_("BLEVE：处置距离，火球半径的倍数")),
    ("bleve", "response_least_m", N_("BLEVE：处置距离最少 m")),
    ("bleve", "minimum", N_("BLEVE：最小疏散，火球半径的倍数")),
    ("bleve", "preferred", N_("BLEVE：建议疏散，火球半径的倍数")),
    ("bleve", "most_m", N_("BLEVE：疏散距离最多 m")),
    ("pir", "factor", N_("潜在影响半径系数")),
    ("pipeline_band_m", "value", N_("管线两侧各 m")),
)
_NO_WIND: Final = {"low": "", "moderate": "", "high": ""}


class ZoneEditor(QWidget):
    """Edits the profile of effect zones.

    Signals:
        edited_by_hand: Something was changed by the officer.
    """

    edited_by_hand = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.small = RowsTable(_SMALL, "zones-small", _("ERG 表1 小泄漏"))
        self.large = RowsTable(_LARGE, "zones-large", _("ERG 表3 大泄漏"))
        self.guides = RowsTable(_GUIDES, "zones-guides", _("ERG 指南"))
        self.numbers = RowsTable(_NUMBERS, "zones-numbers", _("BLEVE、潜在影响半径、管线"))
        self.tabs = QTabWidget()
        self.tabs.setObjectName("zones-tabs")
        self.tabs.addTab(self.numbers, _("BLEVE、潜在影响半径、管线"))
        self.tabs.addTab(self._growing(self.small, self._new_small), _("ERG 表1 小泄漏"))
        self.tabs.addTab(
            self._growing(self.large, self._new_large), _("ERG 表3 大泄漏（km，按风速）")
        )
        self.tabs.addTab(self._growing(self.guides, self._new_guide), _("ERG 指南"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        for table in (self.small, self.large, self.guides, self.numbers):
            table.edited_by_hand.connect(self.edited_by_hand)

    def show_profile(self, profile: Mapping[str, Any]) -> None:
        """Show a profile."""
        for key, table in self._tables():
            table.show_rows(profile[key])
        self.numbers.show_rows([
            {
                "label": label, "value": profile[part][key],
                "source": profile[part]["source"], "confidence": profile[part]["confidence"],
            }
            for part, key, label in _SINGLE
        ])  # fmt: skip

    def edited(self, profile: dict[str, Any]) -> dict[str, Any]:
        """The profile with what stands in the tables; its own check says what is wrong with it."""
        for key, table in self._tables():
            profile[key] = table.rows()
        before = {part: dict(profile[part]) for part, _key, _label in _SINGLE}
        for (part, key, _label), row in zip(_SINGLE, self.numbers.rows(), strict=True):
            profile[part][key] = row["value"]
            # One part stands on one source: what was changed on any of its lines holds for it.
            for word in ("source", "confidence"):
                if row[word] != before[part][word]:
                    profile[part][word] = row[word]
        return profile

    def _growing(self, table: RowsTable, make: Callable[[], dict[str, Any]]) -> QWidget:
        """A table to which rows can be added."""
        name = table.objectName()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(words(_("每个距离都要写依据"), role="muted"), 1)
        row.addWidget(
            push_button(_("增加一行"), f"{name}-add", lambda: table.add_row(make()), glyph="plus")
        )
        row.addWidget(push_button(_("删去"), f"{name}-remove", table.remove_row, glyph="minus"))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.addLayout(row)
        column.addWidget(table, 1)
        return holder

    def _new_small(self) -> dict[str, Any]:
        return {"un": "", "name": "", "isolate_m": "", "day_km": "", "night_km": "", **_own()}

    def _new_large(self) -> dict[str, Any]:
        used = {row["container"] for row in self.large.rows()}
        number = next(n for n in range(1, len(used) + 2) if f"own_{n}" not in used)
        return {
            "un": "", "container": f"own_{number}", "label": "", "isolate_m": "",
            "day_km": dict(_NO_WIND), "night_km": dict(_NO_WIND), **_own(),
        }  # fmt: skip

    def _new_guide(self) -> dict[str, Any]:
        distances = {"isolate_m": "", "downwind_m": "", "fire_m": ""}
        return {"guide": "", "label": "", "un": [], **distances, **_own()}

    def _tables(self) -> Sequence[tuple[str, RowsTable]]:
        return (("small", self.small), ("large", self.large), ("guides", self.guides))


def _own() -> dict[str, str]:
    """The source of a row the office writes itself, until it says another."""
    return {"source": _("本单位规定"), "confidence": Confidence.DESIGN.value}
