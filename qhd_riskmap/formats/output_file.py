"""Writes a file beside its target and moves it there when it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.i18n import _


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; on success it replaces ``path``, on failure nothing is left.

    Missing folders are made.

    Raises:
        OutputFileError: The folder or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".qhd-") as folder:
            unfinished = Path(folder) / path.name
            yield unfinished
            unfinished.replace(path)
    except OSError as error:
        raise OutputFileError(
            _("无法写入“{path}”。").format(path=path),
            hint=_("请检查该位置是否可写、磁盘是否已满、文件是否正被打开。"),
            detail=str(error),
        ) from error
