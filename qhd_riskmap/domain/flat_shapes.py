"""Geometries of many hazards as plain arrays, and the geometry objects that are made of them when wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ObjectArray = npt.NDArray[np.object_]
_MADE = "made"
_OBJECTS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatShapes:
    """n geometries, CGCS2000 degrees, in four kinds; every row stands in exactly one.

    Attributes:
        size: n.
        point_rows: Rows of single points, ascending.
        points: (p, 2) their places.
        line_rows: Rows of single lines, ascending.
        lines: (v, 2) vertices of all lines, one after the other.
        line_offsets: First vertex of every line, and the end.
        ring_rows: Rows of single polygons without holes, ascending.
        rings: (w, 2) vertices of all rings, closed.
        ring_offsets: First vertex of every ring, and the end.
        other_rows: Rows of everything else, ascending.
        others: Their geometries.
        bounds: (n, 4) west, south, east, north.
        made: Geometry objects made so far, by kind: anchors, map and hit tests want the same ones.
    """

    size: int
    point_rows: IntArray
    points: FloatArray
    line_rows: IntArray
    lines: FloatArray
    line_offsets: IntArray
    ring_rows: IntArray
    rings: FloatArray
    ring_offsets: IntArray
    other_rows: IntArray
    others: npt.NDArray[Any]
    bounds: FloatArray
    made: dict[str, ObjectArray] = field(default_factory=dict, repr=False, compare=False)

    def geometries(self) -> npt.NDArray[Any]:
        """Shapely geometries of all rows."""
        made = np.empty(self.size, dtype=object)
        # In pieces: shapely holds the interpreter while it makes objects, and a window would feel it.
        for start in range(0, len(self.points), _OBJECTS_AT_ONCE):
            end = start + _OBJECTS_AT_ONCE
            made[self.point_rows[start:end]] = shapely.points(self.points[start:end])
        made[self.line_rows] = self.line_geometries()
        made[self.ring_rows] = self.polygon_geometries()
        made[self.other_rows] = self.others
        return made

    def line_geometries(self) -> ObjectArray:
        """Shapely geometries of `line_rows`."""
        return self._once("lines", lambda: _lines(self.lines, self.line_offsets))

    def polygon_geometries(self) -> ObjectArray:
        """Shapely geometries of `ring_rows`."""
        return self._once("polygons", lambda: _polygons(self.rings, self.ring_offsets))

    def _once(self, kind: str, make: Callable[[], ObjectArray]) -> ObjectArray:
        # Threads that race make the same twice, which is harmless.
        found = self.made.get(kind)
        if found is None:
            found = self.made[kind] = make()
        return found

    def let_go_of_vertices(self) -> None:
        """Keep the vertices of lines and rings once only, in their objects; made now, if need be."""
        self.line_geometries()
        self.polygon_geometries()
        for name in ("lines", "rings"):
            object.__setattr__(self, name, np.empty((0, 2)))

    def __getstate__(self) -> list[Any]:
        # Arrays travel to another process quickly, objects do not.
        travelling = {each.name: getattr(self, each.name) for each in fields(self)}
        made = travelling[_MADE]
        for name, offsets, kind in (
            ("lines", self.line_offsets, "lines"),
            ("rings", self.ring_offsets, "polygons"),
        ):
            if len(travelling[name]) != offsets[-1]:  # let go of
                travelling[name] = shapely.get_coordinates(made[kind])
        return [*(travelling | {_MADE: {}}).values()]

    def dimensions(self) -> IntArray:
        """(n) 0 for points, 1 for lines, 2 for polygons."""
        found = np.zeros(self.size, np.int64)
        found[self.line_rows] = 1
        found[self.ring_rows] = 2
        found[self.other_rows] = dimensions_of(self.others)
        return found

    def anchors(self) -> FloatArray:
        """(n, 2) points on the geometries, as `anchors_of` finds them."""
        found = np.empty((self.size, 2))
        found[self.point_rows] = self.points
        found[self.line_rows] = anchors_of(self.line_geometries())
        found[self.ring_rows] = anchors_of(self.polygon_geometries())
        found[self.other_rows] = anchors_of(self.others)
        return found


def anchors_of(geometries: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Points on the geometries, shape (n, 2); the same as `hazard.anchor_of` for each.

    NaN where a geometry is empty.
    """
    anchors = np.full((len(geometries), 2), np.nan)
    points = geometries.copy()
    is_point = shapely.get_type_id(geometries) == shapely.GeometryType.POINT
    points[~is_point] = shapely.point_on_surface(geometries[~is_point])
    # Empty geometries have no anchor; get_coordinates skips them and would shift the rest by a row.
    filled = ~shapely.is_empty(points) & ~shapely.is_missing(points)
    anchors[filled] = shapely.get_coordinates(points[filled])
    return anchors


def dimensions_of(geometries: npt.NDArray[Any]) -> IntArray:
    """0 for points, 1 for lines, 2 for polygons, -1 where there is nothing."""
    return np.asarray(shapely.get_dimensions(geometries), dtype=np.int64)


def _lines(xy: FloatArray, offsets: IntArray) -> ObjectArray:
    return np.atleast_1d(shapely.linestrings(xy, indices=_owners(offsets)))


def _polygons(xy: FloatArray, offsets: IntArray) -> ObjectArray:
    rings = shapely.linearrings(xy, indices=_owners(offsets))
    return np.atleast_1d(shapely.polygons(rings))


def _owners(offsets: IntArray) -> IntArray:
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
