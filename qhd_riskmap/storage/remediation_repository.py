"""Remediation tasks: each change keeps its event, its revision and its row in the audit trail."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask, TaskEvent
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.number_series import task_numbers
from qhd_riskmap.storage.remediation_columns import (
    CHANGING,
    COLUMNS,
    SELECT_TASKS,
    event_of,
    line_of,
    row_values,
    task_of,
)
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAMES = ("id", "hazard_fid", "batch_id", "source_hash", *COLUMNS)
_INSERT = (
    f"INSERT INTO remediation_task ({', '.join(_NAMES)})"  # noqa: S608 - constants
    f" VALUES (?, (SELECT fid FROM hazard WHERE id = ?), {', '.join('?' * (len(_NAMES) - 2))})"
)
_UPDATE = (
    f"UPDATE remediation_task SET {', '.join(f'{name} = ?' for name in CHANGING)}"  # noqa: S608 - constants
    " WHERE id = ? AND revision = ?"
)
_INSERT_EVENT = (
    "INSERT INTO remediation_event (id, task_seq, kind, move, state_before, state_after,"
    " happened_on, percent, note, detail, revision, recorded_at, recorded_by)"
    " VALUES (?, (SELECT seq FROM remediation_task WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT_LINES = SELECT_TASKS.replace(
    " FROM ",
    ", h.code, h.name, h.type_key, h.level, h.county, h.township, h.unit,"
    " (SELECT count(*) FROM remediation_file f WHERE f.task_seq = t.seq AND f.removed_at IS NULL)"
    " FROM ",
)
_EVENTS = (
    "SELECT e.id, t.id, e.kind, e.move, e.state_before, e.state_after, e.happened_on, e.percent,"
    " e.note, e.detail, e.recorded_at, e.recorded_by"
    " FROM remediation_event e JOIN remediation_task t ON t.seq = e.task_seq"
)


class RemediationRepository:
    """Writes and reads tables ``remediation_task`` and ``remediation_event``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    # Reading

    def get(self, id_or_number: str) -> RemediationTask | None:
        """The task with this id or 整改编号, deleted or not."""
        found = self._tasks(" WHERE t.id = ? OR t.number = ?", (id_or_number, id_or_number))
        return found[0] if found else None

    def require(self, id_or_number: str) -> RemediationTask:
        """The task with this id or 整改编号.

        Raises:
            NotFoundError: There is none.
        """
        task = self.get(id_or_number)
        if task is None:
            raise NotFoundError(_("没有整改任务“{task}”。").format(task=id_or_number))
        return task

    def of_hazard(self, hazard_id: UUID, *, deleted: bool = False) -> list[RemediationTask]:
        """The tasks of a hazard in order of registration."""
        live = "" if deleted else " AND t.deleted_at IS NULL"
        return self._tasks(f" WHERE h.id = ?{live} ORDER BY t.seq", (str(hazard_id),))

    def of_batch(self, batch_id: UUID) -> list[RemediationTask]:
        """The tasks that an import brought, deleted ones included."""
        return self._tasks(" WHERE t.batch_id = ? ORDER BY t.seq", (str(batch_id),))

    def lines(self, on: date, hazard_id: UUID | None = None) -> list[TaskLine]:
        """Live tasks with their hazards as of a day, in order of registration; of one hazard or all."""
        one = "" if hazard_id is None else " AND h.id = ?"
        rows = self._transaction.reading().exec_driver_sql(
            f"{_SELECT_LINES} WHERE t.deleted_at IS NULL AND h.deleted_at IS NULL{one} ORDER BY t.seq",
            () if hazard_id is None else (str(hazard_id),),
        )
        return [line_of(row, on) for row in rows]

    def every(self) -> list[RemediationTask]:
        """All tasks ever, removed ones and those of deleted hazards too."""
        return self._tasks(" ORDER BY t.seq", ())

    def order(self) -> list[tuple[UUID, UUID]]:
        """Every task ever with its hazard, in order of registration."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT t.id, h.id FROM remediation_task t JOIN hazard h ON h.fid = t.hazard_fid"
            " ORDER BY t.seq"
        )
        return [(UUID(task), UUID(hazard)) for task, hazard in rows]

    def removed(self) -> list[RemediationTask]:
        """Tasks that were removed softly, in order of registration."""
        return self._tasks(" WHERE t.deleted_at IS NOT NULL ORDER BY t.seq", ())

    def events(self, task_id: UUID) -> list[TaskEvent]:
        """The history of a task, oldest first."""
        rows = self._transaction.reading().exec_driver_sql(
            f"{_EVENTS} WHERE t.id = ? ORDER BY e.seq", (str(task_id),)
        )
        return [event_of(row) for row in rows]

    def given(self) -> list[dict[str, AttributeValue | None]]:
        """What was filled in on the way or replaced by a correction, of all tasks ever, each once."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT DISTINCT detail FROM remediation_event WHERE detail <> '{}'"
        )
        return [json.loads(detail) for (detail,) in rows]

    def known_sources(self, hazard_ids: Iterable[UUID]) -> set[tuple[UUID, str]]:
        """Which rows of sheets have made live tasks of some hazards: hazard, hash of the row."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT h.id, t.source_hash FROM remediation_task t JOIN hazard h ON h.fid = t.hazard_fid"
            " WHERE t.source_hash <> '' AND t.deleted_at IS NULL"
            " AND h.id IN (SELECT value FROM json_each(?))",
            (json.dumps([str(each) for each in hazard_ids]),),
        )
        return {(UUID(hazard_id), source) for hazard_id, source in rows}

    # Writing

    def add(self, task: RemediationTask, actor: Actor) -> RemediationTask:
        """Register one task; it gets the next number of the office's year.

        Raises:
            NotFoundError: Its hazard does not exist or is deleted.
        """
        with self._transaction.step() as connection:
            _require_live(connection, task.hazard_id)
            stored = self._insert(connection, [task], [""], actor)[0]
            self._audit.record(
                actor,
                "task.add",
                str(task.id),
                {"number": stored.number, "hazard": str(task.hazard_id)},
            )
        return stored

    def add_many(
        self, tasks: Sequence[RemediationTask], sources: Sequence[str], batch_id: UUID, actor: Actor
    ) -> list[RemediationTask]:
        """Register the tasks of an import, in the states its columns prove.

        Args:
            tasks: Their hazards are in the register.
            sources: By task, the hash by which its row is known again.
            batch_id: Of the import.
            actor: Who imports.
        """
        if not tasks:
            return []
        own = [replace(task, batch_id=batch_id) for task in tasks]
        with self._transaction.step() as connection:
            stored = self._insert(connection, own, sources, actor)
            self._audit.record(actor, "task.add_many", str(batch_id), {"count": len(stored)})
        return stored

    def save(
        self,
        before: RemediationTask,
        after: RemediationTask,
        actor: Actor,
        *,
        kind: EventKind,
        on: date,
        move: str = "",
        percent: int | None = None,
        text: str = "",
        detail: Mapping[str, AttributeValue | None],
    ) -> RemediationTask:
        """Store a change with the event that tells of it.

        Args:
            before: As it was read; its revision must still be the stored one.
            after: As it is to be.
            actor: Who changes it.
            kind: What the event tells.
            on: The day it happened.
            move: Key of the move.
            percent: Progress told.
            text: Note, reason or opinion.
            detail: What was given or changed.

        Raises:
            ConflictError: Somebody else saved first.
        """
        now = self._transaction.now()
        stored = replace(after, revision=before.revision + 1, updated_at=now, updated_by=actor.name)
        event = TaskEvent(
            id=uuid4(), task_id=before.id, kind=kind, move=move, before=before.state,
            after=after.state, on=on, percent=percent, text=text, detail=detail,
        )  # fmt: skip
        with self._transaction.step() as connection:
            self._replace(connection, before, stored)
            connection.exec_driver_sql(_INSERT_EVENT, self._event_row(event, stored, actor))
            self._audit.record(
                actor,
                f"task.{kind.value}",
                str(before.id),
                {
                    "number": before.number, "move": move, "state": stored.state.value,
                    "on": on.isoformat(), "revision": stored.revision, "detail": dict(detail),
                },
            )  # fmt: skip
        return stored

    def remove_many(
        self, tasks: Sequence[RemediationTask], actor: Actor, subject: str, *, restore: bool
    ) -> None:
        """Remove tasks of a batch softly, or bring them back, with one audit entry for all."""
        if not tasks:
            return
        now = self._transaction.now()
        kind = EventKind.RESTORE if restore else EventKind.REMOVE
        with self._transaction.step() as connection:
            for task in tasks:
                stored = replace(
                    task, revision=task.revision + 1, updated_at=now, updated_by=actor.name,
                    deleted_at=None if restore else now,
                )  # fmt: skip
                self._replace(connection, task, stored)
                event = TaskEvent(
                    id=uuid4(), task_id=task.id, kind=kind, before=task.state, after=task.state,
                    on=task.since,
                )  # fmt: skip
                connection.exec_driver_sql(_INSERT_EVENT, self._event_row(event, stored, actor))
            detail = {"count": len(tasks), "tasks": [str(task.id) for task in tasks]}
            self._audit.record(actor, f"task.{kind.value}_many", subject, detail)

    def removed_with(self, batch_id: UUID) -> list[RemediationTask]:
        """The tasks that the last undoing of an import removed, as far as they are still removed."""
        action = f"task.{EventKind.REMOVE.value}_many"
        entries = [e for e in self._audit.of(str(batch_id)) if e.action == action]
        found = [self.get(each) for each in entries[-1].detail["tasks"]] if entries else []
        return [task for task in found if task is not None and task.deleted_at is not None]

    def worked_on(self, batch_id: UUID) -> dict[UUID, str]:
        """Hazards of an import that have tasks it did not bring as they are: hazard → number of one."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT h.id, t.number FROM remediation_task t JOIN hazard h ON h.fid = t.hazard_fid"
            " WHERE h.batch_id = ? AND t.deleted_at IS NULL"
            " AND (t.revision > 1 OR t.batch_id IS NOT h.batch_id"
            "  OR EXISTS (SELECT 1 FROM remediation_file f WHERE f.task_seq = t.seq))"
            " ORDER BY t.seq DESC",
            (str(batch_id),),
        )
        return {UUID(hazard_id): number for hazard_id, number in rows}

    def hand_over(self, hazard_id: UUID, survivor_id: UUID, actor: Actor) -> None:
        """Let the tasks of a record that is absorbed go on with the one that stands for it."""
        moving = [str(task.id) for task in self.of_hazard(hazard_id, deleted=True)]
        if moving:
            self._set_hazard(moving, hazard_id, survivor_id)
            detail = {"to": str(survivor_id), "tasks": moving}
            self._audit.record(actor, "task.hand_over", str(hazard_id), detail)

    def follow(self, hazard_id: UUID, actor: Actor, *, back: bool) -> None:
        """Let the tasks handed over come back with a record that is restored, or go once more."""
        handed = [e for e in self._audit.of(str(hazard_id)) if e.action == "task.hand_over"]
        if not handed:
            return
        tasks, survivor = list(handed[-1].detail["tasks"]), UUID(handed[-1].detail["to"])
        ends = (survivor, hazard_id) if back else (hazard_id, survivor)
        self._set_hazard(tasks, *ends)
        action = "task.come_back" if back else "task.go_again"
        self._audit.record(actor, action, str(hazard_id), {"to": str(ends[1]), "tasks": tasks})

    # Inside

    def _set_hazard(self, tasks: Sequence[str], source: UUID, target: UUID) -> None:
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "UPDATE remediation_task SET hazard_fid = (SELECT fid FROM hazard WHERE id = ?)"
                " WHERE hazard_fid = (SELECT fid FROM hazard WHERE id = ?)"
                " AND id IN (SELECT value FROM json_each(?))",
                (str(target), str(source), json.dumps(tasks)),
            )

    def _insert(
        self,
        connection: Connection,
        tasks: Sequence[RemediationTask],
        sources: Sequence[str],
        actor: Actor,
    ) -> list[RemediationTask]:
        now = self._transaction.now()
        office = str(connection.exec_driver_sql("SELECT division FROM office").scalar_one())
        numbers = task_numbers(connection, office, now.astimezone().year, len(tasks))
        stored = [
            replace(
                task, number=number, revision=1, created_at=now, created_by=actor.name,
                updated_at=now, updated_by=actor.name,
            )
            for task, number in zip(tasks, numbers, strict=True)
        ]  # fmt: skip
        connection.exec_driver_sql(
            _INSERT,
            [
                (
                    str(task.id),
                    str(task.hazard_id),
                    str(task.batch_id) if task.batch_id is not None else None,
                    source,
                    *row_values(task, COLUMNS),
                )
                for task, source in zip(stored, sources, strict=True)
            ],
        )
        connection.exec_driver_sql(
            _INSERT_EVENT, [self._event_row(_created(task), task, actor) for task in stored]
        )
        return stored

    def _replace(
        self, connection: Connection, before: RemediationTask, after: RemediationTask
    ) -> None:
        try:
            result = connection.exec_driver_sql(
                _UPDATE, (*row_values(after, CHANGING), str(before.id), before.revision)
            )
        except integrity_error() as error:
            raise ConflictError(
                _("任务 {number} 与另一项重复，不能恢复。").format(number=before.number),
                detail=str(error.orig),
            ) from error
        if result.rowcount != 1:
            raise ConflictError(
                _("任务 {number} 已被他人先保存。").format(number=before.number),
                hint=_("请载入最新内容后再办理。"),
            )

    def _event_row(self, event: TaskEvent, task: RemediationTask, actor: Actor) -> tuple[Any, ...]:
        return (
            str(event.id), str(event.task_id), event.kind.value, event.move, event.before.value,
            event.after.value, event.on.isoformat(), event.percent, event.text,
            to_json(dict(event.detail)), task.revision, self._transaction.now().isoformat(),
            actor.name,
        )  # fmt: skip

    def _tasks(self, condition: str, parameters: tuple[Any, ...]) -> list[RemediationTask]:
        rows = self._transaction.reading().exec_driver_sql(SELECT_TASKS + condition, parameters)
        return [task_of(row) for row in rows]


def _created(task: RemediationTask) -> TaskEvent:
    return TaskEvent(
        id=uuid4(), task_id=task.id, kind=EventKind.CREATE, before=task.state, after=task.state,
        on=task.registered_on, percent=task.percent or None, text=task.progress,
    )  # fmt: skip


def _require_live(connection: Connection, hazard_id: UUID) -> None:
    found = connection.exec_driver_sql(
        "SELECT 1 FROM hazard WHERE id = ? AND deleted_at IS NULL", (str(hazard_id),)
    ).scalar()
    if found is None:
        raise NotFoundError(_("登记库里没有这条记录，或已被删除。"), detail=str(hazard_id))
