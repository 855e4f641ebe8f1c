"""Refuses old workbooks (xls, et) whose cells span more than memory holds; tells what is hidden.

The reader takes the numbers of a record at their word: two bytes that say "65,535 columns" make it
reserve a hundred gigabytes and end the process. Records are walked here as it walks them ([MS-XLS] 2.1.4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from qhd_riskmap.formats.error_cells import MOST_TOLD, Place, error_named
from qhd_riskmap.formats.ole_file import OleFile
from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    damaged,
    locked,
    refuse_filled,
    too_large,
)

_EOF, _PASSWORD, _SHEET, _STRINGS = 0x000A, 0x002F, 0x0085, 0x00FC
_EXTENT, _ROW, _COLUMNS = 0x0200, 0x0208, 0x007D
_CELLS: Final = frozenset(
    {0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD, 0x0406, 0x0002, 0x0003, 0x0004}
)
_SEVERAL: Final = frozenset({0x00BD, 0x00BE})
_BLANK, _SEVERAL_NUMBERS = 0x0201, 0x00BD
_BOOL_OR_ERROR, _FORMULA, _RESULT_IS_ERROR = 0x0205, 0x0006, 2
_MOST_SHEETS: Final = 1000
_HIDDEN_ROW: Final = 0x20


@dataclass(slots=True)
class XlsLayout:
    """What the reader does not tell of a table; rows and columns count from 1.

    Attributes:
        rows: Rows that the sender has hidden or filtered away.
        columns: Columns likewise.
        failed: Cells that hold an error, with its text.
    """

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    failed: dict[Place, str] = field(default_factory=dict)


def check_xls(content: bytes, name: str) -> list[XlsLayout]:
    """Measure every sheet of an old workbook; what each table hides, in the workbook's order.

    Raises:
        UnreadableFileError: No workbook, damaged, with a password, or too large.
    """
    stream = OleFile(content, name).stream("Workbook", "Book", "WORKBOOK", "BOOK")
    if stream is None:
        raise damaged(name, "compound file without a workbook")
    sheets = []
    for kind, body in _records(stream, 0):
        if kind == _PASSWORD:
            raise locked(name)
        if kind == _SHEET and len(body) >= 4:  # noqa: PLR2004
            table = len(body) < 6 or body[5] == 0  # noqa: PLR2004 - others are charts and macros
            sheets.append((struct.unpack_from("<I", body)[0], table))
        elif kind == _STRINGS and len(body) >= 8:  # noqa: PLR2004
            _refuse_many(struct.unpack_from("<II", body), len(stream), name)
    if len(sheets) > _MOST_SHEETS:
        raise too_large(name)
    measured = [(_measure(stream, start, name), table) for start, table in sheets]
    return [layout for layout, table in measured if table]


def _refuse_many(counts: tuple[int, ...], size: int, name: str) -> None:
    """Every text takes three bytes at least, so no stream holds more texts than bytes."""
    if counts[1] > size:
        raise damaged(name, f"{counts[1]} texts in {size} bytes")


def _measure(stream: bytes, start: int, name: str) -> XlsLayout:
    layout = XlsLayout()
    bottom = right = filled = 0
    for kind, body in _records(stream, start):
        filled += _held(kind, body)
        if kind == _EXTENT:
            down, across = _declared(body)
        elif kind in _CELLS and len(body) >= 4:  # noqa: PLR2004
            down, across = (n + 1 for n in struct.unpack_from("<HH", body))
            code = _error_code(kind, body)
            if code is not None and len(layout.failed) < MOST_TOLD:
                layout.failed[down, across] = error_named(code)
        elif kind in _SEVERAL and len(body) >= 6:  # noqa: PLR2004
            down = struct.unpack_from("<H", body)[0] + 1
            across = struct.unpack_from("<H", body, len(body) - 2)[0] + 1
        else:
            _take_hidden(kind, body, layout)
            continue
        bottom, right = max(bottom, down), max(right, across)
        if bottom > MAX_ROWS or right > MAX_COLUMNS or bottom * right > MAX_CELLS:
            raise too_large(name)
        refuse_filled(filled, name)
    return layout


def _held(kind: int, body: bytes) -> int:
    """How many cells with a value a record holds."""
    if kind == _SEVERAL_NUMBERS:
        return max((len(body) - 6) // 6, 0)
    return int(kind in _CELLS and kind != _BLANK)


def _error_code(kind: int, body: bytes) -> int | None:
    """The error that a cell holds, by itself or as the result of its formula; None for any other."""
    if kind == _BOOL_OR_ERROR and len(body) >= 8:  # noqa: PLR2004
        return body[6] if body[7] else None
    if kind == _FORMULA and len(body) >= 14:  # noqa: PLR2004
        return body[8] if body[6] == _RESULT_IS_ERROR and body[12:14] == b"\xff\xff" else None
    return None


def _declared(body: bytes) -> tuple[int, int]:
    """What the record of the extent says; old and new ones differ in the width of rows."""
    if len(body) >= 12:  # noqa: PLR2004
        top, bottom, left, right = struct.unpack_from("<IIHH", body)
    elif len(body) >= 8:  # noqa: PLR2004
        top, bottom, left, right = struct.unpack_from("<4H", body)
    else:
        return 0, 0
    # The reader subtracts; an extent that ends before it begins becomes a huge one.
    backwards = top > bottom or left > right
    return (MAX_ROWS + 1, MAX_COLUMNS + 1) if backwards else (bottom, right)


def _take_hidden(kind: int, body: bytes, layout: XlsLayout) -> None:
    if kind == _ROW and len(body) >= 14 and body[12] & _HIDDEN_ROW:  # noqa: PLR2004
        layout.rows.append(struct.unpack_from("<H", body)[0] + 1)
    elif kind == _COLUMNS and len(body) >= 10 and body[8] & 1:  # noqa: PLR2004
        first, last = struct.unpack_from("<HH", body)
        layout.columns += range(first + 1, min(last + 1, MAX_COLUMNS) + 1)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place up to the end of its part."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        if kind == _EOF:
            return
        at += 4 + size
