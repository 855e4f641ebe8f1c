"""Internal exports of the register: full data, for use inside the office, always on record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.formats.shown_table import write_shown
from qhd_riskmap.formats.vector_files import export_register
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_REPORT_EVERY: Final = 500
QUIET_JOB: JobContext = SilentJob()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table as it stands on the screen.

    Attributes:
        titles: Titles of the columns shown, from left to right.
        widths: Their widths in characters.
        count: Number of rows.
        rows: Makes the texts of all rows, one row after the other.
    """

    titles: Sequence[str]
    widths: Sequence[int]
    count: int
    rows: Callable[[], Iterator[Sequence[str]]]


class ExportService:
    """Exports of one register, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def export(
        self,
        path: Path,
        wanted: HazardFilter = EVERYTHING,
        *,
        only: Collection[UUID] | None = None,
    ) -> list[Path]:
        """Write all matching hazards with every field; the ending of ``path`` chooses the format.

        Args:
            path: File to write.
            wanted: Which hazards.
            only: Of these, only the ones with these ids; what a table shows after any search.

        Returns:
            The files written.

        Raises:
            PermissionDeniedError: The actor may not export.
            InvalidInputError: The format is unknown.
            OutputFileError: A file cannot be written, or it is the register itself.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, path)
        with self._register.unit_of_work() as work:
            hazards = work.hazards.find(wanted)
            if only is not None:
                chosen = frozenset(only)
                hazards = [hazard for hazard in hazards if hazard.id in chosen]
            files = export_register(hazards, path)
            self._record(work, files, path, len(hazards))
        return files

    def export_shown(
        self, path: Path, shown: ShownTable, job: JobContext = QUIET_JOB
    ) -> list[Path]:
        """Write a table as it stands on the screen; the ending of ``path`` chooses xlsx or csv.

        Returns:
            The file written.

        Raises:
            PermissionDeniedError: The actor may not export.
            InvalidInputError: The format is unknown.
            OutputFileError: The file cannot be written, or it is the register itself.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, path)

        def watched() -> Iterator[Sequence[str]]:
            for number, row in enumerate(shown.rows()):
                if number % _REPORT_EVERY == 0:
                    job.advance(number, shown.count)
                yield row

        write_shown(path, shown.titles, watched(), shown.widths)
        with self._register.unit_of_work() as work:
            self._record(work, [path], path, shown.count)
        return [path]

    def _record(self, work: UnitOfWork, files: list[Path], path: Path, count: int) -> None:
        kind = path.suffix.lower().lstrip(".")
        record_export(work, self._actor, files, name=path.name, kind=kind, count=count)
