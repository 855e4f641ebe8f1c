"""Remediation: tasks made, moved through their flow, noted, documented, found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AttributeValue, Hazard
from qhd_riskmap.domain.remediation.editing import NOTABLE, edited, nothing_to_tell
from qhd_riskmap.domain.remediation.flow import Move
from qhd_riskmap.domain.remediation.lateness import NOT_LATE, lateness
from qhd_riskmap.domain.remediation.machine import find_move, missing, moved, possible_moves
from qhd_riskmap.domain.remediation.overview import ALL_TASKS, TaskFilter, TaskLine
from qhd_riskmap.domain.remediation.requirements import Circumstances
from qhd_riskmap.domain.remediation.task import (
    EventKind,
    PhotoStage,
    RemediationTask,
    TaskEvent,
    TaskFile,
    TaskState,
)
from qhd_riskmap.domain.remediation.workdays import (
    WorkCalendar,
    resolved_day,
)
from qhd_riskmap.errors import ConflictError, InvalidInputError, MoveRefusedError
from qhd_riskmap.formats.attachment_files import read_attachment
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

Values = Mapping[str, AttributeValue | None]
LONGEST_NOTE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDossier:
    """Everything about one task.

    Attributes:
        line: The task with its hazard, as of a day.
        events: Its history, oldest first.
        files: Its photos and files.
        moves: What may be done next, in order.
    """

    line: TaskLine
    hazard: Hazard
    events: tuple[TaskEvent, ...]
    files: tuple[TaskFile, ...]
    moves: tuple[Move, ...]


class RemediationService:
    """Use cases of remediation, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    # Reading

    def today(self) -> date:
        """The day that lateness is derived from unless another is given."""
        return self._today()

    def tasks(self, wanted: TaskFilter = ALL_TASKS, *, on: date | None = None) -> list[TaskLine]:
        """The live tasks that a filter lets through, as of a day, in order of registration."""
        self._actor.require(Permission.READ)
        one = next(iter(wanted.hazards)) if len(wanted.hazards) == 1 else None
        with self._register.unit_of_work() as work:
            lines = work.tasks.lines(on or self._today(), one)
        return [line for line in lines if wanted.takes(line)]

    def dossier(self, id_or_number: str, *, on: date | None = None) -> TaskDossier:
        """Everything about one task.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.READ)
        day = on or self._today()
        with self._register.unit_of_work() as work:
            task = work.tasks.require(id_or_number)
            hazard = work.hazards.require(str(task.hazard_id))
            events, files = work.tasks.events(task.id), work.task_files.of(task.id)
        return TaskDossier(
            line=_line(task, hazard, len(files), day),
            hazard=hazard,
            events=tuple(events),
            files=tuple(files),
            moves=possible_moves(task),
        )

    def removed(self) -> list[RemediationTask]:
        """Tasks that were removed and can be restored."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.tasks.removed()

    def missing(
        self, id_or_number: str, move: str, values: Values, *, on: date | None = None
    ) -> tuple[str, ...]:
        """Why a move cannot be made, one sentence each; empty when it can.

        Raises:
            NotFoundError: No such task.
            InvalidInputError: No such move, or a field that it does not have.
        """
        self._actor.require(Permission.READ)
        known = find_move(move)
        with self._register.unit_of_work() as work:
            task = work.tasks.require(id_or_number)
            around = self._around(work, task)
        return missing(task, known, values, on or self._today(), around)

    def file_content(self, file_id: UUID) -> bytes:
        """A photo or file, byte for byte.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.task_files.content(file_id)

    # Writing

    def create(
        self, hazard: str, values: Values, *, on: date | None = None
    ) -> tuple[RemediationTask, Changes]:
        """Register a task of a hazard.

        Args:
            hazard: Id or code.
            values: Of `task_fields.TASK_FIELDS`.
            on: Day of registration, today unless given.

        Raises:
            NotFoundError: No such hazard.
            InvalidInputError: The problem is missing, or a field is none of a task's facts.
        """
        self._actor.require(Permission.REMEDY)
        day = self._checked_day(on)
        with self._register.unit_of_work() as work:
            work.lock()
            found = work.hazards.require(hazard)
            blank = RemediationTask(
                id=uuid4(), hazard_id=found.id, since=day, registered_on=day,
                owner_unit=found.unit, regulator=found.regulator,
            )  # fmt: skip
            task, _before = edited(blank, values)
            if not task.problem.strip():
                raise InvalidInputError(_("请填写隐患描述。"), hint=_("一项任务写一个问题。"))
            stored = work.tasks.add(task, self._actor)
            work.commit()
        return stored, _changes(stored)

    def update(
        self, id_or_number: str, values: Values, *, revision: int | None = None
    ) -> tuple[RemediationTask, Changes]:
        """Correct facts of a task.

        Args:
            id_or_number: The task.
            values: Of `task_fields.TASK_FIELDS`; what is not named stays.
            revision: As the officer saw it; None takes the present one.

        Raises:
            MoveRefusedError: A field may not be changed where the task stands.
            ConflictError: Somebody else saved first.
        """
        self._actor.require(Permission.REMEDY)
        with self._register.unit_of_work() as work:
            work.lock()
            task = self._seen(work, id_or_number, revision)
            after, before = edited(task, values)
            if not before:
                return task, Changes()
            stored = work.tasks.save(
                task, after, self._actor, kind=EventKind.EDIT, on=task.since, detail=before
            )
            work.commit()
        return stored, _changes(stored)

    def move(
        self,
        id_or_number: str,
        move: str,
        values: Values,
        *,
        on: date | None = None,
        revision: int | None = None,
    ) -> tuple[RemediationTask, Changes]:
        """Take a task one step through its flow.

        Args:
            id_or_number: The task.
            move: Key of the move.
            values: Of the move's fields.
            on: The day it happened, today unless given.
            revision: As the officer saw it; None takes the present one.

        Raises:
            MoveRefusedError: It cannot be done; the reasons say everything that is missing.
            PermissionDeniedError: The move asks for another permission.
            ConflictError: Somebody else saved first.
        """
        known = find_move(move)
        self._actor.require(known.permission)
        day = on or self._today()
        with self._register.unit_of_work() as work:
            work.lock()
            task = self._seen(work, id_or_number, revision)
            after = moved(task, known, values, day, self._around(work, task))
            stored = work.tasks.save(
                task, after, self._actor, kind=EventKind.MOVE, on=day, move=move,
                percent=after.percent if after.percent != task.percent else None,
                text=str(values.get("reason") or values.get("opinion") or values.get("progress") or ""),
                detail=dict(values),
            )  # fmt: skip
            work.commit()
        return stored, _changes(stored)

    def note(
        self,
        id_or_number: str,
        text: str,
        *,
        percent: int | None = None,
        on: date | None = None,
        revision: int | None = None,
    ) -> tuple[RemediationTask, Changes]:
        """Tell of progress.

        Args:
            id_or_number: The task.
            text: What was done.
            percent: How far it is, 0 to 100; None leaves it.
            on: The day it is told of, today unless given.
            revision: As the officer saw it; None takes the present one.

        Raises:
            InvalidInputError: The note is empty or too long, or the percentage is none.
            MoveRefusedError: The task is not being worked on.
        """
        self._actor.require(Permission.REMEDY)
        day = self._checked_day(on)
        plain = text.strip()
        if not plain or len(plain) > LONGEST_NOTE:
            raise InvalidInputError(_("进展应有 1 到 {n} 字。").format(n=LONGEST_NOTE))
        if percent is not None and not 0 <= percent <= 100:  # noqa: PLR2004 - per cent
            raise InvalidInputError(_("进度应在 0 到 100 之间。"))
        with self._register.unit_of_work() as work:
            work.lock()
            task = self._seen(work, id_or_number, revision)
            if task.state not in NOTABLE or task.deleted_at is not None:
                raise MoveRefusedError(
                    _("任务 {number} 不能报进展。").format(number=task.number),
                    reasons=[nothing_to_tell(task)],
                )
            after = replace(
                task, progress=plain, percent=task.percent if percent is None else percent
            )
            stored = work.tasks.save(
                task, after, self._actor, kind=EventKind.NOTE, on=day, percent=percent, text=plain,
                detail={},
            )  # fmt: skip
            work.commit()
        return stored, _changes(stored)

    def attach(
        self, id_or_number: str, stage: PhotoStage, name: str, content: bytes
    ) -> tuple[TaskFile, Changes]:
        """Hang a photo or file on a task.

        Raises:
            UnreadableFileError: It is too large, damaged, or of a kind that is not kept.
            ConflictError: The task has a file of the same content.
        """
        self._actor.require(Permission.REMEDY)
        kept, file = read_attachment(name, content)
        with self._register.unit_of_work() as work:
            work.lock()
            task = work.tasks.require(id_or_number)
            entry = work.task_files.add(task.id, stage, kept, file, self._actor)
            work.commit()
        return entry, _changes(task)

    def detach(self, file_id: UUID) -> tuple[TaskFile, Changes]:
        """Take a file off its task; the history keeps it.

        Raises:
            NotFoundError: It is not there any more.
            MoveRefusedError: It is the evidence of a task that was accepted.
        """
        self._actor.require(Permission.REMEDY)
        with self._register.unit_of_work() as work:
            work.lock()
            entry = work.task_files.require(file_id)
            task = work.tasks.require(str(entry.task_id))
            if task.state in {TaskState.ACCEPTED, TaskState.CLOSED}:
                raise MoveRefusedError(
                    _("附件“{name}”不能移除。").format(name=entry.name),
                    reasons=[_("任务已经验收，附件是验收的依据。")],
                )
            gone = work.task_files.remove(file_id, self._actor)
            work.commit()
        return gone, _changes(task)

    def remove(self, id_or_number: str, *, revision: int | None = None) -> Changes:
        """Remove a task that was entered by mistake; its number is not used again."""
        return self._put_away(id_or_number, revision, restore=False)

    def restore(self, id_or_number: str) -> Changes:
        """Bring a removed task back."""
        return self._put_away(id_or_number, None, restore=True)

    # Days

    def calendar(self) -> WorkCalendar:
        """The working days: the shipped table with the office's own days over it."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.work_days.calendar()

    def resolved_day(self, text: str, start: date) -> str:
        """``15个工作日`` as the day it ends on, counted from ``start``; any other text as it is.

        Raises:
            InvalidInputError: The number of days is out of range.
        """
        return resolved_day(text, start, self.calendar())

    # Inside

    def _put_away(self, id_or_number: str, revision: int | None, *, restore: bool) -> Changes:
        self._actor.require(Permission.REMEDY)
        with self._register.unit_of_work() as work:
            work.lock()
            task = self._seen(work, id_or_number, revision)
            if restore != (task.deleted_at is not None):
                return Changes()
            if task.state is TaskState.CLOSED:
                raise MoveRefusedError(
                    _("任务 {number} 不能删除。").format(number=task.number),
                    reasons=[_("已销号的任务须留存。")],
                )
            work.tasks.remove_many([task], self._actor, str(task.id), restore=restore)
            work.commit()
        return _changes(task)

    def _checked_day(self, on: date | None) -> date:
        today = self._today()
        if on is not None and on > today:
            raise InvalidInputError(_("日期 {on} 在将来。").format(on=on.isoformat()))
        return on or today

    def _seen(self, work: UnitOfWork, id_or_number: str, revision: int | None) -> RemediationTask:
        task = work.tasks.require(id_or_number)
        if revision is not None and revision != task.revision:
            raise ConflictError(
                _("任务 {number} 已由 {actor} 先保存。").format(
                    number=task.number, actor=task.updated_by
                ),
                hint=_("请载入最新内容后再办理。"),
            )
        return task

    def _around(self, work: UnitOfWork, task: RemediationTask) -> Circumstances:
        hazard = work.hazards.require(str(task.hazard_id))
        return Circumstances(
            today=self._today(), evidence=work.task_files.count(task.id), level=hazard.level
        )


def _changes(task: RemediationTask) -> Changes:
    return Changes(tasks=True, hazard_ids=(task.hazard_id,))


def _line(task: RemediationTask, hazard: Hazard, files: int, on: date) -> TaskLine:
    live = hazard.deleted_at is None
    return TaskLine(
        task=task, code=hazard.code, name=hazard.name, type_key=hazard.type_key, level=hazard.level,
        county=hazard.county, township=hazard.township, unit=task.owner_unit or hazard.unit,
        files=files, late=lateness(task, on) if live else NOT_LATE,
    )  # fmt: skip
