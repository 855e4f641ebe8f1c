"""Coordinates as people write them, and as the program writes them back.

Reading lives in `angle_text`, `point_text` and `vertex_text`; this module is their public face and
adds the three notations of the status bar and the forms. Every one of them is read back by
`parse_point`.
"""

from __future__ import annotations

from typing import Final

from qhd_riskmap.geo.angle_text import (
    CoordinateTextError,
    ParsedAngle,
    TextForm,
    parse_angle,
    read_angle,
)
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference
from qhd_riskmap.geo.point_text import ParsedPoint, parse_point
from qhd_riskmap.geo.vertex_text import (
    ParsedVertices,
    parse_vertices,
    parse_wkt,
    read_vertices,
)
from qhd_riskmap.i18n import _

__all__ = [
    "CoordinateTextError",
    "ParsedAngle",
    "ParsedPoint",
    "ParsedVertices",
    "TextForm",
    "format_decimal",
    "format_dms",
    "format_gk",
    "parse_angle",
    "parse_point",
    "parse_vertices",
    "parse_wkt",
    "read_angle",
    "read_vertices",
]

_PLANE: Final = "EPSG:4549"
_HUNDREDTHS_PER_DEGREE: Final = 360_000


def format_decimal(lon: float, lat: float) -> str:
    """Longitude and latitude with seven decimals (1 cm).

    >>> format_decimal(119.6, 39.935)
    '119.6000000, 39.9350000'
    """
    return f"{lon:.7f}, {lat:.7f}"


def format_dms(lon: float, lat: float) -> str:
    """Degrees, minutes and seconds with two decimals (30 cm); 59.999″ carries over.

    >>> format_dms(119.59013889, 39.9999999)
    '119°35′24.50″E 40°00′00.00″N'
    """
    return f"{_dms(lon)}{'W' if lon < 0 else 'E'} {_dms(lat)}{'S' if lat < 0 else 'N'}"


def _dms(degrees: float) -> str:
    # Rounded once, in whole hundredths of a second, so nothing can round up to 60 afterwards.
    whole, rest = divmod(round(abs(degrees) * _HUNDREDTHS_PER_DEGREE), _HUNDREDTHS_PER_DEGREE)
    minutes, hundredths = divmod(rest, 6000)
    return f"{whole}°{minutes:02d}′{hundredths / 100:05.2f}″"


def format_gk(lon: float, lat: float) -> str:
    """EPSG:4549 plane coordinates (CGCS2000, 3° zone, 120°E), centimetres; X is north.

    >>> format_gk(119.6, 39.935)
    'X=4422388.43(北) Y=465810.04(东)'
    """
    east, north = from_cgcs2000(lon, lat, parse_reference(_PLANE))
    return _("X={north:.2f}(北) Y={east:.2f}(东)").format(north=float(north), east=float(east))
