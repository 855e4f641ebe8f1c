"""Many lines or rings as flat numpy arrays: culled, clipped and thinned without Python loops."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.cartography.projection import FloatArray, Projection

IntArray = npt.NDArray[np.int64]

# Tolerance of the thinned copies, in pixels of the closest view that uses them; in the coarsest it is
# less by the root of two.
TOLERANCE_PX: Final = 0.6
_STEPS_PER_DOUBLING: Final = 2
_SMALLEST_RING: Final = 4
_VERTICES_AT_ONCE: Final = 40_000


@dataclass(frozen=True, slots=True)
class Ragged:
    """Parts of different lengths in one array.

    Attributes:
        xy: (v, 2) vertices on the plane, metres.
        offsets: (p + 1) first vertex of every part, and the end.
        owner: (p) which path (row of the `PathLayer`) every part belongs to, ascending.
    """

    xy: FloatArray
    offsets: IntArray
    owner: IntArray


_NOTHING: Final = Ragged(np.empty((0, 2)), np.zeros(1, np.int64), np.empty(0, np.int64))


@dataclass(slots=True)
class PathLayer:
    """Lines or polygons of one kind, sorted by style.

    Attributes:
        rows: (n) row in the feature table.
        styles: (n) style numbers, ascending: what is painted later lies on top.
        bounds: (n, 4) west, south, east, north on the plane, metres.
        full: All vertices.
        closed: Whether parts are rings.
    """

    rows: IntArray
    styles: IntArray
    bounds: FloatArray
    full: Ragged
    closed: bool
    _thinned: dict[int, Ragged] = field(default_factory=dict, repr=False)
    _partly: dict[int, tuple[npt.NDArray[np.bool_], Ragged]] = field(
        default_factory=dict, repr=False
    )

    def __len__(self) -> int:
        return len(self.rows)

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
            thinned = thin(self.full, _tolerance(step))
            self._thinned[step] = thinned
        return thinned

    def some_at_resolution(self, resolution: float, wanted: npt.NDArray[np.bool_]) -> Ragged:
        """The same for the paths marked in ``wanted`` only; others are left until they are asked for.

        Kept too, so that panning thins only what comes into view. Threads that race repeat work.
        """
        step = _step(resolution)
        if self.is_thinned(resolution):
            return take_parts(self.at_resolution(resolution), wanted)
        known, ragged = self._partly.get(step, (np.zeros(len(self), bool), _NOTHING))
        missing = wanted & ~known
        if missing.any():
            fresh = thin(take_parts(self.full, missing), _tolerance(step))
            ragged = merged(ragged, fresh)
            self._partly[step] = (known | missing, ragged)
        return take_parts(ragged, wanted)

    def __getstate__(self) -> dict[str, Any]:
        """Pickles for export processes leave the thinned copies behind."""
        return {
            "rows": self.rows, "styles": self.styles, "bounds": self.bounds, "full": self.full,
            "closed": self.closed,
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
    order = np.argsort(styles, kind="stable")
    projected = shapely.transform(geometries[order], projection.forward_pairs)
    return PathLayer(
        rows=np.asarray(rows, np.int64)[order],
        styles=np.asarray(styles, np.int64)[order],
        bounds=shapely.bounds(projected).reshape(-1, 4),
        full=ragged_of(projected, closed=closed),
        closed=closed,
    )


def flat_layer(
    lonlat: FloatArray,
    offsets: IntArray,
    rows: IntArray,
    styles: IntArray,
    projection: Projection,
    *,
    closed: bool,
) -> PathLayer:
    """The same from vertices in one array, one part per path."""
    order = np.argsort(styles, kind="stable")
    whole = Ragged(projection.forward_pairs(lonlat), offsets, np.arange(len(rows)))
    full = take_order(whole, order)
    bounds = np.empty((len(rows), 4))
    if len(rows):
        starts = full.offsets[:-1]
        bounds[:, :2] = np.minimum.reduceat(full.xy, starts)
        bounds[:, 2:] = np.maximum.reduceat(full.xy, starts)
    return PathLayer(
        rows=rows[order], styles=styles[order], bounds=bounds, full=full, closed=closed
    )


def take_order(ragged: Ragged, order: IntArray) -> Ragged:
    """The parts in another order; part ``order[i]`` belongs to path i afterwards."""
    counts = np.diff(ragged.offsets)[order]
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    picked = np.arange(offsets[-1]) + np.repeat(ragged.offsets[:-1][order] - offsets[:-1], counts)
    return Ragged(ragged.xy[picked], offsets, np.arange(len(order)))


def joined_layers(first: PathLayer, second: PathLayer) -> PathLayer:
    """Both layers as one, sorted by style; where styles are equal those of ``first`` come first."""
    styles = np.concatenate((first.styles, second.styles))
    order = np.argsort(styles, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    here = Ragged(first.full.xy, first.full.offsets, place[first.full.owner])
    there = Ragged(second.full.xy, second.full.offsets, place[len(first) + second.full.owner])
    return PathLayer(
        rows=np.concatenate((first.rows, second.rows))[order],
        styles=styles[order],
        bounds=np.concatenate((first.bounds, second.bounds))[order],
        full=merged(here, there),
        closed=first.closed,
    )


def ragged_of(geometries: npt.NDArray[Any], *, closed: bool) -> Ragged:
    """Flatten line or polygon geometries (multi parts and holes included)."""
    if len(geometries) == 0:
        return Ragged(np.empty((0, 2)), np.zeros(1, np.int64), np.empty(0, np.int64))
    parts, owner = shapely.get_parts(geometries, return_index=True)
    if closed:
        rings, ring_owner = shapely.get_rings(parts, return_index=True)
        parts, owner = rings, owner[ring_owner]
    counts = shapely.get_num_coordinates(parts)
    xy = shapely.get_coordinates(parts)
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Ragged(np.ascontiguousarray(xy), offsets, np.asarray(owner, np.int64))


def thin(ragged: Ragged, tolerance: float) -> Ragged:
    """Drop vertices nearer than ``tolerance`` to the line between their neighbours.

    Rings are thinned as lines: for a crossing polygon shapely would first mend its topology, which
    took minutes for 20,000 random vertices. Done in pieces: shapely holds the interpreter while it
    makes and empties lines, and a window that pans would feel a million vertices at once.
    """
    pieces = [_thin_piece(ragged, first, end, tolerance) for first, end in _pieces(ragged)]
    if not pieces:
        return ragged
    counts = np.concatenate([counts for _xy, counts in pieces])
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Ragged(np.concatenate([xy for xy, _counts in pieces]), offsets, ragged.owner)


def _pieces(ragged: Ragged) -> list[tuple[int, int]]:
    """Ranges of parts with about `_VERTICES_AT_ONCE` vertices each."""
    count = len(ragged.owner)
    if not count:
        return []
    marks = np.arange(_VERTICES_AT_ONCE, int(ragged.offsets[-1]), _VERTICES_AT_ONCE)
    edges = np.unique(np.concatenate(([0], np.searchsorted(ragged.offsets, marks), [count])))
    return list(pairwise(edges.tolist()))


def _thin_piece(
    ragged: Ragged, first: int, end: int, tolerance: float
) -> tuple[FloatArray, IntArray]:
    """Vertices left of the parts ``first`` … ``end``, and their number by part."""
    offsets = ragged.offsets[first : end + 1]
    xy = ragged.xy[offsets[0] : offsets[-1]]
    lines = shapely.linestrings(xy, indices=np.repeat(np.arange(end - first), np.diff(offsets)))
    simple = shapely.simplify(lines, tolerance, preserve_topology=False)
    return shapely.get_coordinates(simple), np.asarray(
        shapely.get_num_coordinates(simple), np.int64
    )


def clip_lines(ragged: Ragged, box: tuple[float, float, float, float]) -> Ragged:
    """The pieces of lines inside ``box`` (west, south, east, north)."""
    part_of_vertex = np.repeat(np.arange(len(ragged.owner)), np.diff(ragged.offsets))
    lines = shapely.linestrings(ragged.xy, indices=part_of_vertex)
    inside = shapely.clip_by_rect(lines, *box)
    pieces, of_part = shapely.get_parts(inside, return_index=True)
    is_line = shapely.get_dimensions(pieces) == 1
    flat = ragged_of(pieces[is_line], closed=False)
    return Ragged(flat.xy, flat.offsets, ragged.owner[of_part[is_line]][flat.owner])


def clip_rings(ragged: Ragged, box: tuple[float, float, float, float]) -> Ragged:
    """Rings cut to ``box``; where they leave it they follow its edge.

    Sutherland and Hodgman's reentrant polygon clipping (Comm. ACM 17, 1974), one half-plane after the
    other on whole arrays. Works for crossing rings too, with the even-odd rule.
    """
    west, south, east, north = box
    parts, owners = [], []
    for number, (start, end) in enumerate(pairwise(ragged.offsets.tolist())):
        ring = ragged.xy[start:end]
        for axis, limit, sign in (
            (0, west, 1.0),
            (0, east, -1.0),
            (1, south, 1.0),
            (1, north, -1.0),
        ):
            ring = _half_plane(ring, axis, limit, sign)
        if len(ring) >= _SMALLEST_RING:
            parts.append(ring)
            owners.append(int(ragged.owner[number]))
    counts = np.array([len(part) for part in parts], np.int64)
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    xy = np.concatenate(parts) if parts else np.empty((0, 2))
    return Ragged(xy, offsets, np.array(owners, np.int64))


def _half_plane(ring: FloatArray, axis: int, limit: float, sign: float) -> FloatArray:
    """A closed ring cut at ``coordinate[axis] * sign >= limit * sign``; closed again."""
    if not len(ring):
        return ring
    depth = (ring[:, axis] - limit) * sign
    inside = depth >= 0
    if inside.all():
        return ring
    start, end = ring[:-1], ring[1:]
    crosses = inside[:-1] != inside[1:]
    share = np.zeros(len(start))
    np.divide(depth[:-1], depth[:-1] - depth[1:], out=share, where=crosses)
    cut = start + share[:, None] * (end - start)
    cut[:, axis] = np.where(crosses, limit, cut[:, axis])
    # For every edge: the crossing if there is one, then its end if that lies inside.
    both = np.stack((cut, end), axis=1).reshape(-1, 2)
    kept: FloatArray = both[np.column_stack((crosses, inside[1:])).ravel()]
    if len(kept) and not np.array_equal(kept[0], kept[-1]):
        kept = np.concatenate((kept, kept[:1]))
    return kept


def take_parts(ragged: Ragged, wanted: npt.NDArray[np.bool_]) -> Ragged:
    """Only the parts of the paths marked in ``wanted`` (length: number of paths)."""
    keep = wanted[ragged.owner]
    if keep.all():
        return ragged
    starts = ragged.offsets[:-1][keep]
    counts = np.diff(ragged.offsets)[keep]
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    picked = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts)
    return Ragged(ragged.xy[picked], offsets, ragged.owner[keep])


def merged(first: Ragged, second: Ragged) -> Ragged:
    """Both sets of parts, ordered by owner again so that styles stay sorted."""
    owner = np.concatenate((first.owner, second.owner))
    counts = np.concatenate((np.diff(first.offsets), np.diff(second.offsets)))
    starts = np.concatenate((first.offsets[:-1], second.offsets[:-1] + len(first.xy)))
    order = np.argsort(owner, kind="stable")
    counts, starts = counts[order], starts[order]
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    picked = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts)
    return Ragged(np.concatenate((first.xy, second.xy))[picked], offsets, owner[order])


def segments_of(ragged: Ragged) -> tuple[FloatArray, IntArray]:
    """Consecutive vertex pairs (s, 4) of all parts, and the first segment of every part (p + 1)."""
    count = len(ragged.xy)
    if count == 0:
        return np.empty((0, 4)), np.zeros(1, np.int64)
    starts_segment = np.ones(count, bool)
    starts_segment[ragged.offsets[1:] - 1] = False
    first = np.nonzero(starts_segment)[0]
    segments = np.empty((len(first), 4))
    segments[:, :2] = ragged.xy[first]
    segments[:, 2:] = ragged.xy[first + 1]
    offsets = np.zeros(len(ragged.offsets), np.int64)
    np.cumsum(np.diff(ragged.offsets) - 1, out=offsets[1:])
    return segments, offsets
