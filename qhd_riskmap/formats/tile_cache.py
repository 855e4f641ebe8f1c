"""Tiles of online services kept on disk: with a limit, an age, and no trace of the office's key."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)
_KEEP_SHARE: Final = 0.9
_DAY_S: Final = 86_400.0


class TileCache:
    """A folder of tiles, shared by all threads of the program.

    Attributes:
        folder: Where they lie; made when the first tile is kept.
        limit_bytes: The oldest are dropped beyond this.
        days: Older tiles are asked for again, but still shown while nothing newer can be had.
    """

    def __init__(self, folder: Path, *, limit_bytes: int, days: float) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self.days = days
        self._lock = threading.Lock()
        self._size: int | None = None

    def get(self, service: str, zoom: int, column: int, row: int) -> tuple[bytes, bool] | None:
        """A tile and whether it is still fresh, or None."""
        path = self._path(service, zoom, column, row)
        try:
            content = path.read_bytes()
            age = time.time() - path.stat().st_mtime
        except OSError:
            return None
        return content, age < self.days * _DAY_S

    def put(self, service: str, zoom: int, column: int, row: int, content: bytes) -> None:
        """Keep a tile; a full or read-only disk only means that it is not kept."""
        path = self._path(service, zoom, column, row)
        partial = path.with_name(f"{path.name}.{threading.get_ident()}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:
            _log.info("tile not kept: %s", error)
            return
        with self._lock:
            if self._size is not None:
                self._size += len(content)
            self._shrink()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for path in self._files():
                path.unlink(missing_ok=True)
            self._size = 0

    def size(self) -> int:
        """Bytes on disk."""
        with self._lock:
            return self._measured()

    def _measured(self) -> int:
        if self._size is None:
            self._size = sum(_size(path) for path in self._files())
        return self._size

    def _shrink(self) -> None:
        if self._measured() <= self.limit_bytes:
            return
        files = sorted(self._files(), key=_touched)
        total = sum(_size(path) for path in files)
        for path in files:
            if total <= self.limit_bytes * _KEEP_SHARE:
                break
            total -= _size(path)
            path.unlink(missing_ok=True)
        self._size = total

    def _files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*.tile") if path.is_file()]

    def _path(self, service: str, zoom: int, column: int, row: int) -> Path:
        # The template without its key names the folder: no text of others becomes a path.
        digest = hashlib.sha256(service.encode("utf-8")).hexdigest()[:24]
        return self.folder / digest / f"{zoom:d}" / f"{column:d}" / f"{row:d}.tile"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
