"""Refuses binary workbooks (xlsb) whose cells span more than memory holds; tells their errors and what is hidden.

The records are those of [MS-XLSB] 2.1.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qhd_riskmap.formats.error_cells import MOST_TOLD, error_named
from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    GuardedArchive,
    damaged,
    refuse_filled,
    too_large,
)
from qhd_riskmap.formats.workbook_parts import worksheets_by_id
from qhd_riskmap.formats.xls_extent import XlsLayout

_ROW_HEADER: Final = 0  # BrtRowHdr
_CELLS: Final = range(1, 12)  # BrtCellBlank … BrtFmlaError
_BLANK: Final = 1  # BrtCellBlank
_ERRORS: Final = frozenset({3, 11})  # BrtCellError, BrtFmlaError
_COLUMNS: Final = 60  # BrtColInfo
_TEXTS: Final = 159  # BrtBeginSst
_SHEET: Final = 156  # BrtBundleSh
_VARINT_BYTES: Final = 4
_HIDDEN_ROW: Final = 0x10
_NOTHING: Final = 0xFFFFFFFF  # length of a text that is absent
_RELATIONS: Final = "xl/_rels/workbook.bin.rels"


def check_xlsb(archive: GuardedArchive, name: str) -> Mapping[str, XlsLayout]:
    """Measure every worksheet; what each hides, by the sheet's name.

    Raises:
        UnreadableFileError: Damaged records, or more cells than the limits.
    """
    layouts = {}
    for part in archive.parts:
        if part.startswith("xl/worksheets/") and part.endswith(".bin"):
            layouts[part] = _measured(archive.read(part, 256 * 2**20), name)
        elif part.endswith("sharedStrings.bin"):
            _check_texts(archive.read(part, 256 * 2**20), name)
    return {
        sheet: layouts[part] for sheet, part in _sheets(archive, name).items() if part in layouts
    }


def _sheets(archive: GuardedArchive, name: str) -> dict[str, str]:
    """Sheet name → archive part."""
    if _RELATIONS not in archive:
        return {}
    parts = worksheets_by_id(archive, _RELATIONS, name)
    found = {}
    for kind, body in _records(archive.read("xl/workbook.bin"), name):
        if kind == _SHEET:
            relation, at = _text(body, 8)
            sheet, _end = _text(body, at)
            found[sheet] = parts.get(relation, "")
    return found


def _text(body: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    length = int.from_bytes(body[at : at + 4], "little")
    at += 4
    if length == _NOTHING:
        return "", at
    return body[at : at + 2 * length].decode("utf-16-le", "replace"), at + 2 * length


def _check_texts(content: bytes, name: str) -> None:
    """The reader reserves memory for as many texts as are claimed."""
    kind, body = next(_records(content, name), (0, b""))
    if kind == _TEXTS and int.from_bytes(body[4:8], "little") > len(content):
        raise damaged(name, "more texts than bytes")


def _measured(content: bytes, name: str) -> XlsLayout:
    layout = XlsLayout()
    bottom = right = row = filled = 0
    for kind, body in _records(content, name):
        if kind == _ROW_HEADER:
            bottom = max(bottom, row := int.from_bytes(body[:4], "little") + 1)
            if body[11:12] and body[11] & _HIDDEN_ROW:
                layout.rows.append(row)
        elif kind in _CELLS:
            filled += kind != _BLANK
            right = max(right, column := int.from_bytes(body[:4], "little") + 1)
            if kind in _ERRORS and body[8:9] and len(layout.failed) < MOST_TOLD:
                layout.failed[row, column] = error_named(body[8])
        elif kind == _COLUMNS and body[16:17] and body[16] & 1:
            first, last = (int.from_bytes(body[at : at + 4], "little") + 1 for at in (0, 4))
            layout.columns += range(first, min(last, MAX_COLUMNS) + 1)
        if bottom > MAX_ROWS or right > MAX_COLUMNS or bottom * right > MAX_CELLS:
            raise too_large(name)
        refuse_filled(filled, name)
    return layout


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
