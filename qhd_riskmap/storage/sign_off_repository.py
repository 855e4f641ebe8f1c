"""Who signed which assessment; never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.worksheet import SignOff
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class SignOffRepository:
    """Writes and reads table ``assessment_sign_off``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(self, sign_off: SignOff, actor: Actor) -> SignOff:
        """Store a signature, made now."""
        stored = replace(sign_off, signed_at=self._transaction.now())
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO assessment_sign_off (id, assessment_seq, level, opinion, signed_at,"
                " signed_by) VALUES (?, (SELECT seq FROM assessment WHERE id = ?), ?, ?, ?, ?)",
                (
                    str(stored.id), str(stored.assessment_id), stored.level.rank, stored.opinion,
                    self._transaction.now().isoformat(), stored.signed_by,
                ),
            )  # fmt: skip
            self._audit.record(
                actor,
                "assessment.sign",
                str(stored.assessment_id),
                {"level": stored.level.value, "opinion": stored.opinion},
            )
        return stored

    def of(self, assessment_ids: Sequence[UUID]) -> list[SignOff]:
        """The signatures under some assessments, oldest first."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT s.id, a.id, s.level, s.opinion, s.signed_by, s.signed_at"
            " FROM assessment_sign_off s JOIN assessment a ON a.seq = s.assessment_seq"
            " WHERE a.id IN (SELECT value FROM json_each(?)) ORDER BY s.seq",
            (json.dumps([str(each) for each in assessment_ids]),),
        )
        return [
            SignOff(
                id=UUID(row[0]), assessment_id=UUID(row[1]), level=RiskLevel.from_rank(row[2]),
                opinion=row[3], signed_by=row[4], signed_at=datetime.fromisoformat(row[5]),
            )
            for row in rows
        ]  # fmt: skip
