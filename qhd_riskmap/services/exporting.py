"""Internal exports of the register: full data, for use inside the office, always on record."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.vector_files import export_register
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.engine import Register


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
        if path.resolve() == self._register.path.resolve():
            raise OutputFileError(
                _("不能用导出文件覆盖登记库“{path}”。").format(path=path),
                hint=_("请换一个文件名。"),
            )
        with self._register.unit_of_work() as work:
            hazards = work.hazards.find(wanted)
            if only is not None:
                chosen = frozenset(only)
                hazards = [hazard for hazard in hazards if hazard.id in chosen]
            files = export_register(hazards, path)
            # Recorded in the same breath: data that left without a trace would be worse than a file
            # that has to be thrown away.
            try:
                work.audit.record(
                    self._actor,
                    "register.export",
                    path.name,
                    {"format": path.suffix.lower().lstrip("."), "count": len(hazards)},
                )
                work.commit()
            except BaseException:
                for file in files:
                    file.unlink(missing_ok=True)
                raise
        return files
