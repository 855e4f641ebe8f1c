"""All decisions about single records: which are in force, which were, and the way to each record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.release_decision import stricter_classes
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.release_decisions import DecidedRecord
from qhd_riskmap.ui.map.decision_dialog import DecisionDialog
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.renewal import Renewal
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_SIZE: Final = (1140, 560)
_SEARCH_WIDTH: Final = 240
Listed = tuple[DecidedRecord, bool]  # a decision, and whether it is in force


def _direction(row: Listed) -> str:
    if not row[1]:
        return _("不再有效")
    kind = taxonomy().get(row[0].hazard.type_key)
    strict = row[0].decision.release_class in stricter_classes(kind)
    return _("从严") if strict else _("放宽")


_COLUMNS: Final = (
    ListColumn(title=N_("名称"), text=lambda r: r[0].hazard.name, width=0),
    ListColumn(title=N_("编号"), text=lambda r: r[0].hazard.code, width=140),
    ListColumn(title=N_("类型"), text=lambda r: type_label(r[0].hazard.type_key), width=96),
    ListColumn(title=N_("公开方式"), text=lambda r: _(r[0].decision.release_class.label), width=140),
    ListColumn(title=N_("状态"), text=_direction, width=72),
    ListColumn(title=N_("审核人"), text=lambda r: r[0].decision.reviewer, width=72),
    ListColumn(title=N_("日期"), text=lambda r: r[0].decision.decided_on.isoformat(), width=92),
    ListColumn(title=N_("依据"), text=lambda r: r[0].decision.basis, width=0),
    ListColumn(title=N_("理由"), text=lambda r: r[0].decision.reason, width=0),
    ListColumn(title=N_("记录人"), text=lambda r: r[0].decision.recorded_by, width=72),
)  # fmt: skip


class DecisionsDialog(QDialog):
    """The list, newest first."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("release-decisions")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("逐条公开方式"))
        self._desk = desk
        self._rows: list[Listed] = []
        self._renewal = Renewal(self._read, self)
        self.dialog: DecisionDialog | None = None
        self._build()
        size_on_screen(self, *_SIZE)
        desk.changed.connect(self._changed)
        self._renewal.ask()

    def _build(self) -> None:
        self.model = ListModel(_COLUMNS)
        self.table = ListTable(self.model, "decisions-table", _("逐条公开方式的决定"))
        self.table.opened.connect(self.open_row)
        self.table.chosen.connect(lambda _row: self._enable())
        self.search = QLineEdit()
        self.search.setObjectName("decisions-search")
        self.search.setAccessibleName(_("查找"))
        self.search.setPlaceholderText(_("查找"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        self.search.textChanged.connect(self.model.set_text)
        self.only = QCheckBox(_("只看有效的"))
        self.only.setObjectName("decisions-only")
        self.only.setChecked(True)
        self.only.toggled.connect(self._fill)
        self.note = words(role="muted", name="decisions-note")
        self.open_button = push_button(_("打开…"), "decisions-open", self._open_current)
        self.back_button = push_button(
            _("收回…"), "decisions-withdraw", self._withdraw_current, glyph="undo-variant"
        )
        self.map_button = push_button(
            _("在地图上看"), "decisions-map", self._to_map, glyph="map-marker-radius-outline"
        )
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_M)
        for widget in (self.search, self.only, self.note):
            bar.addWidget(widget)
        bar.setStretch(2, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        for button in (self.open_button, self.back_button, self.map_button):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(push_button(_("关闭"), "decisions-close", self.close))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(
            words(
                _("要对一条记录作决定：在地图上选中它，点详情上方的“公开方式”，或在列表里右击它。"),
                role="muted",
            )
        )
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self._enable()

    # -- showing --------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        if changes.releases or changes.hazards:
            self._renewal.ask()

    def _read(self) -> JobHandle:
        service = self._desk.app.release_decisions

        def work(_job: JobContext) -> list[Listed]:
            counting = {(each.hazard.id, each.decision) for each in service.in_force()}
            return [
                (each, (each.hazard.id, each.decision) in counting) for each in service.recorded()
            ]

        return self._desk.run(work, title=_("正在读取决定…"), on_success=self.show_rows, quiet=True)

    def show_rows(self, rows: Sequence[Listed]) -> None:
        """Show decisions."""
        self._rows = list(rows)
        self._fill()

    def _fill(self) -> None:
        self.model.show_rows(row for row in self._rows if row[1] or not self.only.isChecked())
        valid = sum(row[1] for row in self._rows)
        self.note.setText(
            _("有效 {n} 条，共记录 {all} 次决定。").format(n=valid, all=len(self._rows))
            if self._rows
            else _("还没有逐条的决定，全部按类型公开。")
        )
        self._enable()

    def _enable(self) -> None:
        row: Listed | None = self.table.current()
        for button in (self.open_button, self.map_button):
            button.setEnabled(row is not None)
        self.back_button.setEnabled(row is not None and row[1])
        permit(self.back_button, Permission.RELEASE, self._desk.app.actor.permissions)

    # -- doing ----------------------------------------------------------------------------------

    def open_row(self, row: Listed, *, withdraw: bool = False) -> None:
        """Open the record of a decision."""
        key = str(row[0].hazard.id)
        self.dialog = DecisionDialog(self._desk, key, self, withdraw=withdraw)
        self.dialog.open()

    def _open_current(self) -> None:
        row = self.table.current()
        if row is not None:
            self.open_row(row)

    def _withdraw_current(self) -> None:
        row = self.table.current()
        if row is not None:
            self.open_row(row, withdraw=True)

    def _to_map(self) -> None:
        row = self.table.current()
        if row is not None:
            self._desk.selection.set([str(row[0].hazard.id)], by=self)
            self._desk.go_to("map")
            self.close()
