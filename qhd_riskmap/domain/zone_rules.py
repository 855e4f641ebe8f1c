"""The distances behind effect zones: ERG rows, BLEVE, PIR and the band of pipelines, as data.

``resources/rules/effect_zones.json`` is what came with the program; an office may put a version of its
own in force, as with the other rules. Every distance says where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from qhd_riskmap.domain.citation import citation_of
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

ZONE_RULES: Final = "effect_zones"
ZoneRules = Mapping[str, Any]
_FARTHEST_M: Final = 50_000.0
_MOST_ROWS: Final = 1_000
_LAST_UN: Final = 9_999
_WINDS: Final = frozenset({"low", "moderate", "high"})
# Numbers that must stand in each part: name → the most they may be.
_NUMBERS: Final[Mapping[str, Mapping[str, float]]] = {
    "bleve": {
        "kg_per_litre": 10.0, "fireball": 100.0, "response": 100.0, "minimum": 1_000.0,
        "preferred": 1_000.0, "response_least_m": _FARTHEST_M, "most_m": _FARTHEST_M,
    },
    "pir": {"factor": 10.0},
    "pipeline_band_m": {"value": _FARTHEST_M},
}  # fmt: skip


@cache
def zone_rules() -> ZoneRules:
    """The shipped distances."""
    raw: ZoneRules = rules(ZONE_RULES)
    return read_zone_rules(raw)


def read_zone_rules(raw: object) -> ZoneRules:
    """The distances of a profile, which an office may have edited.

    Raises:
        InvalidInputError: Something is missing or cannot be; says where.
    """
    if not isinstance(raw, Mapping):
        raise _fault(_("内容"))
    for part, numbers in _NUMBERS.items():
        entry = raw.get(part)
        if not isinstance(entry, Mapping):
            raise _fault(part)
        _cited(entry, part)
        for name, most in numbers.items():
            _number(entry.get(name), most, f"{part}.{name}")
    for part, read in _TABLES.items():
        rows = raw.get(part)
        if not isinstance(rows, Sequence) or isinstance(rows, str) or len(rows) > _MOST_ROWS:
            raise _fault(part)
        taken: set[object] = set()
        for number, row in enumerate(rows, start=1):
            place = f"{part} {number}"
            if not isinstance(row, Mapping):
                raise _fault(place)
            _cited(row, place)
            key = read(row, place)
            if key in taken:
                raise _fault(place)
            taken.add(key)
    return raw


def _small(row: Mapping[str, Any], place: str) -> object:
    """A small spill: one distance by day, one by night."""
    _word(row.get("name"), f"{place}.name")
    _number(row.get("isolate_m"), _FARTHEST_M, f"{place}.isolate_m")
    for name in ("day_km", "night_km"):
        _number(row.get(name), _FARTHEST_M / 1000.0, f"{place}.{name}")
    return _un(row.get("un"), f"{place}.un")


def _large(row: Mapping[str, Any], place: str) -> object:
    """A large spill: distances by wind."""
    _word(row.get("container"), f"{place}.container")
    _word(row.get("label"), f"{place}.label")
    _number(row.get("isolate_m"), _FARTHEST_M, f"{place}.isolate_m")
    for name in ("day_km", "night_km"):
        winds = row.get(name)
        if not isinstance(winds, Mapping) or set(winds) != _WINDS:
            raise _fault(f"{place}.{name}")
        for wind, value in winds.items():
            _number(value, _FARTHEST_M / 1000.0, f"{place}.{name}.{wind}")
    return _un(row.get("un"), f"{place}.un"), row["container"]


def _guide(row: Mapping[str, Any], place: str) -> object:
    """A guide page: the same distances for all its substances."""
    for name in ("isolate_m", "downwind_m", "fire_m"):
        _number(row.get(name), _FARTHEST_M, f"{place}.{name}")
    numbers = row.get("un")
    if not isinstance(numbers, Sequence) or isinstance(numbers, str):
        raise _fault(f"{place}.un")
    for each in numbers:
        _un(each, f"{place}.un")
    return _word(row.get("guide"), f"{place}.guide")


_TABLES: Final[Mapping[str, Callable[[Mapping[str, Any], str], object]]] = {
    "small": _small, "large": _large, "guides": _guide,
}  # fmt: skip


def _un(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LAST_UN:
        raise _fault(place)
    return value


def _word(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip() or ":" in value:
        raise _fault(place)
    return value


def _number(value: object, most: float, place: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _fault(place)
    if not math.isfinite(value) or not 0 < value <= most:
        raise _fault(place)


def _cited(entry: Mapping[str, Any], place: str) -> None:
    try:
        said = citation_of(entry).source
    except (KeyError, ValueError) as error:
        raise _fault(f"{place}.source") from error
    if not said.strip():
        raise _fault(f"{place}.source")


def _fault(place: str) -> InvalidInputError:
    return InvalidInputError(
        _("影响范围的规则不能用：“{place}”有误。").format(place=place),
        hint=_("请对照导出的原规则改正后再试；每个距离都要写依据。"),
    )
