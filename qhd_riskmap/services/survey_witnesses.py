"""What the register and the basemap know of the places a sheet is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.geo.datum_shift import DatumShift
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.geo.witnesses import (
    AreaWitness,
    BoolArray,
    IndexArray,
    LineWitness,
    PlaceWitness,
    Witness,
)
from qhd_riskmap.services.survey_location import DeclaredCounties
from qhd_riskmap.services.survey_positions import Positions
from qhd_riskmap.storage.engine import Register

FloatArray = npt.NDArray[np.float64]
NamedPlaces = Sequence[tuple[str, float, float]]
_MOST_NAMES: Final = 20_000
_MOST_LINES: Final = 20_000
# A name that stands for places farther apart than this names none of them.
_ONE_PLACE_M: Final = 50.0
_SCALE: Final = np.array(metres_per_degree(39.95))


def _nothing_named(_names: Sequence[str]) -> NamedPlaces:
    return ()


def _no_lines() -> Sequence[BaseGeometry]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surroundings:
    """What a register knows that can bear a sheet out.

    Attributes:
        townships: Name → outlines the office loaded (the same name occurs in several counties).
        named: Looks up everything of some names: earlier records, receptors, resources.
        lines: Looks up the registered lines.
        shifts: The office's own parameters, by notation of the old datum.
        answers: What senders said before: name and whether metres → notation.
        angles: How senders said they write degrees: name → ``decimal``, ``packed`` or "".
    """

    townships: Mapping[str, tuple[BaseGeometry, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    named: Callable[[Sequence[str]], NamedPlaces] = _nothing_named
    lines: Callable[[], Sequence[BaseGeometry]] = _no_lines
    shifts: Mapping[str, DatumShift] = field(default_factory=lambda: MappingProxyType({}))
    answers: Callable[[str], Mapping[bool, str]] = lambda _sender: MappingProxyType({})
    angles: Callable[[str], str] = lambda _sender: ""


NOTHING_AROUND: Final = Surroundings()


def surroundings(register: Register) -> Surroundings:
    """Read what is cheap now, and give the means to look up the rest."""

    def named(names: Sequence[str]) -> NamedPlaces:
        with register.unit_of_work() as work:
            return work.known_places.named(names)

    def lines() -> Sequence[BaseGeometry]:
        with register.unit_of_work() as work:
            return work.known_places.lines(_MOST_LINES)

    def answers(sender: str) -> Mapping[bool, str]:
        with register.unit_of_work() as work:
            known = work.senders.answers([sender])
        return {item.plane: item.reference for item in known if item.reference}

    def angles(sender: str) -> str:
        with register.unit_of_work() as work:
            known = work.senders.answers([sender])
        return next((item.angles for item in known if item.angles), "")

    towns: dict[str, list[BaseGeometry]] = {}
    with register.unit_of_work() as work:
        for town in work.places.townships():
            towns.setdefault(town.name, []).append(town.geometry)
        shifts = {shift.datum: shift for shift in work.datum_parameters.all()}
    return Surroundings(
        townships={name: tuple(found) for name, found in towns.items()},
        named=named,
        lines=lines,
        shifts=shifts,
        answers=answers,
        angles=angles,
    )


def area_witness(
    declared: DeclaredCounties,
    townships: Sequence[str | None] | None,
    around: Surroundings,
) -> AreaWitness:
    """The areas the rows declare: the township where its outline is loaded, else the county, else land."""
    return AreaWitness(_Areas(declared, townships, around).inside)


class _Areas:
    """Tests points against each row's own area, rows of one area at a time."""

    def __init__(
        self,
        declared: DeclaredCounties,
        townships: Sequence[str | None] | None,
        around: Surroundings,
    ) -> None:
        self._declared = declared
        known = around.townships
        self._towns: Any = np.array(
            [name if name in known else "" for name in townships or [None] * len(declared.codes)],
            dtype=object,
        )
        self._outlines = {
            name: shapely.union_all(known[name]) for name in set(self._towns.tolist()) if name
        }
        for outline in self._outlines.values():
            shapely.prepare(outline)

    def inside(self, lon: FloatArray, lat: FloatArray, rows: IndexArray) -> BoolArray:
        answer: BoolArray = self._declared.inside(lon, lat, rows)
        silent = np.flatnonzero(self._declared.silent[rows])
        if silent.size:
            sea = shapely.intersects_xy(boundaries().sea, lon[silent], lat[silent])
            answer[silent] = ~sea
        towns = self._towns[rows]
        for name, outline in self._outlines.items():
            at = np.flatnonzero(towns == name)
            answer[at] = shapely.intersects_xy(outline, lon[at], lat[at])
        return answer


def further_witnesses(
    names: Sequence[str | None], positions: Positions, around: Surroundings
) -> list[Witness]:
    """Known places of the same name, and registered lines; looked up only when called."""
    found: list[Witness] = []
    places = _known_places(names, around)
    if places is not None:
        found.append(places)
    x, y, row_of = _line_vertices(positions)
    lines = around.lines() if row_of.size else ()
    if len(lines):
        found.append(LineWitness(x, y, row_of, lines))
    return found


def _known_places(names: Sequence[str | None], around: Surroundings) -> PlaceWitness | None:
    wanted = list(dict.fromkeys(name for name in names if name))[:_MOST_NAMES]
    by_name: dict[str, list[tuple[float, float]]] = {}
    for name, lon, lat in around.named(wanted):
        by_name.setdefault(name, []).append((lon, lat))
    at = {name: places[0] for name, places in by_name.items() if _one_place(places)}
    if not at:
        return None
    nowhere = (np.nan, np.nan)
    known = np.array([at.get(name or "", nowhere) for name in names], np.float64)
    return PlaceWitness(known[:, 0], known[:, 1])


def _one_place(places: Sequence[tuple[float, float]]) -> bool:
    metres = np.array(places) * _SCALE
    return bool(np.ptp(metres, axis=0).max() <= _ONE_PLACE_M)


def _line_vertices(positions: Positions) -> tuple[FloatArray, FloatArray, IndexArray]:
    """All vertices of the rows with vertex lists that do not close, and the row of each."""
    flat = positions.flat_parts()
    open_ones = ~flat.closed & (flat.counts > 1)
    xy = flat.xy[np.repeat(open_ones, flat.counts)]
    return xy[:, 0], xy[:, 1], np.repeat(flat.rows[open_ones], flat.counts[open_ones])
