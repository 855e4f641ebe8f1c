"""The figures as charts, with the rows behind every bar and point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from qhd_riskmap.domain.chart import Chart, ChartKind, Series
from qhd_riskmap.domain.figure_overview import FigureOverview
from qhd_riskmap.domain.figures import FIGURES, Dimension, value_of
from qhd_riskmap.i18n import _
from qhd_riskmap.services.figure_tables import (
    RANKS,
    Target,
    county_name,
    month_name,
    rank_label,
)

_FLOWS: Final = ("new", "done")
_STANDS: Final = ("open", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChart:
    """A chart and what its marks open.

    Attributes:
        targets: ``(series, category)`` → the rows behind it.
    """

    chart: Chart
    targets: Mapping[tuple[int, int], Target]


def figure_charts(overview: FigureOverview) -> tuple[FigureChart, ...]:
    """All charts of a day."""
    return (
        _grades(overview),
        _rates(overview),
        _months(overview, "flows", _("近十二个月新增与完成"), _FLOWS, ChartKind.GROUPED),
        _months(overview, "stands", _("近十二个月未整改与逾期"), _STANDS, ChartKind.LINES),
        _units(overview),
    )


def _grades(overview: FigureOverview) -> FigureChart:
    counties = overview.counties()
    series, targets = [], {}
    for at, rank in enumerate(RANKS):
        counts = [overview.hazards(county=code, rank=rank) for code in counties]
        series.append(Series(label=rank_label(rank), values=tuple(map(float, counts)), rank=rank))
        for place, code in enumerate(counties):
            targets[at, place] = Target(
                figure="hazards", cell={Dimension.COUNTY: code, Dimension.LEVEL: str(rank)},
                title=f"{county_name(code)} {rank_label(rank)}",
            )  # fmt: skip
    chart = Chart(
        key="grades", title=_("各县区在册隐患等级"), kind=ChartKind.STACKED, unit=_("处"),
        categories=tuple(map(county_name, counties)), series=tuple(series),
    )  # fmt: skip
    return FigureChart(chart=chart, targets=targets)


def _rates(overview: FigureOverview) -> FigureChart:
    counties = overview.counties()
    series, targets = [], {}
    for at, key in enumerate(("rate", "on_time_rate")):
        known = FIGURES[key]
        values = tuple(value_of(known, overview.of_day(key, county=code)) for code in counties)
        series.append(Series(label=_(known.label), values=values))
        for place, code in enumerate(counties):
            targets[at, place] = Target(
                figure=key, cell={Dimension.COUNTY: code},
                title=f"{county_name(code)} {_(known.label)}",
            )  # fmt: skip
    chart = Chart(
        key="rates", title=_("各县区整改率与按期率"), kind=ChartKind.GROUPED, percent=True,
        categories=tuple(map(county_name, counties)), series=tuple(series),
    )  # fmt: skip
    return FigureChart(chart=chart, targets=targets)


def _months(
    overview: FigureOverview, key: str, title: str, figures: tuple[str, ...], kind: ChartKind
) -> FigureChart:
    series, targets = [], {}
    for at, name in enumerate(figures):
        known = FIGURES[name]
        values = tuple(value_of(known, overview.of_day(name, day)) for day in overview.days)
        series.append(Series(label=_(known.label), values=values))
        for place, day in enumerate(overview.days):
            targets[at, place] = Target(
                figure=name, cell={Dimension.DAY: day.isoformat()},
                title=f"{month_name(day)} {_(known.label)}",
            )  # fmt: skip
    chart = Chart(
        key=key, title=title, kind=kind, unit=_("项"), series=tuple(series),
        categories=tuple(
            _short_month(day, with_year=not at or day.month == 1)
            for at, day in enumerate(overview.days)
        ),
    )  # fmt: skip
    return FigureChart(chart=chart, targets=targets)


def _short_month(day: date, *, with_year: bool) -> str:
    """A dozen stand side by side; the year is told where it begins."""
    month = _("{month}月").format(month=day.month)
    return f"{month}\n{day.year}" if with_year else month


def _units(overview: FigureOverview) -> FigureChart:
    units = overview.top_units("open")
    series, targets = [], {}
    for at, key in enumerate(_STANDS):
        known = FIGURES[key]
        values = tuple(float(unit.figures[key].n) for unit in units)
        series.append(Series(label=_(known.label), values=values))
        for place, unit in enumerate(units):
            targets[at, place] = Target(
                figure=key, cell={Dimension.UNIT: unit.unit},
                title=f"{unit.unit or _('（未填）')} {_(known.label)}",
            )  # fmt: skip
    chart = Chart(
        key="units", title=_("未整改最多的单位"), kind=ChartKind.ACROSS, unit=_("项"),
        categories=tuple(unit.unit or _("（未填）") for unit in units), series=tuple(series),
    )  # fmt: skip
    return FigureChart(chart=chart, targets=targets)
