"""The audit trail: append-only rows, each bound to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.transaction import Transaction

GENESIS = "0" * 64
_COLUMNS = "seq, at, actor, action, subject, detail, prev_hash, hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to which record, and when.

    Attributes:
        seq: Number in the chain, from 1 without gaps.
        action: Stable key such as ``hazard.add``.
        subject: Id of the record, or the name of the thing (``office``).
        detail: What changed; JSON values.
        prev_hash: Hash of the entry before, `GENESIS` for the first.
        hash: SHA-256 over all the rest.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    prev_hash: str
    hash: str


def chain_hash(entry: Sequence[Any]) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON of an entry's values, its own hash left out.

    Args:
        entry: seq, at, actor, action, subject, detail (JSON text), hash of the entry before.
    """
    return hashlib.sha256(to_json(list(entry)).encode("utf-8")).hexdigest()


class AuditLog:
    """Writes and reads table ``audit``."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def record(self, actor: Actor, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        """Append one entry in the transaction in force."""
        connection = self._transaction.writing()
        last = connection.exec_driver_sql(
            "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
        ).one_or_none()
        seq, prev_hash = (last[0] + 1, last[1]) if last else (1, GENESIS)
        at = self._transaction.now().isoformat()
        entry = (seq, at, actor.name, action, subject, to_json(detail), prev_hash)
        connection.exec_driver_sql(
            f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
            (*entry, chain_hash(entry)),
        )

    def length(self) -> int:
        """How many entries there are: the register is as it was while this is."""
        found = self._transaction.reading().exec_driver_sql("SELECT ifnull(max(seq), 0) FROM audit")
        return int(found.scalar_one())

    def of(self, subject: str) -> list[AuditEntry]:
        """Entries about one record, oldest first."""
        return self._entries(" WHERE subject = ?", (subject,))

    def recent(self, limit: int) -> list[AuditEntry]:
        """The last entries, newest first."""
        return self._entries(" WHERE seq > (SELECT max(seq) FROM audit) - ?", (limit,))[::-1]

    def _entries(self, condition: str, parameters: tuple[Any, ...]) -> list[AuditEntry]:
        rows = self._transaction.reading().exec_driver_sql(
            f"SELECT {_COLUMNS} FROM audit{condition} ORDER BY seq",  # noqa: S608 - constants
            parameters,
        )
        return [
            AuditEntry(
                seq=seq,
                at=datetime.fromisoformat(at),
                actor=actor,
                action=action,
                subject=subject,
                detail=json.loads(detail),
                prev_hash=prev_hash,
                hash=digest,
            )
            for seq, at, actor, action, subject, detail, prev_hash, digest in rows
        ]
