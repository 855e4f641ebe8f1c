"""The office's own rule profiles; every version ever adopted stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction

_SELECT = "SELECT key, version, content, reason, adopted_at, adopted_by FROM rule_profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProfile:
    """One version of a profile.

    Attributes:
        key: What it is a profile of: a method's key, or the name of another rule file.
        content: As the shipped file of that name.
        reason: Why it was adopted.
        adopted_at: Set by the register.
        adopted_by: Set by the register.
    """

    key: str
    version: str
    content: Mapping[str, Any]
    reason: str = ""
    adopted_at: datetime | None = None
    adopted_by: str = ""


class RuleProfileRepository:
    """Writes and reads table ``rule_profile``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(self, profile: RuleProfile, actor: Actor) -> None:
        """Adopt a version: it is in force from now on."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO rule_profile (key, version, content, reason, adopted_at, adopted_by)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    profile.key, profile.version,
                    json.dumps(dict(profile.content), ensure_ascii=False), profile.reason,
                    self._transaction.now().isoformat(), actor.name,
                ),
            )  # fmt: skip
            self._audit.record(
                actor,
                "rule-profile.adopt",
                profile.key,
                {"version": profile.version, "reason": profile.reason},
            )

    def in_force(self) -> dict[str, RuleProfile]:
        """The newest version of each profile the office has."""
        newest = " WHERE seq IN (SELECT max(seq) FROM rule_profile GROUP BY key)"
        return {profile.key: profile for profile in self._read(newest, ())}

    def versions(self, key: str) -> list[RuleProfile]:
        """All versions of a profile, oldest first."""
        return self._read(" WHERE key = ? ORDER BY seq", (key,))

    def _read(self, condition: str, parameters: tuple[str, ...]) -> list[RuleProfile]:
        rows = self._transaction.reading().exec_driver_sql(_SELECT + condition, parameters)
        return [
            RuleProfile(
                key=row[0], version=row[1], content=json.loads(row[2]), reason=row[3],
                adopted_at=datetime.fromisoformat(row[4]), adopted_by=row[5],
            )
            for row in rows
        ]  # fmt: skip
