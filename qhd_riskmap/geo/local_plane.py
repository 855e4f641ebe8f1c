"""A flat metric plane about one place, for shapes that must keep their size and angles.

Azimuthal equidistant on the CGCS2000 ellipsoid. Distances at d metres from the middle are wrong by at
most the fraction (d / 6371 km)² / 6 (Snyder, USGS PP 1395, p. 191-197): 0.4 mm on 1 km at 10 km.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.geo.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M

FloatArray = NDArray[np.float64]


class LocalPlane:
    """Degrees to metres east and north of a place, and back."""

    def __init__(self, lon: float, lat: float) -> None:
        from pyproj import Proj  # noqa: PLC0415 - 60 ms, which the start need not pay

        self._proj: Any = Proj(
            proj="aeqd", lon_0=lon, lat_0=lat, a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING
        )

    @classmethod
    def of(cls, geometry: BaseGeometry) -> LocalPlane:
        """The plane about the middle of a geometry's extent."""
        west, south, east, north = geometry.bounds
        return cls((west + east) / 2, (south + north) / 2)

    def flat(self, lonlat: FloatArray) -> FloatArray:
        """(n, 2) degrees to (n, 2) metres."""
        return np.column_stack(self._proj(lonlat[:, 0], lonlat[:, 1]))

    def round(self, metres: FloatArray) -> FloatArray:
        """(n, 2) metres to (n, 2) degrees; inverse of `flat`."""
        return np.column_stack(self._proj(metres[:, 0], metres[:, 1], inverse=True))

    def apply(
        self, geometry: BaseGeometry, change: Callable[[BaseGeometry], BaseGeometry]
    ) -> BaseGeometry:
        """``change`` made in metres, the result in degrees again."""
        result: BaseGeometry = shapely.transform(
            change(shapely.transform(geometry, self.flat)), self.round
        )
        return result
