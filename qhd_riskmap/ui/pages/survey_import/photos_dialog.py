"""A folder or archive of photos: which hazard each shows, what does not fit together, and hanging them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.attachments import Attached
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.photo_matching import MissingPhoto, PhotoMatch, PhotoPlan, PhotoSource
from qhd_riskmap.ui.pages.survey_import.photo_detail import PhotoDetail
from qhd_riskmap.ui.pages.survey_import.photo_lists import (
    FAR_COLUMNS,
    MATCH_COLUMNS,
    MISSING_COLUMNS,
    REFUSED_COLUMNS,
    UNNAMED_COLUMNS,
    RefusedFile,
    UnnamedFile,
)
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.drop_area import dropped_photos, has_files
from qhd_riskmap.ui.toolkit.job_progress import JobProgress
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

_SIZE: Final = (1160, 660)
_DETAIL_WIDTH: Final = 320
_CODE_WIDTH: Final = 220
_MATCHES, _FAR, _MISSING, _UNNAMED, _REFUSED = range(5)
_KINDS: Final = ("matches", "far", "missing", "unnamed", "refused")
_TITLES: Final = (
    N_("已对上"),
    N_("拍摄位置太远"),
    N_("表里有、没找到"),
    N_("不知属于哪一处"),
    N_("不能用"),
)
_HINTS: Final = (
    N_("打勾的会挂到对应的隐患上。同样内容的只存一次。"),
    N_("照片里记的拍摄位置距隐患 500 米以上，可能放错了；核对后打勾才会挂上。"),
    N_("排查表里写了这些文件名，这一批里没有，以前也没有挂过。请向报送单位要。"),
    N_("按文件名、编号、名称和拍摄位置都对不上，或者同样像几处。选中几张，填上隐患编号即可指定。"),
    N_("这些文件不是能保存的照片或文件，或已损坏。"),
)


class PhotosDialog(QDialog):
    """Five lists on the left, the photo in hand on the right."""

    def __init__(
        self, desk: Desk, source: PhotoSource | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("photos")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self.setWindowTitle(_("一批照片"))
        size_on_screen(self, *_SIZE)
        self._desk = desk
        self.plan: PhotoPlan | None = None
        self._left_out: set[str] = set()
        self._refused: list[RefusedFile] = []
        self._build()
        self._fill()
        if source is not None:
            self.take(source)

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.source = words(
            _("选一个文件夹或 zip，也可以把它拖到这个窗口上。"), role="muted", name="photos-source"
        )
        self.folder_button = push_button(
            _("选择文件夹…"), "photos-folder", self.ask_folder, glyph="folder-open-outline"
        )
        self.zip_button = push_button(
            _("选择 zip…"), "photos-zip", self.ask_zip, glyph="folder-zip-outline"
        )
        self.progress = JobProgress()
        self.detail = PhotoDetail(self._desk)
        self.lists = (
            self._list("matches", MATCH_COLUMNS, ticks=True),
            self._list("far", FAR_COLUMNS, ticks=True),
            self._list("missing", MISSING_COLUMNS),
            self._list("unnamed", UNNAMED_COLUMNS),
            self._list("refused", REFUSED_COLUMNS),
        )
        self.buttons: list[QToolButton] = []
        self._group = QButtonGroup(self)
        self.hint = words(role="muted", name="photos-hint")
        self.code = QLineEdit()
        self.code.setObjectName("photos-code")
        self.code.setAccessibleName(_("隐患编号"))
        self.code.setPlaceholderText(_("隐患编号或曾用编号"))
        self.code.setFixedWidth(_CODE_WIDTH)
        self.code.returnPressed.connect(self.assign)
        self.assign_button = push_button(
            _("指定给这一处"), "photos-assign", self.assign, glyph="link-variant"
        )
        self.attach_button = push_button(
            _("挂上照片"), "photos-attach", self.attach, glyph="paperclip-plus", primary=True
        )
        self._lay_out()

    def _list(self, name: str, columns: Sequence[ListColumn], *, ticks: bool = False) -> ListTable:
        model = ListModel(columns, checked=self._is_ticked if ticks else None)
        model.setParent(self)
        model.ticked.connect(self._tick)
        shown = ListTable(model, f"photos-{name}", name)
        shown.chosen.connect(self._show_current)
        return shown

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.folder_button)
        head.addWidget(self.zip_button)
        head.addWidget(self.source, 1)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_XS)
        self._stack = QStackedWidget()
        for number, name in enumerate(_KINDS):
            button = QToolButton()
            button.setObjectName(f"photos-show-{name}")
            button.setCheckable(True)
            self._group.addButton(button, number)
            self.buttons.append(button)
            bar.addWidget(button)
            self._stack.addWidget(self.lists[number])
            self.lists[number].setAccessibleName(_(_TITLES[number]))
        self._group.idClicked.connect(self._turn_to)
        bar.addStretch(1)
        left = self._left_side(bar)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(left)
        halves.addWidget(self.detail)
        halves.setStretchFactor(0, 1)
        halves.setSizes([_SIZE[0] - _DETAIL_WIDTH, _DETAIL_WIDTH])
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addStretch(1)
        foot.addWidget(push_button(_("关闭"), "photos-close", self.close))
        foot.addWidget(self.attach_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(head)
        layout.addWidget(self.progress)
        layout.addWidget(halves, 1)
        layout.addLayout(foot)

    def _left_side(self, bar: QHBoxLayout) -> QWidget:
        self._assigning = QWidget()
        by_hand = QHBoxLayout(self._assigning)
        by_hand.setContentsMargins(0, 0, 0, 0)
        by_hand.setSpacing(SPACE_S)
        by_hand.addWidget(self.code)
        by_hand.addWidget(self.assign_button)
        by_hand.addStretch(1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(bar)
        column.addWidget(self.hint)
        column.addWidget(self._stack, 1)
        column.addWidget(self._assigning)
        return left

    # -- source ---------------------------------------------------------------------------------

    def ask_folder(self) -> None:
        """Choose a folder."""
        chosen = QFileDialog.getExistingDirectory(
            self, _("选择照片所在的文件夹"), str(self._desk.app.path.parent)
        )
        if chosen:
            self.take(Path(chosen))

    def ask_zip(self) -> None:
        """Choose an archive."""
        chosen, _kind = QFileDialog.getOpenFileName(
            self, _("选择照片压缩包"), str(self._desk.app.path.parent), _("压缩包 (*.zip)")
        )
        if chosen:
            self.take(Path(chosen))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders, archives and photos are welcome."""
        if has_files(event.mimeData()) and not self.progress.running:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        source = dropped_photos(event.mimeData())
        if source is None:
            self._desk.notify(_("这里只收照片：一个文件夹、一个 zip，或几张照片。"), "warning")
            return
        event.acceptProposedAction()
        self.take(source)

    def take(self, source: PhotoSource) -> None:
        """Find the hazard of every file; nothing is stored."""
        if self.progress.running:
            return
        service = self._desk.app.photo_matching
        self.source.setText(_source_words(source))
        self._follow(
            lambda job: service.plan(source, job),
            _("正在对照照片…"),
            self._planned,
        )

    def _planned(self, plan: PhotoPlan) -> None:
        self.plan = plan
        self._left_out = {match.path for match in plan.matches if match.far or match.there}
        self._refused = [RefusedFile(path, str(error)) for path, error in plan.refused]
        self._fill()

    # -- lists ----------------------------------------------------------------------------------

    def _fill(self) -> None:
        plan = self.plan
        rows: tuple[Sequence[Any], ...] = ((), (), (), (), self._refused)
        if plan is not None:
            rows = (
                [match for match in plan.matches if not match.far],
                plan.far,
                plan.missing,
                [UnnamedFile(path) for path in plan.unnamed],
                self._refused,
            )
        for number, (shown, found) in enumerate(zip(self.lists, rows, strict=True)):
            shown.list_model.show_rows(found)
            self.buttons[number].setText(f"{_(_TITLES[number])} {len(found):,}")
            self.buttons[number].setEnabled(bool(found))
            if found:
                shown.selectRow(0)
        current = max(self._group.checkedId(), 0)
        if not rows[current]:
            current = next((n for n, found in enumerate(rows) if found), _MATCHES)
        self._turn_to(current)
        self._count()

    def _turn_to(self, number: int) -> None:
        self.buttons[number].setChecked(True)
        self._stack.setCurrentIndex(number)
        self.hint.setText(_(_HINTS[number]) if self.plan is not None else "")
        self._assigning.setVisible(number != _MISSING and self.plan is not None)
        self._show_current()

    def _show_current(self, *_chosen: object) -> None:
        shown = self._stack.currentWidget()
        if not isinstance(shown, ListTable) or self.plan is None:
            return
        row = shown.current()
        self.assign_button.setEnabled(bool(self._paths()))
        if isinstance(row, PhotoMatch):
            self.detail.show_match(self.plan.source, row)
        elif isinstance(row, UnnamedFile):
            self.detail.show_file(self.plan.source, row.path)
        elif isinstance(row, MissingPhoto | RefusedFile):
            self.detail.clear()

    def _is_ticked(self, match: PhotoMatch) -> bool | None:
        return None if match.there else match.path not in self._left_out

    def _tick(self, matches: Sequence[PhotoMatch], on: bool) -> None:  # noqa: FBT001 - a signal
        paths = {match.path for match in matches}
        self._left_out = self._left_out - paths if on else self._left_out | paths
        self._count()

    def _wanted(self) -> list[PhotoMatch]:
        found = self.plan.matches if self.plan is not None else ()
        return [match for match in found if self._is_ticked(match)]

    def _count(self) -> None:
        count = len(self._wanted())
        self.attach_button.setText(_("挂上 {n} 个文件").format(n=f"{count:,}"))
        may = Permission.EDIT in self._desk.app.actor.permissions
        self.attach_button.setEnabled(count > 0 and may and not self.progress.running)

    # -- by hand --------------------------------------------------------------------------------

    def _paths(self) -> list[str]:
        shown = self._stack.currentWidget()
        rows = shown.selected() if isinstance(shown, ListTable) else []
        return [row.path for row in rows if isinstance(row, PhotoMatch | UnnamedFile)]

    def assign(self) -> None:
        """Say whose photos the selected ones are."""
        plan, paths, code = self.plan, self._paths(), self.code.text().strip()
        if plan is None or not paths or self.progress.running:
            return
        if not code:
            self._desk.notify(_("请先填隐患编号。"), "warning")
            self.code.setFocus()
            return
        service = self._desk.app.photo_matching
        self._follow(
            lambda _job: (service.assign(plan, paths, code), paths),
            _("正在核对编号…"),
            self._assigned,
        )

    def _assigned(self, result: tuple[PhotoPlan, list[str]]) -> None:
        self.plan, paths = result
        # Whoever says so by hand has looked: also a photo taken far away is hung.
        self._left_out -= set(paths)
        self._fill()

    # -- attaching ------------------------------------------------------------------------------

    def attach(self) -> None:
        """Hang the ticked files on their hazards, all or none."""
        plan = self.plan
        if plan is None or self.progress.running:
            return
        service = self._desk.app.photo_matching
        wanted = {match.path for match in self._wanted()}
        leave = [match.path for match in plan.matches if match.path not in wanted]

        def work(job: JobContext) -> tuple[Attached, Changes, set[str]]:
            return (*service.attach(plan, job, leave), wanted)

        self._follow(work, _("正在挂上照片…"), self._attached)

    def _attached(self, result: tuple[Attached, Changes, set[str]]) -> None:
        attached, changes, wanted = result
        names = {name: str(error) for name, error in attached.refused}
        self._refused += [RefusedFile(name, reason) for name, reason in names.items()]
        if self.plan is not None:
            self.plan = self.plan.hung(wanted)
        said = _("已挂上 {n} 个文件。").format(n=f"{len(attached.added):,}")
        if names:
            said += _("{n} 个没有挂，原因见“不能用”。").format(n=f"{len(names):,}")
        self._desk.notify(said, "warning" if names else "success")
        self._desk.announce(changes)
        self._fill()

    # -- inside ---------------------------------------------------------------------------------

    def _follow(self, work: Any, title: str, done: Any) -> None:
        handle = self._desk.run(work, title=title, on_success=done, on_cancel=self._cancelled)
        self.progress.follow(handle)
        self._set_busy(busy=True)
        handle.finished.connect(self._idle)

    def _cancelled(self) -> None:
        self._desk.notify(_("已停止，登记库没有变化。"))

    def _idle(self) -> None:
        self._set_busy(busy=False)

    def _set_busy(self, *, busy: bool) -> None:
        for widget in (self.folder_button, self.zip_button, self._stack, self._assigning):
            widget.setEnabled(not busy)
        self._count()
        if busy:
            self.attach_button.setEnabled(False)

    def done(self, result: int) -> None:
        """However it ends, the work stops and the map stops painting."""
        self.progress.stop()
        self.detail.close_down()
        super().done(result)


def _source_words(source: PhotoSource) -> str:
    if isinstance(source, tuple):
        return _("{n} 个文件").format(n=f"{len(source):,}")
    return str(source)
