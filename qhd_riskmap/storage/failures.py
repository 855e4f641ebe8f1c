"""The one place where driver errors become errors a user can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.errors import (
    DatabaseBusyError,
    DatabaseError,
    DiskFullError,
    NotADatabaseError,
    NotFoundError,
    WrongPassphraseError,
)
from qhd_riskmap.i18n import _

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError, IntegrityError

SQLITE_HEADER = b"SQLite format 3\x00"
PAGE_SIZE = 4096
_PRIMARY_CODE = 0xFF  # SQLite keeps the extended code in the higher bits
_EVENLY_SPREAD = 200  # distinct byte values on a page that looks encrypted


def looks_plain(path: Path) -> bool:
    """Whether the file starts like an unencrypted SQLite database."""
    return _head(path).startswith(SQLITE_HEADER)


def looks_encrypted(path: Path) -> bool:
    """Whether the file could be an encrypted database: whole pages of evenly spread bytes."""
    head = _head(path)
    size = path.stat().st_size
    return size >= PAGE_SIZE and size % PAGE_SIZE == 0 and len(set(head)) > _EVENLY_SPREAD


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(PAGE_SIZE)


def integrity_error() -> type[IntegrityError]:
    """SQLAlchemy's error about a broken constraint, for ``except``: asked for while one is raised.

    SQLAlchemy takes longer to load than a map to draw, so nothing may name it at import.
    """
    from sqlalchemy.exc import IntegrityError  # noqa: PLC0415

    return IntegrityError


def dbapi_error() -> type[DBAPIError]:
    """SQLAlchemy's error about anything the database refused; like `integrity_error`."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    return DBAPIError


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn driver errors raised inside the block into `DatabaseError`s about ``path``.

    Errors that mean a mistake in our own SQL are left as they are.
    """
    try:
        yield
    except driver.Error as error:
        failure = failure_of(error, path)
        if failure is None:
            raise
        raise failure from error


def failure_of(
    error: object, path: Path, *, writing: bool = False
) -> DatabaseError | NotFoundError | None:
    """The user's error behind a driver error, or None where it is a bug of ours.

    Args:
        error: What the driver raised.
        path: The register file.
        writing: Whether a write was under way: the driver does not say which operation failed.
    """
    if not isinstance(error, driver.Error):
        return None
    code = int(getattr(error, "sqlite_errorcode", driver.SQLITE_ERROR)) & _PRIMARY_CODE
    detail = f"{getattr(error, 'sqlite_errorname', '')} {error}".strip()
    if code == driver.SQLITE_NOTADB:
        return unreadable(path, detail)
    if code == driver.SQLITE_IOERR and writing:
        return _full(path, detail)
    make = _BY_CODE.get(code)
    return make(path, detail) if make else None


def unreadable(path: Path, detail: str) -> DatabaseError:
    """Why a file that exists does not open: a wrong passphrase, or no register at all."""
    if looks_plain(path):
        return WrongPassphraseError(
            _("登记库“{name}”没有加密，不需要口令。").format(name=path.name),
            hint=_("请不填口令再打开一次。"),
            detail=detail,
        )
    if looks_encrypted(path):
        return WrongPassphraseError(
            _("口令打不开登记库“{name}”。").format(name=path.name),
            hint=_("请核对口令（注意大小写和输入法的全角、半角）。"),
            detail=detail,
        )
    return not_a_register(path, detail)


def not_a_register(path: Path, detail: str) -> NotADatabaseError:
    """The file is something else."""
    return NotADatabaseError(
        _("“{name}”不是风险隐患登记库。").format(name=path.name),
        hint=_("请选择由本程序建立的登记库文件。"),
        detail=detail,
    )


def busy(path: Path, detail: str) -> DatabaseError:
    """Someone else holds the file."""
    return DatabaseBusyError(
        _("登记库“{name}”正被另一个程序使用。").format(name=path.name),
        hint=_("请稍候再试，或关闭另一个程序。"),
        detail=detail,
    )


def _full(path: Path, detail: str) -> DatabaseError:
    return DiskFullError(
        _("登记库“{name}”写不进去：磁盘已满或出错。").format(name=path.name),
        hint=_("已作的修改没有保存；请腾出空间后再试。"),
        detail=detail,
    )


def _read_only(path: Path, detail: str) -> DatabaseError:
    return DiskFullError(
        _("登记库“{name}”写不进去：文件或文件夹是只读的。").format(name=path.name),
        hint=_("请检查文件属性和文件夹权限。"),
        detail=detail,
    )


def _corrupt(path: Path, detail: str) -> DatabaseError:
    return DatabaseError(
        _("登记库“{name}”已损坏。").format(name=path.name),
        hint=_("请从备份恢复。"),
        detail=detail,
    )


def _io(path: Path, detail: str) -> DatabaseError:
    return DatabaseError(
        _("读写登记库“{name}”时出错。").format(name=path.name),
        hint=_("请检查磁盘、U 盘或网络连接。"),
        detail=detail,
    )


def _cannot_open(path: Path, detail: str) -> DatabaseError | NotFoundError:
    if not path.exists():
        return missing(path)
    return unopenable(path, detail)


def unopenable(path: Path, detail: str) -> DatabaseError:
    """The operating system refuses the file."""
    return DatabaseError(
        _("登记库“{name}”打不开。").format(name=path.name),
        hint=_("请检查文件和所在文件夹的权限。"),
        detail=detail,
    )


def missing(path: Path) -> NotFoundError:
    """The register file is not there."""
    return NotFoundError(
        _("登记库“{name}”不存在。").format(name=path.name),
        hint=_("请核对路径，或新建登记库。"),
    )


_BY_CODE: dict[int, Any] = {
    driver.SQLITE_BUSY: busy,
    driver.SQLITE_LOCKED: busy,
    driver.SQLITE_FULL: _full,
    driver.SQLITE_READONLY: _read_only,
    driver.SQLITE_PERM: _read_only,
    driver.SQLITE_CORRUPT: _corrupt,
    driver.SQLITE_IOERR: _io,
    driver.SQLITE_CANTOPEN: _cannot_open,
}
