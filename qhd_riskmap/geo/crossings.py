"""Where a shape runs into itself: what is marked red while it is drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from qhd_riskmap.geo.outline import Outline

FloatArray = NDArray[np.float64]

_PLACE: Final = re.compile(r"\[(-?[\d.eE+-]+) (-?[\d.eE+-]+)\]")


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Where segments of a shape meet that must not.

    Attributes:
        places: (n, 2) points of crossing, CGCS2000 degrees.
        segments: (m, 4) the segments concerned, from and to.
    """

    places: FloatArray
    segments: FloatArray

    def __bool__(self) -> bool:
        return bool(len(self.places))


def crossings(outline: Outline) -> Crossings:
    """Where an outline crosses itself; for areas, whatever makes them no valid area.

    For lines only proper crossings count: a pipeline may close a ring.
    """
    if outline.closed:
        if not outline.complete:
            return _NONE
        geometry = outline.geometry()
        if geometry.is_valid:
            return _NONE
        found = _pairs(outline)
        return found if found else _reason(geometry)
    return _pairs(outline)


def _reason(geometry: Any) -> Crossings:
    """What is wrong where no two segments are: a hole outside, rings that meet in a vertex."""
    place = _PLACE.search(shapely.is_valid_reason(geometry))
    places = (
        [[float(place[1]), float(place[2])]] if place else shapely.get_coordinates(geometry)[:1]
    )
    return Crossings(np.array(places), _NONE.segments)


def _pairs(outline: Outline) -> Crossings:
    segments, ring_of, number, sizes = _segments(outline)
    if len(segments) < 2:  # noqa: PLR2004 - one segment crosses nothing
        return _NONE
    lines = shapely.linestrings(segments.reshape(-1, 2, 2))
    rule = "intersects" if outline.closed else "crosses"
    first, second = shapely.STRtree(lines).query(lines, predicate=rule)
    once = first < second
    first, second = first[once], second[once]
    apart = np.abs(number[first] - number[second])
    neighbours = (ring_of[first] == ring_of[second]) & (
        (apart == 1) | (outline.closed & (apart == sizes[first] - 1))
    )
    shared = shapely.intersection(lines[first], lines[second])
    # Neighbours share an end, other rings may touch; wrong only where they run over each other.
    may_touch = neighbours | (
        (ring_of[first] != ring_of[second]) & ~shapely.crosses(lines[first], lines[second])
    )
    bad = ~may_touch | (shapely.length(shared) > 0)
    pairs = np.unique(np.concatenate((first[bad], second[bad])))
    return Crossings(
        places=shapely.get_coordinates(shapely.point_on_surface(shared[bad])),
        segments=segments[pairs],
    )


def _segments(outline: Outline) -> tuple[FloatArray, NDArray[Any], NDArray[Any], NDArray[Any]]:
    """All segments with the number of their ring, their number in it and its count of segments."""
    rows, rings, numbers, sizes = [_NONE.segments], [_NO_NUMBERS], [_NO_NUMBERS], [_NO_NUMBERS]
    for ring, path in enumerate(outline.paths()):
        steps = np.column_stack((path[:-1], path[1:]))
        # A vertex dragged onto its neighbour leaves a segment without length.
        steps = steps[(steps[:, :2] != steps[:, 2:]).any(axis=1)]
        rows.append(steps)
        rings.append(np.full(len(steps), ring))
        numbers.append(np.arange(len(steps)))
        sizes.append(np.full(len(steps), len(steps)))
    segments = np.concatenate(rows)
    return segments, np.concatenate(rings), np.concatenate(numbers), np.concatenate(sizes)


_NONE = Crossings(np.empty((0, 2)), np.empty((0, 4)))
_NO_NUMBERS: NDArray[Any] = np.empty(0, np.int64)
