"""Photos and files of the hazard in hand: dragged in, looked at, saved, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.attachment import Attachment
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.geo.coordinate_text import format_dms
from qhd_riskmap.i18n import _
from qhd_riskmap.services.attachments import (
    FAR_M,
    FILE_ENDINGS,
    FILE_LIMIT,
    Attached,
    NewFile,
    photo_distance_m,
)
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.photo_viewer import PhotoViewer
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.drop_area import dropped_files
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.outside_files import copies_folder, open_file
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_THUMBNAIL: Final = 88
_ROOM: Final = 34
_ENTRY: Final = int(Qt.ItemDataRole.UserRole)
_MOST_NAMED: Final = 3
_MEGABYTE: Final = 2**20


class AttachmentPanel(QFrame):
    """Thumbnails, what is known of the chosen one, and what can be done with it.

    Signals:
        place_wanted: Show on the map where a photo was taken (longitude, latitude).
    """

    place_wanted = Signal(float, float)

    def __init__(self, desk: Desk, hazard: Hazard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachments")
        self.setAcceptDrops(True)
        self._desk = desk
        self._hazard = hazard
        self._may_edit = Permission.EDIT in desk.app.actor.permissions
        self.dialog: QMessageBox | PhotoViewer | None = None
        self._build()
        self.reload()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.list = QListWidget()
        self.list.setObjectName("attachment-list")
        self.list.setAccessibleName(_("照片和文件"))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.list.setGridSize(QSize(_THUMBNAIL + SPACE_S, _THUMBNAIL + _ROOM))
        self.list.setWordWrap(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setFixedHeight(_THUMBNAIL + _ROOM + SPACE_S)
        self.list.currentItemChanged.connect(self._tell)
        self.list.itemActivated.connect(self.open_current)
        self.empty = QLabel(_("还没有照片和文件。可以把它们从文件夹拖到这里。"))
        self.empty.setObjectName("attachment-empty")
        self.empty.setWordWrap(True)
        self.facts = QLabel()
        self.facts.setObjectName("attachment-facts")
        self.warning = QLabel()
        self.warning.setObjectName("attachment-warning")
        self.warning.setProperty("role", "warning")
        for label in (self.empty, self.facts, self.warning):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self.add_button = _tool("attachment-add", "paperclip-plus", _("添加照片和文件…"))
        self.add_button.clicked.connect(self._ask_files)
        self.open_button = _tool("attachment-open", "eye-outline", _("打开"))
        self.open_button.clicked.connect(self.open_current)
        self.save_button = _tool("attachment-save", "content-save-outline", _("另存为…"))
        self.save_button.clicked.connect(self._ask_save)
        self.place_button = _tool("attachment-place", "map-marker-radius-outline", _("看拍摄位置"))
        self.place_button.clicked.connect(self._show_place)
        self.remove_button = _tool("attachment-remove", "delete-outline", _("移除"))
        self.remove_button.clicked.connect(self._ask_remove)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        for button in (
            self.add_button,
            self.open_button,
            self.save_button,
            self.place_button,
            self.remove_button,
        ):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        for widget in (self.empty, self.list, self.facts, self.warning):
            layout.addWidget(widget)
        layout.addLayout(row)
        self._show([])

    # -- showing --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the list anew."""
        service, hazard_id = self._desk.app.attachments, self._hazard.id
        self._desk.run(
            lambda _job: service.attachments_of(hazard_id),
            title=_("正在读取附件…"),
            on_success=self._show,
            quiet=True,
        )

    def current(self) -> Attachment | None:
        """The chosen entry, or None."""
        row = self.list.currentRow()
        found = self.list.item(row).data(_ENTRY) if row >= 0 else None
        return found if isinstance(found, Attachment) else None

    def _show(self, entries: Sequence[Attachment]) -> None:
        before = self.current()
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(picture_of(entry), entry.name)
            item.setData(_ENTRY, entry)
            item.setToolTip(plain_tip(entry.name))
            self.list.addItem(item)
            if before is not None and before.id == entry.id:
                self.list.setCurrentItem(item)
        self.list.setVisible(bool(entries))
        self.empty.setVisible(not entries)
        self._tell()

    def _tell(self) -> None:
        entry = self.current()
        there = entry is not None
        self.add_button.setEnabled(self._may_edit)
        self.open_button.setEnabled(there)
        self.save_button.setEnabled(there and Permission.EXPORT in self._permissions())
        self.remove_button.setEnabled(there and self._may_edit)
        self.place_button.setEnabled(entry is not None and entry.place is not None)
        self.facts.setText("\n".join(_facts(entry)) if entry is not None else "")
        self.facts.setVisible(there)
        words = self._place_words(entry)
        self.warning.setText(words)
        self.warning.setVisible(bool(words))

    def _permissions(self) -> frozenset[Permission]:
        return self._desk.app.actor.permissions

    def _place_words(self, entry: Attachment | None) -> str:
        """What the photo's own place says about the hazard's."""
        if entry is None or entry.place is None:
            return ""
        metres = photo_distance_m(self._hazard, entry.place)
        near = metres <= FAR_M
        self.warning.setProperty("role", "muted" if near else "warning")
        self.warning.style().unpolish(self.warning)
        self.warning.style().polish(self.warning)
        place = format_dms(*entry.place)
        length = length_text(metres)
        if near:
            return _("拍摄于 {place}，距隐患 {length}").format(place=place, length=length)
        return _("拍摄于 {place}，距隐患 {length}，相距较远，请核对是否放错").format(
            place=place, length=length
        )

    # -- adding ---------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        if self.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        if self.takes(event.mimeData()):
            event.acceptProposedAction()
            self.add(dropped_files(event.mimeData()))

    def takes(self, data: QMimeData) -> bool:
        """Whether a drop would add something."""
        return self._may_edit and any(url.isLocalFile() for url in data.urls())

    def add(self, paths: Sequence[Path]) -> None:
        """Add files; those that cannot be kept are named with the reason."""
        service, hazard_id, chosen = self._desk.app.attachments, self._hazard.id, tuple(paths)
        if not chosen:
            return

        def work(job: JobContext) -> tuple[Attached, Changes]:
            return service.attach_many(_read(chosen, hazard_id), len(chosen), job)

        self._desk.run(work, title=_("正在添加附件…"), on_success=self._added)

    def _added(self, result: tuple[Attached, Changes]) -> None:
        attached, changes = result
        self._desk.announce(changes)
        if attached.added:
            self._desk.notify(
                _("已添加 {number} 个附件。").format(number=len(attached.added)), "success"
            )
        if attached.refused:
            reasons = [str(error) for _name, error in attached.refused[:_MOST_NAMED]]
            more = len(attached.refused) - _MOST_NAMED
            if more > 0:
                reasons.append(_("另有 {number} 个也没有添加。").format(number=more))
            self._desk.notify(" ".join(reasons), "warning")

    def _ask_files(self) -> None:
        endings = " ".join(f"*{ending}" for ending in FILE_ENDINGS)
        chosen, _kind = QFileDialog.getOpenFileNames(
            self, _("添加照片和文件"), "", _("照片和文件 ({endings})").format(endings=endings)
        )
        self.add([Path(each) for each in chosen])

    # -- opening and saving ---------------------------------------------------------------------

    def open_current(self) -> None:
        """Look at a picture here, at other files with their own program."""
        entry = self.current()
        if entry is not None:
            self._with_content(entry, self._opened)

    def save(self, path: Path) -> None:
        """Write the chosen file to ``path``."""
        entry = self.current()
        if entry is not None:
            self._with_content(entry, partial(self._write, path=path))

    def _with_content(self, entry: Attachment, done: Callable[[Attachment, bytes], object]) -> None:
        service = self._desk.app.attachments
        self._desk.run(
            lambda _job: (entry, service.content(entry.id)),
            title=_("正在读取附件…"),
            on_success=lambda result: done(*result),
            quiet=True,
        )

    def _opened(self, entry: Attachment, content: bytes) -> None:
        if entry.is_picture:
            viewer = PhotoViewer(entry, content, self)
            self.dialog = viewer
            viewer.show()
            return
        path = copies_folder() / entry.sha256[:8] / entry.name
        self._write(entry, content, path=path, quiet=True)
        open_file(path)

    def _write(self, entry: Attachment, content: bytes, *, path: Path, quiet: bool = False) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            self._desk.show_error(
                OutputFileError(
                    _("无法写入“{path}”。").format(path=path),
                    hint=_("请检查该位置是否可写、磁盘是否已满、文件是否正被打开。"),
                    detail=str(error),
                )
            )
            return
        if not quiet:
            self._desk.notify(_("已另存“{name}”。").format(name=entry.name), "success")

    def _ask_save(self) -> None:
        entry = self.current()
        if entry is None:
            return
        chosen, _kind = QFileDialog.getSaveFileName(self, _("另存为"), entry.name)
        if chosen:
            self.save(Path(chosen))

    def _show_place(self) -> None:
        entry = self.current()
        if entry is not None and entry.place is not None:
            self.place_wanted.emit(*entry.place)

    # -- removing -------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes."""
        if event.key() == Qt.Key.Key_Delete and self.remove_button.isEnabled():
            self._ask_remove()
        else:
            super().keyPressEvent(event)

    def _ask_remove(self) -> None:
        entry = self.current()
        if entry is None:
            return
        words = _("从这处隐患移除“{name}”？历史记录里仍会保留，可以撤回。").format(name=entry.name)
        box = QMessageBox(QMessageBox.Icon.Question, _("移除附件"), words, parent=self)
        box.setObjectName("confirm-remove")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        yes = box.addButton(_("移除"), QMessageBox.ButtonRole.AcceptRole)
        yes.setObjectName("confirm-remove-yes")
        box.addButton(_("取消"), QMessageBox.ButtonRole.RejectRole)
        yes.clicked.connect(partial(self.remove, entry))
        self.dialog = box
        box.open()

    def remove(self, entry: Attachment, *_clicked: object) -> None:
        """Take a file off the hazard; the message offers to put it back."""
        service = self._desk.app.attachments
        self._desk.run(
            lambda _job: service.remove(entry.id),
            title=_("正在移除附件…"),
            on_success=self._removed,
            quiet=True,
        )

    def _removed(self, result: tuple[Attachment, Changes]) -> None:
        entry, changes = result
        desk, service = self._desk, self._desk.app.attachments
        desk.announce(changes)

        def put_back() -> None:
            desk.run(
                lambda _job: service.restore(entry.id),
                title=_("正在恢复附件…"),
                on_success=lambda back: desk.announce(back[1]),
                quiet=True,
            )

        words = _("已移除“{name}”。").format(name=entry.name)
        desk.notify(words, action=_("撤回"), callback=put_back)


def _read(paths: Sequence[Path], hazard_id: UUID) -> Iterator[NewFile]:
    for path in paths:
        try:
            # One byte more than is kept, so that a film of gigabytes is not read to be refused.
            with path.open("rb") as file:
                content = file.read(FILE_LIMIT + 1)
        except OSError as error:
            raise OutputFileError(
                _("读不了文件“{name}”。").format(name=path.name),
                hint=_("请检查文件是否还在、是否正被打开。"),
                detail=str(error),
            ) from error
        yield NewFile(hazard_id=hazard_id, name=path.name, content=content)


def _facts(entry: Attachment) -> list[str]:
    size = (
        f"{entry.size / _MEGABYTE:.1f} MB"
        if entry.size >= _MEGABYTE
        else f"{entry.size / 1024:.0f} KB"
    )
    lines = [
        f"{entry.name}　{size}",
        _("{day} 由 {who} 添加").format(
            day=entry.added_at.astimezone().strftime("%Y-%m-%d %H:%M"), who=entry.added_by
        ),
    ]
    if entry.taken_at is not None:
        lines.append(_("拍摄时间 {time}").format(time=entry.taken_at.strftime("%Y-%m-%d %H:%M")))
    return lines


def picture_of(entry: Attachment) -> QIcon:
    """The thumbnail of a photo, a sign for other files."""
    if entry.is_picture:
        pixmap = QPixmap()
        pixmap.loadFromData(entry.thumbnail, "JPEG")
        return QIcon(pixmap)
    names = {"application/pdf": "file-pdf-box", "text/plain": "file-document-outline"}
    return icon(names.get(entry.media_type, "file-outline"), colour="muted")


def _tool(name: str, icon_name: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setIcon(icon(icon_name))
    button.setToolTip(words)
    button.setAccessibleName(words)
    return button
