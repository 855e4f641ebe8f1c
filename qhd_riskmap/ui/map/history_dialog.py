"""Everything that happened to one hazard: who, when, what; side by side on the map; and back again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QSplitter,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.attachment import Attachment
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.record_changes import changes_between
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.history import PastOfHazard
from qhd_riskmap.storage.hazard_history import HazardVersion
from qhd_riskmap.ui.map.version_maps import VersionMaps
from qhd_riskmap.ui.toolkit.comparison_table import comparison_table
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Restated
from qhd_riskmap.ui.toolkit.hit_list import Hit, HitList
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_SIZE: Final = (1020, 640)
_LIST_WIDTH: Final = 280
_ACTIONS: Final = {
    "add": (N_("登记"), "plus-circle-outline"),
    "save": (N_("修改"), "pencil-outline"),
    "assess": (N_("评估"), "clipboard-check-outline"),
    "delete": (N_("删除"), "delete-outline"),
    "restore": (N_("恢复"), "restore"),
}
_OTHER_ACTION: Final = (N_("变更"), "pencil-outline")


class HistoryDialog(QDialog):
    """Revisions and files on the left; maps and differences of the chosen one on the right."""

    def __init__(self, desk: Desk, hazard: Hazard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("历史：{name}").format(name=hazard.name))
        self.resize(*_SIZE)
        self._desk = desk
        self._id: UUID = hazard.id
        self._versions: tuple[HazardVersion, ...] = ()
        self.dialog: QMessageBox | None = None
        self._build()
        self.reload()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.list = HitList(most_shown=1000)
        self.list.setObjectName("history-list")
        self.list.setAccessibleName(_("各版本"))
        self.list.currentRowChanged.connect(self._choose)
        self.maps = VersionMaps()
        self.note = QLabel()
        self.note.setObjectName("history-note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.against_now = QCheckBox(_("与现在比较"))
        self.against_now.setObjectName("history-against-now")
        self.against_now.toggled.connect(self._choose)
        self.table = comparison_table(
            "history-differences", _("变化的内容"), (_("项目"), _("之前"), _("之后"))
        )
        self.restore_button = QPushButton(_("恢复到这一版"))
        self.restore_button.setObjectName("history-restore")
        self.restore_button.setToolTip(
            _("把这一版的内容存为新的一版；等级和状态不变，历史不会丢失")
        )
        self.restore_button.clicked.connect(self._ask_restore)
        self._lay_out()

    def _lay_out(self) -> None:
        close = QPushButton(_("关闭"))
        close.setObjectName("history-close")
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.against_now)
        foot.addStretch(1)
        foot.addWidget(self.restore_button)
        foot.addWidget(close)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.note)
        column.addWidget(self.maps, 3)
        column.addWidget(self.table, 2)
        column.addLayout(foot)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.list)
        halves.addWidget(right)
        halves.setStretchFactor(1, 1)
        halves.setSizes([_LIST_WIDTH, _SIZE[0] - _LIST_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(halves)

    # -- showing --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the past anew and show its newest revision."""
        service, hazard_id = self._desk.app.history, self._id
        self._desk.run(
            lambda _job: service.of(hazard_id),
            title=_("正在读取历史…"),
            on_success=self._take,
            quiet=True,
        )

    def _take(self, past: PastOfHazard) -> None:
        self._versions = past.versions
        entries = [(each.changed_at, _version_hit(each)) for each in past.versions]
        for file in past.attachments:
            entries += _file_hits(file)
        # The later of two within one second comes first too: sorting keeps their order.
        entries.reverse()
        entries.sort(key=lambda entry: entry[0], reverse=True)
        self.list.show_hits([hit for _when, hit in entries])
        newest = next((n for n, hit in enumerate(self.list.hits()) if hit.key is not None), -1)
        self.list.setCurrentRow(newest)
        self.list.setMinimumHeight(0)
        self.list.setMaximumHeight(16_777_215)
        self._choose()

    def chosen(self) -> HazardVersion | None:
        """The revision chosen in the list."""
        hit = self.list.hit_at(self.list.currentRow())
        key = hit.key if hit is not None else None
        return next((each for each in self._versions if each.revision == key), None)

    def _choose(self, *_changed: object) -> None:
        version = self.chosen()
        newest = self._versions[-1] if self._versions else None
        self.restore_button.setEnabled(
            version is not None
            and version is not newest
            and Permission.EDIT in self._desk.app.actor.permissions
        )
        if version is None or newest is None:
            self.note.setText(_("照片和文件的增减不改变隐患的内容。") if self._versions else "")
            self._fill(())
            return
        before, after = self._pair(version, newest)
        words = _("第 {revision} 版：{when} {who} {action}")
        self.note.setText(
            words.format(
                revision=version.revision,
                when=_moment(version.changed_at),
                who=version.changed_by,
                action=_action(version)[0],
            )
        )
        self.maps.show_versions(before, after)
        self._fill([(c.label, c.before, c.after) for c in changes_between(before, after)])

    def _pair(self, version: HazardVersion, newest: HazardVersion) -> tuple[Hazard | None, Hazard]:
        """What stands on the left and on the right."""
        if self.against_now.isChecked():
            return version.hazard, newest.hazard
        earlier = [each for each in self._versions if each.revision < version.revision]
        return (earlier[-1].hazard if earlier else None), version.hazard

    def _fill(self, rows: Sequence[tuple[str, str, str]]) -> None:
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                item = QTableWidgetItem(text or ("—" if place else ""))
                item.setToolTip(plain_tip(text))
                self.table.setItem(number, place, item)

    # -- restoring ------------------------------------------------------------------------------

    def _ask_restore(self) -> None:
        version = self.chosen()
        if version is None:
            return
        words = _("把第 {revision} 版（{when}）的内容存为新的一版？等级和状态不变。").format(
            revision=version.revision, when=_moment(version.changed_at)
        )
        box = QMessageBox(QMessageBox.Icon.Question, _("恢复到这一版"), words, parent=self)
        box.setObjectName("confirm-restore")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        yes = box.addButton(_("恢复"), QMessageBox.ButtonRole.AcceptRole)
        yes.setObjectName("confirm-restore-yes")
        box.addButton(_("取消"), QMessageBox.ButtonRole.RejectRole)
        yes.clicked.connect(partial(self.restore, version.revision))
        self.dialog = box
        box.open()

    def restore(self, revision: int, *_clicked: object) -> None:
        """Store a past revision as a new one."""
        service, known = self._desk.app.history, self._versions[-1].revision
        self._desk.run(
            lambda _job: service.restore_version(self._id, revision, known=known),
            title=_("正在恢复…"),
            on_success=partial(self._restored, revision),
            on_failure=self._not_restored,
            quiet=True,
        )

    def _restored(self, revision: int, result: tuple[Hazard, Hazard, Changes]) -> None:
        before, after, changes = result
        words = _("“{name}”恢复到第 {revision} 版").format(name=after.name, revision=revision)
        if before.deleted_at is None:
            self._desk.history.add(Restated(words, before, after), [after])
        self._desk.announce(changes)
        self._desk.notify(_("已将{step}。").format(step=words), "success")
        self.reload()

    def _not_restored(self, error: BaseException) -> None:
        self._desk.show_error(error)
        self.reload()

    def done(self, result: int) -> None:
        """However it ends, stop painting before the maps go."""
        self.maps.close_down()
        super().done(result)


def _moment(instant: datetime) -> str:
    return instant.astimezone().strftime("%Y-%m-%d %H:%M")


def _action(version: HazardVersion) -> tuple[str, str]:
    words, icon_name = _ACTIONS.get(version.action, _OTHER_ACTION)
    return _(words), icon_name


def _version_hit(version: HazardVersion) -> Hit:
    words, icon_name = _action(version)
    return Hit(
        key=version.revision,
        title=_("第 {revision} 版　{action}").format(revision=version.revision, action=words),
        detail=f"{_moment(version.changed_at)}　{version.changed_by}",
        icon_name=icon_name,
    )


def _file_hits(file: Attachment) -> list[tuple[datetime, Hit]]:
    hits = [(file.added_at, _file_hit(_("添加 {name}"), file, file.added_at, file.added_by))]
    if file.removed_at is not None:
        gone = _file_hit(_("移除 {name}"), file, file.removed_at, file.removed_by)
        hits.append((file.removed_at, gone))
    return hits


def _file_hit(words: str, file: Attachment, when: datetime, who: str) -> Hit:
    return Hit(
        key=None,
        title=words.format(name=file.name),
        detail=f"{_moment(when)}　{who}",
        icon_name="paperclip",
    )
