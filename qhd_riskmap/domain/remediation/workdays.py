"""Working days: the week, the State Council's holidays and 调休, and the office's own days over both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
MOST_DAYS: Final = 1000
_WORKING_DAYS: Final = re.compile(r"\s*(\d{1,4})\s*个?\s*工作日\s*内?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One day that the office has said of whether it is worked.

    Attributes:
        note: Why, and after which notice.
    """

    day: date
    working: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """Which days are worked.

    Attributes:
        exceptions: Days that differ from the week, day → worked.
        years: Years whose holidays are known; in others only the week counts.
    """

    exceptions: Mapping[date, bool]
    years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        known = self.exceptions.get(day)
        return day.weekday() < _SATURDAY if known is None else known

    def knows(self, first: date, last: date) -> bool:
        """Whether the holidays of all years from ``first`` to ``last`` are known."""
        return self.years.issuperset(range(first.year, last.year + 1))

    def after(self, start: date, days: int) -> date:
        """The day that is ``days`` working days after ``start``; the day itself does not count.

        Raises:
            InvalidInputError: ``days`` is not between 1 and `MOST_DAYS`.
        """
        if not 1 <= days <= MOST_DAYS:
            raise InvalidInputError(
                _("工作日数应在 1 到 {most} 之间，不能是 {days}。").format(
                    most=MOST_DAYS, days=days
                )
            )
        day = start
        while days:
            day += _DAY
            days -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to ``end``; negative when ``end`` is before ``start``."""
        if end < start:
            return -self.between(end, start)
        return sum(
            self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1)
        )

    def with_days(self, days: Iterable[CalendarDay]) -> WorkCalendar:
        """The same calendar with the office's own days over it."""
        own = {day.day: day.working for day in days}
        return WorkCalendar(
            exceptions=MappingProxyType({**self.exceptions, **own}), years=self.years
        )


def resolved_day(text: str, start: date, calendar: WorkCalendar) -> str:
    """``15个工作日`` as the ISO day it ends on, counted from ``start``; any other text as it is.

    Raises:
        InvalidInputError: The number of days is out of range.
    """
    found = _WORKING_DAYS.fullmatch(text)
    return text if found is None else calendar.after(start, int(found[1])).isoformat()


@cache
def shipped_calendar() -> WorkCalendar:
    """The table that comes with the program (``resources/rules/workdays.json``).

    >>> shipped_calendar().after(date(2026, 9, 30), 1)  # after the National Day holiday
    datetime.date(2026, 10, 8)
    """
    exceptions = {}
    raw = rules("workdays")["years"]
    for year, table in raw.items():
        for kind in ("off", "work"):
            for day in table[kind]:
                exceptions[date.fromisoformat(f"{year}-{day}")] = kind == "work"
    return WorkCalendar(
        exceptions=MappingProxyType(exceptions), years=frozenset(int(year) for year in raw)
    )
