"""Loads mod_spatialite into a connection and lays its metadata into a new file."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.errors import MissingSpatialiteError, ResourceMissingError
from qhd_riskmap.gdal_library import bind_gdal
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import resources_dir

# CGCS2000, WGS 84, CGCS2000 3-degree GK zone 40 (with prefix), CM 120E (without), Web Mercator.
SRIDS = (4490, 4326, 4528, 4549, 3857)
SRID = 4490
_SYSTEM_NAMES = (
    "mod_spatialite",
    "mod_spatialite.so",
    "/usr/lib/x86_64-linux-gnu/mod_spatialite.so",
    "/usr/lib/aarch64-linux-gnu/mod_spatialite.so",
    "/usr/lib64/mod_spatialite.so",
    "/usr/local/lib/mod_spatialite.so",
    "/opt/homebrew/lib/mod_spatialite.dylib",
)
# Reading this virtual table crashes the process under mod_spatialite 5.0.1 (and needs no more than
# its name in a query), so no statement may name it; nearest neighbours come from an STRtree.
_CRASHING_TABLES = frozenset({"knn", "knn2"})
_CRASHING_MODULES = frozenset({"virtualknn", "virtualknn2"})


@cache
def bundled_library() -> Path | None:
    """Our own mod_spatialite (without suffix, as Windows wants it), where one is shipped."""
    try:
        folder = resources_dir() / "spatialite" / "bin"
    except ResourceMissingError:
        return None
    suffixes = {"win32": ".dll", "darwin": ".dylib"}
    library = folder / f"mod_spatialite{suffixes.get(sys.platform, '.so')}"
    return library.with_suffix("").resolve() if library.is_file() else None


def load_into(connection: Any) -> None:
    """Load mod_spatialite and close the door to further extensions.

    Raises:
        MissingSpatialiteError: No library could be loaded.
    """
    bind_gdal()  # now or never: what is loaded after mod_spatialite binds to its SQLite
    bundled = bundled_library()
    names = (str(bundled), *_SYSTEM_NAMES) if bundled else _SYSTEM_NAMES
    failures: list[str] = []
    connection.enable_load_extension(True)  # noqa: FBT003 - the driver's signature
    try:
        for name in names:
            try:
                connection.load_extension(name)
            except driver.Error as error:
                failures.append(f"{name}: {error}")
            else:
                break
        else:
            raise MissingSpatialiteError(
                _("缺少空间数据库组件 mod_spatialite，登记库无法打开。"),
                hint=_("Windows：请重新安装程序；Linux：请安装 libsqlite3-mod-spatialite。"),
                detail="\n".join(failures),
            )
    finally:
        connection.enable_load_extension(False)  # noqa: FBT003 - the driver's signature
    _point_proj_at_its_data(connection, bundled)
    connection.set_authorizer(_refuse_knn)


def lay_metadata(connection: Any) -> None:
    """Create SpatiaLite's metadata inside the transaction in force.

    In a transaction of ours it takes milliseconds; by itself it commits row by row and takes
    9 to 77 seconds.
    """
    raw = connection.connection.driver_connection
    # SpatiaLite creates the crashing table as a matter of course; it is dropped at once.
    raw.set_authorizer(None)
    try:
        made = connection.exec_driver_sql("SELECT InitSpatialMetaData(0, 'NONE')").scalar()
        connection.exec_driver_sql("DROP TABLE IF EXISTS KNN")
        connection.exec_driver_sql("DROP TABLE IF EXISTS KNN2")
    finally:
        raw.set_authorizer(_refuse_knn)
    if made != 1:
        raise _unfit(f"InitSpatialMetaData={made}")
    for srid in SRIDS:
        connection.exec_driver_sql("SELECT InsertEpsgSrid(?)", (srid,))


def add_geometry(connection: Any, table: str) -> None:
    """Register column ``geometry`` of a new table, with R-tree and with guards that only abort.

    SpatiaLite's own guards do RAISE(ROLLBACK): one bad geometry would throw away the whole
    transaction, and the commit after it would still report success.
    """
    recovered = connection.exec_driver_sql(
        "SELECT RecoverGeometryColumn(?, 'geometry', ?, 'GEOMETRY', 'XY')", (table, SRID)
    ).scalar()
    indexed = connection.exec_driver_sql(
        "SELECT CreateSpatialIndex(?, 'geometry')", (table,)
    ).scalar()
    if (recovered, indexed) != (1, 1):
        raise _unfit(f"{table}: RecoverGeometryColumn={recovered} CreateSpatialIndex={indexed}")
    soften_guards(connection, table)


def soften_guards(connection: Any, table: str) -> None:
    """Re-create the geometry guards of ``table`` with RAISE(ABORT)."""
    for name in (f"ggi_{table}_geometry", f"ggu_{table}_geometry"):
        sql = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (name,)
        ).scalar()
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql(
            sql.replace("RAISE(ROLLBACK", "RAISE(ABORT").replace("RAISE (ROLLBACK", "RAISE(ABORT")
        )


def _unfit(detail: str) -> MissingSpatialiteError:
    return MissingSpatialiteError(
        _("空间数据库组件 mod_spatialite 不能建立空间索引。"),
        hint=_("请安装 5.0 以上的版本。"),
        detail=detail,
    )


def _point_proj_at_its_data(connection: Any, bundled: Path | None) -> None:
    if bundled is None:
        return
    data = bundled.parent.parent / "share" / "proj"
    if (data / "proj.db").is_file() and "PROJ_LIB" not in os.environ:
        connection.execute("SELECT PROJ_SetDatabasePath(?)", (str(data / "proj.db"),)).fetchall()


def _refuse_knn(
    action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    if action == driver.SQLITE_READ and (first or "").lower() in _CRASHING_TABLES:
        return int(driver.SQLITE_DENY)
    if action == driver.SQLITE_CREATE_VTABLE and (second or "").lower() in _CRASHING_MODULES:
        return int(driver.SQLITE_DENY)
    return int(driver.SQLITE_OK)
