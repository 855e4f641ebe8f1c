"""Table columns of the fields that only some hazard types have (专项信息)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.record_columns import Column

STORED_PREFIX: Final = "attributes."
_KEY_PREFIX: Final = "attribute-"
_NUMBERS: Final = frozenset({FieldKind.NUMBER, FieldKind.INTEGER})
_WIDTH: Final = 90


@lru_cache(maxsize=1)
def attribute_columns() -> tuple[Column, ...]:
    """One column per field, in the plan's order of types; a field of several types is one column."""
    return tuple(_column(key, fields) for key, fields in _fields().items())


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


def _column(key: str, fields: list[Field]) -> Column:
    number = all(field.kind in _NUMBERS for field in fields)
    return Column(
        key=f"{_KEY_PREFIX}{key}",
        title="",
        heading_of=_heading(fields),
        stored=f"{STORED_PREFIX}{key}",
        label=_number_label if number else _label(fields),
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


def _choice_label(value: str) -> str:
    return _(value) if value else ""


def _boolean_label(value: str) -> str:
    return {"1": _("是"), "0": _("否")}.get(value, value)


def _number_label(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.10g}"
