"""Finds hazards by place: what lies under a point, what a drawn area touches. Arrays and one tree.

This is what a click, the rubber bands and the buffers ask; nothing here knows pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.geo.nearness import distances_m

Rows = npt.NDArray[np.intp]
# Distances are geodesic, the box that looks for candidates is flat: a little too large is right.
_BOX_ALLOWANCE: Final = 1.001


class Nearness(StrEnum):
    """Why a hazard is listed at a place."""

    POINT = "point"
    LINE = "line"
    INSIDE = "inside"
    EDGE = "edge"


_ORDER: Final = (Nearness.POINT, Nearness.LINE, Nearness.INSIDE, Nearness.EDGE)


@dataclass(frozen=True, slots=True)
class Found:
    """One hazard at a place.

    Attributes:
        row: Row of the table.
        metres: Distance on the ground; 0 inside an area.
    """

    row: int
    nearness: Nearness
    metres: float


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """The geometries of a table under an R-tree."""

    table: FeatureTable
    tree: shapely.STRtree
    dimensions: npt.NDArray[Any]

    @classmethod
    def of(cls, table: FeatureTable) -> PlaceIndex:
        """Index a table; 0.1 s for 100,000 hazards."""
        return cls(
            table, shapely.STRtree(table.geometries), shapely.get_dimensions(table.geometries)
        )

    def identify(self, lon: float, lat: float, *, points_m: float, lines_m: float) -> list[Found]:
        """Everything at a place, the most likely meant first.

        Points come first, then lines, each the nearest first; then the areas around the place, the
        smallest first; then areas whose edge is near.

        Args:
            lon: Longitude, CGCS2000 degrees.
            lat: Latitude, CGCS2000 degrees.
            points_m: Reach for points, metres on the ground.
            lines_m: Reach for lines and for the edges of areas.
        """
        east, north = metres_per_degree(lat)
        reach = max(points_m, lines_m) * _BOX_ALLOWANCE
        box = shapely.box(
            lon - reach / east, lat - reach / north, lon + reach / east, lat + reach / north
        )
        rows = self.tree.query(box, predicate="intersects")
        if not len(rows):
            return []
        shapes, dimensions = self.table.geometries[rows], self.dimensions[rows]
        metres = distances_m(shapes, lon, lat)
        kinds = np.where(dimensions == 0, 0, np.where(dimensions == 1, 1, 2 + (metres > 0)))
        near = metres <= np.where(dimensions == 0, points_m, lines_m)
        # Two areas around the place are told apart by their size, everything else by distance.
        second = np.where(kinds == _ORDER.index(Nearness.INSIDE), shapely.area(shapes), metres)
        order = np.lexsort((rows, second, kinds))
        return [
            Found(int(rows[place]), _ORDER[int(kinds[place])], float(metres[place]))
            for place in order
            if near[place]
        ]

    def touching(self, area: BaseGeometry) -> Rows:
        """Rows of the hazards that touch or lie in an area, in the order of the table."""
        # The tree prepares the area: thousands of corners cost nothing extra.
        return np.sort(self.tree.query(area, predicate="intersects"))

    def within(self, lon: float, lat: float, metres: float) -> Rows:
        """Rows of the hazards at most ``metres`` from a place, in the order of the table."""
        east, north = metres_per_degree(lat)
        reach = metres * _BOX_ALLOWANCE
        box = shapely.box(
            lon - reach / east, lat - reach / north, lon + reach / east, lat + reach / north
        )
        rows = np.sort(self.tree.query(box))
        return rows[distances_m(self.table.geometries[rows], lon, lat) <= metres]
