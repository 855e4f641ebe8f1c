"""Saved release definitions: what is released again and again, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDefinition:
    """One saved definition.

    Attributes:
        content: What is ordered; JSON values.
    """

    name: str
    content: Mapping[str, Any]
    saved_at: datetime
    saved_by: str


class ReleaseDefinitionRepository:
    """Writes and reads table ``release_definition``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def put(self, name: str, content: Mapping[str, Any], actor: Actor) -> SavedDefinition:
        """Keep a definition, in place of one of the same name."""
        now = self._transaction.now()
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO release_definition (name, content, saved_at, saved_by)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET content = excluded.content,"
                " saved_at = excluded.saved_at, saved_by = excluded.saved_by",
                (name, to_json(dict(content)), now.isoformat(), actor.name),
            )
            self._audit.record(actor, "release_definition.put", name, dict(content))
        return SavedDefinition(name=name, content=content, saved_at=now, saved_by=actor.name)

    def remove(self, name: str, actor: Actor) -> None:
        """Forget a definition.

        Raises:
            NotFoundError: There is none of that name.
        """
        with self._transaction.step() as connection:
            changed = connection.exec_driver_sql(
                "DELETE FROM release_definition WHERE name = ?", (name,)
            ).rowcount
            if not changed:
                raise _unknown(name)
            self._audit.record(actor, "release_definition.remove", name, {})

    def named(self, name: str) -> SavedDefinition:
        """The definition of a name.

        Raises:
            NotFoundError: There is none.
        """
        found = [each for each in self.all() if each.name == name]
        if not found:
            raise _unknown(name)
        return found[0]

    def all(self) -> list[SavedDefinition]:
        """All definitions, by name."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT name, content, saved_at, saved_by FROM release_definition ORDER BY name"
        )
        return [
            SavedDefinition(
                name=name, content=json.loads(content), saved_at=datetime.fromisoformat(at),
                saved_by=by,
            )
            for name, content, at, by in rows
        ]  # fmt: skip


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(
        _("没有名为“{name}”的发布方案。").format(name=name),
        hint=_("用 definitions 命令或发布页的“方案”列出已存的方案。"),
    )
