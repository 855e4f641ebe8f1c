"""Refuses OpenDocument sheets whose repeat counts would fill memory."""

from __future__ import annotations

import re
from typing import Final

from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    GuardedArchive,
    refuse_entities,
    too_large,
)

_TOKEN: Final = re.compile(
    rb"<table:(table-row|table-cell|covered-table-cell|table)\b([^<>]*)>|</table:(table-row|table)>"
)
_COLUMNS: Final = re.compile(rb'table:number-columns-repeated="(\d{1,9})"')
_ROWS: Final = re.compile(rb'table:number-rows-repeated="(\d{1,9})"')
_CONTENT: Final = "content.xml"
_LARGEST: Final = 256 * 2**20


def check_ods(archive: GuardedArchive, name: str) -> None:
    """Measure every table of an OpenDocument sheet.

    Trailing blank cells and rows, which offices write by the million, do not count.

    Raises:
        UnreadableFileError: An entity declaration, or more cells than the limits.
    """
    content = archive.read(_CONTENT, _LARGEST)
    refuse_entities(content, name, first=True)
    rows = width = row_width = pending_columns = repeated = pending_rows = 0
    for token in _TOKEN.finditer(content):
        opened, attributes, closed = token[1], token[2] or b"", token[3]
        if opened == b"table":
            rows = width = pending_rows = 0
        elif opened == b"table-row":
            row_width = pending_columns = 0
            repeated = _number(_ROWS, attributes)
        elif opened is not None:
            columns = _number(_COLUMNS, attributes)
            if attributes.endswith(b"/") and b"office:value" not in attributes:
                pending_columns += columns
            else:
                row_width += pending_columns + columns
                pending_columns = 0
        if closed == b"table-row" or (opened == b"table-row" and attributes.endswith(b"/")):
            if row_width:
                rows += pending_rows + repeated
                pending_rows = 0
                width = max(width, row_width)
            else:
                pending_rows += repeated
            if rows > MAX_ROWS or width > MAX_COLUMNS or rows * width > MAX_CELLS:
                raise too_large(name)


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return max(int(found[1]), 1) if found else 1
