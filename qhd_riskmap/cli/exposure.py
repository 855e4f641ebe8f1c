"""The commands on receptors and on what stands inside effect zones."""

from __future__ import annotations

import argparse
import json
from typing import Any
from uuid import UUID

from shapely.geometry import mapping

from qhd_riskmap.bootstrap import App
from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.receptor import Receptor, kind_of
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.exposure import Exposure


def receptors(options: argparse.Namespace, output: Output) -> int:
    """Load a list of receptors, or list those of the register."""
    with open_register_app(options) as app:
        if options.file is not None:
            return _load(options, app, output)
        if options.remove:
            app.receptors.remove([_id(text) for text in options.remove])
        found = app.receptors.all()
    rows = [[_("名称"), _("类别"), _("人数"), _("户数"), _("县区"), _("乡镇")]]
    rows += [
        [r.name, r.kind, str(r.people), "" if r.households is None else str(r.households), r.county,
         r.township]
        for r in found
    ]  # fmt: skip
    output.result([_receptor(each) for each in found], columns(rows))
    return 0


def exposure(options: argparse.Namespace, output: Output) -> int:
    """Count what stands inside one hazard's zone, or inside all default zones."""
    with open_register_app(options) as app:
        if options.id is None:
            if options.zone or options.geojson:
                raise InvalidInputError(_("--zone、--geojson 要与一条隐患的编号同用。"))
            _everybody(app, output)
            return 0
        found = app.exposure.count(options.id, options.zone or None, options.wind_from)
    if options.geojson is not None:
        with replacing(options.geojson) as unfinished:
            unfinished.write_text(
                json.dumps(_collection(found), ensure_ascii=False), encoding="utf-8"
            )
    output.result(_exposure(found), _described(found))
    return 0


def _load(options: argparse.Namespace, app: App, output: Output) -> int:
    datum = parse_reference(options.datum) if options.datum else None
    preview = app.receptors.preview(options.file, datum)
    stored = 0
    if not options.dry_run:
        stored = app.receptors.commit(preview)[0]
    document = {
        "file": preview.file, "datum": preview.datum, "stored": stored,
        "good": len(preview.receptors), "unknown_kinds": list(preview.notes),
        "problems": [
            {"row": p.row, "name": p.name, "message": p.message} for p in preview.problems
        ],
    }  # fmt: skip
    lines = [
        _("第 {row} 行 {name}：{why}").format(row=p.row, name=p.name, why=p.message)
        for p in preview.problems
    ]
    if preview.notes:
        words = "、".join(preview.notes)
        lines.append(_("不认识的类别按“其他”计：{words}").format(words=words))
    lines.append(
        _("可用 {good} 行，有问题 {bad} 行，入库 {stored} 处。").format(
            good=len(preview.receptors), bad=len(preview.problems), stored=stored
        )
    )
    output.result(document, lines)
    return 0 if not preview.problems else 2


def _everybody(app: App, output: Output) -> None:
    found = app.exposure.everybody()
    rows = [[_("编号"), _("名称"), _("受体"), _("人数")]]
    rows += [[h.code, h.name, str(n), str(people)] for h, n, people in found]
    document = [
        {"id": str(h.id), "code": h.code, "name": h.name, "receptors": n, "people": people}
        for h, n, people in found
    ]
    output.result(document, columns(rows))


def _exposure(found: Exposure) -> dict[str, Any]:
    return {
        "id": str(found.hazard.id), "code": found.hazard.code, "zone": found.zone.key,
        "label": found.zone.label, "source": found.zone.citation.source,
        "confidence": found.zone.citation.confidence.value, "note": found.zone.note,
        "registered": found.registered, "people": found.people, "households": found.households,
        "kinds": [{"kind": k, "count": n, "people": p} for k, n, p in found.by_kind],
        "outline": mapping(found.outline),
        "inside": [
            {**_receptor(e.receptor), "distance_m": round(e.distance_m, 3),
             "bearing_deg": round(e.bearing_deg, 1)}
            for e in found.inside
        ],
    }  # fmt: skip


def _described(found: Exposure) -> list[str]:
    lines = [
        f"{found.hazard.code} {found.hazard.name}：{found.zone.label}（{found.zone.citation.text}）"
    ]
    if found.zone.note:
        lines.append(found.zone.note)
    if not found.registered:
        return [*lines, _("还没有录入受体，无法统计。")]
    rows = [
        [e.receptor.name, e.receptor.kind, str(e.receptor.people), f"{e.distance_m:.0f} m",
         f"{e.bearing_deg:.0f}°"]
        for e in found.inside
    ]  # fmt: skip
    kinds = "，".join(f"{k} {n}" for k, n, _people in found.by_kind)
    total = _("共 {n} 处、{people} 人").format(n=len(found.inside), people=found.people)
    return [*lines, *columns(rows), f"{total}{'：' + kinds if kinds else ''}"]


def _collection(found: Exposure) -> dict[str, Any]:
    zone = {
        "type": "Feature",
        "properties": {"zone": found.zone.key, "label": found.zone.label},
        "geometry": mapping(found.outline),
    }
    inside = [
        {
            "type": "Feature",
            "properties": {"name": e.receptor.name, "people": e.receptor.people},
            "geometry": mapping(e.receptor.geometry),
        }
        for e in found.inside
    ]
    return {"type": "FeatureCollection", "features": [zone, *inside]}


def _receptor(each: Receptor) -> dict[str, Any]:
    spot: Any = each.geometry.representative_point()
    return {
        "id": str(each.id), "name": each.name, "kind": each.kind, "class": kind_of(each.kind).key,
        "people": each.people, "households": each.households, "county": each.county,
        "township": each.township, "lon": spot.x, "lat": spot.y,
    }  # fmt: skip


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(_("“{text}”不是受体编号。").format(text=text[:60])) from error
