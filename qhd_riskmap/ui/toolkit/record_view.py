"""The view of a record table: level chips, linked selection, column menu, copying."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QByteArray,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from qhd_riskmap.cartography.symbols import level_label
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.i18n import _
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.toolkit.record_table import (
    LEVEL_ROLE,
    Column,
    RecordTableModel,
    tab_separated,
)
from qhd_riskmap.ui.toolkit.selection import Selection
from qhd_riskmap.ui.toolkit.theme import LEVEL_FILLS, RADIUS, SPACE_S, theme

_ROW_HEIGHT: Final = 28
_CHIP: Final = 18
_CHIP_ROOM: Final = 44
_TITLE_ROOM: Final = 24
_MOST_SELECTED: Final = 2000  # more would make Qt's selection model the slowest part of a click


class LevelDelegate(QStyledItemDelegate):
    """Draws a level as a coloured chip with its number, then its name: never colour alone."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one cell."""
        rank = index.data(LEVEL_ROLE)
        if rank is None:
            super().paint(painter, option, index)
            return
        shown = theme()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(shown.selected))
        paint_level_chip(
            painter,
            option.rect,
            int(rank),
            str(index.data()),
        )


def paint_level_chip(painter: QPainter, rect: QRect, rank: int, text: str) -> None:
    """Paint chip and name into ``rect``."""
    shown = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(rect.left() + SPACE_S, rect.center().y() - _CHIP / 2 + 1, _CHIP, _CHIP)
    if rank == NO_LEVEL:
        painter.setPen(QPen(QColor(shown.border), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(QColor(shown.muted))
    else:
        fill, ink = LEVEL_FILLS[RiskLevel.from_rank(rank)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        font = QFont(painter.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(rank))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(shown.text))
    words = QRect(rect)
    words.setLeft(int(box.right()) + SPACE_S)
    painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), text)
    painter.restore()


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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(_("隐患列表"))
        self.records = model
        self._selection = selection
        self._settings = settings
        self._following = False
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(LevelDelegate(self))
        self._dress_headers()
        self.selectionModel().selectionChanged.connect(self._tell)
        self.doubleClicked.connect(self._open_index)
        selection.changed.connect(self._follow)
        model.modelReset.connect(self._mark_selected)

    def selected_rows(self) -> list[int]:
        """Numbers of the selected rows, from top to bottom."""
        # Whole rows are selected, so the ranges say it: `selectedRows` asks the model for every
        # cell and takes seconds with 100,000 rows.
        ranges = self.selectionModel().selection()
        spans = (ranges.at(number) for number in range(ranges.count()))
        return sorted({row for span in spans for row in range(span.top(), span.bottom() + 1)})

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy and open by keyboard; the rest is Qt's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open_index(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def remember_layout(self) -> None:
        """Keep widths, order and choice of columns in the settings."""
        state = self.horizontalHeader().saveState().toBase64().data()
        self._settings.layouts[self.objectName()] = bytes(state).decode("ascii")

    def column_menu(self) -> QMenu:
        """Choose the columns."""
        menu = QMenu(self)
        for number, column in enumerate(self.records.columns):
            action = menu.addAction(_(column.title))
            action.setObjectName(f"column-{column.key}")
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(number))
            action.setEnabled(column.key != "name")
            action.toggled.connect(lambda on, n=number: self.setColumnHidden(n, not on))
        return menu

    # -- linking --------------------------------------------------------------------------------

    def _tell(self) -> None:
        if self._following:
            return
        ids = self.records.ids_at(self.selected_rows())
        # A selected hazard that the filter hides stays with the map; choosing rows replaces it.
        self._selection.set(ids, by=self)

    def _follow(self, by: object) -> None:
        if by is not self:
            self._mark_selected()

    def _mark_selected(self) -> None:
        rows = [
            row
            for each in self._selection.ids[-_MOST_SELECTED:]
            if (row := self.records.row_of(each)) is not None
        ]
        marked = QItemSelection()
        for row in rows:
            start = self.records.index(row, 0)
            marked.select(start, self.records.index(row, self.records.columnCount() - 1))
        self._following = True
        try:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(marked, flags.ClearAndSelect)
            if rows:
                current = self.records.index(rows[-1], max(0, self._first_visible_column()))
                self.selectionModel().setCurrentIndex(current, flags.NoUpdate)
                self.scrollTo(current)
        finally:
            self._following = False

    def _first_visible_column(self) -> int:
        shown = self.shown_columns()
        return shown[0] if shown else 0

    def _open_index(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.records.id_at(index.row()))

    # -- look -----------------------------------------------------------------------------------

    def _dress_headers(self) -> None:
        header = self.horizontalHeader()
        # A header asks its selection model about every row of every column at every paint, though
        # nothing is highlighted: seconds with 100,000 rows. An empty one answers at once.
        header.setSelectionModel(QItemSelectionModel(self.records, self))
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_column_menu)
        for number, column in enumerate(self.records.columns):
            self.setColumnWidth(number, self._first_width(column))
            self.setColumnHidden(number, not column.shown)
        saved = self._settings.layouts.get(self.objectName(), "")
        if saved:
            header.restoreState(QByteArray.fromBase64(saved.encode("ascii", "replace")))
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        rows = self.verticalHeader()
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.hide()

    def _first_width(self, column: Column) -> int:
        """Room for the title in the language in force; level names must never be cut."""
        metrics = QFontMetrics(self.font())
        words = [metrics.horizontalAdvance(_(column.title)) * 11 // 10 + _TITLE_ROOM]
        if column.key == "level":
            names = (level_label(rank) for rank in range(len(RiskLevel) + 1))
            words += [metrics.horizontalAdvance(name) + _CHIP_ROOM for name in names]
        return max(column.width, *words)

    def _show_column_menu(self, place: QPoint) -> None:
        self.column_menu().popup(self.horizontalHeader().mapToGlobal(place))
