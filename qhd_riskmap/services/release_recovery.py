"""What becomes of a release whose process was killed or stopped: ended, taken back, taken up again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.services.release_control import control_papers
from qhd_riskmap.services.release_folders import control_folder
from qhd_riskmap.services.release_order import ReleaseOrder, ReleaseOutcome
from qhd_riskmap.services.release_workshop import work_folder, workshop
from qhd_riskmap.services.submission_pack import pack_folder
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.release_repository import ReleaseRecord


class ReleaseRecovery:
    """Use cases after a process that ended too early, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def tidy(self, out_dir: Path) -> int:
        """Look after a release into a folder that was broken off by a power cut or a killed program.

        A move that was begun is ended or taken back, and what was not checked is removed.

        Returns:
            How many checked files wait for the next release into the folder.
        """
        self._actor.require(Permission.RELEASE)
        if not work_folder(out_dir).is_dir():
            return 0
        with workshop(out_dir) as shop:
            shop.settle(self.is_recorded)
            return shop.drop_unchecked()

    def clean_up(self, out_dir: Path) -> None:
        """Leave nothing of a process that was stopped while it made files for a folder."""
        with workshop(out_dir) as shop:
            shop.settle(self.is_recorded)
        with suppress(OSError):
            out_dir.rmdir()  # not of ours if anything lies there

    def give_up(self, order: ReleaseOrder) -> ReleaseOutcome | None:
        """Clean up after a process that was stopped while it released.

        Returns:
            What it made, if it had recorded the release already; None where nothing is left of it.
        """
        control_dir = control_folder(order, self._register.path)
        with workshop(order.out_dir) as shop:
            shop.settle(self.is_recorded)
            done = self.outcome(shop.release, order, control_dir)
        if done is not None:
            return done
        self.clean_up(order.out_dir)
        return None

    def outcome(
        self, release: UUID | None, order: ReleaseOrder, control_dir: Path
    ) -> ReleaseOutcome | None:
        """What an earlier process made and recorded, or None."""
        record = self._recorded(release) if release is not None else None
        if record is None:
            return None
        return ReleaseOutcome(
            files=tuple(order.out_dir / product.name for product in record.products),
            findings=(),
            register_entry={"id": str(record.id), "number": record.number},
            control_files=control_papers(record, control_dir),
            pack=pack_folder(record, control_dir) if order.draft else None,
        )

    def is_recorded(self, release: UUID) -> bool:
        """Whether the register knows it."""
        return self._recorded(release) is not None

    def _recorded(self, release: UUID) -> ReleaseRecord | None:
        with self._register.unit_of_work() as work:
            return work.releases.get(release)
