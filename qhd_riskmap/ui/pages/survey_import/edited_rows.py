"""Records of a batch that somebody has worked on since: each is kept or goes with the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_batches import BatchRow
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_COLUMNS: Final = (
    ListColumn(title=N_("名称"), text=lambda row: row.name, width=220),
    ListColumn(title=N_("编号"), text=lambda row: row.code, width=160),
    ListColumn(title=N_("为什么要问"), text=lambda row: row.reason, width=0),
)
_KEPT_COLUMNS: Final = (
    *_COLUMNS[:2],
    ListColumn(title=N_("为什么没有动"), text=lambda row: row.reason, width=0),
)
_KEPT_SIZE: Final = (640, 420)


class EditedRows(QWidget):
    """A list with ticks: ticked ones are kept as they are.

    Signals:
        decided: Other rows are kept.
    """

    decided = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[BatchRow, ...] = ()
        self._kept: set[UUID] = set()
        self.model = ListModel(_COLUMNS, checked=lambda row: row.id in self._kept)
        self.model.ticked.connect(self._tick)
        self.table = ListTable(self.model, "edited-rows", _("导入后又改过的"))
        self.note = words(name="edited-note")
        self.keep_all = push_button(_("全部保留"), "edited-keep", self._keep_all)
        self.keep_none = push_button(_("全部一并处理"), "edited-include", self._keep_none)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        bar.addWidget(self.note, 1)
        bar.addWidget(self.keep_all)
        bar.addWidget(self.keep_none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(bar)
        column.addWidget(self.table, 1)

    def show_rows(self, rows: Sequence[BatchRow]) -> None:
        """Show records; what nobody has decided about is kept."""
        known = {row.id for row in self._rows}
        self._kept = {row.id for row in rows if row.id in self._kept or row.id not in known}
        self._rows = tuple(rows)
        self.model.show_rows(rows)
        self.setVisible(bool(rows))
        self._say()

    @property
    def asked(self) -> frozenset[UUID]:
        """Everything that was shown."""
        return frozenset(row.id for row in self._rows)

    @property
    def kept(self) -> frozenset[UUID]:
        """What stays as it is."""
        return frozenset(self._kept)

    def _tick(self, rows: Collection[BatchRow], on: bool) -> None:  # noqa: FBT001 - from a signal
        ids = {row.id for row in rows}
        self._kept = self._kept | ids if on else self._kept - ids
        self._changed()

    def _keep_all(self) -> None:
        self._kept = set(self.asked)
        self._changed()

    def _keep_none(self) -> None:
        self._kept = set()
        self._changed()

    def _changed(self) -> None:
        self.model.refresh()
        self._say()
        self.decided.emit()

    def _say(self) -> None:
        self.note.setText(
            _("这 {n} 条在导入后有人改过、评估过或附了文件。打勾的保留不动（{kept} 条）。").format(
                n=f"{len(self._rows):,}", kept=f"{len(self._kept):,}"
            )
        )


def kept_dialog(rows: Sequence[BatchRow], said: str, parent: QWidget) -> QDialog:
    """Lists the records that were left as they are, each with the reason."""
    dialog = QDialog(parent)
    dialog.setObjectName("kept-rows")
    dialog.setWindowTitle(_("保留未动的隐患"))
    size_on_screen(dialog, *_KEPT_SIZE)
    model = ListModel(_KEPT_COLUMNS)
    model.setParent(dialog)
    model.show_rows(rows)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
    column.setSpacing(SPACE_S)
    column.addWidget(words(said, name="kept-note"))
    column.addWidget(ListTable(model, "kept-table", _("保留未动的隐患")), 1)
    foot = QHBoxLayout()
    foot.addStretch(1)
    foot.addWidget(push_button(_("关闭"), "kept-close", dialog.close))
    column.addLayout(foot)
    return dialog
