"""A lock on a folder that ends with the process that holds it, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK_NAME: Final = "lock"
_PAUSE_S: Final = 0.05


@contextmanager
def locked(folder: Path, patience_s: float) -> Iterator[None]:
    """Hold the lock of a folder, which is made; afterwards an empty folder goes with its lock.

    Args:
        folder: Where the lock lies.
        patience_s: How long to wait for another holder.

    Raises:
        TimeoutError: Somebody else held it all the time.
        OSError: The folder cannot be made or written.
    """
    path = folder / LOCK_NAME
    until = time.monotonic() + patience_s
    while (handle := _held(path)) is None:
        if time.monotonic() >= until:
            raise TimeoutError(str(folder))
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        # Windows deletes no open file; elsewhere the name goes first, so that nobody waits for a lost one.
        if sys.platform == "win32":
            os.close(handle)
            with suppress(OSError):
                path.unlink()
        else:
            with suppress(OSError):
                path.unlink()
            os.close(handle)
        with suppress(OSError):
            folder.rmdir()


def _held(path: Path) -> int | None:
    """The locked file, or None while another process holds it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        return None  # the folder went with its last holder just now
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The former holder may have removed the name after it was opened here.
        if os.fstat(handle).st_ino == path.stat().st_ino:
            return handle
    except OSError:
        pass
    os.close(handle)
    return None
