"""The commands on inspections."""

from __future__ import annotations

import argparse
from datetime import timedelta

from qhd_riskmap.bootstrap import App
from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.inspection.record import Finding, Inspection, InspectionResult
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.inspection_returns import ReturnState


def list_due(options: argparse.Namespace, output: Output) -> int:
    """List what is due on a day, in the order of a round where a start is given."""
    wanted = _wanted(options)
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


def _wanted(options: argparse.Namespace) -> HazardFilter:
    return HazardFilter(
        counties=frozenset(options.counties),
        levels=frozenset(map(RiskLevel, options.levels)),
        type_keys=frozenset(taxonomy().named(key).key for key in options.types),
    )


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


def plan_round(options: argparse.Namespace, output: Output) -> int:
    """Plan a round, or take one planned before, and write its paper."""
    with open_register_app(options) as app:
        identity = options.id or _planned(options, app)
        paper = app.rounds.paper(identity)
        for path in options.files:
            app.rounds.write(identity, path)
    planned = paper.planned
    document = {
        "id": planned.id, "on": planned.on.isoformat(), "by": planned.inspector,
        "route_m": planned.route_m, "files": [str(path) for path in options.files],
        "stops": [
            {
                "number": stop.number, "sheet": stop.sheet, "id": str(stop.hazard.id),
                "code": stop.hazard.code, "name": stop.hazard.name, "leg_m": stop.leg_m,
                "due": stop.due.isoformat(),
            }
            for stop in paper.stops
        ],
    }  # fmt: skip
    lines = [f"{stop.sheet} {stop.hazard.code} {stop.hazard.name}" for stop in paper.stops]
    km = planned.route_m / 1000
    lines.append(_("路线全长 {km:.1f} 千米（直线距离，返回起点）。").format(km=km))
    output.result(document, [*lines, *map(str, options.files)])
    return 0


def _planned(options: argparse.Namespace, app: App) -> str:
    if options.on is None or options.start is None:
        raise InvalidInputError(_("排路线要写明 --on 日期和 --start 起点。"))
    start = _start(options.start)
    hazards = list(options.hazards)
    if not hazards:
        until = options.on + timedelta(days=options.ahead or 0)
        found = app.inspections.due(options.on, _wanted(options), until=until)
        hazards = [str(each.hazard.id) for each in found]
    planned, _changes = app.rounds.plan(
        hazards, start=start, on=options.on, inspector=options.by, phone=options.phone
    )
    return planned.id


def take_back(options: argparse.Namespace, output: Output) -> int:
    """Read a workbook of a round that came back; 2 where a row is wrong."""
    with open_register_app(options) as app:
        service = app.inspection_returns
        reading = service.read(options.file) if options.dry_run else service.take(options.file)[0]
    counts = _(
        "可登记 {new}，已登记过 {recorded}，没有填写 {empty}，有错误 {wrong}；登记了 {taken} 次检查。"
    )
    told = {state.value: reading.count(state) for state in ReturnState}
    lines = [counts.format(**told, taken=reading.taken)]
    lines += [f"{issue.cell} {issue.message}" for issue in reading.issues]
    output.result(reading.to_json(), lines)
    return 2 if reading.issues else 0


def attach_scans(options: argparse.Namespace, output: Output) -> int:
    """Hang scanned sheets on their inspections; 2 where a page stays over."""
    with open_register_app(options) as app:
        service = app.inspection_returns
        if options.dry_run:
            pages, added = service.match(options.files), 0
        else:
            pages, added, _changes = service.attach(options.files)
    lines = [_("附上 {n} 页。").format(n=added)]
    for each in pages:
        where = _("{file} 第 {n} 页").format(file=each.page.file, n=each.page.number)
        lines.append(f"{where}：{_(each.state.label)} {each.sheet} {each.why}".rstrip())
    output.result({"attached": added, "pages": [each.to_json() for each in pages]}, lines)
    return 2 if any(each.why for each in pages) else 0
