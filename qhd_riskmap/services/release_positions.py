"""Finds coordinates of protected places in a text, whatever datum they are written in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.geo.datums import to_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import Reference, known_references
from qhd_riskmap.services.release_grids import gridded_places
from qhd_riskmap.services.release_moves import moved_places
from qhd_riskmap.services.release_numbers import DECIMAL, PLANE, Number, numbers_in
from qhd_riskmap.services.release_secrets import Secrets

Floats = npt.NDArray[np.float64]

_GAP = 300  # characters between the two numbers of a pair
_NEXT = 3  # numbers that may stand between, of those that could be coordinates
_COLUMN_GAP = 40  # characters between two numbers of one column
_COARSE, _FINE, _FINER = 1, 3, 4  # decimals; two are a kilometre: coarser than any release grid
_PUBLIC_DEG = 8e-6  # products spell a public position with five decimals or more


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionHit:
    """A pair of numbers that gives a protected place away.

    Attributes:
        text: The pair as it stands in the file.
        reference: The datum or projection it is written in.
    """

    text: str
    reference: str


@dataclass(frozen=True)
class PositionFinder:
    """Looks for the protected positions of one set of secrets."""

    secrets: Secrets

    def find(self, text: str) -> Iterator[PositionHit]:
        """Every pair nearer to a protected position than its reach, public positions aside."""
        if len(self.secrets.vertices) == 0:
            return
        for each in (text, moved_places(text), gridded_places(text)):
            numbers = numbers_in(each)
            yield from self._in_degrees(each, numbers)
            planes = [number for number in numbers if number.form == PLANE]
            yield from self._judged(each, [*_pairs(planes), *_columns(planes)], _planes())

    def _in_degrees(self, text: str, numbers: Sequence[Number]) -> Iterator[PositionHit]:
        decimals = [number for number in numbers if number.form == DECIMAL]
        explained = self._explained(decimals)
        # A trailing zero is not written, so coarse numbers explain but do not accuse.
        left = [number for number in decimals if number.start not in explained]
        pairs = [pair for pair in (*_pairs(left), *_columns(left)) if pair.fine]
        for form in sorted({number.form for number in numbers} - {DECIMAL, PLANE}):
            others = [n for n in numbers if n.form == form and n.start not in explained]
            pairs += [*_pairs(others), *_columns(others)]
        yield from self._judged(text, pairs, _angles())

    def _judged(
        self, text: str, pairs: Sequence[_Pair], references: Sequence[Reference]
    ) -> Iterator[PositionHit]:
        if not pairs:
            return
        x = np.array([pair.x for pair in pairs])
        y = np.array([pair.y for pair in pairs])
        for reference in references:
            lon, lat = to_cgcs2000(x, y, reference)
            for row in self._hitting(lon, lat):
                start, end = pairs[row].span
                yield PositionHit(text=text[start:end][:_SHOWN], reference=reference.text)

    def _explained(self, numbers: Sequence[Number]) -> set[int]:
        """Starts of the numbers that belong to a published position.

        In a list of positions the latitude of one stands beside the longitude of the next; such a
        chance pair must not raise an alarm.
        """
        pairs = _pairs(numbers)
        if not pairs:
            return set()
        points: Any = shapely.points([pair.x for pair in pairs], [pair.y for pair in pairs])
        rows, _ = self._published.query(points, predicate="dwithin", distance=_PUBLIC_DEG)
        return {start for row in np.unique(rows).tolist() for start in pairs[row].members}

    def _hitting(self, lon: Floats, lat: Floats) -> list[int]:
        """Rows within reach of a protected position and not public themselves."""
        sound = np.isfinite(lon) & np.isfinite(lat)
        points: Any = shapely.points(np.where(sound, lon, 0.0), np.where(sound, lat, 0.0))
        rows, vertices = self._protected.query(
            points, predicate="dwithin", distance=self._widest_deg
        )
        if len(rows) == 0:
            return []
        place = self.secrets.vertices[vertices]
        away = distance_m(lon[rows], lat[rows], place[:, 0], place[:, 1])
        near = np.unique(rows[away < self.secrets.reach_m[vertices]])
        return [int(row) for row in near if not self._is_public(lon[row], lat[row])]

    def _is_public(self, lon: float, lat: float) -> bool:
        found = self._published.query(
            shapely.Point(lon, lat), predicate="dwithin", distance=_PUBLIC_DEG
        )
        return len(found) > 0

    @cached_property
    def _widest_deg(self) -> float:
        return float(self.secrets.reach_m.max()) / 80_000.0  # a degree of longitude here is 85 km

    @cached_property
    def _protected(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.points(self.secrets.vertices))

    @cached_property
    def _published(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.points(self.secrets.public_vertices))


_SHOWN = 80  # characters of a pair that a message quotes


@cache
def _angles() -> tuple[Reference, ...]:
    """Systems of degrees; an old datum without parameters keeps its own numbers, so it adds none."""
    return tuple(r for r in known_references() if not (r.projected or r.unshifted or r.gnss))


@cache
def _planes() -> tuple[Reference, ...]:
    return tuple(reference for reference in known_references() if reference.projected)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two numbers, easting first, and where they stand in the text."""

    x: float
    y: float
    span: tuple[int, int]
    members: tuple[int, int]
    fine: bool


def _pairs(numbers: Sequence[Number]) -> list[_Pair]:
    """Every number with those that follow it closely and are of the other axis."""
    pairs = []
    for at, one in enumerate(numbers):
        for other in numbers[at + 1 : at + 1 + _NEXT]:
            if other.start - one.end > _GAP:
                break
            if one.across and other.upward:
                pairs.append(_pair(one, other))
            if one.upward and other.across:
                pairs.append(_pair(other, one))
    return pairs


def _pair(x: Number, y: Number) -> _Pair:
    coarse, fine = sorted((x.decimals, y.decimals))
    ends = (x.start, x.end, y.start, y.end)
    return _Pair(
        x=x.value, y=y.value, span=(min(ends), max(ends)), members=(x.start, y.start),
        fine=coarse >= _FINE or (coarse >= _COARSE and fine >= _FINER),
    )  # fmt: skip


def _columns(numbers: Sequence[Number]) -> list[_Pair]:
    """Pairs of two lists as long as each other: all of one axis, then all of the other."""
    lists: list[list[Number]] = []
    for number in numbers:
        last = lists[-1][-1] if lists else None
        near = last is not None and number.start - last.end <= _COLUMN_GAP
        if near and last is not None and last.upward == number.upward:
            lists[-1].append(number)
        else:
            lists.append([number])
    pairs = []
    for one, other in itertools.pairwise(lists):
        if len(one) == len(other) > 1 and one[0].upward != other[0].upward:
            x, y = (other, one) if one[0].upward else (one, other)
            pairs += [_pair(a, b) for a, b in zip(x, y, strict=True)]
    return pairs
