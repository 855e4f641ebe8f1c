"""How one sheet is understood, column by column, and the officer's word on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.survey_headers import NO_CHOICE, ColumnChoice
from qhd_riskmap.domain.survey_sheet import column_letters
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_column_choices import (
    field_groups,
    still_missing,
    swapped_axes,
    taking,
    tried,
)
from qhd_riskmap.services.survey_layout import Layouts, first_rows, shown_columns
from qhd_riskmap.services.survey_preview import ImportPreview
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.ui.pages.survey_import.columns_view import ColumnsModel, ColumnsTable
from qhd_riskmap.ui.pages.survey_import.session import ImportSession, SheetKey
from qhd_riskmap.ui.pages.survey_import.table_names import table_names
from qhd_riskmap.ui.toolkit.keyed_table import dress_table
from qhd_riskmap.ui.toolkit.page_parts import (
    plain_tip,
    push_button,
    set_role,
    size_on_screen,
    words,
)
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S, theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_NO_PARENT: Final = QModelIndex()
_SIZE: Final = (1000, 680)
_PREVIEW_HEIGHT: Final = 190
_SEARCHED_ROWS: Final = 60
_DEEPEST: Final = 3
_TINT: Final = 60
_COLUMN_WIDTH: Final = 110


def sheet_key(reading: SheetReading) -> SheetKey:
    """By which a sheet is named all over an import."""
    return reading.sheet.file, reading.sheet.name


def columns_dialog(
    reading: SheetReading, preview: ImportPreview, session: ImportSession, parent: QWidget
) -> ColumnsDialog:
    """The dialog for one table of a preview."""
    key = sheet_key(reading)
    every = [*preview.readings, *preview.passed_over]
    names = dict(zip(map(id, every), table_names(every), strict=True))
    dialog = ColumnsDialog(
        reading,
        session.layouts.get(key, NO_CHOICE),
        preview.layouts,
        several=sum(sheet_key(other) == key for other in every) > 1,
        parent=parent,
    )
    dialog.setWindowTitle(_("列对应：{sheet}").format(sheet=names[id(reading)]))
    return dialog


class ColumnsDialog(QDialog):
    """Header row, type and meaning of every column of one table.

    Signals:
        confirmed: How the sheet is to be read (`ColumnChoice`).
    """

    confirmed = Signal(object)

    def __init__(
        self,
        reading: SheetReading,
        choice: ColumnChoice,
        layouts: Layouts,
        *,
        several: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("columns-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.choice = choice
        self._reading = reading
        self._layouts = layouts
        size_on_screen(self, *_SIZE)
        self.preview = PreviewModel(reading)
        self.rows = PreviewTable(self.preview)
        self.rows.pointed.connect(self._point_at)
        self.model = ColumnsModel()
        self.model.chosen.connect(self._take)
        self.table = ColumnsTable(self.model)
        self.table.selectionModel().currentRowChanged.connect(self._show_column)
        self.header = QSpinBox()
        self.deep = QSpinBox()
        self.type_box = ChoiceBox()
        self.status = words(name="columns-status")
        self._several = several
        self._make_controls()
        self._lay_out()
        self._renew()
        self.table.begin()

    # -- parts ----------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        sheet = self._reading.sheet
        first = sheet.first_row
        self.header.setObjectName("columns-header-row")
        self.header.setAccessibleName(_("表头在第几行"))
        # The least value means that the program looks for it.
        self.header.setRange(first - 1, first + min(sheet.height, _SEARCHED_ROWS) - 1)
        self.header.setValue(self.choice.header_row or first - 1)
        self.header.valueChanged.connect(self._move_header)
        self.deep.setObjectName("columns-header-depth")
        self.deep.setAccessibleName(_("表头占几行"))
        self.deep.setRange(1, _DEEPEST)
        self.deep.valueChanged.connect(self._move_header)
        self.type_box.setObjectName("columns-type")
        self.type_box.setAccessibleName(_("整张表的隐患类型"))
        self.type_box.addItem("", "")
        for kind in taxonomy().types:
            self.type_box.addItem(_(kind.label), kind.key)
        self.type_box.setCurrentIndex(max(self.type_box.findData(self.choice.type_key), 0))
        self.type_box.activated.connect(self._choose_type)
        self.swap = push_button(
            _("对调坐标两列"), "columns-swap", self._swap, glyph="swap-horizontal"
        )
        self.swap.setToolTip(_("经度和纬度、X 和 Y 写反了的表"))
        self.reset = push_button(_("恢复自动识别"), "columns-reset", self._reset, glyph="restore")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        controls: tuple[tuple[str, QWidget], ...] = (
            (_("表头行(&R)"), self.header),
            (_("占几行(&N)"), self.deep),
            (_("隐患类型(&K)"), self.type_box),
        )
        for text, control in controls:
            label = QLabel(text)
            label.setBuddy(control)
            head.addWidget(label)
            head.addWidget(control)
        head.addStretch(1)
        head.addWidget(self.swap)
        head.addWidget(self.reset)
        hint = _("双击下面的一行，把它定为表头。点“认作”一列改含义，也可以直接打字查找。")
        if self._several:
            hint += _(
                "这张工作表有几个表：指定表头行后整张按一个表读入，指定类型后各表都是这一类。"
            )
        buttons = QDialogButtonBox()
        self.ok = push_button(_("按此重读"), "columns-ok", self._confirm, primary=True)
        self.ok.setDefault(True)
        cancel = push_button(_("取消"), "columns-cancel", self.reject)
        buttons.addButton(self.ok, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        self.rows.setFixedHeight(_PREVIEW_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(words(hint, role="muted"))
        column.addWidget(self.rows)
        column.addWidget(self.table, 1)
        column.addWidget(self.status)
        column.addWidget(
            words(_("提交入库后按报送单位和表头记住，下次同样的表自动照办。"), role="muted")
        )
        column.addWidget(buttons)
        order: tuple[QWidget, ...] = (
            self.header,
            self.deep,
            self.type_box,
            self.rows,
            self.table,
            self.ok,
            cancel,
        )
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        self.table.setFocus()

    # -- the officer's word ---------------------------------------------------------------------

    def _take(self, header: str, key: str) -> None:
        fields = taking(self.choice.fields, self.model.columns, header, key)
        self._say(replace(self.choice, fields=fields))

    def _swap(self) -> None:
        self._say(replace(self.choice, fields=swapped_axes(self.choice.fields, self.model.columns)))

    def _choose_type(self, *_row: object) -> None:
        self._say(replace(self.choice, type_key=str(self.type_box.currentData())))

    def _point_at(self, number: int) -> None:
        self.header.setValue(number)

    def _move_header(self, *_value: object) -> None:
        found = self.header.value()
        row = found if found > self.header.minimum() else 0
        # The depth that was found belongs to the header that was found.
        depth = self.deep.value() if row and self.choice.header_row else 1
        self._say(replace(self.choice, header_row=row, header_depth=depth))

    def _reset(self) -> None:
        """As the program reads it: without what was said now, nor before of such headers."""
        plain = tried(self._reading, NO_CHOICE, self._layouts).mapping
        before = plain is not None and plain.remembered
        self._say(ColumnChoice(afresh=True) if before else NO_CHOICE)

    def _say(self, choice: ColumnChoice) -> None:
        self.choice = choice
        self._reading = tried(self._reading, choice, self._layouts)
        self._renew()

    def _confirm(self) -> None:
        self.confirmed.emit(self.choice)
        self.accept()

    # -- showing --------------------------------------------------------------------------------

    def _renew(self) -> None:
        mapping, choice = self._reading.mapping, self.choice
        header = mapping.header if mapping is not None else None
        first = self._reading.sheet.first_row
        found = header.bottom - header.top + 1 if header is not None else 1
        for box, value in (
            (self.header, choice.header_row or self.header.minimum()),
            (self.deep, choice.header_depth if choice.header_row else found),
        ):
            box.blockSignals(True)  # noqa: FBT003 - Qt's signature
            box.setValue(value)
            box.blockSignals(False)  # noqa: FBT003
        self.deep.setEnabled(bool(choice.header_row))
        self.header.setSpecialValueText(
            _("自动（第 {row} 行）").format(row=first + header.top)
            if header is not None and not choice.header_row
            else _("自动")
        )
        own = mapping.type_key if mapping is not None and not choice.type_key else ""
        name = _(taxonomy().get(own).label) if own else _("由表里的内容决定")
        self.type_box.setItemText(0, _("自动（{type}）").format(type=name))
        self.type_box.setCurrentIndex(max(self.type_box.findData(choice.type_key), 0))
        self.table.fields.groups = field_groups(mapping)
        self.model.show_columns(shown_columns(self._reading))
        self.preview.show_reading(self._reading)
        axes = swapped_axes({}, self.model.columns)
        self.swap.setEnabled(bool(axes))
        remembered = mapping is not None and mapping.remembered
        self.reset.setEnabled(remembered or replace(choice, afresh=False) != NO_CHOICE)
        self._show_status()

    def _show_status(self) -> None:
        missing = still_missing(self._reading.mapping)
        known = sum(bool(column.key) for column in self.model.columns)
        if missing:
            self.status.setText(_("还缺：{what}。").format(what=_("；").join(missing)))
        else:
            self.status.setText(
                _("名称、坐标、类型都有了；认出 {n} 列，其余 {rest} 列保留为附加属性。").format(
                    n=known, rest=len(self.model.columns) - known
                )
            )
        set_role(self.status, "warning" if missing else "success")

    def _show_column(self, current: QModelIndex, *_before: object) -> None:
        if current.isValid():
            self.preview.mark(self.model.columns[current.row()].column)
            self.rows.scrollTo(
                self.preview.index(0, self.preview.marked), QTableView.ScrollHint.EnsureVisible
            )


class PreviewModel(QAbstractTableModel):
    """The first rows of a table as they stand in the file."""

    def __init__(self, reading: SheetReading) -> None:
        super().__init__()
        self._rows: Sequence[tuple[int, tuple[str, ...]]] = ()
        self._letters: Sequence[str] = ()
        self._header: range = range(0)
        self.marked = -1
        self.show_reading(reading)

    def show_reading(self, reading: SheetReading) -> None:
        """Show the rows of a reading, its header marked."""
        self.beginResetModel()
        sheet = reading.sheet
        self._rows = first_rows(reading)
        self._letters = [column_letters(sheet.first_column + at) for at in range(sheet.width)]
        header = reading.mapping.header if reading.mapping is not None else None
        self._header = range(header.top, header.bottom + 1) if header is not None else range(0)
        self.endResetModel()

    def mark(self, column: int) -> None:
        """Mark a column."""
        self.marked = column
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self._letters) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Role.BackgroundRole])

    def number_at(self, row: int) -> int:
        """Row number of a row shown."""
        return self._rows[row][0]

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Rows shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Columns of the sheet."""
        return 0 if parent.isValid() else len(self._letters)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Letters above, row numbers at the side."""
        if role != Role.DisplayRole:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return self._letters[section]
        return str(self._rows[section][0])

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Text of a cell; the header is bold and tinted."""
        if role == Role.DisplayRole:
            return self._rows[index.row()][1][index.column()]
        if role == Role.ToolTipRole:
            return plain_tip(self._rows[index.row()][1][index.column()])
        if role == Role.BackgroundRole:
            heading = index.row() in self._header
            if heading or index.column() == self.marked:
                colour = QColor(theme().accent)
                colour.setAlpha(_TINT if heading else _TINT // 3)
                return colour
        if role == Role.FontRole and index.row() in self._header:
            font = QFont()
            font.setBold(True)
            return font
        return None


class PreviewTable(QTableView):
    """The view of the first rows.

    Signals:
        pointed: The officer says that the header is in this row (row number).
    """

    pointed = Signal(int)

    def __init__(self, model: PreviewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("columns-preview")
        self.setAccessibleName(_("表的前几行"))
        self._preview = model
        self.setModel(model)
        dress_table(self)
        self.setSortingEnabled(False)
        self.setAlternatingRowColors(False)
        self.setShowGrid(True)
        self.verticalHeader().show()
        self.horizontalHeader().setDefaultSectionSize(_COLUMN_WIDTH)
        self.horizontalHeader().setSortIndicatorShown(False)
        self.doubleClicked.connect(lambda index: self._point(index.row()))
        self.verticalHeader().sectionDoubleClicked.connect(partial(self._point))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter says what a double click says."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self._point(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _point(self, row: int) -> None:
        self.pointed.emit(self._preview.number_at(row))
