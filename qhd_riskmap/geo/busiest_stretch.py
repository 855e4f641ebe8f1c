"""The stretch of a line along which most is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.geo.geodesy import FloatArray
from qhd_riskmap.geo.local_plane import LocalPlane


def busiest_stretch(
    line: BaseGeometry, lonlat: FloatArray, weights: FloatArray, length_m: float
) -> float:
    """The greatest sum of weights along any stretch of so many metres.

    Each place counts where it is nearest to the line. Anything but a line is one stretch.

    >>> import shapely
    >>> road = shapely.LineString([(119.6, 39.9), (119.7, 39.9)])
    >>> spots = np.array([[119.601, 39.9], [119.61, 39.9], [119.69, 39.9]])
    >>> busiest_stretch(road, spots, np.array([10.0, 20.0, 25.0]), 2000)
    30.0
    """
    if not len(weights):
        return 0.0
    parts: list[Any] = list(getattr(line, "geoms", [line]))
    if any(part.geom_type != "LineString" for part in parts):
        return float(weights.sum())
    plane = LocalPlane.of(line)
    flat = [shapely.transform(part, plane.flat) for part in parts]
    points = shapely.points(plane.flat(lonlat))
    nearest = np.argmin([shapely.distance(part, points) for part in flat], axis=0)
    best = 0.0
    for number, part in enumerate(flat):
        own = nearest == number
        along = shapely.line_locate_point(part, points[own])
        order = np.argsort(along)
        along, sums = along[order], np.concatenate([[0.0], np.cumsum(weights[own][order])])
        ends = np.searchsorted(along, along + length_m, "right")
        if len(ends):
            best = max(best, float((sums[ends] - sums[np.arange(len(ends))]).max()))
    return best
