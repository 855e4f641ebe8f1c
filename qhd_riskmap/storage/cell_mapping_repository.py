"""Cell mappings of other offices' workbooks, by name."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.cell_mapping import CellMapping, MappedCell, read_cells
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.transaction import Transaction


class CellMappingRepository:
    """Writes and reads table ``cell_mapping``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def all(self) -> list[CellMapping]:
        """All mappings by name."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT id, name, cells, updated_at, updated_by FROM cell_mapping ORDER BY name"
        )
        return [
            CellMapping(
                id=UUID(mapping_id),
                name=name,
                cells=read_cells(json.loads(cells)),
                updated_at=datetime.fromisoformat(at),
                updated_by=by,
            )
            for mapping_id, name, cells, at, by in rows
        ]

    def require(self, name: str) -> CellMapping:
        """The mapping of a name.

        Raises:
            NotFoundError: There is none.
        """
        known = self.all()
        for each in known:
            if each.name == name:
                return each
        raise NotFoundError(
            _("没有名为“{name}”的对应关系。").format(name=name),
            hint=_("可用：{names}。").format(names="、".join(m.name for m in known) or _("无")),
        )

    def save(self, name: str, cells: tuple[MappedCell, ...], actor: Actor) -> None:
        """Store the cells under a name, in place of those it had."""
        content = to_json([each.to_json() for each in cells])
        now = self._transaction.now().isoformat()
        with self._transaction.step() as connection:
            mapping_id = connection.exec_driver_sql(
                "INSERT INTO cell_mapping (id, name, cells, updated_at, updated_by)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET cells = excluded.cells,"
                " updated_at = excluded.updated_at, updated_by = excluded.updated_by RETURNING id",
                (str(uuid4()), name, content, now, actor.name),
            ).scalar_one()
            detail = {"name": name, "cells": content}
            self._audit.record(actor, "cell_mapping.save", str(mapping_id), detail)

    def remove(self, name: str, actor: Actor) -> None:
        """Delete a mapping.

        Raises:
            NotFoundError: There is none.
        """
        found = self.require(name)
        with self._transaction.step() as connection:
            connection.exec_driver_sql("DELETE FROM cell_mapping WHERE id = ?", (str(found.id),))
            self._audit.record(actor, "cell_mapping.remove", str(found.id), {"name": name})
