"""Many lines or rings as flat numpy arrays: culled, clipped and thinned without Python loops."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.cartography.projection import FloatArray

IntArray = npt.NDArray[np.int64]
Box = tuple[float, float, float, float]

_SMALLEST_RING: Final = 4
_VERTICES_AT_ONCE: Final = 40_000


@dataclass(frozen=True, slots=True)
class Ragged:
    """Parts of different lengths in one array.

    Attributes:
        xy: (v, 2) vertices on the plane, metres.
        offsets: (p + 1) first vertex of every part, and the end.
        owner: (p) which path (row of a `PathLayer`) every part belongs to, ascending.
    """

    xy: FloatArray
    offsets: IntArray
    owner: IntArray


NOTHING: Final = Ragged(np.empty((0, 2)), np.zeros(1, np.int64), np.empty(0, np.int64))


def parts_of(geometries: npt.NDArray[Any], *, closed: bool) -> tuple[npt.NDArray[Any], IntArray]:
    """The single lines, or rings, of geometries (multi parts and holes included), and whose they are."""
    parts, owner = geometries, np.arange(len(geometries), dtype=np.int64)
    if (shapely.get_type_id(geometries) >= shapely.GeometryType.MULTIPOINT).any():
        # shapely copies what it takes out of collections, single geometries too.
        parts, owner = shapely.get_parts(geometries, return_index=True)
    if closed:
        parts, of_part = shapely.get_rings(parts, return_index=True)
        owner = owner[of_part]
    return parts, np.asarray(owner, np.int64)


def style_order(styles: IntArray) -> IntArray:
    """Indices that sort style numbers, equal ones in their order; numpy counts short integers."""
    return np.argsort(styles.astype(np.uint16), kind="stable")


def ragged_of(geometries: npt.NDArray[Any], *, closed: bool) -> Ragged:
    """Flatten line or polygon geometries (multi parts and holes included)."""
    return ragged_parts(*parts_of(geometries, closed=closed))


def ragged_parts(parts: npt.NDArray[Any], owner: IntArray) -> Ragged:
    """Flatten single lines or rings."""
    xy, counts = _vertices(parts)
    return Ragged(np.ascontiguousarray(xy), _ends(counts), owner)


def thin(ragged: Ragged, tolerance: float) -> Ragged:
    """Drop vertices nearer than ``tolerance`` to the line between their neighbours.

    Rings are thinned as lines: for a crossing polygon shapely would first mend its topology, which
    took minutes for 20,000 random vertices. Done in pieces: shapely holds the interpreter while it
    makes and empties lines, and a window that pans would feel a million vertices at once.
    """
    pieces = []
    for first, end in _pieces(ragged.offsets):
        offsets = ragged.offsets[first : end + 1]
        xy = ragged.xy[offsets[0] : offsets[-1]]
        lines = shapely.linestrings(xy, indices=np.repeat(np.arange(end - first), np.diff(offsets)))
        pieces.append(_vertices(shapely.simplify(lines, tolerance, preserve_topology=False)))
    return _put_together(pieces, ragged.owner) if pieces else ragged


def thin_parts(parts: npt.NDArray[Any], owner: IntArray, tolerances: FloatArray) -> Ragged:
    """The same for single lines or rings, each with a tolerance of its own; 0 keeps every vertex."""
    if not len(parts):
        return NOTHING
    sizes = _ends(np.asarray(shapely.get_num_coordinates(parts), np.int64))
    pieces = []
    for first, end in _pieces(sizes):
        less, allowed = parts[first:end].copy(), tolerances[first:end]
        some = allowed > 0  # by 0 vertices on a straight line would be dropped
        less[some] = shapely.simplify(less[some], allowed[some], preserve_topology=False)
        pieces.append(_vertices(less))
    return _put_together(pieces, owner)


def _vertices(parts: npt.NDArray[Any]) -> tuple[FloatArray, IntArray]:
    """All vertices, and their number by part."""
    return shapely.get_coordinates(parts), np.asarray(shapely.get_num_coordinates(parts), np.int64)


def _put_together(pieces: list[tuple[FloatArray, IntArray]], owner: IntArray) -> Ragged:
    xy = np.concatenate([xy for xy, _counts in pieces])
    return Ragged(xy, _ends(np.concatenate([counts for _xy, counts in pieces])), owner)


def _ends(counts: IntArray) -> IntArray:
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _pieces(offsets: IntArray) -> list[tuple[int, int]]:
    """Ranges of parts with about `_VERTICES_AT_ONCE` vertices each."""
    count = len(offsets) - 1
    if not count:
        return []
    marks = np.arange(_VERTICES_AT_ONCE, int(offsets[-1]), _VERTICES_AT_ONCE)
    edges = np.unique(np.concatenate(([0], np.searchsorted(offsets, marks), [count])))
    return list(pairwise(edges.tolist()))


def clip_lines(ragged: Ragged, box: Box) -> Ragged:
    """The pieces of lines inside ``box`` (west, south, east, north)."""
    part_of_vertex = np.repeat(np.arange(len(ragged.owner)), np.diff(ragged.offsets))
    lines = shapely.linestrings(ragged.xy, indices=part_of_vertex)
    inside = shapely.clip_by_rect(lines, *box)
    pieces, of_part = shapely.get_parts(inside, return_index=True)
    is_line = shapely.get_dimensions(pieces) == 1
    flat = ragged_of(pieces[is_line], closed=False)
    return Ragged(flat.xy, flat.offsets, ragged.owner[of_part[is_line]][flat.owner])


def clip_rings(ragged: Ragged, box: Box) -> Ragged:
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
    xy = np.concatenate(parts) if parts else np.empty((0, 2))
    counts = np.array([len(part) for part in parts], np.int64)
    return Ragged(xy, _ends(counts), np.array(owners, np.int64))


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
    offsets = _ends(counts)
    picked = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts)
    return Ragged(ragged.xy[picked], offsets, ragged.owner[keep])


def merged(first: Ragged, second: Ragged) -> Ragged:
    """Both sets of parts, ordered by owner again so that styles stay sorted."""
    owner = np.concatenate((first.owner, second.owner))
    counts = np.concatenate((np.diff(first.offsets), np.diff(second.offsets)))
    starts = np.concatenate((first.offsets[:-1], second.offsets[:-1] + len(first.xy)))
    order = np.argsort(owner, kind="stable")
    counts, starts = counts[order], starts[order]
    offsets = _ends(counts)
    picked = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts)
    return Ragged(np.concatenate((first.xy, second.xy))[picked], offsets, owner[order])


def segments_of(ragged: Ragged, window: Box | None = None) -> tuple[FloatArray, IntArray]:
    """Consecutive vertex pairs (s, 4) of all parts, and the first segment of every part (p + 1).

    Args:
        ragged: The parts.
        window: Left, top, right, bottom: segments with both ends beyond one side are left out.
    """
    xy = np.ascontiguousarray(ragged.xy, np.float64)
    if len(xy) < 2:  # noqa: PLR2004 - a segment has two ends
        return np.empty((0, 4)), np.zeros(len(ragged.offsets), np.int64)
    if window is None:
        kept = np.ones(len(xy), bool)
    else:
        beyond = _sides_beyond(xy, window)
        kept = np.zeros(len(xy), bool)
        np.equal(beyond[:-1] & beyond[1:], 0, out=kept[:-1])
    kept[ragged.offsets[1:] - 1] = False  # the last vertex of a part begins no segment
    ends = np.zeros(len(xy) + 1, np.int64)
    np.cumsum(kept, out=ends[1:])
    # Every row of this view is a vertex and the next: half the copying of taking them apart.
    pairs = np.lib.stride_tricks.as_strided(xy, (len(xy) - 1, 4), xy.strides, writeable=False)
    return pairs[np.nonzero(kept)[0]], ends[ragged.offsets]


def _sides_beyond(xy: FloatArray, window: Box) -> npt.NDArray[np.uint8]:
    """For every vertex one bit for each side of ``window`` it lies beyond (Cohen and Sutherland)."""
    left, top, right, bottom = window
    x, y = xy[:, 0], xy[:, 1]
    code = (x < left).view(np.uint8)
    for bit, outside in enumerate((x > right, y < top, y > bottom), start=1):
        code |= outside.view(np.uint8) << np.uint8(bit)
    return code
