"""How the columns of senders' sheets are to be read, as officers corrected it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.transaction import Transaction

_SELECT = "SELECT sender, fingerprint, headers, fields, updated_at, updated_by FROM survey_mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMapping:
    """One correction that holds for every sheet with the same headers.

    Attributes:
        sender: Office or department; "" for a correction that holds whoever sends.
        fingerprint: Of the sheet's headers (`domain.survey_mapping.header_fingerprint`).
        headers: The headers, for people to recognise it by.
        fields: Header → field key, "" for a column to be kept as an extra.
        updated_at: Set by the register.
        updated_by: Set by the register.
    """

    sender: str
    fingerprint: str
    headers: tuple[str, ...]
    fields: Mapping[str, str]
    updated_at: datetime | None = None
    updated_by: str = ""


class SurveyMappingRepository:
    """Writes and reads table ``survey_mapping``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def save(self, mapping: StoredMapping, actor: Actor) -> None:
        """Remember a correction in place of an earlier one of the same sender and headers."""
        now = self._transaction.now().isoformat()
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO survey_mapping"
                " (sender, fingerprint, headers, fields, updated_at, updated_by)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sender, fingerprint) DO UPDATE SET"
                " headers = excluded.headers, fields = excluded.fields,"
                " updated_at = excluded.updated_at, updated_by = excluded.updated_by",
                (
                    mapping.sender,
                    mapping.fingerprint,
                    to_json(list(mapping.headers)),
                    to_json(dict(mapping.fields)),
                    now,
                    actor.name,
                ),
            )
            self._audit.record(
                actor,
                "survey-mapping.save",
                mapping.fingerprint,
                {"sender": mapping.sender, "fields": dict(mapping.fields)},
            )

    def forget(self, sender: str, fingerprint: str, actor: Actor) -> bool:
        """Drop a correction; False where there is none."""
        with self._transaction.step() as connection:
            found = connection.exec_driver_sql(
                "DELETE FROM survey_mapping WHERE sender = ? AND fingerprint = ?",
                (sender, fingerprint),
            ).rowcount
            if found:
                self._audit.record(actor, "survey-mapping.forget", fingerprint, {"sender": sender})
        return bool(found)

    def find(self, sender: str, fingerprint: str) -> StoredMapping | None:
        """What holds for a sheet: the sender's own correction, else the newest of anybody."""
        found = self._mappings(
            " WHERE fingerprint = ? ORDER BY sender = ? DESC, updated_at DESC, seq DESC LIMIT 1",
            (fingerprint, sender),
        )
        return found[0] if found else None

    def list(self) -> Sequence[StoredMapping]:
        """All corrections, by sender."""
        return self._mappings(" ORDER BY sender, seq", ())

    def _mappings(self, condition: str, parameters: tuple[str, ...]) -> Sequence[StoredMapping]:
        rows = self._transaction.reading().exec_driver_sql(f"{_SELECT}{condition}", parameters)
        return [
            StoredMapping(
                sender=row[0],
                fingerprint=row[1],
                headers=tuple(json.loads(row[2])),
                fields=json.loads(row[3]),
                updated_at=datetime.fromisoformat(row[4]),
                updated_by=row[5],
            )
            for row in rows
        ]
