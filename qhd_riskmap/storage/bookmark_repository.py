"""Bookmarks of the map, shared by all who open the register."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.bookmark import Bookmark
from qhd_riskmap.domain.hazard_filter import BoundingBox
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class BookmarkRepository:
    """Writes and reads table ``bookmark``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def all(self) -> list[Bookmark]:
        """All bookmarks in order of making."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT id, name, west, south, east, north, created_at, created_by"
            " FROM bookmark ORDER BY seq"
        )
        return [
            Bookmark(
                id=UUID(row[0]),
                name=row[1],
                bounds=(row[2], row[3], row[4], row[5]),
                created_at=datetime.fromisoformat(row[6]),
                created_by=row[7],
            )
            for row in rows
        ]

    def add(self, name: str, bounds: BoundingBox, actor: Actor) -> Bookmark:
        """Store a bookmark.

        Raises:
            ConflictError: Another one has that name.
        """
        made = Bookmark(
            id=uuid4(),
            name=name,
            bounds=bounds,
            created_at=self._transaction.now(),
            created_by=actor.name,
        )
        with self._transaction.step() as connection:
            taken = connection.exec_driver_sql(
                "SELECT 1 FROM bookmark WHERE name = ?", (name,)
            ).scalar()
            if taken:
                raise ConflictError(
                    _("已有名为“{name}”的书签。").format(name=name), hint=_("请换一个名称。")
                )
            connection.exec_driver_sql(
                "INSERT INTO bookmark"
                " (id, name, west, south, east, north, created_at, created_by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (str(made.id), name, *bounds, made.created_at.isoformat(), actor.name),
            )
            self._audit.record(actor, "bookmark.add", str(made.id), {"name": name})
        return made

    def remove(self, bookmark_id: UUID, actor: Actor) -> None:
        """Delete a bookmark.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction.step() as connection:
            name = connection.exec_driver_sql(
                "DELETE FROM bookmark WHERE id = ? RETURNING name", (str(bookmark_id),)
            ).scalar()
            if name is None:
                raise NotFoundError(_("这个书签已不存在。"), detail=str(bookmark_id))
            self._audit.record(actor, "bookmark.remove", str(bookmark_id), {"name": name})
