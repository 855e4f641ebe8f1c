"""The office that keeps the register, one row."""

from __future__ import annotations

from dataclasses import asdict

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class OfficeProfile:
    """Reads and writes table ``office``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def load(self) -> Office:
        """The profile in force."""
        row = (
            self._transaction.reading()
            .exec_driver_sql("SELECT division, unit, publisher, source FROM office")
            .one()
        )
        return Office(division=row[0], unit=row[1], publisher=row[2], source=row[3])

    def save(self, office: Office, actor: Actor) -> None:
        """Replace the profile."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO office (id, division, unit, publisher, source)"
                " VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " division = excluded.division, unit = excluded.unit,"
                " publisher = excluded.publisher, source = excluded.source",
                (office.division, office.unit, office.publisher, office.source),
            )
            self._audit.record(actor, "office.save", "office", asdict(office))
