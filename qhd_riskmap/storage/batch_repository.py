"""Import batches: which files brought what, and how their coordinates were understood."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KNOWN_ROWS = """
SELECT r.fingerprint FROM json_each(?) AS wanted
CROSS JOIN batch_row AS r ON r.fingerprint = wanted.value WHERE r.forgotten = 0"""
_SELECT = "SELECT id, imported_at, imported_by, decisions, counts, notes FROM batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFile:
    """One file of a batch.

    Attributes:
        sha256: Hash of its content, hexadecimal.
        size: Bytes.
    """

    name: str
    sha256: str
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One committed import.

    Attributes:
        files: What was read.
        decisions: How the coordinates of each sheet were understood; JSON values.
        counts: Rows by outcome (``accepted``, ``rejected``, ``duplicates``, …).
        row_fingerprints: Hashes of the rows accepted, so that the same row is known again. Rows
            rejected or undecided are not among them and may come back.
        imported_at: Set by the register.
        imported_by: Set by the register.
    """

    id: UUID
    files: tuple[BatchFile, ...]
    decisions: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    row_fingerprints: tuple[str, ...] = ()
    notes: str = ""
    imported_at: datetime | None = None
    imported_by: str = ""


class BatchRepository:
    """Writes and reads tables ``batch``, ``batch_file`` and ``batch_row``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(self, batch: Batch, actor: Actor | None = None) -> Batch:
        """Record a batch; before or after its hazards, but in the same unit of work."""
        who = actor or Actor(name=batch.imported_by or "system")
        now = self._transaction.now()
        stored = replace(batch, imported_at=now, imported_by=who.name)
        key = str(batch.id)
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO batch (id, imported_at, imported_by, decisions, counts, notes)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    key,
                    now.isoformat(),
                    who.name,
                    to_json(dict(batch.decisions)),
                    to_json(dict(batch.counts)),
                    batch.notes,
                ),
            )
            if batch.files:
                connection.exec_driver_sql(
                    "INSERT INTO batch_file (batch_id, name, sha256, size) VALUES (?, ?, ?, ?)",
                    [(key, file.name, file.sha256, file.size) for file in batch.files],
                )
            if batch.row_fingerprints:
                _insert_rows(connection, key, batch.row_fingerprints)
            self._audit.record(
                who,
                "batch.add",
                key,
                {
                    "files": [{"name": f.name, "sha256": f.sha256} for f in batch.files],
                    "counts": dict(batch.counts),
                },
            )
        return stored

    def add_rows(self, batch_id: str, fingerprints: Sequence[str]) -> None:
        """Record fingerprints of a batch that is added later in the same transaction."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # until the commit
            _insert_rows(connection, batch_id, fingerprints)

    def get(self, batch_id: UUID) -> Batch | None:
        """The batch with this id, without its row fingerprints, or None."""
        found = self._batches(" WHERE id = ?", (str(batch_id),))
        return found[0] if found else None

    def known_file(self, sha256: str) -> Batch | None:
        """The latest batch that read a file of exactly this content and was not undone, or None."""
        found = self._batches(
            " WHERE id IN (SELECT batch_id FROM batch_file WHERE sha256 = ?)"
            " AND id NOT IN (SELECT batch_id FROM batch_change"
            " WHERE kind = 'undo' AND reverted_at IS NULL)",
            (sha256,),
        )
        return found[0] if found else None

    def known_rows(self, fingerprints: Iterable[str]) -> frozenset[str]:
        """Those of the fingerprints that a batch has brought, unless its import was undone."""
        wanted = list(dict.fromkeys(fingerprints))
        found = self._transaction.reading().exec_driver_sql(_KNOWN_ROWS, (to_json(wanted),))
        return frozenset(found.scalars())

    def forget_rows(self, batch_id: UUID, rows: Iterable[int], *, forgotten: bool) -> None:
        """Mark fingerprints of a batch, by place in its order, as undone or as brought again.

        Part of a change that is audited as a whole.
        """
        with self._transaction.step() as connection:
            keys = list(
                connection.exec_driver_sql(
                    "SELECT seq FROM batch_row WHERE batch_id = ? ORDER BY seq", (str(batch_id),)
                ).scalars()
            )
            marked = [(int(forgotten), keys[row]) for row in rows if row < len(keys)]
            if marked:
                connection.exec_driver_sql(
                    "UPDATE batch_row SET forgotten = ? WHERE seq = ?", marked
                )

    def list(self) -> Sequence[Batch]:
        """All batches, newest first, without their row fingerprints."""
        return self._batches("", ())

    def _batches(self, condition: str, parameters: tuple[Any, ...]) -> Sequence[Batch]:
        connection = self._transaction.reading()
        rows = connection.exec_driver_sql(
            f"{_SELECT}{condition} ORDER BY seq DESC", parameters
        ).all()
        files: dict[str, list[BatchFile]] = {}
        for batch_id, name, sha256, size in connection.exec_driver_sql(
            "SELECT batch_id, name, sha256, size FROM batch_file ORDER BY seq"
        ):
            files.setdefault(batch_id, []).append(BatchFile(name=name, sha256=sha256, size=size))
        return [
            Batch(
                id=UUID(row[0]),
                files=tuple(files.get(row[0], ())),
                decisions=json.loads(row[3]),
                counts=json.loads(row[4]),
                notes=row[5],
                imported_at=datetime.fromisoformat(row[1]),
                imported_by=row[2],
            )
            for row in rows
        ]


def _insert_rows(connection: Connection, batch_id: str, fingerprints: Sequence[str]) -> None:
    connection.exec_driver_sql(
        # One step outside the interpreter lock; the array keeps the order.
        "INSERT INTO batch_row (batch_id, fingerprint) SELECT ?, value FROM json_each(?)",
        (batch_id, to_json(fingerprints)),
    )
