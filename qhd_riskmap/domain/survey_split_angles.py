"""Sheets with three columns for an angle (度 | 分 | 秒): the three become one text, read like any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from qhd_riskmap.domain.survey_data_rows import DataRows
from qhd_riskmap.domain.survey_header_rows import header_text
from qhd_riskmap.domain.survey_headers import SheetMapping
from qhd_riskmap.domain.survey_sheet import SurveySheet

# 度, (度), 经度(度), 经度度, 东经度; header texts are normalised, so ″ has become two ′.
_PARTS: Final = tuple(
    re.compile(rf"(?:.*[经纬(/_-])?度?(?:{sign})\)?")
    for sign in ("度|°", "分|['′]", "秒|[\"″]|''|′′")
)
_WHOLE: Final = re.compile(r"(-?\d{1,3})(?:\.0+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedAngles:
    """Rows of hazards after the parts of their angles have been put together.

    Attributes:
        data: The rows; degrees, minutes and seconds stand in the column of the degrees.
        mapping: What the columns are now.
        headers: Of the columns that were put together.
    """

    data: DataRows
    mapping: SheetMapping
    headers: tuple[str, ...] = ()


def join_angles(sheet: SurveySheet, data: DataRows, mapping: SheetMapping) -> JoinedAngles:
    """Put degrees, minutes and seconds together where a sheet keeps them apart."""
    found = [
        column
        for key in ("lon", "lat")
        if (column := mapping.column(key)) is not None and _is_split(sheet, mapping, column.index)
    ]
    if not found:
        return JoinedAngles(data=data, mapping=mapping)
    columns = list(data.columns)
    parts: set[int] = set()
    for column in found:
        first = column.index
        columns[first] = [
            _written(*texts) for texts in zip(*columns[first : first + 3], strict=True)
        ]
        for part in (first + 1, first + 2):
            columns[part] = [None] * len(data.indices)
            parts.add(part)
    return JoinedAngles(
        data=replace(data, columns=tuple(columns)),
        mapping=replace(
            mapping,
            columns=tuple(
                replace(c, field=None, type_fields={}) if c.index in parts else c
                for c in mapping.columns
            ),
        ),
        headers=tuple(column.header for column in found),
    )


def _is_split(sheet: SurveySheet, mapping: SheetMapping, first: int) -> bool:
    """Whether a header row, or the row of units below it, says 度, 分, 秒 over three columns."""
    header = mapping.header
    rows = range(header.top, min(header.bottom + 2, sheet.height))
    return any(_says_parts(sheet.row(row)[first : first + 3]) for row in rows)


def _says_parts(texts: Sequence[str]) -> bool:
    return len(texts) == len(_PARTS) and all(
        part.fullmatch(header_text(text)) for part, text in zip(_PARTS, texts, strict=True)
    )


def _written(degrees: str | None, minutes: str | None, seconds: str | None) -> str | None:
    """One angle; where a part is missing the text is left such that nobody can read it as another."""
    d, m, s = ((text or "").strip() for text in (degrees, minutes, seconds))
    if not (d or m or s):
        return None
    whole = _WHOLE.fullmatch(d)
    return f"{whole[1] if whole else d}°{m or '?'}′" + (f"{s}″" if s else "")
