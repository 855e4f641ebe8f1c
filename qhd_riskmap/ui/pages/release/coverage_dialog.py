"""Where has been surveyed for what: the matrix, and recording a cell of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.coverage import CoverageCell, CoverageState, Standing
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_SIZE: Final = (1100, 620)


class CoverageDialog(QDialog):
    """Divisions and townships by hazard types; the chosen cell is recorded below."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("coverage-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("排查范围"))
        self._desk = desk
        self.rows: tuple[Sequence[CoverageCell], ...] = ()
        self.table = QTableWidget()
        self.table.setObjectName("coverage-table")
        self.table.setAccessibleName(_("排查范围"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemSelectionChanged.connect(self._show_chosen)
        self.told = words(role="muted", name="coverage-told")
        self.state = ChoiceBox()
        self.state.setObjectName("coverage-state")
        self.state.setAccessibleName(_("排查情况"))
        for state in CoverageState:
            self.state.addItem(_(Standing(state.value).label), state.value)
        self.on = DateField("coverage-on", _("排查日期"))
        self.by = self._line("coverage-by", _("排查人"))
        self.note = self._line("coverage-note", _("备注"))
        self.record_button = push_button(
            _("登记这一格"), "coverage-record", self.record, primary=True
        )
        self._lay_out()
        size_on_screen(self, *_SIZE)
        self.reload()

    def reload(self) -> None:
        """Read the matrix again."""
        self._desk.run(
            lambda _job: self._desk.app.coverage.matrix(),
            title=_("正在读取排查范围…"),
            on_success=self.show_rows,
            quiet=True,
        )

    def show_rows(self, rows: Sequence[Sequence[CoverageCell]]) -> None:
        """Show the matrix; the chosen cell stays chosen."""
        at = (max(0, self.table.currentRow()), max(0, self.table.currentColumn()))
        self.rows = tuple(rows)
        self.table.setRowCount(len(self.rows))
        self.table.setColumnCount(len(taxonomy().types))
        self.table.setHorizontalHeaderLabels([_(kind.label) for kind in taxonomy().types])
        indent = {True: "　", False: ""}
        names = [indent[bool(row[0].area.county)] + _(row[0].area.name) for row in self.rows]
        self.table.setVerticalHeaderLabels(names)
        for number, row in enumerate(self.rows):
            for column, cell in enumerate(row):
                text = _(cell.standing.label) + (f" · {cell.found}" if cell.found else "")
                self.table.setItem(number, column, QTableWidgetItem(text))
        self.table.setCurrentCell(*at)
        self._show_chosen()

    def chosen(self) -> CoverageCell | None:
        """The cell that is recorded."""
        row, column = self.table.currentRow(), self.table.currentColumn()
        return self.rows[row][column] if 0 <= row < len(self.rows) and column >= 0 else None

    def record(self) -> None:
        """Record what the fields say of the chosen cell."""
        cell = self.chosen()
        if cell is None:
            return
        state = CoverageState(self.state.currentData())
        looked = state is not CoverageState.NOT_SURVEYED
        day, by = (self.on.day(), self.by.text().strip()) if looked else (None, "")
        note = self.note.text().strip()
        self._desk.run(
            lambda _job: self._desk.app.coverage.record(
                cell.area.code, cell.type_key, state, on=day, by=by, note=note
            ),
            title=_("正在登记…"),
            on_success=self._recorded,
        )

    def _recorded(self, changes: Changes) -> None:
        self._desk.announce(changes)
        self.reload()

    def _show_chosen(self) -> None:
        cell = self.chosen()
        self.record_button.setEnabled(cell is not None)
        if cell is None:
            return
        parts = [_(cell.area.name), _(taxonomy().get(cell.type_key).label), _(cell.standing.label)]
        if cell.entry and cell.entry.surveyed_on:
            parts += [cell.entry.surveyed_on.isoformat(), cell.entry.surveyed_by]
        parts.append(_("在库 {n} 处").format(n=cell.found))
        if cell.contradicted:
            parts.append(_("与登记矛盾，请核对"))
        self.told.setText(" · ".join(filter(None, parts)))

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(label)
        line.setPlaceholderText(label)
        return line

    def _lay_out(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(SPACE_S)
        for widget in (self.state, self.on, self.by, self.note, self.record_button):
            fields.addWidget(widget)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.addWidget(
            words(_("未排查不等于没有隐患：没有排查的区域在公开图上画出。数字是在库隐患。"))
        )
        column.addWidget(self.table, 1)
        column.addWidget(self.told)
        column.addLayout(fields)
        column.addWidget(close)
