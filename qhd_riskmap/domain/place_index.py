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
from qhd_riskmap.geo.nearness import distances_m, edges_m, ground_m

Rows = npt.NDArray[np.intp]
# Distances are geodesic, the box that looks for candidates is flat: a little too large is right.
_BOX_ALLOWANCE: Final = 1.001


class Nearness(StrEnum):
    """Why a hazard is listed at a place."""

    POINT = "point"
    LINE = "line"
    INSIDE = "inside"
    EDGE = "edge"


# The first three by dimension.
_ORDER: Final = (Nearness.POINT, Nearness.LINE, Nearness.INSIDE, Nearness.EDGE)
_AREA: Final = 2
_POINT: Final = int(shapely.GeometryType.POINT)


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
        near = self._near(lon, lat, max(points_m, lines_m))
        if not len(near):
            return []
        rows, shapes = near.tolist(), self.table.geometries[near]
        # Nearness, what orders within it, row, metres; plain values, for there are a few of them.
        listed: list[tuple[int, float, int, float]] = []
        shaped = []
        for place, (row, kind) in enumerate(
            zip(rows, shapely.get_type_id(shapes).tolist(), strict=True)
        ):
            if kind != _POINT:
                shaped.append(place)
                continue
            there_lon, there_lat = self.table.anchors[row].tolist()
            metres = ground_m(lon, lat, there_lon - lon, there_lat - lat)
            if metres <= points_m:
                listed.append((0, metres, row, metres))
        if shaped:
            chosen = [rows[each] for each in shaped]
            listed += self._shaped(chosen, shapes[shaped], (lon, lat), (points_m, lines_m))
        listed.sort()
        return [Found(row, _ORDER[kind], metres) for kind, _second, row, metres in listed]

    def _shaped(
        self,
        rows: list[int],
        shapes: npt.NDArray[Any],
        place: tuple[float, float],
        reaches: tuple[float, float],
    ) -> list[tuple[int, float, int, float]]:
        """What `identify` lists of the hazards that are more than one point."""
        points_m, lines_m = reaches
        met = shapely.intersects_xy(shapes, *place).tolist()
        metres = [0.0] * len(rows)
        outside = [each for each, meets in enumerate(met) if not meets]
        if outside:
            for each, far in zip(outside, edges_m(shapes[outside], *place), strict=True):
                metres[each] = far
        listed = []
        for row, shape, far in zip(rows, shapes, metres, strict=True):
            dimension = int(self.dimensions[row])
            if far > (lines_m if dimension else points_m):
                continue
            kind = dimension if dimension < _AREA or far == 0 else _ORDER.index(Nearness.EDGE)
            # Two areas around the place are told apart by their size, everything else by distance.
            second = float(shapely.area(shape)) if kind == _AREA else far
            listed.append((kind, second, row, far))
        return listed

    def _near(self, lon: float, lat: float, metres: float) -> Rows:
        """Rows of what touches the box about a circle on the ground, in no order."""
        east, north = metres_per_degree(lat)
        across, up = metres * _BOX_ALLOWANCE / east, metres * _BOX_ALLOWANCE / north
        box = np.empty(1, dtype=object)  # shapely takes an array without ado
        box[0] = shapely.box(lon - across, lat - up, lon + across, lat + up)
        rows: Rows = self.tree.query(box, predicate="intersects")[1]
        return rows

    def touching(self, area: BaseGeometry) -> Rows:
        """Rows of the hazards that touch or lie in an area, in the order of the table."""
        # The tree prepares the area: thousands of corners cost nothing extra.
        return np.sort(self.tree.query(area, predicate="intersects"))

    def within(self, lon: float, lat: float, metres: float) -> Rows:
        """Rows of the hazards at most ``metres`` from a place, in the order of the table."""
        rows = np.sort(self._near(lon, lat, metres))
        return rows[distances_m(self.table.geometries[rows], lon, lat) <= metres]
