"""Cells that hold an error of the spreadsheet (#N/A, #REF!, Err:502) instead of a value.

Readers give them as empty, and a sheet saved as text gives them as words; either way their sender should
hear of each, by its address and with what it says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from qhd_riskmap.domain.survey_sheet import column_number
from qhd_riskmap.formats.sheet_guard import GuardedArchive

# Enough to tell the sender; a hostile sheet could hold tens of millions.
MOST_TOLD: Final = 200_000
Place = tuple[int, int]
_LONGEST: Final = 24
# What a spreadsheet writes, and what it shows where a column is too narrow for a number.
_ERROR: Final = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!?|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|UNKNOWN!|CONNECT!"
    r"|BUSY!|PYTHON!|GETTING_DATA)|Err:\d{3}|#{3,20}",
    re.IGNORECASE,
)
_STARTS: Final = ("\0#", "\0Err:")
_LONGEST_CELL: Final = 2**16
_ERROR_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*\st=[\"']e[\"'][^<>]*)>\s*"
    rb"(?:<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*)?"
    rb"<(?:\w+:)?v\b[^<>]*>([^<]{1,24})<"
)
_PLACE: Final = re.compile(rb"(?:^|\s)r=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
# [MS-XLS] 2.5.10.
_CODES: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def is_error(text: str) -> bool:
    """Whether a text is what a spreadsheet writes in the place of a value.

    >>> is_error("#REF!"), is_error("Err:502"), is_error("#1储罐")
    (True, True, False)
    """
    return len(text) <= _LONGEST and _ERROR.fullmatch(text.rstrip()) is not None


def error_named(code: int) -> str:
    """The text of an error code of old workbooks.

    >>> error_named(0x17)
    '#REF!'
    """
    return _CODES.get(code, "#N/A")


def error_cells(archive: GuardedArchive, part: str) -> dict[Place, str]:
    """Row and column, from 1, of every error cell of a worksheet part, with its text."""
    found: dict[Place, str] = {}
    tail = b""
    for piece in archive.pieces(part):
        block = tail + piece
        cut = block.rfind(b"<row")
        cut = cut if cut > 0 and len(block) - cut <= _LONGEST_CELL else _last_cell(block)
        tail = block[cut:]
        _collect(block[:cut], found)
        if len(found) >= MOST_TOLD:
            return found
    _collect(tail, found)
    return found


def _last_cell(block: bytes) -> int:
    start = max(block.rfind(b"<c "), block.rfind(b":c "))
    start = block.rfind(b"<", 0, start + 1)
    return start if start >= 0 and len(block) - start <= _LONGEST_CELL else len(block)


def _collect(block: bytes, found: dict[Place, str]) -> None:
    for cell in _ERROR_CELL.finditer(block):
        place = _PLACE.search(cell[1])
        if place is not None:
            where = (int(place[2]), column_number(place[1].decode()))
            found[where] = cell[2].decode("utf-8", "replace").strip()


def without_errors(
    columns: Sequence[Sequence[str | None]], first: Place, known: Mapping[Place, str]
) -> tuple[tuple[Sequence[str | None], ...], Mapping[Place, str]]:
    """Columns without texts that are errors, and all errors by row and column from 1.

    Args:
        columns: Texts as read.
        first: Row and column of the first text.
        known: Errors that the reader has left out.
    """
    found = dict(known)
    cleared: list[Sequence[str | None]] = []
    for index, column in enumerate(columns):
        # All texts as one: looking at each takes ten times as long.
        whole = f"\0{chr(0).join(filter(None, column))}"
        suspect = any(start in whole for start in _STARTS)
        wrong = {text for text in set(column) if text and is_error(text)} if suspect else None
        if wrong:
            for row, text in enumerate(column):
                if text in wrong and len(found) < MOST_TOLD:
                    found[first[0] + row, first[1] + index] = (text or "").strip()
            column = [None if text in wrong else text for text in column]  # noqa: PLW2901
        cleared.append(column)
    return tuple(cleared), found
