"""Notices of the deadline clock: numbered, each with the deadlines it told of, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.remediation.notices import Notice, Owed, Told
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.number_series import notice_number
from qhd_riskmap.storage.transaction import Transaction


class NoticeRepository:
    """Writes and reads tables ``deadline_notice`` and ``deadline_notice_task``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def told(self) -> set[Told]:
        """What has been told of: task, deadline, key of the step."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT t.id, n.deadline, n.step FROM deadline_notice_task n"
            " JOIN remediation_task t ON t.seq = n.task_seq"
        )
        return {(UUID(task), date.fromisoformat(day), step) for task, day, step in rows}

    def of_day(self, dated: date) -> list[Notice]:
        """The notices with a day on them, in order of making."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT id, number, unit, step, dated, content, made_at, made_by FROM deadline_notice"
            " WHERE dated = ? ORDER BY seq",
            (dated.isoformat(),),
        )
        return [_notice(row) for row in rows]

    def add(  # noqa: PLR0917 - all that a notice is
        self,
        unit: str,
        step: str,
        dated: date,
        items: Sequence[Owed],
        content: Mapping[str, Any],
        actor: Actor,
    ) -> Notice:
        """Keep a notice; it gets the next number of the office's year.

        Args:
            unit: The responsible unit.
            step: Key of the step.
            dated: The day on the paper.
            items: What it tells of.
            content: What fills the template; its ``number`` is set here.
            actor: Who makes it.
        """
        now = self._transaction.now()
        with self._transaction.step() as connection:
            office = str(connection.exec_driver_sql("SELECT division FROM office").scalar_one())
            number = notice_number(connection, office, dated.year)
            notice = Notice(
                id=uuid4(), number=number, unit=unit, step=step, dated=dated,
                content={**content, "number": number}, made_at=now, made_by=actor.name,
            )  # fmt: skip
            seq = connection.exec_driver_sql(
                "INSERT INTO deadline_notice (id, number, unit, step, dated, content, made_at, made_by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
                (
                    str(notice.id), number, unit, step, dated.isoformat(),
                    json.dumps(notice.content, ensure_ascii=False), now.isoformat(), actor.name,
                ),
            ).scalar_one()  # fmt: skip
            connection.exec_driver_sql(
                "INSERT INTO deadline_notice_task (task_seq, deadline, step, notice_seq, due_on)"
                " VALUES ((SELECT seq FROM remediation_task WHERE id = ?), ?, ?, ?, ?)",
                [
                    (
                        str(item.line.task.id), str(item.line.task.deadline), owing.key, seq,
                        owing.day.isoformat(),
                    )
                    for item in items
                    for owing in item.steps
                ],
            )  # fmt: skip
            self._audit.record(
                actor,
                "notice.make",
                str(notice.id),
                {
                    "number": number, "unit": unit, "step": step, "dated": dated.isoformat(),
                    "tasks": [item.line.task.number for item in items],
                },
            )  # fmt: skip
        return notice


def _notice(row: Any) -> Notice:
    return Notice(
        id=UUID(row[0]), number=row[1], unit=row[2], step=row[3],
        dated=date.fromisoformat(row[4]), content=json.loads(row[5]),
        made_at=datetime.fromisoformat(row[6]), made_by=row[7],
    )  # fmt: skip
