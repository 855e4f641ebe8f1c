"""Commands on whole imports: batches, undo-batch, reinterpret; and datum-parameters."""

from __future__ import annotations

import argparse
from pathlib import Path
from uuid import UUID

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datum_shift import DatumShift, parse_numbers
from qhd_riskmap.geo.datums import parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.datum_parameters import DatumParameterService
from qhd_riskmap.services.survey_batches import BatchOutcome, BatchService, BatchSummary, Edited
from qhd_riskmap.services.survey_reinterpret import ReinterpretService


def list_batches(options: argparse.Namespace, output: Output) -> int:
    """List all imports, newest first."""
    with open_register_app(options) as app:
        found = BatchService(app.register, app.actor).all()
    output.result([summary.to_json() for summary in found], [_line(summary) for summary in found])
    return 0


def undo_batch(options: argparse.Namespace, output: Output) -> int:
    """Take an import back, or take such a change back."""
    with open_register_app(options) as app:
        service = BatchService(app.register, app.actor)
        batch = service.find(options.batch)
        if options.change is None:
            outcome = service.undo(batch.id, Edited(options.edited))
        else:
            outcome = service.revert(batch.id, _change_id(options.change))
    output.result(outcome.to_json(), _described(outcome))
    return 0


def reinterpret(options: argparse.Namespace, output: Output) -> int:
    """Read the coordinates of an import anew."""
    datum = parse_reference(options.datum)
    was = parse_reference(options.was) if options.was else None
    with open_register_app(options) as app:
        batch = BatchService(app.register, app.actor).find(options.batch)
        outcome = ReinterpretService(app.register, app.actor).reinterpret(
            batch.id, datum, was=was, edited=Edited(options.edited)
        )
    output.result(outcome.to_json(), _described(outcome))
    return 0


def datum_parameters(options: argparse.Namespace, output: Output) -> int:
    """List the office's datum shifts, put one in or take one out; the numbers are never shown."""
    datum = parse_reference(options.datum).text if options.datum else None
    wants_datum = options.file is not None or options.remove
    if wants_datum and datum is None:
        raise InvalidInputError(
            _("请用 --datum 说明是哪个坐标系。"), hint=_("例如 --datum 西安80。")
        )
    with open_register_app(options) as app:
        service = DatumParameterService(app.register, app.actor)
        if options.remove and datum is not None:
            service.remove(datum)
        elif options.file is not None and datum is not None:
            numbers = parse_numbers(_words(options.file))
            service.put(DatumShift(name=options.name, datum=datum, numbers=numbers))
        found = service.all()
    lines = [f"{item.label}：{item.name}（{item.kind}）" for item in found]
    output.result([item.to_json() for item in found], lines or [_("没有录入转换参数。")])
    return 0


def _words(path: Path) -> list[str]:
    """Numbers from a file: on the command line other users of the machine could read them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InvalidInputError(
            _("读不了参数文件 {path}。").format(path=path),
            hint=_("请核对路径；文件应是 UTF-8 文本，每行一个数。"),
        ) from None
    return text.replace(",", " ").replace("，", " ").split()


def _change_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(
            _("“{text}”不是操作编号。").format(text=text), hint=_("用 batches 命令查看。")
        ) from error


def _line(summary: BatchSummary) -> str:
    batch = summary.batch
    day = batch.imported_at.astimezone().date().isoformat() if batch.imported_at else ""
    files = "、".join(file.name for file in batch.files)
    line = _("{id} {day} {actor}：{files}，在库 {present} 条，其中改过 {edited} 条").format(
        id=str(batch.id)[:8],
        day=day,
        actor=batch.imported_by,
        files=files,
        present=summary.present,
        edited=summary.edited,
    )
    return line + (_("（已撤销）") if summary.undone else "")


def _described(outcome: BatchOutcome) -> list[str]:
    lines = [
        _("保留 {name}（{code}）：{reason}").format(name=row.name, code=row.code, reason=row.reason)
        for row in outcome.kept
    ]
    lines.append(_("改动 {count} 条。").format(count=outcome.changed))
    if outcome.change is not None:
        lines.append(
            _("操作编号 {id}，可用 undo-batch --change 撤回。").format(id=outcome.change.id)
        )
    return lines
