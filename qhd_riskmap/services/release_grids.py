"""Places that are told as a cell of a grid of the world: geohash, plus codes, keys of map tiles.

A cell wider than `_WIDE` degrees is coarser than a release grid and stands for its middle alone; a
finer one stands for points all over it, so that whatever lies in it is near one of them.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from typing import Final

from qhd_riskmap.services.release_moves import spelled_places

Box = tuple[float, float, float, float]

# The region lies in the geohashes ww and wx; others are words of a library.
# Each pattern begins with its first letter, which the engine skips to; only then it looks behind.
_GEOHASH = re.compile(
    r"[wW](?<![0-9A-Za-z][wW])[wWxX][0-9b-hjkmnp-zB-HJKMNP-Z]{5,10}(?![0-9A-Za-z])"
)
_GEOHASH_DIGITS: Final = "0123456789bcdefghjkmnpqrstuvwxyz"
_PLUS = re.compile(
    r"8(?<![0-9A-Za-z]8)(?i:[PQ][23456789CFGHJMPQRVWX]{6}\+[23456789CFGHJMPQRVWX]{2,7})"
)
_PLUS_DIGITS: Final = "23456789CFGHJMPQRVWX"
_PLUS_ROWS, _PLUS_COLUMNS = 5, 4
_PLUS_PAIRS: Final = 10  # digits in pairs; each after them cuts the cell in 5 by 4
_TILE_KEY = re.compile(r"1(?<![0-9A-Za-z]1)[0-3]{17,24}(?![0-9A-Za-z])")
_WIDE: Final = 4e-4
_STEP: Final = 1e-4  # degrees; ten metres


def gridded_places(text: str) -> str:
    """The places of all cells in the text, spelled out one a line; "" where there are none.

    >>> gridded_places("id wxjz2qp8z").split()[0][:4], gridded_places("a word")
    ('120.', '')
    """
    boxes = itertools.chain(
        (_geohash(match.group()) for match in _GEOHASH.finditer(text)),
        (_plus_code(match.group()) for match in _PLUS.finditer(text)),
        (_tile(match.group()) for match in _TILE_KEY.finditer(text)),
    )
    return spelled_places(place for box in boxes for place in _places(box))


def _places(box: Box) -> Iterator[tuple[float, float]]:
    west, south, east, north = box
    fine = max(east - west, north - south) <= _WIDE
    columns = math.ceil((east - west) / _STEP) if fine else 1
    rows = math.ceil((north - south) / _STEP) if fine else 1
    for column, row in itertools.product(range(columns), range(rows)):
        yield (
            west + (column + 0.5) * (east - west) / columns,
            south + (row + 0.5) * (north - south) / rows,
        )


def _geohash(text: str) -> Box:
    west, south, east, north = -180.0, -90.0, 180.0, 90.0
    across = True
    for digit in text.lower():
        value = _GEOHASH_DIGITS.index(digit)
        for bit in (16, 8, 4, 2, 1):
            if across:
                middle = (west + east) / 2
                west, east = (middle, east) if value & bit else (west, middle)
            else:
                middle = (south + north) / 2
                south, north = (middle, north) if value & bit else (south, middle)
            across = not across
    return west, south, east, north


def _plus_code(text: str) -> Box:
    digits = [_PLUS_DIGITS.index(digit) for digit in text.upper().replace("+", "")]
    west, south, size = -180.0, -90.0, 400.0
    for up, along in zip(digits[0:_PLUS_PAIRS:2], digits[1:_PLUS_PAIRS:2], strict=True):
        size /= len(_PLUS_DIGITS)
        west, south = west + along * size, south + up * size
    width = height = size
    for digit in digits[_PLUS_PAIRS:]:
        width, height = width / _PLUS_COLUMNS, height / _PLUS_ROWS
        up, along = divmod(digit, _PLUS_COLUMNS)
        west, south = west + along * width, south + up * height
    return west, south, west + width, south + height


def _tile(key: str) -> Box:
    """A tile of Web Mercator by its key of quarters."""
    column = int("".join(str(int(digit) & 1) for digit in key), 2)
    row = int("".join(str(int(digit) >> 1) for digit in key), 2)
    tiles = 1 << len(key)
    return (
        column / tiles * 360 - 180, _latitude((row + 1) / tiles),
        (column + 1) / tiles * 360 - 180, _latitude(row / tiles),
    )  # fmt: skip


def _latitude(down: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
