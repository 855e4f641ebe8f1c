"""Commands on what releases are made by: saved definitions, decisions about single records."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.cli.release_arguments import TYPE_CLASS
from qhd_riskmap.cli.sheet_arguments import designs_anew, sheet_county, sheet_design
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_decisions import DecidedRecord
from qhd_riskmap.services.release_definitions import overridden
from qhd_riskmap.services.release_order import (
    DRAFT_FORMATS,
    STANDARD_FORMATS,
    ProductFormat,
    ReleaseOrder,
    SmallCells,
)

_GIVEN = (
    "title", "data_date", "unit", "publisher", "source", "approval_no", "approval_date",
    "prepared_by", "reviewed_by", "secrecy_reviewed_by", "draft", "purpose", "emergency",
)  # fmt: skip


def ordered_by(
    options: argparse.Namespace, out_dir: Path, saved: ReleaseOrder | None = None
) -> ReleaseOrder:
    """The order that options spell, on top of a saved one.

    Raises:
        InvalidInputError: Neither has a title.
    """
    order = saved or ReleaseOrder(title="", formats=STANDARD_FORMATS, out_dir=out_dir)
    given: dict[str, Any] = {key: getattr(options, key) for key in _GIVEN}
    given["county"] = sheet_county(options)
    if saved is None or designs_anew(options):
        given["sheet"] = sheet_design(options)
    if options.formats:
        given["formats"] = tuple(ProductFormat(name) for name in options.formats)
    if options.small_cells:
        given["small_cells"] = SmallCells(options.small_cells)
    order = overridden(order, given)
    if order.draft and not options.formats:
        # Of what nobody named anew, a draft holds what can bear its mark.
        marked = tuple(product for product in order.formats if product in DRAFT_FORMATS)
        order = replace(order, formats=marked or order.formats)
    if not order.title:
        raise InvalidInputError(
            _("请用 --title 写出图名。"), hint=_("或用 --definition 按存好的方案发布。")
        )
    return order


def definitions(options: argparse.Namespace, output: Output) -> int:
    """Save or delete a definition where asked to, then list all."""
    with open_register_app(options) as app:
        if options.save:
            order = ordered_by(options, Path(options.db).parent)
            app.release_definitions.save(options.save, order)
        elif options.delete:
            app.release_definitions.remove(options.delete)
        saved = app.release_definitions.all()
    document = [
        {
            "name": each.name,
            "saved_at": each.saved_at.isoformat(),
            "saved_by": each.saved_by,
            **each.content,
        }
        for each in saved
    ]
    lines = [f"{each.name}　{each.content.get('title', '')}" for each in saved]
    output.result(document, lines or [_("还没有存下发布方案。")])
    return 0


def release_decisions(options: argparse.Namespace, output: Output) -> int:
    """Record a decision where asked to, then list those in force."""
    with open_register_app(options) as app:
        if options.id:
            if not options.release_class:
                raise InvalidInputError(_("请用 --class 写出公开方式。"))
            wanted = options.release_class
            chosen = None if wanted == TYPE_CLASS else ReleaseClass(wanted)
            app.release_decisions.decide(
                options.id, chosen, reviewer=options.reviewer, reason=options.why,
                basis=options.basis, on=options.on,
            )  # fmt: skip
        found = app.release_decisions.in_force()
    output.result(
        [_document(each) for each in found],
        [_line(each) for each in found] or [_("没有逐条公开方式的决定。")],
    )
    return 0


def _document(each: DecidedRecord) -> dict[str, Any]:
    decision = each.decision
    return {
        "id": str(each.hazard.id),
        "code": each.hazard.code,
        "name": each.hazard.name,
        "type": each.hazard.type_key,
        "release_class": decision.release_class.value,
        "reviewer": decision.reviewer,
        "reason": decision.reason,
        "basis": decision.basis,
        "decided_on": decision.decided_on.isoformat(),
        "recorded_at": decision.recorded_at.isoformat() if decision.recorded_at else None,
        "recorded_by": decision.recorded_by,
    }


def _line(each: DecidedRecord) -> str:
    decision = each.decision
    return _("{code} {name}：{label}，{reviewer} {day}，{reason}").format(
        code=each.hazard.code,
        name=each.hazard.name,
        label=_(decision.release_class.label),
        reviewer=decision.reviewer,
        day=decision.decided_on.isoformat(),
        reason=decision.reason,
    )
