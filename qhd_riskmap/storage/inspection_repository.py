"""Inspections: each is added once, with its row in the audit trail, and stays as it was told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.inspection.record import (
    Answer,
    FindingTask,
    Inspection,
    InspectionResult,
    Verdict,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.transaction import Transaction

_SELECT = (
    "SELECT i.id, h.id, i.inspected_on, i.inspector, i.phone, i.result, i.note, i.answers, i.checklist,"
    " i.sheet, i.recorded_at, i.recorded_by FROM inspection i JOIN hazard h ON h.fid = i.hazard_fid"
)

# When somebody last looked at a hazard that is not closed: registration, newest assessment, visit.
_LAST_LOOKS = (
    "SELECT h.id, h.type_key, h.level, max(date(substr(h.created_at, 1, 19), :offset),"
    " ifnull((SELECT CASE WHEN a.assessed_on <= :on THEN a.assessed_on END FROM assessment a"
    " WHERE a.hazard_fid = h.fid ORDER BY a.seq DESC LIMIT 1), ''),"
    " ifnull((SELECT max(i.inspected_on) FROM inspection i WHERE i.hazard_fid = h.fid"
    " AND i.result <> :unreached AND i.inspected_on <= :on), ''))"
    " FROM hazard h WHERE h.deleted_at IS NULL AND h.status <> 'closed'"
)


@dataclass(frozen=True, slots=True)
class LastLook:
    """When somebody last looked at a hazard."""

    hazard_id: UUID
    type_key: str
    level: RiskLevel | None
    day: date


class InspectionRepository:
    """Writes and reads tables ``inspection`` and ``inspection_task``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    # Reading

    def of(self, hazard_id: UUID) -> list[Inspection]:
        """The inspections of a hazard, the latest day first."""
        return self._read(
            " WHERE h.id = ? ORDER BY i.inspected_on DESC, i.seq DESC", (str(hazard_id),)
        )

    def every(self) -> list[Inspection]:
        """All inspections, in order of recording."""
        return self._read(" ORDER BY i.seq", ())

    def require(self, inspection_id: UUID) -> Inspection:
        """One inspection.

        Raises:
            NotFoundError: There is none.
        """
        found = self._read(" WHERE i.id = ?", (str(inspection_id),))
        if not found:
            raise NotFoundError(_("登记库里没有这次检查。"), detail=str(inspection_id))
        return found[0]

    def on_sheet(self, sheet: str) -> Inspection | None:
        """The inspection that was written on a sheet."""
        found = self._read(" WHERE i.sheet = ? AND i.sheet <> ''", (sheet,))
        return found[0] if found else None

    def last_days(self, on: date) -> dict[UUID, date]:
        """The last day up to ``on`` that each hazard was reached by an inspection."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT h.id, max(i.inspected_on) FROM inspection i JOIN hazard h ON h.fid = i.hazard_fid"
            " WHERE i.result <> ? AND i.inspected_on <= ? GROUP BY h.id",
            (InspectionResult.UNREACHED.value, on.isoformat()),
        )
        return {UUID(hazard_id): date.fromisoformat(day) for hazard_id, day in rows}

    def last_looks(self, on: date, utc_offset: timedelta) -> Iterator[LastLook]:
        """When somebody last looked at each hazard that is not closed, as it was known on a day.

        Args:
            on: Visits and assessments after it are not known.
            utc_offset: How far the office's clock is ahead of UTC.
        """
        rows = self._transaction.reading().exec_driver_sql(
            _LAST_LOOKS,
            {
                "on": on.isoformat(),
                "offset": f"{utc_offset.total_seconds():+.0f} seconds",
                "unreached": InspectionResult.UNREACHED.value,
            },
        )
        levels = {0: None, **{each.rank: each for each in RiskLevel}}
        for hazard_id, type_key, rank, day in rows:
            yield LastLook(UUID(hazard_id), type_key, levels[rank], date.fromisoformat(day))

    def inspectors(self) -> dict[UUID, str]:
        """Who inspected each hazard last."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT h.id, i.inspector FROM inspection i JOIN hazard h ON h.fid = i.hazard_fid"
            " ORDER BY i.inspected_on, i.seq"
        )
        return {UUID(hazard_id): inspector for hazard_id, inspector in rows}

    def tasks_of(self, inspection_id: UUID) -> list[FindingTask]:
        """The tasks that findings of an inspection became."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT t.id, t.number, f.question FROM inspection_task f"
            " JOIN inspection i ON i.seq = f.inspection_seq"
            " JOIN remediation_task t ON t.seq = f.task_seq WHERE i.id = ? ORDER BY f.seq",
            (str(inspection_id),),
        )
        return [
            FindingTask(task_id=UUID(task_id), number=number, question=question)
            for task_id, number, question in rows
        ]

    # Writing

    def add(self, inspection: Inspection, actor: Actor) -> None:
        """Store an inspection of a hazard that is in the register.

        Raises:
            ConflictError: Its sheet was recorded before.
        """
        with self._transaction.step() as connection:
            try:
                connection.exec_driver_sql(
                    "INSERT INTO inspection (id, hazard_fid, inspected_on, inspector, phone, result,"
                    " note, answers, checklist, sheet, recorded_at, recorded_by)"
                    " VALUES (?, (SELECT fid FROM hazard WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        str(inspection.id), str(inspection.hazard_id), inspection.on.isoformat(),
                        inspection.inspector, inspection.phone, inspection.result.value,
                        inspection.note, _answers_text(inspection.answers), inspection.checklist,
                        inspection.sheet, self._transaction.now().isoformat(), actor.name,
                    ),
                )  # fmt: skip
            except integrity_error() as error:
                raise ConflictError(
                    _("检查单 {sheet} 已经登记过。").format(sheet=inspection.sheet),
                    detail=str(error.orig),
                ) from error
            self._audit.record(
                actor,
                "inspection.add",
                str(inspection.hazard_id),
                {
                    "inspection": str(inspection.id), "on": inspection.on.isoformat(),
                    "result": inspection.result.value, "sheet": inspection.sheet,
                    "answers": len(inspection.answers),
                },
            )  # fmt: skip

    def link_task(self, inspection: Inspection, task_id: UUID, question: str, actor: Actor) -> None:
        """Say that a finding of an inspection became a task.

        Raises:
            ConflictError: It became one before.
        """
        with self._transaction.step() as connection:
            try:
                connection.exec_driver_sql(
                    "INSERT INTO inspection_task (inspection_seq, task_seq, question)"
                    " VALUES ((SELECT seq FROM inspection WHERE id = ?),"
                    " (SELECT seq FROM remediation_task WHERE id = ?), ?)",
                    (str(inspection.id), str(task_id), question),
                )
            except integrity_error() as error:
                raise ConflictError(
                    _("这个问题已经转为整改任务。"), detail=str(error.orig)
                ) from error
            detail = {"inspection": str(inspection.id), "task": str(task_id), "question": question}
            self._audit.record(actor, "inspection.task", str(inspection.hazard_id), detail)

    def hand_over(self, hazard_id: UUID, survivor_id: UUID, actor: Actor) -> None:
        """Let the inspections of a record that is absorbed go on with the one that stands for it."""
        moving = [str(each.id) for each in self.of(hazard_id)]
        if moving:
            self._set_hazard(moving, hazard_id, survivor_id)
            detail = {"to": str(survivor_id), "inspections": moving}
            self._audit.record(actor, "inspection.hand_over", str(hazard_id), detail)

    def follow(self, hazard_id: UUID, actor: Actor, *, back: bool) -> None:
        """Let inspections handed over come back with a record that is restored, or go once more."""
        handed = [e for e in self._audit.of(str(hazard_id)) if e.action == "inspection.hand_over"]
        if not handed:
            return
        moving, survivor = list(handed[-1].detail["inspections"]), UUID(handed[-1].detail["to"])
        ends = (survivor, hazard_id) if back else (hazard_id, survivor)
        self._set_hazard(moving, *ends)
        action = "inspection.come_back" if back else "inspection.go_again"
        detail = {"to": str(ends[1]), "inspections": moving}
        self._audit.record(actor, action, str(hazard_id), detail)

    # Inside

    def _set_hazard(self, inspections: Sequence[str], source: UUID, target: UUID) -> None:
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "UPDATE inspection SET hazard_fid = (SELECT fid FROM hazard WHERE id = ?)"
                " WHERE hazard_fid = (SELECT fid FROM hazard WHERE id = ?)"
                " AND id IN (SELECT value FROM json_each(?))",
                (str(target), str(source), json.dumps(list(inspections))),
            )

    def _read(self, condition: str, parameters: tuple[str, ...]) -> list[Inspection]:
        rows = self._transaction.reading().exec_driver_sql(_SELECT + condition, parameters)
        return [_inspection(row) for row in rows]


def _answers_text(answers: Sequence[Answer]) -> str:
    told = [
        {"key": a.key, "question": a.question, "verdict": a.verdict.value, "note": a.note}
        for a in answers
    ]
    return json.dumps(told, ensure_ascii=False)


def _answers(text: str) -> Iterator[Answer]:
    for each in json.loads(text):
        yield Answer(
            key=each["key"],
            question=each["question"],
            verdict=Verdict(each["verdict"]),
            note=each["note"],
        )


def _inspection(row: Sequence[Any]) -> Inspection:
    (
        identity, hazard_id, on, inspector, phone, result, note, answers, checklist, sheet,
        recorded_at, recorded_by,
    ) = row  # fmt: skip
    return Inspection(
        id=UUID(identity),
        hazard_id=UUID(hazard_id),
        on=date.fromisoformat(on),
        inspector=inspector,
        phone=phone,
        result=InspectionResult(result),
        note=note,
        answers=tuple(_answers(answers)),
        checklist=checklist,
        sheet=sheet,
        recorded_at=datetime.fromisoformat(recorded_at),
        recorded_by=recorded_by,
    )
