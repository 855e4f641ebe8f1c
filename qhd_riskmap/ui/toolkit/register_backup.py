"""Backups on the desk: ask where to, run beside the window, tell when the last one was."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.desk import Desk

if TYPE_CHECKING:
    from qhd_riskmap.services.integrity import Backup, IntegrityService

REGISTER_FILES: Final = N_("登记库 (*.sqlite *.db *.qhd *.riskmap);;所有文件 (*)")


class RegisterBackup(QObject):
    """Makes copies of the open register and knows the last one.

    Signals:
        known: The last backup was looked up or made (`Backup`, or None where there is none).
    """

    known = Signal(object)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.last: Backup | None = None

    @cached_property
    def _service(self) -> IntegrityService:
        from qhd_riskmap.services.integrity import IntegrityService  # noqa: PLC0415 - after the map

        return IntegrityService(self._desk.app.register, self._desk.app.actor)

    def look_up(self) -> None:
        """Ask the register for its last backup."""
        if Permission.READ in self._desk.app.actor.permissions:
            self._desk.run(
                lambda _job: self._service.last_backup(),
                title=_("正在读取…"),
                on_success=self._take,
                quiet=True,
            )

    def ask(self) -> None:
        """Let the officer choose a file, proposed where the last backup went."""
        before = self.last.path.parent if self.last is not None else None
        folder = before if before is not None and before.is_dir() else None
        chosen, _kind = QFileDialog.getSaveFileName(
            self._window,
            _("备份登记库"),
            str(self._service.proposed_copy(folder)),
            _(REGISTER_FILES),
        )
        if chosen:
            self.write(Path(chosen))

    def write(self, target: Path) -> None:
        """Write a verified copy beside the window."""
        self._desk.run(
            lambda job: self._service.back_up(target, job),
            title=_("正在备份…"),
            on_success=self._made,
        )

    def _take(self, last: Backup | None) -> None:
        self.last = last
        self.known.emit(last)

    def _made(self, made: Backup) -> None:
        self._take(made)
        words = _("已备份 {n} 处隐患并核对无误：{path}")
        self._desk.notify(words.format(n=f"{made.hazards:,}", path=made.path), "success")


def backup_words(last: Backup | None) -> tuple[str, str]:
    """Text and explanation for the status bar."""
    advice = _("点一下立即备份；建议每周备份一次，并保存到另一块硬盘上。")
    if last is None:
        return _("尚未备份"), advice
    at = last.at.astimezone()
    days = (datetime.now(UTC).astimezone().date() - at.date()).days
    when = f"{at:%H:%M}" if days == 0 else f"{at:%Y-%m-%d}"
    text = _("上次备份 {when}").format(when=when)
    if days > 0:
        text = _("{text}（{n} 天前）").format(text=text, n=days)
    facts = _("{at:%Y-%m-%d %H:%M}，{actor}：{path}（{n} 处隐患）").format(
        at=at, actor=last.actor, path=last.path, n=f"{last.hazards:,}"
    )
    return text, f"{facts}\n{advice}"
