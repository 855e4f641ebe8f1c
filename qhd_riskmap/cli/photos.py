"""The command that hangs a folder of photos on the hazards."""

from __future__ import annotations

import argparse

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.i18n import _
from qhd_riskmap.services.attachments import Attached
from qhd_riskmap.services.photo_matching import PhotoMatchingService, PhotoPlan


def photos(options: argparse.Namespace, output: Output) -> int:
    """Match the files with the hazards, hang them there, and list what does not fit."""
    with open_register_app(options) as app:
        service = PhotoMatchingService(app.register, app.actor)
        plan = service.plan(options.source)
        attached = Attached(added=(), refused=())
        if not options.dry_run:
            attached, _changes = service.attach(plan)
    refused = [*plan.refused, *attached.refused]
    document = {
        "attached": len(attached.added),
        "matches": [match.to_json() for match in plan.matches],
        "missing": [item.to_json() for item in plan.missing],
        "unnamed": list(plan.unnamed),
        "far": [match.to_json() for match in plan.far],
        "refused": [{"file": name, "message": str(error)} for name, error in refused],
    }
    output.result(document, _described(plan, attached, dry_run=options.dry_run))
    return 0


def _described(plan: PhotoPlan, attached: Attached, *, dry_run: bool) -> list[str]:
    lines = [
        _("{file} → {name}（{code}），按{by}").format(
            file=match.path, name=match.name, code=match.code, by=match.by.label
        )
        for match in plan.matches
    ]
    lines += [
        _("表中有、没找到：{file}（{name} {code}）").format(
            file=item.file, name=item.name, code=item.code
        )
        for item in plan.missing
    ]
    lines += [_("有照片、不知属于哪一处：{file}").format(file=path) for path in plan.unnamed]
    lines += [
        _("拍摄位置相距 {km:.1f} 公里，请核对：{file}（{name}）").format(
            km=(match.metres or 0.0) / 1000, file=match.path, name=match.name
        )
        for match in plan.far
    ]
    refused = (*plan.refused, *attached.refused)
    lines += [
        _("没有添加 {file}：{error}").format(file=name, error=error) for name, error in refused
    ]
    total = _("添加 {count} 个文件。").format(count=len(attached.added))
    return [*lines, total + (_("（试运行）") if dry_run else "")]
