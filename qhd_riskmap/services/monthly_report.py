"""The monthly report: the figures of a month's last day as a document in the form of official papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from qhd_riskmap.cartography.map_picture import map_picture
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.figure_overview import COUNTY_FIGURES, FigureOverview
from qhd_riskmap.domain.figures import FIGURES, FigureScope, Measured, shown_value, value_of
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import regions
from qhd_riskmap.formats.charts import chart_file
from qhd_riskmap.formats.document_template import FOLDER_NAME, Picture, fill, template_path
from qhd_riskmap.formats.output_file import require_document_path
from qhd_riskmap.i18n import _
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.services.figure_charts import figure_charts
from qhd_riskmap.services.figure_tables import (
    RANKS,
    change_text,
    county_name,
    month_name,
    rank_label,
)
from qhd_riskmap.services.figures import FigureService
from qhd_riskmap.services.history import HistoryService
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.storage.engine import Register

TEMPLATE: Final = "monthly_report.docx"
OWN_TEMPLATE: Final = "月报.docx"
_MAP_MM: Final = (150.0, 120.0)
_CHART_MM: Final = (152.0, 76.0)
_MONTH_KEYS: Final = ("new", "done", "open", "late", "rate")
_UNIT_KEYS: Final = ("open", "late", "rate")
QUIET: Final[JobContext] = SilentJob()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    office: Office
    overview: FigureOverview
    table: FeatureTable
    today: date


class MonthlyReport:
    """Use cases of the monthly report, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    @property
    def templates(self) -> Path:
        """Folder where the office keeps templates of its own: beside the register."""
        return self._register.path.parent / FOLDER_NAME

    def write(
        self, scope: FigureScope, out: Path, template: Path | None = None, job: JobContext = QUIET
    ) -> Path:
        """Write the report of a day, usually the last one of a month; where it was written.

        Args:
            scope: What is counted, and the day.
            out: Ends with docx.
            template: A Word template to use; None takes the office's own or the shipped one.
            job: Told of the steps; may stop the work.

        Raises:
            UnreadableFileError: The template cannot be used; says where and why.
            OutputFileError: The file cannot be written, or is none for a report.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, out)
        require_document_path(out, (".docx",))
        values = self.values(scope, job)
        fill(template or template_path(TEMPLATE, self.templates, OWN_TEMPLATE), values, out)
        with self._register.unit_of_work() as work:
            record_export(work, self._actor, [out], name=out.name, kind="report", count=1)
        return out

    def values(self, scope: FigureScope, job: JobContext = QUIET) -> dict[str, Any]:
        """The placeholders of the template with their values."""
        self._actor.require(Permission.READ)
        job.advance(0, 3, _("统计"))
        overview = FigureService(self._register, self._actor).overview(scope)
        job.advance(1, 3, _("地图"))
        with self._register.unit_of_work() as work:
            office = work.office.load()
        material = _Material(
            office=office, overview=overview, table=self._hazards(scope), today=self._today()
        )
        found = _values(material)
        job.advance(2, 3, _("成文"))
        return found

    def _hazards(self, scope: FigureScope) -> FeatureTable:
        """The hazards of the day at their levels of the day, to be drawn."""
        past = HistoryService(self._register, self._actor).past()
        _present, levels = past.timeline.at(scope.on)
        members = set(FigureService(self._register, self._actor).members("hazards", scope))
        kept = np.array([each in members for each in past.table.ids.tolist()], dtype=bool)
        return replace(past.table.take(kept), levels=levels[kept])


def _values(material: _Material) -> dict[str, Any]:
    overview = material.overview
    day = overview.scope.on
    month = _("{year}年{month}月").format(year=day.year, month=day.month)
    picture = map_picture(material.table, *_MAP_MM)
    return {
        "office": material.office.unit or _("（单位名称）"),
        "title": _("{month}风险隐患排查治理情况报告").format(month=month),
        "number": "",
        "month": month,
        "day": written_day(day),
        "today": written_day(material.today),
        "area": _area(overview, material.office),
        "summary": _summary(overview),
        "remediation": _remediation(overview),
        "problems": _problems(overview),
        "figures": [_figure(overview, key) for key in FIGURES],
        "counties": [_county(overview, code) for code in overview.counties()],
        "levels": [_levels(overview, code) for code in (*overview.counties(), None)],
        "months": [_month(overview, each) for each in overview.days],
        "units": _units(overview),
        "charts": [
            {
                "title": each.chart.title,
                "picture": Picture(
                    content=chart_file(each.chart, *_CHART_MM, "png"), width_mm=_CHART_MM[0]
                ),
            }
            for each in figure_charts(overview)
        ],
        "map": Picture(content=picture, width_mm=_MAP_MM[0]),
        "map_title": _("风险隐患分布示意图（截至{day}）").format(day=written_day(day)),
    }


def written_day(day: date) -> str:
    """A day as official papers write it.

    >>> written_day(date(2026, 10, 3))
    '2026年10月3日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def _area(overview: FigureOverview, office: Office) -> str:
    names = [_(regions().get(code).name) for code in sorted(overview.scope.counties)]
    return "、".join(names) or (_(regions().get(office.division).name) if office.division else "")


def _shown(overview: FigureOverview, key: str) -> str:
    return _told(key, overview.of_day(key))


def _told(key: str, measured: Measured) -> str:
    known = FIGURES[key]
    return _on_paper(shown_value(known, value_of(known, measured)))


def _on_paper(text: str) -> str:
    """Narrow columns break at blanks."""
    return text.replace(" %", "%")


def _summary(overview: FigureOverview) -> str:
    change = overview.change("hazards").difference or 0
    levels = "、".join(
        _("{label} {n} 处").format(label=rank_label(rank), n=overview.hazards(rank=rank))
        for rank in RANKS
    )
    return _("截至{day}，在册风险隐患 {n} 处，其中{levels}；比上月同日{change}。").format(
        day=written_day(overview.scope.on), n=_shown(overview, "hazards"), levels=levels,
        change=_changed(change),
    )  # fmt: skip


def _changed(change: float) -> str:
    if not change:
        return _("没有增减")
    words = _("增加 {n} 处") if change > 0 else _("减少 {n} 处")
    return words.format(n=f"{abs(change):,.0f}")


def _remediation(overview: FigureOverview) -> str:
    return _(
        "应整改 {tasks} 项，已整改 {finished} 项，整改率 {rate}；未整改 {open} 项，其中逾期 {late} 项；按期率 {on_time_rate}，"
        "平均整改 {mean_days} 天。本月新增 {new} 项，完成 {done} 项。重大隐患 {major} 项，其中未整改 {major_open} 项。"
    ).format(**{key: _shown(overview, key) for key in FIGURES})


def _problems(overview: FigureOverview) -> str:
    late = overview.top_units("late", 3)
    if not late:
        return _("没有逾期未整改的任务。")
    names = "、".join(
        _("{unit}（{n} 项）").format(
            unit=each.unit or _("未写责任单位的"), n=each.figures["late"].n
        )
        for each in late
    )
    return _("逾期未整改的任务较多的单位：{names}。").format(names=names)


def _figure(overview: FigureOverview, key: str) -> dict[str, str]:
    known, change = FIGURES[key], overview.change(key)
    return {
        "label": _(known.label),
        "value": _on_paper(shown_value(known, change.now)),
        "before": _on_paper(shown_value(known, change.before)),
        "change": _on_paper(change_text(known, change)),
        "unit": _(known.unit),
        "definition": _(known.definition),
    }


def _county(overview: FigureOverview, code: str) -> dict[str, str]:
    return {
        "name": county_name(code),
        **{key: _told(key, overview.of_day(key, county=code)) for key in COUNTY_FIGURES},
    }


def _levels(overview: FigureOverview, code: str | None) -> dict[str, str]:
    names = ("red", "orange", "yellow", "blue", "ungraded")
    counts = {
        name: str(overview.hazards(county=code, rank=rank))
        for name, rank in zip(names, RANKS, strict=True)
    }
    name = county_name(code) if code is not None else _("合计")
    return {"name": name, **counts, "total": str(overview.hazards(county=code))}


def _month(overview: FigureOverview, day: date) -> dict[str, str]:
    return {
        "name": month_name(day),
        "hazards": str(overview.of_day("hazards", day).n),
        **{key: _told(key, overview.of_day(key, day)) for key in _MONTH_KEYS},
    }


def _units(overview: FigureOverview) -> list[Mapping[str, str]]:
    return [
        {
            "name": each.unit or _("（未填）"),
            **{key: _told(key, each.figures[key]) for key in _UNIT_KEYS},
        }
        for each in overview.top_units("open")
    ]
