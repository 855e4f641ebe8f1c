"""Refuses binary workbooks (xlsb) whose cells span more than memory holds ([MS-XLSB] 2.1.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    GuardedArchive,
    damaged,
    too_large,
)

_ROW_HEADER: Final = 0  # BrtRowHdr
_CELLS: Final = range(1, 12)  # BrtCellBlank … BrtFmlaError
_TEXTS: Final = 159  # BrtBeginSst
_VARINT_BYTES: Final = 4


def check_xlsb(archive: GuardedArchive, name: str) -> None:
    """Measure every worksheet.

    Raises:
        UnreadableFileError: Damaged records, or more cells than the limits.
    """
    for part in archive.parts:
        if part.startswith("xl/worksheets/") and part.endswith(".bin"):
            _check_part(archive.read(part, 256 * 2**20), name)
        elif part.endswith("sharedStrings.bin"):
            _check_texts(archive.read(part, 256 * 2**20), name)


def _check_texts(content: bytes, name: str) -> None:
    """The reader reserves memory for as many texts as are claimed."""
    kind, body = next(_records(content, name), (0, b""))
    if kind == _TEXTS and int.from_bytes(body[4:8], "little") > len(content):
        raise damaged(name, "more texts than bytes")


def _check_part(content: bytes, name: str) -> None:
    bottom = right = 0
    for kind, body in _records(content, name):
        if kind == _ROW_HEADER:
            bottom = max(bottom, int.from_bytes(body[:4], "little") + 1)
        elif kind in _CELLS:
            right = max(right, int.from_bytes(body[:4], "little") + 1)
        if bottom > MAX_ROWS or right > MAX_COLUMNS or bottom * right > MAX_CELLS:
            raise too_large(name)


def _records(content: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, at = _varint(content, at, 2)
        size, at = _varint(content, at, _VARINT_BYTES)
        if at + size > len(content):
            raise damaged(name, "xlsb record beyond the end")
        yield kind, content[at : at + size]
        at += size


def _varint(content: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for place in range(longest):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return value, at
