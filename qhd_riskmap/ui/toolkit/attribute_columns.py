"""Table columns of the fields that only some hazard types have (专项信息)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.record_columns import Column

STORED_PREFIX: Final = "attributes."
_KEY_PREFIX: Final = "attribute-"
_NUMBERS: Final = frozenset({FieldKind.NUMBER, FieldKind.INTEGER})
_WIDTH: Final = 90
YES: Final = N_("是")
NO: Final = N_("否")


@lru_cache(maxsize=1)
def attribute_columns() -> tuple[Column, ...]:
    """One column per field, in the plan's order of types; a field of several types is one column."""
    by_key = _fields()
    return tuple(
        _column(key, fields, frozenset(t.key for t in taxonomy().types if _has(t, key)))
        for key, fields in by_key.items()
    )


def columns_by_type() -> Mapping[str, tuple[str, ...]]:
    """Keys of the columns each hazard type has, in the order of its form."""
    return {
        each.key: tuple(f"{_KEY_PREFIX}{field.key}" for field in each.fields)
        for each in taxonomy().types
    }


def _fields() -> dict[str, list[Field]]:
    found: dict[str, list[Field]] = {}
    for each in taxonomy().types:
        for field in each.fields:
            found.setdefault(field.key, []).append(field)
    return found


def _has(hazard_type: HazardType, key: str) -> bool:
    return any(field.key == key for field in hazard_type.fields)


def _column(key: str, fields: list[Field], types: frozenset[str]) -> Column:
    number = all(field.kind in _NUMBERS for field in fields)
    return Column(
        key=f"{_KEY_PREFIX}{key}",
        title="",
        heading_of=_heading(fields),
        stored=f"{STORED_PREFIX}{key}",
        label=_number_label if number else _label(fields),
        typed=_number_label if number else _typed(fields),
        field=key,
        types=types,
        number=number,
        width=_WIDTH,
        shown=False,
    )


def _heading(fields: list[Field]) -> Callable[[], str]:
    # 埋深 of a pipeline and 淹没深度 of a flood are one column: no hazard has both.
    return lambda: " / ".join(dict.fromkeys(field.header for field in fields))


def _label(fields: list[Field]) -> Callable[[Any], str]:
    if all(field.kind is FieldKind.BOOLEAN for field in fields):
        return _boolean_label
    if all(field.choices for field in fields):
        return _choice_label
    return str


def _typed(fields: list[Field]) -> Callable[[Any], str]:
    if all(field.kind is FieldKind.BOOLEAN for field in fields):
        return _boolean_text
    return str


def _boolean_text(value: str) -> str:
    """As `domain.schema` reads it."""
    return {"1": YES, "0": NO}.get(value, value)


def _choice_label(value: str) -> str:
    return _(value) if value else ""


def _boolean_label(value: str) -> str:
    return _(_boolean_text(value)) if value else ""


def _number_label(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.10g}"
