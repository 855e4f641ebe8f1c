"""The commands on the office's documents: made for tasks, listed; their templates and numbers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qhd_riskmap.bootstrap import App
from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output, columns
from qhd_riskmap.domain.remediation.documents import (
    GIVEN,
    ITEM_PLACEHOLDERS,
    PLACEHOLDERS,
    OfficeDocument,
    document_kind,
    document_kinds,
)
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.submission_pack import FORM_KEY, FORM_TITLE, SubmissionForms


def document(options: argparse.Namespace, output: Output) -> int:
    """Make a document for tasks."""
    given = {}
    for pair in options.values:
        key, sign, text = pair.partition("=")
        if not sign:
            raise InvalidInputError(_("“{text}”应写成 栏目=内容。").format(text=pair))
        given[key.strip()] = text
    with open_register_app(options) as app:
        made, _changes = app.documents.make(options.kind, options.tasks, given, on=options.on)
        files = app.documents.save(made, options.out) if options.out is not None else []
    found = {**_json(made.document), "name": made.file.name, "files": [str(path) for path in files]}
    output.result(found, [_("已制作 {name}，存入任务的材料。").format(name=made.file.name), *found["files"]])  # fmt: skip
    return 0


def documents(options: argparse.Namespace, output: Output) -> int:
    """List kinds, documents, placeholders; see to templates and numbers."""
    with open_register_app(options) as app:
        service = app.documents
        if options.pattern:
            service.set_pattern(*options.pattern)
        copied = _copied(app, options.copy) if options.copy else None
        if options.check:
            found = {
                **service.check_templates(),
                **SubmissionForms(app.register, app.actor).check_template(),
            }
            return _checked(found, output)
        if options.placeholders:
            return _placeholders(output)
        if options.task:
            return _listed(service.of_task(options.task), output)
        patterns = service.patterns()
    kinds = [
        {
            "key": kind.key, "title": kind.title, "pattern": patterns.get(kind.series, ""),
            "needs": list(kind.needs), "own_template": kind.own_template,
        }
        for kind in document_kinds()
    ]  # fmt: skip
    result: dict[str, Any] = {"kinds": kinds, "given": dict(GIVEN)}
    lines = columns([[k.key, k.title, patterns.get(k.series, "")] for k in document_kinds()])
    if copied is not None:
        result["template"] = str(copied)
        lines.append(_("模板在 {path}，可用 Word 修改。").format(path=copied))
    output.result(result, lines)
    return 0


def _copied(app: App, kind: str) -> Path:
    if kind in {FORM_KEY, FORM_TITLE}:
        return SubmissionForms(app.register, app.actor).copy_template()
    return app.documents.copy_template(kind)


def _checked(found: dict[str, list[str]], output: Output) -> int:
    lines = []
    for name, faults in found.items():
        lines.append(_("{name}：有误").format(name=name) if faults else _("{name}：正确").format(name=name))  # fmt: skip
        lines += [f"  {fault}" for fault in faults]
    output.result(found, lines or [_("没有自己的模板，用的是程序自带的。")])
    return 0


def _placeholders(output: Output) -> int:
    items = {f"items.{key}": words for key, words in ITEM_PLACEHOLDERS.items()}
    known = {**PLACEHOLDERS, **items}
    result = {key: _(words) for key, words in known.items()}
    output.result(result, columns([[key, words] for key, words in result.items()]))
    return 0


def _listed(found: list[OfficeDocument], output: Output) -> int:
    rows = [[d.dated.isoformat(), document_kind(d.kind).title, d.number] for d in found]
    lines = (
        [*columns(rows), _("共 {n} 份文书。").format(n=len(found))] if rows else [_("还没有文书。")]
    )
    output.result([_json(each) for each in found], lines)
    return 0


def _json(made: OfficeDocument) -> dict[str, Any]:
    return {
        "id": str(made.id), "kind": made.kind, "number": made.number, "unit": made.unit,
        "dated": made.dated.isoformat(), "tasks": list(made.tasks), "by": made.made_by,
    }  # fmt: skip
