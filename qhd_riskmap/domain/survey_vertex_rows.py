"""Sheets with one row for every corner: the rows of a shape become one row with a list of vertices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from qhd_riskmap.domain.survey_data_rows import DataRows, RowRole, SkippedRow
from qhd_riskmap.domain.survey_headers import SHEET_FIELDS, MappedColumn, SheetMapping

# A counter of corners as it is written: J1, 3, 第4点, P-05#.
_COUNTER: Final = re.compile(r"(?:第|[A-Za-z]{1,3}|拐点|界址点)?[-_ ]?(\d{1,4})(?:#|号|点|号点)?")
_VERTICES: Final = next(field for field in SHEET_FIELDS if field.key == "vertices")
_PAIRS: Final = (("lon", "lat"), ("y_east", "x_north"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredRows:
    """Rows of hazards after the corners of each have been put together.

    Attributes:
        data: The rows; one for every shape.
        mapping: What the columns of `data` are; the lists stand in one behind the sheet's own.
        rows: How many rows became shapes.
        shapes: How many shapes they became.
        counter: Header of the column that counts the corners; "" where there is none.
    """

    data: DataRows
    mapping: SheetMapping
    rows: int = 0
    shapes: int = 0
    counter: str = ""


def gather_vertices(data: DataRows, mapping: SheetMapping) -> GatheredRows:
    """Put the corners of each shape together; anything else is left as it stands.

    A row goes on with the shape above it where its counter is higher and it has no name or the same;
    one more row in the place of the first closes the shape.
    """
    counter = _counter_column(data, mapping)
    pair = _pair(mapping)
    if counter is None or pair is None:
        return GatheredRows(data=data, mapping=mapping)
    name = mapping.column("name")
    names = data.columns[name.index] if name is not None else [None] * len(data.indices)
    x, y = (data.columns[column.index] for column in pair)
    places = [(first or "", second or "") for first, second in zip(x, y, strict=True)]
    groups = _groups(_numbers(data.columns[counter.index]), names, places)
    if len(groups) == len(data.indices):
        return GatheredRows(data=data, mapping=_without_lists(mapping, counter))
    columns = [[_together(column, group) for group in groups] for column in data.columns]
    lists = [_written(places, group) if len(group) > 1 else None for group in groups]
    for column in pair:
        cells = columns[column.index]
        columns[column.index] = [
            cell if text is None else None for cell, text in zip(cells, lists, strict=True)
        ]
    corners = [
        SkippedRow(data.indices[row], RowRole.CORNER) for group in groups for row in group[1:]
    ]
    place = MappedColumn(index=len(columns), header=counter.header, field=_VERTICES, type_fields={})
    plain = _without_lists(mapping, counter)
    return GatheredRows(
        data=replace(
            data,
            indices=[data.indices[group[0]] for group in groups],
            columns=(*columns, lists),
            skipped=(*data.skipped, *corners),
        ),
        mapping=replace(plain, columns=(*plain.columns, place)),
        rows=sum(len(group) for group in groups if len(group) > 1),
        shapes=sum(len(group) > 1 for group in groups),
        counter=counter.header,
    )


def _counter_column(data: DataRows, mapping: SheetMapping) -> MappedColumn | None:
    """The column that counts corners: by its header, or one of 拐点 that holds J1, J2 and so on."""
    lists = mapping.column("vertices")
    if lists is None:
        return mapping.column("vertex_no")
    texts = [text.strip() for text in data.columns[lists.index] if text and text.strip()]
    return lists if texts and all(_COUNTER.fullmatch(text) for text in texts) else None


def _pair(mapping: SheetMapping) -> tuple[MappedColumn, MappedColumn] | None:
    for x_key, y_key in _PAIRS:
        x, y = mapping.column(x_key), mapping.column(y_key)
        if x is not None and y is not None:
            return x, y
    return None


def _without_lists(mapping: SheetMapping, counter: MappedColumn) -> SheetMapping:
    """The mapping with the counters as an extra, whatever they were taken for."""
    extra = replace(counter, field=None)
    return replace(mapping, columns=tuple(extra if c is counter else c for c in mapping.columns))


def _numbers(counters: Sequence[str | None]) -> list[int | None]:
    found = [_COUNTER.fullmatch(text.strip()) if text else None for text in counters]
    return [int(match[1]) if match else None for match in found]


def _groups(
    numbers: Sequence[int | None],
    names: Sequence[str | None],
    places: Sequence[tuple[str, str]],
) -> list[list[int]]:
    """Rows of each shape, in the order of the sheet."""
    groups: list[list[int]] = []
    closed = True
    for row, number in enumerate(numbers):
        name = (names[row] or "").strip()
        if not closed and number is not None:
            group = groups[-1]
            own = (names[group[0]] or "").strip()
            last, first = numbers[group[-1]] or 0, numbers[group[0]]
            closed = number == first and places[row] == places[group[0]]
            if name in {"", own} and (number > last or closed):
                group.append(row)
                continue
        groups.append([row])
        # Corners that belong to nobody are not put together: each is told to have no name.
        closed = number is None or not name
    return groups


def _together(column: Sequence[str | None], group: Sequence[int]) -> str | None:
    """What the rows of a shape say in one column; differing texts all stay."""
    if len(group) == 1:
        return column[group[0]]
    texts = dict.fromkeys(text.strip() for row in group if (text := column[row]) and text.strip())
    return "；".join(texts) or None


def _written(places: Sequence[tuple[str, str]], group: Sequence[int]) -> str:
    return ";".join(",".join(" ".join(text.split()) for text in places[row]) for row in group)
