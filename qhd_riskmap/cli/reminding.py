"""The commands of the deadline clock."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.remediation.notices import Notice
from qhd_riskmap.domain.remediation.receipts import ReceiptStatus
from qhd_riskmap.i18n import _
from qhd_riskmap.services.deadline_notices import step_label


def remind(options: argparse.Namespace, output: Output) -> int:
    """Make the notices of a day."""
    on: date = options.on or date.today()  # noqa: DTZ011 - the office's own day
    with open_register_app(options) as app:
        found = app.notices.make(on, options.out)
    document = {
        "on": on.isoformat(),
        "made": [_json(each, found.documents[each.number]) for each in found.made],
        "already": [_json(each, found.documents[each.number]) for each in found.already],
        "files": [str(path) for path in found.files],
    }
    lines = [
        _("{number} {unit} {step}：{n} 项").format(
            number=each.number, unit=each.content["unit"], step=each.content["step"],
            n=each.content["count"],
        )
        for each in found.made
    ]  # fmt: skip
    if found.already:
        lines.append(_("这一天已有 {n} 份通知，没有重复生成。").format(n=len(found.already)))
    lines.append(_("新生成 {n} 份通知。").format(n=len(found.made)))
    output.result(document, lines)
    return 0


def receipt(options: argparse.Namespace, output: Output) -> int:
    """Take receipts that came back, or only look at them."""
    with open_register_app(options) as app:
        service = app.receipts
        if options.check:
            readings = [service.read(path) for path in options.files]
        else:
            readings = [reading for reading, _changes in service.take_all(options.files)]
    lines = []
    for reading in readings:
        for answer in reading.answers:
            if answer.reasons:
                where = _("{file} {sheet} 第 {row} 行").format(
                    file=reading.file.name, sheet=answer.line.sheet, row=answer.line.row
                )
                lines.append(f"{where}：{''.join(answer.reasons)}")
        counts = [f"{_(status.label)} {reading.count(status)}" for status in ReceiptStatus]
        lines.append(f"{reading.file.name}：{'，'.join(counts)}")
    output.result([reading.to_json() for reading in readings], lines)
    return 0


def notices(options: argparse.Namespace, output: Output) -> int:
    """List the notices that were made, with what was signed for."""
    with open_register_app(options) as app:
        found = [n for n in app.receipts.notices() if n.open or not options.open]
    document = [
        {
            "number": n.number, "title": n.title, "unit": n.unit, "step": n.step,
            "dated": n.dated.isoformat(), "tasks": list(n.tasks), "signed": sorted(n.signed),
        }
        for n in found
    ]  # fmt: skip
    head = [_("通知编号"), _("日期"), _("责任单位"), _("档次"), _("任务"), _("已签收")]
    rows = [
        [
            n.number, n.dated.isoformat(), n.unit, step_label(n.step), str(len(n.tasks)),
            str(len(n.signed)),
        ]
        for n in found
    ]  # fmt: skip
    output.result(document, [*columns([head, *rows]), _("共 {n} 份通知。").format(n=len(found))])
    return 0


def _json(notice: Notice, path: Path) -> dict[str, Any]:
    keys = ("number", "deadline", "days", "due_on", "covers", "supervision")
    return {
        "number": notice.number,
        "unit": notice.unit,
        "step": notice.step,
        "tasks": [{key: task[key] for key in keys} for task in notice.content["tasks"]],
        "file": str(path),
    }
