"""Pairs of points that lie near each other in a plane, without a tree: a grid of cells, sorted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
_SLOTS = 1 << 22  # a power of two
_AT_ONCE = 2_000_000


def near_pairs(
    metres: FloatArray, distance_m: float, *, first: int = 0, most: int = 2_000_000
) -> tuple[IndexArray, IndexArray]:
    """Pairs (a, b), b before a and a not before ``first``, at most ``distance_m`` apart.

    Where points crowd so much that more than ``most`` pairs would have to be looked at, the distance is
    halved until they are fewer: then only the nearer pairs are found.

    Args:
        metres: (n, 2), finite.
        distance_m: Metres.
        first: Pairs among the points before this one are of no interest.
        most: Limit of pairs looked at.

    >>> near_pairs(np.array([[0.0, 0.0], [3.0, 4.0], [90.0, 0.0]]), 5.0)
    (array([1]), array([0]))
    """
    nothing = np.empty(0, np.intp)
    while len(metres) > first and distance_m > 0:
        cells = np.floor(metres / distance_m).astype(np.int64)
        cells -= cells.min(axis=0) - 1
        width = int(cells[:, 0].max()) + 2
        keys = cells[:, 1] * width + cells[:, 0]
        order = np.argsort(keys, kind="stable")
        found = keys[order]
        own = order[order >= first]
        # Three neighbours of a row of cells have consecutive keys; sorted, they are found fast.
        middle = [keys[own] + dy * width for dy in (-1, 0, 1)]
        start = np.concatenate([np.searchsorted(found, key - 1, "left") for key in middle])
        stop = np.concatenate([np.searchsorted(found, key + 1, "right") for key in middle])
        counts = stop - start
        total = int(counts.sum())
        if total > most:
            distance_m = distance_m / 2 if distance_m > 1.0 / most else 0.0
            continue
        left = np.repeat(np.tile(own, len(middle)), counts)
        ends = np.cumsum(counts)
        right = order[
            np.arange(total) - np.repeat(ends - counts, counts) + np.repeat(start, counts)
        ]
        near = right < left
        left, right = left[near], right[near]
        apart = ((metres[left] - metres[right]) ** 2).sum(axis=1) <= distance_m**2
        return left[apart], right[apart]
    return nothing, nothing


def pairs_within(
    metres: FloatArray, reach_m: FloatArray, others: FloatArray, *, most: int = 50_000_000
) -> list[tuple[IndexArray, IndexArray]] | None:
    """Pairs (point, other) where the other lies within reach of the point, in several pieces.

    None where points crowd so much that more than ``most`` pairs would have to be looked at.

    Args:
        metres: (n, 2), finite.
        reach_m: (n,) metres, more than none.
        others: (m, 2), finite.
        most: Limit of pairs looked at.

    >>> pairs_within(np.array([[0.0, 0.0], [90.0, 0.0]]), np.array([5.0, 5.0]), np.array([[3.0, 4.0]]))
    [(array([0]), array([0]))]
    """
    if not len(metres) or not len(others):
        return []
    finest = float(reach_m.min())
    sizes = np.ceil(np.log2(reach_m / finest)).astype(np.int64)
    found = []
    for size in np.unique(sizes).tolist():
        rows = np.flatnonzero(sizes == size)
        # A hair wider, so that rounding of the logarithm leaves no reach longer than a cell.
        cells = _Cells(metres[rows], others, finest * 2.0**size * 1.001)
        most -= cells.pairs
        if most < 0:
            return None
        for places, right in cells:
            left = rows[places]
            apart = ((metres[left] - others[right]) ** 2).sum(axis=1) <= reach_m[left] ** 2
            found.append((left[apart], right[apart]))
    return found


class _Cells:
    """Points and others in one grid.

    Attributes:
        pairs: How many share a cell or have neighbouring ones.
    """

    def __init__(self, metres: FloatArray, others: FloatArray, cell: float) -> None:
        west, south = (min(metres[:, axis].min(), others[:, axis].min()) - cell for axis in (0, 1))
        east = max(metres[:, 0].max(), others[:, 0].max())
        width = int((east - west) / cell) + 2

        def numbered(points: FloatArray) -> IndexArray:
            across = ((points[:, 0] - west) / cell).astype(np.intp)
            up: IndexArray = ((points[:, 1] - south) / cell).astype(np.intp)
            up *= width
            up += across
            return up

        keys, foreign_keys = numbered(metres), numbered(others)
        # Most points have nobody near: a look at a table of cells, folded to a handy length, says so.
        taken = np.zeros(_SLOTS, dtype=bool)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                taken[(foreign_keys + dy * width + dx) & (_SLOTS - 1)] = True
        rows = np.flatnonzero(taken[keys & (_SLOTS - 1)])
        near_keys = keys[rows]
        order = np.argsort(near_keys)
        self._points, found = rows[order], near_keys[order]
        middle = [foreign_keys + dy * width for dy in (-1, 0, 1)]
        self._others = np.tile(np.arange(len(others)), len(middle))
        self._start = np.concatenate([np.searchsorted(found, key - 1, "left") for key in middle])
        stop = np.concatenate([np.searchsorted(found, key + 1, "right") for key in middle])
        self._counts = stop - self._start
        self.pairs = int(self._counts.sum())

    def __iter__(self) -> Iterator[tuple[IndexArray, IndexArray]]:
        """The pairs, some at a time."""
        ends = np.cumsum(self._counts)
        pieces = range(_AT_ONCE, self.pairs, _AT_ONCE)
        cuts = [0, *np.searchsorted(ends, list(pieces)).tolist(), len(ends)]
        for first, last in pairwise(cuts):
            counts = self._counts[first:last]
            begins = np.cumsum(counts) - counts
            places = np.arange(int(counts.sum())) + np.repeat(
                self._start[first:last] - begins, counts
            )
            yield self._points[places], np.repeat(self._others[first:last], counts)
