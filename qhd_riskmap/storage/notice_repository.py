"""Notices of the deadline clock: numbered, each with the deadlines it told of, never changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.remediation.notices import Notice, Owed, SentNotice, Told
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.number_series import notice_number
from qhd_riskmap.storage.transaction import Transaction


class NoticeRepository:
    """Writes and reads ``deadline_notice``, ``deadline_notice_task`` and ``notice_receipt``."""

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

    def sent(self) -> list[SentNotice]:
        """Every notice with its tasks and what was signed for, newest first."""
        reading = self._transaction.reading()
        signed: dict[int, set[str]] = {}
        for notice, task in reading.exec_driver_sql(
            "SELECT DISTINCT r.notice_seq, t.number FROM notice_receipt r"
            " JOIN remediation_task t ON t.seq = r.task_seq"
        ):
            signed.setdefault(notice, set()).add(task)
        rows = reading.exec_driver_sql(
            "SELECT seq, number, unit, step, dated, content FROM deadline_notice ORDER BY seq DESC"
        )
        return [_sent(row, signed.get(row[0], set())) for row in rows]

    def has_receipt(
        self, notice: str, task: str, signer: str, signed_on: date, progress: str
    ) -> bool:
        """Whether the same receipt was taken before."""
        found = self._transaction.reading().exec_driver_sql(
            "SELECT 1 FROM notice_receipt r JOIN deadline_notice n ON n.seq = r.notice_seq"
            " JOIN remediation_task t ON t.seq = r.task_seq WHERE n.number = ? AND t.number = ?"
            " AND r.signer = ? AND r.signed_on = ? AND r.progress = ?",
            (notice, task, signer, signed_on.isoformat(), progress),
        )
        return found.scalar() is not None

    def given(self) -> list[dict[str, str]]:
        """The numbers given and everybody who ever signed."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT n.number, coalesce(r.signer, '') FROM deadline_notice n"
            " LEFT JOIN notice_receipt r ON r.notice_seq = n.seq GROUP BY 1, 2"
        )
        return [{"notice": number, "signer": signer} for number, signer in rows]

    def receive(  # noqa: PLR0917 - all that a receipt says
        self, notice: str, task: str, signer: str, signed_on: date, progress: str, actor: Actor
    ) -> None:
        """Keep what one row of a receipt says."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO notice_receipt (id, notice_seq, task_seq, signer, signed_on, progress,"
                " recorded_at, recorded_by) VALUES (?, (SELECT seq FROM deadline_notice WHERE number = ?),"
                " (SELECT seq FROM remediation_task WHERE number = ?), ?, ?, ?, ?, ?)",
                (
                    str(uuid4()), notice, task, signer, signed_on.isoformat(), progress,
                    self._transaction.now().isoformat(), actor.name,
                ),
            )  # fmt: skip
            self._audit.record(
                actor,
                "notice.receipt",
                notice,
                {"task": task, "signer": signer, "signed_on": signed_on.isoformat()},
            )

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


def _sent(row: Any, signed: Collection[str]) -> SentNotice:
    _seq, number, unit, step, dated, raw = row
    content = json.loads(raw)
    return SentNotice(
        number=number, unit=unit, step=step, dated=date.fromisoformat(dated),
        title=content["title"], tasks=tuple(task["number"] for task in content["tasks"]),
        signed=frozenset(signed),
    )  # fmt: skip


def _notice(row: Any) -> Notice:
    return Notice(
        id=UUID(row[0]), number=row[1], unit=row[2], step=row[3],
        dated=date.fromisoformat(row[4]), content=json.loads(row[5]),
        made_at=datetime.fromisoformat(row[6]), made_by=row[7],
    )  # fmt: skip
