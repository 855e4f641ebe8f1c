"""What the tables that only show rows have in common: their look, their keys, what they copy."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

_ROW_HEIGHT: Final = 28


class KeyedTable(QTableView):
    """Ctrl+C copies the selected rows, Enter opens the row in hand.

    Signals:
        opened: A row was opened (what it shows).
    """

    opened = Signal(object)

    def copy(self) -> None:
        """Put the selected rows on the clipboard."""
        raise NotImplementedError

    def thing_at(self, place: int) -> Any:
        """What is shown at a place."""
        raise NotImplementedError

    def open_index(self, index: QModelIndex) -> None:
        """Open what is shown there."""
        if index.isValid():
            self.opened.emit(self.thing_at(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy and open by keyboard; the rest is Qt's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_index(self.currentIndex())
        else:
            super().keyPressEvent(event)


def dress_table(view: QTableView) -> None:
    """Rows instead of cells, no grid, sortable, nothing to edit."""
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setAlternatingRowColors(True)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows = view.verticalHeader()
    rows.setDefaultSectionSize(_ROW_HEIGHT)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.hide()
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSortIndicatorShown(True)
    header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    view.setSortingEnabled(True)


def harmless_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat[:1] in {"=", "+", "-", "@"} else flat
