"""Two records side by side: field by field what the merged one says, and which of the two it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.attachment import Attachment
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.record_merge import Comparison
from qhd_riskmap.services.reshaping import Regrouping
from qhd_riskmap.ui.map.attachment_panel import picture_of
from qhd_riskmap.ui.map.field_choice import FieldChoice
from qhd_riskmap.ui.map.level_chip import LevelChip
from qhd_riskmap.ui.map.photo_viewer import PhotoViewer
from qhd_riskmap.ui.map.version_maps import VersionMaps
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Regrouped
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

_SIZE: Final = (1120, 680)
_MAP_HEIGHT: Final = 150
_LEAST_MAP: Final = 76
_THUMBNAIL: Final = 36
_FILES_HEIGHT: Final = 68
_ENTRY: Final = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is laid side by side, the record proposed to survive first; files by record."""

    proposed: Comparison
    files: dict[UUID, list[Attachment]]


class RecordMergeDialog(QDialog):
    """The earlier record on the left, the later one on the right.

    Signals:
        merged: One record was made of two (`Regrouping`).
        parted: The officer says that they are two things.
    """

    merged = Signal(object)
    parted = Signal()

    def __init__(self, desk: Desk, left: UUID, right: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("record-merge")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("对照合并"))
        size_on_screen(self, *_SIZE)
        self._desk = desk
        self._ids = (left, right)
        self._pair: _Pair | None = None
        self._busy = False
        self.viewer: PhotoViewer | None = None
        self._build()
        self.reload()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.keep = [self._keeper("left"), self._keeper("right")]
        self._group = QButtonGroup(self)
        for number, button in enumerate(self.keep):
            self._group.addButton(button, number)
        self._group.idToggled.connect(lambda _id, on: self._survivor_chosen() if on else None)
        self.titles = [words(name=f"merge-title-{side}") for side in ("left", "right")]
        self.chips = [LevelChip(), LevelChip()]
        self.fields = FieldChoice()
        self.fields.picked.connect(self._say)
        self.maps = VersionMaps((_("左：先登记的"), _("右：后登记的（虚线为左边的位置）")))
        for canvas in (self.maps.former, self.maps.later):
            canvas.setMinimumHeight(_LEAST_MAP)
        self.files = [self._file_list("left"), self._file_list("right")]
        self.only_different = QCheckBox(_("只看不同的"))
        self.only_different.setObjectName("merge-only-different")
        self.only_different.setChecked(True)
        self.only_different.toggled.connect(lambda on: self.fields.show_all(on=not on))
        self.summary = words(name="merge-summary")
        self.apart_button = push_button(
            _("不是同一处"), "merge-apart", self._part, glyph="call-split"
        )
        self.apart_button.setToolTip(_("两条都保留，以后不再列为待合并"))
        self.merge_button = push_button(
            _("合并"), "merge-yes", self.merge, glyph="call-merge", primary=True
        )
        self._lay_out()
        self._set_ready(ready=False)

    def _lay_out(self) -> None:
        heads = QGridLayout()
        heads.setHorizontalSpacing(SPACE_L)
        for side in range(2):
            row = QHBoxLayout()
            row.setSpacing(SPACE_S)
            row.addWidget(self.keep[side])
            row.addWidget(self.chips[side])
            row.addStretch(1)
            heads.addLayout(row, 0, side)
            heads.addWidget(self.titles[side], 1, side)
            heads.setColumnStretch(side, 1)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        bar = QHBoxLayout()
        bar.addWidget(words(_("点一下要保留的那个值；空着的自动取另一边的。"), role="muted"), 1)
        bar.addWidget(self.only_different)
        column.addLayout(bar)
        column.addWidget(self.fields, 1)
        self.file_words = words(role="muted", name="merge-files-words")
        column.addWidget(self.file_words)
        strips = QHBoxLayout()
        strips.setSpacing(SPACE_S)
        for strip in self.files:
            strips.addWidget(strip, 1)
        column.addLayout(strips)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.maps)
        halves.addWidget(below)
        halves.setStretchFactor(1, 1)
        halves.setSizes([_MAP_HEIGHT, _SIZE[1] - _MAP_HEIGHT])
        close = push_button(_("取消"), "merge-close", self.close)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addWidget(self.summary, 1)
        for button in (self.apart_button, close, self.merge_button):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(heads)
        layout.addWidget(halves, 1)
        layout.addLayout(foot)

    def _keeper(self, side: str) -> QRadioButton:
        button = QRadioButton(_("保留这一条"))
        button.setObjectName(f"merge-keep-{side}")
        button.setToolTip(_("它的编号和历史继续；另一条的编号成为它的曾用编号"))
        return button

    def _file_list(self, side: str) -> QListWidget:
        strip = QListWidget()
        strip.setObjectName(f"merge-files-{side}")
        strip.setAccessibleName(_("照片和文件"))
        strip.setViewMode(QListView.ViewMode.IconMode)
        strip.setMovement(QListView.Movement.Static)
        strip.setFlow(QListView.Flow.LeftToRight)
        strip.setWrapping(False)
        strip.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        strip.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        strip.setFixedHeight(_FILES_HEIGHT)
        strip.itemActivated.connect(self._open_file)
        return strip

    # -- showing --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read both records anew."""
        app, ids = self._desk.app, self._ids

        def read(_job: JobContext) -> _Pair:
            proposed = app.merging.compare(*ids)
            return _Pair(proposed, {each: app.attachments.attachments_of(each) for each in ids})

        self._set_ready(ready=False)
        self._desk.run(
            read,
            title=_("正在读取两条记录…"),
            on_success=self._take,
            on_failure=self._unreadable,
            quiet=True,
        )

    def _take(self, pair: _Pair) -> None:
        again = self._pair is not None
        self._pair = pair
        seen = self._seen_from_left()
        for side, hazard in enumerate((seen.survivor, seen.absorbed)):
            self.titles[side].setText(_about(hazard))
            self.chips[side].show_level(hazard.level.rank if hazard.level else NO_LEVEL)
            self._show_files(side, pair.files[hazard.id])
        self._say_of_files(any(pair.files.values()))
        if not again:
            self.keep[self._ids.index(pair.proposed.survivor.id)].setChecked(True)
        self.fields.show_pairs(seen, keep=again)
        self.fields.prefer(max(self._group.checkedId(), 0))
        self.maps.show_versions(seen.survivor, seen.absorbed)
        self._set_ready(ready=True)
        self._say()

    def _seen_from_left(self) -> Comparison:
        if self._pair is None:
            raise AssertionError("nothing is shown yet")
        proposed = self._pair.proposed
        return proposed if proposed.survivor.id == self._ids[0] else proposed.swapped()

    def _show_files(self, side: int, entries: Sequence[Attachment]) -> None:
        strip = self.files[side]
        strip.clear()
        for entry in entries:
            item = QListWidgetItem(picture_of(entry), entry.name)
            item.setData(_ENTRY, entry)
            item.setToolTip(plain_tip(entry.name))
            strip.addItem(item)
        if not entries:
            item = QListWidgetItem(_("没有照片和文件"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            strip.addItem(item)

    def _say_of_files(self, there: bool) -> None:  # noqa: FBT001 - one question
        self.file_words.setText(
            _("照片和文件：合并后都挂在保留的一条上") if there else _("两条都没有照片和文件。")
        )
        for strip in self.files:
            strip.setVisible(there)

    def _open_file(self, item: QListWidgetItem) -> None:
        entry = item.data(_ENTRY)
        if not isinstance(entry, Attachment) or not entry.is_picture:
            return
        service = self._desk.app.attachments
        self._desk.run(
            lambda _job: (entry, service.content(entry.id)),
            title=_("正在读取附件…"),
            on_success=self._show_photo,
            quiet=True,
        )

    def _show_photo(self, result: tuple[Attachment, bytes]) -> None:
        self.viewer = PhotoViewer(*result, self)
        self.viewer.show()

    def _survivor_chosen(self) -> None:
        if self._pair is not None:
            self.fields.prefer(self._group.checkedId())
            self._say()

    def compared(self) -> Comparison:
        """The two records, the chosen one surviving."""
        seen = self._seen_from_left()
        return seen if self._group.checkedId() == 0 else seen.swapped()

    def _say(self) -> None:
        """What the merge would do, in one sentence or two."""
        if self._pair is None:
            return
        compared = self.compared()
        parts = [
            _("保留 {code}；{gone} 并入它，移到“已删除”，编号记为曾用编号。").format(
                code=compared.survivor.code, gone=compared.absorbed.code
            )
        ]
        if compared.raises_level and compared.absorbed.level is not None:
            parts.append(
                _("等级沿用较重的一级：{level}，连同评估依据。").format(
                    level=_(compared.absorbed.level.label)
                )
            )
        self.summary.setText(" ".join(parts))

    def _set_ready(self, *, ready: bool) -> None:
        allowed = ready and not self._busy and Permission.EDIT in self._desk.app.actor.permissions
        self.merge_button.setEnabled(allowed)
        self.apart_button.setEnabled(allowed)
        for button in self.keep:
            button.setEnabled(ready)

    # -- deciding -------------------------------------------------------------------------------

    def merge(self) -> None:
        """Make one record of the two."""
        if self._pair is None or self._busy:
            return
        compared = self.compared()
        wanted = self.fields.taken_from(1 if self._group.checkedId() == 0 else 0)
        service = self._desk.app.merging
        self._set_busy(busy=True)
        self._desk.run(
            lambda _job: service.merge(compared, wanted),
            title=_("正在合并…"),
            on_success=self._merged,
            on_failure=self._not_merged,
            quiet=True,
        )

    def _merged(self, outcome: Regrouping) -> None:
        desk, kept = self._desk, outcome.kept
        text = _("合并到“{name}”").format(name=kept.name)
        step = Regrouped(text, desk.app.reshaping, outcome)
        desk.history.add(step, outcome.after)
        desk.announce(outcome.changes)
        desk.notify(
            _("已合并为“{name}”（{code}）。").format(name=kept.name, code=kept.code),
            "success",
            action=_("撤销"),
            callback=partial(desk.history.undo_step, step),
        )
        self.merged.emit(outcome)
        self.close()

    def _not_merged(self, error: BaseException) -> None:
        self._set_busy(busy=False)
        self._desk.show_error(error)
        self.reload()

    def _unreadable(self, error: BaseException) -> None:
        self._desk.show_error(error)
        if isinstance(error, NotFoundError):
            self.close()  # one of the two is gone: there is nothing to compare

    def _part(self) -> None:
        self.parted.emit()
        self.close()

    def _set_busy(self, *, busy: bool) -> None:
        self._busy = busy
        self._set_ready(ready=not busy)

    def done(self, result: int) -> None:
        """However it ends, stop painting before the maps go."""
        self.maps.close_down()
        super().done(result)


def _about(hazard: Hazard) -> str:
    """Name and code, then whose it is and who saved it."""
    facts = [each for each in (hazard.township, hazard.unit) if each]
    if hazard.updated_at is not None:
        day = hazard.updated_at.astimezone().date().isoformat()
        facts.append(_("{day} 由 {who} 保存").format(day=day, who=hazard.updated_by))
    return f"{hazard.name}（{hazard.code}）\n{' · '.join(facts)}"
