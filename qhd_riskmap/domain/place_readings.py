"""What a coordinate in a search box may mean: one reading per datum that makes sense here.

A pair of degrees without a word about its datum has several readings some 500 m apart. They are all
offered; none is chosen silently.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.geo.coordinate_text import CoordinateTextError, ParsedPoint, parse_point
from qhd_riskmap.geo.datum_words import Datum, named_datums
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.i18n import N_

_DEGREES: Final = (
    ("cgcs2000", N_("国家 2000 或 GPS 坐标")),
    ("gcj02", N_("高德、腾讯（火星）坐标")),
    ("bd09", N_("百度坐标")),
)
_PLANES: Final = (
    ("EPSG:4549", N_("高斯坐标，中央经线 120°")),
    ("EPSG:4528", N_("高斯坐标，带 40 带号")),
    ("EPSG:4509", N_("高斯坐标，6 度带，中央经线 117°")),
    ("EPSG:4498", N_("高斯坐标，6 度带，带 20 带号")),
)
_NAMED: Final = {
    Datum.CGCS2000: _DEGREES[0],
    Datum.WGS84: _DEGREES[0],
    Datum.GCJ02: _DEGREES[1],
    Datum.BD09: _DEGREES[2],
    Datum.XIAN80: ("xian80", N_("西安 80 坐标，未改正，可差百米")),
    Datum.BEIJING54: ("beijing54", N_("北京 54 坐标，未改正，可差百米")),
    Datum.NEW_BEIJING54: ("EPSG:4555", N_("新北京 54 坐标，未改正，可差百米")),
}
_FILLER: Final = re.compile(
    r"(?:CGCS|国家|WGS|GCJ|BD|新?北京|西安)[ -]?(?:19)?(?:2000|84|02|09|54|80)"
    r"|地图|坐标系?|经纬度|[()]"
)
_EDGES: Final = " :,;、"


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """One place that a text may mean.

    Attributes:
        label: ``N_()`` name of the datum it was read in.
        lon: Longitude, CGCS2000 degrees.
        lat: Latitude, CGCS2000 degrees.
        nearby: It lies in the city or next to it.
    """

    label: str
    lon: float
    lat: float
    nearby: bool


def place_readings(text: str) -> list[PlaceReading]:
    """Every reading of a coordinate, the plainest first; empty where the text is none.

    Of several zones of plane coordinates only those near the city are kept, if there are any.

    >>> [round(each.lon, 4) for each in place_readings("119.6, 39.935")]
    [119.6, 119.5942, 119.5876]
    >>> [each.label for each in place_readings("高德 119.6, 39.935")]
    ['高德、腾讯（火星）坐标']
    """
    words = named_datums([text])
    plain = text
    if words.words:
        plain = _FILLER.sub(" ", unicodedata.normalize("NFKC", text).upper())
        for word in words.words:
            plain = plain.replace(word, " ")
    try:
        point = parse_point(plain.strip(_EDGES))
    except CoordinateTextError:
        return []
    candidates: tuple[tuple[str, str], ...] = _PLANES if point.projected else _DEGREES
    if words.only is not None and not point.projected:
        candidates = (_NAMED[words.only],)
    found = [reading for each in candidates if (reading := _reading(point, *each)) is not None]
    if not point.projected:
        return found
    # The same metres lie in several zones, hundreds of kilometres apart; only one is meant here.
    return [reading for reading in found if reading.nearby] or found


def plane_for(x: float, y: float) -> str:
    """The plane in which metres lie in the city or next to it: its EPSG text, or "".

    >>> plane_for(465810, 4422388)
    'EPSG:4549'
    >>> plane_for(119.6, 39.9)
    ''
    """
    for reference, _label in _PLANES:
        lon, lat = (float(part) for part in to_cgcs2000(x, y, parse_reference(reference)))
        if math.isfinite(lon) and math.isfinite(lat) and boundaries().inside_context(lon, lat):
            return reference
    return ""


def _reading(point: ParsedPoint, reference: str, label: str) -> PlaceReading | None:
    lon, lat = (float(part) for part in to_cgcs2000(point.x, point.y, parse_reference(reference)))
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    known = boundaries()
    nearby = bool(known.inside_context(lon, lat)) or known.in_sea(lon, lat)
    return PlaceReading(label, lon, lat, nearby)
