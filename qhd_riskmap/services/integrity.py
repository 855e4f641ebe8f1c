"""Is the register whole? Asked by ``verify``, by the desk and after a backup."""

from __future__ import annotations

from pathlib import Path

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.storage.backup import backup
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.verify import verify


class IntegrityService:
    """Checks and backups of one register, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def problems(self) -> list[str]:
        """Chinese sentences, one per problem; empty when the register is whole."""
        self._actor.require(Permission.READ)
        return list(verify(self._register))

    def back_up(self, target: Path) -> Path:
        """Write a verified copy of the register with the same passphrase."""
        self._actor.require(Permission.EXPORT)
        backup(self._register, target)
        return target
