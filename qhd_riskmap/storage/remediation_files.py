"""Photos and files of remediation tasks; each content is kept once, beside those of hazards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.attachment import Attachment, FileContent
from qhd_riskmap.domain.remediation.task import PhotoStage, TaskFile
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.attachment_repository import store_content, stored_content
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.remediation_columns import file_of
from qhd_riskmap.storage.transaction import Transaction

_SELECT = (
    "SELECT f.id, t.id, f.stage, f.name, a.sha256, a.media_type, a.size,"
    " coalesce(a.thumbnail, x''), f.added_at, f.added_by, f.removed_at, f.removed_by"
    " FROM remediation_file f JOIN remediation_task t ON t.seq = f.task_seq"
    " JOIN attachment a ON a.seq = f.attachment_seq"
)


class RemediationFiles:
    """Writes and reads table ``remediation_file``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def of(self, task_id: UUID, *, removed: bool = False) -> list[TaskFile]:
        """The files of a task in order of adding, without or with those taken off."""
        live = "" if removed else " AND f.removed_at IS NULL"
        return self._files(f" WHERE t.id = ?{live} ORDER BY f.seq", (str(task_id),))

    def require(self, file_id: UUID) -> TaskFile:
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

    def count(self, task_id: UUID) -> int:
        """How many live files a task has beside the office's own documents: the evidence."""
        found: int = (
            self._transaction.reading()
            .exec_driver_sql(
                "SELECT count(*) FROM remediation_file f JOIN remediation_task t ON t.seq = f.task_seq"
                " WHERE t.id = ? AND f.removed_at IS NULL AND f.stage <> ?",
                (str(task_id), PhotoStage.DOCUMENT.value),
            )
            .scalar_one()
        )
        return found

    def counts(self) -> dict[UUID, int]:
        """How many files each task has; tasks without any are left out."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT t.id, count(*) FROM remediation_file f"
            " JOIN remediation_task t ON t.seq = f.task_seq"
            " WHERE f.removed_at IS NULL GROUP BY t.seq"
        )
        return {UUID(task_id): count for task_id, count in rows}

    def add(
        self, task_id: UUID, stage: PhotoStage, name: str, file: FileContent, actor: Actor
    ) -> TaskFile:
        """Hang a file on a task; a content stored before is not stored again.

        Raises:
            NotFoundError: The task does not exist or is deleted.
            ConflictError: The same content hangs on it already as that stage.
        """
        digest = hashlib.sha256(file.content).hexdigest()
        entry = uuid4()
        with self._transaction.step() as connection:
            task = connection.exec_driver_sql(
                "SELECT seq FROM remediation_task WHERE id = ? AND deleted_at IS NULL",
                (str(task_id),),
            ).scalar()
            if task is None:
                raise NotFoundError(_("没有这项整改任务，或已被删除。"), detail=str(task_id))
            seq = store_content(connection, digest, file)
            now = self._transaction.now().isoformat()
            try:
                connection.exec_driver_sql(
                    "INSERT INTO remediation_file"
                    " (id, task_seq, attachment_seq, stage, name, added_at, added_by)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (str(entry), task, seq, stage.value, name, now, actor.name),
                )
            except integrity_error() as error:
                raise ConflictError(
                    _("这项任务已有内容相同的{stage}附件。").format(stage=_(stage.label)),
                    detail=str(error.orig),
                ) from error
            added = self.require(entry)
            self._tell(actor, "task.file_add", added)
        return added

    def adopt(self, task_id: UUID, stage: PhotoStage, photo: Attachment, actor: Actor) -> None:
        """Hang a file that a hazard has on a task, too; the content is the same one."""
        entry = uuid4()
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO remediation_file"
                " (id, task_seq, attachment_seq, stage, name, added_at, added_by)"
                " SELECT ?, t.seq, a.seq, ?, ?, ?, ? FROM remediation_task t, attachment a"
                " WHERE t.id = ? AND a.sha256 = ?",
                (
                    str(entry), stage.value, photo.name, self._transaction.now().isoformat(),
                    actor.name, str(task_id), photo.sha256,
                ),
            )  # fmt: skip
            self._tell(actor, "task.file_add", self.require(entry))

    def remove(self, file_id: UUID, actor: Actor) -> TaskFile:
        """Take a file off its task; the history keeps it.

        Raises:
            NotFoundError: There is no such entry, or it is taken off already.
        """
        with self._transaction.step() as connection:
            entry = self.require(file_id)
            if entry.removed_at is not None:
                raise NotFoundError(_("附件“{name}”已被移除。").format(name=entry.name))
            connection.exec_driver_sql(
                "UPDATE remediation_file SET removed_at = ?, removed_by = ? WHERE id = ?",
                (self._transaction.now().isoformat(), actor.name, str(file_id)),
            )
            self._tell(actor, "task.file_remove", entry)
        return self.require(file_id)

    def _tell(self, actor: Actor, action: str, entry: TaskFile) -> None:
        self._audit.record(
            actor,
            action,
            str(entry.task_id),
            {"name": entry.name, "stage": entry.stage.value, "sha256": entry.sha256},
        )

    def _files(self, condition: str, parameters: Sequence[Any]) -> list[TaskFile]:
        rows = self._transaction.reading().exec_driver_sql(_SELECT + condition, tuple(parameters))
        return [file_of(row) for row in rows]
