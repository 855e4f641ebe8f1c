"""One place written in one text: two angles or two plane coordinates, in any order.

What decides the order, strongest first: direction words (E, 北纬, L/B), the surveyors' X = north and
Y = east, then the ranges of China (longitude 73-136, latitude 3-54; northing 1.9-7.2 million,
easting 6 digits or 8 with the zone in front). What none of these tells is read as x, y.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from qhd_riskmap.geo.angle_text import (
    CoordinateTextError,
    ParsedAngle,
    TextForm,
    angle_of,
    normalised,
    shown,
)
from qhd_riskmap.i18n import _

LONGEST_POINT: Final = 200


@dataclass(frozen=True, slots=True)
class ParsedPoint:
    """One place as it was written.

    Attributes:
        x: Longitude (degrees) or easting (metres).
        y: Latitude (degrees) or northing (metres).
        form: How it was written.
        swapped: The order was turned round on the evidence of the numbers, not of words.
        ambiguous: The text has a second reading: ask.
    """

    x: float
    y: float
    form: TextForm
    swapped: bool
    ambiguous: bool = False

    @property
    def projected(self) -> bool:
        """True for metres."""
        return self.form is TextForm.PLANE


_SEPARATORS: Final = re.compile(r"[,;|/\n]+")
_WORD: Final = re.compile(r"[EWNSLBXY]")
_PLANE_WORDS: Final = re.compile(r"([XYEN]) ?[:=]? ?([+-]?\d{1,9}(?:\.\d{0,20})?) ?M?(?![\d.])")
_PLANE_NUMBER: Final = re.compile(r"([+-]?\d{6,9}(?:\.\d{0,20})?) ?M?")
_AFTERWORD: Final = re.compile(r"\([NE]\)")  # "X=4422388.43(北)"
_POINT_NAME: Final = re.compile(
    r"(?:第 ?(?=\d)|拐点|界址点|控制点|端点|起点|终点|中心点|坐标|位置|点|GPS|PT|NO\.?|[JPK](?=[ \d:]))[:= ]*"
)
_COUNTER: Final = re.compile(r"\d{1,4} ?(?:[号点] ?)?(?:[:,)=] ?|\.(?!\d) ?| |(?=[EWNSLBXY]))")
_LONGITUDES: Final = (73.0, 136.0)
_LATITUDES: Final = (3.0, 54.0)
_NORTHINGS: Final = (1.9e6, 7.2e6)
_EASTINGS: Final = ((1e5, 1e6), (1.3e7, 4.6e7))
_POLE: Final = 90.0
_FRINGE: Final = " ,;()\n"
_RUN_TOGETHER: Final = frozenset({TextForm.NMEA, TextForm.PACKED_DMS})


def parse_point(text: str) -> ParsedPoint:
    """Read one place; see the module for what decides the order.

    Raises:
        CoordinateTextError: No place, or a value out of range.

    >>> point = parse_point("X=4422388.43 Y=40465810.04")
    >>> point.x, point.y, point.form.value
    (40465810.04, 4422388.43, 'plane')
    >>> point = parse_point("39.93，119.59")
    >>> point.x, point.y, point.swapped
    (119.59, 39.93, True)
    """
    if len(text) > LONGEST_POINT:
        raise CoordinateTextError(_("坐标文字太长：“{text}”。").format(text=shown(text)))
    return point_of(normalised(text), text)


def point_of(plain: str, text: str) -> ParsedPoint:
    """Read a `normalised` place; ``text`` is what messages quote.

    Raises:
        CoordinateTextError: No place.
    """
    body = _AFTERWORD.sub("", plain.removeprefix("POINT")).strip(_FRINGE)
    named = _POINT_NAME.match(body)
    if named is None:
        return _pair(body, text)
    body = body[named.end() :]
    counter = _COUNTER.match(body)
    return _pair(body, text) if counter is None else _counted_pair(body, counter.end(), text)


def _counted_pair(body: str, counter_end: int, text: str) -> ParsedPoint:
    """After 拐点, J, …: the number in front is a counter, unless only the whole makes a place."""
    try:
        whole = _pair(body, text)
    except CoordinateTextError:
        return _pair(body[counter_end:], text)
    try:
        _pair(body[counter_end:], text)
    except CoordinateTextError:
        return whole
    return replace(whole, ambiguous=True)


def _pair(body: str, text: str) -> ParsedPoint:
    body = body.strip(_FRINGE)
    plane = _plane_point(body, text)
    if plane is not None:
        return plane
    first, second = (angle_of(piece, text) for piece in _pieces(body, text))
    return _angle_point(first, second, body, text)


def _plane_point(body: str, text: str) -> ParsedPoint | None:
    """Two plane coordinates, or None when these are angles."""
    worded = _PLANE_WORDS.findall(body)
    rest = _PLANE_WORDS.sub("", body).strip(" ,;/|\n()")
    if len(worded) == 2 and not rest:  # noqa: PLR2004
        values = {("Y" if word in "EY" else "X"): float(number) for word, number in worded}
        if len(values) == 1:
            raise CoordinateTextError(_("“{text}”里两个数方向相同。").format(text=shown(text)))
        return _worded_plane(values["Y"], values["X"], worded[0][0], text)
    numbers = [part for part in re.split(r"[ ,;|/\n]+", body) if part]
    found = [_PLANE_NUMBER.fullmatch(part) for part in numbers]
    if len(found) != 2 or found[0] is None or found[1] is None:  # noqa: PLR2004
        return None
    first, second = float(found[0][1]), float(found[1][1])
    if _is_easting(first) and _is_northing(second):
        return ParsedPoint(first, second, TextForm.PLANE, swapped=False)
    if _is_northing(first) and _is_easting(second):
        return ParsedPoint(second, first, TextForm.PLANE, swapped=True)
    return None


def _worded_plane(east: float, north: float, word: str, text: str) -> ParsedPoint | None:
    """X is north, as surveyors write; numbers that say otherwise win, and are reported."""
    if _is_easting(east) and _is_northing(north):
        return ParsedPoint(east, north, TextForm.PLANE, swapped=False)
    if _is_easting(north) and _is_northing(east):
        return ParsedPoint(north, east, TextForm.PLANE, swapped=True)
    if word in "EN":
        return None  # E119.6 N39.9: angles
    if max(abs(east), abs(north)) > _LONGITUDES[1]:
        raise CoordinateTextError(_("“{text}”超出了本地平面坐标的范围。").format(text=shown(text)))
    # X=119.6 Y=39.9: degrees out of a map program, where X is the longitude.
    angles = (ParsedAngle(north, TextForm.DECIMAL), ParsedAngle(east, TextForm.DECIMAL))
    return _angle_point(*angles, "", text)


def _is_northing(value: float) -> bool:
    return _NORTHINGS[0] <= value <= _NORTHINGS[1]


def _is_easting(value: float) -> bool:
    return any(low <= value < high for low, high in _EASTINGS)


def _pieces(body: str, text: str) -> tuple[str, str]:
    """Cut a text into its two angles."""
    pieces = [piece for piece in (part.strip() for part in _SEPARATORS.split(body)) if piece]
    if len(pieces) == 2:  # noqa: PLR2004
        return pieces[0], pieces[1]
    if len(pieces) == 4 and all(piece.isdigit() for piece in pieces):  # noqa: PLR2004
        return f"{pieces[0]},{pieces[1]}", f"{pieces[2]},{pieces[3]}"  # decimal commas
    if len(pieces) == 1:
        cut = _cut(pieces[0])
        if cut is not None:
            return cut
    raise CoordinateTextError(_("“{text}”里找不到一对坐标。").format(text=shown(text)))


def _cut(body: str) -> tuple[str, str] | None:
    """Two angles without a separator sign between them."""
    words = [found.start() for found in _WORD.finditer(body)]
    if len(words) == 2:  # noqa: PLR2004
        at = words[1] if words[0] == 0 else words[0] + 1
        return body[:at], body[at:]
    if body.count("°") == 2:  # noqa: PLR2004
        second = body.index("°", body.index("°") + 1)
        head = body[:second].rstrip(" ")
        at = len(head.rstrip("0123456789.+-"))
        return body[:at], body[at:]
    tokens = body.split()
    if tokens and len(tokens) in {2, 4, 6}:
        half = len(tokens) // 2
        return " ".join(tokens[:half]), " ".join(tokens[half:])
    return None


def _angle_point(first: ParsedAngle, second: ParsedAngle, body: str, text: str) -> ParsedPoint:
    worded = first.axis or second.axis
    if worded and first.axis == second.axis:
        raise CoordinateTextError(_("“{text}”里两个数方向相同。").format(text=shown(text)))
    by_words = "lat" in first.axis or "lon" in second.axis
    by_range = (
        not worded and _within(first.degrees, _LATITUDES) and _within(second.degrees, _LONGITUDES)
    )
    lon, lat = (second, first) if by_words or by_range else (first, second)
    outside_china = not (_within(lon.degrees, _LONGITUDES) and _within(lat.degrees, _LATITUDES))
    # 465810 395606 is no pair of packed angles: two eastings, or half of something else.
    if abs(lat.degrees) > _POLE or (outside_china and {lon.form, lat.form} & _RUN_TOGETHER):
        raise CoordinateTextError(_("“{text}”超出了经纬度的范围。").format(text=shown(text)))
    return ParsedPoint(
        lon.degrees,
        lat.degrees,
        _common_form(first, second),
        swapped=by_range,
        ambiguous=_doubtful(first, second, body),
    )


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _common_form(first: ParsedAngle, second: ParsedAngle) -> TextForm:
    """The form of both; the richer one where 119°36′00″ stands beside 39.9."""
    forms = {first.form, second.form} - {TextForm.DECIMAL}
    return TextForm.DECIMAL if not forms else first.form if first.form in forms else second.form


def _doubtful(first: ParsedAngle, second: ParsedAngle, body: str) -> bool:
    """119,59 may be one decimal; 119.3524 39.5606 may be dd.mmss."""
    bare = body.replace(",", "", 1)
    return (first.ambiguous and second.ambiguous) or ("," in body and bare.isdigit())
