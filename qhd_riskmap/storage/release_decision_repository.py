"""Decisions that publish single records otherwise than their type: appended, never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.release_decision import ReleaseDecision
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class ReleaseDecisionRepository:
    """Writes and reads table ``release_decision``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(self, decision: ReleaseDecision, actor: Actor) -> ReleaseDecision:
        """Append a decision; it counts from now on for its record."""
        now = self._transaction.now()
        stored = replace(decision, recorded_at=now, recorded_by=actor.name)
        said = {
            "release_class": stored.release_class.value,
            "reason": stored.reason,
            "reviewer": stored.reviewer,
            "decided_on": stored.decided_on.isoformat(),
            "basis": stored.basis,
            "type_key": stored.type_key,
        }
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO release_decision (hazard_id, release_class, reason, reviewer,"
                " decided_on, basis, type_key, recorded_at, recorded_by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (str(stored.hazard_id), *said.values(), now.isoformat(), actor.name),
            )
            self._audit.record(actor, "release.decide", str(stored.hazard_id), said)
        return stored

    def all(self) -> list[ReleaseDecision]:
        """Everything ever decided, oldest first."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT hazard_id, release_class, reason, reviewer, decided_on, basis, type_key, recorded_at,"
            " recorded_by FROM release_decision ORDER BY seq"
        )
        return [
            ReleaseDecision(
                hazard_id=UUID(hazard_id), release_class=ReleaseClass(release_class), reason=reason,
                reviewer=reviewer, decided_on=date.fromisoformat(day),
                basis=basis, type_key=type_key, recorded_at=datetime.fromisoformat(at), recorded_by=by,
            )
            for hazard_id, release_class, reason, reviewer, day, basis, type_key, at, by in rows
        ]  # fmt: skip
