"""Loads GDAL and PROJ so that mod_spatialite cannot get in their way.

SQLite opens extensions with their symbols visible to the whole process, so on Linux everything that is
loaded after mod_spatialite binds to the SQLite of the system. The GDAL inside pyogrio carries a SQLite
of its own; bound to the other one it crashes the process on the first GeoPackage. Loading it first, and
binding it at once, keeps each with its own.

The GDAL inside rasterio is a second one. It is loaded when the first raster is opened, each of its
libraries bound to its own companions before all others (RTLD_DEEPBIND): nothing is paid at the start.

pyproj, too, is imported when it is first wanted. Bound to the PROJ of the system it would compute with
that one's version and crash the process at its end, so its compiled modules are bound beforehand.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def bind_gdal() -> bool:
    """Load pyogrio's GDAL library if there is one to load; some 30 ms, later calls are free.

    Called before mod_spatialite is loaded, and nowhere else.
    """
    # shapely's GEOS would be mistaken for that of mod_spatialite in the same way.
    import shapely  # noqa: F401, PLC0415

    if not sys.platform.startswith("linux"):
        return False  # Windows and macOS bind symbols to the library they came from
    spec = find_spec("pyogrio")
    if spec is None or spec.origin is None:
        return False
    folder = Path(spec.origin).parent.parent / "pyogrio.libs"
    libraries = sorted(folder.glob("libgdal*.so*"))
    for library in libraries:
        ctypes.CDLL(str(library))
    _bind_proj()
    return bool(libraries)


def _bind_proj() -> None:
    """Load pyproj's PROJ library, which the program itself imports only when it projects.

    Taken for that of mod_spatialite, another version computes, and it is torn down twice when the
    process ends.
    """
    spec = find_spec("pyproj")
    if spec is not None and spec.origin is not None:
        # Each extension is bound now: later it would find the PROJ of mod_spatialite first.
        for extension in Path(spec.origin).parent.glob("*.so"):
            ctypes.CDLL(str(extension))


_raster_lock = threading.Lock()
_raster_bound: list[bool] = []


def bind_raster_gdal() -> bool:
    """Load rasterio's GDAL library if there is one to load; some 35 ms, later calls are free."""
    with _raster_lock:
        if not _raster_bound:
            _raster_bound.append(_bind_deeply())
        return _raster_bound[0]


def _bind_deeply() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    spec = find_spec("rasterio")
    if spec is None or spec.origin is None:
        return False
    folder = Path(spec.origin).parent.parent / "rasterio.libs"
    waiting = sorted(folder.glob("*.so*"))
    found = bool(waiting)
    # They name one another without a path: each loads once those it needs are there.
    while waiting:
        left = [library for library in waiting if not _loads(library)]
        if len(left) == len(waiting):
            return False
        waiting = left
    return found


def _loads(library: Path) -> bool:
    try:
        ctypes.CDLL(str(library), mode=os.RTLD_NOW | os.RTLD_DEEPBIND)
    except OSError:
        return False
    return True
