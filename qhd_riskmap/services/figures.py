"""Figures: counted for a day and a scope, and the rows behind any number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.figure_overview import UNIT_FIGURES, FigureOverview
from qhd_riskmap.domain.figures import (
    FIGURES,
    NOTHING,
    Cell,
    Dimension,
    FigureScope,
    Measured,
    Population,
    figure,
    month_before,
    trend_days,
)
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_BY: Final = (Dimension.DAY, Dimension.COUNTY)
_FINE: Final = (*_BY, Dimension.TYPE, Dimension.LEVEL)
FineCells = Mapping[str, Mapping[Cell, Measured]]
_Stamp = tuple[int, date, date | None, date | None, timedelta]


class FigureService:
    """Use cases of statistics, for one actor; nothing is stored in the register."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today
        self._kept: dict[Population, tuple[_Stamp, FineCells]] = {}

    def today(self) -> date:
        """The day that is asked about unless another is given."""
        return self._today()

    def measured(
        self, key: str, scope: FigureScope, by: Sequence[Dimension] = ()
    ) -> dict[Cell, Measured]:
        """One figure in every cell that has members.

        Raises:
            InvalidInputError: No such figure.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.figures.measured(figure(key), scope, by, [scope.on], utc_offset())

    def members(
        self, key: str, scope: FigureScope, cell: Mapping[Dimension, str] | None = None
    ) -> tuple[str, ...]:
        """Ids of the hazards, or numbers of the tasks, behind a number.

        Raises:
            InvalidInputError: No such figure.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.figures.members(figure(key), scope, cell or {}, utc_offset())

    def overview(self, scope: FigureScope) -> FigureOverview:
        """All figures of the day, of the month before and of twelve months, at one moment."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            fine = {
                key: cells
                for population in Population
                for key, cells in self._fine(work, population, scope).items()
            }
            units = work.figures.together(
                [FIGURES[key] for key in UNIT_FIGURES],
                scope, (Dimension.UNIT,), [scope.on], utc_offset(),
            )  # fmt: skip
        wanted = {key: list(_wanted(cells, scope)) for key, cells in fine.items()}
        return FigureOverview(
            scope=scope,
            cells={key: _coarse(cells, len(_BY)) for key, cells in wanted.items()},
            graded=_coarse(wanted["hazards"], len(_FINE)),
            units=units,
        )

    def prepare(self, population: Population, scope: FigureScope) -> None:
        """Count what `overview` needs of a population, so that it is at hand when it is asked for."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            work.read_in_passing()
            self._fine(work, population, scope)

    def _fine(self, work: UnitOfWork, population: Population, scope: FigureScope) -> FineCells:
        """All figures of a population by day, county, type and level.

        What counties, types and levels let through is taken from these cells: sums are exact over any
        grouping. They are kept until something is written, and every writing has its audit entry.
        """
        offset = utc_offset()
        stamp = (work.audit.length(), scope.on, scope.first, scope.last, offset)
        kept = self._kept.get(population)
        if kept is None or kept[0] != stamp:
            everything = FigureScope(on=scope.on, first=scope.first, last=scope.last)
            days = sorted({*trend_days(scope.on), month_before(scope.on)})
            own = [each for each in FIGURES.values() if each.population is population]
            cells = work.figures.together(own, everything, _FINE, days, offset)
            kept = self._kept[population] = (stamp, cells)
        return kept[1]


def _wanted(cells: Mapping[Cell, Measured], scope: FigureScope) -> Iterator[tuple[Cell, Measured]]:
    levels = {str(level.rank) for level in scope.levels}
    for cell, part in cells.items():
        _day, county, type_key, level = cell
        if (
            (not scope.counties or county in scope.counties)
            and (not scope.types or type_key in scope.types)
            and (not levels or level in levels)
        ):
            yield cell, part


def _coarse(cells: Iterable[tuple[Cell, Measured]], width: int) -> dict[Cell, Measured]:
    """Cells taken together by their first dimensions."""
    found: dict[Cell, Measured] = {}
    for cell, part in cells:
        key = cell[:width]
        found[key] = found.get(key, NOTHING) + part
    return found


def utc_offset() -> timedelta:
    """How far the office's clock is ahead of UTC."""
    return datetime.now().astimezone().utcoffset() or timedelta()
