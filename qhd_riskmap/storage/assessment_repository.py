"""Assessments: each stands for ever, the newest stored one gives the hazard its level."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import NO_WORKSHEET, Assessment, Hazard, HazardStatus
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.worksheet import worksheet_of
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage import bulk_load
from qhd_riskmap.storage.assessment_columns import AssessmentColumns
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.hazard_columns import StoredHazards
from qhd_riskmap.storage.hazard_repository import HazardRepository
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.many_rows import Progress, insert_many
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.exc import IntegrityError

_INSERT = (
    "INSERT INTO assessment (id, hazard_fid, method, method_version, inputs, score, level,"
    " reasons, assessor, assessed_on, residual_level, next_review, worksheet)"
    " VALUES (?, (SELECT fid FROM hazard WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT = (
    "SELECT a.id, h.id, a.method, a.method_version, a.inputs, a.score, a.level, a.reasons,"
    " a.assessor, a.assessed_on, a.residual_level, a.next_review, a.worksheet FROM assessment a JOIN hazard h ON h.fid = a.hazard_fid"
)

AddAssessments = Callable[[StoredHazards, AssessmentColumns, Progress | None], None]


class AssessmentRepository:
    """Writes and reads table ``assessment``."""

    def __init__(
        self, transaction: Transaction, audit: AuditLog, hazards: HazardRepository
    ) -> None:
        self._transaction = transaction
        self._audit = audit
        self._hazards = hazards

    def add(self, assessment: Assessment, actor: Actor) -> Hazard:
        """Store an assessment and give the hazard its level; the hazard as it is now.

        Raises:
            NotFoundError: The hazard does not exist or is deleted.
            ConflictError: The assessment is stored already.
        """
        with self._transaction.step() as connection:
            self._insert(connection, [assessment])
            hazard = self._graded(assessment, actor)
            self._audit.record(
                actor,
                "assessment.add",
                str(assessment.hazard_id),
                {
                    "assessment": str(assessment.id),
                    "method": assessment.method,
                    "level": assessment.level.value,
                    "revision": hazard.revision,
                },
            )
        return hazard

    def add_many(self, assessments: Sequence[Assessment], actor: Actor) -> None:
        """Store many assessments, with one audit entry.

        Hazards that carry the level already (declared in the sheet they were just added from) keep
        their revision.
        """
        if not assessments:
            return
        with self._transaction.step() as connection:
            self._insert(connection, assessments)
            newest = {item.hazard_id: item for item in assessments}
            graded = self._grades(connection, list(newest))
            for hazard_id, item in newest.items():
                if graded.get(str(hazard_id)) != (item.level.rank, HazardStatus.ASSESSED.value):
                    self._graded(item, actor)
            self._record_many([str(item.id) for item in assessments], actor)

    def add_columns(
        self,
        hazards: StoredHazards,
        columns: AssessmentColumns,
        actor: Actor,
        progress: Progress | None = None,
    ) -> None:
        """Store the assessments of hazards just registered, with one audit entry.

        Args:
            hazards: The hazards; each carries the level of its last assessment already.
            columns: Their assessments.
            actor: Who registers them.
            progress: Called with the number of rows written so far; may raise to stop.

        Raises:
            ConflictError: One is stored already.
        """
        with self._transaction.step() as connection:
            _insert_columns(connection, hazards, columns, progress)
            self._record_many(columns.ids, actor)

    @contextmanager
    def loading(self, actor: Actor) -> Iterator[AddAssessments]:
        """`add_columns` for assessments that come piece by piece: call what it gives for each.

        All or none; the audit entry of them all is written at the end.
        """
        ids: list[str] = []
        with self._transaction.step() as connection:

            def add(
                hazards: StoredHazards,
                columns: AssessmentColumns,
                progress: Progress | None = None,
            ) -> None:
                _insert_columns(connection, hazards, columns, progress)
                ids.extend(columns.ids)

            yield add
            if ids:
                self._record_many(ids, actor)

    def of(self, hazard_id: UUID) -> list[Assessment]:
        """The assessments of a hazard, newest first."""
        rows = self._transaction.reading().exec_driver_sql(
            _SELECT + " WHERE h.id = ? ORDER BY a.seq DESC", (str(hazard_id),)
        )
        return [_assessment(row) for row in rows]

    def newest(self) -> dict[UUID, Assessment]:
        """The newest assessment of every hazard that has one."""
        rows = self._transaction.reading().exec_driver_sql(_SELECT + " ORDER BY a.seq")
        return {found.hazard_id: found for found in map(_assessment, rows)}

    def _insert(self, connection: Connection, assessments: Sequence[Assessment]) -> None:
        try:
            connection.exec_driver_sql(_INSERT, [_values(item) for item in assessments])
        except integrity_error() as error:
            raise _refused(error) from error

    def _record_many(self, ids: Sequence[str], actor: Actor) -> None:
        self._audit.record(
            actor,
            "assessment.add_many",
            "assessments",
            {"count": len(ids), "ids_sha256": bulk_load.digest(ids)},
        )

    def _graded(self, assessment: Assessment, actor: Actor) -> Hazard:
        hazard = self._hazards.require(str(assessment.hazard_id))
        status = hazard.status
        if status is HazardStatus.REGISTERED:
            status = HazardStatus.ASSESSED
        return self._hazards.set_level(
            replace(hazard, level=assessment.level, status=status), actor
        )

    @staticmethod
    def _grades(connection: Connection, ids: Sequence[UUID]) -> dict[str, tuple[int, str]]:
        rows = connection.exec_driver_sql(
            "SELECT id, level, status FROM hazard WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([str(each) for each in ids]),),
        )
        return {row[0]: (row[1], row[2]) for row in rows}


def _insert_columns(
    connection: Connection,
    hazards: StoredHazards,
    columns: AssessmentColumns,
    progress: Progress | None,
) -> None:
    columns.require_levels(hazards)
    fixed = columns.fixed()

    def written(start: int, stop: int) -> dict[str, Sequence[Any]]:
        found = columns.written(hazards.first_fid, start, stop)
        return {name: column for name, column in found.items() if name not in fixed}

    try:
        insert_many(connection, "assessment", fixed, written, len(columns), progress)
    except integrity_error() as error:
        raise _refused(error) from error


def _refused(error: IntegrityError) -> Exception:
    text = str(error.orig)
    if "hazard_fid" in text:
        return NotFoundError(_("被评估的隐患不在登记库中。"), detail=text)
    if "assessment.id" in text:
        return ConflictError(_("这条评估已在登记库中。"), detail=text)
    return error


def _values(item: Assessment) -> tuple[Any, ...]:
    return (
        str(item.id),
        str(item.hazard_id),
        item.method,
        item.method_version,
        to_json(dict(item.inputs)),
        item.score,
        item.level.rank,
        to_json(list(item.reasons)),
        item.assessor,
        item.assessed_on.isoformat(),
        item.residual_level.rank if item.residual_level else None,
        item.next_review.isoformat() if item.next_review else None,
        to_json(item.worksheet.as_json()),
    )


def _assessment(row: Sequence[Any]) -> Assessment:
    return Assessment(
        id=UUID(row[0]),
        hazard_id=UUID(row[1]),
        method=row[2],
        method_version=row[3],
        inputs=json.loads(row[4]),
        score=row[5],
        level=RiskLevel.from_rank(row[6]),
        reasons=tuple(json.loads(row[7])),
        assessor=row[8],
        assessed_on=date.fromisoformat(row[9]),
        residual_level=RiskLevel.from_rank(row[10]) if row[10] else None,
        next_review=date.fromisoformat(row[11]) if row[11] else None,
        worksheet=worksheet_of(json.loads(row[12])) if row[12] != "{}" else NO_WORKSHEET,
    )
