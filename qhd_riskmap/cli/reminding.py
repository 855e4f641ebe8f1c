"""The command of the deadline clock."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.domain.remediation.notices import Notice
from qhd_riskmap.i18n import _


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


def _json(notice: Notice, path: Path) -> dict[str, Any]:
    keys = ("number", "deadline", "days", "due_on", "covers", "supervision")
    return {
        "number": notice.number,
        "unit": notice.unit,
        "step": notice.step,
        "tasks": [{key: task[key] for key in keys} for task in notice.content["tasks"]],
        "file": str(path),
    }
