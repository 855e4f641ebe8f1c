"""A table over the columns of the register: 100,000 rows open, sort and filter at once.

The model never asks the register. It holds a `FeatureTable`, a mask of the rows that pass the page's
filters, a filter per column and an order; all are numpy work, no Python call per row. Texts are made
only for cells in view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from qhd_riskmap.domain.feature_table import FeatureTable, empty_table
from qhd_riskmap.ui.toolkit.attribute_columns import attribute_columns
from qhd_riskmap.ui.toolkit.column_values import (
    ColumnFilter,
    ColumnValues,
    Mask,
    TableValues,
    number_mask,
    numbers_of,
)
from qhd_riskmap.ui.toolkit.keyed_table import harmless_cell
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.record_columns import COLUMNS, Column

Index = QModelIndex | QPersistentModelIndex
ID_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
LEVEL_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2
FIELD_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 3
VALUE_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 4
TYPE_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 5
_TEXT_ROLES: Final = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.EditRole,
    }
)
_NO_PARENT: Final = QModelIndex()
_NOT_READ: Final = "…"


class RecordTableModel(QAbstractTableModel):
    """The rows of a `FeatureTable` that pass all filters, in the order asked for.

    Signals:
        columns_wanted: Stored columns are shown that were not read yet (their names).
        filtered: The filters of the columns changed.
        edited: The officer typed into a cell: id, revision shown, field key, text.
    """

    columns_wanted = Signal(object)
    filtered = Signal()
    edited = Signal(str, int, str, str)

    def __init__(
        self, columns: Sequence[Column] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = (*COLUMNS, *attribute_columns()) if columns is None else tuple(columns)
        self.editable = False
        self._table = empty_table()
        self._mask: Mask | None = None
        self._filters: dict[int, ColumnFilter] = {}
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None
        self._stored: dict[str, npt.NDArray[np.object_]] = {}
        self._arrays: dict[int, npt.NDArray[Any]] = {}
        self._told_apart: dict[int, ColumnValues] = {}
        self._keys: dict[int, npt.NDArray[Any]] = {}
        self._rows: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._places: npt.NDArray[np.intp] | None = None
        self._wanted: set[str] = set()

    @property
    def table(self) -> FeatureTable:
        """All rows, shown or not."""
        return self._table

    @property
    def rows(self) -> npt.NDArray[np.intp]:
        """Row numbers of `table` in the order shown."""
        return self._rows

    @property
    def filters(self) -> Mapping[int, ColumnFilter]:
        """The filters in force by column number."""
        return dict(self._filters)

    def shown_table(self) -> FeatureTable:
        """What is shown, as it is shown."""
        return self._table.take(self._rows)

    def set_table(self, table: FeatureTable, mask: Mask | None = None) -> None:
        """Show other rows; order and column filters stay."""
        self.beginResetModel()
        same = table is self._table
        if not same:
            self._table = table
            self._arrays.clear()
            self._keys.clear()
            self._told_apart.clear()
            self._stored.clear()
        self._mask = mask
        self._arrange()
        self.endResetModel()
        if not same and self._wanted:
            self.columns_wanted.emit(self.wanted)

    def set_mask(self, mask: Mask | None) -> None:
        """Show only the rows of the table where ``mask`` holds."""
        self.set_table(self._table, mask)

    def set_filter(self, column: int, wanted: ColumnFilter | None) -> None:
        """Restrict one column, or lift its restriction."""
        self.beginResetModel()
        if wanted is None or not wanted.restricts:
            self._filters.pop(column, None)
        else:
            self._filters[column] = wanted
        self._arrange()
        self.endResetModel()
        self.filtered.emit()

    def clear_filters(self) -> None:
        """Lift the restrictions of all columns."""
        if self._filters:
            self.beginResetModel()
            self._filters.clear()
            self._arrange()
            self.endResetModel()
            self.filtered.emit()

    def choices(self, column: int) -> dict[str, int]:
        """Every text of a column with its number of rows under all the other filters."""
        counts = self._values(column).counts(self._passed(but=column))
        order = self.columns[column].order
        if order is None:
            return counts
        # Levels stand in their own order, not in that of their names.
        values = np.unique(self._column(column))
        ranked = values[np.argsort(order(values), kind="stable")]
        labels = dict.fromkeys(self.columns[column].label(value) for value in ranked)
        return {label: counts[label] for label in labels if label in counts}

    @property
    def wanted(self) -> tuple[str, ...]:
        """The stored columns that are shown."""
        return tuple(sorted(self._wanted))

    def want(self, column: int) -> None:
        """The column is shown from now on: have its texts read if they are not there."""
        name = self.columns[column].stored
        if name and name not in self._wanted:
            self._wanted.add(name)
            self.columns_wanted.emit((name,))

    def set_stored(self, ids: Sequence[str], columns: Mapping[str, Sequence[str]]) -> None:
        """Take the texts of stored columns, which may have been read at another moment."""
        self.beginResetModel()
        for name, texts in columns.items():
            self._stored[name] = self._aligned(ids, texts)
        for number, column in enumerate(self.columns):
            if column.stored in columns:
                self._arrays.pop(number, None)
                self._keys.pop(number, None)
                self._told_apart.pop(number, None)
        self._arrange()
        self.endResetModel()

    def row_of(self, hazard_id: str) -> int | None:
        """Where a hazard is shown, or None."""
        source = self._table.row_of(hazard_id)
        if source is None:
            return None
        shown = int(self._shown_at()[source])
        return shown if shown >= 0 else None

    def rows_of(self, hazard_ids: Iterable[str]) -> npt.NDArray[np.intp]:
        """Where those hazards are shown that are shown, in the order given."""
        sources = np.array(self._table.rows_of(hazard_ids), dtype=np.intp)
        shown = self._shown_at()[sources]
        return shown[shown >= 0]

    def _shown_at(self) -> npt.NDArray[np.intp]:
        if self._places is None:
            self._places = np.full(len(self._table), -1, dtype=np.intp)
            self._places[self._rows] = np.arange(len(self._rows))
        return self._places

    def id_at(self, row: int) -> str:
        """The hazard shown in a row."""
        return str(self._table.ids[self._rows[row]])

    def ids_at(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> list[str]:
        """The hazards shown in several rows."""
        found: list[str] = self._table.ids[self._rows[np.asarray(rows, dtype=np.intp)]].tolist()
        return found

    def text_at(self, row: int, column: int) -> str:
        """The text of a cell."""
        return self._text(int(self._rows[row]), column)

    # -- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Rows shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """All columns, hidden ones included."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells of fields may be edited where the page allows it."""
        found = super().flags(index)
        if self.editable and index.isValid() and self._has_field(index):
            return found | Qt.ItemFlag.ItemIsEditable
        return found

    def _has_field(self, index: Index) -> bool:
        column = self.columns[index.column()]
        source = int(self._rows[index.row()])
        return bool(column.field) and (
            not column.types or str(self._table.type_keys[source]) in column.types
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, alignment, level, id or field of one cell."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        source = int(self._rows[index.row()])
        column = self.columns[index.column()]
        if role in _TEXT_ROLES:
            text = self._text(source, index.column())
            return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return self._own_role(source, index.column(), role)

    def _own_role(self, source: int, number: int, role: int) -> Any:
        column = self.columns[number]
        if role == ID_ROLE:
            return str(self._table.ids[source])
        if role == LEVEL_ROLE and column.key == "level":
            return int(self._table.levels[source])
        if role == FIELD_ROLE:
            return column.field
        if role == TYPE_ROLE:
            return str(self._table.type_keys[source])
        if role != VALUE_ROLE:
            return None
        value = self._value(source, number)
        return None if value is None else column.typed(value)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Pass on what was typed; the cell shows it when the register has stored it."""
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        source = int(self._rows[index.row()])
        self.edited.emit(
            str(self._table.ids[source]),
            int(self._table.revisions[source]),
            self.columns[index.column()].field,
            str(value),
        )
        return True

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Titles across, row numbers down."""
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            # Not to the right, where the funnel stands.
            return int((Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by one column; -1 returns to the register's order."""
        self.beginResetModel()
        self._sorted_by = (column, order) if 0 <= column < len(self.columns) else None
        self._arrange()
        self.endResetModel()

    # -- inside ---------------------------------------------------------------------------------

    def _text(self, source: int, number: int) -> str:
        value = self._value(source, number)
        return _NOT_READ if value is None else self.columns[number].label(value)

    def _value(self, source: int, number: int) -> Any:
        stored = self.columns[number].stored
        return None if stored and stored not in self._stored else self._column(number)[source]

    def _column(self, number: int) -> npt.NDArray[Any]:
        column = self.columns[number]
        if number not in self._arrays and column.values is not None:
            self._arrays[number] = column.values(self._table)
        if number in self._arrays:
            return self._arrays[number]
        texts = self._stored.get(column.stored)
        if texts is None:
            return self._aligned((), ())
        if column.number:
            self._arrays[number] = numbers_of(texts)
            return self._arrays[number]
        return texts

    def _values(self, number: int) -> ColumnValues:
        column = self.columns[number]
        if column.values is not None:
            return told_apart(self._table, column)
        if number not in self._told_apart:
            self._told_apart[number] = ColumnValues.of(self._column(number), column.label)
        return self._told_apart[number]

    def _sort_keys(self, number: int) -> npt.NDArray[Any]:
        if number not in self._keys:
            column = self.columns[number]
            if column.number:
                self._keys[number] = self._column(number)
                if column.stored and column.stored not in self._stored:
                    return np.zeros(len(self._table))
            elif column.order is not None:
                self._keys[number] = column.order(self._column(number))
            else:
                self._keys[number] = self._values(number).ranks()
        return self._keys[number]

    def _passed(self, *, but: int = -1) -> Mask | None:
        """Rows that pass the page's mask and the filters of all columns but one."""
        passed = self._mask
        for number, wanted in self._filters.items():
            if number == but:
                continue
            if self.columns[number].stored and self.columns[number].stored not in self._stored:
                continue  # not read yet: nothing can be said of it
            if self.columns[number].number:
                held = number_mask(self._column(number), wanted)
            else:
                held = self._values(number).mask(wanted)
            passed = held if passed is None else passed & held
        return passed

    def _arrange(self) -> None:
        rows = np.arange(len(self._table), dtype=np.intp)
        if self._sorted_by is not None:
            column, order = self._sorted_by
            keys = self._sort_keys(column)
            rows = np.argsort(keys, kind="stable")
            if order is Qt.SortOrder.DescendingOrder:
                rows = rows[::-1]
                if keys.dtype.kind == "f":  # what has no number stands last either way
                    empty = np.isnan(keys[rows])
                    rows = np.concatenate((rows[~empty], rows[empty]))
        passed = self._passed()
        if passed is not None:
            rows = rows[passed[rows]]
        self._rows = rows
        self._places = None

    def _aligned(self, ids: Sequence[str], texts: Sequence[str]) -> npt.NDArray[np.object_]:
        column = np.full(len(self._table), "", dtype=object)
        if list(ids) == self._table.ids.tolist():
            column[:] = texts
            return column
        for hazard_id, text in zip(ids, texts, strict=True):
            row = self._table.row_of(hazard_id)
            if row is not None:
                column[row] = text
        return column


def told_apart(table: FeatureTable, column: Column) -> ColumnValues:
    """The distinct values of a column of the shared table; map and register show the same ones."""
    make = column.values
    if make is None:
        raise ValueError(f"{column.key} is stored elsewhere")
    return TableValues.of(table).told(
        column.key, lambda: ColumnValues.of(make(table), column.label)
    )


def make_ready_to_sort(table: FeatureTable) -> None:
    """Do what the first click on a title would wait for; beside the window."""
    for column in COLUMNS:
        if column.values is not None and not column.number and column.shown:
            told_apart(table, column).make_order()


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return int((side | Qt.AlignmentFlag.AlignVCenter).value)


def tab_separated(model: RecordTableModel, rows: Sequence[int], columns: Sequence[int]) -> str:
    """Cells with their titles, as Excel and WPS take them from the clipboard.

    A text that a spreadsheet would take for a formula is given an apostrophe in front.
    """
    lines = ["\t".join(model.columns[column].heading for column in columns)]
    for row in rows:
        cells = (model.text_at(row, column) for column in columns)
        lines.append("\t".join(harmless_cell(cell) for cell in cells))
    return "\n".join(lines) + "\n"
