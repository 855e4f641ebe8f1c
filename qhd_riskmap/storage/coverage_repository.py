"""Where has been surveyed for what, as recorded and as counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.coverage import CoverageEntry, CoverageState
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class CoverageRepository:
    """Writes and reads table ``survey_coverage``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(self, entry: CoverageEntry, actor: Actor) -> CoverageEntry:
        """Append an entry; it counts from now on for its area and type."""
        now = self._transaction.now()
        stored = replace(entry, recorded_at=now, recorded_by=actor.name)
        day = stored.surveyed_on.isoformat() if stored.surveyed_on else None
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO survey_coverage (area, type_key, state, surveyed_on, surveyed_by, note,"
                " recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    stored.area, stored.type_key, stored.state.value, day, stored.surveyed_by,
                    stored.note, now.isoformat(), actor.name,
                ),
            )  # fmt: skip
            self._audit.record(
                actor,
                "coverage.add",
                f"{stored.area}/{stored.type_key}",
                {
                    "state": stored.state.value,
                    "surveyed_on": day,
                    "surveyed_by": stored.surveyed_by,
                    "note": stored.note,
                },
            )
        return stored

    def entries(self) -> list[CoverageEntry]:
        """Everything ever recorded, oldest first."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT area, type_key, state, surveyed_on, surveyed_by, note, recorded_at, recorded_by"
            " FROM survey_coverage ORDER BY seq"
        )
        return [
            CoverageEntry(
                area=area, type_key=key, state=CoverageState(state),
                surveyed_on=date.fromisoformat(day) if day else None, surveyed_by=by, note=note,
                recorded_at=datetime.fromisoformat(at), recorded_by=actor,
            )
            for area, key, state, day, by, note, at, actor in rows
        ]  # fmt: skip

    def counts(self) -> dict[tuple[str, str, str], int]:
        """Live records by division code, township as written and type key."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT county, township, type_key, count(*) FROM hazard WHERE deleted_at IS NULL"
            " GROUP BY county, township, type_key"
        )
        return {(county, township, key): n for county, township, key, n in rows}
