"""Formulas of an xlsx whose results were never stored: readers see such cells as empty.

Excel and WPS store the result beside every formula. Programs that only write files do not, so a whole
column may look empty to every reader although its sender sees numbers.
"""

from __future__ import annotations

import re
from typing import Final

from qhd_riskmap.domain.survey_sheet import column_number
from qhd_riskmap.formats.sheet_guard import GuardedArchive

# Enough to tell the sender; a hostile sheet could hold tens of millions.
MOST_TOLD: Final = 200_000
_LONGEST_CELL: Final = 2**16  # a formula has at most 8192 characters
# The children of a cell stand in this order: formula, value.
_FORMULA_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*"
    rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\b(?:[^<>]*/>|[^<>]*>([^<]*)<))?"
)
_PLACE: Final = re.compile(rb'(?:^|\s)r="([A-Z]{1,3})(\d{1,7})"')
_TEXT: Final = re.compile(rb'(?:^|\s)t="str"')


def unsolved_formulas(archive: GuardedArchive, part: str) -> frozenset[tuple[int, int]]:
    """Row and column, from 1, of every formula cell of a worksheet part without a stored result.

    An empty text is a result too (``=IF(A1="","",A1)``): only its cell says ``t="str"``.
    """
    found: set[tuple[int, int]] = set()
    tail = b""
    for piece in archive.pieces(part):
        block = tail + piece
        cut = _last_cell(block)
        tail = block[cut:]
        _collect(block[:cut], found)
        if len(found) >= MOST_TOLD:
            return frozenset(found)
    _collect(tail, found)
    return frozenset(found)


def _last_cell(block: bytes) -> int:
    """Where the last cell begins: it may go on in the next piece."""
    start = max(block.rfind(b"<c "), block.rfind(b":c "))
    start = block.rfind(b"<", 0, start + 1)
    return start if start >= 0 and len(block) - start <= _LONGEST_CELL else len(block)


def _collect(block: bytes, found: set[tuple[int, int]]) -> None:
    for cell in _FORMULA_CELL.finditer(block):
        if cell[3] or (cell[2] and _TEXT.search(cell[1])):
            continue
        place = _PLACE.search(cell[1])
        if place is not None:
            found.add((int(place[2]), column_number(place[1].decode())))
