"""Many symbols in little room become one that tells the worst level and the count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.cartography.geometry_arrays import IntArray
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.styles import LEVEL_COUNT, SIGN_KEYS
from qhd_riskmap.domain.feature_table import NO_LEVEL


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups of marks.

    Attributes:
        xy: (k, 2) means of the members, plane metres.
        counts: (k) members.
        worst: (k) the worst level inside (1 red … 4 blue, 0 where all are ungraded).
        by_level: (k, 5) members per level 0 … 4.
        members: Indices of all marks, grouped.
        offsets: (k + 1) where each group begins in `members`.
    """

    xy: FloatArray
    counts: IntArray
    worst: IntArray
    by_level: IntArray
    members: IntArray
    offsets: IntArray

    def __len__(self) -> int:
        return len(self.counts)

    def members_of(self, index: int) -> IntArray:
        """Indices of the marks in one group."""
        return self.members[self.offsets[index] : self.offsets[index + 1]]


def mark_levels(styles: IntArray) -> IntArray:
    """Level of every style number, 0 for ungraded."""
    band = styles // len(SIGN_KEYS)
    return np.where(band == 0, NO_LEVEL, LEVEL_COUNT - band)


def cluster_marks(
    xy: FloatArray, styles: IntArray, cell_m: float, indices: npt.NDArray[np.int64]
) -> Clusters:
    """Group marks by a grid hung on the origin of the plane, so panning never regroups.

    Args:
        xy: (m, 2) plane metres of the marks in question.
        styles: (m) their style numbers.
        cell_m: Side of a grid cell, plane metres.
        indices: (m) what `Clusters.members` shall hold for them.
    """
    if not len(xy):
        nothing = np.empty(0, np.int64)
        return Clusters(
            np.empty((0, 2)), nothing, nothing, np.empty((0, LEVEL_COUNT), np.int64), nothing,
            np.zeros(1, np.int64),
        )  # fmt: skip
    cells = np.floor(xy / cell_m).astype(np.int64)
    cells -= cells.min(axis=0)
    keys = cells[:, 1] * (int(cells[:, 0].max()) + 1) + cells[:, 0]
    _unique, group, counts = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    sums = np.column_stack(
        [np.bincount(group, weights=xy[:, axis], minlength=len(counts)) for axis in (0, 1)]
    )
    levels = mark_levels(styles)
    by_level = np.bincount(
        group * LEVEL_COUNT + levels, minlength=len(counts) * LEVEL_COUNT
    ).reshape(-1, LEVEL_COUNT)
    return Clusters(
        xy=sums / counts[:, None],
        counts=counts.astype(np.int64),
        worst=_worst(by_level),
        by_level=by_level.astype(np.int64),
        members=indices[order],
        offsets=offsets,
    )


def merge_overlapping(clusters: Clusters, diameter: Callable[[IntArray], FloatArray]) -> Clusters:
    """Join groups whose discs overlap, until none do.

    In every round those pairs are joined that overlap each other more than anyone else. Joining by
    pairs, not by chains, keeps a dense row of groups from becoming one. The result depends on the
    groups alone, not on their order in time.

    Args:
        clusters: Groups, in an order that panning does not change.
        diameter: Diameters in plane metres for counts of members.
    """
    xy, counts = clusters.xy.copy(), clusters.counts.copy()
    owner = np.arange(len(counts))
    while len(pairs := _closest_pairs(xy, diameter(np.maximum(counts, 1)) * (counts > 0))):
        keep, gone = pairs.T
        both = counts[keep] + counts[gone]
        xy[keep] = (xy[keep] * counts[keep, None] + xy[gone] * counts[gone, None]) / both[:, None]
        counts[keep], counts[gone] = both, 0
        target = np.arange(len(counts))
        target[gone] = keep
        owner = target[owner]
    return _joined(clusters, xy, owner)


def _closest_pairs(xy: FloatArray, diameters: FloatArray) -> IntArray:
    """(p, 2) pairs of overlapping discs that are each other's closest, the lower index first."""
    alive = np.nonzero(diameters > 0)[0]
    if len(alive) < 2:  # noqa: PLR2004 - a pair
        return np.empty((0, 2), np.int64)
    points = shapely.points(xy[alive])
    reach = float(diameters.max())
    near = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    a, b = alive[near]
    a, b = a[a < b], b[a < b]
    gap = np.hypot(*(xy[a] - xy[b]).T) - (diameters[a] + diameters[b]) / 2
    overlapping = np.nonzero(gap < 0)[0]
    # By overlap, then by index: the first pair met is the best one of both its discs.
    order = overlapping[np.lexsort((b[overlapping], a[overlapping], gap[overlapping]))]
    first = np.full(len(xy), len(order))
    for side in (a, b):
        np.minimum.at(first, side[order], np.arange(len(order)))
    ranks = np.arange(len(order))
    mutual = order[(first[a[order]] == ranks) & (first[b[order]] == ranks)]
    return np.column_stack((a[mutual], b[mutual]))


def _joined(clusters: Clusters, xy: FloatArray, owner: IntArray) -> Clusters:
    """``clusters`` with group number ``owner[i]`` for group i."""
    left, group = np.unique(owner, return_inverse=True)
    by_level = np.zeros((len(left), LEVEL_COUNT), np.int64)
    np.add.at(by_level, group, clusters.by_level)
    order = np.argsort(np.repeat(group, clusters.counts), kind="stable")
    counts = by_level.sum(axis=1)
    offsets = np.zeros(len(left) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Clusters(
        xy=xy[left],
        counts=counts,
        worst=_worst(by_level),
        by_level=by_level,
        members=clusters.members[order],
        offsets=offsets,
    )


def _worst(by_level: IntArray) -> IntArray:
    graded = by_level[:, 1:] > 0
    worst = np.where(graded.any(axis=1), graded.argmax(axis=1) + 1, NO_LEVEL)
    return worst.astype(np.int64)


def within(clusters: Clusters, box: tuple[float, float, float, float]) -> Clusters:
    """The groups whose middle lies in ``box`` (west, south, east, north, plane metres)."""
    west, south, east, north = box
    x, y = clusters.xy.T
    kept = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    counts = clusters.counts[kept]
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Clusters(
        xy=clusters.xy[kept],
        counts=counts,
        worst=clusters.worst[kept],
        by_level=clusters.by_level[kept],
        members=clusters.members[np.repeat(kept, clusters.counts)],
        offsets=offsets,
    )
