"""What an officer may say of a sheet's columns, and what would come of it before anything is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qhd_riskmap.domain.survey_columns import FIELD_GROUPS
from qhd_riskmap.domain.survey_headers import (
    SHEET_FIELDS,
    ColumnChoice,
    SheetMapping,
    map_sheet,
)
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_layout import Layouts, ShownColumn, shown_columns
from qhd_riskmap.services.survey_rows import SheetReading

# What an officer swaps where a sheet has the two axes the wrong way round.
_AXES = (
    ("lon", "lat"),
    ("x_north", "y_east"),
    ("start_lon", "start_lat"),
    ("end_lon", "end_lat"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields that belong together, under one heading.

    Attributes:
        fields: Key and Chinese name of each.
    """

    title: str
    fields: tuple[tuple[str, str], ...]


def field_groups(mapping: SheetMapping | None) -> tuple[FieldGroup, ...]:
    """Every field a column may be taken for; those of one type where all rows are of it."""
    groups = [(_(title), fields) for title, fields in FIELD_GROUPS]
    grouped = {field.key for _title, fields in groups for field in fields}
    ends = tuple(field for field in SHEET_FIELDS if field.key not in grouped)
    groups.insert(2, (_("起止点与拐点"), ends))
    wanted = own_type(mapping)
    groups += [
        (_("{type}专项").format(type=_(t.label)), t.fields)
        for t in taxonomy().types
        if wanted in {"", t.key}
    ]
    return tuple(
        FieldGroup(title=title, fields=tuple((f.key, _(f.label)) for f in fields))
        for title, fields in groups
        if fields
    )


def own_type(mapping: SheetMapping | None) -> str:
    """Key of the type whose own fields the columns may be; "" where rows may be of any."""
    if mapping is None or mapping.column("category") is not None:
        return ""
    return mapping.type_key


def tried(reading: SheetReading, choice: ColumnChoice, layouts: Layouts) -> SheetReading:
    """The same table with its columns understood anew; its rows are as they were."""
    mapping = map_sheet(reading.sheet, "", choice, layouts.remembered)
    return replace(reading, mapping=mapping)


def still_missing(mapping: SheetMapping | None) -> tuple[str, ...]:
    """What a table needs to be read at all and does not have, in Chinese."""
    if mapping is None:
        return (_("表头"),)
    missing = []
    if mapping.column("name") is None:
        missing.append(_("隐患名称"))
    if not mapping.located:
        missing.append(_("坐标（经度和纬度，或 X 和 Y，或写在一格的坐标、拐点坐标）"))
    if not mapping.type_key and mapping.column("category") is None:
        missing.append(_("隐患类型（“类别”列，或在上方为整张表选一种）"))
    return tuple(missing)


def unrecognised(reading: SheetReading) -> int:
    """How many columns are kept as extras because nothing is known of them."""
    return sum(not column.key and column.source == "none" for column in shown_columns(reading))


def taking(
    fields: Mapping[str, str], columns: Sequence[ShownColumn], header: str, key: str
) -> dict[str, str]:
    """The officer's word with one column taken for a field.

    A field that lies in one column only is taken from the column that had it; the sheet's own
    reading of that column would bring it back, so the column is said to be an extra.
    """
    common = {field.key for field in SHEET_FIELDS}
    said = {**fields, header: key}
    for other in columns:
        if key and key in common and other.key == key and other.header != header:
            said[other.header] = ""
    return said


def swapped_axes(fields: Mapping[str, str], columns: Sequence[ShownColumn]) -> dict[str, str]:
    """The officer's word with the two axes of every pair of coordinate columns exchanged."""
    by_key = {column.key: column.header for column in columns if column.key}
    said = dict(fields)
    for first, second in _AXES:
        if first in by_key and second in by_key:
            said[by_key[first]], said[by_key[second]] = second, first
    return said


_SOURCE_WORDS = {
    "label": N_("列名相同"),
    "alias": N_("常用别名"),
    "likeness": N_("相近，请核对"),
    "choice": N_("您指定"),
    "remembered": N_("以前更正过"),
    "none": N_("没认出"),
}


def how_recognised(column: ShownColumn) -> str:
    """How the meaning of a column was found, in Chinese."""
    return _(_SOURCE_WORDS[column.source])
