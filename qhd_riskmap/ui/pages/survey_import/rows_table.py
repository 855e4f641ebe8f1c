"""The sender's own table with what is wrong on each cell; a cell is mended where it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.domain.survey_sheet import column_letters
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_issues import RowIssue, RowKey
from qhd_riskmap.services.survey_layout import shown_columns
from qhd_riskmap.services.survey_table import IntArray, RowFate, RowFilter, TableRows
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.keyed_table import dress_table
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.theme import theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_NO_PARENT: Final = QModelIndex()
_OWN_TITLES: Final = (N_("结果"), N_("行"))
FIRST_CELL: Final = len(_OWN_TITLES)
FATE_GLYPHS: Final = {
    RowFate.READY: ("check-circle-outline", "success"),
    RowFate.REJECTED: ("close-circle", "error"),
    RowFate.QUARANTINED: ("map-marker-alert-outline", "error"),
    RowFate.UNDECIDED: ("help-circle-outline", "warning"),
    RowFate.REPEATED: ("content-duplicate", "muted"),
    RowFate.UPDATE: ("file-compare", "accent"),
}
_CHECKABLE: Final = frozenset({RowFate.READY, RowFate.UPDATE})
_RANK: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_RIGHT: Final = int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value)
_TINT: Final = 60
_WIDEST: Final = 220
_NARROWEST: Final = 64
_MEASURED: Final = 40


class RowsModel(QAbstractTableModel):
    """The rows of one table that pass the filter, in the order asked for.

    Signals:
        mended: A cell was written: row number, column number, text.
        ticked: Rows were chosen or left out: their keys, whether chosen.
    """

    mended = Signal(int, int, str)
    ticked = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.table: TableRows | None = None
        self._chosen: Callable[[RowKey, RowFate], bool] = lambda _key, _fate: False
        self._headers: list[tuple[int, str, str]] = []
        self._shown: IntArray = np.empty(0, dtype=np.intp)
        self._filter = RowFilter.ALL
        self._text = ""
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None

    def show_table(
        self, table: TableRows | None, chosen: Callable[[RowKey, RowFate], bool]
    ) -> None:
        """Show another table; ``chosen`` says whether a row is to be committed."""
        self.beginResetModel()
        self.table = table
        self._chosen = chosen
        self._headers = _headers(table) if table is not None else []
        self._arrange()
        self.endResetModel()

    def set_filter(self, wanted: RowFilter, text: str) -> None:
        """Show only some rows, and only those with ``text`` in a cell."""
        self.beginResetModel()
        self._filter, self._text = wanted, text.strip().casefold()
        self._arrange()
        self.endResetModel()

    def row_at(self, place: int) -> int:
        """Row of the table shown at a place."""
        return int(self._shown[place])

    def places_of(self, rows: Collection[int]) -> list[int]:
        """Where rows of the table are shown."""
        return np.flatnonzero(np.isin(self._shown, list(rows))).tolist()

    def cell_of(self, column: int) -> int:
        """The sheet's column behind a shown one."""
        return self._headers[column - FIRST_CELL][0]

    def issue_at(self, index: Index) -> list[RowIssue]:
        """What is wrong with a cell; in the first column, with the whole row."""
        if self.table is None:
            return []
        row = self.row_at(index.row())
        if index.column() < FIRST_CELL:
            return list(self.table.of_row(row))
        return self.table.of_cell(row, self.cell_of(index.column()))

    # -- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Rows shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """What becomes of the row, its number, and the sender's columns."""
        return 0 if parent.isValid() or self.table is None else FIRST_CELL + len(self._headers)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The first column is ticked, the sender's are written."""
        flags = super().flags(index)
        if self.table is None or not index.isValid():
            return flags
        if index.column() >= FIRST_CELL:
            return flags | Qt.ItemFlag.ItemIsEditable
        if index.column() == 0 and self._fate(index) in _CHECKABLE:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Text, tick, colour or words about one cell."""
        table = self.table
        if table is None or not index.isValid() or index.row() >= len(self._shown):
            return None
        if role in {Role.DisplayRole, Role.EditRole}:
            text = self._text_at(table, index)
            return text if role == Role.EditRole else " ".join(text.split("\n"))
        if role == Role.ToolTipRole:
            return self._tip(index)
        if index.column() >= FIRST_CELL:
            return _tint(self.issue_at(index)) if role == Role.BackgroundRole else None
        if index.column() == 0:
            return self._fate_data(index, role)
        return _RIGHT if role == Role.TextAlignmentRole else None

    def _text_at(self, table: TableRows, index: Index) -> str:
        row = self.row_at(index.row())
        if index.column() == 0:
            return table.fate(row).label
        if index.column() == 1:
            return str(table.numbers[row])
        return table.text(row, self.cell_of(index.column()))

    def _fate_data(self, index: Index, role: int) -> Any:
        fate = self._fate(index)
        if role == Role.DecorationRole:
            glyph, colour = FATE_GLYPHS[fate]
            return icon(glyph, colour=colour)
        if role == Role.CheckStateRole and fate in _CHECKABLE and self.table is not None:
            chosen = self._chosen(self.table.key(self.row_at(index.row())), fate)
            return Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked
        return None

    def _tip(self, index: Index) -> str:
        found = self.issue_at(index)
        return plain_tip("\n".join(issue.message for issue in found) or str(index.data() or ""))

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """A tick or another text; both are told, and come back with the next preview."""
        table = self.table
        if table is None or not index.isValid():
            return False
        row = self.row_at(index.row())
        if role == Role.CheckStateRole and index.column() == 0:
            self.ticked.emit([table.key(row)], Qt.CheckState(value) is Qt.CheckState.Checked)
            self.dataChanged.emit(index, index, [Role.CheckStateRole])
            return True
        if role != Role.EditRole or index.column() < FIRST_CELL or str(value) == index.data(role):
            return False
        sheet, column = table.reading.sheet, self.cell_of(index.column())
        self.mended.emit(int(table.numbers[row]), sheet.first_column + column, str(value))
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """The sender's headers, and what they are taken for."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if section < FIRST_CELL:
            return _(_OWN_TITLES[section]) if role == Role.DisplayRole else None
        if section - FIRST_CELL >= len(self._headers):
            return None
        _column, header, label = self._headers[section - FIRST_CELL]
        if role == Role.DisplayRole:
            return header
        if role == Role.ToolTipRole:
            return _("认作：{field}").format(field=label) if label else _("不认识的列，原样保留")
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by one column; -1 returns to the order of the sheet."""
        self.beginResetModel()
        self._sorted_by = (column, order) if column >= 0 else None
        self._arrange()
        self.endResetModel()

    def tick_shown(self, *, on: bool) -> None:
        """Choose or leave out all rows shown that can be chosen."""
        if self.table is None:
            return
        keys = [
            self.table.key(row)
            for row in self._shown.tolist()
            if self.table.fate(row) in _CHECKABLE
        ]
        self.ticked.emit(keys, on)
        if len(self._shown):
            last = self.index(len(self._shown) - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last, [Role.CheckStateRole])

    def _fate(self, index: Index) -> RowFate:
        if self.table is None:
            raise AssertionError("asked of an empty model")
        return self.table.fate(self.row_at(index.row()))

    def _arrange(self) -> None:
        table = self.table
        if table is None:
            self._shown = np.empty(0, dtype=np.intp)
            return
        shown = table.shown_by(self._filter)
        if self._text:
            hit = np.zeros(len(table), dtype=bool)
            for column, _header, _label in self._headers:
                hit |= [self._text in text.casefold() for text in table.texts(column)]
            shown = shown[hit[shown]]
        if self._sorted_by is not None and self._sorted_by[0] < self.columnCount():
            column, order = self._sorted_by
            keys = self._sort_keys(table, column)
            backwards = order is Qt.SortOrder.DescendingOrder
            found = sorted(shown.tolist(), key=keys.__getitem__, reverse=backwards)
            shown = np.array(found, dtype=np.intp)
        self._shown = shown

    def _sort_keys(self, table: TableRows, column: int) -> Any:
        if column == 0:
            return table.fates
        return table.numbers if column == 1 else table.texts(self.cell_of(column))


class RowsTable(QTableView):
    """The view.

    Signals:
        chosen_rows: Other rows are selected.
        asked_about: A context menu is wanted for the selected rows (where on the screen).
    """

    chosen_rows = Signal()
    asked_about = Signal(object)

    def __init__(self, model: RowsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rows-table")
        self.setAccessibleName(_("逐行预览"))
        self.rows_model = model
        self.setModel(model)
        dress_table(self)
        self.setAlternatingRowColors(False)
        self.setShowGrid(True)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask)
        self.selectionModel().selectionChanged.connect(lambda *_both: self.chosen_rows.emit())

    def selected_rows(self) -> list[int]:
        """Rows of the table that are selected."""
        places = self.selectionModel().selectedRows()
        return [self.rows_model.row_at(index.row()) for index in places]

    def select_rows(self, rows: Iterable[int]) -> None:
        """Select rows of the table and bring the first into view."""
        model = self.rows_model
        places = model.places_of(list(rows))
        selection = QItemSelection()
        for place in places:
            selection.select(model.index(place, 0), model.index(place, model.columnCount() - 1))
        flags = (
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows
        )
        if places:
            first = model.index(places[0], max(self.currentIndex().column(), 0))
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)
        self.selectionModel().select(selection, flags)

    def fit_columns(self) -> None:
        """Widths from the first rows; asking all of a large sheet would take long."""
        metrics = QFontMetrics(self.font())
        model = self.rows_model
        looked_at = range(min(model.rowCount(), _MEASURED))
        for column in range(model.columnCount()):
            title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            texts = [title, *(str(model.index(row, column).data() or "")[:60] for row in looked_at)]
            width = max(metrics.horizontalAdvance(text) for text in texts) + 28
            if column == 0:
                width += 44
            self.setColumnWidth(column, min(max(width, _NARROWEST), _WIDEST))

    def _ask(self, place: QPoint) -> None:
        if self.indexAt(place).isValid():
            self.asked_about.emit(self.viewport().mapToGlobal(place))


def _headers(table: TableRows) -> list[tuple[int, str, str]]:
    """Column index, header and what it is taken for."""
    first = table.reading.sheet.first_column
    return [
        (shown.column, shown.header or column_letters(first + shown.column), shown.label)
        for shown in shown_columns(table.reading)
    ]


def _tint(found: list[RowIssue]) -> QColor | None:
    if not found:
        return None
    worst = min(found, key=lambda issue: _RANK[issue.severity]).severity
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "muted"}
    colour = QColor(getattr(theme(), names[worst]))
    colour.setAlpha(_TINT if worst is not Severity.INFO else _TINT // 2)
    return colour
