"""The command on the list of risk points."""

from __future__ import annotations

import argparse

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.domain.hazard import HazardStatus
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.risk_list import RiskFilter
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _
from qhd_riskmap.services.risk_list import RiskReading


def risk_list(options: argparse.Namespace, output: Output) -> int:
    """Write the list, or read one back."""
    with open_register_app(options) as app:
        if options.update:
            reading, _changes = app.risk_list.update(options.file)
        elif options.read:
            reading = app.risk_list.read(options.file)
        else:
            count = app.risk_list.export(options.file, _filter(options))
            output.result(
                {"files": [str(options.file)], "rows": count},
                [_("{path}：{n} 处。").format(path=options.file, n=count)],
            )
            return 0
    output.result(reading.to_json(), _compared(reading))
    return 0


def _filter(options: argparse.Namespace) -> RiskFilter:
    return RiskFilter(
        counties=frozenset(regions().get(code).code for code in options.counties),
        types=frozenset(taxonomy().named(key).key for key in options.types),
        levels=frozenset(map(RiskLevel, options.levels)),
        states=frozenset(map(HazardStatus, options.states)),
        first=options.first,
        last=options.last,
    )


def _compared(reading: RiskReading) -> list[str]:
    lines = []
    for answer in reading.answers:
        where = _("{sheet} 第 {row} 行 {code}").format(
            sheet=answer.sheet, row=answer.row, code=answer.code
        )
        if answer.hazard is None:
            lines.append(_("{where}：登记库里没有这处隐患。").format(where=where))
        for change in answer.changes:
            said = _("{where} {label}：{before} → {after}").format(
                where=where, label=change.label, before=change.before or "—",
                after=change.after or "—",
            )  # fmt: skip
            lines.append(f"{said} {change.refusal}".rstrip())
    total = _("共 {n} 行，{same} 行没有变化，更新 {updated} 处。")
    return [
        *lines,
        total.format(n=len(reading.answers), same=reading.unchanged, updated=reading.updated),
    ]
