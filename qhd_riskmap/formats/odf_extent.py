"""Refuses OpenDocument sheets whose repeat counts would fill memory; tells what is hidden and merged."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from qhd_riskmap.domain.survey_sheet import MergedRange
from qhd_riskmap.formats.error_cells import MOST_TOLD, Place, error_named, is_error
from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    GuardedArchive,
    refuse_entities,
    refuse_filled,
    too_large,
)

_TOKEN: Final = re.compile(
    rb"<table:(table-row|table-column|table-cell|covered-table-cell|table)\b([^<>]*)>"
    rb"|</table:(table-row|table)>"
)
_COLUMNS: Final = re.compile(rb'table:number-columns-repeated="(\d{1,9})"')
_ROWS: Final = re.compile(rb'table:number-rows-repeated="(\d{1,9})"')
_NAME: Final = re.compile(rb'table:name="([^"]*)"')
_SPANNED: Final = re.compile(rb'table:number-(columns|rows)-spanned="(\d{1,7})"')
_HIDDEN: Final = re.compile(rb'table:visibility="(?:collapse|filter)"')
_SHOWN: Final = re.compile(rb"\s*<text:p[^<>]*>([^<]{1,24})<")
_CONTENT: Final = "content.xml"
_LARGEST: Final = 256 * 2**20


@dataclass(frozen=True, slots=True)
class OdsLayout:
    """What the reader does not tell of a table.

    Attributes:
        rows: Row numbers, from 1, that the sender has hidden or filtered away.
        columns: Column numbers likewise.
        merged: The merged blocks.
        unsolved: Row and column, from 1, of formulas without a stored result.
        failed: Row and column, from 1, of cells that hold an error, with its text.
    """

    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    merged: tuple[MergedRange, ...] = ()
    unsolved: frozenset[Place] = frozenset()
    failed: Mapping[Place, str] = field(default_factory=dict)


PLAIN_LAYOUT: Final = OdsLayout()


@dataclass(slots=True)
class _Table:
    """What the walk over one table has seen so far; blank rows and cells count once others follow."""

    rows: int = 0
    pending_rows: int = 0
    width: int = 0
    row_width: int = 0
    row_filled: int = 0
    filled: int = 0
    pending_cells: int = 0
    repeated: int = 1
    columns: int = 0
    row_hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[MergedRange] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    unsolved: set[Place] = field(default_factory=set)
    failed: dict[Place, str] = field(default_factory=dict)

    def column(self, attributes: bytes) -> None:
        count = _number(_COLUMNS, attributes)
        if _HIDDEN.search(attributes):
            last = min(self.columns + count, MAX_COLUMNS)
            self.hidden_columns += range(self.columns + 1, last + 1)
        self.columns += count

    def begin_row(self, attributes: bytes) -> None:
        self.row_width = self.row_filled = self.pending_cells = 0
        self.repeated = _number(_ROWS, attributes)
        self.unread.clear()
        self.row_hidden = _HIDDEN.search(attributes) is not None

    def cell(self, attributes: bytes, content: bytes, begin: int) -> None:
        columns = _number(_COLUMNS, attributes)
        failed = b'value-type="error"' in attributes
        if failed or (b"table:formula=" in attributes and b"office:value" not in attributes):
            said = _error_said(content, begin) if failed else ""
            first = self.row_width + self.pending_cells + 1
            last = min(first + columns, MAX_COLUMNS + 1)
            self.unread += [(column, said) for column in range(first, last)]
        if b"-spanned=" in attributes:
            self._merge(attributes)
        if attributes.endswith(b"/") and b"office:value" not in attributes:
            self.pending_cells += columns
        else:
            self.row_width += self.pending_cells + columns
            self.row_filled += columns
            self.pending_cells = 0

    def _merge(self, attributes: bytes) -> None:
        spans = {key: int(number) for key, number in _SPANNED.findall(attributes)}
        down, across = max(spans.get(b"rows", 1), 1), max(spans.get(b"columns", 1), 1)
        if (down, across) != (1, 1) and len(self.merged) < MAX_ROWS:
            top = self.rows + self.pending_rows + 1
            left = self.row_width + self.pending_cells + 1
            self.merged.append(MergedRange(top, left, top + down - 1, left + across - 1))

    def end_row(self) -> None:
        first = self.rows + self.pending_rows + 1
        self._tell_unread(first)
        if not self.row_width:
            self.pending_rows += self.repeated
            return
        self.filled += self.row_filled * self.repeated
        self.rows += self.pending_rows + self.repeated
        self.pending_rows = 0
        self.width = max(self.width, self.row_width)
        if self.row_hidden and self.rows <= MAX_ROWS:
            self.hidden_rows += range(first, self.rows + 1)

    def _tell_unread(self, first: int) -> None:
        for row in range(first, min(first + self.repeated, MAX_ROWS + 1)) if self.unread else ():
            if len(self.failed) + len(self.unsolved) >= MOST_TOLD:
                return
            for column, said in self.unread:
                if said:
                    self.failed[row, column] = said
                else:
                    self.unsolved.add((row, column))

    @property
    def too_large(self) -> bool:
        return (
            self.rows > MAX_ROWS or self.width > MAX_COLUMNS or self.rows * self.width > MAX_CELLS
        )


def check_ods(archive: GuardedArchive, name: str) -> Mapping[str, OdsLayout]:
    """Measure every table of an OpenDocument sheet; what the reader leaves out, by name.

    Trailing blank cells and rows, which offices write by the million, do not count.

    Raises:
        UnreadableFileError: An entity declaration, or more cells than the limits.
    """
    content = archive.read(_CONTENT, _LARGEST)
    refuse_entities(content, name, first=True)
    tables: dict[str, _Table] = {}
    table = _Table()
    for token in _TOKEN.finditer(content):
        opened, attributes, closed = token[1], token[2] or b"", token[3]
        if opened == b"table":
            table = _Table()
            found = _NAME.search(attributes)
            tables[_text(found[1]) if found else ""] = table
        elif opened == b"table-column":
            table.column(attributes)
        elif opened == b"table-row":
            table.begin_row(attributes)
        elif opened is not None:
            table.cell(attributes, content, token.end())
        if closed == b"table-row" or (opened == b"table-row" and attributes.endswith(b"/")):
            table.end_row()
            if table.too_large:
                raise too_large(name)
            refuse_filled(table.filled, name)
    return {
        key: OdsLayout(
            tuple(item.hidden_rows),
            tuple(item.hidden_columns),
            tuple(item.merged),
            frozenset(item.unsolved),
            item.failed,
        )
        for key, item in tables.items()
    }


def _error_said(content: bytes, begin: int) -> str:
    """What an error cell shows; its text follows the tag."""
    found = _SHOWN.match(content, begin)
    return _text(found[1]) if found and is_error(_text(found[1])) else error_named(0x2A)


def _text(raw: bytes) -> str:
    return html.unescape(raw.decode("utf-8", "replace"))


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return max(int(found[1]), 1) if found else 1
