"""Which of several readings puts the rows of a sheet into the counties they declare.

GCJ-02 lies about 500 m and BD-09 about 1300 m from WGS84 here, so only rows near a boundary can tell
them apart, and boundaries themselves are drawn to some 100 m. A row therefore speaks only when its
answer stays the same `MARGIN_M` around the place in the four directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.geo.offset_datums import FloatArray

BoolArray = NDArray[np.bool_]
InsideTest = Callable[[FloatArray, FloatArray], BoolArray]
Places = tuple[FloatArray, FloatArray]

MARGIN_M: Final = 100.0
ENOUGH_ROWS: Final = 3
_LATITUDE: Final = 40.0
_ALMOST_SAME_DEG: Final = 1e-4  # 10 m: the same place entered twice


def inside_rows(places: Places, inside: InsideTest) -> BoolArray:
    """Rows whose place lies in the declared county; False where there is no place."""
    lon, lat = places
    sound = np.isfinite(lon) & np.isfinite(lat)
    answer = np.asarray(inside(np.where(sound, lon, 0.0), np.where(sound, lat, 0.0)), np.bool_)
    return np.asarray(answer & sound, np.bool_)


def _firm(places: Places, inside: InsideTest) -> tuple[BoolArray, BoolArray]:
    """Rows that are inside, and rows that are outside, also `MARGIN_M` around."""
    lon, lat = places
    per_lon, per_lat = metres_per_degree(_LATITUDE)
    east, north = MARGIN_M / per_lon, MARGIN_M / per_lat
    steps = ((0.0, 0.0), (east, 0.0), (-east, 0.0), (0.0, north), (0.0, -north))
    answers = np.stack([inside_rows((lon + dx, lat + dy), inside) for dx, dy in steps])
    sound = np.isfinite(lon) & np.isfinite(lat)
    within: BoolArray = np.all(answers, axis=0)
    without: BoolArray = ~np.any(answers, axis=0) & sound
    return within, without


def separated(readings: Mapping[str, Places], inside: InsideTest) -> str | None:
    """The one reading that the counties bear out, or None.

    It must be the only one that firmly contains at least `ENOUGH_ROWS` different places, and no row
    may be firmly outside under it while firmly inside under another.

    Args:
        readings: Name → longitude and latitude of every row under that reading, degrees.
        inside: The county test, aligned with the rows.
    """
    within, without = _firm_masks(readings, inside)
    winners = []
    for name, places in readings.items():
        against = without[name] & _others(name, within).any(axis=0)
        for_it_alone = within[name] & _others(name, without).all(axis=0)
        if not against.any() and _different(places, for_it_alone) >= ENOUGH_ROWS:
            winners.append(name)
    return winners[0] if winners else None


def contradicted(name: str, readings: Mapping[str, Places], inside: InsideTest) -> bool:
    """Whether the counties speak against a reading.

    They do when `ENOUGH_ROWS` places are firmly outside under it and firmly inside under another.
    """
    within, without = _firm_masks(readings, inside)
    return any(
        _different(readings[name], without[name] & within[other]) >= ENOUGH_ROWS
        for other in readings
        if other != name
    )


def _firm_masks(
    readings: Mapping[str, Places], inside: InsideTest
) -> tuple[dict[str, BoolArray], dict[str, BoolArray]]:
    firm = {name: _firm(places, inside) for name, places in readings.items()}
    return {name: both[0] for name, both in firm.items()}, {n: both[1] for n, both in firm.items()}


def _others(name: str, masks: Mapping[str, BoolArray]) -> NDArray[np.bool_]:
    """The masks of every other reading, one row each."""
    return np.stack([mask for other, mask in masks.items() if other != name])


def _different(places: Places, rows: BoolArray) -> int:
    """How many different places the rows hold."""
    lon, lat = places[0][rows], places[1][rows]
    keys = np.round(np.column_stack([lon, lat]) / _ALMOST_SAME_DEG)
    return int(np.unique(keys, axis=0).shape[0]) if keys.size else 0
