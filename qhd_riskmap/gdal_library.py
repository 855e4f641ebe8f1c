"""Loads GDAL and PROJ so that mod_spatialite cannot get in their way.

SQLite opens extensions with their symbols visible to the whole process, so on Linux everything that is
loaded after mod_spatialite binds to the SQLite of the system. The GDAL inside pyogrio carries a SQLite
of its own; bound to the other one it crashes the process on the first GeoPackage. Loading it first, and
binding it at once, keeps each with its own.

The GDAL inside rasterio is a second one. It is loaded when the first raster is opened, each of its
libraries bound to its own companions before all others (RTLD_DEEPBIND): nothing is paid at the start.

pyproj, too, is loaded when it is first wanted. Bound to the PROJ of the system it would compute with that
one's version and crash the process at its end, so whoever imports it gets it bound deeply.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Sequence
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType


@cache
def bind_gdal() -> bool:
    """Load pyogrio's GDAL library if there is one to load; some 30 ms, later calls are free.

    Called before mod_spatialite is loaded, and nowhere else.
    """
    # shapely's GEOS would be mistaken for that of mod_spatialite in the same way.
    import shapely  # noqa: F401, PLC0415

    if not sys.platform.startswith("linux"):
        return False  # Windows and macOS bind symbols to the library they came from
    if "pyproj" not in sys.modules:
        sys.meta_path.insert(0, _DeepFinder("pyproj"))
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

    Taken for that of mod_spatialite, it is torn down twice when the process ends.
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


class _DeepFinder(MetaPathFinder):
    """Has one package, its compiled modules and their libraries bound to their own symbols first.

    An import hook, because other libraries import the package as well.
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The package's own spec with a loader that binds deeply."""
        if fullname != self._package:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _DeepLoader(spec.loader)
                return spec
        return None


class _DeepLoader(Loader):
    """A loader during whose work shared libraries are opened with RTLD_DEEPBIND."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the package's own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the package, which loads its compiled modules."""
        flags = sys.getdlopenflags()
        sys.setdlopenflags(os.RTLD_NOW | os.RTLD_DEEPBIND)
        try:
            self._loader.exec_module(module)
        finally:
            sys.setdlopenflags(flags)

    def __getattr__(self, name: str) -> object:
        # Resources, source and file names are asked of the loader.
        return getattr(self._loader, name)
