"""One transaction of one thread: reads see a snapshot, the first write takes the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qhd_riskmap.errors import DatabaseError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.failures import failure_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExceptionContext

Clock = Callable[[], datetime]
BEGIN_MODE = "qhd_begin"
IMMEDIATE = "BEGIN IMMEDIATE"


def utc_now() -> datetime:
    """The present instant, whole seconds, UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def install(engine: Engine, path: Path) -> None:
    """Let SQLAlchemy's begin emit the BEGIN that the driver is told not to emit; translate errors."""
    from sqlalchemy import event  # noqa: PLC0415 - see failures.integrity_error

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get(BEGIN_MODE, "BEGIN")
        connection.exec_driver_sql(mode)

    @event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> None:
        writing = holds_write_lock(context.connection)
        failure = failure_of(context.original_exception, path, writing=writing)
        if failure is not None:
            raise failure from context.original_exception


def holds_write_lock(connection: Connection | None) -> bool:
    """Whether the connection's transaction was begun to write."""
    return connection is not None and (
        connection.get_execution_options().get(BEGIN_MODE) == IMMEDIATE
    )


class Transaction:
    """The connection behind a unit of work.

    Reading begins a deferred transaction: many may read while one writes. The first write ends the
    snapshot and takes the write lock at once (BEGIN IMMEDIATE), because upgrading a snapshot that
    someone else has overtaken can only fail. What was read before is therefore checked again by
    each write (revision, uniqueness); a caller who must decide on what it reads asks for the lock
    first.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._thread = threading.get_ident()
        self._connection = engine.connect()
        self._clock = clock
        self._writing = False
        self._cache_before: int | None = None

    def now(self) -> datetime:
        """The present instant by the register's clock."""
        return self._clock()

    def reading(self) -> Connection:
        """The connection, inside a transaction of either kind."""
        self._check_thread()
        if not self._connection.in_transaction():
            self._begin("BEGIN")
        return self._connection

    def writing(self) -> Connection:
        """The connection, holding the write lock."""
        self._check_thread()
        if not self._writing:
            if self._connection.in_transaction():
                self._connection.rollback()
            self._begin(IMMEDIATE)
            self._writing = True
        return self._connection

    @contextmanager
    def step(self) -> Iterator[Connection]:
        """A write that takes effect wholly or not at all, also when its error is caught."""
        connection = self.writing()
        connection.exec_driver_sql("SAVEPOINT step")
        try:
            yield connection
        except BaseException:
            # A full disk makes SQLite roll back everything at once, savepoints included.
            if self._alive():
                connection.exec_driver_sql("ROLLBACK TO step")
                connection.exec_driver_sql("RELEASE step")
            raise
        connection.exec_driver_sql("RELEASE step")

    def limit_cache(self, kib: int) -> None:
        """Keep at most so much of the file in memory until this transaction is closed."""
        connection = self._connection
        before: int = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
        self._cache_before = before
        connection.exec_driver_sql(f"PRAGMA cache_size = {-kib}")

    def commit(self) -> None:
        """Make everything since the last commit permanent.

        Raises:
            DatabaseError: An error before has already undone it all.
        """
        self._check_thread()
        if self._writing and not self._alive():
            raise DatabaseError(
                _("此前写入失败，修改没有保存。"), hint=_("请解决此前提示的问题后重做。")
            )
        self._connection.commit()
        self._writing = False

    def rollback(self) -> None:
        """Forget everything since the last commit."""
        self._connection.rollback()
        self._writing = False

    def close(self) -> None:
        """Roll back what is open and give the connection back."""
        try:
            self.rollback()
            if self._cache_before is not None:
                self._connection.exec_driver_sql(f"PRAGMA cache_size = {self._cache_before}")
        finally:
            self._connection.close()

    def _begin(self, mode: str) -> None:
        self._connection = self._connection.execution_options(**{BEGIN_MODE: mode})
        self._connection.begin()

    def _alive(self) -> bool:
        """Whether SQLite still holds the transaction we began."""
        return bool(self._raw().in_transaction)

    def _raw(self) -> Any:
        return self._connection.connection.driver_connection

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError("a unit of work belongs to the thread that opened it")
