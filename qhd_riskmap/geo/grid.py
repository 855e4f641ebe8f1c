"""The fixed square grid of generalised positions.

Nodes lie at integer multiples of the cell size from the origin (0, 0) of the EPSG:4549 plane
(CGCS2000, 3° zone, central meridian 120°E), so a node of the 1000 m grid is one of the 100 m grid as
well. A returned position is computed from the two integers of its node alone: any two places of one
cell give byte-identical results and nothing of the true place is left in the last digits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datums import FloatArray, from_cgcs2000, parse_reference, to_cgcs2000
from qhd_riskmap.i18n import _

IndexArray = NDArray[np.int64]

PLANE: Final = "EPSG:4549"
NO_NODE: Final = np.iinfo(np.int64).min
_DECIMALS: Final = 7  # 1e-7 degrees is 1 cm, well below the smallest cell


def _checked(cell_m: float) -> int:
    size = round(cell_m) if np.isfinite(cell_m) else 0
    if size < 1 or size != cell_m:
        raise InvalidInputError(
            _("网格大小必须是不小于 1 的整数米。"), hint=_("常用 100 米或 1000 米。")
        )
    return size


def cell_index(lon: ArrayLike, lat: ArrayLike, cell_m: float) -> tuple[IndexArray, IndexArray]:
    """Integers (i east, j north) of the nearest node; halves go north and east (floor(v + 1/2)).

    `NO_NODE` where the place has no coordinates in the plane.

    Raises:
        InvalidInputError: ``cell_m`` is no whole number of metres.
    """
    size = _checked(cell_m)
    x, y = from_cgcs2000(lon, lat, parse_reference(PLANE))
    sound = np.isfinite(x) & np.isfinite(y)
    i = np.where(sound, np.floor(np.where(sound, x, 0.0) / size + 0.5), NO_NODE)
    j = np.where(sound, np.floor(np.where(sound, y, 0.0) / size + 0.5), NO_NODE)
    return i.astype(np.int64), j.astype(np.int64)


cell_of = cell_index


def node_lonlat(i: ArrayLike, j: ArrayLike, cell_m: float) -> tuple[FloatArray, FloatArray]:
    """CGCS2000 longitude and latitude of nodes, rounded to 1e-7 degrees; NaN for no node.

    Raises:
        InvalidInputError: ``cell_m`` is no whole number of metres.
    """
    size = _checked(cell_m)
    east, north = np.broadcast_arrays(np.asarray(i, np.int64), np.asarray(j, np.int64))
    sound = (east != NO_NODE) & (north != NO_NODE)
    x = np.where(sound, east.astype(np.float64) * size, np.nan)
    y = np.where(sound, north.astype(np.float64) * size, np.nan)
    lon, lat = to_cgcs2000(x, y, parse_reference(PLANE))
    return np.round(lon, _DECIMALS), np.round(lat, _DECIMALS)


def snap_to_grid(lon: ArrayLike, lat: ArrayLike, cell_m: float) -> tuple[FloatArray, FloatArray]:
    """Replace places by the node of their cell.

    Args:
        lon: CGCS2000 longitude, degrees; scalar or array.
        lat: CGCS2000 latitude, degrees.
        cell_m: Cell size, whole metres; 100 and 1000 nest.

    Returns:
        Longitude and latitude of the nodes, at most cell_m / √2 away; NaN where there is none.

    Raises:
        InvalidInputError: ``cell_m`` is no whole number of metres.
    """
    return node_lonlat(*cell_index(lon, lat, cell_m), cell_m)


def cell_bounds(i: int, j: int, cell_m: float) -> tuple[float, float, float, float]:
    """Plane bounds (west, south, east, north; EPSG:4549 metres) of the cell around node (i, j).

    South and west rims belong to the cell, north and east rims to the next ones.

    Raises:
        InvalidInputError: ``cell_m`` is no whole number of metres.
    """
    size = _checked(cell_m)
    return ((i - 0.5) * size, (j - 0.5) * size, (i + 0.5) * size, (j + 0.5) * size)
