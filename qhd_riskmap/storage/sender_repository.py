"""What senders said of their coordinates when asked; a suggestion for their next sheet, no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderAnswer:
    """The last answer of one sender for one kind of numbers.

    Attributes:
        sender: Name of the department or unit.
        plane: True for metres, False for degrees: the questions differ.
        reference: Notation of the reference; "" where only the writing was asked about.
        angles: How the sender writes degrees: ``decimal``, ``packed``, or "" where never asked.
    """

    sender: str
    plane: bool
    reference: str
    answered_at: datetime
    answered_by: str
    angles: str = ""


class SenderRepository:
    """Writes and reads table ``sender_datum``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def remember(
        self, sender: str, reference: str, actor: Actor, *, plane: bool, angles: str = ""
    ) -> None:
        """Keep an answer; the newest one of a sender counts, and an empty one leaves the last."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO sender_datum"
                " (sender, plane, reference, answered_at, answered_by, angles)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sender, plane) DO UPDATE SET"
                " reference = CASE excluded.reference WHEN '' THEN reference"
                " ELSE excluded.reference END,"
                " angles = CASE excluded.angles WHEN '' THEN angles ELSE excluded.angles END,"
                " answered_at = excluded.answered_at, answered_by = excluded.answered_by",
                (
                    sender,
                    int(plane),
                    reference,
                    self._transaction.now().isoformat(),
                    actor.name,
                    angles,
                ),
            )
            said = {"reference": reference, "plane": plane}
            self._audit.record(
                actor, "sender.datum", sender, {**said, "angles": angles} if angles else said
            )

    def answers(self, senders: Iterable[str]) -> list[SenderAnswer]:
        """What these senders said before."""
        wanted = list(dict.fromkeys(name for name in senders if name))
        marks = ", ".join("?" * len(wanted))
        found = self._transaction.reading().exec_driver_sql(
            "SELECT sender, plane, reference, answered_at, answered_by, angles FROM sender_datum"  # noqa: S608 - marks only
            f" WHERE sender IN ({marks}) ORDER BY seq",
            tuple(wanted),
        )
        return [
            SenderAnswer(
                sender=row[0],
                plane=bool(row[1]),
                reference=row[2],
                answered_at=datetime.fromisoformat(row[3]),
                answered_by=row[4],
                angles=row[5],
            )
            for row in found
        ]

    def names(self) -> list[str]:
        """Everybody who ever answered."""
        found = self._transaction.reading().exec_driver_sql(
            "SELECT DISTINCT sender FROM sender_datum ORDER BY sender"
        )
        return [str(name) for (name,) in found]
