"""Generalises geometries onto the release grid, before anything is drawn.

Everything is computed in whole cells and turned into degrees at the end, so that the result is a
function of the snapped vertices alone: no jitter (averaging many releases would undo it) and no trace
of where inside its cell a vertex lay.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.geo.grid import cell_index, node_lonlat

Cells = npt.NDArray[np.float64]  # (n, 2) whole numbers, kept as floats because shapely wants them
_SMALLEST_RING = 4  # three corners and the closing one
_SMALLEST_LINE = 2


def generalised(geometry: BaseGeometry, cell_m: float) -> BaseGeometry:
    """``geometry`` with every vertex on a node of the ``cell_m`` grid.

    Repeated vertices go. Lines and polygons that collapse become a point on one of their nodes.
    Polygons come back valid with every vertex on the grid; holes that collapse are closed.

    Args:
        geometry: CGCS2000 degrees; any of `hazard.GEOMETRY_TYPES`.
        cell_m: Cell size of the grid, metres.

    Returns:
        CGCS2000 degrees, exactly `geo.grid.node_lonlat` of the nodes.
    """
    parts: tuple[BaseGeometry, ...] = tuple(getattr(geometry, "geoms", (geometry,)))
    if geometry.geom_type.endswith("Polygon"):
        shape = _polygon(parts, cell_m)
    elif geometry.geom_type.endswith("LineString"):
        shape = _line(parts, cell_m)
    else:
        shape = _points(_cells(geometry, cell_m))
    return _in_degrees(shape, cell_m)


def off_grid(geometry: BaseGeometry, cell_m: float) -> int:
    """How many vertices of a finished geometry are not exactly nodes of the grid."""
    lonlat = shapely.get_coordinates(geometry)
    lon, lat = node_lonlat(*cell_index(lonlat[:, 0], lonlat[:, 1], cell_m), cell_m)
    return int(np.count_nonzero((lon != lonlat[:, 0]) | (lat != lonlat[:, 1])))


def _cells(geometry: BaseGeometry, cell_m: float) -> Cells:
    lonlat = shapely.get_coordinates(geometry)
    return np.column_stack(cell_index(lonlat[:, 0], lonlat[:, 1], cell_m)).astype(np.float64)


def _in_degrees(shape: BaseGeometry, cell_m: float) -> BaseGeometry:
    def to_degrees(cells: Cells) -> npt.NDArray[np.float64]:
        whole = np.rint(cells).astype(np.int64)
        return np.column_stack(node_lonlat(whole[:, 0], whole[:, 1], cell_m))

    placed: BaseGeometry = shapely.transform(shape, to_degrees)
    return placed


def _points(cells: Cells) -> BaseGeometry:
    distinct = np.unique(cells, axis=0)
    return Point(distinct[0]) if len(distinct) == 1 else MultiPoint(distinct)


def _central(cells: Cells) -> BaseGeometry:
    """The node nearest the middle of the distinct nodes; ties go to the south-west one."""
    distinct = np.unique(cells, axis=0)
    # Whole-number arithmetic: n·x - Σx compares exactly where x - mean would round.
    away = ((len(distinct) * distinct - distinct.sum(axis=0)) ** 2).sum(axis=1)
    return Point(distinct[int(np.argmin(away))])


def _line(parts: tuple[BaseGeometry, ...], cell_m: float) -> BaseGeometry:
    runs = [_without_repeats(_cells(part, cell_m)) for part in parts]
    lines = sorted(run.tolist() for run in runs if len(run) >= _SMALLEST_LINE)
    if not lines:
        return _central(np.vstack(runs))
    return LineString(lines[0]) if len(lines) == 1 else MultiLineString(lines)


def _without_repeats(cells: Cells) -> Cells:
    moved = np.any(cells[1:] != cells[:-1], axis=1)
    return cells[np.concatenate(([True], moved))]


def _polygon(parts: tuple[BaseGeometry, ...], cell_m: float) -> BaseGeometry:
    merged = shapely.union_all([_solid(part, cell_m) for part in parts])
    # Snapping can make edges cross between nodes; snap rounding moves the crossings to nodes.
    rounded = shapely.set_precision(merged, 1.0, mode="valid_output")
    pieces = [piece for piece in shapely.get_parts(rounded) if piece.area > 0]
    if not pieces:
        return _central(np.vstack([_cells(part, cell_m) for part in parts]))
    whole = pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)
    ordered: BaseGeometry = shapely.normalize(whole)
    return ordered


def _solid(polygon: BaseGeometry, cell_m: float) -> BaseGeometry:
    """The polygon in cells, made valid; empty where it has collapsed."""
    rings = [_without_repeats(_cells(ring, cell_m)) for ring in _rings(polygon)]
    if len(rings[0]) < _SMALLEST_RING:
        return Polygon()
    holes = [ring for ring in rings[1:] if len(ring) >= _SMALLEST_RING]
    valid = shapely.make_valid(Polygon(rings[0], holes))
    areas = [piece for piece in shapely.get_parts(valid) if piece.geom_type.endswith("Polygon")]
    solid: BaseGeometry = shapely.union_all(areas)
    return solid


def _rings(polygon: BaseGeometry) -> list[BaseGeometry]:
    rings: list[BaseGeometry] = list(shapely.get_rings(polygon))
    return rings
