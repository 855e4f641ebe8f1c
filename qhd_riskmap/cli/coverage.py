"""The command on survey coverage."""

from __future__ import annotations

import argparse
from typing import Any

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.coverage import CoverageCell, CoverageState, coverage_rules
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _


def coverage(options: argparse.Namespace, output: Output) -> int:
    """Record one cell where asked to, then show the matrix."""
    if options.set is None and (options.on or options.by or options.note):
        raise InvalidInputError(_("--on、--by、--note 要与 --set 同用。"))
    with open_register_app(options) as app:
        if options.set is not None:
            area, type_key, state = options.set
            app.coverage.record(
                area, type_key, _state(state), on=options.on, by=options.by, note=options.note
            )
        rows = app.coverage.matrix()
    known = coverage_rules()
    document = {
        "stale_after_months": known.stale_after_months,
        "basis": known.basis,
        "cells": [_cell(cell) for row in rows for cell in row],
    }
    output.result(document, _described(rows))
    return 0


def _state(text: str) -> CoverageState:
    try:
        return CoverageState(text)
    except ValueError as error:
        raise InvalidInputError(
            _("没有“{text}”这种排查状态。").format(text=text),
            hint=_("可用：{codes}。").format(
                codes="、".join(state.value for state in CoverageState)
            ),
        ) from error


def _cell(cell: CoverageCell) -> dict[str, Any]:
    entry = cell.entry
    return {
        "area": cell.area.code,
        "name": cell.area.name,
        "county": cell.area.county,
        "type": cell.type_key,
        "standing": cell.standing.value,
        "found": cell.found,
        "contradicted": cell.contradicted,
        "surveyed_on": entry.surveyed_on.isoformat() if entry and entry.surveyed_on else None,
        "surveyed_by": entry.surveyed_by if entry else "",
        "note": entry.note if entry else "",
        "recorded_at": entry.recorded_at.isoformat() if entry and entry.recorded_at else None,
        "recorded_by": entry.recorded_by if entry else "",
    }


def _described(rows: list[list[CoverageCell]]) -> list[str]:
    """One line per cell; sixteen types side by side would fit no terminal."""
    head = [_("县区、乡镇"), _("类型"), _("排查"), _("在库"), _("排查日期"), _("排查人"), _("备注")]
    lines = [head]
    for cell in (cell for row in rows for cell in row):
        entry = cell.entry
        day = entry.surveyed_on.isoformat() if entry and entry.surveyed_on else ""
        doubt = _("与登记矛盾，请核对") if cell.contradicted else ""
        lines.append([
            _(cell.area.name), _(taxonomy().get(cell.type_key).label), _(cell.standing.label),
            str(cell.found), day, entry.surveyed_by if entry else "",
            " ".join(filter(None, (entry.note if entry else "", doubt))),
        ])  # fmt: skip
    return [*columns(lines), _("未排查不等于没有隐患。")]
