"""Documents about remediation tasks: filled from templates, numbered, kept with the tasks."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.cartography.document_pages import export_document
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.remediation.document_rules import (
    DOCUMENTS,
    DocumentRules,
    read_document_rules,
    shipped_document_rules,
)
from qhd_riskmap.domain.remediation.documents import (
    ITEM_PLACEHOLDERS,
    PLACEHOLDERS,
    DocumentKind,
    OfficeDocument,
    checked_given,
    checked_pattern,
    decision,
    document_kind,
    document_kinds,
    lacking,
    official_day,
)
from qhd_riskmap.domain.remediation.task import PhotoStage, RemediationTask, TaskEvent, TaskFile
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import ConflictError, InvalidInputError, MoveRefusedError
from qhd_riskmap.formats.attachment_files import read_attachment
from qhd_riskmap.formats.document_template import FOLDER_NAME, check, filled, template_path
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import resource
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_LINE: Final = "＿＿＿＿＿＿"  # to be filled in by hand
_NOTHING: Final = "—"
_BY_HAND: Final = frozenset({"officer", "officer_no", "officer2", "officer2_no", "contact", "contact_phone"})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDocument:
    """A document that was made.

    Attributes:
        file: As it hangs on the first of its tasks.
        content: The docx, byte for byte.
    """

    document: OfficeDocument
    file: TaskFile
    content: bytes


class DocumentService:
    """Use cases of the office's documents, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    @property
    def templates(self) -> Path:
        """Folder where the office keeps templates of its own: beside the register."""
        return self._register.path.parent / FOLDER_NAME

    def possible(self, tasks: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """By kind, why it cannot be made of these tasks; () where it can."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            found = [work.tasks.require(each) for each in tasks]
            events = [event for task in found for event in work.tasks.events(task.id)]
        return {kind.key: tuple(lacking(kind, found, events)) for kind in document_kinds()}

    def make(
        self,
        kind: str,
        tasks: Sequence[str],
        given: Mapping[str, str] | None = None,
        *,
        on: date | None = None,
    ) -> tuple[MadeDocument, Changes]:
        """Make a document and hang it on its tasks.

        Args:
            kind: Key or title of the kind.
            tasks: Ids or numbers; of one responsible unit.
            given: What the officer filled in, see `documents.GIVEN`.
            on: The day on the paper, today unless given.

        Raises:
            MoveRefusedError: A task lacks what the document needs; the reasons say everything.
            InvalidInputError: No task, tasks of several units, or a field that is none.
            UnreadableFileError: The template is wrong; no number was used up.
        """
        self._actor.require(Permission.REMEDY)
        self._actor.require(Permission.EXPORT)
        wanted, filled_in, day = (
            document_kind(kind),
            checked_given(given or {}),
            on or self._today(),
        )
        if not tasks:
            raise InvalidInputError(_("请指明整改任务。"))
        template = template_path(wanted.template, self.templates, wanted.own_template)
        with self._register.unit_of_work() as work:
            work.lock()
            found = list({t.id: t for t in (work.tasks.require(each) for each in tasks)}.values())
            events = [event for task in found for event in work.tasks.events(task.id)]
            if reasons := lacking(wanted, found, events):
                raise MoveRefusedError(
                    _("不能制作“{title}”。").format(title=wanted.title), reasons=reasons
                )
            hazards = [work.hazards.require(str(task.hazard_id)) for task in found]
            unit = _one_unit(found, hazards)
            values = {
                **_values(wanted, found, hazards[0], events),
                **_provisions(wanted, document_rules_in_force(work)), "unit": unit or _LINE,
                "office": work.office.load().unit or _LINE, "day": official_day(day),
                **{k: v or (_LINE if k in _BY_HAND else "") for k, v in filled_in.items()},
            }  # fmt: skip
            document = work.documents.add(wanted, unit, day, found, values, self._actor)
            content = filled(template, document.content)
            name, file = read_attachment(_file_name(wanted, document), content)
            entries = [
                work.task_files.add(task.id, PhotoStage.DOCUMENT, name, file, self._actor)
                for task in found
            ]
            work.commit()
        changes = Changes(tasks=True, hazard_ids=tuple({task.hazard_id for task in found}))
        return MadeDocument(document=document, file=entries[0], content=content), changes

    def save(self, made: MadeDocument, folder: Path) -> list[Path]:
        """Write a document as docx and PDF into a folder.

        Raises:
            OutputFileError: A file cannot be written.
        """
        self._actor.require(Permission.EXPORT)
        out = folder / made.file.name
        with replacing(out) as unfinished:
            unfinished.write_bytes(made.content)
        paper = out.with_suffix(".pdf")
        title = str(made.document.content["title"])
        export_document(made.content, paper, title, made.document.dated)
        return [out, paper]

    def of_task(self, id_or_number: str) -> list[OfficeDocument]:
        """The documents about a task, oldest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.documents.of_task(work.tasks.require(id_or_number))

    def last_given(self) -> dict[str, str]:
        """Who signed the newest document, to be offered for the next one."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            made = work.documents.every()
        last = made[-1].content if made else {}
        return {key: str(last[key]) for key in _BY_HAND if last.get(key, _LINE) != _LINE}

    def provisions(self) -> DocumentRules:
        """What documents stand on: the rules in force."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return document_rules_in_force(work)

    # Numbers

    def patterns(self) -> dict[str, str]:
        """How numbers are written, by series."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.documents.patterns()

    def set_pattern(self, kind: str, pattern: str) -> None:
        """Write the numbers of a kind otherwise from now on.

        Raises:
            InvalidInputError: The kind has no number, or the pattern gives no clear one.
            ConflictError: Another series is written the same way.
        """
        self._actor.require(Permission.ADMINISTER)
        wanted, tidy = document_kind(kind), checked_pattern(pattern)
        if not wanted.series:
            raise InvalidInputError(_("“{title}”不编文号。").format(title=wanted.title))
        with self._register.unit_of_work() as work:
            work.lock()
            others = {k: v for k, v in work.documents.patterns().items() if k != wanted.series}
            if tidy in others.values():
                raise ConflictError(_("另一种文书已用“{pattern}”。").format(pattern=tidy))
            work.documents.set_pattern(wanted.series, tidy, self._actor)
            work.commit()

    # Templates

    def check_templates(self) -> dict[str, list[str]]:
        """What is wrong in the office's own templates, by file name; only those there are."""
        self._actor.require(Permission.READ)
        shape = {**dict.fromkeys(PLACEHOLDERS), "items": [dict.fromkeys(ITEM_PLACEHOLDERS)]}
        own = [self.templates / kind.own_template for kind in document_kinds()]
        return {path.name: check(path, shape) for path in own if path.is_file()}

    def copy_template(self, kind: str) -> Path:
        """Lay a copy of a shipped template into the office's folder, to be edited in Word.

        One that is there already stays.
        """
        self._actor.require(Permission.ADMINISTER)
        wanted = document_kind(kind)
        path = self.templates / wanted.own_template
        if not path.exists():
            with replacing(path) as unfinished:
                shutil.copyfile(resource("templates", wanted.template), unfinished)
        return path


def _one_unit(tasks: Sequence[RemediationTask], hazards: Sequence[Hazard]) -> str:
    units = {task.owner_unit or hazard.unit for task, hazard in zip(tasks, hazards, strict=True)}
    if len(units) > 1:
        raise InvalidInputError(
            _("一份文书只能发给一个责任单位，选中的任务属于：{units}。").format(
                units="、".join(sorted(units))
            )
        )
    return units.pop()


def document_rules_in_force(work: UnitOfWork) -> DocumentRules:
    """The office's own provisions, else the shipped ones."""
    own = work.rule_profiles.in_force().get(DOCUMENTS)
    return read_document_rules(own.content) if own is not None else shipped_document_rules()


def _provisions(kind: DocumentKind, known: DocumentRules) -> dict[str, str]:
    return {"law": known.laws[kind.key].text, "remedy": known.remedy.text}


def _values(
    kind: DocumentKind,
    tasks: Sequence[RemediationTask],
    hazard: Hazard,
    events: Sequence[TaskEvent],
) -> dict[str, Any]:
    county = _(regions().get(hazard.county).name) if hazard.county else ""
    decided = decision(events)
    given = decided.detail if decided is not None else {}
    place = f"{county}{hazard.township}{hazard.address}"
    deadline = max((t.deadline for t in tasks if t.deadline), default=None)
    return {
        "title": kind.title,
        "name": hazard.name, "code": hazard.code,
        "type": _(taxonomy().get(hazard.type_key).label),
        "level": _(hazard.level.label) if hazard.level else _NOTHING,
        "county": county, "township": hazard.township, "place": place or _NOTHING,
        "regulator": _joined(t.regulator for t in tasks) or hazard.regulator or _NOTHING,
        "count": len(tasks), "items": [_item(at, t) for at, t in enumerate(tasks, start=1)],
        "found_on": official_day(min(t.registered_on for t in tasks)),
        "deadline": _day(deadline),
        "owner": _joined(t.owner for t in tasks) or _NOTHING,
        "phone": _joined(t.phone for t in tasks) or _NOTHING,
        "supervision": _joined(_(t.supervision.label) for t in tasks if t.supervision) or _NOTHING,
        "receiver": _joined(t.receiver for t in tasks) or _NOTHING,
        "reason": _reason(events) or _NOTHING,
        "decision": _decided(decided), "approver": str(given.get("approver") or _NOTHING),
        "progress": _joined(t.progress for t in tasks) or _NOTHING,
        "done_on": _day(max((t.done_on for t in tasks if t.done_on), default=None)),
        "acceptor": _joined(t.acceptor for t in tasks) or _NOTHING,
        "accepted_on": _day(max((t.accepted_on for t in tasks if t.accepted_on), default=None)),
        "opinion": _joined(t.opinion for t in tasks) or _NOTHING,
        "verdict": _joined(_(t.state.label) for t in tasks),
    }  # fmt: skip


def _item(at: int, task: RemediationTask) -> dict[str, Any]:
    return {
        "at": at, "number": task.number, "problem": task.problem,
        "basis": task.basis or _NOTHING,
        "grade": _(task.grade.label) if task.grade else _NOTHING,
        "measures": task.measures or _NOTHING,
        "funds": f"{task.funds:g}" if task.funds is not None else _NOTHING,
        "fund_source": task.fund_source or _NOTHING, "owner": task.owner or _NOTHING,
        "deadline": _day(task.deadline), "contingency": task.contingency or _NOTHING,
        "progress": task.progress or _NOTHING, "done_on": _day(task.done_on),
    }  # fmt: skip


def _joined(texts: Any) -> str:
    return "；".join(dict.fromkeys(filter(None, texts)))


def _day(day: date | None) -> str:
    return official_day(day) if day is not None else _NOTHING


def _reason(events: Sequence[TaskEvent]) -> str:
    """Why it was handed on, or more time was asked for: what was said last."""
    for event in reversed(events):
        if event.move in {"transfer", "extension_request"}:
            return str(event.detail.get("reason") or event.detail.get("extension_reason") or "")
    return ""


def _decided(event: TaskEvent | None) -> str:
    if event is None:
        return _NOTHING
    return _("同意延期") if event.move == "extension_approve" else _("不同意延期")


def _file_name(kind: DocumentKind, document: OfficeDocument) -> str:
    stem = document.number or f"{document.tasks[0]}_{document.dated.isoformat()}"
    tidy = re.sub(r"[^\w〔〕（）-]+", "_", stem)
    return f"{kind.title}_{tidy}.docx"
