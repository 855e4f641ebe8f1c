"""Reads a register's hazards at the very start, while the rest of the program is still being loaded.

Loads the database driver and nothing else: no SpatiaLite, no SQLAlchemy, no numpy. It only ever reads,
keeps nothing on disk, and looks the other way where anything is out of the ordinary; opening the
register properly then says what that is.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.storage.connection import APPLICATION_ID, connect
from qhd_riskmap.storage.failures import looks_encrypted, looks_plain
from qhd_riskmap.storage.flat_errors import UnusualBlobError
from qhd_riskmap.storage.schema_number import SCHEMA_VERSION, VERSION_TABLE
from qhd_riskmap.storage.straight_read import JoinedRows, joined_rows, table_of

if TYPE_CHECKING:
    from qhd_riskmap.domain.feature_table import FeatureTable

_PATIENCE_S = 0.5


def first_table(path: Path, passphrase: str | None) -> FeatureTable | None:
    """Rows and columns in one, where all libraries are loaded: each piece is taken apart while the next is read."""
    with ThreadPoolExecutor(1, thread_name_prefix="register-first") as beside:
        return columns_of(
            first_rows(path, passphrase, lambda piece: beside.submit(piece.shapes.get))
        )


def first_rows(
    path: Path, passphrase: str | None, came: Callable[[JoinedRows], object] = bool
) -> list[JoinedRows] | None:
    """All live hazards as they stand in the file, or None where it must be opened properly first.

    None: the file is missing, is something else, needs another passphrase, has another schema or is
    being written by somebody.
    """
    try:
        if not path.is_file() or not _fits(path, passphrase):
            return None
        connection = connect(path, passphrase, busy_timeout_s=_PATIENCE_S, spatial=False)
        try:
            if not _is_ours(connection):
                return None
            connection.execute("BEGIN")  # one state of the file, whoever writes meanwhile
            return joined_rows(connection.cursor(), came=came)
        finally:
            connection.close()
    except (RiskMapError, driver.Error, OSError):
        return None


def columns_of(rows: list[JoinedRows] | None) -> FeatureTable | None:
    """The columns of `first_rows`, or None where a geometry needs SpatiaLite to be understood."""
    if rows is None:
        return None
    try:
        return table_of(rows)
    except UnusualBlobError:
        return None


def _fits(path: Path, passphrase: str | None) -> bool:
    return looks_plain(path) if passphrase is None else looks_encrypted(path)


def _is_ours(connection: driver.Connection) -> bool:
    number = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - own constant
    return number == APPLICATION_ID and version is not None and version[0] == SCHEMA_VERSION
