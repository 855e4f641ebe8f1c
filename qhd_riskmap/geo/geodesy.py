"""Metres on the ground: distances, lengths, areas and buffers on the CGCS2000 ellipsoid.

Geometries are shapely, CGCS2000 geographic (EPSG:4490), longitude-latitude degrees. Geodesics follow
C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), as implemented by PROJ; errors are
nanometres, far below any coordinate stored here.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.ellipsoid import ECCENTRICITY_SQUARED, INVERSE_FLATTENING, SEMI_MAJOR_M
from qhd_riskmap.geo.local_plane import LocalPlane
from qhd_riskmap.i18n import _

FloatArray = NDArray[np.float64]


@cache
def _geod() -> Any:
    from pyproj import Geod  # noqa: PLC0415 - 60 ms, which the start need not pay

    return Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)


def distance_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> FloatArray:
    """Geodesic distance in metres between points given in degrees; arrays broadcast.

    >>> print(f"{distance_m(119.6, 39.935, 119.776, 39.979):.1f}")
    15812.4
    """
    return _inverse(lon1, lat1, lon2, lat2)[1]


def azimuth_deg(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> FloatArray:
    """Direction from the first point to the second, degrees clockwise from north, 0 ≤ a < 360.

    >>> float(azimuth_deg(119.6, 39.9, 119.6, 40.0))
    0.0
    """
    return np.asarray(np.mod(_inverse(lon1, lat1, lon2, lat2)[0], 360.0), dtype=np.float64)


def _inverse(*degrees: ArrayLike) -> tuple[FloatArray, FloatArray]:
    arrays = np.broadcast_arrays(*(np.asarray(values, dtype=np.float64) for values in degrees))
    shape = arrays[0].shape
    azimuth, _back, distance = _geod().inv(*(values.ravel() for values in arrays))
    return (
        np.asarray(azimuth, dtype=np.float64).reshape(shape),
        np.asarray(distance, dtype=np.float64).reshape(shape),
    )


def length_m(geometry: BaseGeometry) -> float:
    """Length of lines, or of all rings of areas, in metres; 0 for points."""
    return math.fsum(_line_length(line) for part in _parts(geometry) for line in _lines(part))


def _lines(part: Any) -> list[Any]:
    """The lines a single geometry is made of; pyproj by itself forgets the holes."""
    if part.geom_type == "Polygon":
        return [part.exterior, *part.interiors]
    return [] if part.geom_type == "Point" else [part]


def _line_length(line: Any) -> float:
    lon, lat = shapely.get_coordinates(line).T
    return float(_geod().line_length(lon, lat))


def area_m2(geometry: BaseGeometry) -> float:
    """Area in square metres, holes left out; 0 for points and lines. Ring direction is ignored."""
    return float(
        math.fsum(_polygon_area(part) for part in _parts(geometry) if part.geom_type == "Polygon")
    )


def _polygon_area(polygon: Any) -> float:
    rings = [abs(_geod().geometry_area_perimeter(shapely.Polygon(polygon.exterior))[0])]
    rings += [
        -abs(_geod().geometry_area_perimeter(shapely.Polygon(r))[0]) for r in polygon.interiors
    ]
    return math.fsum(rings)


def _parts(geometry: BaseGeometry) -> list[Any]:
    """All single geometries inside ``geometry``, collections opened to the bottom."""
    if geometry.is_empty:
        return []
    children = getattr(geometry, "geoms", None)
    if children is None:
        return [geometry]
    return [part for child in children for part in _parts(child)]


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of longitude and one of latitude at latitude ``lat`` (degrees).

    Radii of curvature of the ellipsoid: N cos φ and M.

    >>> east, north = metres_per_degree(40.0)
    >>> f"{east:.1f} {north:.1f}"
    '85393.9 111034.6'
    """
    phi = math.radians(lat)
    flat = 1.0 - ECCENTRICITY_SQUARED * math.sin(phi) ** 2
    parallel = SEMI_MAJOR_M / math.sqrt(flat) * math.cos(phi)
    meridian = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / flat**1.5
    return math.radians(parallel), math.radians(meridian)


def translate_to(geometry: BaseGeometry, lon: float, lat: float) -> BaseGeometry:
    """Move ``geometry`` rigidly in degrees so that its representative point is at (lon, lat).

    The representative point of the result lies at the target to 1e-9 degrees. It is not covariant to
    the last bit, so the remaining difference is moved away again until it is gone.

    Raises:
        InvalidInputError: The target is no place, the geometry has no point, or its representative
            point will not settle (never seen outside made-up shapes).
    """
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004
        raise InvalidInputError(
            _("目标位置不是有效的经纬度。"),
            hint=_("经度在 -180 到 180 之间，纬度在 -90 到 90 之间。"),
        )
    if geometry.is_empty:
        raise InvalidInputError(_("空的图形不能移动。"))
    moved = geometry
    for attempt in range(_MOVE_ATTEMPTS):
        anchor: Any = moved.representative_point()
        east, north = lon - anchor.x, lat - anchor.y
        if max(abs(east), abs(north)) <= _MOVE_TOLERANCE_DEG:
            return moved
        # A shape with two equally wide parts may change its mind with the last bit: nudge it.
        nudge = _NUDGE_DEG * max(0, attempt - _PLAIN_ATTEMPTS)
        by = np.array([east + nudge, north - nudge])
        moved = shapely.transform(moved, lambda xy, by=by: xy + by)
    raise InvalidInputError(_("这个图形不能移到目标位置。"))


def buffer_m(geometry: BaseGeometry, metres: float) -> BaseGeometry:
    """All places within ``metres`` of ``geometry``, as CGCS2000 degrees.

    Drawn in an azimuthal equidistant plane about the middle of the geometry. Distances at d metres
    from that middle are wrong by at most the fraction (d / 6371 km)² / 6 (Snyder, USGS PP 1395, p.
    191-197): 1 cm on a 1 km band around a line of 100 km. Circles are drawn with 128 corners, which
    takes 0.03 % off the radius half-way between corners.

    Args:
        geometry: Any geometry; empty gives empty.
        metres: Width, at most `WIDEST_BUFFER_M`; negative shrinks areas.

    Raises:
        InvalidInputError: The width is no number or too large.
    """
    if not math.isfinite(metres) or abs(metres) > WIDEST_BUFFER_M:
        raise InvalidInputError(
            _("缓冲距离必须是不超过 {limit} 千米的数。").format(limit=int(WIDEST_BUFFER_M / 1000))
        )
    if geometry.is_empty:
        return shapely.Polygon()
    return LocalPlane.of(geometry).apply(geometry, lambda flat: flat.buffer(metres, quad_segs=32))


def destination(lon: float, lat: float, azimuth: float, metres: float) -> tuple[float, float]:
    """The place ``metres`` away in direction ``azimuth`` (degrees clockwise from north).

    >>> lon, lat = destination(119.6, 39.9, 0.0, 1000.0)
    >>> f"{lon:.6f} {lat:.6f}"
    '119.600000 39.909006'
    """
    east, north, _back = _geod().fwd(lon, lat, azimuth, metres)
    return float(east), float(north)


def web_mercator_resolution(zoom: float, lat: float) -> float:
    """Ground metres per 256-pixel-tile pixel of Web Mercator (EPSG:3857) at a latitude.

    >>> round(web_mercator_resolution(0, 0.0), 2)
    156543.03
    """
    equator = 2.0 * math.pi * SEMI_MAJOR_M / 256.0
    return equator * math.exp2(-zoom) * math.cos(math.radians(lat))


_MOVE_TOLERANCE_DEG: Final = 5e-10
_NUDGE_DEG: Final = 7e-12
_PLAIN_ATTEMPTS: Final = 3
_MOVE_ATTEMPTS: Final = 40
WIDEST_BUFFER_M: Final = 200_000.0
