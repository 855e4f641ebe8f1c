"""Opens one SQLite connection the way every connection to a register is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage import spatialite
from qhd_riskmap.storage.failures import translated
from qhd_riskmap.storage.network_drive import on_network_drive

APPLICATION_ID = 0x51484452  # "QHDR"
BUSY_TIMEOUT_S = 10.0
_CACHE_KIB = 131_072  # holds 100,000 hazards, so that lists need not decrypt twice


def check_passphrase(passphrase: str) -> None:
    """Refuse what SQLCipher cannot take.

    Raises:
        InvalidInputError: The passphrase is empty, holds a NUL or is no valid text.
    """
    if not passphrase:
        raise InvalidInputError(
            _("口令不能为空。"), hint=_("不需要加密时，请选择“不加密”，不要填口令。")
        )
    if "\0" in passphrase or any("\ud800" <= c <= "\udfff" for c in passphrase):
        raise InvalidInputError(_("口令里有不能使用的字符。"), hint=_("请换一个口令。"))


def quoted(text: str) -> str:
    """``text`` as an SQL string literal, for the statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def connect(
    path: Path,
    passphrase: str | None,
    *,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    spatial: bool = True,
) -> Any:
    """A driver connection with key, extension, guards and pragmas in place.

    Args:
        path: The register file; the caller has made sure that it exists.
        passphrase: Its key, or None.
        busy_timeout_s: How long to wait for another program's lock, seconds.
        spatial: False leaves mod_spatialite out, for one that only reads.

    Raises:
        WrongPassphraseError: The key does not fit.
        NotADatabaseError: The file is something else.
        MissingSpatialiteError: mod_spatialite cannot be loaded.
        DatabaseBusyError: Another program holds the file.
    """
    if passphrase is not None:
        check_passphrase(passphrase)
    with translated(path):
        # isolation_level None: the driver begins nothing by itself, so DDL is transactional too.
        connection = driver.connect(
            str(path), timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, passphrase)
            if spatial:
                spatialite.load_into(connection)
            # Loading mod_spatialite puts a waiting time of its own in place of ours.
            connection.execute(f"PRAGMA busy_timeout = {round(busy_timeout_s * 1000)}").fetchall()
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: Any, passphrase: str | None) -> None:
    # SQLCipher writes to stderr when a key is wrong; the error itself says it better.
    connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
    if passphrase is not None:
        connection.execute(f"PRAGMA key = {quoted(passphrase)}")
    # A wrong key shows up at the first page read only.
    connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("PRAGMA synchronous = FULL")


def choose_journal(connection: Any, path: Path) -> str:
    """Set WAL on local drives and a rollback journal on network drives; the mode in force."""
    mode = "DELETE" if on_network_drive(path) else "WAL"
    with translated(path):
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != mode.lower():
            # A change of mode does not wait for one who writes without a log; a lock does.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
        row = connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
    return str(row[0])
