"""A table of things, one a row: what each column says of one is told by functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.keyed_table import KeyedTable, dress_table, harmless_cell
from qhd_riskmap.ui.toolkit.page_parts import plain_tip

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_NO_PARENT: Final = QModelIndex()
_RIGHT: Final = int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value)

_NARROWEST: Final = 48
_LEAST_WIDE: Final = 130
_STATES: Final = {True: Qt.CheckState.Checked, False: Qt.CheckState.Unchecked}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """One column.

    Attributes:
        title: Marked with `i18n.N_`; translated when it is shown.
        text: What it says of a thing.
        key: What it is sorted by; None sorts by the text.
        width: Pixels; 0 takes the room that is left.
        right: Numbers stand at the right.
        glyph: Icon and colour before the text, or None.
    """

    title: str
    text: Callable[[Any], str]
    key: Callable[[Any], Any] | None = None
    width: int = 120
    right: bool = False
    glyph: Callable[[Any], tuple[str, str] | None] | None = None


class ListModel(QAbstractTableModel):
    """Things that hold a text, in the order asked for; some can be ticked.

    Signals:
        ticked: Things were ticked or not: list of them, whether on.
    """

    ticked = Signal(object, bool)

    def __init__(
        self,
        columns: Sequence[ListColumn],
        *,
        checked: Callable[[Any], bool | None] | None = None,
    ) -> None:
        """An empty list.

        Args:
            columns: What is told of each thing.
            checked: Whether a thing is ticked; None for one that cannot be.
        """
        super().__init__()
        self._columns = tuple(columns)
        self._checked = checked
        self._all: list[Any] = []
        self._shown: list[Any] = []
        self._text = ""
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None

    def show_rows(self, rows: Iterable[Any]) -> None:
        """Show other things."""
        self.beginResetModel()
        self._all = list(rows)
        self._arrange()
        self.endResetModel()

    def set_text(self, text: str) -> None:
        """Show only what holds ``text`` in a column."""
        self.beginResetModel()
        self._text = text.strip().casefold()
        self._arrange()
        self.endResetModel()

    def row_at(self, place: int) -> Any:
        """What is shown at a place."""
        return self._shown[place]

    def place_of(self, wanted: Callable[[Any], bool]) -> int:
        """Where the first thing of a kind is shown, -1 for nowhere."""
        return next((at for at, each in enumerate(self._shown) if wanted(each)), -1)

    def shown(self) -> list[Any]:
        """What is shown, as it is shown."""
        return list(self._shown)

    def refresh(self) -> None:
        """The ticks and texts may say something else."""
        if self._shown:
            last = self.index(len(self._shown) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Things shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """What is told of each."""
        return 0 if parent.isValid() else len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The first column may be ticked."""
        flags = super().flags(index)
        if index.isValid() and self._tick(index) is not None:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Text, icon, tick, tip of one cell."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        column, row = self._columns[index.column()], self._shown[index.row()]
        if role == Role.DisplayRole:
            return " ".join(column.text(row).split())
        if role == Role.ToolTipRole:
            return plain_tip(column.text(row))
        return self._dress(index, column, row, role)

    def _dress(self, index: Index, column: ListColumn, row: Any, role: int) -> Any:
        if role == Role.DecorationRole:
            glyph = column.glyph(row) if column.glyph is not None else None
            return icon(glyph[0], colour=glyph[1]) if glyph is not None else None
        if role == Role.CheckStateRole:
            tick = self._tick(index)
            return tick if tick is None else _STATES[tick]
        return _RIGHT if role == Role.TextAlignmentRole and column.right else None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """A tick is told; whoever keeps it says so at the next look."""
        if role != Role.CheckStateRole or self._tick(index) is None:
            return False
        on = Qt.CheckState(value) is Qt.CheckState.Checked
        self.ticked.emit([self._shown[index.row()]], on)
        self.refresh()
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Titles across."""
        if role == Role.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return _(self._columns[section].title) if section < len(self._columns) else None
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by one column; -1 returns to the order given."""
        self.beginResetModel()
        self._sorted_by = (column, order) if 0 <= column < len(self._columns) else None
        self._arrange()
        self.endResetModel()

    # -- inside ---------------------------------------------------------------------------------

    def _tick(self, index: Index) -> bool | None:
        if self._checked is None or index.column() != 0:
            return None
        return self._checked(self._shown[index.row()])

    def _arrange(self) -> None:
        texts = [column.text for column in self._columns]
        shown = [
            row
            for row in self._all
            if not self._text or any(self._text in text(row).casefold() for text in texts)
        ]
        if self._sorted_by is not None:
            column, order = self._columns[self._sorted_by[0]], self._sorted_by[1]
            backwards = order is Qt.SortOrder.DescendingOrder
            shown.sort(key=column.key or column.text, reverse=backwards)
        self._shown = shown


class ListTable(KeyedTable):
    """The view; a double click opens a row, too.

    Signals:
        chosen: Another row is the current one (the thing, or None).
    """

    chosen = Signal(object)

    def __init__(
        self, model: ListModel, name: str, accessible: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.list_model = model
        self.setModel(model)
        dress_table(self)
        self.horizontalHeader().setMinimumSectionSize(_NARROWEST)
        self._wide: list[int] = []
        for number, column in enumerate(model._columns):  # noqa: SLF001 - model and view are one
            if column.width:
                self.setColumnWidth(number, column.width)
            else:
                self._wide.append(number)
        self._share_out()
        self.activated.connect(self.open_index)
        self.selectionModel().currentRowChanged.connect(lambda *_both: self._tell())
        self.selectionModel().selectionChanged.connect(lambda *_both: self._tell())
        model.modelReset.connect(self._tell)

    def thing_at(self, place: int) -> Any:
        """What is shown at a place."""
        return self.list_model.row_at(place)

    def current(self) -> Any:
        """The current thing, or None."""
        at, selected = self.currentIndex(), self.selectionModel().selection()
        place = at.row() if at.isValid() else -1
        if selected.count() and not self.selectionModel().isSelected(at):
            place = min(selected.at(number).top() for number in range(selected.count()))
        inside = 0 <= place < self.list_model.rowCount()
        return self.list_model.row_at(place) if inside else None

    def selected(self) -> list[Any]:
        """The things selected, as they are shown."""
        # By range: ten thousand selected rows are one.
        ranges = self.selectionModel().selection()
        places: set[int] = set()
        for number in range(ranges.count()):
            part = ranges.at(number)
            places.update(range(part.top(), part.bottom() + 1))
        return [self.list_model.row_at(place) for place in sorted(places)]

    def choose(self, wanted: Callable[[Any], bool]) -> bool:
        """Make the first thing of a kind the current one."""
        place = self.list_model.place_of(wanted)
        if place >= 0:
            self.selectRow(place)
            self.scrollTo(self.list_model.index(place, 0))
        return place >= 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns without a width share the room; where it is too little they are scrolled to."""
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        header = self.horizontalHeader()
        fixed = sum(column.width for column in self.list_model._columns)  # noqa: SLF001
        room = self.viewport().width() - fixed
        modes = header.ResizeMode
        mode = modes.Stretch if room >= _LEAST_WIDE * len(self._wide) else modes.Interactive
        for number in self._wide:
            if header.sectionResizeMode(number) is not mode:
                header.setSectionResizeMode(number, mode)
                if mode is modes.Interactive:
                    self.setColumnWidth(number, _LEAST_WIDE)

    def copy(self) -> None:
        """The selected rows with their titles to the clipboard."""
        columns = self.list_model._columns  # noqa: SLF001
        lines = ["\t".join(harmless_cell(_(column.title)) for column in columns)]
        lines += [
            "\t".join(harmless_cell(column.text(row)) for column in columns)
            for row in self.selected()
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _tell(self) -> None:
        self.chosen.emit(self.current())
