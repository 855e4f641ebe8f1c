"""Numbers with more digits than a spreadsheet keeps: ids that were typed into cells not set to text."""

from __future__ import annotations

import re
from typing import Final

from qhd_riskmap.domain.survey_sheet import column_number
from qhd_riskmap.formats.sheet_guard import GuardedArchive

SIGNIFICANT_DIGITS: Final = 15
LONGEST_EXACT: Final = 1e15
MOST_TOLD: Final = 200_000
_OVERLAP: Final = 1024
# No type, or type n: a number. Texts say s, str or inlineStr.
_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\b((?:\s[\w:]+=\"[^\"<>]*\")*)\s*>\s*<(?:\w+:)?v>"
    rb"-?(\d{16,}(?:\.\d*)?|\d\.?\d*[eE]\+?0*(?:1[5-9]|2\d))<"
)
_PLACE: Final = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_TYPE: Final = re.compile(rb'\st="(?!n")')


def rounded_numbers(archive: GuardedArchive, part: str) -> frozenset[tuple[int, int]]:
    """Row and column, from 1, of the number cells of a worksheet part that have lost digits."""
    found: set[tuple[int, int]] = set()
    tail = b""
    for piece in archive.pieces(part):
        block = tail + piece
        tail = block[-_OVERLAP:]
        for cell in _CELL.finditer(block):
            place = _PLACE.search(cell[1])
            if place is not None and not _TYPE.search(cell[1]):
                found.add((int(place[2]), column_number(place[1].decode())))
        if len(found) >= MOST_TOLD:
            break
    return frozenset(found)
