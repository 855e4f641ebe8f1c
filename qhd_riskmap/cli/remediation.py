"""The commands on remediation."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from qhd_riskmap.bootstrap import App
from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.remediation.flow import flow
from qhd_riskmap.domain.remediation.lateness import Lateness, LateStage, late_text
from qhd_riskmap.domain.remediation.overview import (
    COUNTS,
    GROUP_KEYS,
    Standing,
    TaskFilter,
    TaskLine,
    roll_up,
)
from qhd_riskmap.domain.remediation.task import PhotoStage, RemediationTask, TaskState
from qhd_riskmap.domain.remediation.task_fields import (
    read_task_texts,
    shown_value,
    task_field,
    task_values,
)
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError, UnreadableFileError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.ledger import LedgerReading
from qhd_riskmap.services.remediation import RemediationService, TaskDossier

Values = Mapping[str, AttributeValue | None]


def list_tasks(options: argparse.Namespace, output: Output) -> int:
    """List tasks, or roll them up."""
    with open_register_app(options) as app:
        lines = app.remediation.tasks(_filter(app, options), on=options.on)
    if options.by is None:
        output.result([line_json(line) for line in lines], _listed(lines))
        return 0
    groups = roll_up(lines, GROUP_KEYS[options.by])
    document = [{"group": name, **_standing_json(found)} for name, found in groups.items()]
    output.result(document, _grouped(groups, options.by))
    return 0


def _filter(app: App, options: argparse.Namespace) -> TaskFilter:
    return TaskFilter(
        states=frozenset(map(TaskState, options.states)),
        counties=frozenset(options.counties),
        types=frozenset(taxonomy().named(key).key for key in options.types),
        units=tuple(options.units),
        stages=frozenset(map(LateStage, options.stages)),
        hazards=frozenset(app.registry.get(each).id for each in options.hazards),
        search=options.search,
        first=options.first,
        last=options.last,
    )


def ledger(options: argparse.Namespace, output: Output) -> int:
    """Write the ledger, or read one back."""
    with open_register_app(options) as app:
        if not (options.read or options.update):
            wanted = _filter(app, options)
            if options.major:
                wanted = replace(wanted, grades=frozenset({HiddenDangerGrade.MAJOR}))
            count = app.ledger.export(options.file, wanted)
            output.result(
                {"files": [str(options.file)], "rows": count},
                [_("{path}：{n} 项。").format(path=options.file, n=count)],
            )
            return 0
        if options.update:
            reading, _changes = app.ledger.update(options.file)
        else:
            reading = app.ledger.read(options.file)
    output.result(reading.to_json(), _compared(reading))
    return 0


def ics(options: argparse.Namespace, output: Output) -> int:
    """Write the deadlines that run and the inspections ahead as a calendar.

    What only tasks have (a state, a number, words) asks for tasks: inspections are left out then.
    """
    of_tasks = (
        options.states, options.units, options.stages, options.hazards, options.search,
        options.first, options.last,
    )  # fmt: skip
    with open_register_app(options) as app:
        wanted = _filter(app, options)
        hazards = HazardFilter(counties=wanted.counties, type_keys=wanted.types)
        visits = options.only == "inspections" or (options.only is None and not any(of_tasks))
        count = app.deadline_calendar.export(
            options.file,
            None if options.only == "inspections" else wanted,
            hazards if visits else None,
        )
    output.result(
        {"files": [str(options.file)], "rows": count},
        [_("{path}：{n} 项。").format(path=options.file, n=count)],
    )
    return 0


def _compared(reading: LedgerReading) -> list[str]:
    lines = []
    for answer in reading.answers:
        where = _("{sheet} 第 {row} 行 {code}").format(
            sheet=answer.sheet, row=answer.row, code=answer.code
        )
        if answer.task is None:
            lines.append(_("{where}：登记库里没有这项整改任务。").format(where=where))
        lines += [
            _("{where} {label}：{before} → {after}").format(
                where=where, label=c.label, before=c.before or "—", after=c.after or "—"
            )
            for c in answer.changes
        ]
        lines += [f"{where}：{refusal}" for refusal in answer.refusals]
    total = _("共 {n} 行，{same} 行没有变化，更新 {updated} 项。")
    return [
        *lines,
        total.format(n=len(reading.answers), same=reading.unchanged, updated=reading.updated),
    ]


def show_task(options: argparse.Namespace, output: Output) -> int:
    """Show one task with its history."""
    with open_register_app(options) as app:
        dossier = app.remediation.dossier(options.task, on=options.on)
    output.result(_dossier_json(dossier), _described(dossier))
    return 0


def remedy(options: argparse.Namespace, output: Output) -> int:
    """Do something with a task."""
    with open_register_app(options) as app:
        service = app.remediation
        number = _done(service, options)
        dossier = service.dossier(number)
    output.result(_dossier_json(dossier), _described(dossier))
    return 0


def workdays(options: argparse.Namespace, output: Output) -> int:
    """Change one day where asked to, count where asked to, list the office's own days."""
    if (options.start is None) != (options.days is None):
        raise InvalidInputError(_("--from 和 --days 要同用。"))
    if options.note and options.set is None:
        raise InvalidInputError(_("--note 要与 --set 同用。"))
    with open_register_app(options) as app:
        if options.set is not None:
            _set_day(app, options.set, options.note)
        own, calendar = app.work_calendar.own_days(), app.work_calendar.calendar()
    document: dict[str, Any] = {
        "days": [
            {"day": day.day.isoformat(), "working": day.working, "note": day.note} for day in own
        ],
        "years": sorted(calendar.years),
    }
    lines = [f"{d.day.isoformat()} {_('上班') if d.working else _('放假')} {d.note}" for d in own]
    if options.start is not None:
        end = calendar.after(options.start, options.days)
        known = calendar.knows(options.start, end)
        document |= {"end": end.isoformat(), "known": known}
        lines.append(end.isoformat())
        if not known:
            lines.append(_("其中有的年份还没有放假通知，只按星期计算。"))
    output.result(document, lines)
    return 0


def _set_day(app: App, given: Sequence[str], note: str) -> None:
    text, kind = given
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(_("“{text}”不是日期，应为 2014-03-05").format(text=text)) from error
    if kind == "default":
        app.work_calendar.clear(day)
    elif kind in {"work", "off"}:
        app.work_calendar.set(day, working=kind == "work", note=note)
    else:
        raise InvalidInputError(_("“{text}”应为 work、off 或 default。").format(text=kind))


def _done(service: RemediationService, options: argparse.Namespace) -> str:
    """Do it; the number of the task."""
    target: str = options.target
    match options.action:
        case "new":
            return service.create(target, _values(service, options), on=options.on)[0].number
        case "edit":
            return service.update(target, _values(service, options))[0].number
        case "note":
            task, _changes = service.note(
                target, options.text, percent=options.percent, on=options.on
            )
            return task.number
        case "file":
            _attach(service, options)
        case "remove":
            service.remove(target)
        case "restore":
            service.restore(target)
        case move:
            return service.move(target, move, _values(service, options), on=options.on)[0].number
    return target


def _attach(service: RemediationService, options: argparse.Namespace) -> None:
    if options.file is None:
        raise InvalidInputError(_("请用 --file 指明照片或文件。"))
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            _("读不了文件“{name}”。").format(name=options.file), detail=str(error)
        ) from error
    service.attach(options.target, PhotoStage(options.stage), options.file.name, content)


def _values(service: RemediationService, options: argparse.Namespace) -> Values:
    """``KEY=text`` pairs as typed values; an empty text empties the field.

    Raises:
        InvalidInputError: A pair is none, a key is unknown or a text cannot be read; all at once.
    """
    texts: dict[str, str] = {}
    for pair in options.values:
        key, sign, text = pair.partition("=")
        if not sign:
            raise InvalidInputError(_("“{text}”应写成 栏目=内容。").format(text=pair))
        texts[task_field(key.strip()).key] = text.strip()
    start = options.on or service.today()
    read = {key: service.resolved_day(text, start) for key, text in texts.items()}
    values, bad = read_task_texts(read)
    if bad:
        raise InvalidInputError("".join(bad))
    return values


# --- answers --------------------------------------------------------------------------------------


def line_json(line: TaskLine) -> dict[str, Any]:
    """The object of the command-line contract."""
    task = line.task
    return {
        "id": str(task.id),
        "number": task.number,
        "state": task.state.value,
        "hazard": str(task.hazard_id),
        "code": line.code,
        "name": line.name,
        "type": line.type_key,
        "county": line.county,
        "unit": line.unit,
        "files": line.files,
        "late": _late_json(line.late),
        **_task_json(task),
    }


def _task_json(task: RemediationTask) -> dict[str, Any]:
    days = ("since", "registered_on", "assigned_on", "started_on", "accepted_on", "closed_on")
    found = {name: getattr(task, name) for name in days}
    return {
        **task_values(task),
        **{name: day.isoformat() if day else None for name, day in found.items()},
        "suspended": task.suspended,
        "percent": task.percent,
        "revision": task.revision,
        "batch": str(task.batch_id) if task.batch_id else None,
        "removed": task.deleted_at is not None,
    }


def _late_json(late: Lateness) -> dict[str, Any]:
    proposed = late.supervision.value if late.supervision else None
    return {
        "stage": late.stage.value, "days": late.days, "step": late.step, "supervision": proposed,
    }  # fmt: skip


def _standing_json(found: Standing) -> dict[str, Any]:
    return {
        "total": found.total,
        "open": found.open,
        "states": {state.value: n for state, n in found.states.items()},
        "stages": {stage.value: n for stage, n in found.stages.items()},
        "late": _late_json(found.late),
    }


def _dossier_json(dossier: TaskDossier) -> dict[str, Any]:
    return {
        **line_json(dossier.line),
        "moves": [move.key for move in dossier.moves],
        "events": [
            {
                "kind": event.kind.value, "move": event.move, "before": event.before.value,
                "after": event.after.value, "on": event.on.isoformat(), "percent": event.percent,
                "text": event.text, "detail": dict(event.detail),
                "at": event.recorded_at.isoformat() if event.recorded_at else None,
                "by": event.recorded_by,
            }
            for event in dossier.events
        ],
        "photos": [
            {"id": str(f.id), "stage": f.stage.value, "name": f.name, "sha256": f.sha256}
            for f in dossier.files
        ],
    }  # fmt: skip


def _listed(lines: Sequence[TaskLine]) -> list[str]:
    head = [_("整改编号"), _("状态"), _("时限"), _("逾期"), _("隐患"), _("责任单位"), _("隐患描述")]
    rows = [
        [
            line.task.number, _(line.task.state.label),
            line.task.deadline.isoformat() if line.task.deadline else "",
            late_text(line.late), line.name, line.unit, line.task.problem[:30],
        ]
        for line in lines
    ]  # fmt: skip
    return [*columns([head, *rows]), _("共 {n} 项。").format(n=len(lines))]


def _grouped(groups: Mapping[str, Standing], by: str) -> list[str]:
    head = [_("分组"), *(_(title) for title, _count in COUNTS)]
    rows = [
        [
            _(regions().get(name).name) if by == "county" else name or _("（未填）"),
            *(str(count(found)) for _title, count in COUNTS),
        ]
        for name, found in groups.items()
    ]
    return columns([head, *rows])


def _described(dossier: TaskDossier) -> list[str]:
    line, task = dossier.line, dossier.line.task
    lines = [
        f"{task.number} {_(task.state.label)} {late_text(line.late)}",
        f"{line.name}（{line.code}）",
    ]
    for key, value in task_values(task).items():
        if value is not None:
            lines.append(f"{_(task_field(key).label)}：{shown_value(key, value)}")
    for event in dossier.events:
        known = flow().moves.get(event.move)
        move = known.label if known is not None else event.kind.label
        lines.append(f"{event.on.isoformat()} {_(move)} {event.text} {event.recorded_by}".rstrip())
    if dossier.moves:
        possible = "、".join(f"{move.key} {_(move.label)}" for move in dossier.moves)
        lines.append(_("可办理：{moves}。").format(moves=possible))
    return lines
