"""Commands that publish: release, check-release, demo."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

from qhd_riskmap.bootstrap import App, actor, open_app
from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.cli.progress import ToldJob
from qhd_riskmap.cli.release_settings import ordered_by
from qhd_riskmap.cli.surveys import described
from qhd_riskmap.errors import OutputFileError, ReleaseBlockedError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.leak_words import lines_of
from qhd_riskmap.services.place_reports import PlaceOrder
from qhd_riskmap.services.release_control import record_document
from qhd_riskmap.services.release_order import STANDARD_FORMATS, ReleaseOrder, blocked_json
from qhd_riskmap.services.sample_county import (
    SAMPLE_DATE,
    SAMPLE_PASSPHRASE,
    build_sample_register,
)

EXIT_LEAK = 2
# Clearly no real approval: the number names itself an example.
DEMO_APPROVAL = "示例S(2014)001号"


def release(options: argparse.Namespace, output: Output) -> int:
    """Publish the public products, or say why not."""
    with open_register_app(options) as app:
        saved = None
        if options.definition:
            saved = app.release_definitions.order(options.definition, options.outdir)
        order = replace(
            ordered_by(options, options.outdir, saved),
            control_dir=options.control_dir,
            supersedes=options.supersedes,
        )
        return _publish(app, order, output)


def _publish(app: App, order: ReleaseOrder, output: Output) -> int:
    try:
        outcome = app.release.release(order, ToldJob(output))
    except ReleaseBlockedError as error:
        output.result(blocked_json(error.findings), [])
        output.failure(error)
        return EXIT_LEAK
    lines = [str(path) for path in outcome.files]
    if outcome.pack is not None:
        lines.append(_("送审材料（样图、申请表、清单）：{path}").format(path=outcome.pack))
    output.result(outcome.to_json(), lines)
    return 0


def check_release(options: argparse.Namespace, output: Output) -> int:
    """Look for protected content in any files; exit 2 when there is some."""
    with open_register_app(options) as app:
        leaks = app.release.check_files(options.files, SilentJob())
    document = {"leaks": [leak.to_json() for leak in leaks]}
    output.result(document, lines_of(options.files, leaks))
    return EXIT_LEAK if leaks else 0


def place_report(options: argparse.Namespace, output: Output) -> int:
    """One A4 of the public risks around a place, taken from a release."""
    lon, lat = options.at
    with open_register_app(options) as app:
        made = app.place_reports.write(
            PlaceOrder(
                lon=lon, lat=lat, name=options.name, radius_m=options.radius * 1000,
                path=options.file, release=options.from_release,
            )
        )  # fmt: skip
    output.result(made.to_json(), [str(made.path)])
    return 0


def releases(options: argparse.Namespace, output: Output) -> int:
    """The release register, newest first."""
    with open_register_app(options) as app:
        records = app.release.past()
    output.result(
        [record_document(record) for record in records],
        [f"{r.number} {_(r.status.label)} {r.title} {r.approval_no}" for r in records],
    )
    return 0


def withdraw_release(options: argparse.Namespace, output: Output) -> int:
    """Mark a release as withdrawn."""
    with open_register_app(options) as app:
        record = app.release.withdraw(options.number, options.why)
    output.result(record_document(record), [_("已撤回 {number}。").format(number=record.number)])
    return 0


def remake_release(options: argparse.Namespace, output: Output) -> int:
    """Make the products of a past release again, bit for bit."""
    with open_register_app(options) as app:
        files = app.release.remake(options.number, options.outdir, SilentJob())
    output.result({"files": [str(path) for path in files]}, [str(path) for path in files])
    return 0


def demo(options: argparse.Namespace, output: Output) -> int:
    """The whole main job on the sample county, into a new folder."""
    folder: Path = options.outdir
    register = folder / "示例县.qhd"
    if register.exists():
        raise OutputFileError(
            _("{path} 已存在。").format(path=register), hint=_("请换一个空文件夹。")
        )
    who = actor(options.actor)
    output.note(_("导入示例排查表……"))
    sample = build_sample_register(register, who, SilentJob())
    with open_app(register, SAMPLE_PASSPHRASE, who.name) as app:
        reports = app.survey_import.write_reports(
            sample.preview, sample.outcome, folder / "退回" / "退回.xlsx"
        )
        output.note(_("已评估 {n} 处。发布公开分布图……").format(n=sample.graded))
        outcome = app.release.release(_demo_order(folder), SilentJob())
    document = {
        "register": str(register),
        "import": sample.outcome.to_json(),
        "graded": sample.graded,
        "reports": [str(path) for path in reports],
        **outcome.to_json(),
    }
    lines = described(sample.outcome, reports, dry_run=False)
    lines += [_("登记库（口令 {word}）：{path}").format(word=SAMPLE_PASSPHRASE, path=register)]
    output.result(document, [*lines, *(str(path) for path in outcome.files)])
    return 0


def _demo_order(folder: Path) -> ReleaseOrder:
    return ReleaseOrder(
        title=_("秦皇岛市突发事件风险隐患分布图（示例）"),
        formats=STANDARD_FORMATS,
        data_date=SAMPLE_DATE,
        approval_no=DEMO_APPROVAL,
        approval_date=date(2014, 7, 1),
        prepared_by=_("示例编制人"),
        reviewed_by=_("示例审核人"),
        secrecy_reviewed_by=_("示例保密审查人"),
        out_dir=folder / "公开",
        control_dir=folder / "内部",
    )
