"""The commands on inspections."""

from __future__ import annotations

import argparse
from datetime import timedelta

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.inspection.record import Finding, Inspection, InspectionResult
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _


def list_due(options: argparse.Namespace, output: Output) -> int:
    """List what is due on a day, in the order of a round where a start is given."""
    wanted = HazardFilter(
        counties=frozenset(options.counties),
        levels=frozenset(map(RiskLevel, options.levels)),
        type_keys=frozenset(taxonomy().get(key).key for key in options.types),
    )
    start = None if options.route is None else _start(options.route)
    metres = None
    with open_register_app(options) as app:
        until = None if options.ahead is None else options.on + timedelta(days=options.ahead)
        found = app.inspections.due(options.on, wanted, until=until)
        if start is not None:
            found, metres = app.inspections.route(start, found)
    rows = [
        {
            "id": str(each.hazard.id), "code": each.hazard.code, "name": each.hazard.name,
            "type": each.hazard.type_key, "county": each.hazard.county,
            "level": each.hazard.level.value if each.hazard.level else None,
            "last": each.last.isoformat(), "due": each.due.isoformat(), "season": each.season,
            "stage": each.stage.value, "days_late": each.days_late, "inspector": each.inspector,
            "position": list(each.hazard.anchor()),
        }
        for each in found
    ]  # fmt: skip
    lines = [f"{row['due']} {row['code']} {row['name']} {row['season']}".rstrip() for row in rows]
    if metres is not None:
        lines.append(_("路线全长 {km:.1f} 千米（直线距离，返回起点）。").format(km=metres / 1000))
    output.result({"due": rows, "route_m": metres}, lines)
    return 0


def _start(text: str) -> tuple[float, float]:
    try:
        lon, lat = map(float, text.split(","))
    except ValueError as error:
        raise InvalidInputError(_("起点应写成“经度,纬度”，例如 119.6,39.93。")) from error
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004 - degrees
        raise InvalidInputError(_("起点 {text} 不是经度和纬度。").format(text=text))
    return lon, lat


def inspect(options: argparse.Namespace, output: Output) -> int:
    """Record an inspection."""
    with open_register_app(options) as app:
        told = Inspection(
            on=options.on, inspector=options.by, phone=options.phone, note=options.note, result=InspectionResult(options.result),
        )  # fmt: skip
        done, tasks, _changes = app.inspections.record(
            options.hazard,
            told,
            [Finding(problem=text) for text in options.findings],
            options.photos,
        )
    document = {
        "id": str(done.id), "hazard": str(done.hazard_id), "on": done.on.isoformat(),
        "by": done.inspector, "result": done.result.value, "tasks": [task.number for task in tasks],
    }  # fmt: skip
    lines = [f"{done.on.isoformat()} {_(done.result.label)}"]
    output.result(document, [*lines, *(f"{task.number} {task.problem}" for task in tasks)])
    return 0
