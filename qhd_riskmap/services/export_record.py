"""What every internal export has to do: never over the register, always on record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork


def refuse_register(register: Register, path: Path) -> None:
    """Refuse to write over the register itself.

    Raises:
        OutputFileError: ``path`` is the register.
    """
    if path.resolve() == register.path.resolve():
        raise OutputFileError(
            _("不能用导出文件覆盖登记库“{path}”。").format(path=path),
            hint=_("请换一个文件名。"),
        )


def record_export(
    work: UnitOfWork, actor: Actor, files: Sequence[Path], *, name: str, kind: str, count: int
) -> None:
    """Put an export on record, or take the files back.

    Data that left without a trace would be worse than a file that has to be thrown away.

    Args:
        work: Is committed.
        actor: Who exports.
        files: Everything that was written.
        name: Of the export.
        kind: Its format.
        count: Number of records in it.
    """
    try:
        detail = {"format": kind, "count": count}
        work.audit.record(actor, "register.export", name, detail)
        work.commit()
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        raise
