"""A release in a process of its own: the window stays live, stopping takes no second, memory comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from qhd_riskmap.cartography.export_process import run_in_child
from qhd_riskmap.cartography.page_export import Progress
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.release_order import ReleaseOrder, ReleaseOutcome
from qhd_riskmap.services.release_recovery import ReleaseRecovery
from qhd_riskmap.storage.engine import Register, open_register

_Work = Callable[[ReleaseService, JobContext], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Access:
    """What the child opens the register with; it travels through a pipe and stands in no command line."""

    path: Path
    passphrase: str | None = field(repr=False)
    actor: Actor


class ReleaseProcess:
    """The gate, in a child process."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def release(self, order: ReleaseOrder, job: JobContext) -> ReleaseOutcome:
        """As `ReleaseService.release`.

        Raises:
            JobCancelledError: The officer stopped it; nothing is left.
            RiskMapError: What the gate said.
        """
        try:
            outcome: ReleaseOutcome = self._run(partial(_release, order), job)
        except JobCancelledError:
            done = ReleaseRecovery(self._register, self._actor).give_up(order)
            if done is None:
                raise
            return done
        return outcome

    def remake(self, number: str, out_dir: Path, job: JobContext) -> tuple[Path, ...]:
        """As `ReleaseService.remake`.

        Raises:
            JobCancelledError: The officer stopped it; nothing is left.
            RiskMapError: What the gate said.
        """
        try:
            files: tuple[Path, ...] = self._run(partial(_remake, number, out_dir), job)
        except JobCancelledError:
            ReleaseRecovery(self._register, self._actor).clean_up(out_dir)
            raise
        return files

    def _run(self, work: _Work, job: JobContext) -> Any:
        self._actor.require(Permission.RELEASE)
        watch = _Watch(job)
        access = _Access(
            path=self._register.path, passphrase=self._register.passphrase, actor=self._actor
        )
        return run_in_child(partial(_with_register, access, work), watch.told, watch.stopped)


class _Watch:
    """Passes the child's reports on; once it records the release, stopping is too late."""

    def __init__(self, job: JobContext) -> None:
        self._job = job
        self._last = (0, 0, _("正在准备"))
        self._closing = False

    def told(self, done: int, total: int, note: str) -> None:
        self._closing = bool(total) and done >= total
        self._last = (done, total, note)
        self.stopped()

    def stopped(self) -> bool:
        if not self._closing:
            self._job.advance(*self._last)
        return False


def _with_register(access: _Access, work: _Work, progress: Progress) -> Any:
    """What the child does."""
    register = open_register(access.path, passphrase=access.passphrase)
    try:
        return work(ReleaseService(register, access.actor), _Told(progress))
    finally:
        register.close()


def _release(order: ReleaseOrder, gate: ReleaseService, job: JobContext) -> ReleaseOutcome:
    return gate.release(order, job)


def _remake(number: str, out_dir: Path, gate: ReleaseService, job: JobContext) -> tuple[Path, ...]:
    return gate.remake(number, out_dir, job)


class _Told:
    """The child's end of the pipe as a job."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def advance(self, done: int, total: int, note: str = "") -> None:
        self._progress(done, total, note)
