"""Finds coordinates of protected places in a text, whatever datum they are written in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.services.release_secrets import Secrets

Floats = npt.NDArray[np.float64]

# Degrees around the city, with room for wrong datums; planes are recognised by the same rule after
# conversion (DOMAIN §4.1: belts of 3° and 6° with and without prefix, UTM, Web Mercator).
_DEGREE_REFERENCES = ("cgcs2000", "gcj02", "bd09")
_METRE_REFERENCES = (
    "EPSG:4549", "EPSG:4528", "EPSG:4548", "EPSG:4527", "EPSG:4509", "EPSG:4498", "EPSG:32650",
    "EPSG:32651", "EPSG:3857",
)  # fmt: skip
_LON, _LAT = (117.5, 121.0), (38.5, 41.5)
_EAST = (100_000.0, 50_000_000.0)
_NORTH = (4_200_000.0, 5_000_000.0)
# A word may touch the number (东经119.5), a full stop may end its sentence.
_NUMBER = re.compile(r"(?<![\d.])[-+]?\d{2,8}(?:\.\d+)?(?!\d|\.\d)")
_MIN_DECIMALS = 3  # two decimals are a kilometre: coarser than any release grid
_GAP = 40  # characters between the two numbers of a pair
_PUBLIC_DEG = 8e-6  # products spell a public position with five decimals or more
_SEXAGESIMAL = re.compile(
    r"(?<!\d)(\d{2,3})\s*[°度:：]\s*(\d{1,2}(?:\.\d+)?)\s*[′'’分:：]"
    r"(?:\s*(\d{1,2}(?:\.\d+)?)\s*[″\"”秒]?)?"
)
_DEGREES, _METRES = "degrees", "metres"


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
        numbers = sorted(_numbers(text), key=lambda number: number.start)
        yield from self._judged(text, self._unexplained(numbers), _DEGREES, _DEGREE_REFERENCES)
        yield from self._judged(text, _pairs(numbers), _METRES, _METRE_REFERENCES)

    def _judged(
        self, text: str, pairs: list[_Pair], kind: str, references: tuple[str, ...]
    ) -> Iterator[PositionHit]:
        chosen = [pair for pair in pairs if pair.kind == kind]
        if not chosen:
            return
        x = np.array([pair.x for pair in chosen])
        y = np.array([pair.y for pair in chosen])
        for name in references:
            lon, lat = to_cgcs2000(x, y, parse_reference(name))
            for row in self._hitting(lon, lat):
                start, end = chosen[row].span
                yield PositionHit(text=text[start:end], reference=name)

    def _unexplained(self, numbers: list[_Number]) -> list[_Pair]:
        """Pairs in degrees of which neither number belongs to a published position.

        In a list of positions the latitude of one stands beside the longitude of the next; such a
        chance pair must not raise an alarm.
        """
        pairs = [pair for pair in _pairs(numbers) if pair.kind == _DEGREES]
        if not pairs:
            return pairs
        points: Any = shapely.points([pair.x for pair in pairs], [pair.y for pair in pairs])
        rows, _ = self._published.query(points, predicate="dwithin", distance=_PUBLIC_DEG)
        explained = {at for row in rows.tolist() for at in pairs[row].members}
        # A trailing zero is not written, so coarse numbers explain but do not accuse.
        return [pair for pair in pairs if pair.fine and explained.isdisjoint(pair.members)]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    value: float
    start: int
    end: int
    fine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two neighbouring numbers, easting first, and where they stand in the text."""

    kind: str
    x: float
    y: float
    span: tuple[int, int]
    members: tuple[int, int]
    fine: bool


def _pairs(numbers: list[_Number]) -> list[_Pair]:
    pairs = []
    for one, other in itertools.pairwise(numbers):
        if other.start - one.end > _GAP:
            continue
        for x, y in ((one, other), (other, one)):
            kind = _kind(x, y)
            if kind:
                pairs.append(
                    _Pair(
                        kind=kind, x=x.value, y=y.value, span=(one.start, other.end),
                        members=(one.start, other.start), fine=one.fine and other.fine,
                    )
                )  # fmt: skip
    return pairs


def _kind(x: _Number, y: _Number) -> str:
    if _within(x.value, _LON) and _within(y.value, _LAT):
        return _DEGREES
    metres = _within(x.value, _EAST) and _within(y.value, _NORTH)
    return _METRES if metres else ""


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _numbers(text: str) -> Iterator[_Number]:
    inside: set[int] = set()
    for match in _SEXAGESIMAL.finditer(text):
        degrees, minutes, seconds = (float(part or 0) for part in match.groups())
        value = degrees + minutes / 60 + seconds / 3600
        inside.update(range(*match.span()))
        yield _Number(value=value, start=match.start(), end=match.end(), fine=True)
    for match in _NUMBER.finditer(text):
        if match.start() in inside:
            continue
        number = match.group()
        fine = len(number.partition(".")[2]) >= _MIN_DECIMALS
        yield _Number(value=float(number), start=match.start(), end=match.end(), fine=fine)
