"""Photos and scanned sheets of inspections; each content is kept once, beside those of hazards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.attachment import FileContent
from qhd_riskmap.domain.inspection.record import InspectionFile, InspectionFileKind
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.attachment_repository import store_content, stored_content
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction

_SELECT = (
    "SELECT f.id, i.id, f.kind, f.name, a.sha256, a.media_type, a.size, coalesce(a.thumbnail, x''),"
    " f.added_at, f.added_by, f.removed_at, f.removed_by FROM inspection_file f"
    " JOIN inspection i ON i.seq = f.inspection_seq JOIN attachment a ON a.seq = f.attachment_seq"
)


class InspectionFiles:
    """Writes and reads table ``inspection_file``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def of(self, inspection_id: UUID) -> list[InspectionFile]:
        """The files of an inspection in order of adding, without those taken off."""
        return self._files(
            " WHERE i.id = ? AND f.removed_at IS NULL ORDER BY f.seq", (str(inspection_id),)
        )

    def require(self, file_id: UUID) -> InspectionFile:
        """One entry, removed or not.

        Raises:
            NotFoundError: There is none.
        """
        found = self._files(" WHERE f.id = ?", (str(file_id),))
        if not found:
            raise NotFoundError(_("登记库里没有这个附件。"), detail=str(file_id))
        return found[0]

    def content(self, file_id: UUID) -> bytes:
        """The file, byte for byte.

        Raises:
            NotFoundError: There is none.
        """
        return stored_content(self._transaction.reading(), self.require(file_id).sha256)

    def add(
        self,
        inspection_id: UUID,
        kind: InspectionFileKind,
        name: str,
        file: FileContent,
        actor: Actor,
    ) -> InspectionFile | None:
        """Hang a file on an inspection; None where the same content hangs on it already."""
        digest = hashlib.sha256(file.content).hexdigest()
        if digest in {each.sha256 for each in self.of(inspection_id)}:
            return None
        entry = uuid4()
        with self._transaction.step() as connection:
            attachment = store_content(connection, digest, file)
            connection.exec_driver_sql(
                "INSERT INTO inspection_file"
                " (id, inspection_seq, attachment_seq, kind, name, added_at, added_by)"
                " VALUES (?, (SELECT seq FROM inspection WHERE id = ?), ?, ?, ?, ?, ?)",
                (
                    str(entry), str(inspection_id), attachment, kind.value, name,
                    self._transaction.now().isoformat(), actor.name,
                ),
            )  # fmt: skip
            added = self.require(entry)
            self._tell(actor, "inspection.file_add", added)
        return added

    def remove(self, file_id: UUID, actor: Actor) -> InspectionFile:
        """Take a file off its inspection; the history keeps it.

        Raises:
            NotFoundError: There is no such entry, or it is taken off already.
        """
        with self._transaction.step() as connection:
            entry = self.require(file_id)
            if entry.removed_at is not None:
                raise NotFoundError(_("附件“{name}”已被移除。").format(name=entry.name))
            connection.exec_driver_sql(
                "UPDATE inspection_file SET removed_at = ?, removed_by = ? WHERE id = ?",
                (self._transaction.now().isoformat(), actor.name, str(file_id)),
            )
            self._tell(actor, "inspection.file_remove", entry)
        return self.require(file_id)

    def _tell(self, actor: Actor, action: str, entry: InspectionFile) -> None:
        self._audit.record(
            actor,
            action,
            str(entry.inspection_id),
            {"name": entry.name, "kind": entry.kind.value, "sha256": entry.sha256},
        )

    def _files(self, condition: str, parameters: Sequence[Any]) -> list[InspectionFile]:
        rows = self._transaction.reading().exec_driver_sql(_SELECT + condition, tuple(parameters))
        return [_file(row) for row in rows]


def _file(row: Sequence[Any]) -> InspectionFile:
    (
        identity, inspection_id, kind, name, sha256, media_type, size, thumbnail, added_at, added_by,
        removed_at, removed_by,
    ) = row  # fmt: skip
    return InspectionFile(
        id=UUID(identity),
        inspection_id=UUID(inspection_id),
        kind=InspectionFileKind(kind),
        name=name,
        sha256=sha256,
        media_type=media_type,
        size=size,
        thumbnail=bytes(thumbnail),
        added_at=datetime.fromisoformat(added_at),
        added_by=added_by,
        removed_at=datetime.fromisoformat(removed_at) if removed_at else None,
        removed_by=removed_by,
    )
