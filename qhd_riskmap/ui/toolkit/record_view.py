"""The view of a record table: linked selection, column filters, frozen columns, copying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import (
    QByteArray,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from qhd_riskmap.cartography.symbols import level_label
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.i18n import _
from qhd_riskmap.services.exporting import ShownTable
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.toolkit.cell_editing import RecordDelegate
from qhd_riskmap.ui.toolkit.column_filter_popup import ColumnFilterPopup
from qhd_riskmap.ui.toolkit.column_menu import column_menu
from qhd_riskmap.ui.toolkit.column_values import ColumnFilter
from qhd_riskmap.ui.toolkit.filter_header import FUNNEL_ROOM, FilterHeader
from qhd_riskmap.ui.toolkit.frozen_columns import FrozenColumns
from qhd_riskmap.ui.toolkit.linked_rows import LinkedRows
from qhd_riskmap.ui.toolkit.record_columns import Column
from qhd_riskmap.ui.toolkit.record_table import RecordTableModel, tab_separated
from qhd_riskmap.ui.toolkit.selection import Selection

_ROW_HEIGHT: Final = 28
_CHIP_ROOM: Final = 44
_TITLE_ROOM: Final = 24
_WIDEST_CODE: Final = "130300-WM-2026-00000"
_LAYOUT_PARTS: Final = 3


class RecordView(QTableView):
    """Table of hazards linked with the shared selection.

    Signals:
        opened: Double click or Enter on a hazard (its id).
    """

    opened = Signal(str)

    def __init__(
        self,
        model: RecordTableModel,
        selection: Selection,
        settings: Settings,
        *,
        name: str,
        officer: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(_("隐患列表"))
        self.records = model
        self._settings = settings
        self._layout_key = f"{name}/{officer}" if officer else name
        self.popup: ColumnFilterPopup | None = None
        self.setHorizontalHeader(FilterHeader(self))
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(RecordDelegate(self, marked=self._is_marked))
        self.frozen = self._dress_headers()
        # After the frozen columns: their reset empties the selection that all three share.
        self.linked = LinkedRows(self, model, selection)
        self.doubleClicked.connect(self._open_index)
        model.filtered.connect(self._mark_filtered)

    def selected_rows(self) -> list[int]:
        """Numbers of the selected rows, from top to bottom."""
        return self.linked.rows()

    def shown_columns(self) -> list[int]:
        """Visible columns in the order they stand."""
        header = self.horizontalHeader()
        order = [header.logicalIndex(place) for place in range(header.count())]
        return [column for column in order if not self.isColumnHidden(column)]

    def copy(self) -> None:
        """Put the selected rows on the clipboard, ready for Excel."""
        rows = self.selected_rows()
        if rows:
            text = tab_separated(self.records, rows, self.shown_columns())
            QGuiApplication.clipboard().setText(text)

    def shown(self) -> ShownTable:
        """Everything as it stands here: the columns shown, the rows that pass, in their order."""
        columns, records = self.shown_columns(), self.records
        digit = max(1, QFontMetrics(self.font()).horizontalAdvance("0"))

        def rows() -> Iterator[Sequence[str]]:
            for row in range(records.rowCount()):
                yield [records.text_at(row, column) for column in columns]

        return ShownTable(
            titles=[records.columns[column].heading for column in columns],
            widths=[self.columnWidth(column) // digit for column in columns],
            count=records.rowCount(),
            rows=rows,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, open and filter by keyboard; the rest is Qt's."""
        if self.state() is QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # keys that an editor of a cell lets through
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open_index(self.currentIndex())
        elif event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.ask_filter(max(0, self.currentIndex().column()))
        else:
            super().keyPressEvent(event)

    # -- columns --------------------------------------------------------------------------------

    def remember_layout(self) -> None:
        """Keep widths, order, choice and freezing of columns in the settings."""
        state = bytes(self.horizontalHeader().saveState().toBase64().data()).decode("ascii")
        parts = (str(len(self.records.columns)), str(self.frozen.count), state)
        self._settings.layouts[self._layout_key] = ".".join(parts)

    def show_column(self, number: int, *, on: bool) -> None:
        """Show or hide a column; its texts are read when they are not there."""
        self.setColumnHidden(number, not on)
        if on:
            self.records.want(number)
        self.frozen.fit()

    def column_menu(self) -> QMenu:
        """Choose the columns."""
        return column_menu(self)

    def header_menu(self, column: int) -> QMenu:
        """What can be done with one column."""
        menu = QMenu(self)
        place = self.shown_columns().index(column) + 1 if column in self.shown_columns() else 0
        for name, words, deed, useful in (
            ("filter", _("筛选此列…"), lambda: self.ask_filter(column), True),
            (
                "clear-filters",
                _("清除所有列的筛选"),
                self.records.clear_filters,
                bool(self.records.filters),
            ),
            ("freeze", _("冻结到此列"), lambda: self.frozen.freeze(place), place > 0),
            ("unfreeze", _("取消冻结"), lambda: self.frozen.freeze(0), self.frozen.count > 0),
            (
                "hide",
                _("隐藏此列"),
                lambda: self.show_column(column, on=False),
                self.records.columns[column].key != "name",
            ),
        ):
            action = menu.addAction(words)
            action.setObjectName(f"header-{name}")
            action.setEnabled(useful)
            action.triggered.connect(lambda _on=False, deed=deed: deed())
        menu.addSeparator()
        columns = self.column_menu()
        columns.setTitle(_("选择列"))
        menu.addMenu(columns)
        return menu

    def reset_columns(self) -> None:
        """Order, widths and choice of columns as at first."""
        header = self.horizontalHeader()
        for number, column in enumerate(self.records.columns):
            header.moveSection(header.visualIndex(number), number)
            self.setColumnWidth(number, self._first_width(column))
            self.setColumnHidden(number, not column.shown)
        self.frozen.freeze(0)

    def ask_filter(self, column: int) -> None:
        """Open the filter of a column below its title."""
        spec = self.records.columns[column]
        self.records.want(column)
        choices = None if spec.number else self.records.choices(column)
        present = self.records.filters.get(column, ColumnFilter())
        popup = ColumnFilterPopup(spec.heading, choices, present, self)
        popup.chosen.connect(lambda wanted: self.records.set_filter(column, wanted))
        popup.sort_wanted.connect(lambda order: self.sortByColumn(column, order))
        header = self.horizontalHeader()
        corner = QPoint(header.sectionViewportPosition(column), header.height())
        popup.adjustSize()
        place = header.viewport().mapToGlobal(corner)
        popup.move(_on_screen(QRect(place, popup.size()), self.screen().availableGeometry()))
        self.popup = popup
        popup.show()
        popup.setFocus()

    def _mark_filtered(self) -> None:
        filtered = frozenset(self.records.filters)
        for header in (self.horizontalHeader(), self.frozen.horizontalHeader()):
            if isinstance(header, FilterHeader):
                header.show_filtered(filtered)

    def _is_marked(self, row: int) -> bool:
        return self.linked.is_marked(row)

    def _open_index(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.records.id_at(index.row()))

    # -- look -----------------------------------------------------------------------------------

    def _dress_headers(self) -> FrozenColumns:
        header = self.horizontalHeader()
        # A header asks its selection model about every row of every column at every paint, though
        # nothing is highlighted: seconds with 100,000 rows. An empty one answers at once.
        header.setSelectionModel(QItemSelectionModel(self.records, self))
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_header_menu)
        if isinstance(header, FilterHeader):
            header.filter_wanted.connect(self.ask_filter)
        for number, column in enumerate(self.records.columns):
            self.setColumnWidth(number, self._first_width(column))
            self.setColumnHidden(number, not column.shown)
        still = self._restore_layout(header)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        rows = self.verticalHeader()
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.hide()
        for number in self.shown_columns():
            self.records.want(number)
        frozen = FrozenColumns(self, FilterHeader(), RecordDelegate(marked=self._is_marked))
        frozen.freeze(still)
        self._dress_frozen(frozen)
        return frozen

    def _dress_frozen(self, frozen: FrozenColumns) -> None:
        header = frozen.horizontalHeader()
        header.setSelectionModel(QItemSelectionModel(self.records, frozen))
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda place: self._pop_up_menu(header, place))
        header.sectionClicked.connect(self._sort_again)
        if isinstance(header, FilterHeader):
            header.filter_wanted.connect(self.ask_filter)

    def _sort_again(self, column: int) -> None:
        header = self.horizontalHeader()
        up = header.sortIndicatorSection() != column or (
            header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        )
        order = Qt.SortOrder.AscendingOrder if up else Qt.SortOrder.DescendingOrder
        self.sortByColumn(column, order)

    def _restore_layout(self, header: QHeaderView) -> int:
        """Take over what was remembered for these columns; how many stood still."""
        parts = self._settings.layouts.get(self._layout_key, "").split(".")
        if len(parts) != _LAYOUT_PARTS or parts[0] != str(len(self.records.columns)):
            return 0
        header.restoreState(QByteArray.fromBase64(parts[2].encode("ascii", "replace")))
        return int(parts[1]) if parts[1].isdigit() else 0

    def _first_width(self, column: Column) -> int:
        """Room for the title in the language in force; level names must never be cut."""
        metrics = QFontMetrics(self.font())
        title = metrics.horizontalAdvance(column.heading) * 11 // 10
        words = [title + _TITLE_ROOM + FUNNEL_ROOM]
        if column.key == "code":
            words.append(metrics.horizontalAdvance(_WIDEST_CODE) + _TITLE_ROOM)
        if column.key == "level":
            names = (level_label(rank) for rank in range(len(RiskLevel) + 1))
            words += [metrics.horizontalAdvance(name) + _CHIP_ROOM for name in names]
        return max(column.width, *words)

    def _show_header_menu(self, place: QPoint) -> None:
        self._pop_up_menu(self.horizontalHeader(), place)

    def _pop_up_menu(self, header: QHeaderView, place: QPoint) -> None:
        column = header.logicalIndexAt(place)
        self.header_menu(max(column, 0)).popup(header.mapToGlobal(place))


def _on_screen(box: QRect, screen: QRect) -> QPoint:
    left = max(screen.left(), min(box.left(), screen.right() - box.width()))
    top = max(screen.top(), min(box.top(), screen.bottom() - box.height()))
    return QPoint(left, top)
