"""Two records field by field: what a row would change, and what stands against what in a merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely

from qhd_riskmap.domain.hazard import AttributeValue, Hazard
from qhd_riskmap.domain.record_changes import shape_words
from qhd_riskmap.domain.record_fields import (
    choice_words,
    field_value,
    record_fields,
    record_values,
    with_field,
)
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.i18n import N_, _, language

GEOMETRY: Final = "geometry"
# What a sheet never speaks of.
_OWN: Final = frozenset({"status", "secrecy", "county"})
_SAME_PLACE_M: Final = 1.0
_SCALE: Final = np.array(metres_per_degree(39.95))
_PLACE: Final = N_("位置")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPair:
    """One field of two records.

    Attributes:
        key: Field key, or `GEOMETRY`.
        label: Chinese name.
        first: What the first says, as shown; "" for nothing.
        second: What the second says.
        metres: For the place: how far apart.
    """

    key: str
    label: str
    first: str
    second: str
    metres: float = 0.0

    @property
    def differ(self) -> bool:
        """Whether the two say different things."""
        return self.first != self.second

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        return {"field": self.key, "label": self.label, "before": self.first, "after": self.second}


def side_by_side(first: Hazard, second: Hazard) -> tuple[FieldPair, ...]:
    """Every field of two records of one type, the place last."""
    pairs = []
    ours, theirs = _values(first), _values(second)
    for key, label, words in _columns(first.type_key, language()):
        before, after = _shown(ours.get(key), words), _shown(theirs.get(key), words)
        pairs.append(FieldPair(key=key, label=label, first=before, second=after))
    return (*pairs, _places(first, second))


@lru_cache(maxsize=64)
def _columns(type_key: str, _language: str) -> tuple[tuple[str, str, Mapping[str, str]], ...]:
    """Key, name and words of every field of a type; thousands of rows are compared by the same."""
    kind, words = taxonomy().get(type_key), choice_words()
    fields = (*record_fields(kind), *kind.fields)
    return tuple((field.key, _(field.label), words.get(field.key, {})) for field in fields)


def _values(hazard: Hazard) -> dict[str, AttributeValue]:
    return {**hazard.attributes, **record_values(hazard)}


def changes_by(stored: Hazard, row: Hazard) -> tuple[FieldPair, ...]:
    """What a sheet's row says otherwise than a record; what it leaves empty changes nothing."""
    found = [
        pair
        for pair in side_by_side(stored, row)
        if pair.differ and pair.second and pair.key not in _OWN
    ]
    return tuple(found)


def updated_by(stored: Hazard, row: Hazard) -> Hazard:
    """The record with all that a row says otherwise; columns it does not know are added."""
    changed = stored
    for pair in changes_by(stored, row):
        if pair.key == GEOMETRY:
            changed = replace(
                changed, geometry=row.geometry, provenance=row.provenance, county=row.county
            )
        else:
            changed = with_field(changed, pair.key, field_value(row, pair.key))
    return replace(changed, extras={**stored.extras, **row.extras})


def _shown(value: object, words: Mapping[str, str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float):
        return f"{value:.10g}"
    return words.get(str(value), str(value))


def _places(first: Hazard, second: Hazard) -> FieldPair:
    ours, theirs = first.geometry, second.geometry
    metres = _apart_m(first, second)
    same = ours.geom_type == theirs.geom_type and metres <= _SAME_PLACE_M
    before, after = shape_words(ours), shape_words(theirs)
    if same:
        after = before
    elif after == before:  # as many corners, as long: a corner was moved
        after = _("{shape}（相差 {metres:.1f} 米）").format(shape=after, metres=metres)
    return FieldPair(key=GEOMETRY, label=_(_PLACE), first=before, second=after, metres=metres)


def _apart_m(first: Hazard, second: Hazard) -> float:
    flat = [shapely.transform(h.geometry, lambda points: points * _SCALE) for h in (first, second)]
    return round(float(shapely.hausdorff_distance(*flat)), 1)
