"""The figures of the 统计 page, the monthly report and the public table: what each one counts.

A figure is derived from the register and a day, never stored. Each is counted over the members of one
population, hazards or remediation tasks; `storage.figure_repository` holds the one statement of each.
Sums of n and part are exact over any grouping, so totals and rates of a city follow from its counties.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _

MONTHS: Final = 12  # of a trend


class Population(StrEnum):
    """What the members of a figure are."""

    HAZARD = "hazard"
    TASK = "task"


class Measure(StrEnum):
    """How the members become a number."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"


class Dimension(StrEnum):
    """What a figure may be broken down by.

    `DAY` is the day asked about, an ISO date; `LEVEL` a rank, 0 for ungraded.
    """

    DAY = "day"
    COUNTY = "county"
    TYPE = "type"
    LEVEL = "level"
    UNIT = "unit"


Cell = tuple[str, ...]  # one value per dimension, in the order asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        label: Chinese name (a gettext message id), like `definition` and `unit`.
        definition: What is counted, for a share its numerator and denominator.
        unit: Of the number; "%" for shares.
        better: 1 where more is better, -1 where less is, 0 where neither.
    """

    key: str
    label: str
    population: Population
    measure: Measure
    definition: str
    unit: str
    better: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What a figure is made of in one cell.

    Attributes:
        n: Members: what is counted, or the denominator.
        part: Numerator of a share, sum of a mean; equals n for a count.
    """

    n: int = 0
    part: float = 0.0

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.n + other.n, self.part + other.part)


NOTHING: Final = Measured()


def total(parts: Iterable[Measured]) -> Measured:
    """Several cells taken together.

    >>> total([Measured(3, 2.0), Measured(1, 1.0)])
    Measured(n=4, part=3.0)
    """
    found = NOTHING
    for each in parts:
        found += each
    return found


def value_of(figure: Figure, measured: Measured) -> float | None:
    """The number; None where a share or a mean has nothing to be taken of.

    >>> value_of(FIGURES["rate"], Measured(4, 3.0))
    0.75
    """
    if figure.measure is Measure.COUNT:
        return measured.n
    return measured.part / measured.n if measured.n else None


def shown_value(figure: Figure, value: float | None) -> str:
    """The number as people read it.

    >>> shown_value(FIGURES["rate"], 0.75), shown_value(FIGURES["late"], 3)
    ('75.0 %', '3')
    """
    if value is None:
        return "—"
    if figure.measure is Measure.SHARE:
        return f"{value * 100:.1f} %"
    return f"{value:.1f}" if figure.measure is Measure.MEAN else f"{value:,.0f}"


_H, _T = Population.HAZARD, Population.TASK
_COUNT, _SHARE, _MEAN = Measure.COUNT, Measure.SHARE, Measure.MEAN
# key, label, population, measure, unit, better, definition
_DECLARED: Final = (
    ("hazards", N_("在册隐患"), _H, _COUNT, N_("处"), 0,
     N_("统计日在册（未删除）的隐患。等级取统计日当时的等级，县区和类型按现在的记录。")),
    ("tasks", N_("应整改"), _T, _COUNT, N_("项"), 0,
     N_("统计日以前登记的整改任务，不含到统计日已撤销、已移交其他部门的。")),
    ("finished", N_("已整改"), _T, _COUNT, N_("项"), 1,
     N_("应整改中，到统计日已验收合格或已销号的。")),
    ("open", N_("未整改"), _T, _COUNT, N_("项"), -1,
     N_("应整改中，到统计日没有验收合格的；待验收、长期监控的也在内。")),
    ("late", N_("逾期未整改"), _T, _COUNT, N_("项"), -1,
     N_("未整改中，整改时限早于统计日的；已报完工待验收的与完工日期比较，长期监控的不计。")),
    ("rate", N_("整改率"), _T, _SHARE, "%", 1,
     N_("已整改（分子）除以应整改（分母）。")),
    ("on_time_rate", N_("按期率"), _T, _SHARE, "%", 1,
     N_("分母：应整改中有整改时限、到统计日已完工或时限已过的，长期监控的不计；分子：其中完工日期不晚于时限的。")),
    ("mean_days", N_("平均整改天数"), _T, _MEAN, N_("天"), -1,
     N_("已整改的任务从交办（没有交办日期的从登记）到完工（没有完工日期的到验收）的自然日天数的平均数。")),
    ("new", N_("本月新增"), _T, _COUNT, N_("项"), 0,
     N_("应整改中，登记日期在统计日所在月、不晚于统计日的。")),
    ("done", N_("本月完成"), _T, _COUNT, N_("项"), 1,
     N_("已整改中，验收（没有验收日期的为销号）日期在统计日所在月、不晚于统计日的。")),
    ("major", N_("重大隐患"), _T, _COUNT, N_("项"), 0,
     N_("应整改中，隐患等级为重大事故隐患的。")),
    ("major_open", N_("重大隐患未整改"), _T, _COUNT, N_("项"), -1,
     N_("未整改中，隐患等级为重大事故隐患的。")),
)  # fmt: skip
_ALL: Final = tuple(
    Figure(
        key=key, label=label, population=population, measure=measure, unit=unit, better=better,
        definition=definition,
    )
    for key, label, population, measure, unit, better, definition in _DECLARED
)  # fmt: skip
FIGURES: Final[Mapping[str, Figure]] = MappingProxyType({each.key: each for each in _ALL})


def figure(key: str) -> Figure:
    """The figure with this key.

    Raises:
        InvalidInputError: There is none.
    """
    found = FIGURES.get(key)
    if found is None:
        raise InvalidInputError(
            _("没有统计指标“{key}”。").format(key=key),
            hint=_("可用：{keys}。").format(
                keys="、".join(f"{each.key}（{_(each.label)}）" for each in _ALL)
            ),
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureScope:
    """What is counted at all; what is empty lets all through.

    Attributes:
        on: The day asked about.
        levels: Of the hazard; on that day for hazards, the present one for tasks.
        first: Registered on this day or later; hazards by 排查日期, or else the day of entry.
        last: Registered on this day or before.
    """

    on: date
    counties: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    levels: frozenset[RiskLevel] = frozenset()
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise InvalidInputError(
                _("统计时段的开始（{first}）晚于结束（{last}）。").format(
                    first=self.first.isoformat(), last=self.last.isoformat()
                )
            )


def month_end(day: date) -> date:
    """The last day of a day's month.

    >>> month_end(date(2028, 2, 3)).isoformat()
    '2028-02-29'
    """
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_before(day: date) -> date:
    """The same day of the month before; the last day of a month goes to the last day.

    >>> [month_before(date(2026, *each)).isoformat() for each in ((11, 25), (3, 31), (2, 28))]
    ['2026-10-25', '2026-02-28', '2026-01-31']
    """
    last = day.replace(day=1) - timedelta(days=1)
    return last if day == month_end(day) else last.replace(day=min(day.day, last.day))


def trend_days(on: date, months: int = MONTHS) -> tuple[date, ...]:
    """The last days of the months before a day, oldest first, and the day itself.

    >>> [day.isoformat() for day in trend_days(date(2026, 3, 15), 3)]
    ['2026-01-31', '2026-02-28', '2026-03-15']
    """
    found = [on]
    while len(found) < months:
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return tuple(reversed(found))


def month_of(text: str) -> date:
    """The last day of a month written as ``2026-10``.

    Raises:
        InvalidInputError: It is no month.
    """
    try:
        year, month = (int(part) for part in text.strip().split("-"))
        return month_end(date(year, month, 1))
    except ValueError as error:
        raise InvalidInputError(
            _("“{text}”不是月份。").format(text=text), hint=_("请写成 2026-10 这样的年月。")
        ) from error
