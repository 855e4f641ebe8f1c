"""Cuts a sheet into its tables: stacked under each other, or side by side.

Every table is a `SurveySheet` of its own that keeps the sender's cell addresses, so everything after
reads it like any other sheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

from qhd_riskmap.domain.schema import Field
from qhd_riskmap.domain.survey_columns import header_words, recognise_header
from qhd_riskmap.domain.survey_header_rows import HeaderRows, find_header, header_text
from qhd_riskmap.domain.survey_headers import (
    NO_CHOICE,
    NOTHING_REMEMBERED,
    SHEET_FIELDS,
    ColumnChoice,
    located_by,
)
from qhd_riskmap.domain.survey_sheet import MergedRange, SurveySheet

_NAME_COLUMNS: Final = 12
_FEWEST_KNOWN: Final = 3
_LONGEST_NAME: Final = 12
_TITLE_CELLS: Final = 2
_DEEPEST: Final = 3
_MOST_TABLES: Final = 200
_NAME: Final = "名称"
_MARKS: Final = "*★☆ \n\u3000"
# 一、… （二）… 3.… 表4…: the title of one table, not of the sheet.
_OF_ONE_TABLE: Final = re.compile(
    r"^[(（]?(附?表)?([一二三四五六七八九十]+|\d+)[)）]?[、.．:：)）\s]"
)


def split_tables(
    sheet: SurveySheet,
    choice: ColumnChoice = NO_CHOICE,
    remembered: Mapping[str, Mapping[str, str]] = NOTHING_REMEMBERED,
) -> tuple[SurveySheet, ...]:
    """The tables of a sheet, in reading order; the sheet itself where it is one table.

    A piece counts as a table only where its own header names what a hazard is called and where it
    lies; everything else stays with the table before it, so that nothing is lost. The first table may
    call its names something nobody knows: it is refused later, and the tables after it are read.

    Args:
        sheet: The sheet.
        choice: How an officer says that it is to be read; who points at a header row means one table.
        remembered: What officers said of other sheets, header → field key by fingerprint.
    """
    if sheet.header_row or choice.header_row:
        return (sheet,)
    headings = _Headings(choice, NOTHING_REMEMBERED if choice.afresh else remembered)
    blocks = _side_by_side(sheet, headings)
    tables = [table for block in blocks for table in _stacked(block, headings)]
    return tuple(tables) if len(tables) > 1 else (sheet,)


@dataclass(frozen=True, slots=True)
class _Headings:
    """Reads the headers of pieces by the program's own words and by what officers said."""

    choice: ColumnChoice
    remembered: Mapping[str, Mapping[str, str]]

    def find(self, sheet: SurveySheet) -> HeaderRows | None:
        return find_header(sheet, SHEET_FIELDS, self.remembered)

    def keys(self, header: HeaderRows) -> list[str]:
        """Per column the key of the field it is taken for; "" for none."""
        said = self.choice.said_of(header, self.remembered)
        titles = header.headers
        return [
            said.get(titles.get(index, ""), field.key if (field := _field_of(options)) else "")
            for index, options in enumerate(header.names)
        ]

    def words(self) -> tuple[frozenset[str], frozenset[str]]:
        """What columns of names are headed, and what such words begin with."""
        words, firsts = _name_words()
        every = (self.choice.fields, *self.remembered.values())
        names = {text for said in every for text, key in said.items() if key == "name"}
        more = names | {header_words(text)[-1] for text in names}
        return words | more, firsts | {text[0] for text in more if text}


def cut(
    sheet: SurveySheet, rows: tuple[int, int], columns: tuple[int, int], context: Sequence[str] = ()
) -> SurveySheet:
    """A rectangle of a sheet, by 0-based bounds of which the second is exclusive."""
    top, bottom = rows
    left, right = columns
    whole = top == 0 and bottom >= sheet.height
    return replace(
        sheet,
        columns=tuple(c if whole else c[top:bottom] for c in sheet.columns[left:right]),
        first_row=sheet.first_row + top,
        first_column=sheet.first_column + left,
        merged=tuple(block for block in sheet.merged if _overlaps(block, sheet, rows, columns)),
        context=(*sheet.context, *context),
    )


def _overlaps(
    block: MergedRange, sheet: SurveySheet, rows: tuple[int, int], columns: tuple[int, int]
) -> bool:
    """Blocks that begin outside hold their text there; what sticks out into the piece is blank."""
    return (
        sheet.first_row + rows[0] <= block.top < sheet.first_row + rows[1]
        and sheet.first_column + columns[0] <= block.left < sheet.first_column + columns[1]
    )


# Side by side


def _side_by_side(sheet: SurveySheet, headings: _Headings) -> list[SurveySheet]:
    header = headings.find(sheet)
    if header is None:
        return [sheet]
    edges = _gaps(sheet) or _repeats(sheet, header, headings)
    if not edges:
        return [sheet]
    bounds = [0, *edges, sheet.width]
    blocks: list[tuple[int, int]] = []
    for left, right in pairwise(bounds):
        if blocks and not _usable(cut(sheet, (0, sheet.height), (left, right)), headings):
            blocks[-1] = (blocks[-1][0], right)
        else:
            blocks.append((left, right))
    first = cut(sheet, (0, sheet.height), blocks[0])
    if len(blocks) == 1 or not _usable(first, headings, named=False):
        return [sheet]
    titles = _shared_titles(sheet, header)
    return [
        first,
        *(cut(sheet, (0, sheet.height), block, context=titles) for block in blocks[1:]),
    ]


def _gaps(sheet: SurveySheet) -> list[int]:
    """Columns right of a blank one, where another table may begin."""
    blank = [not any(column) for column in sheet.columns]
    return [i for i in range(1, sheet.width) if blank[i - 1] and not blank[i]]


def _repeats(sheet: SurveySheet, header: HeaderRows, headings: _Headings) -> list[int]:
    """Columns where a header row without gaps begins anew."""
    names = [header.header(column) for column in range(sheet.width)]
    first = next(index for index, name in enumerate(names) if name)
    again = [index for index, name in enumerate(names) if name == names[first] and index > first]
    known = [key == "name" for key in headings.keys(header)]
    bounds = [0, *again, sheet.width]
    pieces = pairwise(bounds)
    return again if all(any(known[left:right]) for left, right in pieces) else []


def _shared_titles(sheet: SurveySheet, header: HeaderRows) -> tuple[str, ...]:
    """Titles above all blocks, which stand in the cells of the first."""
    return tuple(text for row in range(header.top) for text in sheet.row(row) if text)


def _usable(sheet: SurveySheet, headings: _Headings, *, named: bool = True) -> bool:
    """Whether a block is a table by itself; one that is not ``named`` may only seem to name hazards."""
    header = headings.find(sheet)
    if header is None:
        return False
    keys = headings.keys(header)
    told = "name" in keys or (not named and bool(like_names(header)))
    return told and located_by(keys)


def like_names(header: HeaderRows) -> list[int]:
    """Columns that seem to hold what hazards are called, the likeliest first: 企业名称, then 单位."""
    found = [_field_of(options) for options in header.names]
    words = [header_words(options[-1])[-1] if options else "" for options in header.names]
    likely = [
        index
        for index, (field, word) in enumerate(zip(found, words, strict=True))
        if word.endswith(_NAME) and (field is None or field.key == "unit")
    ]
    units = [
        index for index, field in enumerate(found) if field is not None and field.key == "unit"
    ]
    return list(dict.fromkeys((*likely, *units)))


def _field_of(options: Sequence[str]) -> Field | None:
    return next((f for text in options if (f := recognise_header(text, SHEET_FIELDS))), None)


# Stacked


def _stacked(sheet: SurveySheet, headings: _Headings) -> list[SurveySheet]:
    starts: list[HeaderRows] = []
    below = 0
    for row in _header_suspects(sheet, headings):
        if row < below or len(starts) >= _MOST_TABLES:
            continue
        found = _header_near(sheet, row, below, headings)
        if found is None:
            continue
        below = found.bottom + 1
        if not starts:
            starts += _nameless_above(sheet, found.top, headings)
        elif _same_table(sheet, starts[-1], found):
            continue
        starts.append(found)
    if len(starts) < 2:  # noqa: PLR2004 - the table's own header and another
        return [sheet]
    tops = [0, *(_title_top(sheet, header.top) for header in starts[1:])]
    ends = [*tops[1:], sheet.height]
    titles = [
        text
        for row in range(starts[0].top)
        for text in sheet.row(row)
        if text and not _OF_ONE_TABLE.match(text.strip())
    ]
    return [
        cut(sheet, (top, end), (0, sheet.width), context=titles if number else ())
        for number, (top, end) in enumerate(zip(tops, ends, strict=True))
    ]


def _header_suspects(sheet: SurveySheet, headings: _Headings) -> list[int]:
    """Rows in which a cell is what the column of names is usually headed."""
    words, firsts = headings.words()
    rows: set[int] = set()
    for column in sheet.columns[:_NAME_COLUMNS]:
        few = {text for text in column if text and text[0] in firsts and len(text) <= _LONGEST_NAME}
        heads = {text for text in few if _heads(text, words)}
        if heads:
            rows.update(row for row, text in enumerate(column) if text in heads)
    return sorted(rows)


def _heads(text: str, words: frozenset[str]) -> bool:
    plain = text.strip(_MARKS)
    if plain.isalnum():  # the usual case by far, and fast
        return plain in words
    return header_words(header_text(text))[-1] in words


@cache
def _name_words() -> tuple[frozenset[str], frozenset[str]]:
    fields = {field.key: field for field in SHEET_FIELDS}
    name = fields["name"]
    # 企业名称 may head the names of a table that has no other; without a word it is not read as such.
    likely = [word for word in fields["unit"].aliases if word.endswith(_NAME)]
    words = frozenset(header_words(word)[0] for word in (name.label, *name.aliases, *likely))
    return words, frozenset(word[0] for word in words) | frozenset(_MARKS)


def _nameless_above(sheet: SurveySheet, end: int, headings: _Headings) -> list[HeaderRows]:
    """The header of a table above the first whose names are found, which calls them otherwise."""
    above = cut(sheet, (0, end), (0, sheet.width))
    found = headings.find(above)
    return [found] if found is not None and _located(headings.keys(found)) else []


def _located(keys: Sequence[str]) -> bool:
    return sum(map(bool, keys)) >= _FEWEST_KNOWN and located_by(keys)


def _header_near(
    sheet: SurveySheet, row: int, below: int, headings: _Headings
) -> HeaderRows | None:
    """The header that has ``row`` as one of its rows, and is a table's."""
    top = max(row - _DEEPEST + 1, below)
    window = cut(sheet, (top, min(row + _DEEPEST, sheet.height)), (0, sheet.width))
    found = headings.find(window)
    if found is None or not found.top <= row - top <= found.bottom:
        return None
    keys = headings.keys(found)
    if not _located(keys) or ("name" not in keys and not like_names(found)):
        return None
    return HeaderRows(top=found.top + top, bottom=found.bottom + top, names=found.names)


def _same_table(sheet: SurveySheet, before: HeaderRows, found: HeaderRows) -> bool:
    """A header printed again on the next page, which begins no table of its own."""
    return (
        found.top == found.bottom
        and before.names == found.names
        and _title_top(sheet, found.top) == found.top
    )


def _title_top(sheet: SurveySheet, header_top: int) -> int:
    """The first of the title rows directly above a header."""
    top = header_top
    while top > 0 and _is_title(sheet.row(top - 1)):
        top -= 1
    return top


def _is_title(row: Sequence[str]) -> bool:
    filled = [text for text in row if text]
    # A lone cell that ends a table is a note or a total; a title stands right above the header.
    return 0 < len(filled) <= _TITLE_CELLS and not _ENDS_TABLE.match("".join(filled[0].split()))


_ENDS_TABLE: Final = re.compile(
    r"^(合计|总计|小计|共计|本页|累计|注\d*[:：.、]|备注|说明|填表人|制表人|审核|填报人|单位负责人)"
)
