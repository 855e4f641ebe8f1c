"""How far geometries lie from a place, in metres on the ground, many at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.geo.geodesy import FloatArray, distance_m, metres_per_degree


def distances_m(geometries: npt.NDArray[Any], lon: float, lat: float) -> FloatArray:
    """Distance from (lon, lat) to each geometry: 0 inside areas, infinite where one is empty.

    The nearest point is found in a plane true to scale at ``lat``, its distance is geodesic. Around
    a hazard the plane may pick a neighbour of the nearest point, which lengthens the distance by
    less than a thousandth for anything within 20 km.

    >>> import shapely
    >>> far = distances_m(shapely.points([[119.6, 39.9], [119.6, 40.0]]), 119.6, 39.9)
    >>> [f"{metres:.0f}" for metres in far]
    ['0', '11104']
    """
    found = np.full(len(geometries), np.inf)
    filled = np.flatnonzero(~(shapely.is_empty(geometries) | shapely.is_missing(geometries)))
    if not len(filled):
        return found
    scale = np.array(metres_per_degree(lat))
    flat = shapely.transform(geometries[filled], lambda xy: xy * scale)
    links = shapely.shortest_line(flat, shapely.Point(lon * scale[0], lat * scale[1]))
    near = shapely.get_coordinates(links)[::2] / scale
    metres = distance_m(near[:, 0], near[:, 1], lon, lat)
    # The plane turns nothing into a billionth of a metre.
    metres[shapely.intersects_xy(geometries[filled], lon, lat)] = 0.0
    found[filled] = metres
    return found
