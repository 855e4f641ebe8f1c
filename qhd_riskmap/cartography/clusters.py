"""Many symbols in little room become one that tells the worst level and the count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qhd_riskmap.cartography.geometry_arrays import IntArray
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.symbols import LEVEL_COUNT, TYPE_KEYS
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
    band = styles // len(TYPE_KEYS)
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
    graded = by_level[:, 1:] > 0
    worst = np.where(graded.any(axis=1), graded.argmax(axis=1) + 1, NO_LEVEL)
    return Clusters(
        xy=sums / counts[:, None],
        counts=counts.astype(np.int64),
        worst=worst.astype(np.int64),
        by_level=by_level.astype(np.int64),
        members=indices[order],
        offsets=offsets,
    )
