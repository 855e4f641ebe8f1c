"""The figures as tables: the same rows on the page, in the report and in what is copied from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from qhd_riskmap.domain.figure_overview import (
    COUNTY_FIGURES,
    UNIT_FIGURES,
    Change,
    FigureOverview,
)
from qhd_riskmap.domain.figures import FIGURES, Dimension, Figure, Measure, shown_value, value_of
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _

RANKS: Final = (*(level.rank for level in RiskLevel), 0)
MONTH_FIGURES: Final = ("new", "done", "tasks", "finished", "open", "late", "rate", "on_time_rate")
_NO_CELL: Mapping[Dimension, str] = MappingProxyType({})
_NO_RANKS: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The rows behind a number.

    Attributes:
        figure: Its key.
        cell: Value of each dimension that narrows it.
        title: What the rows are, in words.
    """

    figure: str
    cell: Mapping[Dimension, str] = field(default_factory=lambda: _NO_CELL)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell of a table.

    Attributes:
        target: What a click opens; None for what is no number, or none to open.
    """

    text: str
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """One table.

    Attributes:
        words: Columns that hold words; the others hold numbers.
        ranks: Column → risk level that it is about, 0 for ungraded.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Shown, ...], ...]
    words: frozenset[int] = frozenset({0})
    ranks: Mapping[int, int] = field(default_factory=lambda: _NO_RANKS)


def headline(overview: FigureOverview) -> FigureTable:
    """Every figure, the month before and what it counts."""
    before = _("上月同日")
    rows = []
    for key, known in FIGURES.items():
        change = overview.change(key)
        target = Target(figure=key, title=_(known.label)) if overview.of_day(key).n else None
        rows.append((
            Shown(_(known.label)),
            Shown(shown_value(known, change.now), target),
            Shown(shown_value(known, change.before)),
            Shown(change_text(known, change)),
            Shown(_(known.unit)),
            Shown(_(known.definition)),
        ))  # fmt: skip
    heads = (_("指标"), _("数值"), before, _("比上月同日"), _("单位"), _("口径"))
    return FigureTable(
        title=_("主要指标"), heads=heads, rows=tuple(rows), words=frozenset({0, 4, 5})
    )


def change_text(known: Figure, change: Change) -> str:
    """The difference to the month before, with its sign; shares in percentage points."""
    difference = change.difference
    if difference is None:
        return "—"
    if known.measure is Measure.SHARE:
        return _("{n:+.1f} 个百分点").format(n=difference * 100)
    number = f"{difference:+.1f}" if known.measure is Measure.MEAN else f"{difference:+,.0f}"
    if change.relative is None or known.measure is Measure.MEAN:
        return number
    return f"{number}（{change.relative * 100:+.1f} %）"


def by_county(overview: FigureOverview) -> FigureTable:
    """The main figures of every county, with the sum of all."""
    rows = [
        (
            Shown(county_name(code)),
            *(
                _number(overview, key, {Dimension.COUNTY: code}, county_name(code))
                for key in COUNTY_FIGURES
            ),
        )
        for code in overview.counties()
    ]
    total = (Shown(_("合计")), *(_number(overview, key, {}, "") for key in COUNTY_FIGURES))
    heads = (_("县区"), *(_(FIGURES[key].label) for key in COUNTY_FIGURES))
    return FigureTable(title=_("各县区"), heads=heads, rows=(*rows, total))


def _number(overview: FigureOverview, key: str, cell: Mapping[Dimension, str], where: str) -> Shown:
    measured = overview.of_day(key, county=cell.get(Dimension.COUNTY))
    known = FIGURES[key]
    title = f"{where} {_(known.label)}".strip()
    text = shown_value(known, value_of(known, measured))
    return Shown(text, Target(figure=key, cell=cell, title=title) if measured.n else None)


def by_grade(overview: FigureOverview) -> FigureTable:
    """Hazards by county × type × level, with sums."""
    rows = []
    for county in (*overview.counties(), None):
        kinds = (*_types(overview), None) if county is not None else (None,)
        for type_key in kinds:
            counts = [
                overview.hazards(county=county, type_key=type_key, rank=rank)
                for rank in (*RANKS, None)
            ]
            if counts[-1]:
                rows.append(_grade_row(county, type_key, counts))
    heads = (_("县区"), _("类型"), *(rank_label(rank) for rank in RANKS), _("合计"))
    return FigureTable(
        title=_("县区、类型与等级"), heads=heads, rows=tuple(rows), words=frozenset({0, 1}),
        ranks={2 + at: rank for at, rank in enumerate(RANKS)},
    )  # fmt: skip


def _types(overview: FigureOverview) -> list[str]:
    """The types that there are, in the order of the taxonomy."""
    present = set(overview.types())
    return [kind.key for kind in taxonomy().types if kind.key in present]


def _grade_row(
    county: str | None, type_key: str | None, counts: Sequence[int]
) -> tuple[Shown, ...]:
    place = county_name(county) if county is not None else _("合计")
    kind = type_name(type_key) if type_key is not None else _("小计") if county else ""
    cell = {Dimension.COUNTY: county, Dimension.TYPE: type_key}
    known = {key: value for key, value in cell.items() if value is not None}
    shown = []
    for rank, n in zip((*RANKS, None), counts, strict=True):
        own = known if rank is None else {**known, Dimension.LEVEL: str(rank)}
        title = " ".join(filter(None, (place, kind, rank_label(rank) if rank is not None else "")))
        target = Target(figure="hazards", cell=own, title=title) if n else None
        shown.append(Shown(f"{n:,}" if n else "", target))
    return (Shown(place), Shown(kind), *shown)


def by_month(overview: FigureOverview) -> FigureTable:
    """Twelve months, the newest first."""
    rows = []
    for day in reversed(overview.days):
        at = {Dimension.DAY: day.isoformat()}
        name = month_name(day)
        levels = []
        for rank in (None, *RANKS):
            n = overview.hazards(day=day, rank=rank)
            own = at if rank is None else {**at, Dimension.LEVEL: str(rank)}
            words = _("在册隐患") if rank is None else rank_label(rank)
            target = Target(figure="hazards", cell=own, title=f"{name} {words}") if n else None
            levels.append(Shown(f"{n:,}", target))
        rows.append((Shown(name), *levels, *(_month(overview, key, day) for key in MONTH_FIGURES)))
    heads = (
        _("月份"), _("在册隐患"), *(rank_label(rank) for rank in RANKS),
        *(_(FIGURES[key].label) for key in MONTH_FIGURES),
    )  # fmt: skip
    return FigureTable(
        title=_("近十二个月"), heads=heads, rows=tuple(rows),
        ranks={2 + at: rank for at, rank in enumerate(RANKS)},
    )  # fmt: skip


def _month(overview: FigureOverview, key: str, day: date) -> Shown:
    known, measured = FIGURES[key], overview.of_day(key, day)
    cell = {Dimension.DAY: day.isoformat()}
    title = f"{month_name(day)} {_(known.label)}"
    text = shown_value(known, value_of(known, measured))
    return Shown(text, Target(figure=key, cell=cell, title=title) if measured.n else None)


def by_unit(overview: FigureOverview, by: str) -> FigureTable:
    """The units with the most open or late tasks."""
    rows = []
    for unit in overview.top_units(by):
        name = unit.unit or _("（未填）")
        cells = []
        for key in UNIT_FIGURES:
            known, measured = FIGURES[key], unit.figures[key]
            target = Target(
                figure=key, cell={Dimension.UNIT: unit.unit}, title=f"{name} {_(known.label)}"
            )
            text = shown_value(known, value_of(known, measured))
            cells.append(Shown(text, target if measured.n else None))
        rows.append((Shown(name), *cells))
    title = UNIT_TITLES[by]
    heads = (_("责任单位"), *(_(FIGURES[key].label) for key in UNIT_FIGURES))
    return FigureTable(title=_(title), heads=heads, rows=tuple(rows))


UNIT_TITLES: Final[Mapping[str, str]] = {
    "open": N_("未整改最多的单位"),
    "late": N_("逾期最多的单位"),
}


def county_name(code: str) -> str:
    """Name of a division, or that none is known."""
    return _(regions().get(code).short_name) if code else _("（未填）")


def type_name(key: str) -> str:
    """Name of a hazard type."""
    return _(taxonomy().get(key).label)


def rank_label(rank: int) -> str:
    """Name of a level; of no level for 0."""
    return _(RiskLevel.from_rank(rank).label) if rank else _("未评级")


def month_name(day: date) -> str:
    """Year and month, as in ``2026-10``."""
    return f"{day.year:04d}-{day.month:02d}"
