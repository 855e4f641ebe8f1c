"""GCJ-02 (火星坐标) and BD-09 (百度坐标): published approximations of the two map offsets.

Source of the formulas: the `wandergis/coordtransform` and `googollee/eviltransform` projects, who
recovered them from map services; DOMAIN reference §4.3 lists both and their constants. They are
unofficial, good to 1-5 m plus whatever the provider did to the point, and they are *not* the lawful
confidentiality processing of a published map.

All functions take and return longitude first, degrees, any shape that broadcasts; arrays of float64
come back. NaN stays NaN. Inverses are iterated until the last step is below `STEP_TOLERANCE_DEG`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# wandergis' box. Points whose WGS84 place is outside carry no GCJ-02 shift, in both directions.
CHINA_WEST: Final = 73.66
CHINA_EAST: Final = 135.05
CHINA_SOUTH: Final = 3.86
CHINA_NORTH: Final = 53.55

# Krassowsky's semi-major axis and the first eccentricity squared, as in all published copies.
_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_X_PI: Final = np.pi * 3000.0 / 180.0
_BD_EAST: Final = 0.0065
_BD_NORTH: Final = 0.006

_MIDDLE_EAST: Final = 105.0
_MIDDLE_NORTH: Final = 30.0
_RIM_DEG: Final = 1e-9

STEP_TOLERANCE_DEG: Final = 1e-9  # leaves at most 3 % of it as error
_MOST_STEPS: Final = 30
_CHUNK: Final = 8192  # working arrays of one chunk stay in the second-level cache

_Pair = tuple[FloatArray, FloatArray]


def in_china_box(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Whether points (degrees) lie in the box inside which GCJ-02 differs from WGS84.

    >>> bool(in_china_box(119.6, 39.9)), bool(in_china_box(139.7, 35.7))
    (True, False)
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = (x >= CHINA_WEST) & (x <= CHINA_EAST) & (y >= CHINA_SOUTH) & (y <= CHINA_NORTH)
    return np.asarray(inside, dtype=np.bool_)


def _shift(lon: FloatArray, lat: FloatArray) -> _Pair:
    """The GCJ-02 offset (degrees) at WGS84 places, without the box.

    Multiples of one angle are expanded (sin 3a, sin 2a), which halves the number of sines and
    changes the result by less than 1e-14 degrees.
    """
    x, y = lon - 105.0, lat - 35.0
    third = x * (np.pi / 3.0)
    sin_third, cos_third = np.sin(third), np.cos(third)
    sin_x = sin_third * (3.0 - 4.0 * sin_third * sin_third)  # sin πx
    cos_x = cos_third * (4.0 * cos_third * cos_third - 3.0)  # cos πx
    sin_2x = 2.0 * sin_x * cos_x
    ripple = 20.0 * sin_2x * (4.0 - 4.0 * sin_2x * sin_2x)  # 20 sin 6πx + 20 sin 2πx
    sin_third_y = np.sin(y * (np.pi / 3.0))
    sin_y = sin_third_y * (3.0 - 4.0 * sin_third_y * sin_third_y)
    root = np.sqrt(np.abs(x))
    cross = 0.1 * x * y

    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + cross + 0.2 * root
    north_m += (2.0 / 3.0) * (
        ripple
        + 20.0 * sin_y
        + 40.0 * sin_third_y
        + 160.0 * np.sin(y * (np.pi / 12.0))
        + 320.0 * np.sin(y * (np.pi / 30.0))
    )
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + cross + 0.1 * root
    east_m += (2.0 / 3.0) * (
        ripple
        + 20.0 * sin_x
        + 40.0 * sin_third
        + 150.0 * np.sin(x * (np.pi / 12.0))
        + 300.0 * np.sin(x * (np.pi / 30.0))
    )
    phi = np.radians(lat)
    sin_phi = np.sin(phi)
    flat = 1.0 - _ECCENTRICITY_SQUARED * sin_phi * sin_phi
    root_flat = np.sqrt(flat)
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (flat * root_flat)
    parallel_m = _SEMI_MAJOR_M / root_flat * np.cos(phi)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _gcj_forward(lon: FloatArray, lat: FloatArray) -> _Pair:
    east, north = _shift(lon, lat)
    inside = in_china_box(lon, lat)
    return lon + np.where(inside, east, 0.0), lat + np.where(inside, north, 0.0)


def _gcj_inverse(lon: FloatArray, lat: FloatArray) -> _Pair:
    """The WGS84 place whose shift leads here; the box is asked of the *solution*.

    So every place inside the box comes back from its own GCJ-02 position, also at the rim.
    """
    east, north = _solve(_unboxed_forward, lon, lat, lon, lat)
    # Rounding may have carried a place on the rim itself over it.
    inside = in_china_box(
        east + np.where(east < _MIDDLE_EAST, _RIM_DEG, -_RIM_DEG),
        north + np.where(north < _MIDDLE_NORTH, _RIM_DEG, -_RIM_DEG),
    )
    return np.where(inside, east, lon), np.where(inside, north, lat)


def _unboxed_forward(lon: FloatArray, lat: FloatArray) -> _Pair:
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def _bd_forward(lon: FloatArray, lat: FloatArray) -> _Pair:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + _BD_EAST, radius * np.sin(angle) + _BD_NORTH


def _bd_inverse(lon: FloatArray, lat: FloatArray) -> _Pair:
    """Iterated: the published closed form is off by up to 2e-6 degrees."""
    return _solve(_bd_forward, lon, lat, lon - _BD_EAST, lat - _BD_NORTH)


def _solve(
    forward: Callable[[FloatArray, FloatArray], _Pair],
    lon: FloatArray,
    lat: FloatArray,
    guess_lon: FloatArray,
    guess_lat: FloatArray,
) -> _Pair:
    """Find the arguments that ``forward`` maps to ``(lon, lat)``, by fixed-point iteration.

    Both offsets change by less than 3 % of the distance moved, so each step wins nearly two
    digits and the last one leaves 3e-11 degrees at most. A point stays once it has settled, so that
    it comes out the same whatever points are converted with it. Points on which it does not settle (far outside any map) become NaN.
    """
    x, y = guess_lon, guess_lat
    settled = np.zeros(lon.shape, dtype=np.bool_)
    for _step in range(_MOST_STEPS):
        found_x, found_y = forward(x, y)
        error_x, error_y = found_x - lon, found_y - lat
        x, y = np.where(settled, x, x - error_x), np.where(settled, y, y - error_y)
        step = np.maximum(np.abs(error_x), np.abs(error_y))
        settled |= step <= STEP_TOLERANCE_DEG
        if np.all(settled | np.isnan(step)):
            break
    return np.where(settled, x, np.nan), np.where(settled, y, np.nan)


def _applied(
    function: Callable[[FloatArray, FloatArray], _Pair], lon: ArrayLike, lat: ArrayLike
) -> _Pair:
    """Run ``function`` over chunks; places that are no degrees on the globe become NaN."""
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    flat_x, flat_y = x.ravel(), y.ravel()
    out_x, out_y = np.empty(flat_x.shape), np.empty(flat_y.shape)
    for start in range(0, flat_x.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        sane = (np.abs(flat_x[part]) <= 180.0) & (np.abs(flat_y[part]) <= 90.0)  # noqa: PLR2004
        out_x[part], out_y[part] = function(
            np.where(sane, flat_x[part], np.nan), np.where(sane, flat_y[part], np.nan)
        )
    return out_x.reshape(x.shape), out_y.reshape(y.shape)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> _Pair:
    """WGS84 → GCJ-02, degrees.

    >>> x, y = wgs84_to_gcj02(119.6, 39.935)
    >>> f"{x:.8f} {y:.8f}"
    '119.60577090 39.93610810'
    """
    return _applied(_gcj_forward, lon, lat)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> _Pair:
    """GCJ-02 → WGS84, degrees; exact inverse of `wgs84_to_gcj02` to 1e-10 degrees."""
    return _applied(_gcj_inverse, lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> _Pair:
    """GCJ-02 → BD-09, degrees; applied everywhere, as the published formula is."""
    return _applied(_bd_forward, lon, lat)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> _Pair:
    """BD-09 → GCJ-02, degrees; exact inverse of `gcj02_to_bd09` to 1e-10 degrees."""
    return _applied(_bd_inverse, lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> _Pair:
    """WGS84 → BD-09, degrees.

    >>> x, y = wgs84_to_bd09(119.6, 39.935)
    >>> f"{x:.8f} {y:.8f}"
    '119.61227921 39.94202328'
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> _Pair:
    """BD-09 → WGS84, degrees; exact inverse of `wgs84_to_bd09` to 1e-10 degrees."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
