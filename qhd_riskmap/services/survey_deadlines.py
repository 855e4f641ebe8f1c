"""Deadlines of a sheet: days, and wordings that count from the day of the survey (30日内, 年底前, 立即)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from qhd_riskmap.domain.remediation.deadline_text import (
    DeadlineProblem,
    DeadlineReading,
    read_deadline,
)
from qhd_riskmap.domain.remediation.workdays import WorkCalendar
from qhd_riskmap.domain.schema import Issue, parse_date
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_issues import information, warning
from qhd_riskmap.services.survey_values import Texts

_DAY: Final = r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?"
# A day that a title or a note gives the sheet; days of laws and notices it cites are none.
_SAID: Final = re.compile(
    rf"(?:填[表报]|上报|报送|报告|检查|排查|巡查|摸底|普查|制表|统计|登记|截至|截止)(?:日期|时间)?[\W_]{{0,3}}({_DAY})"
    rf"|^\W*(?:日期|时间)?\W*({_DAY})\W*$"
)
_MONTH_ALONE: Final = re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]?\s*")
_PROBLEMS: Final = {
    DeadlineProblem.UNKNOWN: N_("“{text}”算不出是哪一天，请写成 2014-03-05。"),
    DeadlineProblem.NO_BASE: N_(
        "“{text}”从哪天算起不清楚：该行没有可用的排查时间，表上也没有唯一的填报日期。请填排查时间，或把时限写成日期。"
    ),
    DeadlineProblem.NO_CALENDAR: N_(
        "“{text}”涉及的年份没有节假日安排，工作日算不准，请把时限写成日期。"
    ),
    DeadlineProblem.IN_THE_PAST: N_(
        "“{text}”没有写年份，按起算日 {base} 那年已经过去，请写明年份。"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineTerms:
    """From which day the deadlines of a sheet count.

    Attributes:
        today: Later days are no survey's.
        sheet_day: The day a title or a note gives the sheet; None where none or several do.
        calendar: For working days.
    """

    today: date
    sheet_day: date | None
    calendar: WorkCalendar


def sheet_day(texts: Iterable[str], today: date) -> date | None:
    """The one day that titles and notes give a sheet, None where there is none or more than one.

    >>> sheet_day(["隐患排查表", "填表日期：2014年6月30日"], date(2014, 7, 1))
    datetime.date(2014, 6, 30)
    """
    days = {
        parse_date("".join((found[1] or found[2]).split()))
        for text in texts
        for found in _SAID.finditer(text)
    }
    day = days.pop() if len(days) == 1 else None
    return day if day is not None and day <= today else None


def deadlines(
    texts: Texts,
    found_on: Sequence[date | None] | None,
    terms: DeadlineTerms,
    report: Callable[[int, Issue], None],
) -> list[date | None]:
    """The deadlines of a column of cleaned texts.

    Args:
        texts: By data row.
        found_on: By data row, the day the row gives for the survey.
        terms: What holds where it gives none.
        report: Takes what was reckoned and what could not be.
    """
    known: dict[tuple[str, date | None], DeadlineReading] = {}
    days: list[date | None] = []
    for row, text in enumerate(texts):
        # A month alone begins for a find and ends for a deadline.
        day = parse_date(text) if text and not _MONTH_ALONE.fullmatch(text) else None
        if text and day is None:
            own = found_on[row] if found_on is not None else None
            base = terms.sheet_day if own is None else own if own <= terms.today else None
            reading = known.get((text, base))
            if reading is None:
                reading = known[text, base] = read_deadline(text, base, terms.calendar)
            day = reading.day
            issue = _told(text, base, reading)
            if issue is not None:
                report(row, issue)
        days.append(day)
    return days


def _told(text: str, base: date | None, reading: DeadlineReading) -> Issue | None:
    shown = text[:40]
    since = base.isoformat() if base is not None else ""
    if reading.problem is not None:
        told = _("整改时限：") + _(_PROBLEMS[reading.problem]).format(text=shown, base=since)
        return warning("deadline", "not-a-date", told)
    if not reading.counted or reading.day is None:
        return None
    told = _("整改时限“{text}”按 {base} 起算，为 {day}，请核对；原文作为附加信息保留。").format(
        text=shown, base=since, day=reading.day.isoformat()
    )
    return information("deadline", "deadline-counted", told)
