"""Factor values that hold for an area until somebody knows better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from qhd_riskmap.domain.grading.defaults import FactorDefault


class FactorDefaultRepository:
    """Writes and reads table ``factor_default``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def put(self, defaults: Sequence[FactorDefault], actor: Actor) -> None:
        """Store defaults; one for the same area, type, method and factor replaces the stored one."""
        now = self._transaction.now().isoformat()
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO factor_default (area, type_key, method, factor, value, reason,"
                " recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (area, type_key, method, factor) DO UPDATE SET"
                " value = excluded.value, reason = excluded.reason,"
                " recorded_at = excluded.recorded_at, recorded_by = excluded.recorded_by",
                [
                    (d.area, d.type_key, d.method, d.factor, d.value, d.reason, now, actor.name)
                    for d in defaults
                ],
            )
            self._audit.record(
                actor,
                "factor-default.put",
                "factor-defaults",
                {"count": len(defaults), "areas": sorted({d.area for d in defaults})},
            )

    def all(self) -> list[FactorDefault]:
        """All of them, in order of entry."""
        # Every register opens with this module, hardly any to read defaults.
        from qhd_riskmap.domain.grading.defaults import FactorDefault  # noqa: PLC0415

        rows = self._transaction.reading().exec_driver_sql(
            "SELECT area, type_key, method, factor, value, reason FROM factor_default ORDER BY seq"
        )
        return [
            FactorDefault(
                area=row[0], type_key=row[1], method=row[2], factor=row[3], value=row[4],
                reason=row[5],
            )
            for row in rows
        ]  # fmt: skip
