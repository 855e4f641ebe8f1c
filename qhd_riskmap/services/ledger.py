"""The ledger of remediation: written for other offices, and read back when they send it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.remediation.editing import TELLABLE, edited, nothing_to_tell, refused
from qhd_riskmap.domain.remediation.ledger import (
    LEDGER_COLUMNS,
    LedgerAnswer,
    LedgerRow,
    LedgerTable,
    cell_refusal,
    differences,
    ledger_code,
    ledger_table,
    ordinals,
    parse_ledger_code,
)
from qhd_riskmap.domain.remediation.overview import ALL_TASKS, TaskFilter, TaskLine
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask
from qhd_riskmap.domain.remediation.task_fields import read_task_texts
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.ledger_file import MAJOR_SHEET, SHEET, write_ledger
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReading:
    """What a ledger that came back says.

    Attributes:
        answers: Row by row.
        updated: Tasks that were changed.
    """

    answers: tuple[LedgerAnswer, ...]
    updated: int = 0

    @property
    def unchanged(self) -> int:
        """Rows that say what the register says."""
        return sum(answer.task is not None and not answer.changes for answer in self.answers)

    @property
    def unknown(self) -> int:
        """Rows with a code of no task."""
        return sum(answer.task is None for answer in self.answers)

    def to_json(self) -> dict[str, Any]:
        """The document of the command-line contract."""
        return {
            "rows": len(self.answers),
            "unchanged": self.unchanged,
            "unknown": self.unknown,
            "updated": self.updated,
            "changes": [_answer_json(a) for a in self.answers if a.changes or a.task is None],
        }


class LedgerService:
    """Use cases of the ledger, for one actor."""

    def __init__(self, register: Register, actor: Actor, remediation: RemediationService) -> None:
        self._register = register
        self._actor = actor
        self._remediation = remediation

    def export(self, path: Path, wanted: TaskFilter = ALL_TASKS) -> int:
        """Write the ledger of the tasks that a filter lets through; how many there were.

        Of major hidden dangers alone it is the 重大隐患清单.

        Raises:
            OutputFileError: The file cannot be written, or it is the register itself.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, path)
        lines = self._remediation.tasks(wanted)
        with self._register.unit_of_work() as work:
            rows = _rows(work, lines)
        only_major = wanted.grades == {HiddenDangerGrade.MAJOR}
        write_ledger(
            path,
            [[column.value(row) for column in LEDGER_COLUMNS] for row in rows],
            title=MAJOR_SHEET if only_major else SHEET,
        )
        with self._register.unit_of_work() as work:
            record_export(work, self._actor, [path], name=path.name, kind="ledger", count=len(rows))
        return len(rows)

    def read(self, path: Path) -> LedgerReading:
        """Compare a ledger that came back with the register; nothing is stored.

        Raises:
            UnreadableFileError: The file cannot be read, or holds no ledger.
        """
        self._actor.require(Permission.READ)
        sheets = [
            (sheet, found)
            for sheet in read_survey(path)
            if (found := ledger_table(sheet)) is not None
        ]
        if not sheets:
            raise UnreadableFileError(
                _("“{name}”里没有整改台账。").format(name=path.name),
                hint=_("台账的表头应有隐患编号、整改措施、整改时限、整改情况。"),
            )
        with self._register.unit_of_work() as work:
            return self._compared(work, sheets)

    def update(self, path: Path) -> tuple[LedgerReading, Changes]:
        """Take over what a ledger that came back says otherwise, in one transaction.

        Facts are corrected and progress is noted; what takes a step of the flow is said and left.

        Raises:
            UnreadableFileError: The file cannot be read, or holds no ledger.
        """
        self._actor.require(Permission.REMEDY)
        reading = self.read(path)
        answers, touched = [], set[UUID]()
        with self._register.unit_of_work() as work:
            work.lock()
            for answer in reading.answers:
                taken, refusals = self._take(work, answer)
                if taken and answer.task is not None:
                    touched.add(answer.task.id)
                answers.append(replace(answer, refusals=refusals))
            work.commit()
        done = LedgerReading(answers=tuple(answers), updated=len(touched))
        return done, Changes(tasks=bool(touched))

    # Inside

    def _compared(
        self, work: UnitOfWork, sheets: Sequence[tuple[SurveySheet, LedgerTable]]
    ) -> LedgerReading:
        lines = work.tasks.lines(self._remediation.today())
        known = {row.code: row for row in _rows(work, lines)}
        answers = []
        for sheet, table in sheets:
            for number, cells in table.rows(sheet):
                row = known.get(_tidy_code(cells["code"]))
                changes = differences(row, cells) if row is not None else ()
                answers.append(
                    LedgerAnswer(
                        sheet=sheet.name,
                        row=number,
                        code=cells["code"],
                        task=row.task if row is not None else None,
                        changes=changes,
                        refusals=tuple(filter(None, map(cell_refusal, changes))),
                    )
                )
        return LedgerReading(answers=tuple(answers))

    def _take(self, work: UnitOfWork, answer: LedgerAnswer) -> tuple[bool, tuple[str, ...]]:
        """Store one row's changes; whether any was, and why others were not."""
        if answer.task is None:
            return False, ()
        reasons = {change.key: cell_refusal(change) for change in answer.changes}
        refusals = [reason for reason in reasons.values() if reason]
        taken = {c.field: c.after for c in answer.changes if not reasons[c.key]}
        values, bad = read_task_texts(taken)
        task = work.tasks.require(str(answer.task.id))
        told = str(values.pop("progress", None) or "")
        if told and task.state not in TELLABLE:
            refusals.append(nothing_to_tell(task))
            told = ""
        kept = refused(task, values)
        refusals += kept.values()
        after, before = edited(task, {key: v for key, v in values.items() if key not in kept})
        stored = task
        if before:
            stored = work.tasks.save(
                task, after, self._actor, kind=EventKind.EDIT, on=task.since, detail=before
            )
        if told:
            stored = self._told(work, stored, told)
        return stored is not task, (*refusals, *bad)

    def _told(self, work: UnitOfWork, task: RemediationTask, text: str) -> RemediationTask:
        return work.tasks.save(
            task, replace(task, progress=text), self._actor, kind=EventKind.NOTE,
            on=self._remediation.today(), text=text, detail={},
        )  # fmt: skip


def _rows(work: UnitOfWork, lines: Sequence[TaskLine]) -> list[LedgerRow]:
    numbered = ordinals(work.tasks.order())
    ids = list({line.task.hazard_id for line in lines})
    hazards = {hazard.id: hazard for hazard in work.batch_hazards.load(ids)}
    with_files = {line.task.id for line in lines if line.files}
    return [
        LedgerRow(
            number=number,
            ordinal=numbered[line.task.id],
            line=line,
            hazard=hazards[line.task.hazard_id],
            files=tuple(work.task_files.of(line.task.id)) if line.task.id in with_files else (),
        )
        for number, line in enumerate(lines, start=1)
    ]


def _tidy_code(text: str) -> str:
    found = parse_ledger_code(text)
    return ledger_code(*found) if found is not None else ""


def _answer_json(answer: LedgerAnswer) -> dict[str, Any]:
    return {
        "sheet": answer.sheet,
        "row": answer.row,
        "code": answer.code,
        "task": answer.task.number if answer.task is not None else None,
        "fields": [
            {"key": c.key, "label": c.label, "before": c.before, "after": c.after}
            for c in answer.changes
        ],
        "refusals": list(answer.refusals),
    }
