"""An office's own parameters from an old datum to CGCS2000: seven (布尔莎模型) or four (平面相似变换).

Such parameters are classified, so nothing here shows them: no repr, no message, no text for PROJ.

Seven: dX, dY, dZ (m), εX, εY, εZ (″), m (ppm); X₂ = T + (1 + m)·R·X₁ with the rotation signs of the
布尔莎 model that surveying offices use (EPSG method 9607, coordinate frame). Four: dX, dY (m, X is
north), α (″), m (ppm) between the 3° planes of 120°E of both datums.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _

FloatArray = NDArray[np.float64]
Pair = tuple[FloatArray, FloatArray]
# Semi-major axis (m) and inverse flattening; DOMAIN reference §4.1.
_CGCS: Final = (6378137.0, 298.257222101)
_IAG75: Final = (6378140.0, 298.257)
_KRASSOWSKY: Final = (6378245.0, 298.3)
LEGACY: Final = {
    "EPSG:4610": (N_("西安80"), _IAG75),
    "EPSG:4214": (N_("北京54"), _KRASSOWSKY),
    "EPSG:4555": (N_("新北京54"), _KRASSOWSKY),
}
SEVEN, FOUR = 7, 4
# The middle of the city; a real shift here is some 60-150 m.
_HERE: Final = (119.4, 39.95)
_MOST_M: Final = 500.0
_METRES_PER_DEGREE: Final = 111_000.0
_ARC: Final = math.pi / 180.0 / 3600.0
_TURNS: Final = 4
_CENTRAL_MERIDIAN: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumShift:
    """One set of parameters.

    Attributes:
        name: What the office calls it; shown and recorded, so it must not hold the numbers.
        datum: Notation of the old datum: a key of `LEGACY`.
        numbers: Seven or four, in the order of the module's text; never shown.
    """

    name: str
    datum: str
    numbers: tuple[float, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if self.datum not in LEGACY:
            raise InvalidInputError(
                _("转换参数只用于西安80、北京54或新北京54。"),
                hint=_("国家2000和 WGS84 不需要参数。"),
            )
        if len(self.numbers) not in {SEVEN, FOUR} or not all(map(math.isfinite, self.numbers)):
            raise InvalidInputError(
                _("转换参数应是七个数（布尔莎）或四个数（平面）。"),
                hint=_("平移用米，旋转用秒，尺度用百万分之一。"),
            )
        if not self.name.strip() or any(mark.isdigit() for mark in self.name):
            raise InvalidInputError(
                _("请给参数起一个不含数字的名字。"), hint=_("名字会写进操作记录，参数不会。")
            )
        lon, lat = self.applied(np.array([_HERE[0]]), np.array([_HERE[1]]))
        moved = math.hypot(lon[0] - _HERE[0], lat[0] - _HERE[1]) * _METRES_PER_DEGREE
        if not moved <= _MOST_M:
            raise InvalidInputError(
                _("按这组参数，本市的位置会移动 {limit:.0f} 米以上，不合常理。").format(
                    limit=_MOST_M
                ),
                hint=_("请核对单位（米、秒、百万分之一）和转换方向（旧坐标系到国家2000）。"),
            )

    @property
    def label(self) -> str:
        """Name of the old datum."""
        return _(LEGACY[self.datum][0])

    def applied(self, lon: FloatArray, lat: FloatArray) -> Pair:
        """Degrees on the old datum → CGCS2000 degrees; heights count as zero."""
        if len(self.numbers) == SEVEN:
            return self._bursa(lon, lat)
        return self._plane(lon, lat)

    def removed(self, lon: FloatArray, lat: FloatArray) -> Pair:
        """CGCS2000 degrees → degrees on the old datum; inverse of `applied` to 1e-10°."""
        x, y = lon, lat
        for _turn in range(_TURNS):
            there_x, there_y = self.applied(x, y)
            x, y = x - (there_x - lon), y - (there_y - lat)
        return x, y

    def _bursa(self, lon: FloatArray, lat: FloatArray) -> Pair:
        dx, dy, dz, *turns, ppm = self.numbers
        rx, ry, rz = (angle * _ARC for angle in turns)
        x, y, z = _geocentric(lon, lat, LEGACY[self.datum][1])
        scale = 1.0 + ppm * 1e-6
        return _geographic(
            dx + scale * (x + rz * y - ry * z),
            dy + scale * (-rz * x + y + rx * z),
            dz + scale * (ry * x - rx * y + z),
            _CGCS,
        )

    def _plane(self, lon: FloatArray, lat: FloatArray) -> Pair:
        north_m, east_m, turn, ppm = self.numbers
        scale, angle = 1.0 + ppm * 1e-6, turn * _ARC
        east, north = _gauss(lon, lat, LEGACY[self.datum][1])
        return _from_gauss(
            east_m + scale * (north * math.sin(angle) + east * math.cos(angle)),
            north_m + scale * (north * math.cos(angle) - east * math.sin(angle)),
            _CGCS,
        )


def parse_numbers(texts: Sequence[str]) -> tuple[float, ...]:
    """The numbers of a set from what was typed; the message never repeats them.

    Raises:
        InvalidInputError: One is no number.
    """
    try:
        return tuple(float(text) for text in texts)
    except ValueError:
        raise InvalidInputError(
            _("转换参数里有不是数字的内容。"), hint=_("每行一个数，或用空格、逗号隔开。")
        ) from None


def _squared_eccentricity(ellipsoid: tuple[float, float]) -> float:
    flattening = 1.0 / ellipsoid[1]
    return flattening * (2.0 - flattening)


def _geocentric(
    lon: FloatArray, lat: FloatArray, ellipsoid: tuple[float, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    e2 = _squared_eccentricity(ellipsoid)
    phi, lam = np.radians(lat), np.radians(lon)
    normal = ellipsoid[0] / np.sqrt(1.0 - e2 * np.sin(phi) ** 2)
    flat = normal * np.cos(phi)
    return flat * np.cos(lam), flat * np.sin(lam), normal * (1.0 - e2) * np.sin(phi)


def _geographic(
    x: FloatArray, y: FloatArray, z: FloatArray, ellipsoid: tuple[float, float]
) -> Pair:
    e2 = _squared_eccentricity(ellipsoid)
    flat = np.hypot(x, y)
    phi = np.arctan2(z, flat * (1.0 - e2))
    for _turn in range(_TURNS):  # heights are within 200 m: converges to 1e-13 in three
        sine = np.sin(phi)
        normal = ellipsoid[0] / np.sqrt(1.0 - e2 * sine**2)
        phi = np.arctan2(z + e2 * normal * sine, flat)
    return np.degrees(np.arctan2(y, x)), np.degrees(phi)


def _gauss(lon: FloatArray, lat: FloatArray, ellipsoid: tuple[float, float]) -> Pair:
    """Gauss-Krüger, 120°E, as east (500 km false) and north; the ellipsoid's own."""
    from pyproj import Proj  # noqa: PLC0415 - 60 ms, which the start need not pay

    east, north = Proj(_projection(ellipsoid))(lon, lat)
    return np.asarray(east, np.float64), np.asarray(north, np.float64)


def _from_gauss(east: FloatArray, north: FloatArray, ellipsoid: tuple[float, float]) -> Pair:
    from pyproj import Proj  # noqa: PLC0415 - 60 ms, which the start need not pay

    lon, lat = Proj(_projection(ellipsoid))(east, north, inverse=True)
    return np.asarray(lon, np.float64), np.asarray(lat, np.float64)


def _projection(ellipsoid: tuple[float, float]) -> str:
    return (
        f"+proj=tmerc +lat_0=0 +lon_0={_CENTRAL_MERIDIAN} +k=1 +x_0=500000 +y_0=0"
        f" +a={ellipsoid[0]} +rf={ellipsoid[1]} +units=m"
    )
