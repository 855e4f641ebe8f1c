"""Log files of the program: UTC instants, rotated, never with coordinates or passphrases."""

from __future__ import annotations

import logging
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FORMAT = "%(asctime)sZ %(levelname)s %(name)s %(message)s"


def start_logging(folder: Path, *, verbose: bool = False) -> Path:
    """Send the program's log to ``folder``, and nowhere else; returns the file.

    A folder that cannot be written leaves the program running without a log file.
    """
    path = folder / "qhd-riskmap.log"
    root = logging.getLogger("qhd_riskmap")
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for open_already in [h for h in root.handlers if isinstance(h, RotatingFileHandler)]:
        if Path(open_already.baseFilename) == path.absolute():
            return path
        root.removeHandler(open_already)
        open_already.close()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=4, encoding="utf-8")
    except OSError:
        root.addHandler(logging.NullHandler())
        return path
    formatter = logging.Formatter(_FORMAT)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root.addHandler(handler)
    return path
