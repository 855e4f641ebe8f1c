"""Lines or polygons of one kind, ready to paint: culled by their boxes, thinned for the view.

Two sources of vertices. The ground and the layers of the office lie on the plane from the beginning.
Hazards are kept in degrees as the geometry objects that also give anchors and hit tests: a far view needs
one vertex in ten, so they are thinned first and only what is left is projected. All vertices are projected
when a close view asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.cartography.geometry_arrays import (
    NOTHING,
    IntArray,
    Ragged,
    merged,
    parts_of,
    ragged_of,
    ragged_parts,
    style_order,
    take_parts,
    thin,
    thin_parts,
)
from qhd_riskmap.cartography.projection import (
    FloatArray,
    Projection,
    mercator_bend_m,
    mercator_metres_per_degree,
)
from qhd_riskmap.domain.late_value import Late

# Tolerance of the thinned copies, in pixels of the closest view that uses them; in the coarsest it is
# less by the root of two.
TOLERANCE_PX: Final = 0.6
_STEPS_PER_DOUBLING: Final = 2


@dataclass(frozen=True, slots=True)
class DegreeParts:
    """Lines and rings in degrees, of a layer in Mercator's projection.

    Attributes:
        parts: (p) geometry objects.
        owner: (p) which path every part belongs to, ascending.
        scale: (n) the most plane metres a degree of the path takes.
        bend: (n) the most plane metres between a straight line in degrees within the path's box and the
            straight line between its ends on the plane.
    """

    parts: npt.NDArray[np.object_]
    owner: IntArray
    scale: FloatArray
    bend: FloatArray

    def projected(self) -> Ragged:
        """All vertices on the plane."""
        flat = ragged_parts(self.parts, self.owner)
        return Ragged(Projection.MERCATOR.forward_pairs(flat.xy), flat.offsets, flat.owner)

    def thinned(self, tolerance: float, wanted: npt.NDArray[np.bool_] | None = None) -> Ragged:
        """The parts, those of the paths marked in ``wanted``, within ``tolerance`` plane metres.

        Every dropped vertex is allowed so many degrees that they are, at the largest scale within the
        path's box and with the bend of the straight line added, no more than the tolerance.
        """
        allowed = np.maximum(tolerance - self.bend, 0.0) / self.scale
        parts, owner = self.parts, self.owner
        if wanted is not None:
            chosen = wanted[owner]
            parts, owner = parts[chosen], owner[chosen]
        less = thin_parts(parts, owner, allowed[owner])
        return Ragged(Projection.MERCATOR.forward_pairs(less.xy), less.offsets, less.owner)


@dataclass(slots=True, kw_only=True)
class PathLayer:
    """Lines or polygons of one kind, sorted by style.

    Attributes:
        rows: (n) row in the feature table.
        styles: (n) style numbers, ascending: what is painted later lies on top.
        bounds: (n, 4) west, south, east, north on the plane, metres.
        closed: Whether parts are rings.
        degrees: Where the vertices come from, or None where they are on the plane.
    """

    rows: IntArray
    styles: IntArray
    bounds: FloatArray
    closed: bool
    degrees: DegreeParts | None = None
    _full: Late[Ragged]
    _thinned: dict[int, Ragged] = field(default_factory=dict, repr=False)
    _partly: dict[int, tuple[npt.NDArray[np.bool_], Ragged]] = field(
        default_factory=dict, repr=False
    )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def full(self) -> Ragged:
        """All vertices."""
        return self._full.get()

    def visible(self, box: tuple[float, float, float, float]) -> IntArray:
        """Indices of the paths whose bounds meet ``box`` (plane metres)."""
        west, south, east, north = box
        b = self.bounds
        inside = (b[:, 0] <= east) & (b[:, 2] >= west) & (b[:, 1] <= north) & (b[:, 3] >= south)
        return np.nonzero(inside)[0]

    def is_thinned(self, resolution: float) -> bool:
        """Whether the copy for ``resolution`` exists, or the full vertices serve."""
        step = _step(resolution)
        return step < 0 or step in self._thinned

    def at_resolution(self, resolution: float) -> Ragged:
        """The vertices worth painting at ``resolution`` plane metres per pixel.

        Copies are made by Douglas-Peucker (shapely, outside the interpreter lock) for every half
        doubling and kept; two threads that race make the same copy twice, which is harmless.
        """
        step = _step(resolution)
        if step < 0:  # closer than a metre per pixel nothing can be saved
            return self.full
        thinned = self._thinned.get(step)
        if thinned is None:
            thinned = self._thin(step)
            self._thinned[step] = thinned
        return thinned

    def some_at_resolution(self, resolution: float, wanted: npt.NDArray[np.bool_]) -> Ragged:
        """The same for the paths marked in ``wanted`` only; others are left until they are asked for.

        Kept too, so that panning thins only what comes into view. Threads that race repeat work.
        """
        step = _step(resolution)
        if self.is_thinned(resolution):
            return take_parts(self.at_resolution(resolution), wanted)
        known, ragged = self._partly.get(step, (np.zeros(len(self), bool), NOTHING))
        missing = wanted & ~known
        if missing.any():
            ragged = merged(ragged, self._thin(step, missing))
            self._partly[step] = (known | missing, ragged)
        return take_parts(ragged, wanted)

    def _thin(self, step: int, wanted: npt.NDArray[np.bool_] | None = None) -> Ragged:
        if self.degrees is not None:
            return self.degrees.thinned(_tolerance(step), wanted)
        return thin(
            self.full if wanted is None else take_parts(self.full, wanted), _tolerance(step)
        )

    def __getstate__(self) -> dict[str, Any]:
        """Pickles for export processes leave the thinned copies and the geometry objects behind."""
        return {
            "rows": self.rows, "styles": self.styles, "bounds": self.bounds, "closed": self.closed,
            "degrees": None, "_full": self._full,
        }  # fmt: skip

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self._thinned = {}
        self._partly = {}


def _step(resolution: float) -> int:
    return int(np.floor(_STEPS_PER_DOUBLING * np.log2(resolution)))


def _tolerance(step: int) -> float:
    """Plane metres by which thinned vertices may be off."""
    return float(TOLERANCE_PX * 2.0 ** (step / _STEPS_PER_DOUBLING))


def path_layer(
    geometries: npt.NDArray[Any],
    rows: IntArray,
    styles: IntArray,
    projection: Projection,
    *,
    closed: bool,
) -> PathLayer:
    """Project geometries (CGCS2000 degrees) once and sort them by style (stable)."""
    order = style_order(styles)
    projected = shapely.transform(geometries[order], projection.forward_pairs)
    return PathLayer(
        rows=np.asarray(rows, np.int64)[order],
        styles=np.asarray(styles, np.int64)[order],
        bounds=shapely.bounds(projected).reshape(-1, 4),
        closed=closed,
        _full=Late.given(ragged_of(projected, closed=closed)),
    )


def late_layer(
    geometries: npt.NDArray[Any],
    rows: IntArray,
    styles: IntArray,
    projection: Projection,
    *,
    closed: bool,
) -> PathLayer:
    """The same; in Mercator's projection vertices are projected when they are needed.

    Args:
        geometries: Lines or polygons, none empty.
        rows: Row of each in the feature table.
        styles: Style number of each.
        projection: The plane.
        closed: Whether they are polygons.
    """
    order = style_order(styles)
    parts, owner = parts_of(geometries[order], closed=closed)
    degrees = None
    if projection is Projection.MERCATOR:
        boxes = shapely.bounds(geometries[order]).reshape(-1, 4)
        bounds = projection.forward_pairs(boxes.reshape(-1, 2)).reshape(-1, 4)
        scale = mercator_metres_per_degree(boxes[:, 1::2])
        degrees = DegreeParts(parts, owner, scale, mercator_bend_m(boxes[:, 1::2]))
        full = Late(degrees.projected)
    else:
        flat = ragged_parts(parts, owner)
        full = Late.given(Ragged(projection.forward_pairs(flat.xy), flat.offsets, owner))
        bounds = _boxes(full.get(), len(order))
    return PathLayer(
        rows=np.asarray(rows, np.int64)[order],
        styles=np.asarray(styles, np.int64)[order],
        bounds=bounds,
        closed=closed,
        degrees=degrees,
        _full=full,
    )


def _boxes(ragged: Ragged, count: int) -> FloatArray:
    """West, south, east, north of every path; none is empty."""
    boxes = np.empty((count, 4))
    if count:
        starts = ragged.offsets[np.searchsorted(ragged.owner, np.arange(count))]
        boxes[:, :2] = np.minimum.reduceat(ragged.xy, starts)
        boxes[:, 2:] = np.maximum.reduceat(ragged.xy, starts)
    return boxes
