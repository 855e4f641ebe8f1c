"""Photos and files of hazards: each content is stored once, and stays when it is taken off."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.attachment import Attachment, FileContent
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SELECT = (
    "SELECT l.id, h.id, l.name, a.sha256, a.media_type, a.size, a.lon, a.lat, a.taken_at,"
    " coalesce(a.thumbnail, x''), l.added_at, l.added_by, l.removed_at, l.removed_by"
    " FROM hazard_attachment l JOIN hazard h ON h.fid = l.hazard_fid"
    " JOIN attachment a ON a.seq = l.attachment_seq"
)


class AttachmentRepository:
    """Writes and reads tables ``attachment`` and ``hazard_attachment``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    # Reading

    def of(self, hazard_id: UUID, *, removed: bool = False) -> list[Attachment]:
        """The files of a hazard in order of adding, without or with those taken off."""
        live = "" if removed else " AND l.removed_at IS NULL"
        return self._entries(f" WHERE h.id = ?{live} ORDER BY l.seq", (str(hazard_id),))

    def require(self, attachment_id: UUID) -> Attachment:
        """One entry, removed or not.

        Raises:
            NotFoundError: There is none.
        """
        found = self._entries(" WHERE l.id = ?", (str(attachment_id),))
        if not found:
            raise NotFoundError(_("登记库里没有这个附件。"), detail=str(attachment_id))
        return found[0]

    def content(self, attachment_id: UUID) -> bytes:
        """The file, byte for byte.

        Raises:
            NotFoundError: There is none.
        """
        return stored_content(self._transaction.reading(), self.require(attachment_id).sha256)

    def counts(self) -> dict[UUID, int]:
        """How many files each hazard has; hazards without any are left out."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT h.id, count(*) FROM hazard_attachment l JOIN hazard h ON h.fid = l.hazard_fid"
            " WHERE l.removed_at IS NULL GROUP BY h.fid"
        )
        return {UUID(hazard_id): count for hazard_id, count in rows}

    def hung(self) -> list[tuple[UUID, str, str]]:
        """Hazard, file name and content hash of every file that hangs somewhere."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT h.id, l.name, a.sha256 FROM hazard_attachment l"
            " JOIN hazard h ON h.fid = l.hazard_fid JOIN attachment a ON a.seq = l.attachment_seq"
            " WHERE l.removed_at IS NULL"
        )
        return [(UUID(hazard_id), name, sha256) for hazard_id, name, sha256 in rows]

    # Writing

    def names(self) -> list[str]:
        """Every file name that any record, task or inspection ever had, removed ones too."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT name FROM hazard_attachment UNION SELECT name FROM remediation_file"
            " UNION SELECT name FROM inspection_file"
        )
        return [name for (name,) in rows]

    def add(self, hazard_id: UUID, name: str, file: FileContent, actor: Actor) -> Attachment:
        """Hang a file on a hazard; a content stored before is not stored again.

        Raises:
            NotFoundError: The hazard does not exist or is deleted.
            ConflictError: The same content hangs on it already.
        """
        digest = hashlib.sha256(file.content).hexdigest()
        with self._transaction.step() as connection:
            fid = _live_hazard(connection, hazard_id)
            seq = store_content(connection, digest, file)
            _refuse_twice(connection, fid, seq)
            entry = uuid4()
            connection.exec_driver_sql(
                "INSERT INTO hazard_attachment"
                " (id, hazard_fid, attachment_seq, name, added_at, added_by)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (str(entry), fid, seq, name, self._transaction.now().isoformat(), actor.name),
            )
            self._audit.record(
                actor, "attachment.add", str(hazard_id), {"name": name, "sha256": digest}
            )
            return self.require(entry)

    def remove(self, attachment_id: UUID, actor: Actor) -> Attachment:
        """Take a file off its hazard; the history keeps it.

        Raises:
            NotFoundError: There is no such entry, or it is taken off already.
        """
        with self._transaction.step() as connection:
            entry = self.require(attachment_id)
            if entry.removed_at is not None:
                raise NotFoundError(_("附件“{name}”已被移除。").format(name=entry.name))
            connection.exec_driver_sql(
                "UPDATE hazard_attachment SET removed_at = ?, removed_by = ? WHERE id = ?",
                (self._transaction.now().isoformat(), actor.name, str(attachment_id)),
            )
            self._audit.record(
                actor,
                "attachment.remove",
                str(entry.hazard_id),
                {"name": entry.name, "sha256": entry.sha256},
            )
            return self.require(attachment_id)

    def restore(self, attachment_id: UUID, actor: Actor) -> Attachment:
        """Put a file back that was taken off.

        Raises:
            NotFoundError: There is no such entry, or its hazard is deleted.
            ConflictError: The same content was added again meanwhile.
        """
        with self._transaction.step() as connection:
            entry = self.require(attachment_id)
            if entry.removed_at is None:
                return entry
            fid = _live_hazard(connection, entry.hazard_id)
            seq = connection.exec_driver_sql(
                "SELECT attachment_seq FROM hazard_attachment WHERE id = ?", (str(attachment_id),)
            ).scalar_one()
            _refuse_twice(connection, fid, seq)
            connection.exec_driver_sql(
                "UPDATE hazard_attachment SET removed_at = NULL, removed_by = '' WHERE id = ?",
                (str(attachment_id),),
            )
            self._audit.record(
                actor,
                "attachment.restore",
                str(entry.hazard_id),
                {"name": entry.name, "sha256": entry.sha256},
            )
            return self.require(attachment_id)

    def carry(self, source: UUID, target: UUID, actor: Actor) -> list[UUID]:
        """Hang the files of one hazard on another, too; what hangs there already is passed over.

        Raises:
            NotFoundError: The target does not exist or is deleted.

        Returns:
            The new entries.
        """
        there = {entry.sha256 for entry in self.of(target)}
        wanted = [entry for entry in self.of(source) if entry.sha256 not in there]
        if not wanted:
            return []
        now, made = self._transaction.now().isoformat(), [uuid4() for _entry in wanted]
        with self._transaction.step() as connection:
            fid = _live_hazard(connection, target)
            connection.exec_driver_sql(
                "INSERT INTO hazard_attachment"
                " (id, hazard_fid, attachment_seq, name, added_at, added_by)"
                " SELECT ?, ?, attachment_seq, name, ?, ? FROM hazard_attachment WHERE id = ?",
                [
                    (str(new), fid, now, actor.name, str(entry.id))
                    for new, entry in zip(made, wanted, strict=True)
                ],
            )
            detail = {"from": str(source), "sha256": [entry.sha256 for entry in wanted]}
            self._audit.record(actor, "attachment.carry", str(target), detail)
        return made

    def _entries(self, condition: str, parameters: tuple[Any, ...]) -> list[Attachment]:
        rows = self._transaction.reading().exec_driver_sql(_SELECT + condition, parameters)
        return [_attachment(row) for row in rows]


def _live_hazard(connection: Connection, hazard_id: UUID) -> int:
    fid = connection.exec_driver_sql(
        "SELECT fid FROM hazard WHERE id = ? AND deleted_at IS NULL", (str(hazard_id),)
    ).scalar()
    if fid is None:
        raise NotFoundError(_("登记库里没有这条记录，或已被删除。"), detail=str(hazard_id))
    return int(fid)


def store_content(connection: Connection, digest: str, file: FileContent) -> int:
    """Keep a content under its hash, unless it is there; its key in table ``attachment``."""
    lon, lat = file.place if file.place is not None else (None, None)
    connection.exec_driver_sql(
        "INSERT INTO attachment"
        " (sha256, media_type, size, lon, lat, taken_at, thumbnail, content)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING",
        (
            digest,
            file.media_type,
            len(file.content),
            lon,
            lat,
            file.taken_at.isoformat() if file.taken_at else None,
            file.thumbnail or None,
            file.content,
        ),
    )
    seq = connection.exec_driver_sql(
        "SELECT seq FROM attachment WHERE sha256 = ?", (digest,)
    ).scalar_one()
    return int(seq)


def stored_content(connection: Connection, digest: str) -> bytes:
    """A content by its hash, byte for byte."""
    blob = connection.exec_driver_sql(
        "SELECT content FROM attachment WHERE sha256 = ?", (digest,)
    ).scalar_one()
    return bytes(blob)


def _refuse_twice(connection: Connection, fid: int, seq: int) -> None:
    name = connection.exec_driver_sql(
        "SELECT name FROM hazard_attachment"
        " WHERE hazard_fid = ? AND attachment_seq = ? AND removed_at IS NULL",
        (fid, seq),
    ).scalar()
    if name is not None:
        raise ConflictError(_("这处隐患已有内容相同的附件“{name}”。").format(name=name))


def _attachment(row: Sequence[Any]) -> Attachment:
    (
        entry, hazard_id, name, sha256, media_type, size, lon, lat, taken_at, thumbnail,
        added_at, added_by, removed_at, removed_by,
    ) = row  # fmt: skip
    return Attachment(
        id=UUID(entry),
        hazard_id=UUID(hazard_id),
        name=name,
        sha256=sha256,
        media_type=media_type,
        size=size,
        place=(lon, lat) if lon is not None and lat is not None else None,
        taken_at=datetime.fromisoformat(taken_at) if taken_at else None,
        thumbnail=bytes(thumbnail),
        added_at=datetime.fromisoformat(added_at),
        added_by=added_by,
        removed_at=datetime.fromisoformat(removed_at) if removed_at else None,
        removed_by=removed_by,
    )
