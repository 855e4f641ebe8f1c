"""Loads GDAL before mod_spatialite can get in its way.

SQLite opens extensions with their symbols visible to the whole process, so on Linux everything that is
loaded after mod_spatialite binds to the SQLite of the system. The GDAL inside pyogrio carries a SQLite
of its own; bound to the other one it crashes the process on the first GeoPackage. Loading it first, and
binding it at once, keeps each with its own.
"""

from __future__ import annotations

import ctypes
import sys
from importlib.util import find_spec
from pathlib import Path


def bind_gdal() -> bool:
    """Load pyogrio's GDAL library if there is one to load; some 30 ms, later calls are free."""
    if not sys.platform.startswith("linux"):
        return False  # Windows and macOS bind symbols to the library they came from
    spec = find_spec("pyogrio")
    if spec is None or spec.origin is None:
        return False
    folder = Path(spec.origin).parent.parent / "pyogrio.libs"
    libraries = sorted(folder.glob("libgdal*.so*"))
    for library in libraries:
        ctypes.CDLL(str(library))
    return bool(libraries)
