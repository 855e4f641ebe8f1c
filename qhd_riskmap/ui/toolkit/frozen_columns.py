"""The first columns of a table, standing still while the others scroll below them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
)


class FrozenColumns(QTableView):
    """Lies over the left edge of a table and shows the same model and the same selection."""

    def __init__(
        self, table: QTableView, header: QHeaderView, delegate: QAbstractItemDelegate
    ) -> None:
        super().__init__(table)
        self.setObjectName(f"{table.objectName()}-frozen")
        self._table = table
        self._count = 0
        self.setHorizontalHeader(header)
        self.setModel(table.model())
        # Keyboard and accessibility are the table's; this is a picture that can be clicked.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("frozen", True)  # noqa: FBT003 - Qt's signature
        self.setSelectionBehavior(table.selectionBehavior())
        self.setSelectionMode(table.selectionMode())
        self.setSelectionModel(table.selectionModel())
        # Its own: two views that share one answer each other's editors.
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setAlternatingRowColors(table.alternatingRowColors())
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(table.verticalScrollMode())
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows, theirs = self.verticalHeader(), table.verticalHeader()
        rows.setDefaultSectionSize(theirs.defaultSectionSize())
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.hide()
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        shared = table.horizontalHeader()
        shared.sectionResized.connect(self.fit)
        shared.sectionMoved.connect(self.fit)
        shared.geometriesChanged.connect(self.fit)
        self.doubleClicked.connect(table.doubleClicked)
        table.viewport().installEventFilter(self)
        self.hide()

    @property
    def count(self) -> int:
        """How many visible columns stand still."""
        return self._count

    def freeze(self, count: int) -> None:
        """Let the first ``count`` visible columns stand still; 0 lets all scroll."""
        self._count = count
        self.fit()

    def fit(self) -> None:
        """Take the columns, their widths and the place from the table."""
        header, mine = self._table.horizontalHeader(), self.horizontalHeader()
        visible = [
            logical
            for place in range(header.count())
            if not header.isSectionHidden(logical := header.logicalIndex(place))
        ]
        frozen = visible[: self._count]
        for place in range(header.count()):
            logical = header.logicalIndex(place)
            mine.moveSection(mine.visualIndex(logical), place)
            self.setColumnHidden(logical, logical not in frozen)
            if logical in frozen:
                self.setColumnWidth(logical, header.sectionSize(logical))
        if not frozen or len(frozen) == len(visible):
            self.hide()
            return
        edge = self._table.frameWidth()
        width = sum(header.sectionSize(logical) for logical in frozen)
        height = self._table.viewport().height() + header.height()
        mine.setFixedHeight(header.height())
        self.setGeometry(edge, edge, min(width, self._table.viewport().width()), height)
        self.verticalScrollBar().setValue(self._table.verticalScrollBar().value())
        self.show()
        self.raise_()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The table scrolls; this follows."""
        self._table.wheelEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the table."""
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)
