"""A table of figures: every number in it opens the rows it was counted over."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from qhd_riskmap.i18n import _
from qhd_riskmap.services.figure_tables import FigureTable, Target
from qhd_riskmap.ui.toolkit.facet_list import level_icon
from qhd_riskmap.ui.toolkit.keyed_table import harmless_cell
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.theme import theme

_TARGET: Final = int(Qt.ItemDataRole.UserRole)
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WIDEST: Final = 520
_ROW: Final = 26


class NumberTable(QTableWidget):
    """Shows one `FigureTable`.

    Signals:
        opened: The rows behind a number are wanted (`Target`).
    """

    opened = Signal(object)

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.table: FigureTable | None = None
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.cellClicked.connect(self._open)

    def show_table(self, table: FigureTable) -> None:
        """Show other numbers."""
        self.table = table
        self.clear()
        self.setRowCount(len(table.rows))
        self.setColumnCount(len(table.heads))
        self.setHorizontalHeaderLabels(list(table.heads))
        for row, cells in enumerate(table.rows):
            for column, shown in enumerate(cells):
                item = QTableWidgetItem(shown.text)
                item.setToolTip(plain_tip(shown.text))
                if column not in table.words:
                    item.setTextAlignment(_RIGHT)
                if shown.target is not None:
                    self._mark(item, shown.target)
                self.setItem(row, column, item)
        for column in range(len(table.heads)):
            self._dress_head(column, table)
        self.horizontalHeader().setStretchLastSection(len(table.heads) - 1 in table.words)
        self.resizeColumnsToContents()
        for column in range(self.columnCount()):
            self.setColumnWidth(column, min(_WIDEST, self.columnWidth(column) + 8))

    def restyle(self) -> None:
        """The colours of the theme in force."""
        if self.table is not None:
            self.show_table(self.table)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the number in hand, Ctrl+C copies the table."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open(self.currentRow(), self.currentColumn())
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
        else:
            super().keyPressEvent(event)

    def copied(self) -> str:
        """The whole table as lines with tabs, as spreadsheets want it."""
        if self.table is None:
            return ""
        rows = [self.table.heads, *([cell.text for cell in row] for row in self.table.rows)]
        return "\n".join("\t".join(harmless_cell(text) for text in row) for row in rows)

    def _dress_head(self, column: int, table: FigureTable) -> None:
        """Heads stand as their columns do; those of levels have their colour and digit."""
        head = self.horizontalHeaderItem(column)
        if head is not None:
            head.setTextAlignment(_LEFT if column in table.words else _RIGHT)
            if column in table.ranks:
                head.setIcon(level_icon(table.ranks[column]))

    def _mark(self, item: QTableWidgetItem, target: Target) -> None:
        """A number that can be opened looks like a link."""
        item.setData(_TARGET, target)
        font = QFont(item.font())
        font.setUnderline(True)
        item.setFont(font)
        item.setForeground(QBrush(QColor(theme().accent)))
        item.setToolTip(plain_tip(_("打开“{title}”的记录").format(title=target.title)))

    def _open(self, row: int, column: int) -> None:
        item = self.item(row, column)
        target = item.data(_TARGET) if item is not None else None
        if isinstance(target, Target):
            self.opened.emit(target)
