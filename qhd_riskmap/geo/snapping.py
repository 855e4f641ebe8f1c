"""Pulls a place to vertices and edges that lie near it on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from qhd_riskmap.geo.outline import Place
from qhd_riskmap.i18n import N_

FloatArray = NDArray[np.float64]
Box = tuple[float, float, float, float]
Project = Callable[[Any, Any], tuple[FloatArray, FloatArray]]


class SnapKind(StrEnum):
    """What a place was pulled to."""

    VERTEX = "vertex"
    EDGE = "edge"

    @property
    def label(self) -> str:
        """节点, 边线."""
        return _LABELS[self]


_LABELS = {SnapKind.VERTEX: N_("节点"), SnapKind.EDGE: N_("边线")}


class SnapSource(Protocol):
    """Somebody's geometries that places may be pulled to.

    The map asks every source while the mouse moves: the register's hazards, the shape in hand, the
    vector layers added to the map, and whatever else is handed to the canvas with
    ``canvas.snapper.add_source(source)`` (townships, receptors); ``remove_source`` takes it away
    again. A source that is hidden should answer with nothing.
    """

    def near(self, box: Box) -> NDArray[Any]:
        """Geometries that may touch ``box`` (west, south, east, north in CGCS2000 degrees).

        Called on the GUI thread with every move of the mouse: answer from a `shapely.STRtree` in
        well under a millisecond. Too many is harmless, an object array without None is a must.
        """


@dataclass(frozen=True, slots=True)
class Snap:
    """A place that was pulled.

    Attributes:
        place: The vertex, or the point of the edge: longitude, latitude.
        kind: Which of them.
        distance: How far it was, in units of the projection handed in (pixels).
    """

    place: Place
    kind: SnapKind
    distance: float


def nearest(
    place: Place, geometries: NDArray[Any], project: Project, tolerance: float, box: Box
) -> Snap | None:
    """The nearest vertex within ``tolerance``, or else the nearest point of an edge.

    Args:
        place: Longitude and latitude of the mouse.
        geometries: Candidates.
        project: Degrees to the plane in which distances are taken (the screen).
        tolerance: Farthest distance there.
        box: Only what touches it is looked at; larger than the tolerance all round.
    """
    geometries = geometries[~shapely.is_empty(geometries)]
    if not len(geometries):
        return None
    vertices, segments = _near(geometries, box)
    x, y = (float(value) for value in project(*place))
    found = _nearest_vertex(vertices, project, x, y)
    if found is None or found.distance > tolerance:
        found = _nearest_edge(segments, project, x, y)
    return found if found is not None and found.distance <= tolerance else None


def _near(geometries: NDArray[Any], box: Box) -> tuple[FloatArray, FloatArray]:
    """Vertices in the box and segments whose extents touch it."""
    west, south, east, north = box
    paths = geometries.copy()
    areas = shapely.get_dimensions(geometries) == 2  # noqa: PLR2004 - areas
    paths[areas] = shapely.boundary(geometries[areas])
    lonlat, owner = shapely.get_coordinates(shapely.get_parts(paths), return_index=True)
    inside = (lonlat >= (west, south)).all(axis=1) & (lonlat <= (east, north)).all(axis=1)
    joined = owner[:-1] == owner[1:]
    low, high = np.minimum(lonlat[:-1], lonlat[1:]), np.maximum(lonlat[:-1], lonlat[1:])
    touching = joined & (low <= (east, north)).all(axis=1) & (high >= (west, south)).all(axis=1)
    segments = np.column_stack((lonlat[:-1][touching], lonlat[1:][touching]))
    return lonlat[inside], segments


def _nearest_vertex(vertices: FloatArray, project: Project, x: float, y: float) -> Snap | None:
    if not len(vertices):
        return None
    xs, ys = project(vertices[:, 0], vertices[:, 1])
    away = np.hypot(xs - x, ys - y)
    best = int(np.argmin(away))
    lon, lat = vertices[best].tolist()
    return Snap((lon, lat), SnapKind.VERTEX, float(away[best]))


def _nearest_edge(segments: FloatArray, project: Project, x: float, y: float) -> Snap | None:
    if not len(segments):
        return None
    x0, y0 = project(segments[:, 0], segments[:, 1])
    x1, y1 = project(segments[:, 2], segments[:, 3])
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    along = (x - x0) * dx + (y - y0) * dy
    # Part of the way along each segment; 0 for those without length.
    share = np.clip(np.divide(along, square, out=np.zeros_like(along), where=square > 0), 0.0, 1.0)
    away = np.hypot(x0 + share * dx - x, y0 + share * dy - y)
    best = int(np.argmin(away))
    start, end = segments[best, :2], segments[best, 2:]
    lon, lat = (start + share[best] * (end - start)).tolist()
    return Snap((lon, lat), SnapKind.EDGE, float(away[best]))
