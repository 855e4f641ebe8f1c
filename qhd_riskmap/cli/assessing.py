"""The commands on assessment: grade, sign, grade a table, the office's own rules."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Any

from qhd_riskmap.bootstrap import App
from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.documents import assessment_object, hazard_object, lowering_object
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.grading.defaults import Known
from qhd_riskmap.domain.grading.factors import value_text
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.worksheet import Occasion, Worksheet
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.assessment import AssessmentForm
from qhd_riskmap.services.factor_table import BatchRow, write_outcome
from qhd_riskmap.services.reach_rehearsal import REHEARSED, Reach, ReachRehearsal
from qhd_riskmap.services.rule_profiles import Rehearsal, RehearsedHazard, read_profile_file


def assess(options: argparse.Namespace, output: Output) -> int:
    """Grade one hazard."""
    with open_register_app(options) as app:
        form = _form(options, app)
        hazard, assessment, _changes = app.assessment.record(options.id, form, on=_day(options))
        everything = app.assessment.of(hazard.id)
        steps = app.assessment.what_would_lower(options.method, assessment.inputs)
        if options.worksheet is not None:
            app.worksheets.write(options.id, options.worksheet)
    lines = [f"{hazard.code} {hazard.name}：{_(assessment.level.label)}", *assessment.reasons]
    lines += [_("降级：{step}").format(step=step.text) for step in steps]
    document = {**assessment_object(assessment), "lowering": [lowering_object(s) for s in steps]}
    output.result({**hazard_object(hazard, everything), "assessment": document}, lines)
    return 0


def worksheet(options: argparse.Namespace, output: Output) -> int:
    """Write the worksheet of a hazard's newest assessment."""
    with open_register_app(options) as app:
        app.worksheets.write(options.id, options.out, options.template)
    output.result({"files": [str(options.out)]}, [str(options.out)])
    return 0


def sign(options: argparse.Namespace, output: Output) -> int:
    """Answer for the newest assessment of a hazard."""
    with open_register_app(options) as app:
        signed = app.assessment.sign(options.id, options.opinion)
    document = {
        "assessment": str(signed.assessment_id),
        "level": signed.level.value,
        "signed_by": signed.signed_by,
        "signed_at": signed.signed_at.isoformat() if signed.signed_at else None,
        "opinion": signed.opinion,
    }
    line = _("{actor} 已签批（{level}）。").format(
        actor=signed.signed_by, level=_(signed.level.label)
    )
    output.result(document, [line])
    return 0


def assess_table(options: argparse.Namespace, output: Output) -> int:
    """Grade every hazard of a table."""
    with open_register_app(options) as app:
        outcome, _changes = app.factor_tables.assess(
            options.file, on=_day(options), keep_good=options.keep_good
        )
    if options.out is not None:
        write_outcome(options.out, outcome)
    document = {"stored": outcome.stored, "rows": [_row(row) for row in outcome.rows]}
    lines = [
        _("第 {row} 行 {name}：{why}").format(
            row=row.row, name=row.name or row.code, why=row.problem
        )
        for row in outcome.problems
    ]
    done = len(outcome.rows) - len(outcome.problems) if outcome.stored else 0
    lines.append(_("共 {n} 行，入库 {done} 行。").format(n=len(outcome.rows), done=done))
    output.result(document, lines)
    return 0 if not outcome.problems else 2


def factor_defaults(options: argparse.Namespace, output: Output) -> int:
    """Load factor defaults where a file is given, then list them all."""
    with open_register_app(options) as app:
        if options.file is not None:
            app.factor_tables.import_defaults(options.file)
        found = app.factor_tables.defaults()
    rows = [[_("区域"), _("类型"), _("方法"), _("因素"), _("取值"), _("依据")]]
    rows += [[d.area, d.type_key, d.method, d.factor, d.value, d.reason] for d in found]
    document = [
        {
            "area": d.area, "type": d.type_key, "method": d.method, "factor": d.factor,
            "value": d.value, "reason": d.reason,
        }
        for d in found
    ]  # fmt: skip
    output.result(document, columns(rows))
    return 0


def rules(options: argparse.Namespace, output: Output) -> int:
    """List rules, export, rehearse or adopt them."""
    if sum(each is not None for each in (options.export, options.rehearse, options.adopt)) > 1:
        raise InvalidInputError(_("--export、--rehearse、--adopt 一次只能用一个。"))
    with open_register_app(options) as app:
        if options.export is not None:
            if options.key is None:
                raise InvalidInputError(_("导出规则要写明评估方法。"))
            app.rule_profiles.export(options.key, options.export)
            output.result({"files": [str(options.export)]}, [str(options.export)])
        elif options.rehearse is not None:
            profile = read_profile_file(options.rehearse)
            if profile.get("key") in REHEARSED:
                reaches = app.rule_profiles.rehearse_reach(profile)
                output.result(_reaches(reaches), _reached(reaches))
            else:
                rehearsal = app.rule_profiles.rehearse(profile)
                output.result(_rehearsal(rehearsal), _rehearsed(rehearsal))
        elif options.adopt is not None:
            version, changes = app.rule_profiles.adopt(
                read_profile_file(options.adopt), reason=options.reason, on=_day(options),
                regrade=options.regrade,
            )  # fmt: skip
            document = {"version": version, "regraded": [str(i) for i in changes.hazard_ids]}
            line = _("已启用 {version} 版，重新评估 {n} 处。").format(
                version=version, n=len(changes.hazard_ids)
            )
            output.result(document, [line])
        else:
            _list_rules(options, app, output)
    return 0


def _reaches(found: ReachRehearsal) -> dict[str, Any]:
    def told(reach: Reach) -> dict[str, Any]:
        return {
            "zone": reach.zone, "reach_m": reach.reach_m, "receptors": reach.receptors,
            "people": reach.people, "review": reach.review.isoformat() if reach.review else None,
        }  # fmt: skip

    return {
        "examined": found.examined,
        "changed": [
            {
                "id": str(each.hazard.id), "code": each.hazard.code, "name": each.hazard.name,
                "county": each.hazard.county, "before": told(each.before), "after": told(each.after),
            }
            for each in found.changed
        ],
    }  # fmt: skip


def _reached(found: ReachRehearsal) -> list[str]:
    lines = [
        _("试算 {n} 处，有变化的 {changed} 处；等级只随新的评估改变，登记库没有改动。").format(
            n=found.examined, changed=len(found.changed)
        )
    ]
    for each in found.changed:
        before, after = (
            f"{reach.zone}（{reach.people}）{reach.review or ''}".strip()
            for reach in (each.before, each.after)
        )
        lines.append(f"{each.hazard.code} {each.hazard.name} {before} → {after}")
    return lines


def _list_rules(options: argparse.Namespace, app: App, output: Output) -> None:
    if options.key is None:
        known = app.rule_profiles.in_force()
        document: Any = [
            {
                "key": each.key, "label": each.label, "version": each.version,
                "source": each.citation.source, "confidence": each.citation.confidence.value,
                "types": list(each.types),
                "factors": [
                    {"key": f.key, "label": f.label, "kind": f.kind.value, "unit": f.unit,
                     "source": f.citation.source, "confidence": f.citation.confidence.value,
                     "choices": [c.value for c in f.choices]}
                    for f in each.factors
                ],
            }
            for each in known.values()
        ]  # fmt: skip
        rows = [[each.key, each.version, _(each.label)] for each in known.values()]
        output.result(document, columns([[_("方法"), _("版本"), _("名称")], *rows]))
        return
    versions = app.rule_profiles.versions(options.key)
    document = [
        {
            "version": each.version, "reason": each.reason, "adopted_by": each.adopted_by,
            "adopted_at": each.adopted_at.isoformat() if each.adopted_at else None,
        }
        for each in versions
    ]  # fmt: skip
    output.result(document, [f"{e.version} {e.adopted_by} {e.reason}".strip() for e in versions])


def _form(options: argparse.Namespace, app: App) -> AssessmentForm:
    factors = _once(options.factors)
    evidence = _once(options.evidence)
    overrides = _once(options.override)
    inputs: dict[str, AttributeValue] = dict(factors)
    counted: dict[str, Known] = {}
    if options.exposure:
        counted = app.exposure.counted(options.id, options.method)
    known = app.assessment.known(options.id, options.method) if options.known else {}
    # What is counted now comes before what was once written down, what is given before both.
    for key, each in {**known, **counted}.items():
        if key not in factors:
            inputs[key] = each.value
            evidence.setdefault(key, each.evidence)
    return AssessmentForm(
        method=options.method,
        inputs=inputs,
        after=_once(options.after),
        worksheet=Worksheet(
            occasion=Occasion(options.occasion),
            evidence=evidence,
            overrides=overrides,
            counted={key: value_text(each.value) for key, each in counted.items()},
            opinion=options.opinion,
            measures=options.measures,
            experts=tuple(options.expert),
        ),
        next_review=options.next_review,
    )


def _once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInputError(_("同一个因素给了两次。"))
    return found


def _day(options: argparse.Namespace) -> date:
    given: date | None = options.on
    return given or date.today()  # noqa: DTZ011 - the officer's own calendar day


def _row(row: BatchRow) -> dict[str, Any]:
    return {
        "row": row.row, "code": row.code, "name": row.name, "method": row.method,
        "problem": row.problem,
        "assessment": assessment_object(row.assessment) if row.assessment else None,
    }  # fmt: skip


def _rehearsal(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        "key": rehearsal.key,
        "examined": rehearsal.examined,
        "changed": [
            {
                "id": str(each.hazard.id), "code": each.hazard.code, "name": each.hazard.name,
                "county": each.hazard.county, "before": each.before.value,
                "after": each.after.value if each.after else None, "band": each.band,
                "why": each.why,
            }
            for each in rehearsal.changed
        ],
    }  # fmt: skip


def _rehearsed(rehearsal: Rehearsal) -> list[str]:
    def line(each: RehearsedHazard) -> list[str]:
        after = _(each.after.label) if each.after else _("不能定级")
        return [each.hazard.code, each.hazard.name, _(each.before.label), "→", after, each.why]

    summary = _("试算 {n} 处，变色 {changed} 处；登记库没有改动。").format(
        n=rehearsal.examined, changed=len(rehearsal.changed)
    )
    return [*columns([line(each) for each in rehearsal.changed]), summary]
