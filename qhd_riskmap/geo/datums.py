"""The way from every reference system to CGCS2000 and back.

CGCS2000 geographic (EPSG:4490, degrees) is canonical. WGS84 degrees pass unchanged: both frames are
realisations of the ITRS and differ by decimetres, below any survey sheet (docs/adr/0004). The old
datums Xian 1980, Beijing 1954 and New Beijing have no published parameters for Qinhuangdao; PROJ
would hand them back without a shift and without a word. They are unprojected on their own ellipsoid,
returned unshifted, and say so by `Reference.unshifted`; real positions differ by some 60-100 m. An
office that has parameters of its own puts them on the reference (`Reference.shifted_by`).

Axis order is always x = easting or longitude first, whatever the EPSG definition says.
"""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.offset_datums import (
    FloatArray,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_china_box,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from qhd_riskmap.geo.references import (
    BD09,
    CGCS2000,
    GCJ02,
    WGS84,
    Reference,
    crs_of,
    known_references,
    parse_reference,
)
from qhd_riskmap.i18n import _

__all__ = [
    "BD09",
    "CGCS2000",
    "GCJ02",
    "WGS84",
    "FloatArray",
    "Reference",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "from_cgcs2000",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "in_china_box",
    "known_references",
    "parse_reference",
    "to_cgcs2000",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

_Box = tuple[float, float, float, float]
_Pair = tuple[FloatArray, FloatArray]

_WORLD: Final[_Box] = (-180.0, -90.0, 180.0, 90.0)
# How far outside its area of use a projection is still trusted, degrees: half a county sheet is
# often drawn in the neighbouring zone, never on the other side of the globe.
_AREA_MARGIN_DEG: Final = 6.0
_FARTHEST_LATITUDE: Final = 89.0
_SAMPLES: Final = 41


def to_cgcs2000(x: ArrayLike, y: ArrayLike, reference: Reference) -> _Pair:
    """Bring coordinates to CGCS2000 geographic.

    Args:
        x: Easting (m) or longitude (degrees); scalar or array.
        y: Northing (m) or latitude (degrees), broadcast against ``x``.
        reference: What they are given in.

    Returns:
        Longitude and latitude, degrees, in the broadcast shape. NaN where the input is not finite
        or lies outside the domain of ``reference``.

    Raises:
        InvalidInputError: No numbers.

    >>> lon, lat = to_cgcs2000(40465810.042, 4422388.430, parse_reference("EPSG:4528"))
    >>> f"{lon:.7f} {lat:.7f}"
    '119.6000000 39.9350000'
    """
    first, second = _numbers(x, y)
    if reference.is_gcj02:
        return gcj02_to_wgs84(first, second)
    if reference.is_bd09:
        return bd09_to_wgs84(first, second)
    if reference.projected:
        lon, lat = _projection(reference).inverse(first, second)
    else:
        lon, lat = _outside_to_nan(first, second, _WORLD)
    return reference.shift.applied(lon, lat) if reference.shift is not None else (lon, lat)


def from_cgcs2000(lon: ArrayLike, lat: ArrayLike, reference: Reference) -> _Pair:
    """Give CGCS2000 places in another system; inverse of `to_cgcs2000`.

    Returns:
        x (east) and y (north) in metres, or longitude and latitude in degrees; NaN where
        ``reference`` has no coordinates for the place.

    Raises:
        InvalidInputError: No numbers.

    >>> x, y = from_cgcs2000(119.6, 39.935, parse_reference("EPSG:4549"))
    >>> f"{x:.3f} {y:.3f}"
    '465810.042 4422388.430'
    """
    first, second = _numbers(lon, lat)
    if reference.is_gcj02:
        return wgs84_to_gcj02(first, second)
    if reference.is_bd09:
        return wgs84_to_bd09(first, second)
    if reference.shift is not None:
        first, second = reference.shift.removed(first, second)
    if not reference.projected:
        return _outside_to_nan(first, second, _WORLD)
    return _projection(reference).forward(first, second)


class _Projection:
    """Unprojecting and projecting on one datum's own ellipsoid, guarded by its plane box.

    PROJ only unprojects here: both sides are on the same datum, so it cannot choose a shift of its
    own. One instance per thread, because PROJ contexts are not thread-safe.
    """

    def __init__(self, reference: Reference) -> None:
        from pyproj import Transformer  # noqa: PLC0415 - 60 ms, which the start need not pay
        from pyproj.exceptions import ProjError  # noqa: PLC0415

        plane = crs_of(reference)
        geographic = plane.geodetic_crs
        try:
            self._inverse = Transformer.from_crs(plane, geographic, always_xy=True)
            self._forward = Transformer.from_crs(geographic, plane, always_xy=True)
        except ProjError as error:  # a grid of zones (EPSG:32600) is listed as one projection
            raise InvalidInputError(
                _("坐标系“{text}”不能换算。").format(text=reference.text),
                hint=_("请选用某一个带的坐标系。"),
                detail=str(error),
            ) from error
        self._area = _trusted_area(plane)
        self._box = self._plane_box()

    def _plane_box(self) -> _Box:
        west, south, east, north = self._area
        lon, lat = np.meshgrid(
            np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES)
        )
        x, y = _run(self._forward, lon, lat)
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def inverse(self, x: FloatArray, y: FloatArray) -> _Pair:
        """Plane metres → degrees; NaN outside the box."""
        return _outside_to_nan(*_run(self._inverse, *_outside_to_nan(x, y, self._box)), self._area)

    def forward(self, lon: FloatArray, lat: FloatArray) -> _Pair:
        """Degrees → plane metres; NaN outside the area."""
        return _run(self._forward, *_outside_to_nan(lon, lat, self._area))


def _run(transformer: Any, first: FloatArray, second: FloatArray) -> _Pair:
    x, y = transformer.transform(first.ravel(), second.ravel())
    shape = first.shape
    return np.asarray(x, np.float64).reshape(shape), np.asarray(y, np.float64).reshape(shape)


def _trusted_area(plane: Any) -> _Box:
    """Area of use widened by the margin, as west, south, east, north in degrees.

    Zones that reach over the antimeridian are not widened past it; China has none.
    """
    area = plane.area_of_use
    west = max(area.west - _AREA_MARGIN_DEG, -180.0)
    east = min(area.east + _AREA_MARGIN_DEG, 180.0)
    # 3857 ends where its square does; widening would reach for the pole at infinity.
    limit = max(abs(area.south), abs(area.north)) if east - west == 360.0 else _FARTHEST_LATITUDE  # noqa: PLR2004
    south = max(area.south - _AREA_MARGIN_DEG, -limit)
    north = min(area.north + _AREA_MARGIN_DEG, limit)
    return (west, south, east, north)


def _outside_to_nan(x: FloatArray, y: FloatArray, box: _Box) -> _Pair:
    west, south, east, north = box
    slack = 1e-9 * max(abs(east), abs(north))  # the rim itself survives rounding
    inside = (x >= west - slack) & (x <= east + slack) & (y >= south - slack) & (y <= north + slack)
    return np.where(inside, x, np.nan), np.where(inside, y, np.nan)


_local = threading.local()


def _projection(reference: Reference) -> _Projection:
    """The projection of this thread for ``reference``, made once."""
    cache: dict[str, _Projection] = _local.__dict__.setdefault("projections", {})
    if reference.text not in cache:
        cache[reference.text] = _Projection(reference)
    return cache[reference.text]


def _numbers(x: ArrayLike, y: ArrayLike) -> _Pair:
    try:
        first, second = np.broadcast_arrays(
            np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        )
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            _("坐标不是数字，或两列长短不一。"), hint=_("请检查坐标列。"), detail=str(error)
        ) from error
    return first, second
