"""Deadlines as sheets word them: 30日内, 3个月内, 15个工作日内, 立即, 2014年底前, 6月底前.

What counts from some day needs that day: it is given, never assumed. What may mean two things (3月内,
30日, 2014年前) or depends on nature (汛期前) is not computed.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from qhd_riskmap.domain.remediation.workdays import MOST_DAYS, WorkCalendar

_LONGEST: Final = 40
_DECEMBER: Final = 12
_MOST_MONTHS: Final = 120
_NUMERALS: Final[Mapping[str, int]] = {
    word: number for number, word in enumerate("一二三四五六七八九十", start=1)
} | {"两": 2}
_NUMBER: Final = r"(?P<n>\d{1,4}|[一二两三四五六七八九十])"
_END: Final = re.compile(r"(?:必须|务必)?(?:完成)?(?:整改|治理|整治)?(?:到位|完毕|完成)?[。.]?$")
_AT_ONCE: Final = frozenset(
    {"立即", "立即整改", "立刻", "马上", "即时", "即刻", "当场", "现场", "现场整改", "立行立改", "即知即改", "边查边改"}
)  # fmt: skip


class DeadlineProblem(StrEnum):
    """Why a wording gives no day."""

    UNKNOWN = "unknown"
    NO_BASE = "no-base"
    NO_CALENDAR = "no-calendar"
    IN_THE_PAST = "in-the-past"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineReading:
    """What a wording says.

    Attributes:
        day: The last day allowed; None where `problem` says why there is none.
        counted: It was reckoned from the base day.
    """

    day: date | None = None
    counted: bool = False
    problem: DeadlineProblem | None = None


def read_deadline(text: str, base: date | None, calendar: WorkCalendar) -> DeadlineReading:
    """The day a deadline falls on.

    Args:
        text: As written.
        base: The day from which it counts, None where nobody says.
        calendar: For working days.

    >>> from qhd_riskmap.domain.remediation.workdays import shipped_calendar
    >>> read_deadline("30日内", date(2014, 3, 5), shipped_calendar()).day
    datetime.date(2014, 4, 4)
    >>> read_deadline("2014年3月", None, shipped_calendar()).day  # there is time until its end
    datetime.date(2014, 3, 31)
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    plain = plain.strip("。.,;") if len(plain) <= _LONGEST else ""
    plain = plain if plain in _AT_ONCE else _END.sub("", plain)
    for pattern, reader in _FORMS:
        found = pattern.fullmatch(plain)
        if found is not None:
            return reader(found, base, calendar)
    return DeadlineReading(problem=DeadlineProblem.UNKNOWN)


_Reader = Callable[[re.Match[str], date | None, WorkCalendar], DeadlineReading]


def _counted(step: Callable[[re.Match[str], date], date]) -> _Reader:
    def read(found: re.Match[str], base: date | None, _calendar: WorkCalendar) -> DeadlineReading:
        if base is None:
            return DeadlineReading(problem=DeadlineProblem.NO_BASE)
        return DeadlineReading(day=step(found, base), counted=True)

    return read


def _working_days(
    found: re.Match[str], base: date | None, calendar: WorkCalendar
) -> DeadlineReading:
    days = _number(found)
    if not 1 <= days <= MOST_DAYS:
        return DeadlineReading(problem=DeadlineProblem.UNKNOWN)
    if base is None:
        return DeadlineReading(problem=DeadlineProblem.NO_BASE)
    day = calendar.after(base, days)
    if not calendar.knows(base, day):
        return DeadlineReading(problem=DeadlineProblem.NO_CALENDAR)
    return DeadlineReading(day=day, counted=True)


def _written(found: re.Match[str], base: date | None, _calendar: WorkCalendar) -> DeadlineReading:
    """A month or a day of it, with its year or in that of the base."""
    parts = found.groupdict()
    year = _year(parts.get("y"), base)
    if year is None:
        return DeadlineReading(problem=DeadlineProblem.NO_BASE)
    month = int(parts.get("m") or _DECEMBER)
    try:
        last = monthrange(year, month)[1]
        day = date(year, month, int(parts.get("d") or last))
    except ValueError:
        return DeadlineReading(problem=DeadlineProblem.UNKNOWN)
    if parts.get("y"):
        return DeadlineReading(day=day)
    # March written in November is next year's, or was never kept up to date: nobody knows.
    if base is not None and day < base:
        return DeadlineReading(problem=DeadlineProblem.IN_THE_PAST)
    return DeadlineReading(day=day, counted=True)


def _year(text: str | None, base: date | None) -> int | None:
    if text:
        return int(text)
    return base.year if base is not None else None


def _number(found: re.Match[str]) -> int:
    text = found["n"]
    return _NUMERALS[text] if text in _NUMERALS else int(text)


def _days_on(found: re.Match[str], base: date) -> date:
    return base + timedelta(days=_number(found))


def _weeks_on(found: re.Match[str], base: date) -> date:
    return base + timedelta(weeks=_number(found))


def _months_on(found: re.Match[str], base: date) -> date:
    return _months_after(base, min(_number(found), _MOST_MONTHS))


def _months_after(base: date, months: int) -> date:
    """The same day of a later month, its last day where it has none such."""
    years, month = divmod(base.month - 1 + months, _DECEMBER)
    last = monthrange(base.year + years, month + 1)[1]
    return date(base.year + years, month + 1, min(base.day, last))


_WITHIN: Final = r"(?:之内|以内|内)"
_FORMS: Final[tuple[tuple[re.Pattern[str], _Reader], ...]] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (rf"{_NUMBER}个?工作日{_WITHIN}?", _working_days),
        (
            rf"{_NUMBER}(?:天{_WITHIN}?|日{_WITHIN}|个?(?:自然日|日历日){_WITHIN}?)",
            _counted(_days_on),
        ),
        (rf"{_NUMBER}(?:个?星期|周){_WITHIN}?", _counted(_weeks_on)),
        (rf"{_NUMBER}个月{_WITHIN}?", _counted(_months_on)),
        (rf"半个?月{_WITHIN}", _counted(lambda _found, base: base + timedelta(days=15))),
        (rf"半年{_WITHIN}", _counted(lambda _found, base: _months_after(base, 6))),
        (rf"[1一]年{_WITHIN}", _counted(lambda _found, base: _months_after(base, 12))),
        ("|".join(sorted(_AT_ONCE)), _counted(lambda _found, base: base)),
        (r"(?:(?P<y>\d{4})年?|[今本当]?年)(?:年?底|年?末)(?:之?前|以前)?", _written),
        (r"(?:(?P<y>\d{4})[年./-])?(?P<m>\d{1,2})月份?(?:底|末)(?:之?前|以前)?", _written),
        (r"(?P<y>\d{4})[年./-](?P<m>\d{1,2})(?:月份?|[./-])?", _written),
        (r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?(?:之?前|以前)?", _written),
        (
            r"(?P<y>\d{4})[年./-](?P<m>\d{1,2})[月./-](?P<d>\d{1,2})[日号]?(?:之?前|以前)?",
            _written,
        ),
    )
)
