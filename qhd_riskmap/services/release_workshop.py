"""Where a release is made: out of sight beside its folder, until every file in it was checked.

A process can be killed at any moment. What it leaves here is no product: only a file that the journal
vouches for is used again, and the journal vouches with a key that nobody has who does not know what the
register protects (docs/adr/0034).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from qhd_riskmap.errors import ConflictError, OutputFileError
from qhd_riskmap.formats.folder_lock import LOCK_NAME, locked
from qhd_riskmap.i18n import _

_PATIENCE_S: Final = 15.0  # a killed program's child ends within a second or two
_JOURNAL: Final = "journal.json"
_MADE: Final = "made"
_ORDER: Final = "?"  # no file can bear this name
_BEFORE: Final = "before"  # what stood in the folder before, while products are being moved


@dataclass(slots=True, kw_only=True)
class _Journal:
    """What is known of the files beside it.

    Attributes:
        release: Identity of the release to be recorded.
        order: Vouches for the whole order, so that a finished release is told from another one.
        vouched: File name → what vouches for its content.
        moving: What was about to be moved into place: file name → SHA-256.
    """

    release: UUID = field(default_factory=uuid4)
    order: str = ""
    vouched: dict[str, str] = field(default_factory=dict)
    moving: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "release": str(self.release), "order": self.order, "vouched": self.vouched,
            "moving": self.moving,
        }  # fmt: skip

    @classmethod
    def from_json(cls, content: Any) -> _Journal:
        vouched = {str(name): str(mark) for name, mark in content["vouched"].items()}
        moving = {str(name): str(sha256) for name, sha256 in content["moving"].items()}
        if any(Path(name).name != name or name.startswith(".") for name in (*vouched, *moving)):
            raise ValueError("a name that leads elsewhere")
        return cls(
            release=UUID(content["release"]), order=str(content["order"]), vouched=vouched,
            moving=moving,
        )  # fmt: skip


class Workshop:
    """The work folder of one product folder, held by this process alone."""

    def __init__(self, folder: Path, out_dir: Path) -> None:
        self._folder = folder
        self._out_dir = out_dir
        self._key = b""
        self._kept = False
        self._journal = _read(folder / _JOURNAL)
        self.made.mkdir(mode=0o700, exist_ok=True)

    @property
    def made(self) -> Path:
        """Where the products are written."""
        return self._folder / _MADE

    @property
    def release(self) -> UUID:
        """Identity of the release that is being made here."""
        return self._journal.release

    def settle(self, is_recorded: Callable[[UUID], bool]) -> None:
        """Bring a move to its end that was broken off: forth if the release is recorded, else back."""
        if self._journal.moving and not is_recorded(self._journal.release):
            self._take_back()

    def finished(self, key: bytes, order: str) -> UUID | None:
        """The release that an earlier process recorded here for this very order, or None."""
        same = hmac.compare_digest(self._journal.order, _mark(key, _ORDER, order))
        return self._journal.release if same and self._journal.moving else None

    def begin(self, key: bytes, order: str, names: Sequence[str]) -> None:
        """Keep what was made and checked from the same content; everything else goes.

        Args:
            key: Follows from everything the products and the judgement on them depend on.
            order: Says what else was ordered: signatures, folders.
            names: The files there shall be.
        """
        self._key = key
        fresh = _Journal(order=_mark(key, _ORDER, order))
        for path in sorted(self.made.iterdir()):
            mark = self._journal.vouched.get(path.name, "")
            if path.name in names and path.is_file() and not path.is_symlink():
                wanted = _mark(key, path.name, _sha256(path))
                if hmac.compare_digest(mark, wanted):
                    fresh.vouched[path.name] = mark
                    continue
            _remove(path)
        _remove(self._folder / _BEFORE)
        self._journal = fresh
        self._write()

    def holds(self, name: str) -> bool:
        """Whether a file was made and checked before."""
        return name in self._journal.vouched

    def vouch(self, path: Path) -> None:
        """Remember that a file was checked as it is now."""
        self._journal.vouched[path.name] = _mark(self._key, path.name, _sha256(path))
        self._write()

    def hand_over(self, names: Sequence[str]) -> tuple[Path, ...]:
        """Move the products into place, all of them or none.

        Raises:
            OutputFileError: One cannot be moved; what stood there before stands there again.
        """
        before = self._folder / _BEFORE
        before.mkdir(mode=0o700, exist_ok=True)
        self._journal.moving = {name: _sha256(self.made / name) for name in names}
        self._write()
        name = ""
        try:
            self._out_dir.mkdir(parents=True, exist_ok=True)
            for name in names:
                target = self._out_dir / name
                if target.is_file():
                    target.replace(before / name)
                (self.made / name).replace(target)
        except OSError as error:
            self._take_back()
            self._kept = True  # a file open elsewhere shall not cost the whole work again
            raise OutputFileError(
                _("无法写入 {name}，文件可能正被其他程序打开。").format(name=name),
                hint=_("请关闭该文件后重试。"),
                detail=str(error),
            ) from error
        return tuple(self._out_dir / name for name in names)

    def drop_unchecked(self) -> int:
        """Keep for the next release only what the journal speaks of; how many files those are."""
        for path in self.made.iterdir():
            if path.name not in self._journal.vouched:
                _remove(path)
        waiting = sum(1 for _path in self.made.iterdir())
        self._kept = waiting > 0
        return waiting

    def leave(self) -> None:
        """Leave nothing, or only checked files that merely could not be moved."""
        if self._kept:
            return
        for path in self._folder.iterdir():
            if path.name != LOCK_NAME:
                _remove(path)

    def _take_back(self) -> None:
        for name, sha256 in self._journal.moving.items():
            target, made = self._out_dir / name, self.made / name
            before = self._folder / _BEFORE / name
            if not made.exists() and target.is_file() and _sha256(target) == sha256:
                target.replace(made)
            if before.exists() and not target.exists():
                before.replace(target)
        self._journal.moving = {}
        self._write()

    def _write(self) -> None:
        """The journal as a whole or not at all, on the disk before anything is done that it tells of."""
        unfinished = self._folder / f"{_JOURNAL}.new"
        with unfinished.open("w", encoding="utf-8") as out:
            json.dump(self._journal.to_json(), out, ensure_ascii=False)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(self._folder / _JOURNAL)


@contextmanager
def workshop(out_dir: Path) -> Iterator[Workshop]:
    """The work folder on the volume of ``out_dir``; it vanishes unless the process is killed.

    Raises:
        OutputFileError: It cannot be written.
        ConflictError: Another program is making a release for the same folder.
    """
    target = out_dir.resolve()
    folder = work_folder(target)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with locked(folder, _PATIENCE_S):
            shop = Workshop(folder, target)
            try:
                yield shop
            finally:
                shop.leave()
    except TimeoutError as error:
        raise ConflictError(
            _("另一个窗口正在向 {path} 发布。").format(path=out_dir),
            hint=_("请等它完成，或另选成果文件夹。"),
        ) from error
    except OSError as error:
        raise OutputFileError(
            _("无法写入成果文件夹：{path}。").format(path=out_dir),
            hint=_("请检查磁盘空间和写入权限。"),
            detail=str(error),
        ) from error


def work_folder(out_dir: Path) -> Path:
    """Where releases into a folder are made: always the same place, so that they can be taken up again."""
    target = out_dir.resolve()
    tag = hashlib.sha256(target.name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return target.parent / f".release-{tag}"


def _read(path: Path) -> _Journal:
    try:
        return _Journal.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Journal()  # none, or broken off while it was written: nothing is vouched for


def _mark(key: bytes, name: str, sha256: str) -> str:
    return hmac.new(key, f"{name}\0{sha256}".encode(), hashlib.sha256).hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
