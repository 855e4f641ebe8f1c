"""Pairs of points that lie near each other in a plane, without a tree: a grid of cells, sorted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]


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
