"""The command on statistics."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from qhd_riskmap.bootstrap import App
from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.cell_mapping import CellMapping, label_of
from qhd_riskmap.domain.figure_overview import COUNTY_FIGURES, UNIT_FIGURES, FigureOverview
from qhd_riskmap.domain.figures import (
    FIGURES,
    Dimension,
    Figure,
    FigureScope,
    Measured,
    figure,
    month_of,
    shown_value,
    value_of,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.figure_charts import figure_charts
from qhd_riskmap.services.public_figures import PublicFigures


def figures(options: argparse.Namespace, output: Output) -> int:
    """All figures, the rows behind one, or the public numbers."""
    if options.at and not options.rows:
        raise InvalidInputError(_("--at 要与 --rows 同用。"))
    if (options.out is None) != (options.chart is None):
        raise InvalidInputError(_("--chart 与 --out 要同用。"))
    document: Any
    with open_register_app(options) as app:
        scope = scope_of(app, options)
        if options.chart:
            charts = {each.chart.key: each for each in figure_charts(app.figures.overview(scope))}
            path = app.chart_files.write(charts[options.chart].chart, options.out)
            document, lines = {"files": [str(path)]}, [str(path)]
        elif options.rows:
            rows = app.figures.members(options.rows, scope, _cell(options.at))
            known = figure(options.rows)
            document = {
                "figure": known.key, "population": known.population.value, "rows": list(rows),
            }  # fmt: skip
            lines = [*rows, _("共 {n} 条。").format(n=len(rows))]
        elif options.public:
            found = app.public_figures.table(scope)
            document, lines = _public_json(found, scope.on), _public_lines(found)
        else:
            overview = app.figures.overview(scope)
            document, lines = overview_json(overview), _lines(overview)
    output.result(document, lines)
    return 0


def fill_form(options: argparse.Namespace, output: Output) -> int:
    """Fill somebody else's workbook."""
    with open_register_app(options) as app:
        forms, file = app.summary_forms, Path(options.cells)
        if file.suffix and file.is_file():
            cells = forms.read_file(file)
        else:
            cells = forms.mapping(options.cells).cells
        filled = forms.fill(options.workbook, options.out, cells, scope_of(app, options))
    output.result(
        {
            "files": [str(options.out)],
            "cells": [
                {"sheet": each.cell.sheet, "cell": each.cell.cell, "text": each.text}
                for each in filled
            ],
        },
        [
            *(f"{each.cell.place} {each.text}" for each in filled),
            _("{path}：填写了 {n} 个单元格。").format(path=options.out, n=len(filled)),
        ],
    )
    return 0


def report(options: argparse.Namespace, output: Output) -> int:
    """Write the monthly report."""
    with open_register_app(options) as app:
        out = app.monthly_report.write(scope_of(app, options), options.out, options.template)
    output.result({"files": [str(out)]}, [str(out)])
    return 0


def form_cells(options: argparse.Namespace, output: Output) -> int:
    """List, keep, hand on or delete cell mappings."""
    if not options.name and (options.save or options.export or options.remove):
        raise InvalidInputError(_("请写明对应关系的名称。"))
    with open_register_app(options) as app:
        forms = app.summary_forms
        if options.save:
            forms.save(options.name, forms.read_file(options.save))
        elif options.export:
            forms.write_file(options.name, options.export)
        elif options.remove:
            forms.remove(options.name)
        shown = options.name and not options.remove
        known = [forms.mapping(options.name)] if shown else forms.mappings()
    output.result([_mapping_json(each) for each in known], _mapping_lines(known))
    return 0


def _mapping_json(mapping: CellMapping) -> dict[str, Any]:
    return {
        "name": mapping.name,
        "cells": [cell.to_json() for cell in mapping.cells],
        "updated_at": mapping.updated_at.isoformat() if mapping.updated_at else None,
        "updated_by": mapping.updated_by,
    }


def _mapping_lines(known: list[CellMapping]) -> list[str]:
    lines = []
    for mapping in known:
        lines.append(_("{name}：{n} 个单元格").format(name=mapping.name, n=len(mapping.cells)))
        rows = [
            [
                cell.place, _(label_of(cell.figure)), cell.county, cell.type_key,
                _(cell.level.label) if cell.level else "", str(cell.back or ""),
            ]
            for cell in mapping.cells
        ]  # fmt: skip
        lines += columns(rows)
    return lines or [_("没有对应关系。")]


def scope_of(app: App, options: argparse.Namespace) -> FigureScope:
    """What the options ask for."""
    day = month_of(options.month) if options.month else options.on or app.figures.today()
    return FigureScope(
        on=day,
        counties=frozenset(regions().get(code).code for code in options.counties),
        types=frozenset(taxonomy().named(key).key for key in options.types),
        levels=frozenset(map(RiskLevel, options.levels)),
        first=options.first,
        last=options.last,
    )


def _cell(pairs: list[str]) -> dict[Dimension, str]:
    found: dict[Dimension, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or name not in set(Dimension):
            raise InvalidInputError(
                _("“{text}”应写成 维度=值。").format(text=pair),
                hint=_("维度可用：{names}。").format(names="、".join(Dimension)),
            )
        key, text = Dimension(name), value.strip()
        if key is Dimension.LEVEL and text not in {"0", "1", "2", "3", "4"}:
            raise InvalidInputError(_("等级应为 1 至 4，未评级为 0。"))
        if key is Dimension.DAY:
            text = _day(text)
        found[key] = text
    return found


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InvalidInputError(_("“{text}”不是日期。").format(text=text)) from error


def _value_json(known: Figure, measured: Measured) -> dict[str, Any]:
    return {"value": value_of(known, measured), "n": measured.n, "part": measured.part}


def overview_json(overview: FigureOverview) -> dict[str, Any]:
    """The document of the command-line contract."""
    return {
        "on": overview.scope.on.isoformat(),
        "figures": [
            {
                "key": key,
                "label": known.label,
                "unit": known.unit,
                "definition": known.definition,
                **_value_json(known, overview.of_day(key)),
                "before": overview.change(key).before,
            }
            for key, known in FIGURES.items()
        ],
        "counties": [
            {
                "county": code,
                **{
                    key: value_of(FIGURES[key], overview.of_day(key, county=code))
                    for key in COUNTY_FIGURES
                },
            }
            for code in overview.counties()
        ],
        "graded": [
            {"county": county, "type": type_key, "level": _level_word(level), "n": part.n}
            for (day, county, type_key, level), part in sorted(overview.graded.items())
            if day == overview.scope.on.isoformat()
        ],
        "trend": [
            {
                "day": day.isoformat(),
                **{
                    key: value_of(known, overview.of_day(key, day))
                    for key, known in FIGURES.items()
                },
            }
            for day in overview.days
        ],
        "units": [
            {
                "unit": each.unit,
                **{key: value_of(FIGURES[key], each.figures[key]) for key in UNIT_FIGURES},
            }
            for each in overview.top_units("open")
        ],
    }


def _level_word(rank: str) -> str | None:
    return RiskLevel.from_rank(int(rank)).value if rank != "0" else None


def _county(code: str) -> str:
    return _(regions().get(code).name) if code else _("（未填）")


def _lines(overview: FigureOverview) -> list[str]:
    head = [_("指标"), _("数值"), _("上月同日"), _("口径")]
    rows = [head]
    for key, known in FIGURES.items():
        change = overview.change(key)
        rows.append([
            _(known.label), shown_value(known, change.now), shown_value(known, change.before),
            _(known.definition),
        ])  # fmt: skip
    named = [FIGURES[key] for key in COUNTY_FIGURES]
    table = [[_("县区"), *(_(known.label) for known in named)]]
    table += [
        [
            _county(code),
            *(
                shown_value(known, value_of(known, overview.of_day(known.key, county=code)))
                for known in named
            ),
        ]
        for code in overview.counties()
    ]
    day = _("统计日：{day}").format(day=overview.scope.on.isoformat())
    return [day, *columns(rows), "", *columns(table)]


def _public_json(found: PublicFigures, on: date) -> dict[str, Any]:
    return {
        "on": on.isoformat(),
        "hazards": [_count_json(count) for count in found.hazards],
        "tasks": [_count_json(count) for count in found.tasks],
        "withheld": found.withheld,
        "k": found.k,
    }


def _count_json(count: PublicCount) -> dict[str, Any]:
    return {
        "area": count.area_code, "name": count.area_name, "key": count.type_key,
        "level": count.level.value if count.level else None, "n": count.n, "merged": count.merged,
    }  # fmt: skip


def _public_lines(found: PublicFigures) -> list[str]:
    rows = [[_("县区"), _("内容"), _("等级"), _("数量"), _("说明")]]
    for count in (*found.hazards, *found.tasks):
        known = FIGURES.get(count.type_key)
        label = known.label if known else taxonomy().get(count.type_key).label
        rows.append([
            _(count.area_name), _(label), _(count.level.label) if count.level else "", str(count.n),
            _("未单列各处的合计") if count.merged else "",
        ])  # fmt: skip
    note = _("少于 {k} 的数已合并；不宜公开的隐患不计，因此与内部统计不同。")
    return [*columns(rows), note.format(k=found.k)]
