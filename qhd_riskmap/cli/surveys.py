"""Commands on survey sheets: template, import."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.domain.survey_data_rows import RowRole
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.output_file import require_document_path
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.datums import parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_corrections import Corrections
from qhd_riskmap.services.survey_import import ImportOutcome
from qhd_riskmap.services.survey_issues import RowIssue
from qhd_riskmap.services.survey_layout import Layouts, choice_of
from qhd_riskmap.services.survey_templates import TemplateOffice, write_survey_template
from qhd_riskmap.services.survey_updates import NO_UPDATES

AUTO = "auto"
_WORKBOOKS = (".xlsx", ".xlsm")
_MOST_NAMES: Final = 10


def template(options: argparse.Namespace, output: Output) -> int:
    """Write the survey template for some types, or for all."""
    types = [taxonomy().named(key) for key in options.types] or list(taxonomy().types)
    office = TemplateOffice(
        unit=options.unit, division=options.county, townships=tuple(options.townships)
    )
    write_survey_template(options.out, types, office)
    output.result(
        {"path": str(options.out), "types": [item.key for item in types]},
        [_("已生成模板：{path}").format(path=options.out)],
    )
    return 0


def import_surveys(options: argparse.Namespace, output: Output) -> int:
    """Check sheets and, unless it is a dry run, commit their good rows."""
    datum = None if options.datum == AUTO else parse_reference(options.datum)
    choice = choice_of(dict(options.meanings), options.header_row, options.type_key)
    layouts = Layouts(for_all=choice)
    if options.report is not None:
        # Before anything is stored: a report that cannot be written must not follow a commit.
        require_document_path(options.report, _WORKBOOKS)
        _require_other_than(options.report, options.files)
    with open_register_app(options) as app:
        job = SilentJob()
        fixes = Corrections(all_angles=TextForm(options.angles) if options.angles else None)
        if options.dry_run:
            preview = app.survey_import.preview(
                options.files, datum, job, layouts=layouts, sender=options.sender, fixes=fixes
            )
            outcome = preview.outcome(update=options.update)
        else:
            preview, outcome = app.survey_import.straight(
                options.files,
                datum,
                job,
                update=None if options.update else NO_UPDATES,
                layouts=layouts,
                sender=options.sender,
                fixes=fixes,
            )
        reports = app.survey_import.write_reports(preview, outcome, options.report)
    output.result(outcome.to_json(), described(outcome, reports, dry_run=options.dry_run))
    return 0


def _require_other_than(report: Path, files: Sequence[Path]) -> None:
    """Refuse a report that would stand in the place of what it reports on.

    Raises:
        OutputFileError: It is one of the files; the ending does not count, it follows the original.
    """
    for file in files:
        if file.suffix.lower() in _WORKBOOKS and report.resolve().with_suffix(
            ""
        ) == file.resolve().with_suffix(""):
            raise OutputFileError(
                _("不能覆盖原表“{name}”。").format(name=file.name), hint=_("请换一个文件名。")
            )


def _told(issue: RowIssue) -> str:
    """An issue in a line: where, how grave, what; a text file has no sheet to name."""
    where = "!".join(part for part in (issue.sheet, issue.cell) if part)
    head = " ".join(part for part in (issue.file, where) if part)
    return _("{where}［{severity}］{message}").format(
        where=head, severity=issue.severity.label, message=issue.message
    )


def _named(decided: str | None) -> str:
    """What a sheet was read as, in the officer's words."""
    if decided is None:
        return _("未定")
    return _("、").join(parse_reference(notation).label for notation in decided.split("+"))


def _not_taken_in(outcome: ImportOutcome, reports: list[Path], *, dry_run: bool) -> list[str]:
    """First of all, what is not in the register, and what to do; nothing where all is."""
    document = outcome.to_json()
    lines = _unread_files(outcome)
    unread = sum(row.role is RowRole.UNREAD for row in outcome.skipped)
    rejected, undecided = document["rejected"], document["undecided"]
    count = rejected + undecided + unread
    if not count:
        return lines
    text = (
        _(
            "【注意】{count} 行不会入库：退回 {rejected}，坐标系未定 {undecided}，所在的表读不了 {unread}。"
        )
        if dry_run
        else _(
            "【注意】{count} 行没有入库：退回 {rejected}，坐标系未定 {undecided}，所在的表读不了 {unread}。"
        )
    )
    lines += [
        text.format(count=count, rejected=rejected, undecided=undecided, unread=unread),
        _("下一步：照下面各条改好原表，再导入同一文件；已入库的行自动跳过，不会重复。"),
    ]
    if undecided:
        lines.extend(_ways_to_decide(outcome))
    if not reports:
        lines.append(_("加 --report 写出标好错误的原表副本，可退给报送单位。"))
    return lines


def _ways_to_decide(outcome: ImportOutcome) -> list[str]:
    """How undecided rows come in: what to write for which answer, and the sender's last one."""
    lines = [_("坐标系未定的：问清坐标从哪里来，再加 --datum 导入。")]
    asked = [datum for datum in outcome.datums if datum.asks]
    written = dict.fromkeys(n for datum in asked if datum.asks == "datum" for n in datum.candidates)
    if written:
        names = _("、").join(f"{notation} {_named(notation)}" for notation in written)
        lines.append(_("--datum 可写：{names}。").format(names=names))
    if any(datum.asks == "angles" for datum in asked):
        lines.append(
            _("119.3524 这样的数：十进制度加 --angles decimal，度.分秒加 --angles packed。")
        )
    lines.extend(
        _("“{sender}”上次的回答是 {decided}，这次请核对后再用。").format(
            sender=sender, decided=_named(notation)
        )
        for sender, notation in sorted({(d.sender, d.suggestion) for d in asked if d.suggestion})
    )
    return lines


def _unread_files(outcome: ImportOutcome) -> list[str]:
    """Which files nothing was read of; why stands among the issues."""
    if not outcome.unread:
        return []
    names = _("、").join(outcome.unread[:_MOST_NAMES])
    if len(outcome.unread) > _MOST_NAMES:
        names = _("{names} 等").format(names=names)
    text = _("【注意】{n} 个文件没有读进来：{names}。原因见下面各条。")
    return [text.format(n=len(outcome.unread), names=names)]


def described(outcome: ImportOutcome, reports: list[Path], *, dry_run: bool) -> list[str]:
    """The outcome in lines for people: what was not taken in first, then every issue with its cell."""
    document = outcome.to_json()
    lines = [*_not_taken_in(outcome, reports, dry_run=dry_run), *map(_told, outcome.issues)]
    lines.extend(
        _("{sheet}：坐标系 {decided}").format(
            sheet=f"{item['file']} {item['sheet']}".rstrip(),
            decided=_named(item["decided"]),
        )
        for item in document["datums"]
    )
    lines.extend(_("标注了错误的原表副本：{path}").format(path=path) for path in reports)
    if outcome.updates:
        lines.append(
            _("与已登记编号相同、内容不同 {count} 行，已更新 {updated} 条（--update 更新）").format(
                count=len(outcome.updates), updated=outcome.updated
            )
        )
    if outcome.tasks:
        lines.append(_("整改任务 {n} 项").format(n=outcome.tasks))
    counts = _(
        "接收 {accepted}，退回 {rejected}，重复 {duplicates}，坐标系未定 {undecided}"
    ).format(**{key: document[key] for key in ("accepted", "rejected", "duplicates", "undecided")})
    if outcome.updated:
        counts = _("{counts}，更新 {updated}").format(counts=counts, updated=outcome.updated)
    kinds = Counter(row.role.label for row in outcome.skipped if row.role is not RowRole.UNREAD)
    if kinds:
        parts = _("、").join(f"{label} {count}" for label, count in kinds.items())
        lines.append(_("另有 {count} 行不是隐患：{kinds}").format(count=kinds.total(), kinds=parts))
    unread = len(outcome.skipped) - kinds.total()
    if unread:
        lines.append(_("{count} 行所在的表没有读入").format(count=unread))
    lines.append(counts + (_("（试运行，未入库）") if dry_run else ""))
    return lines
