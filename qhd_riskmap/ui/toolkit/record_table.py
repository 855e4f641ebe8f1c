"""A table over the columns of the register: 100,000 rows open, sort and filter at once.

The model never asks the register. It holds a `FeatureTable`, a mask of the rows that pass the filters
and an order; both are numpy work, no Python call per row. Texts are made only for cells in view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from qhd_riskmap.cartography.symbols import level_label, type_label
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable, empty_table
from qhd_riskmap.domain.region import regions
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import N_, _

Index = QModelIndex | QPersistentModelIndex
ID_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
LEVEL_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2
_NO_PARENT: Final = QModelIndex()
_COORDINATE_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table.

    Attributes:
        key: Stable key, for layouts.
        title: ``N_()`` text.
        text: Text of one row.
        sort_keys: Array to sort all rows by, made at once.
        number: Right-aligned.
        width: First width, in pixels at 96 dpi.
        shown: Whether it is visible before the officer chooses.
    """

    key: str
    title: str
    text: Callable[[FeatureTable, int], str]
    sort_keys: Callable[[FeatureTable], npt.NDArray[Any]]
    number: bool = False
    width: int = 100
    shown: bool = True


def county_label(code: str) -> str:
    """Name of a division; the code itself where it is unknown."""
    try:
        return regions().get(code).name
    except NotFoundError:
        return code


def shape_label(geometry: Any) -> str:
    """点, 线 or 面."""
    kind = shapely.get_dimensions(geometry)
    return (_("点"), _("线"), _("面"))[max(0, int(kind))]


def _collated(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    # GB 18030 orders the everyday characters by pinyin, as Excel and WPS do.
    unique, places = _factorised(column)
    encoded = np.array([text.encode("gb18030", "replace") for text in unique], dtype=bytes)
    ranks = np.empty(len(unique), dtype=np.int64)
    ranks[np.argsort(encoded, kind="stable")] = np.arange(len(unique))
    return ranks[places] if len(unique) else places


def _factorised(column: npt.NDArray[Any]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Distinct texts and, for every row, the number of its text."""
    numbers: dict[str, int] = {}
    places = np.fromiter(
        (numbers.setdefault(text, len(numbers)) for text in column.tolist()),
        dtype=np.int64,
        count=len(column),
    )
    return list(numbers), places


def _labelled(label: Callable[[str], str], column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Sort keys of a column of keys shown under their labels."""
    unique, places = _factorised(column)
    names = np.empty(len(unique), dtype=object)
    names[:] = [label(key) for key in unique]
    return _collated(names)[places] if len(unique) else places


def _graded_first(table: FeatureTable) -> npt.NDArray[Any]:
    return np.where(table.levels == NO_LEVEL, np.int8(9), table.levels)


COLUMNS: Final = (
    Column(
        key="code",
        title=N_("编号"),
        text=lambda t, r: str(t.codes[r]),
        sort_keys=lambda t: _collated(t.codes),
        width=150,
    ),
    Column(
        key="name",
        title=N_("名称"),
        text=lambda t, r: str(t.names[r]),
        sort_keys=lambda t: _collated(t.names),
        width=210,
    ),
    Column(
        key="type",
        title=N_("类型"),
        text=lambda t, r: type_label(t.type_keys[r]),
        sort_keys=lambda t: _labelled(type_label, t.type_keys),
        width=112,
    ),
    Column(
        key="level",
        title=N_("风险等级"),
        text=lambda t, r: level_label(int(t.levels[r])),
        sort_keys=_graded_first,
        width=100,
    ),
    Column(
        key="county",
        title=N_("县区"),
        text=lambda t, r: county_label(t.counties[r]),
        sort_keys=lambda t: _labelled(county_label, t.counties),
        width=118,
    ),
    Column(
        key="township",
        title=N_("乡镇（街道）"),
        text=lambda t, r: str(t.townships[r]),
        sort_keys=lambda t: _collated(t.townships),
        width=104,
    ),
    Column(
        key="unit",
        title=N_("责任单位"),
        text=lambda t, r: str(t.units[r]),
        sort_keys=lambda t: _collated(t.units),
        width=190,
    ),
    Column(
        key="shape",
        title=N_("图形"),
        text=lambda t, r: shape_label(t.geometries[r]),
        sort_keys=lambda t: shapely.get_dimensions(t.geometries),
        width=48,
    ),
    Column(
        key="lon",
        title=N_("经度"),
        text=lambda t, r: f"{t.anchors[r, 0]:.{_COORDINATE_DIGITS}f}",
        sort_keys=lambda t: t.anchors[:, 0],
        number=True,
        width=90,
    ),
    Column(
        key="lat",
        title=N_("纬度"),
        text=lambda t, r: f"{t.anchors[r, 1]:.{_COORDINATE_DIGITS}f}",
        sort_keys=lambda t: t.anchors[:, 1],
        number=True,
        width=84,
    ),
    Column(
        key="revision",
        title=N_("修订次数"),
        text=lambda t, r: str(int(t.revisions[r])),
        sort_keys=lambda t: t.revisions,
        number=True,
        width=84,
        shown=False,
    ),
)


class RecordTableModel(QAbstractTableModel):
    """The rows of a `FeatureTable` that pass a mask, in the order asked for."""

    def __init__(self, columns: Sequence[Column] = COLUMNS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._table = empty_table()
        self._mask: npt.NDArray[np.bool_] | None = None
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None
        self._keys: dict[int, npt.NDArray[Any]] = {}
        self._rows: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._places: npt.NDArray[np.intp] | None = None

    @property
    def table(self) -> FeatureTable:
        """All rows, shown or not."""
        return self._table

    @property
    def rows(self) -> npt.NDArray[np.intp]:
        """Row numbers of `table` in the order shown."""
        return self._rows

    def shown_table(self) -> FeatureTable:
        """What is shown, as it is shown."""
        return self._table.take(self._rows)

    def set_table(self, table: FeatureTable, mask: npt.NDArray[np.bool_] | None = None) -> None:
        """Show other rows; the order chosen stays."""
        self.beginResetModel()
        self._table = table
        self._mask = mask
        self._keys.clear()
        self._arrange()
        self.endResetModel()

    def set_mask(self, mask: npt.NDArray[np.bool_] | None) -> None:
        """Show only the rows of the table where ``mask`` holds."""
        self.beginResetModel()
        self._mask = mask
        self._arrange()
        self.endResetModel()

    def row_of(self, hazard_id: str) -> int | None:
        """Where a hazard is shown, or None."""
        source = self._table.row_of(hazard_id)
        if source is None:
            return None
        if self._places is None:
            self._places = np.full(len(self._table), -1, dtype=np.intp)
            self._places[self._rows] = np.arange(len(self._rows))
        shown = int(self._places[source])
        return shown if shown >= 0 else None

    def id_at(self, row: int) -> str:
        """The hazard shown in a row."""
        return str(self._table.ids[self._rows[row]])

    def ids_at(self, rows: Sequence[int]) -> list[str]:
        """The hazards shown in several rows."""
        found: list[str] = self._table.ids[self._rows[np.asarray(rows, dtype=np.intp)]].tolist()
        return found

    # -- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Rows shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """All columns, hidden ones included."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, alignment, level or id of one cell."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        source = int(self._rows[index.row()])
        column = self.columns[index.column()]
        match role:
            case (
                Qt.ItemDataRole.DisplayRole
                | Qt.ItemDataRole.ToolTipRole
                | Qt.ItemDataRole.AccessibleTextRole
            ):
                return column.text(self._table, source)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case _ if role == ID_ROLE:
                return str(self._table.ids[source])
            case _ if role == LEVEL_ROLE and column.key == "level":
                return int(self._table.levels[source])
        return None

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
            return _(self.columns[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[section])
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by one column; -1 returns to the register's order."""
        self.beginResetModel()
        self._sorted_by = (column, order) if 0 <= column < len(self.columns) else None
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        rows = np.arange(len(self._table), dtype=np.intp)
        if self._sorted_by is not None:
            column, order = self._sorted_by
            if column not in self._keys:
                self._keys[column] = np.asarray(self.columns[column].sort_keys(self._table))
            rows = np.argsort(self._keys[column], kind="stable")
            if order is Qt.SortOrder.DescendingOrder:
                rows = rows[::-1]
        if self._mask is not None:
            rows = rows[self._mask[rows]]
        self._rows = rows
        self._places = None


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return int((side | Qt.AlignmentFlag.AlignVCenter).value)


def tab_separated(model: RecordTableModel, rows: Sequence[int], columns: Sequence[int]) -> str:
    """Cells with their titles, as Excel and WPS take them from the clipboard.

    A text that a spreadsheet would take for a formula is given an apostrophe in front.
    """
    lines = ["\t".join(_(model.columns[column].title) for column in columns)]
    for row in rows:
        source = int(model.rows[row])
        cells = (model.columns[column].text(model.table, source) for column in columns)
        lines.append("\t".join(_harmless(cell) for cell in cells))
    return "\n".join(lines) + "\n"


def _harmless(text: str) -> str:
    flat = " ".join(text.split())
    return f"'{flat}" if flat[:1] in {"=", "+", "-", "@"} else flat
