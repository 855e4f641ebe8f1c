"""Commands on the register itself: init, list, show, assess, move, export, verify."""

from __future__ import annotations

import argparse

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.cli.access import open_register_app, passphrase
from qhd_riskmap.cli.documents import (
    hazard_object,
    hazard_row,
)
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import Region, regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.i18n import _
from qhd_riskmap.services.integrity import IntegrityService
from qhd_riskmap.services.jobs import SilentJob


def init(options: argparse.Namespace, output: Output) -> int:
    """Create a register for the city or one county."""
    division = _division_in_force(options.county)
    office = Office(
        division=division.code,
        unit=options.unit,
        publisher=options.publisher,
        source=options.source,
    )
    with create_app(options.db, passphrase(options), office, options.actor) as app:
        document = {
            "path": str(app.path),
            "encrypted": app.encrypted,
            "division": division.code,
            "unit": office.unit,
            "publisher": office.publisher,
            "source": office.source,
        }
        kind = _("加密") if app.encrypted else _("未加密")
    output.result(
        document,
        [
            _("已建立{kind}登记库：{path}（{division}）").format(
                kind=kind, path=options.db, division=_(division.name)
            )
        ],
    )
    return 0


def _division_in_force(code: str) -> Region:
    division = regions().get(code)
    if division.valid_to is not None:
        successors = "、".join(f"{c} {_(regions().get(c).name)}" for c in division.successors)
        raise InvalidInputError(
            _("{name} 已于 {day} 撤销。").format(name=_(division.name), day=division.valid_to),
            hint=_("现在是：{successors}。").format(successors=successors),
        )
    return division


def list_hazards(options: argparse.Namespace, output: Output) -> int:
    """List all matching hazards."""
    with open_register_app(options) as app:
        found = app.registry.find(wanted(options))
    rows = [
        [_("编号"), _("名称"), _("类型"), _("级别"), _("县区")],
        *(_row(hazard) for hazard in found),
    ]
    count = _("共 {n} 条").format(n=len(found))
    output.result([hazard_row(hazard) for hazard in found], [*columns(rows), count])
    return 0


def wanted(options: argparse.Namespace) -> HazardFilter:
    """The filter the options describe.

    Raises:
        NotFoundError: An unknown type or division.
    """
    return HazardFilter(
        levels=frozenset(RiskLevel(level) for level in options.levels),
        type_keys=frozenset(taxonomy().named(key).key for key in options.types),
        counties=frozenset(regions().get(code).code for code in options.counties),
        bbox=options.bbox,
        text=options.search,
    )


def show(options: argparse.Namespace, output: Output) -> int:
    """Show one hazard with its assessments."""
    with open_register_app(options) as app:
        hazard = app.registry.get(options.id)
        assessments = app.assessment.of(hazard.id)
    lines = _described(hazard)
    for item in assessments:
        lines.append(f"{item.assessed_on} {item.method} {_(item.level.label)}（{item.assessor}）")
        lines.extend(f"  {reason}" for reason in item.reasons)
    output.result(hazard_object(hazard, assessments), lines)
    return 0


def move(options: argparse.Namespace, output: Output) -> int:
    """Move one hazard."""
    with open_register_app(options) as app:
        hazard, _changes = app.registry.move(options.id, lon=options.lon, lat=options.lat)
        assessments = app.assessment.of(hazard.id)
    place = format_decimal(*hazard.anchor())
    output.result(
        hazard_object(hazard, assessments),
        [_("{name} 已移到 {place}").format(name=hazard.name, place=place)],
    )
    return 0


def export(options: argparse.Namespace, output: Output) -> int:
    """Write all matching hazards with every field, for use inside the office."""
    with open_register_app(options) as app:
        files = app.exporting.export(options.out, wanted(options))
    output.result({"files": [str(path) for path in files]}, [str(path) for path in files])
    return 0


def verify_register(options: argparse.Namespace, output: Output) -> int:
    """Check integrity, spatial index and audit trail."""
    with open_register_app(options) as app:
        problems = IntegrityService(app.register, app.actor).problems()
    document = {"ok": not problems, "problems": problems}
    output.result(document, problems or [_("登记库完好。")])
    return 2 if problems else 0


def back_up(options: argparse.Namespace, output: Output) -> int:
    """Write a verified copy with the same passphrase."""
    with open_register_app(options) as app:
        made = IntegrityService(app.register, app.actor).back_up(options.out, SilentJob())
        encrypted = app.encrypted
    document = {
        "path": str(made.path),
        "encrypted": encrypted,
        "hazards": made.hazards,
        "bytes": made.size,
    }
    line = _("已备份并核对：{path}（{n} 处隐患）").format(path=made.path, n=made.hazards)
    output.result(document, [line])
    return 0


def _row(hazard: Hazard) -> list[str]:
    return [
        hazard.code,
        hazard.name,
        _(taxonomy().get(hazard.type_key).label),
        _(hazard.level.label) if hazard.level else _("未评估"),
        _(regions().get(hazard.county).name) if hazard.county else "",
    ]


def _described(hazard: Hazard) -> list[str]:
    facts = {
        _("编号"): hazard.code,
        _("名称"): hazard.name,
        _("类型"): _(taxonomy().get(hazard.type_key).label),
        _("级别"): _(hazard.level.label) if hazard.level else _("未评估"),
        _("县区"): _(regions().get(hazard.county).name),
        _("乡镇"): hazard.township,
        _("地址"): hazard.address,
        _("位置"): format_decimal(*hazard.anchor()),
        _(
            "原始坐标"
        ): f"{hazard.provenance.original_text}（{hazard.provenance.declared_reference}）",
        _("责任单位"): hazard.unit,
        _("监管部门"): hazard.regulator,
        _("修订"): str(hazard.revision),
    }
    return [f"{label}：{value}" for label, value in facts.items() if value]
