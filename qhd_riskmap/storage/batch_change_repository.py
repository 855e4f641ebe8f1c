"""What was done to whole batches after their import, record by record, so that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class BatchChangeKind(StrEnum):
    """What was done."""

    UNDO = "undo"
    REINTERPRET = "reinterpret"
    UPDATE = "update"
    REVERT = "revert"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchChange:
    """One change of a batch.

    Attributes:
        reference: Notation of the reference the batch was read anew in; "" for other kinds.
        reverted_at: When the change was itself undone.
        rows: Hazard and the revision that the change gave it.
    """

    id: UUID
    batch_id: UUID
    kind: BatchChangeKind
    changed_at: datetime
    changed_by: str
    reference: str = ""
    reverted_at: datetime | None = None
    rows: tuple[tuple[UUID, int], ...] = ()


class BatchChangeRepository:
    """Writes and reads tables ``batch_change`` and ``batch_change_row``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(
        self,
        batch_id: UUID,
        kind: BatchChangeKind,
        rows: Sequence[tuple[UUID, int]],
        actor: Actor,
        reference: str = "",
    ) -> BatchChange:
        """Record a change in the unit of work that makes it."""
        change = BatchChange(
            id=uuid4(),
            batch_id=batch_id,
            kind=kind,
            changed_at=self._transaction.now(),
            changed_by=actor.name,
            reference=reference,
            rows=tuple(rows),
        )
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO batch_change (id, batch_id, kind, changed_at, changed_by, reference)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    str(change.id),
                    str(batch_id),
                    kind.value,
                    change.changed_at.isoformat(),
                    actor.name,
                    reference,
                ),
            )
            if rows:
                connection.exec_driver_sql(
                    "INSERT INTO batch_change_row (change_id, hazard_id, revision)"
                    " VALUES (?, ?, ?)",
                    [(str(change.id), str(hazard), revision) for hazard, revision in rows],
                )
            detail = {"batch": str(batch_id), "rows": len(rows), "reference": reference}
            self._audit.record(actor, f"batch.{kind.value}", str(change.id), detail)
        return change

    def revert(self, change_id: UUID, actor: Actor) -> None:
        """Note that a change was undone."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "UPDATE batch_change SET reverted_at = ? WHERE id = ? AND reverted_at IS NULL",
                (self._transaction.now().isoformat(), str(change_id)),
            )
            self._audit.record(actor, "batch.take_back", str(change_id), {})

    def of_batch(self, batch_id: UUID) -> list[BatchChange]:
        """The changes of one batch, oldest first, with their rows."""
        return self._changes(" WHERE batch_id = ?", (str(batch_id),))

    def all(self) -> list[BatchChange]:
        """Every change, oldest first, without rows."""
        return self._changes("", (), rows=False)

    def _changes(
        self, condition: str, parameters: tuple[Any, ...], *, rows: bool = True
    ) -> list[BatchChange]:
        connection = self._transaction.reading()
        found = connection.exec_driver_sql(
            "SELECT id, batch_id, kind, changed_at, changed_by, reference, reverted_at"  # noqa: S608 - constants
            f" FROM batch_change{condition} ORDER BY seq",
            parameters,
        ).all()
        return [
            BatchChange(
                id=UUID(row[0]),
                batch_id=UUID(row[1]),
                kind=BatchChangeKind(row[2]),
                changed_at=datetime.fromisoformat(row[3]),
                changed_by=row[4],
                reference=row[5],
                reverted_at=datetime.fromisoformat(row[6]) if row[6] else None,
                rows=self._rows(row[0]) if rows else (),
            )
            for row in found
        ]

    def _rows(self, change_id: str) -> tuple[tuple[UUID, int], ...]:
        found = self._transaction.reading().exec_driver_sql(
            "SELECT hazard_id, revision FROM batch_change_row WHERE change_id = ? ORDER BY seq",
            (change_id,),
        )
        return tuple((UUID(hazard), revision) for hazard, revision in found)
