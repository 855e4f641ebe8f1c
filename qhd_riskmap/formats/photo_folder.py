"""The files of a folder or a zip archive, one after the other; an archive made to do harm is refused."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.attachment_files import MAX_BYTES, PICTURE_ENDINGS
from qhd_riskmap.i18n import _

MAX_FILES: Final = 20_000
_MAX_UNPACKED: Final = 8 * 2**30
_MAX_RATIO: Final = 200
_RATIO_COUNTS_FROM: Final = 2**20
_OUTSIDE: Final = re.compile(r"^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)|\x00")
# What systems leave beside pictures.
_LITTER: Final = re.compile(r"(?:^|/)(?:\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(?:/|$)", re.I)
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError,
)  # fmt: skip
_ENCRYPTED: Final = 0x1
_UNIX: Final = 3
_UTF8_NAME: Final = 0x800


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file, read when it is wanted.

    Attributes:
        path: Below the folder or in the archive, with forward slashes.
        read: Gives its content, of files too large to be kept only the beginning.
    """

    path: str
    read: Callable[[], bytes] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """File name without folders."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders it lies in, the nearest first."""
        return tuple(reversed(self.path.split("/")[:-1]))


PhotoSource = Path | tuple[Path, ...]
_LOOKED_AT: Final = 300  # a folder of photos shows that it is one at once
_TABLES: Final = frozenset({"shp", "xlsx", "xlsm", "xls", "et", "ods", "csv", "gpkg", "kml", "kmz"})


def holds_photos(path: Path) -> bool:
    """Whether a folder or archive holds pictures and nothing to import; a look at some names only."""
    if path.is_dir():
        names: Iterator[str] = (name for _f, _d, files in os.walk(path) for name in files)
    elif path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                names = iter(archive.namelist())
        except _DAMAGE:
            return False
    else:
        return path.suffix.lower() in PICTURE_ENDINGS
    endings = {name.lower().rpartition(".")[2] for name in islice(names, _LOOKED_AT)}
    return endings.isdisjoint(_TABLES) and any(f".{each}" in PICTURE_ENDINGS for each in endings)


@contextmanager
def open_photos(path: PhotoSource) -> Iterator[Sequence[FoundFile]]:
    """The files of a folder (with those below) or of a zip archive, sorted by path; or single files.

    Raises:
        UnreadableFileError: Not there, neither folder nor zip, too many files, or an archive made to do
            harm: paths that lead outside, links, bombs, parts that overlap.
    """
    if isinstance(path, tuple):
        if len(path) > MAX_FILES:
            raise _too_many(path[0].parent.name)
        yield _single(path)
        return
    if path.is_dir():
        yield _of_folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, OverflowError) as error:
        raise UnreadableFileError(
            _("“{name}”不是文件夹，也不是可读的 zip 压缩包。").format(name=path.name),
            hint=_("请把照片放进一个文件夹，或重新压缩成 zip。"),
            detail=str(error),
        ) from error
    with archive:
        yield _of_archive(archive, path.name)


def _single(paths: Sequence[Path]) -> list[FoundFile]:
    """Files chosen one by one; where two have one name, their folders tell them apart."""
    found: dict[str, FoundFile] = {}
    for path in paths:
        name = path.name if path.name not in found else f"{path.parent.name}/{path.name}"
        found.setdefault(name, FoundFile(name, _reader(path)))
    return [found[name] for name in sorted(found)]


def _of_folder(root: Path) -> list[FoundFile]:
    found = []
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not _LITTER.search(name))
        for name in sorted(names):
            file = Path(folder) / name
            if _LITTER.search(name) or file.is_symlink() or not file.is_file():
                continue
            found.append(FoundFile(file.relative_to(root).as_posix(), _reader(file)))
            if len(found) > MAX_FILES:
                raise _too_many(root.name)
    return found


def _reader(file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with file.open("rb") as stream:
                return stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise UnreadableFileError(
                _("读不了“{name}”。").format(name=file.name),
                hint=_("请检查文件是否还在、能否打开。"),
                detail=str(error),
            ) from error

    return read


def _of_archive(archive: zipfile.ZipFile, name: str) -> list[FoundFile]:
    infos = archive.infolist()
    if len(infos) > MAX_FILES:
        raise _too_many(name)
    _refuse_harm(infos, name)
    found = []
    for info in infos:
        inner = _inner_name(info)
        if not info.is_dir() and not _LITTER.search(inner):
            found.append(FoundFile(inner, _part_reader(archive, info)))
    return sorted(found, key=lambda file: file.path)


def _inner_name(info: zipfile.ZipInfo) -> str:
    """The name of a part; Windows writes Chinese names in GBK without saying so."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _part_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as stream:
                return stream.read(MAX_BYTES + 1)
        except _DAMAGE as error:
            raise UnreadableFileError(
                _("压缩包里的“{name}”已损坏。").format(name=info.filename),
                hint=_("请重新压缩后再试。"),
                detail=str(error),
            ) from error

    return read


def _refuse_harm(infos: Sequence[zipfile.ZipInfo], name: str) -> None:
    end = 0
    for info in sorted(infos, key=lambda item: item.header_offset):
        inner = _inner_name(info)
        link = info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16)
        if _OUTSIDE.search(inner) or link:
            raise _harmful(name, f"leads outside: {inner[:80]!r}")
        if info.flag_bits & _ENCRYPTED:
            raise UnreadableFileError(
                _("压缩包“{name}”设有密码。").format(name=name), hint=_("请解密后再试。")
            )
        if info.header_offset < end:
            raise _harmful(name, "parts overlap")
        end = info.header_offset + info.compress_size
        bomb = info.file_size > _MAX_RATIO * max(info.compress_size, 1)
        if bomb and info.file_size > _RATIO_COUNTS_FROM:
            raise _harmful(name, f"bomb: {inner[:80]!r}")
    if sum(info.file_size for info in infos) > _MAX_UNPACKED:
        raise _harmful(name, "too large unpacked")


def _harmful(name: str, detail: str) -> UnreadableFileError:
    return UnreadableFileError(
        _("压缩包“{name}”的结构不正常，可能有害，已拒绝。").format(name=name),
        hint=_("请在自己的电脑上解压，检查后把照片放进文件夹再试。"),
        detail=detail,
    )


def _too_many(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        _("“{name}”里的文件超过 {limit} 个。").format(name=name, limit=MAX_FILES),
        hint=_("请分成几个文件夹，分次添加。"),
    )
