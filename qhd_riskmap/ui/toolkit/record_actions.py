"""Deleting, restoring and exporting several hazards: the same from every table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.exporting import ShownTable
from qhd_riskmap.ui.toolkit.bulk_edit_dialog import BulkEditDialog
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Added, Removed


class RecordActions(QObject):
    """Use cases on many hazards, run beside the window."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    def delete(self, hazards: Sequence[tuple[UUID, int]]) -> None:
        """Delete softly, by id and revision; the message offers to undo it."""
        registry = self._desk.app.registry

        self._desk.run(
            lambda job: registry.delete_many(hazards, job),
            title=_("正在删除…"),
            on_success=self._deleted,
            on_failure=self._refused,
            quiet=len(hazards) == 1,
        )

    def restore(self, ids: Sequence[UUID]) -> None:
        """Bring deleted hazards back."""
        registry = self._desk.app.registry

        self._desk.run(
            lambda job: registry.restore_many(ids, job),
            title=_("正在恢复…"),
            on_success=self._restored,
            on_failure=self._refused,
            quiet=len(ids) == 1,
        )

    def export(self, path: Path, ids: Sequence[str], *, deleted: bool = False) -> None:
        """Write the hazards with these ids, in the format of the file's ending."""
        service = self._desk.app.exporting
        chosen = [UUID(each) for each in ids]
        self._desk.run(
            lambda _job: service.export(path, HazardFilter(deleted=deleted), only=chosen),
            title=_("正在导出…"),
            on_success=self._exported,
        )

    def export_shown(self, path: Path, shown: ShownTable) -> None:
        """Write a table as it stands on the screen."""
        service = self._desk.app.exporting
        self._desk.run(
            lambda job: service.export_shown(path, shown, job),
            title=_("正在导出…"),
            on_success=self._exported,
        )

    def bulk_edit(self, ids: Sequence[str], parent: QWidget) -> BulkEditDialog | None:
        """Open the dialog that sets one field of these hazards; None where there is none."""
        table = self._desk.features.table
        rows = table.rows_of(ids)
        if not rows:
            self._desk.notify(_("请先选中要修改的隐患，可以按住 Ctrl 或 Shift 选多处。"))
            return None
        types = sorted(set(table.type_keys[rows].tolist()))
        dialog = BulkEditDialog(
            self._desk, [UUID(each) for each in table.ids[rows].tolist()], types, parent
        )
        dialog.open()
        return dialog

    def _deleted(self, result: tuple[list[Hazard], Changes]) -> None:
        gone, changes = result
        words = _("删除 {number} 条").format(number=len(gone))
        step = Removed(words, tuple(each.id for each in gone))
        self._desk.history.add(step, gone)
        self._desk.selection.clear(by=self)
        self._desk.announce(changes)
        self._desk.notify(
            _("已删除 {number} 条，可以撤销。").format(number=len(gone)),
            action=_("撤销删除"),
            callback=partial(self._desk.history.undo_step, step),
        )

    def _restored(self, result: tuple[list[Hazard], Changes]) -> None:
        back, changes = result
        words = _("恢复 {number} 条").format(number=len(back))
        self._desk.history.add(Added(words, tuple(each.id for each in back)), back)
        self._desk.announce(changes)
        self._desk.notify(_("已恢复 {number} 条。").format(number=len(back)), "success")

    def _exported(self, files: list[Path]) -> None:
        names = "、".join(path.name for path in files)
        self._desk.notify(
            _("已导出 {name}。内部资料，请勿对外发布。").format(name=names),
            "success",
            action=_("打开所在文件夹"),
            callback=partial(_open_folder, files[0].parent),
        )

    def _refused(self, error: BaseException) -> None:
        self._reread()
        self._desk.show_error(error)

    def _reread(self) -> None:
        self._desk.announce(Changes(hazards=True))


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
