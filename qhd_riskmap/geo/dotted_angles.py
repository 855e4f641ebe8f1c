"""Degrees, minutes and seconds parted by dots: 118.57.30, where a sheet shows that it means them.

One such cell may be a slip of 118.5730, kilometres away, or no coordinate at all. Both coordinates of a
place written so, in columns that hold no decimal beside them, cannot be slips.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Final

_LOOKED_AT: Final = 50
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)*")
_DOTTED: Final = re.compile(r"(\d{2,3})\.([0-5]?\d)\.([0-5]?\d(?:\.\d{1,20})?)")
# Of China; the degrees of a date (14.03.05) may lie in the second, never both of a pair.
_LONGITUDES: Final = range(73, 136)
_LATITUDES: Final = range(3, 54)
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．", "0123456789.")


def signed(text: str) -> str:
    """A text whose every number is such an angle with signs in place of the dots; "" for any other.

    >>> signed("118.57.30, 40.24.25.2"), signed("118.57.30, 40.407"), signed("118.57.60")
    ('118°57′30″, 40°24′25.2″', '', '')
    """
    plain = text.translate(_FULL_WIDTH)
    found = _NUMBER.findall(plain)
    if not found or not all(map(_DOTTED.fullmatch, found)):
        return ""
    return _DOTTED.sub(r"\1°\2′\3″", plain)


def dotted_pairs(first: Sequence[str | None], second: Sequence[str | None]) -> list[int]:
    """Rows of two columns whose cells both are such angles; none where a cell is a plain number."""
    if not (_habit(first) and _habit(second)) or _any_plain(first) or _any_plain(second):
        return []
    rows = sorted(_dotted(first) & _dotted(second))
    return [row for row in rows if _apart(first[row] or "", second[row] or "")]


def dotted_places(column: Sequence[str | None]) -> list[int]:
    """Rows of one column of places whose numbers all are such angles; none where one has a plain number."""
    if not _habit(column) or any(_plain_numbers(text) for text in column if text):
        return []
    rows = []
    for row in sorted(_dotted(column)):
        degrees = _degrees(column[row] or "")
        pairs = list(zip(degrees[::2], degrees[1::2], strict=False))
        if len(degrees) % 2 == 0 and all(_of_a_place(pair) for pair in pairs):
            rows.append(row)
    return rows


def _habit(column: Iterable[str | None]) -> bool:
    """Whether the first cells show such an angle; nearly all sheets end here, however long."""
    return bool(_dotted(islice(filter(None, column), _LOOKED_AT)))


def _dotted(column: Iterable[str | None]) -> set[int]:
    return {row for row, text in enumerate(column) if text and signed(text)}


def _any_plain(column: Iterable[str | None]) -> bool:
    return any(text and _is_number(text) for text in column)


def _is_number(text: str) -> bool:
    found = _NUMBER.fullmatch(text.translate(_FULL_WIDTH).strip(" 　°度"))
    return found is not None and found[0].count(".") <= 1


def _plain_numbers(text: str) -> bool:
    """Whether a place is written as two plain numbers."""
    found = _NUMBER.findall(text.translate(_FULL_WIDTH))
    return len(found) == 2 and all(number.count(".") <= 1 for number in found)  # noqa: PLR2004


def _apart(first: str, second: str) -> bool:
    return _of_a_place((*_degrees(first), *_degrees(second)))


def _degrees(text: str) -> list[int]:
    return [
        int(number.partition(".")[0]) for number in _NUMBER.findall(text.translate(_FULL_WIDTH))
    ]


def _of_a_place(degrees: Collection[int]) -> bool:
    """Whether two angles are a longitude and a latitude of the country, in either order."""
    if len(degrees) != 2:  # noqa: PLR2004
        return False
    low, high = sorted(degrees)
    return low in _LATITUDES and high in _LONGITUDES
