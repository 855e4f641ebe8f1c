"""Pairs of records that may be one thing: found by imports, settled by officers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction

_SELECT: Final = (
    "SELECT p.seq, p.likeness, p.metres, p.found_at, p.found_by, p.parted_at, p.parted_by,"
    " a.id, a.code, a.name, b.id, b.code, b.name, a.type_key, a.fid > b.fid"
    " FROM look_alike p JOIN hazard a ON a.id = p.first_id JOIN hazard b ON b.id = p.second_id"
    " WHERE a.deleted_at IS NULL AND b.deleted_at IS NULL"
)
_OF: Final = " AND (p.first_id = ? OR p.second_id = ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPair:
    """Two records that were found to look like one.

    Attributes:
        likeness: Key of why.
        metres: Between the two.
        apart: The officer knows already that they are two things.
    """

    first: UUID
    second: UUID
    likeness: str
    metres: float
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordName:
    """What to call a record."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPair:
    """A pair whose records are both in the register.

    Attributes:
        key: By which it is settled.
        earlier: The record registered first.
        parted_at: When somebody said that they are two things, else None.
    """

    key: int
    earlier: RecordName
    later: RecordName
    type_key: str
    likeness: str
    metres: float
    found_at: datetime
    found_by: str
    parted_at: datetime | None
    parted_by: str


class LookAlikeRepository:
    """Writes and reads table ``look_alike``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add_many(self, pairs: Sequence[FoundPair], actor: Actor, subject: str) -> None:
        """Remember pairs; what was decided of one found again stands.

        Args:
            pairs: The pairs.
            actor: Who found them.
            subject: What the audit entry is about: the batch, or a record.
        """
        now = self._transaction.now().isoformat()
        rows = [
            (
                *sorted((str(pair.first), str(pair.second))),
                pair.likeness,
                pair.metres,
                now,
                actor.name,
                now if pair.apart else None,
                actor.name if pair.apart else "",
            )
            for pair in pairs
            if pair.first != pair.second
        ]
        if not rows:
            return
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO look_alike (first_id, second_id, likeness, metres, found_at, found_by,"
                " parted_at, parted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (first_id, second_id) DO NOTHING",
                rows,
            )
            self._audit.record(actor, "look_alike.add_many", subject, {"count": len(rows)})

    def open(self) -> list[StoredPair]:
        """The pairs nobody has decided about, oldest first; both records are in the register."""
        return self._pairs(" AND p.parted_at IS NULL", ())

    def parted(self) -> list[StoredPair]:
        """The pairs of which somebody said that they are two things, oldest first."""
        return self._pairs(" AND p.parted_at IS NOT NULL", ())

    def of(self, hazard_id: UUID) -> list[StoredPair]:
        """The pairs of one record, decided or not."""
        return self._pairs(_OF, (str(hazard_id), str(hazard_id)))

    def count_open(self) -> int:
        """How many `open` would list."""
        found = self._transaction.reading().exec_driver_sql(
            f"SELECT count(*) FROM ({_SELECT} AND p.parted_at IS NULL)"  # noqa: S608 - constants
        )
        return int(found.scalar_one())

    def part(self, keys: Sequence[int], actor: Actor, *, apart: bool = True) -> int:
        """Say of pairs that they are two things, or take that back; how many changed."""
        before = "IS NULL" if apart else "IS NOT NULL"
        at = self._transaction.now().isoformat() if apart else None
        with self._transaction.step() as connection:
            done = connection.exec_driver_sql(
                f"UPDATE look_alike SET parted_at = ?, parted_by = ? WHERE parted_at {before}"  # noqa: S608 - constants
                " AND seq IN (SELECT value FROM json_each(?))",
                (at, actor.name if apart else "", json.dumps(list(keys))),
            ).rowcount
            if done:
                action = "look_alike.part" if apart else "look_alike.list_again"
                self._audit.record(actor, action, "look_alikes", {"keys": list(keys)})
        return int(done)

    def _pairs(self, condition: str, parameters: tuple[Any, ...]) -> list[StoredPair]:
        rows = self._transaction.reading().exec_driver_sql(
            f"{_SELECT}{condition} ORDER BY p.seq", parameters
        )
        return [_pair(row) for row in rows]


def _pair(row: Sequence[Any]) -> StoredPair:
    # The smaller id says nothing; `fid` says which was registered first.
    first = RecordName(id=UUID(row[7]), code=row[8], name=row[9])
    second = RecordName(id=UUID(row[10]), code=row[11], name=row[12])
    return StoredPair(
        key=row[0],
        earlier=second if row[14] else first,
        later=first if row[14] else second,
        type_key=row[13],
        likeness=row[1],
        metres=row[2],
        found_at=datetime.fromisoformat(row[3]),
        found_by=row[4],
        parted_at=datetime.fromisoformat(row[5]) if row[5] else None,
        parted_by=row[6],
    )
