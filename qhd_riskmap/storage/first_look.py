"""Reads a register's hazards at the very start, while the rest of the program is still being loaded.

Loads the database driver and nothing else: no SpatiaLite, no SQLAlchemy, no numpy. It only ever reads,
keeps nothing on disk, and looks the other way where anything is out of the ordinary; opening the
register properly then says what that is.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.domain.late_value import Late
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.storage.connection import APPLICATION_ID, connect
from qhd_riskmap.storage.failures import looks_encrypted, looks_plain, translated
from qhd_riskmap.storage.flat_errors import UnusualBlobError
from qhd_riskmap.storage.schema_number import SCHEMA_VERSION, VERSION_TABLE
from qhd_riskmap.storage.straight_read import JoinedRows, Reading, Words, table_of

if TYPE_CHECKING:
    from qhd_riskmap.domain.feature_table import FeatureTable

_PATIENCE_S = 0.5
Rows = tuple[list[JoinedRows], list[Words]]


def first_rows(path: Path, passphrase: str | None) -> Rows | None:
    """All live hazards as they stand in the file, or None where it must be opened properly first.

    None: the file is missing, is something else, needs another passphrase, has another schema or is
    being written by somebody.
    """
    try:
        connection = _connected(path, passphrase)
        if connection is None:
            return None
        try:
            return Reading(connection.cursor()).whole()
        finally:
            connection.close()
    except (RiskMapError, driver.Error, OSError):
        return None


def columns_of(rows: Rows | None) -> FeatureTable | None:
    """The columns of `first_rows`, or None where a geometry needs SpatiaLite to be understood."""
    if rows is None:
        return None
    try:
        return table_of(rows[0], lambda: rows[1])
    except UnusualBlobError:
        return None


def first_table(path: Path, passphrase: str | None, beside: Executor) -> FeatureTable | None:
    """Rows and columns in one, where all libraries are loaded; None as in the other two.

    The map needs neither names nor units: those are read when somebody asks for them, of the same state
    of the file. It stays open until then, so somebody must.

    Args:
        path: The register file.
        passphrase: None for a plain file.
        beside: One worker, which takes each piece apart while the next is read.
    """
    try:
        connection = _connected(path, passphrase)
    except (RiskMapError, driver.Error, OSError):
        return None
    if connection is None:
        return None
    reading = Reading(connection.cursor())
    try:
        pieces = reading.shapes(lambda piece: beside.submit(piece.make))
        for piece in reversed(pieces):  # the worker comes from the other end
            piece.make()
        words = Late(lambda: _last_of(connection, reading, path))
        table = table_of(pieces, lambda: words.get().result())
    except (RiskMapError, driver.Error, UnusualBlobError):
        connection.close()
        return None
    return table


def _last_of(connection: Any, reading: Reading, path: Path) -> Future[list[Words]]:
    """The texts, or why they cannot be read: whoever asks is told, not only who asked first."""
    outcome: Future[list[Words]] = Future()
    try:
        with translated(path):
            outcome.set_result(reading.words())
    except BaseException as error:
        outcome.set_exception(error)
    finally:
        connection.close()
    return outcome


def _connected(path: Path, passphrase: str | None) -> Any:
    """A connection that has begun to read one state of the file, whoever writes meanwhile, or None."""
    if not path.is_file() or not _fits(path, passphrase):
        return None
    connection = connect(path, passphrase, busy_timeout_s=_PATIENCE_S, spatial=False)
    try:
        if _is_ours(connection):
            connection.execute("BEGIN")
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _fits(path: Path, passphrase: str | None) -> bool:
    return looks_plain(path) if passphrase is None else looks_encrypted(path)


def _is_ours(connection: driver.Connection) -> bool:
    number = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - own constant
    return number == APPLICATION_ID and version is not None and version[0] == SCHEMA_VERSION
