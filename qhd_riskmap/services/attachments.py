"""Photos and files of hazards: looked into, kept once, shown beside the place of the hazard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.attachment import Attachment, FileContent
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.errors import ConflictError, RiskMapError, UnreadableFileError
from qhd_riskmap.formats.attachment_files import ENDINGS, MAX_BYTES, read_attachment
from qhd_riskmap.geo.nearness import distances_m
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.storage.engine import Register

FAR_M: Final = 500.0
FILE_ENDINGS: Final = ENDINGS
FILE_LIMIT: Final = MAX_BYTES
_QUIET: JobContext = SilentJob()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to be hung on a hazard."""

    hazard_id: UUID
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What became of several files.

    Attributes:
        added: Those kept.
        refused: Name and reason of those not kept.
    """

    added: tuple[Attachment, ...]
    refused: tuple[tuple[str, RiskMapError], ...]


class AttachmentService:
    """Use cases on photos and files, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    @staticmethod
    def inspect(name: str, content: bytes) -> tuple[str, FileContent]:
        """What a file is, without storing it: name to keep, kind, place, time, thumbnail.

        Raises:
            UnreadableFileError: It would be refused.
        """
        return read_attachment(name, content)

    def attach(self, hazard_id: UUID, name: str, content: bytes) -> tuple[Attachment, Changes]:
        """Hang one file on a hazard.

        Raises:
            UnreadableFileError: It is too large, damaged, or of a kind that is not kept.
            ConflictError: The hazard has a file of the same content.
            NotFoundError: There is no such hazard.
        """
        self._actor.require(Permission.EDIT)
        kept, file = read_attachment(name, content)
        with self._register.unit_of_work() as work:
            entry = work.attachments.add(hazard_id, kept, file, self._actor)
            work.commit()
        return entry, Changes(attachments=True, hazard_ids=(hazard_id,))

    def attach_many(
        self, files: Iterable[NewFile], total: int, job: JobContext = _QUIET
    ) -> tuple[Attached, Changes]:
        """Hang several files on hazards in one transaction.

        A file that is refused, or hangs there already, is listed and does not hold up the others.

        Args:
            files: Read one after the other, so that a folder of photos need not fit into memory.
            total: How many there are, for the progress.
            job: Told how far it is.

        Raises:
            NotFoundError: A hazard does not exist; nothing is stored.
            JobCancelledError: The officer stopped it; nothing is stored.
        """
        self._actor.require(Permission.EDIT)
        added: list[Attachment] = []
        refused: list[tuple[str, RiskMapError]] = []
        with self._register.unit_of_work() as work:
            for number, each in enumerate(files):
                job.advance(number, total, each.name)
                try:
                    kept, file = read_attachment(each.name, each.content)
                    added.append(work.attachments.add(each.hazard_id, kept, file, self._actor))
                except (UnreadableFileError, ConflictError) as error:
                    refused.append((each.name, error))
            work.commit()
        touched = tuple(dict.fromkeys(entry.hazard_id for entry in added))
        return (
            Attached(added=tuple(added), refused=tuple(refused)),
            Changes(attachments=bool(added), hazard_ids=touched),
        )

    def attachments_of(self, hazard_id: UUID, *, removed: bool = False) -> list[Attachment]:
        """The files of a hazard in order of adding, without or with those taken off."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.attachments.of(hazard_id, removed=removed)

    def content(self, attachment_id: UUID) -> bytes:
        """The file, byte for byte.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.attachments.content(attachment_id)

    def counts(self) -> dict[UUID, int]:
        """How many files each hazard has; hazards without any are left out."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.attachments.counts()

    def remove(self, attachment_id: UUID) -> tuple[Attachment, Changes]:
        """Take a file off its hazard; the history keeps it.

        Raises:
            NotFoundError: It is not there any more.
        """
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            entry = work.attachments.remove(attachment_id, self._actor)
            work.commit()
        return entry, Changes(attachments=True, hazard_ids=(entry.hazard_id,))

    def restore(self, attachment_id: UUID) -> tuple[Attachment, Changes]:
        """Put a file back that was taken off.

        Raises:
            ConflictError: The same content was added again meanwhile.
        """
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            entry = work.attachments.restore(attachment_id, self._actor)
            work.commit()
        return entry, Changes(attachments=True, hazard_ids=(entry.hazard_id,))


def photo_distance_m(hazard: Hazard, place: tuple[float, float]) -> float:
    """How far from the hazard (0 inside an area) a photo was taken, metres on the ground."""
    geometries = np.array([hazard.geometry], dtype=object)
    return float(distances_m(geometries, *place)[0])
