"""Opens files and folders with whatever the desk uses for them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_file(path: Path) -> bool:
    """Open a file with its usual program; False where there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def open_folder_of(path: Path) -> bool:
    """Open the folder a file lies in."""
    return open_file(path if path.is_dir() else path.parent)


@cache
def copies_folder() -> Path:
    """A folder for copies that other programs open; it goes when the program ends.

    What an encrypted register keeps must not stay on the disk in the clear.
    """
    folder = tempfile.mkdtemp(prefix="qhd-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
