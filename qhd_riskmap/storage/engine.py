"""Creates and opens registers."""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import OutputFileError, WrongPassphraseError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage import failures, schema_upgrade, spatialite, transaction
from qhd_riskmap.storage.connection import (
    APPLICATION_ID,
    BUSY_TIMEOUT_S,
    check_passphrase,
    choose_journal,
    connect,
)
from qhd_riskmap.storage.schema_number import SCHEMA_VERSION
from qhd_riskmap.storage.transaction import BEGIN_MODE, IMMEDIATE, Clock, utc_now
from qhd_riskmap.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_log = logging.getLogger(__name__)
_POOL_SIZE = 4
_SYSTEM = Actor(name="system")


class Register:
    """An open register file. May be used from several threads, one unit of work each.

    Attributes:
        path: The file.
        encrypted: Whether it is encrypted at rest.
        journal_mode: ``wal`` on local drives, ``delete`` on network drives.
    """

    def __init__(
        self, path: Path, passphrase: str | None, clock: Clock, busy_timeout_s: float
    ) -> None:
        self.path = path
        self.encrypted = passphrase is not None
        self.journal_mode = ""
        self._passphrase = passphrase
        self._busy_timeout_s = busy_timeout_s
        self._clock = clock
        self._closing = threading.Lock()
        self.engine = self._make_engine()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def unit_of_work(self) -> UnitOfWork:
        """A new unit of work, to be entered by the thread that uses it."""
        return UnitOfWork(self.engine, self._clock, encrypted=self.encrypted)

    @property
    def passphrase(self) -> str | None:
        """What opens the file; never shown or logged."""
        return self._passphrase

    def connect_anew(self) -> Any:
        """A driver connection of its own, outside the pool; the caller closes it."""
        return connect(self.path, self._passphrase, busy_timeout_s=self._busy_timeout_s)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Write much, where nobody else has the file open, with a rollback journal: half the bytes.

        The write-ahead log takes every page, and the file once more; a rollback journal takes only what
        is written over. Others who come meanwhile wait, as they do on network drives. Where the file is
        open elsewhere, by another program or another thread, all stays as it is.
        """
        leaves = self.journal_mode == "wal" and self._takes_journal("DELETE")
        try:
            yield
        finally:
            # Who opened the file in between keeps it as it is, until the next opens it.
            if leaves and not self._takes_journal("WAL"):
                _log.info("register %s stays without a write-ahead log", self.path.name)

    def _takes_journal(self, mode: str) -> bool:
        with self.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA busy_timeout = 0").fetchall()  # it is not worth waiting for
            try:
                found = raw.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0]
            except driver.OperationalError:  # somebody else has it open
                return False
            finally:
                wait = round(self._busy_timeout_s * 1000)
                raw.execute(f"PRAGMA busy_timeout = {wait}").fetchall()
        return str(found) == mode.lower()

    def close(self) -> None:
        """Close every connection, so that the file can be moved or replaced (Windows)."""
        with self._closing:
            self.engine.dispose()

    def rekeyed(self, passphrase: str | None) -> None:
        """Use another passphrase from now on; `backup.set_passphrase` has changed the file."""
        with self._closing:
            self.engine.dispose()
            self._passphrase = passphrase
            self.encrypted = passphrase is not None
            self.engine = self._make_engine()

    def _make_engine(self) -> Engine:
        from sqlalchemy import create_engine  # noqa: PLC0415 - see failures.integrity_error
        from sqlalchemy.pool import QueuePool  # noqa: PLC0415

        # Deriving the key takes 80 ms per connection: pooled ones are kept and reused.
        engine = create_engine(
            "sqlite://",
            module=driver,
            creator=self.connect_anew,
            poolclass=QueuePool,
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_SIZE,
            pool_timeout=self._busy_timeout_s,
        )
        transaction.install(engine, self.path)
        return engine


def create_register(
    path: Path,
    *,
    passphrase: str | None,
    office: Office,
    actor: Actor = _SYSTEM,
    clock: Clock = utc_now,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
) -> Register:
    """Make a new register file and open it.

    Args:
        path: The file; it must not exist, its folder must.
        passphrase: Encrypts the file; None makes a plain SpatiaLite file.
        office: Who keeps it.
        actor: Recorded as its founder.
        clock: Source of all instants.
        busy_timeout_s: How long to wait for another program's lock, seconds.

    Raises:
        OutputFileError: The file exists or cannot be made.
        InvalidInputError: The passphrase cannot be used.
        MissingSpatialiteError: mod_spatialite cannot be loaded.
    """
    if passphrase is not None:
        check_passphrase(passphrase)
    path = Path(path).absolute()
    _reserve(path)
    register: Register | None = None
    try:
        register = Register(path, passphrase, clock, busy_timeout_s)
        _lay_schema(register)
        _found(register, office, actor)
        _start(register)
    except BaseException:
        if register is not None:
            register.close()
        _remove(path)
        raise
    return register


def open_register(
    path: Path,
    *,
    passphrase: str | None,
    clock: Clock = utc_now,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
) -> Register:
    """Open an existing register, upgrading an older schema.

    Raises:
        NotFoundError: There is no such file.
        WrongPassphraseError: The passphrase does not fit, or one is missing or not needed.
        NotADatabaseError: The file is something else.
        NewerSchemaError: It was written by a newer program.
        DatabaseBusyError: Another program holds it.
        MissingSpatialiteError: mod_spatialite cannot be loaded.
    """
    path = Path(path).absolute()
    _check_file(path, passphrase)
    register = Register(path, passphrase, clock, busy_timeout_s)
    try:
        _check_schema(register)
        _start(register)
    except BaseException:
        register.close()
        raise
    return register


def spatialite_version() -> str:
    """Version of the mod_spatialite in use.

    Raises:
        MissingSpatialiteError: None can be loaded.
    """
    connection = connect(Path(":memory:"), None)
    try:
        return str(connection.execute("SELECT spatialite_version()").fetchone()[0])
    finally:
        connection.close()


def _reserve(path: Path) -> None:
    try:
        path.open("xb").close()
    except FileExistsError as error:
        raise OutputFileError(
            _("“{name}”已经存在。").format(name=path.name),
            hint=_("请换一个文件名，或打开已有的登记库。"),
        ) from error
    except OSError as error:
        raise OutputFileError(
            _("不能在这里建立登记库“{name}”。").format(name=path.name),
            hint=_("请检查文件夹是否存在、能否写入。"),
            detail=str(error),
        ) from error


def _lay_schema(register: Register) -> None:
    with _writer(register) as connection:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        # One transaction: a crash leaves an empty file, never half a schema.
        spatialite.lay_metadata(connection)
        schema_upgrade.upgrade(connection)
        connection.exec_driver_sql(
            "INSERT INTO meta (key, value) VALUES ('register_id', ?)", (str(uuid.uuid4()),)
        )
        connection.commit()


def _found(register: Register, office: Office, actor: Actor) -> None:
    with register.unit_of_work() as work:
        work.office.save(office, actor)
        work.audit.record(actor, "register.create", "register", {"schema": SCHEMA_VERSION})
        work.commit()


def _check_file(path: Path, passphrase: str | None) -> None:
    try:
        if not path.is_file():
            raise failures.missing(path)
        if path.stat().st_size == 0:
            raise failures.not_a_register(path, "empty file")
        plain = failures.looks_plain(path)
        encrypted = not plain and failures.looks_encrypted(path)
    except OSError as error:
        raise failures.unopenable(path, str(error)) from error
    if not plain and not encrypted:
        raise failures.not_a_register(path, "neither a plain nor an encrypted database")
    if plain and passphrase is not None:
        raise failures.unreadable(path, "")
    if encrypted and passphrase is None:
        raise WrongPassphraseError(
            _("登记库“{name}”已加密，需要口令。").format(name=path.name),
            hint=_("请输入建立登记库时设定的口令。"),
        )


def _check_schema(register: Register) -> None:
    path = register.path
    with register.engine.connect() as connection:
        number = connection.exec_driver_sql("PRAGMA application_id").scalar()
        version = schema_upgrade.current_version(connection)
    if number != APPLICATION_ID or version is None:
        raise failures.not_a_register(path, f"application_id {number}, schema {version}")
    schema_upgrade.refuse_newer(version, path.name)
    if version != SCHEMA_VERSION:
        _log.info("register %s: schema %s -> %s", path.name, version, SCHEMA_VERSION)
        with _writer(register) as connection:
            schema_upgrade.upgrade(connection)
            connection.commit()


def _writer(register: Register) -> Connection:
    return register.engine.connect().execution_options(**{BEGIN_MODE: IMMEDIATE})


def _start(register: Register) -> None:
    with register.engine.connect() as connection:
        raw = connection.connection.driver_connection
        register.journal_mode = choose_journal(raw, register.path)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
