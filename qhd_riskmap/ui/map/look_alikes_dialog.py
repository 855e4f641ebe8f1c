"""待合并: the pairs of records that may be one thing, to be merged or told apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.look_alikes import LookAlikes, likeness_words
from qhd_riskmap.storage.look_alike_repository import StoredPair
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.record_merge_dialog import RecordMergeDialog
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.renewal import Renewal
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

LOOK_ALIKES: Final = Command(
    id="register.look-alikes", title=N_("待合并的隐患(&L)…"), menu="page", icon="compare"
)
_SIZE: Final = (1120, 600)
_SEARCH_WIDTH: Final = 240
_COLUMNS: Final = (
    ListColumn(title=N_("先登记的"), text=lambda p: p.earlier.name, width=0),
    ListColumn(title=N_("编号"), text=lambda p: p.earlier.code, width=160),
    ListColumn(title=N_("后登记的"), text=lambda p: p.later.name, width=0),
    ListColumn(title=N_("编号"), text=lambda p: p.later.code, width=160),
    ListColumn(title=N_("类型"), text=lambda p: type_label(p.type_key), width=120),
    ListColumn(title=N_("为什么"), text=lambda p: likeness_words(p.likeness), width=150),
    ListColumn(
        title=N_("相距"),
        text=lambda p: length_text(p.metres),
        key=lambda p: p.metres,
        width=84,
        right=True,
    ),
    ListColumn(title=N_("发现于"), text=lambda p: _day(p.found_at), width=92),
)


class LookAlikesDialog(QDialog):
    """The list; each pair opens side by side."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("look-alikes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("待合并的隐患"))
        size_on_screen(self, *_SIZE)
        self._desk = desk
        self._found = LookAlikes(open=(), parted=())
        self._renewal = Renewal(self._read, self)
        self.dialog: RecordMergeDialog | None = None
        self._build()
        desk.changed.connect(self._changed)
        self.reload()

    def _build(self) -> None:
        self.model = ListModel(_COLUMNS)
        self.table = ListTable(self.model, "look-alikes-table", _("待合并的隐患"))
        self.table.opened.connect(self.compare)
        self.table.chosen.connect(lambda _pair: self._enable())
        self.search = QLineEdit()
        self.search.setObjectName("look-alikes-search")
        self.search.setAccessibleName(_("查找"))
        self.search.setPlaceholderText(_("查找"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        self.search.textChanged.connect(self.model.set_text)
        self.apart = QCheckBox(_("看已判定“不是同一处”的"))
        self.apart.setObjectName("look-alikes-parted")
        self.apart.toggled.connect(self._fill)
        self.note = words(role="muted", name="look-alikes-note")
        self.compare_button = push_button(
            _("对照合并…"),
            "look-alikes-compare",
            self._compare_current,
            glyph="compare",
            primary=True,
        )
        self.part_button = push_button(
            _("不是同一处"), "look-alikes-part", self._part_selected, glyph="call-split"
        )
        self.again_button = push_button(
            _("重新列为待合并"), "look-alikes-again", self._list_again, glyph="undo-variant"
        )
        self.map_button = push_button(
            _("在地图上看"), "look-alikes-map", self._show_on_map, glyph="map-marker-radius-outline"
        )
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_M)
        bar.addWidget(self.search)
        bar.addWidget(self.apart)
        bar.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        for button in (self.compare_button, self.part_button, self.again_button, self.map_button):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(push_button(_("关闭"), "look-alikes-close", self.close))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(bar)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
        self.table.setFocus()
        self._enable()

    # -- showing --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the pairs anew."""
        self._renewal.ask()

    def _read(self) -> JobHandle:
        service = self._desk.app.look_alikes
        return self._desk.run(
            lambda _job: service.all(),
            title=_("正在读取待合并的隐患…"),
            on_success=self._take,
            quiet=True,
        )

    def _take(self, found: LookAlikes) -> None:
        self._found = found
        self._fill()

    def _fill(self) -> None:
        shown = self._found.parted if self.apart.isChecked() else self._found.open
        current = self.table.current()
        last = max(self.table.currentIndex().row(), 0)
        self.model.show_rows(shown)
        if not (current and self.table.choose(lambda pair: pair.key == current.key)) and shown:
            # The next one is at hand where the pair just settled was.
            self.table.selectRow(min(last, self.model.rowCount() - 1))
        self.note.setText(self._words(shown))
        self._enable()

    def _words(self, shown: Sequence[StoredPair]) -> str:
        if self.apart.isChecked():
            return _("{n} 对已判定不是同一处；可以重新列为待合并。").format(n=f"{len(shown):,}")
        if not shown:
            return _("没有待合并的隐患。导入时发现与已登记的可能是同一处的行，会列在这里。")
        return _("{n} 对可能是同一处，双击逐项对照；不是同一处的请说明，以后不再列出。").format(
            n=f"{len(shown):,}"
        )

    def _enable(self) -> None:
        chosen, parted = self.table.selected(), self.apart.isChecked()
        may = Permission.EDIT in self._desk.app.actor.permissions
        self.compare_button.setEnabled(len(chosen) == 1)
        self.part_button.setEnabled(bool(chosen) and may)
        self.part_button.setVisible(not parted)
        self.again_button.setEnabled(bool(chosen) and may)
        self.again_button.setVisible(parted)
        self.map_button.setEnabled(bool(chosen))

    def _changed(self, changes: Changes) -> None:
        if changes.look_alikes or changes.hazards:
            self.reload()

    # -- deciding -------------------------------------------------------------------------------

    def compare(self, pair: StoredPair) -> None:
        """Lay the two records of a pair side by side."""
        dialog = RecordMergeDialog(self._desk, pair.earlier.id, pair.later.id, self)
        dialog.parted.connect(lambda: self._part([pair.key]))
        self.dialog = dialog
        dialog.open()

    def _compare_current(self) -> None:
        pair = self.table.current()
        if pair is not None:
            self.compare(pair)

    def _part_selected(self) -> None:
        self._part([pair.key for pair in self.table.selected()])

    def _list_again(self) -> None:
        self._part([pair.key for pair in self.table.selected()], apart=False)

    def _part(self, keys: Sequence[int], *, apart: bool = True) -> None:
        desk, service = self._desk, self._desk.app.look_alikes

        def done(result: tuple[int, Changes]) -> None:
            count, changes = result
            desk.announce(changes)
            said = _("{n} 对记为不是同一处。") if apart else _("{n} 对重新列为待合并。")
            desk.notify(said.format(n=count), "success")

        desk.run(
            lambda _job: service.part(keys, apart=apart),
            title=_("正在保存…"),
            on_success=done,
            quiet=True,
        )

    def _show_on_map(self) -> None:
        pairs = self.table.selected()
        ids = [str(each.id) for pair in pairs for each in (pair.earlier, pair.later)]
        self._desk.selection.set(list(dict.fromkeys(ids)), by=self)
        self._desk.go_to("map")
        self.close()


def open_look_alikes(desk: Desk, owner: QWidget) -> LookAlikesDialog:
    """Show the list over the window of a page."""
    dialog = LookAlikesDialog(desk, owner.window())
    dialog.open()
    return dialog


def _day(instant: datetime) -> str:
    return instant.astimezone().date().isoformat()
