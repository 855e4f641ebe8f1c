"""The rows of one table of a preview: filters, the sender's table, what can be done with chosen rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import RowIssue, RowKey
from qhd_riskmap.services.survey_table import RowFilter, TableRows
from qhd_riskmap.ui.pages.survey_import.rows_table import FIRST_CELL, RowsModel, RowsTable
from qhd_riskmap.ui.pages.survey_import.session import ImportSession
from qhd_riskmap.ui.pages.survey_import.sources import SOURCES
from qhd_riskmap.ui.pages.survey_import.table_names import table_names
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_SEARCH_WIDTH: Final = 170


class RowsPanel(QWidget):
    """One table at a time, with what the officer may do about its rows.

    Signals:
        mended: A cell was written: key of the row, column number, text.
        ticked: Rows were chosen or left out: keys, whether chosen.
        datum_given: Rows get a reference of their own: keys, notation, "" for none.
        place_wanted: The place of a row of the table is to be set on the map.
        table_shown: Another table is shown.
        rows_chosen: Other rows of the table are selected.
        undo_wanted: The last correction is to be taken back.
    """

    mended = Signal(object, int, str)
    ticked = Signal(object, bool)
    datum_given = Signal(object, str)
    place_wanted = Signal(int)
    table_shown = Signal()
    rows_chosen = Signal(object)
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tables: Sequence[TableRows] = ()
        self._session = ImportSession()
        self.model = RowsModel()
        self.view = RowsTable(self.model)
        self.model.mended.connect(self._mended)
        self.model.ticked.connect(self.ticked)
        self.view.chosen_rows.connect(self._tell_chosen)
        self.view.asked_about.connect(self._show_menu)
        self.sheets = QComboBox()
        self.sheets.setObjectName("rows-sheet")
        self.sheets.setAccessibleName(_("工作表"))
        self.sheets.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.sheets.setMinimumContentsLength(16)
        self.sheets.currentIndexChanged.connect(self._show_table)
        self.search = QLineEdit()
        self.search.setObjectName("rows-search")
        self.search.setAccessibleName(_("在表里查找"))
        self.search.setPlaceholderText(_("在表里查找"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        self.search.textChanged.connect(self._apply_filter)
        self.all_on = push_button(_("全选"), "rows-all", partial(self.model.tick_shown, on=True))
        self.all_off = push_button(
            _("全不选"), "rows-none", partial(self.model.tick_shown, on=False)
        )
        self.undo = push_button(
            _("撤回修改"), "rows-undo", self.undo_wanted.emit, glyph="undo-variant"
        )
        self._build()

    def _build(self) -> None:
        self.filters: dict[RowFilter, QToolButton] = {}
        self._group = QButtonGroup(self)
        top = QHBoxLayout()
        top.setSpacing(SPACE_XS)
        for wanted in RowFilter:
            button = QToolButton()
            button.setObjectName(f"rows-filter-{wanted.name.lower()}")
            button.setText(wanted.label)
            button.setAccessibleName(wanted.label)
            button.setCheckable(True)
            button.setChecked(wanted is RowFilter.ALL)
            self._group.addButton(button, int(wanted))
            self.filters[wanted] = button
            top.addWidget(button)
        self._group.idClicked.connect(self._apply_filter)
        top.addStretch(1)
        top.addWidget(self.search)
        second = QHBoxLayout()
        second.setSpacing(SPACE_S)
        second.addWidget(self.sheets, 1)
        for each in (self.all_on, self.all_off, self.undo):
            second.addWidget(each)
        hint = words(_("双击格子直接改，改完马上重新检查；右键有更多办法"), role="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(top)
        column.addLayout(second)
        column.addWidget(self.view, 1)
        column.addWidget(hint)

    # -- content --------------------------------------------------------------------------------

    @property
    def table(self) -> TableRows | None:
        """The table shown."""
        return self.model.table

    def show_tables(self, tables: Sequence[TableRows], session: ImportSession) -> None:
        """Show the tables of another preview; the same rows stay in view."""
        before, chosen = self.table, self._chosen_numbers()
        scrolled = self.view.verticalScrollBar().value()
        at = self.view.currentIndex()
        self.tables, self._session = tables, session
        self.undo.setEnabled(bool(session.former))
        with QSignalBlocker(self.sheets):
            self.sheets.clear()
            self.sheets.addItems(table_names([table.reading for table in tables]))
            again = _same_table(tables, before)
            self.sheets.setCurrentIndex(max(again, 0) if tables else -1)
        self.sheets.setEnabled(len(tables) > 1)
        self._show_table(self.sheets.currentIndex())
        if again >= 0 and self.table is not None:
            rows = [row for n in chosen if (row := self.table.row_of(n)) is not None]
            self.view.select_rows(rows)
            self.view.setCurrentIndex(self.model.index(at.row(), at.column())) if (
                at.isValid() and not rows
            ) else None
            self.view.verticalScrollBar().setValue(scrolled)

    def show_issue(self, issue: RowIssue) -> bool:
        """Bring the cell of an issue into view; False where it belongs to no row."""
        for number, table in enumerate(self.tables):
            sheet = table.reading.sheet
            row = table.row_of(issue.row)
            if (sheet.file, sheet.name) == (issue.path, issue.sheet) and row is not None:
                self.filters[RowFilter.ALL].setChecked(True)
                self.search.clear()
                self.sheets.setCurrentIndex(number)
                self._apply_filter()
                self.view.select_rows([row])
                self._go_to_cell(row, issue)
                return True
        return False

    def select_rows(self, rows: Sequence[int]) -> None:
        """Select rows of the table shown; the filter gives way where it hides them."""
        hidden = len(self.model.places_of(rows)) < len(rows)
        if hidden:
            self.filters[RowFilter.ALL].setChecked(True)
            self.search.clear()
            self._apply_filter()
        self.view.select_rows(rows)

    def chosen_rows(self) -> list[int]:
        """Rows of the table that are selected."""
        return self.view.selected_rows()

    # -- inside ---------------------------------------------------------------------------------

    def _chosen_numbers(self) -> list[int]:
        table = self.table
        if table is None:
            return []
        return [int(table.numbers[row]) for row in self.view.selected_rows()]

    def _show_table(self, number: int) -> None:
        table = self.tables[number] if 0 <= number < len(self.tables) else None
        before = self.table
        self.model.show_table(table, self._session.chosen)
        if table is not None and (before is None or _same_table((table,), before) < 0):
            self.view.fit_columns()
        counts = table.counts() if table is not None else dict.fromkeys(RowFilter, 0)
        for wanted, button in self.filters.items():
            button.setText(f"{wanted.label} {counts[wanted]:,}")
            button.setEnabled(counts[wanted] > 0 or wanted is RowFilter.ALL)
        current = RowFilter(max(self._group.checkedId(), 0))
        if not counts[current]:
            self.filters[RowFilter.ALL].setChecked(True)
            self._apply_filter()
        self.table_shown.emit()

    def _apply_filter(self, *_args: object) -> None:
        self.model.set_filter(RowFilter(max(self._group.checkedId(), 0)), self.search.text())

    def _go_to_cell(self, row: int, issue: RowIssue) -> None:
        table, places = self.table, self.model.places_of([row])
        if table is None or not places:
            return
        for column in range(FIRST_CELL, self.model.columnCount()):
            if issue in table.of_cell(row, self.model.cell_of(column)):
                index = self.model.index(places[0], column)
                selection = self.view.selectionModel()
                selection.setCurrentIndex(index, selection.SelectionFlag.NoUpdate)
                self.view.scrollTo(index)
                return

    def _mended(self, number: int, column: int, text: str) -> None:
        table = self.table
        row = table.row_of(number) if table is not None else None
        if table is not None and row is not None:
            self.mended.emit(table.key(row), column, text)

    def _tell_chosen(self) -> None:
        self.rows_chosen.emit(self.view.selected_rows())

    def _keys(self) -> list[RowKey]:
        table = self.table
        return [table.key(row) for row in self.chosen_rows()] if table is not None else []

    def menu_for_rows(self) -> QMenu:
        """What can be done with the rows selected."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        keys, rows = self._keys(), self.chosen_rows()
        menu.addAction(_("选入"), lambda: self.ticked.emit(keys, True))  # noqa: FBT003 - a signal
        menu.addAction(_("不入库"), lambda: self.ticked.emit(keys, False))  # noqa: FBT003
        menu.addSeparator()
        place = menu.addAction(_("在地图上指定位置…"), lambda: self.place_wanted.emit(rows[0]))
        place.setEnabled(len(rows) == 1)
        datum = menu.addMenu(_("这几行的坐标来自"))
        for notation, title in SOURCES.items():
            datum.addAction(_(title), partial(self.datum_given.emit, keys, notation))
        datum.addSeparator()
        datum.addAction(_("随整张表"), partial(self.datum_given.emit, keys, ""))
        return menu

    def _show_menu(self, place: QPoint) -> None:
        self.menu_for_rows().popup(place)


def _same_table(tables: Sequence[TableRows], wanted: TableRows | None) -> int:
    """Where the same table of another preview stands, -1 for nowhere."""
    if wanted is None:
        return -1
    for number, table in enumerate(tables):
        ours, theirs = table.reading.sheet, wanted.reading.sheet
        same = (ours.file, ours.name) == (theirs.file, theirs.name)
        if same and (ours.first_row, ours.first_column) == (theirs.first_row, theirs.first_column):
            return number
    return -1
