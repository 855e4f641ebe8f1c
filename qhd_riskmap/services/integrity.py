"""Is the register whole, and is there a copy of it? Asked by the command line and by the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.storage.backup import backup
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.verify import verify

_SUBJECT: Final = "register"
_ACTION: Final = "register.backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A verified copy of the register.

    Attributes:
        path: Where it was written.
        at: When.
        actor: By whom.
        hazards: Hazards in force when it was recorded.
        size: Bytes.
    """

    path: Path
    at: datetime
    actor: str
    hazards: int
    size: int


class IntegrityService:
    """Checks and backups of one register, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def problems(self) -> list[str]:
        """Chinese sentences, one per problem; empty when the register is whole."""
        self._actor.require(Permission.READ)
        return list(verify(self._register))

    def proposed_copy(self, folder: Path | None = None) -> Path:
        """A name for a copy that tells the day; in ``folder``, else where the last one went."""
        path = self._register.path
        now = datetime.now(UTC).astimezone()
        return (folder or path.parent) / f"{path.stem}-{now:%Y%m%d-%H%M}{path.suffix}"

    def back_up(self, target: Path, job: JobContext) -> Backup:
        """Write a verified copy of the register with the same passphrase, and record it.

        Args:
            target: The copy, or the folder it shall stand in.
            job: Told pages done; cancelling leaves nothing behind.

        Raises:
            OutputFileError: It cannot be written there, or another file has that name.
            DatabaseError: The copy is not whole.
        """
        self._actor.require(Permission.EXPORT)
        if target.is_dir():
            target = self.proposed_copy(target)
        target = target.absolute()

        def tell(done: int, total: int) -> None:
            note = _("正在核对副本…") if done >= total else ""
            job.advance(done, total, note)

        backup(self._register, target, tell)
        with self._register.unit_of_work() as work:
            detail = {
                "path": str(target),
                "hazards": work.hazards.count(),
                "bytes": target.stat().st_size,
            }
            work.audit.record(self._actor, _ACTION, _SUBJECT, detail)
            work.commit()
        made = self.last_backup()
        if made is None:
            raise AssertionError("a backup was recorded and is not there")
        return made

    def last_backup(self) -> Backup | None:
        """The newest copy made of this register, wherever it is now."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            entries = [e for e in work.audit.of(_SUBJECT) if e.action == _ACTION]
        if not entries:
            return None
        last = entries[-1]
        return Backup(
            path=Path(last.detail["path"]),
            at=last.at,
            actor=last.actor,
            hazards=int(last.detail["hazards"]),
            size=int(last.detail["bytes"]),
        )
