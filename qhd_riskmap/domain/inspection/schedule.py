"""When a hazard is to be inspected next: worked out from what was done last, never stored.

``resources/rules/inspection.json`` holds the intervals by level and type and what seasons ask for; an office
may have rules of its own, so every fault is told with its place.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.citation import Citation, citation_of
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.resources import rules

INSPECTION_RULES: Final = "inspection"
UNGRADED: Final = "ungraded"
LEVEL_KEYS: Final = (*(level.value for level in RiskLevel), UNGRADED)
MOST_MONTHS: Final = 60
_MONTHS_A_YEAR: Final = 12
_MOST_SEASONS: Final = 20
_MOST_DAYS: Final = 180
_LONGEST_LABEL: Final = 30
_MONTH_DAY: Final = re.compile(r"(\d{2})-(\d{2})")
_NO_LEAP_YEAR: Final = 2001
_SUNDAY: Final = 6


class DueStage(StrEnum):
    """How urgent an inspection is on a day, the most urgent first."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LATER = "later"

    @property
    def label(self) -> str:
        """逾期, 今日, 本周, 本月, 以后."""
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    DueStage.LATE: N_("逾期未查"),
    DueStage.TODAY: N_("今日应查"),
    DueStage.WEEK: N_("本周应查"),
    DueStage.MONTH: N_("本月应查"),
    DueStage.LATER: N_("以后"),
}


def due_stage(due: date, on: date) -> DueStage:
    """How urgent an inspection that is due on a day is on another one; weeks end on Sunday."""
    if due < on:
        return DueStage.LATE
    if due == on:
        return DueStage.TODAY
    if due <= on + timedelta(days=_SUNDAY - on.weekday()):
        return DueStage.WEEK
    return DueStage.MONTH if due <= _month_end(on) else DueStage.LATER


def horizon(on: date) -> date:
    """The last day of this week and this month, whichever is later."""
    return max(_month_end(on), on + timedelta(days=_SUNDAY - on.weekday()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonRule:
    """One thing that a season asks for.

    Attributes:
        label: Chinese name (汛前排查).
        days: Before: within so many days before the first day; during: at most so many days between two
            inspections; after: within so many days after the last day.
    """

    label: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A season that asks for inspections of some types.

    Attributes:
        start: Month and day of its first day.
        end: Month and day of its last day; before `start`, it is in the next year.
    """

    key: str
    label: str
    start: tuple[int, int]
    end: tuple[int, int]
    types: frozenset[str]
    citation: Citation
    before: SeasonRule | None = None
    during: SeasonRule | None = None
    after: SeasonRule | None = None

    def due(self, last: date) -> Iterator[tuple[date, str]]:
        """What it asks for next when the last inspection was on a day."""
        years = [self._days(year) for year in range(last.year - 1, last.year + 3)]
        if self.before is not None:
            window = timedelta(days=self.before.days)
            start = next(start for start, _end in years if start - window > last)
            yield start - timedelta(days=1), self.before.label
        if self.during is not None:
            step = timedelta(days=self.during.days)
            found = (
                max(last, start) + step for start, end in years if max(last, start) + step <= end
            )
            yield next(found), self.during.label
        if self.after is not None:
            end = next(end for _start, end in years if end >= last)
            yield end + timedelta(days=self.after.days), self.after.label

    def _days(self, year: int) -> tuple[date, date]:
        start, end = date(year, *self.start), date(year, *self.end)
        return start, end if end > start else end.replace(year=year + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRules:
    """How often hazards are inspected.

    Attributes:
        months: Level value or `UNGRADED` → months between two inspections.
        types: Type key → the same for levels of this type; the shorter counts.
        seasons: What seasons ask for besides.
    """

    version: str
    citation: Citation
    months: Mapping[str, int]
    types: Mapping[str, Mapping[str, int]]
    seasons: tuple[Season, ...]

    def interval(self, type_key: str, level: RiskLevel | None) -> int:
        """Months between two inspections."""
        key = UNGRADED if level is None else level.value
        usual = self.months[key]
        return min(usual, self.types.get(type_key, {}).get(key, usual))

    def next_due(self, type_key: str, level: RiskLevel | None, last: date) -> tuple[date, str]:
        """The last day on which the next inspection is in time, and what of a season asks for it.

        Args:
            type_key: Of the hazard.
            level: Of the hazard, None where it is not graded.
            last: When it was last inspected, assessed or registered.
        """
        found = [(_months_after(last, self.interval(type_key, level)), "")]
        for season in self.seasons:
            if type_key in season.types:
                found += season.due(last)
        return min(found)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month; the 31st becomes the last day of a shorter month."""
    month = day.month - 1 + months
    year, month = day.year + month // _MONTHS_A_YEAR, month % _MONTHS_A_YEAR + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


# --- reading --------------------------------------------------------------------------------------


@cache
def shipped_inspection_rules() -> InspectionRules:
    """As they came with the program."""
    return read_inspection_rules(rules(INSPECTION_RULES))


def read_inspection_rules(raw: object) -> InspectionRules:
    """The rules of a profile, which an office may have edited.

    Raises:
        InvalidInputError: Something is missing or cannot be.
    """
    if not isinstance(raw, Mapping):
        raise _fault(_("内容"))
    months = _months(raw.get("months"), "months")
    if set(months) != set(LEVEL_KEYS):
        raise _fault("months")
    types, seasons = raw.get("types"), raw.get("seasons")
    if not isinstance(types, Mapping):
        raise _fault("types")
    if not isinstance(seasons, Sequence) or len(seasons) > _MOST_SEASONS:
        raise _fault("seasons")
    known = {each.key for each in taxonomy().types}
    if not known.issuperset(types):
        raise _fault("types")
    return InspectionRules(
        version=str(raw.get("version", "")),
        citation=_citation(raw, "source"),
        months=months,
        types=MappingProxyType({k: _months(v, f"types.{k}") for k, v in types.items()}),
        seasons=tuple(
            _season(entry, f"seasons[{at}]", known) for at, entry in enumerate(seasons, start=1)
        ),
    )


def _months(raw: object, place: str) -> Mapping[str, int]:
    if not isinstance(raw, Mapping) or not set(LEVEL_KEYS).issuperset(raw):
        raise _fault(place)
    return MappingProxyType({key: _whole(raw[key], f"{place}.{key}", MOST_MONTHS) for key in raw})


def _season(raw: object, place: str, known: set[str]) -> Season:
    if not isinstance(raw, Mapping):
        raise _fault(place)
    types = raw.get("types")
    if not isinstance(types, Sequence) or not types or not known.issuperset(map(str, types)):
        raise _fault(f"{place}.types")
    parts = {key: _rule(raw.get(key), f"{place}.{key}") for key in ("before", "during", "after")}
    if not any(parts.values()):
        raise _fault(place)
    season = Season(
        key=_label(raw.get("key"), f"{place}.key"),
        label=_label(raw.get("label"), f"{place}.label"),
        start=_month_day(raw.get("start"), f"{place}.start"),
        end=_month_day(raw.get("end"), f"{place}.end"),
        types=frozenset(map(str, types)),
        citation=_citation(raw, f"{place}.source"),
        **parts,
    )
    first, last = date(_NO_LEAP_YEAR, *season.start), date(_NO_LEAP_YEAR, *season.end)
    if last < first:
        last = last.replace(year=_NO_LEAP_YEAR + 1)
    if season.during is not None and season.during.days > (last - first).days:
        raise _fault(f"{place}.during")
    return season


def _rule(raw: object, place: str) -> SeasonRule | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise _fault(place)
    label = _label(raw.get("label"), f"{place}.label")
    return SeasonRule(label=label, days=_whole(raw.get("days"), f"{place}.days", _MOST_DAYS))


def _label(raw: object, place: str) -> str:
    if not isinstance(raw, str) or not 0 < len(raw.strip()) <= _LONGEST_LABEL:
        raise _fault(place)
    return raw.strip()


def _month_day(raw: object, place: str) -> tuple[int, int]:
    found = _MONTH_DAY.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        raise _fault(place)
    month, day = int(found[1]), int(found[2])
    try:
        date(_NO_LEAP_YEAR, month, day)
    except ValueError as error:
        raise _fault(place) from error
    return month, day


def _whole(raw: object, place: str, most: int) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= most:
        raise _fault(place)
    return raw


def _citation(raw: Mapping[str, Any], place: str) -> Citation:
    try:
        return citation_of(raw)
    except (KeyError, ValueError) as error:
        raise _fault(place) from error


def _fault(place: str) -> InvalidInputError:
    return InvalidInputError(
        _("检查周期不能用：“{place}”有误。").format(place=place),
        hint=_("请对照导出的原规则改正后再试。"),
    )
