"""Writes a file beside its target and moves it there when it is whole."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
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


def require_document_path(path: Path, suffixes: Collection[str]) -> None:
    """Refuse a place where writing a document would destroy something else, say a register.

    Args:
        path: Where to write.
        suffixes: Endings that fit, the usual one first.

    Raises:
        OutputFileError: Not the name of such a document, a folder, or a file of another kind.
    """
    suffix = path.suffix.lower()
    if suffix not in suffixes or path.is_dir():
        raise OutputFileError(
            _("“{path}”不是 {kinds} 文件名。").format(path=path, kinds=_("、").join(suffixes)),
            hint=_("请写出文件名，如 {example}。").format(example=_("排查表.xlsx")),
        )
    if path.is_file() and path.stat().st_size and not _is_of_kind(path, suffix):
        raise OutputFileError(
            _("“{path}”已经存在，而且不是 {kind} 文件，没有覆盖。").format(path=path, kind=suffix),
            hint=_("请换一个文件名。"),
        )


def _is_of_kind(path: Path, suffix: str) -> bool:
    if suffix != ".pdf":
        return zipfile.is_zipfile(path)
    with path.open("rb") as stored:
        return stored.read(5) == b"%PDF-"
