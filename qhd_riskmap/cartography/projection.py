"""The two plane projections in which maps are drawn.

Web Mercator for the screen (tile sources use it) and the Gauss-Krüger 3° belt with central meridian
120° (EPSG:4549, CGCS2000) in which local offices print. Canonical coordinates stay CGCS2000 degrees.
"""

from __future__ import annotations

import math
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pyproj import Transformer

FloatArray = npt.NDArray[np.float64]

_RADIUS_M = 6378137.0  # semi-major axis of CGCS2000 (GB 22021-2008) and of EPSG:3857 alike
_MAX_LAT_DEG = 85.06  # where the Web Mercator square ends


class Projection(StrEnum):
    """Plane in which the map is drawn; values are what settings store."""

    MERCATOR = "mercator"
    GK = "gk"

    def forward(self, lon: Any, lat: Any) -> tuple[FloatArray, FloatArray]:
        """Degrees to metres east and north on the plane, element by element.

        Mercator in closed form on the sphere (EPSG Guidance Note 7-2, §3.2.1.2, method 1024).

        >>> x, y = Projection.MERCATOR.forward(119.6, 39.93)
        >>> round(float(x), 2), round(float(y), 2)
        (13313811.1, 4855630.19)
        """
        lon = np.asarray(lon, dtype=np.float64)
        lat = np.asarray(lat, dtype=np.float64)
        if self is Projection.MERCATOR:
            clipped = np.clip(lat, -_MAX_LAT_DEG, _MAX_LAT_DEG)
            north = np.arctanh(np.sin(np.radians(clipped))) * _RADIUS_M
            return np.radians(lon) * _RADIUS_M, north
        east, north = _to_gk().transform(lon, lat)
        return np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)

    def inverse(self, x: Any, y: Any) -> tuple[FloatArray, FloatArray]:
        """Metres on the plane to longitude and latitude in degrees; inverse of `forward`."""
        x = np.asarray(x, dtype=np.float64)
        y = np.asarray(y, dtype=np.float64)
        if self is Projection.MERCATOR:
            lat = np.degrees(np.arctan(np.sinh(y / _RADIUS_M)))
            return np.degrees(x / _RADIUS_M), lat
        lon, lat = _from_gk().transform(x, y)
        return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)

    def forward_pairs(self, lonlat: FloatArray) -> FloatArray:
        """Project an (n, 2) array of longitude, latitude to an (n, 2) array of metres."""
        x, y = self.forward(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack((x, y))

    def inverse_pairs(self, xy: FloatArray) -> FloatArray:
        """Inverse of `forward_pairs`."""
        lon, lat = self.inverse(xy[:, 0], xy[:, 1])
        return np.column_stack((lon, lat))


def mercator_metres_per_degree(lats: FloatArray) -> FloatArray:
    """The most plane metres a degree in any direction takes between latitudes, (n, 2) degrees.

    Mercator is true to shape: sec φ at the latitude furthest from the equator (Snyder, USGS PP 1395, p. 44).
    """
    metres: FloatArray = math.radians(_RADIUS_M) / np.cos(_furthest(lats))
    return metres


def mercator_bend_m(lats: FloatArray) -> FloatArray:
    """The most plane metres a straight line in degrees between (n, 2) latitudes bends on the plane.

    Eastings are proportional to longitudes; northings leave the chord by at most the square of the
    length over eight times the second derivative, which is R sec φ tan φ.
    """
    far = _furthest(lats)
    length = np.radians(lats[:, 1] - lats[:, 0])
    metres: FloatArray = length * length / 8.0 * _RADIUS_M * np.tan(far) / np.cos(far)
    return metres


def _furthest(lats: FloatArray) -> FloatArray:
    """Radians from the equator at most, as far as the plane reaches."""
    furthest: FloatArray = np.radians(np.minimum(np.abs(lats).max(axis=1), _MAX_LAT_DEG))
    return furthest


# pyproj keeps one context per thread behind a Transformer, so one instance serves all threads.
@cache
def _to_gk() -> Transformer:
    from pyproj import Transformer  # noqa: PLC0415 - 60 ms, which the start need not pay

    return Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)


@cache
def _from_gk() -> Transformer:
    from pyproj import Transformer  # noqa: PLC0415

    return Transformer.from_crs("EPSG:4549", "EPSG:4490", always_xy=True)
