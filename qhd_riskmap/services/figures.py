"""Figures: counted for a day and a scope, and the rows behind any number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.figure_overview import UNIT_FIGURES, FigureOverview
from qhd_riskmap.domain.figures import (
    FIGURES,
    Cell,
    Dimension,
    FigureScope,
    Measured,
    figure,
    month_before,
    total,
    trend_days,
)
from qhd_riskmap.storage.engine import Register

_GRADED = (Dimension.DAY, Dimension.COUNTY, Dimension.TYPE, Dimension.LEVEL)


class FigureService:
    """Use cases of statistics, for one actor; nothing is stored."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

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
        days = sorted({*trend_days(scope.on), month_before(scope.on)})
        offset, by = utc_offset(), (Dimension.DAY, Dimension.COUNTY)
        with self._register.unit_of_work() as work:
            graded = work.figures.measured(FIGURES["hazards"], scope, _GRADED, days, offset)
            cells: dict[str, Mapping[Cell, Measured]] = {
                key: work.figures.measured(known, scope, by, days, offset)
                for key, known in FIGURES.items()
                if key != "hazards"
            }
            units = {
                key: work.figures.measured(
                    FIGURES[key], scope, (Dimension.UNIT,), [scope.on], offset
                )
                for key in UNIT_FIGURES
            }
        cells["hazards"] = {
            cell: total(part for each, part in graded.items() if each[:2] == cell)
            for cell in {each[:2] for each in graded}
        }
        return FigureOverview(scope=scope, cells=cells, graded=graded, units=units)


def utc_offset() -> timedelta:
    """How far the office's clock is ahead of UTC."""
    return datetime.now().astimezone().utcoffset() or timedelta()
