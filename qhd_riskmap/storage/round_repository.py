"""Planned rounds of inspections: each is added once and stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.inspection.planned_round import PlannedRound
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction

_SELECT = (
    "SELECT id, planned_on, inspector, phone, start_lon, start_lat, route_m, stops, made_at, made_by"
    " FROM inspection_round"
)


class RoundRepository:
    """Writes and reads table ``inspection_round``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(self, planned: PlannedRound, actor: Actor) -> PlannedRound:
        """Store a round; as it is stored."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO inspection_round (id, planned_on, inspector, phone, start_lon, start_lat,"
                " route_m, stops, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    planned.id, planned.on.isoformat(), planned.inspector, planned.phone,
                    *planned.start, planned.route_m, json.dumps([str(s) for s in planned.stops]),
                    self._transaction.now().isoformat(), actor.name,
                ),
            )  # fmt: skip
            detail = {"on": planned.on.isoformat(), "stops": len(planned.stops)}
            self._audit.record(actor, "inspection.round", planned.id, detail)
        return self.require(planned.id)

    def get(self, round_id: str) -> PlannedRound | None:
        """One round, None where there is none."""
        found = self._read(" WHERE id = ?", (round_id,))
        return found[0] if found else None

    def require(self, round_id: str) -> PlannedRound:
        """One round.

        Raises:
            NotFoundError: There is none.
        """
        found = self.get(round_id)
        if found is None:
            raise NotFoundError(_("没有编号为 {id} 的检查路线。").format(id=round_id))
        return found

    def every(self) -> list[PlannedRound]:
        """All rounds, in order of planning."""
        return self._read(" ORDER BY seq", ())

    def _read(self, condition: str, parameters: tuple[str, ...]) -> list[PlannedRound]:
        rows = self._transaction.reading().exec_driver_sql(_SELECT + condition, parameters)
        return [_round(row) for row in rows]


def _round(row: Sequence[Any]) -> PlannedRound:
    identity, on, inspector, phone, lon, lat, metres, stops, made_at, made_by = row
    return PlannedRound(
        id=identity,
        on=date.fromisoformat(on),
        inspector=inspector,
        phone=phone,
        start=(lon, lat),
        route_m=metres,
        stops=tuple(UUID(each) for each in json.loads(stops)),
        made_at=datetime.fromisoformat(made_at),
        made_by=made_by,
    )
