"""Which rows below the header are hazards, and which are totals, notes, examples or blank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qhd_riskmap.domain.survey_header_rows import header_text
from qhd_riskmap.domain.survey_headers import SheetMapping
from qhd_riskmap.domain.survey_sheet import SurveySheet

EXAMPLE_MARK: Final = "示例"
_TOTALS: Final = frozenset({"合计", "总计", "小计", "共计", "合计:", "总计:", "小计:", "本页合计"})
_EXAMPLES: Final = frozenset({EXAMPLE_MARK, "例", "例:", "样例", "填写示例", "Example"})
_TELLING: Final = frozenset(word[0] for word in _TOTALS | _EXAMPLES)
_NOTE: Final = re.compile(
    r"^(注\d*[:：.、 ]|备注[:：]|说明[:：]|填表|制表|审核人?[:：]|填报|单位负责人[:：]|负责人[:：]|联系人[:：]|"
    r"坐标(系|来源|采用|均)|本表|以上)"
)
_UNIT_CELL: Final = re.compile(
    r"^[(（]?(度|m|米|km|公里|mm|MPa|t|吨|万元|元|人|户|个|℃|%|°|m3|m³|公顷|亩)[)）]?$"
)
_FIRST_CELLS: Final = 6
_NOTE_CELLS: Final = 3
_REPEATED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRows:
    """The rows of hazards.

    Attributes:
        indices: Row indices in the sheet, ascending.
        columns: The sheet's columns cut to these rows, merged blocks filled downwards.
        notes: Texts of note rows.
        skipped: Rows passed over that held something: totals, notes, examples, repeated headers.
    """

    indices: Sequence[int]
    columns: tuple[Sequence[str | None], ...]
    notes: tuple[str, ...]
    skipped: int


def data_rows(sheet: SurveySheet, mapping: SheetMapping) -> DataRows:
    """Sort the rows below the header."""
    start = mapping.header.bottom + 1
    columns = _filled(sheet, start)
    counts = np.zeros(max(sheet.height - start, 0), dtype=np.int64)
    for column in columns:
        counts += np.fromiter(map(bool, column), bool, len(column))
    # A formula without a stored result reads as empty, but its sender sees a value there.
    unsolved = {row - sheet.first_row - start for row, _column in sheet.unsolved}
    for row, _column in sheet.unsolved:
        if row - sheet.first_row >= start:
            counts[row - sheet.first_row - start] += 1
    headers = {c.index: c.header for c in mapping.columns}
    named = mapping.column("name")
    name = named.index if named is not None else None
    keep, notes, skipped = [], [], 0
    firsts = _first_texts(columns)
    for row, (count, text) in enumerate(zip(counts.tolist(), firsts, strict=True)):
        if count <= _NOTE_CELLS and row not in unsolved and _is_blank(columns, row):
            continue
        if text[:1] in _TELLING and header_text(text) in _TOTALS | _EXAMPLES:
            skipped += 1
        elif count <= _NOTE_CELLS and _is_note(columns, row, count, text, name):
            notes.append("".join(column[row] or "" for column in columns))
            skipped += 1
        elif _is_repeated(columns, row, headers) or _is_units(columns, row, first_row=row == 0):
            skipped += 1
        else:
            keep.append(row)
    cut = columns if len(keep) == len(counts) else _taken(columns, keep)
    return DataRows(
        indices=[start + row for row in keep], columns=cut, notes=tuple(notes), skipped=skipped
    )


def _is_blank(columns: Sequence[Sequence[str | None]], row: int) -> bool:
    return all(not column[row] or str(column[row]).isspace() for column in columns)


def _filled(sheet: SurveySheet, start: int) -> tuple[Sequence[str | None], ...]:
    """Columns below the header; a block merged over several rows means "same as above"."""
    columns: list[list[str | None]] = [list(column[start:]) for column in sheet.columns]
    for top, left, bottom, _right in sheet.merged_indices():
        if top >= start and bottom > top:
            text = columns[left][top - start]
            for row in range(top - start, bottom - start + 1):
                columns[left][row] = text
    return tuple(columns)


def _first_texts(columns: Sequence[Sequence[str | None]]) -> list[str]:
    """The first text of every row, within the first few columns."""
    leading = columns[:_FIRST_CELLS]
    return [
        next((cell.strip() for cell in cells if cell and not cell.isspace()), "")
        for cells in zip(*leading, strict=True)
    ]


def _is_note(
    columns: Sequence[Sequence[str | None]], row: int, count: int, text: str, name: int | None
) -> bool:
    if _NOTE.match(text):
        return True
    # One lone cell is a remark, unless it is a name whose place was forgotten.
    return count == 1 and len(columns) > _NOTE_CELLS and (name is None or not columns[name][row])


def _is_repeated(
    columns: Sequence[Sequence[str | None]], row: int, headers: dict[int, str]
) -> bool:
    same = 0
    for index, header in headers.items():
        text = columns[index][row]
        if text and text.strip().lstrip("*")[:1] == header[:1] and header_text(text) == header:
            same += 1
            if same >= _REPEATED:
                return True
        elif text:
            return False
    return False


def _is_units(columns: Sequence[Sequence[str | None]], row: int, *, first_row: bool) -> bool:
    """The row of units some sheets put under the header."""
    if not first_row:
        return False
    texts = ["".join(text.split()) for column in columns if (text := column[row])]
    return bool(texts) and all(_UNIT_CELL.match(text) for text in texts)


def _taken(
    columns: Sequence[Sequence[str | None]], rows: Sequence[int]
) -> tuple[Sequence[str | None], ...]:
    return tuple([column[row] for row in rows] for column in columns)
