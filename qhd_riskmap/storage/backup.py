"""Copies of a whole register: backup, another passphrase, a plain file for other programs."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from qhd_riskmap.errors import DatabaseError, InvalidInputError, OutputFileError, RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.connection import (
    APPLICATION_ID,
    check_passphrase,
    choose_journal,
    connect,
)
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.failures import busy, translated

Progress = Callable[[int, int], None]
_PIECE_PAGES = 2048  # 8 MB, about a tenth of a second
_REPLACE_TRIES = 5  # scanners and sync tools hold fresh files for a moment on Windows
_REPLACE_PAUSE_S = 0.2


def backup(register: Register, target: Path, progress: Progress | None = None) -> None:
    """Write a checked copy, encrypted like the register, as one file.

    An older copy of this register under that name stays until the new one is whole; any other file of that
    name is never replaced.

    Args:
        register: What to copy; others may go on writing to it.
        target: The copy.
        progress: Told pages done and pages in all; what it raises stops the copy and leaves nothing.

    Raises:
        OutputFileError: The copy cannot be written there, or another file has that name.
        DatabaseError: The copy is not whole; nothing was replaced.
    """
    with _beside(register, target) as partial, closing(register.connect_anew()) as source:
        if target.exists():
            _require_older_copy(source, target, register.passphrase)
        with translated(partial):
            # One snapshot for the copy and for what it is compared with, whoever writes meanwhile.
            source.execute("BEGIN")
            content = _content(source)
            # Made by the key alone: the extension and the guards are no part of a copy.
            with closing(connect(partial, register.passphrase)) as copy:
                source.backup(
                    copy, pages=_PIECE_PAGES, progress=_counted(progress) if progress else None
                )
                copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        _require_whole(content, partial, register.passphrase)


def _counted(progress: Progress) -> Callable[[int, int, int], None]:
    return lambda _status, remaining, total: progress(total - remaining, total)


def _require_older_copy(source: Any, target: Path, passphrase: str | None) -> None:
    """Let a file be replaced only when everything it knows stands in this register too."""
    try:
        with closing(connect(target, passphrase)) as other:
            last = other.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    except (RiskMapError, driver.Error) as error:  # no database, another key, other tables
        raise _not_ours(target) from error
    mine = last and source.execute("SELECT hash FROM audit WHERE seq = ?", last[:1]).fetchone()
    if not last or mine != last[1:]:
        raise _not_ours(target)


def _not_ours(target: Path) -> OutputFileError:
    return OutputFileError(
        _("“{name}”已经存在，且不是本登记库以前的备份，没有覆盖。").format(name=target.name),
        hint=_("请换一个文件名或文件夹。"),
    )


def export_plain(register: Register, target: Path) -> None:
    """Write an unencrypted copy that GDAL and QGIS open; the office's datum shifts are left out.

    Raises:
        OutputFileError: The copy cannot be written there.
        DatabaseError: The copy is not whole; nothing was replaced.
    """
    with _beside(register, target) as partial, _without_shifts(register, partial) as source:
        _export(source, partial, None)
        _require_whole(_content(source), partial, None)


def set_passphrase(register: Register, passphrase: str | None) -> None:
    """Encrypt the register anew with another passphrase, or decrypt it with None.

    A register that holds the office's own datum shifts is never decrypted: they are classified.

    The whole file is written again beside the old one and takes its place when it is whole, so a
    crash leaves either. No unit of work may be open.

    Raises:
        InvalidInputError: The passphrase cannot be used, or decrypting would bare datum shifts.
        DatabaseBusyError: Another program has the register open.
    """
    if passphrase is not None:
        check_passphrase(passphrase)
    else:
        _refuse_baring(register)
    path = register.path
    partial = path.with_name(path.name + ".rekey")
    partial.unlink(missing_ok=True)
    register.close()
    source = register.connect_anew()
    try:
        with translated(path):
            _leave_wal(source, path)
        _export(source, partial, passphrase)
        _require_whole(_content(source), partial, passphrase)
    except BaseException:
        choose_journal(source, path)
        source.close()
        partial.unlink(missing_ok=True)
        raise
    source.close()
    _replace(partial, path)
    register.rekeyed(passphrase)
    with register.engine.connect() as connection:
        choose_journal(connection.connection.driver_connection, path)


def _holds_shifts(register: Register) -> bool:
    with register.unit_of_work() as work:
        return bool(work.datum_parameters.all())


def _refuse_baring(register: Register) -> None:
    if _holds_shifts(register):
        raise InvalidInputError(
            _("登记库里存有坐标转换参数，不能取消加密。"),
            hint=_("请先删除转换参数，再取消加密。"),
        )


@contextmanager
def _without_shifts(register: Register, partial: Path) -> Iterator[Any]:
    """A connection to export from, to an encrypted copy where the register holds datum shifts.

    They are taken out there: deleting them in the plain file would leave their bytes on the disk.
    """
    if not _holds_shifts(register):
        with closing(register.connect_anew()) as source:
            yield source
        return
    staging = partial.with_name(partial.name + ".staging")
    staging.unlink(missing_ok=True)
    try:
        with (
            translated(staging),
            closing(register.connect_anew()) as source,
            closing(connect(staging, register.passphrase)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
            copy.execute("DELETE FROM datum_parameters")
            yield copy
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            staging.with_name(staging.name + suffix).unlink(missing_ok=True)


def _leave_wal(connection: Any, path: Path) -> None:
    """Have the file to oneself: leaving WAL succeeds only where nobody else has it open."""
    mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete":
        raise busy(path, f"journal_mode {mode}")


def _export(source: Any, target: Path, passphrase: str | None) -> None:
    """Copy everything into a new file with another key; an empty key means none."""
    with translated(target):
        source.execute("ATTACH DATABASE ? AS copy KEY ?", (str(target), passphrase or ""))
        try:
            source.execute("SELECT sqlcipher_export('copy')").fetchall()
            source.execute(f"PRAGMA copy.application_id = {APPLICATION_ID}")
            if passphrase is None:
                # The office's keys for tile services leave no encrypted file.
                source.execute("PRAGMA copy.secure_delete = ON").fetchall()
                source.execute("DELETE FROM copy.service_key")
                source.commit()
        finally:
            source.execute("DETACH DATABASE copy")


@contextmanager
def _beside(register: Register, target: Path) -> Iterator[Path]:
    """A partial file beside ``target`` that takes its name when the block succeeds."""
    target = target.absolute()
    if target == register.path:
        raise InvalidInputError(_("不能备份到登记库自身。"), hint=_("请换一个文件名。"))
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        partial.open("xb").close()
    except OSError as error:
        raise OutputFileError(
            _("不能写入“{name}”。").format(name=target.name),
            hint=_("请检查文件夹是否存在、能否写入。"),
            detail=str(error),
        ) from error
    try:
        yield partial
        _replace(partial, target)
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                partial.with_name(partial.name + suffix).unlink(missing_ok=True)


def _replace(partial: Path, target: Path) -> None:
    for attempt in range(1, _REPLACE_TRIES + 1):
        try:
            os.replace(partial, target)  # noqa: PTH105 - the atomic one
        except PermissionError as error:
            if attempt == _REPLACE_TRIES:
                raise OutputFileError(
                    _("“{name}”正被另一个程序使用，不能替换。").format(name=target.name),
                    hint=_("请关闭使用它的程序后再试。"),
                    detail=str(error),
                ) from error
            time.sleep(_REPLACE_PAUSE_S)
        else:
            return


def _content(connection: Any) -> tuple[Any, ...]:
    """What two copies of one register have in common."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM hazard), (SELECT count(*) FROM audit),"
        " (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1),"
        " (SELECT count(*) FROM idx_hazard_geometry_rowid)"
    ).fetchone()
    return tuple(row)


def _require_whole(content: tuple[Any, ...], copy: Path, passphrase: str | None) -> None:
    """Open the finished copy afresh, compare it with the register and check its pages."""
    with closing(connect(copy, passphrase)) as connection, translated(copy):
        copied = _content(connection)
        sound = connection.execute("PRAGMA integrity_check").fetchall()
    if copied != content or sound != [("ok",)]:
        raise DatabaseError(
            _("副本“{name}”不完整，已放弃。").format(name=copy.name),
            hint=_("请检查磁盘后再试；原登记库没有改动。"),
            detail=f"{content} {copied} {sound}",
        )
