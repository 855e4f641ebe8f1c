"""All figures of a day, a month before and twelve months, taken together from their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from qhd_riskmap.domain.figures import (
    FIGURES,
    NOTHING,
    Cell,
    FigureScope,
    Measured,
    month_before,
    total,
    trend_days,
    value_of,
)

TOP_UNITS: Final = 10
# What a table of counties shows, in the order of its columns.
COUNTY_FIGURES: Final = (
    "hazards", "tasks", "finished", "open", "late", "rate", "on_time_rate", "mean_days",
    "major_open",
)  # fmt: skip
UNIT_FIGURES: Final = ("tasks", "finished", "open", "late", "rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure against the month before.

    Attributes:
        now: None where a share or mean has nothing to be taken of, like `before`.
        before: On the same day of the month before.
    """

    now: float | None
    before: float | None

    @property
    def difference(self) -> float | None:
        """How much more; None where either is missing."""
        if self.now is None or self.before is None:
            return None
        return self.now - self.before

    @property
    def relative(self) -> float | None:
        """The difference as a part of what was before; None where that was nothing."""
        return (
            self.difference / self.before if self.before and self.difference is not None else None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStanding:
    """One responsible unit.

    Attributes:
        unit: "" for tasks of nobody.
        figures: Of `UNIT_FIGURES`, by key.
    """

    unit: str
    figures: Mapping[str, Measured]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOverview:
    """Everything that page, report and sheets show, read at one moment.

    Attributes:
        cells: Figure → ``(day, county)`` → what it is made of.
        graded: Hazards by ``(day, county, type, level)``.
        units: Figure of `UNIT_FIGURES` → ``(unit,)``, on the day of the scope.
    """

    scope: FigureScope
    cells: Mapping[str, Mapping[Cell, Measured]]
    graded: Mapping[Cell, Measured]
    units: Mapping[str, Mapping[Cell, Measured]]

    @property
    def days(self) -> tuple[date, ...]:
        """Of the trend, oldest first."""
        return trend_days(self.scope.on)

    def of_day(self, key: str, day: date | None = None, county: str | None = None) -> Measured:
        """A figure on one of the days, of all counties or one."""
        wanted = (day or self.scope.on).isoformat()
        return total(
            part
            for (at, code), part in self.cells[key].items()
            if at == wanted and county in {None, code}
        )

    def change(self, key: str) -> Change:
        """A figure against the same day of the month before."""
        known = FIGURES[key]
        return Change(
            now=value_of(known, self.of_day(key)),
            before=value_of(known, self.of_day(key, month_before(self.scope.on))),
        )

    def counties(self) -> tuple[str, ...]:
        """Codes of the counties that have anything on the day."""
        day = self.scope.on.isoformat()
        found = {code for parts in self.cells.values() for at, code in parts if at == day}
        return tuple(sorted(found))

    def types(self) -> tuple[str, ...]:
        """Keys of the hazard types that there are on the day."""
        day = self.scope.on.isoformat()
        return tuple(sorted({key for at, _county, key, _level in self.graded if at == day}))

    def hazards(
        self, *, day: date | None = None, county: str | None = None, type_key: str | None = None,
        rank: int | None = None,
    ) -> int:  # fmt: skip
        """Hazards of one cell of county × type × level; None takes all together."""
        wanted = (day or self.scope.on).isoformat()
        return sum(
            part.n
            for (at, code, key, level), part in self.graded.items()
            if at == wanted
            and county in {None, code}
            and type_key in {None, key}
            and rank in {None, int(level)}
        )

    def top_units(self, by: str, most: int = TOP_UNITS) -> tuple[UnitStanding, ...]:
        """The units with the most of a figure, those with none left out."""
        ranked = sorted(
            (cell for cell, part in self.units[by].items() if part.n),
            key=lambda cell: (
                -self.units[by][cell].n,
                *(-self._n(key, cell) for key in _NEXT),
                cell,
            ),
        )
        return tuple(
            UnitStanding(
                unit=cell[0],
                figures={key: self.units[key].get(cell, NOTHING) for key in UNIT_FIGURES},
            )
            for cell in ranked[:most]
        )

    def _n(self, key: str, cell: Cell) -> int:
        return self.units[key].get(cell, NOTHING).n


_NEXT: Final = ("late", "open")  # decides between units alike
