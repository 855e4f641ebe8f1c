"""Other offices' forms on the desk: which cell takes which figure, kept by name, and the form filled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.cell_mapping import CellMapping, MappedCell, read_cells
from qhd_riskmap.domain.figures import FigureScope
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.summary_forms import FilledCell
from qhd_riskmap.ui.pages.statistics.cell_rows import CellRows
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, size_on_screen, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_FORMS: Final = N_("Excel 工作簿 (*.xlsx *.xlsm)")


class FormDialog(QDialog):
    """Edits the cells of forms and fills a form with the figures of the page."""

    def __init__(self, desk: Desk, scope: FigureScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("form-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("填写上级的汇总表"))
        size_on_screen(self, 980, 560)
        self._desk = desk
        self._scope = scope
        self.workbook: Path | None = None
        self.known: dict[str, CellMapping] = {}
        self.name = QComboBox()
        self.name.setObjectName("form-name")
        self.name.setAccessibleName(_("对应关系的名称"))
        self.name.setEditable(True)
        self.name.activated.connect(self._name_chosen)
        self.rows = CellRows()
        self.message = words(
            _("选一个汇总表，逐行写明哪个单元格填哪个指标，按名称保存，以后每月直接填写。"),
            role="muted", name="form-message",
        )  # fmt: skip
        self.file = words(_("还没有选汇总表"), role="muted", name="form-file", wrap=False)
        self._make_buttons()
        self._lay_out()
        self.reload()

    def _make_buttons(self) -> None:
        self.open_button = push_button(
            _("选择汇总表…"), "form-open", self._ask_workbook, glyph="file-table-outline"
        )
        self.add_button = push_button(_("加一行"), "form-add", self._add, glyph="plus")
        self.remove_button = push_button(
            _("删除行"), "form-remove", self.rows.remove_chosen, glyph="minus"
        )
        self.read_button = push_button(_("读入…"), "form-read", self._ask_read)
        self.write_button = push_button(_("写出…"), "form-write", self._ask_write)
        self.save_button = push_button(_("保存"), "form-save", self.save)
        self.forget_button = push_button(_("删除这一名称"), "form-forget", self.forget)
        self.fill_button = push_button(
            _("填写…"), "form-fill", self._ask_fill, glyph="file-export-outline", primary=True
        )
        held = self._desk.app.actor.permissions
        for button in (self.save_button, self.forget_button):
            permit(button, Permission.EDIT, held)
        permit(self.fill_button, Permission.EXPORT, held)

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        for row in (head, foot):
            row.setSpacing(SPACE_S)
        caption = QLabel(_("名称"))
        caption.setBuddy(self.name)
        head.addWidget(caption)
        head.addWidget(self.name, 1)
        for button in (self.save_button, self.forget_button, self.read_button, self.write_button):
            head.addWidget(button)
        for widget in (self.open_button, self.file):
            foot.addWidget(widget)
        foot.addStretch(1)
        for button in (self.add_button, self.remove_button, self.fill_button):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addWidget(self.rows, 1)
        layout.addLayout(foot)

    # -- mappings -----------------------------------------------------------------------------------

    def reload(self, chosen: str = "") -> None:
        """Read what is kept."""
        service = self._desk.app.summary_forms
        self._desk.run(
            lambda _job: service.mappings(),
            title=_("正在读取对应关系…"),
            on_success=partial(self._show, chosen),
            quiet=True,
        )

    def _show(self, chosen: str, found: Sequence[CellMapping]) -> None:
        self.known = {each.name: each for each in found}
        text = chosen or self.name.currentText()
        self.name.clear()
        self.name.addItems(list(self.known))
        if text not in self.known and self.known and not self.rows.rowCount():
            text = next(iter(self.known))
        self.name.setEditText(text)
        if text in self.known:
            self.rows.show_cells(self.known[text].cells)

    def _name_chosen(self) -> None:
        found = self.known.get(self.name.currentText())
        if found is not None:
            self.rows.show_cells(found.cells)

    def cells(self) -> tuple[MappedCell, ...] | None:
        """The rows, or None after saying what is wrong with them."""
        try:
            found = read_cells(self.rows.entries())
        except RiskMapError as error:
            self._say(error.message, "error")
            return None
        return found

    def save(self) -> None:
        """Keep the rows under the name."""
        cells, name, service = self.cells(), self.name.currentText(), self._desk.app.summary_forms
        if cells is not None:
            self._desk.run(
                lambda _job: service.save(name, cells),
                title=_("正在保存对应关系…"),
                on_success=self._saved,
                on_failure=self._failed,
            )

    def forget(self) -> None:
        """Delete the name and its rows."""
        name, service = self.name.currentText(), self._desk.app.summary_forms
        self._desk.run(
            lambda _job: service.remove(name),
            title=_("正在删除对应关系…"),
            on_success=lambda _done: self._forgotten(name),
            on_failure=self._failed,
        )

    def _forgotten(self, name: str) -> None:
        self.rows.setRowCount(0)
        self.name.setEditText("")
        self._say(_("已删除“{name}”。").format(name=name), "success")
        self.reload()

    def _saved(self, name: str) -> None:
        self._say(_("已保存“{name}”。").format(name=name), "success")
        self.reload(name)

    def _add(self) -> None:
        self.rows.add_row()
        self.rows.setCurrentCell(self.rows.rowCount() - 1, 1)

    def _ask_read(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(
            self, _("读入对应关系"), "", _("对应关系 (*.json *.xlsx *.xls *.ods *.csv)")
        )
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Take the rows from a file; they are kept when they are saved."""
        service = self._desk.app.summary_forms
        self._desk.run(
            lambda _job: service.read_file(path),
            title=_("正在读取对应关系…"),
            on_success=self.rows.show_cells,
            on_failure=self._failed,
        )

    def _ask_write(self) -> None:
        known = self.name.currentText()
        name, _kind = QFileDialog.getSaveFileName(
            self, _("写出对应关系"), f"{known}.json", _("JSON (*.json)")
        )
        if name:
            service, path = self._desk.app.summary_forms, Path(name).with_suffix(".json")
            self._desk.run(
                lambda _job: service.write_file(known, path),
                title=_("正在写出对应关系…"),
                on_failure=self._failed,
            )

    # -- filling ------------------------------------------------------------------------------------

    def _ask_workbook(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("选择汇总表"), "", _(_FORMS))
        if name:
            self.open_workbook(Path(name))

    def open_workbook(self, path: Path) -> None:
        """Take a form: its worksheets can be chosen."""
        service = self._desk.app.summary_forms
        self._desk.run(
            lambda _job: service.sheets(path),
            title=_("正在读取汇总表…"),
            on_success=partial(self._opened, path),
            on_failure=self._failed,
        )

    def _opened(self, path: Path, sheets: tuple[str, ...]) -> None:
        self.workbook = path
        self.file.setText(path.name)
        self.rows.set_sheets(sheets)
        if not self.rows.rowCount():
            self.rows.add_row()

    def _ask_fill(self) -> None:
        if self.workbook is None:
            self._say(_("请先选择汇总表。"), "error")
            return
        month = f"{self._scope.on.year}-{self._scope.on.month:02d}"
        suggested = self.workbook.with_name(f"{self.workbook.stem} {month}{self.workbook.suffix}")
        name, _kind = QFileDialog.getSaveFileName(
            self, _("填好的汇总表"), str(suggested), _(_FORMS)
        )
        if name:
            self.fill(Path(name))

    def fill(self, out: Path) -> None:
        """Write a copy of the form with the figures in it."""
        cells, workbook, scope = self.cells(), self.workbook, self._scope
        if cells is None or workbook is None:
            return
        service = self._desk.app.summary_forms
        file = out if out.suffix else out.with_suffix(workbook.suffix)
        self._desk.run(
            lambda _job: service.fill(workbook, file, cells, scope),
            title=_("正在填写汇总表…"),
            on_success=partial(self._filled, file),
            on_failure=self._failed,
        )

    def _filled(self, path: Path, cells: list[FilledCell]) -> None:
        self._say(
            _("已填写“{name}”，{n} 个单元格。").format(name=path.name, n=len(cells)), "success"
        )

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, RiskMapError):
            self._say(" ".join(filter(None, (error.message, error.hint))), "error")
        else:
            self._desk.show_error(error)

    def _say(self, text: str, role: str) -> None:
        self.message.setText(text)
        set_role(self.message, role)
