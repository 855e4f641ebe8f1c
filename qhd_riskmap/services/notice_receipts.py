"""Receipts of notices come back: who signed for which task, what was done; each is taken once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.remediation.editing import TELLABLE
from qhd_riskmap.domain.remediation.notices import SentNotice
from qhd_riskmap.domain.remediation.receipts import (
    ReceiptAnswer,
    ReceiptLine,
    ReceiptStatus,
    filled_wrong,
    receipt_lines,
)
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReading:
    """What one file says.

    Attributes:
        answers: Row by row.
    """

    file: Path
    answers: tuple[ReceiptAnswer, ...]

    def count(self, status: ReceiptStatus) -> int:
        """Rows that became this."""
        return sum(answer.status is status for answer in self.answers)

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        refused = [a for a in self.answers if a.status is ReceiptStatus.REFUSED]
        return {
            "file": str(self.file),
            "rows": len(self.answers),
            **{status.value: self.count(status) for status in ReceiptStatus},
            "problems": [
                {
                    "sheet": a.line.sheet, "row": a.line.row, "notice": a.line.notice,
                    "task": a.line.task, "reasons": list(a.reasons),
                }
                for a in refused
            ],
        }  # fmt: skip


class ReceiptService:
    """Use cases of receipts, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    def notices(self) -> list[SentNotice]:
        """Every notice with its tasks and who signed for them, newest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.notices.sent()

    def read(self, path: Path) -> ReceiptReading:
        """Look at a receipt that came back; nothing is stored.

        Raises:
            UnreadableFileError: The file cannot be read, or is no receipt.
        """
        self._actor.require(Permission.READ)
        lines = _lines(path)
        with self._register.unit_of_work() as work:
            known = _by_number(work)
            answers = [self._answer(work, known, line) for line in lines]
        return ReceiptReading(file=path, answers=tuple(answers))

    def take(self, path: Path) -> tuple[ReceiptReading, Changes]:
        """Store what a receipt says, in one transaction; rows that are wrong are told and left.

        A row taken before changes nothing. A report of progress becomes the task's, unless a later one is
        known or the task has been judged.

        Raises:
            UnreadableFileError: The file cannot be read, or is no receipt.
        """
        self._actor.require(Permission.REMEDY)
        lines = _lines(path)
        touched = set()
        answers = []
        with self._register.unit_of_work() as work:
            work.lock()
            known = _by_number(work)
            for line in lines:
                answer = self._answer(work, known, line)
                if answer.status is ReceiptStatus.NEW and answer.day is not None:
                    task = work.tasks.require(line.task)
                    self._store(work, known[line.notice], task, line, answer.day)
                    touched.add(task.hazard_id)
                answers.append(answer)
            work.commit()
        changes = Changes(tasks=bool(touched), hazard_ids=tuple(touched))
        return ReceiptReading(file=path, answers=tuple(answers)), changes

    def take_all(self, paths: Sequence[Path]) -> list[tuple[ReceiptReading, Changes]]:
        """Take several files; one that is no receipt is refused before any of them is stored.

        Raises:
            UnreadableFileError: A file cannot be read, or is no receipt.
        """
        for path in paths:
            self.read(path)
        return [self.take(path) for path in paths]

    # Inside

    def _answer(
        self, work: UnitOfWork, known: dict[str, SentNotice], line: ReceiptLine
    ) -> ReceiptAnswer:
        notice = known.get(line.notice)
        if notice is None:
            return _refused(
                line, [_("登记库里没有通知“{number}”。").format(number=line.notice[:40])]
            )
        if line.task not in notice.tasks:
            reason = _("通知 {notice} 里没有任务“{task}”。")
            return _refused(line, [reason.format(notice=line.notice, task=line.task[:40])])
        if line.blank:
            return ReceiptAnswer(line=line, status=ReceiptStatus.BLANK)
        day, wrong = filled_wrong(line, notice.dated, self._today())
        if work.tasks.require(line.task).deleted_at is not None:
            wrong.append(_("任务已被删除。"))
        if wrong or day is None:
            return _refused(line, wrong)
        there = work.notices.has_receipt(line.notice, line.task, line.signer, day, line.progress)
        status = ReceiptStatus.KNOWN if there else ReceiptStatus.NEW
        return ReceiptAnswer(line=line, status=status, day=day)

    def _store(
        self,
        work: UnitOfWork,
        notice: SentNotice,
        task: RemediationTask,
        line: ReceiptLine,
        day: date,
    ) -> None:
        work.notices.receive(
            notice.number, task.number, line.signer, day, line.progress, self._actor
        )
        newest = max(
            (e.on for e in work.tasks.events(task.id) if e.text and e.kind in _REPORTS), default=day
        )
        told = line.progress and task.state in TELLABLE and newest <= day
        after = replace(task, progress=line.progress) if told else task
        work.tasks.save(
            task, after, self._actor, kind=EventKind.RECEIPT, on=day, text=line.progress,
            detail={"notice": notice.number, "signer": line.signer},
        )  # fmt: skip


_REPORTS = frozenset({EventKind.NOTE, EventKind.RECEIPT})


def _by_number(work: UnitOfWork) -> dict[str, SentNotice]:
    return {notice.number: notice for notice in work.notices.sent()}


def _refused(line: ReceiptLine, reasons: Sequence[str]) -> ReceiptAnswer:
    return ReceiptAnswer(line=line, status=ReceiptStatus.REFUSED, reasons=tuple(reasons))


def _lines(path: Path) -> list[ReceiptLine]:
    found = [lines for sheet in read_survey(path) if (lines := receipt_lines(sheet)) is not None]
    if not found:
        raise UnreadableFileError(
            _("“{name}”不是通知的回执。").format(name=path.name),
            hint=_("回执是随通知生成的 Excel 文件，表头有通知编号、整改编号、签收人、签收日期。"),
        )
    return [line for lines in found for line in lines]
