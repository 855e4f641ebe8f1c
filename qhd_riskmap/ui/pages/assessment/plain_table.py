"""A table of texts that is filled as a whole and only shows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from qhd_riskmap.ui.toolkit.page_parts import plain_tip

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PlainTable(QTableWidget):
    """Rows of texts, each with a key of its own."""

    def __init__(self, titles: Sequence[str], name: str, *, wide: int = -1) -> None:
        super().__init__(0, len(titles))
        self.setObjectName(name)
        self.setHorizontalHeaderLabels(list(titles))
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(wide in {-1, len(titles) - 1})
        if 0 <= wide < len(titles):
            header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)

    def fill(self, rows: Sequence[Sequence[str]], keys: Sequence[str] = ()) -> None:
        """Show other rows."""
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text))
                if text.replace(".", "", 1).isdecimal():
                    item.setTextAlignment(_RIGHT)
                if keys and not column:
                    item.setData(Qt.ItemDataRole.UserRole, keys[row])
                self.setItem(row, column, item)
        self.resizeColumnsToContents()

    def chosen(self) -> list[str]:
        """Keys of the selected rows."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        first = [item for row in rows if (item := self.item(row, 0)) is not None]
        return [str(item.data(Qt.ItemDataRole.UserRole)) for item in first]
