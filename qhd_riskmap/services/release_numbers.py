"""Numbers in a text that could be one half of a position, in every form in which people write them.

DOMAIN reference §4.6: decimal degrees; degrees, minutes and seconds with and without signs; the same
packed into one number; what receivers tell; whole millionths; radians; metres of a plane.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

DECIMAL: Final = "decimal"
PLANE: Final = "plane"
_FRACTION: Final = "ddd.mmss"
_PACKED: Final = "dddmmss"
_RECEIVER: Final = "dddmm.mm"
_RADIANS: Final = "radians"

# Degrees around the city, with room for wrong datums; planes are recognised by the same rule after
# conversion (DOMAIN §4.1: belts of 3° and 6° with and without prefix, UTM, Web Mercator).
_LON, _LAT = (117.5, 121.0), (38.5, 41.5)
_EAST, _NORTH = (100_000.0, 50_000_000.0), (4_200_000.0, 5_000_000.0)
_SIXTY: Final = 60.0
_EXACT: Final = 9  # decimals of what is written in another way than by decimals

# Patterns begin with a digit and look behind it afterwards: a text of megabytes is searched five times
# as fast as by patterns that look behind first.
# A word may touch the number (东经119.5), a full stop may end its sentence. Numbers that can have no
# reading, the mass of a drawing, are passed over here: degrees of elsewhere, figures too short.
_NUMBER = re.compile(
    r"(?P<whole>\d(?<![\d.]\d)(?:"
    r"(?<=1)(?:1[7-9]|2[01])|(?<=3)[89]|(?<=4)[01]|(?<=0)(?:3[89]|4[01])"  # degrees of the region
    r"|(?=\.\d{6})|\d{3,4}(?=\.\d{3})|\d{5,9}"  # radians, degrees with minutes, metres
    r"|\d{0,9}(?=(?:\.\d+)?[eE][-+]?\d)))"
    r"(?:\.(?P<decimals>\d+))?(?:[eE](?P<power>[-+]?\d{1,2}))?(?!\d|\.\d)"
)
_SEXAGESIMAL = re.compile(
    r"(\d(?<!\d\d)\d{1,2})\s*[°度:：]\s*(\d{1,2}(?:\.\d+)?)\s*[′'’分:：]"
    r"(?:\s*(\d{1,2}(?:\.\d+)?)(?![\d.]|\s*[°度:：])\s*[″\"”秒]?)?"
)
_BARE_SEXAGESIMAL = re.compile(
    r"([134](?<![\d.]\d)(?:(?<=1)(?:1[789]|2[01])|(?<=3)[89]|(?<=4)[01]))"
    r"[\s\-](\d{1,2})[\s\-](\d{1,2}(?:\.\d+)?)(?![\d.])"
)
_COMMA = re.compile(r"(\d(?<![\d.,]\d)\d{1,2}),(\d{4,})(?![\d.,]\d)")
_THOUSANDS = re.compile(r"\d(?<![\d.,]\d)\d{0,2}(?:([, \u2019'])\d{3})(?:\1\d{3})*(?:\.\d+)?(?!\d)")
_SCALES = {5: (7, 8), 6: (8, 9), 7: (9, 10)}  # power of ten → digits of latitude and longitude


@dataclass(frozen=True, slots=True)
class Number:
    """One half of a position.

    Attributes:
        value: Degrees or metres.
        form: How it is written; only two of a form make a pair.
        across: It is a longitude or an easting; otherwise a latitude or a northing.
        decimals: How fine it is written.
        start: Where it begins in the text.
        end: Where it ends.
        upward: It may be a latitude or a northing; of a plane, some numbers may be both.
    """

    value: float
    form: str
    across: bool
    decimals: int
    start: int
    end: int
    upward: bool


def numbers_in(text: str) -> list[Number]:
    """Every number that may be half of a position, in the order of the text."""
    found: list[Number] = []
    taken: set[int] = set()
    for pattern in (_SEXAGESIMAL, _BARE_SEXAGESIMAL):
        for match in pattern.finditer(text):
            degrees, minutes, seconds = (float(part or 0) for part in match.groups())
            if minutes < _SIXTY and seconds < _SIXTY:
                value = degrees + minutes / 60 + seconds / 3600
                signed = pattern is _SEXAGESIMAL
                found += _angle(value, DECIMAL if signed else "ddd mm ss", _EXACT, match.span())
                taken.update(range(*match.span()) if signed else ())
    for match in _NUMBER.finditer(text):
        if match.start() not in taken:
            found += _readings(match)
    for match in _COMMA.finditer(text):
        value = float(f"{match[1]}.{match[2]}")
        found += _angle(value, "decimal comma", len(match[2]), match.span())
    for match in _THOUSANDS.finditer(text):
        found += _plane(float(match.group().replace(match[1], "")), match.span())
    return sorted(found, key=lambda number: number.start)


def _readings(match: re.Match[str]) -> Iterator[Number]:
    whole, decimals, power = match.group("whole", "decimals", "power")
    decimals = decimals or ""
    if power:
        shift = int(power)
        value = float(f"{whole}.{decimals or 0}e{shift}")
        fine = max(0, len(decimals) - shift)
        yield from _angle(value, DECIMAL, fine, match.span())
        yield from _plane(value, match.span())
        return
    length, value = len(whole), float(f"{whole}.{decimals or 0}")
    if length <= 1:
        if len(decimals) >= 6:  # noqa: PLR2004 - six metres
            yield from _angle(math.degrees(value), _RADIANS, _EXACT, match.span())
    elif length <= 3:  # noqa: PLR2004 - degrees
        yield from _angle(value, DECIMAL, len(decimals), match.span())
        if len(decimals) >= 4:  # noqa: PLR2004 - minutes and seconds
            yield from _packed(int(whole), decimals, match.span())
    else:
        yield from _long(whole, decimals, value, match.span())


def _long(whole: str, decimals: str, value: float, span: tuple[int, int]) -> Iterator[Number]:
    """Numbers of four digits and more before the point."""
    length = len(whole)
    if length <= 5:  # noqa: PLR2004 - degrees and minutes
        if len(decimals) >= 3:  # noqa: PLR2004 - two metres
            degrees, minutes = divmod(value, 100)
            yield from _sexagesimal(degrees, minutes, 0.0, _RECEIVER, span)
        return
    if length <= 7:  # noqa: PLR2004 - degrees, minutes and seconds
        degrees, rest = divmod(value, 10_000)
        minutes, seconds = divmod(rest, 100)
        yield from _sexagesimal(degrees, minutes, seconds, _PACKED, span)
    yield from _plane(value, span)
    if not decimals:
        for power, lengths in _SCALES.items():
            if length in lengths:
                yield from _angle(value / 10**power, f"1e-{power}", _EXACT, span)


def _packed(degrees: int, decimals: str, span: tuple[int, int]) -> Iterator[Number]:
    minutes, seconds = int(decimals[:2]), float(f"{decimals[2:4]}.{decimals[4:] or 0}")
    yield from _sexagesimal(degrees, minutes, seconds, _FRACTION, span)


def _sexagesimal(
    degrees: float, minutes: float, seconds: float, form: str, span: tuple[int, int]
) -> Iterator[Number]:
    if minutes < _SIXTY and seconds < _SIXTY:
        yield from _angle(degrees + minutes / 60 + seconds / 3600, form, _EXACT, span)


def _angle(value: float, form: str, decimals: int, span: tuple[int, int]) -> Iterator[Number]:
    across, upward = _LON[0] <= value <= _LON[1], _LAT[0] <= value <= _LAT[1]
    if across or upward:
        yield Number(value, form, across, decimals, *span, upward)


def _plane(value: float, span: tuple[int, int]) -> Iterator[Number]:
    across, upward = _EAST[0] <= value <= _EAST[1], _NORTH[0] <= value <= _NORTH[1]
    if across or upward:
        yield Number(value, PLANE, across, _EXACT, *span, upward)
