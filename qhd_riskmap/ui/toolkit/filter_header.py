"""Column titles with a funnel each: a click on the title sorts, one on the funnel filters."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QToolTip, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_XS, theme

_FUNNEL: Final = 14
FUNNEL_ROOM: Final = _FUNNEL + 2 * SPACE_XS
_NARROWEST: Final = 2 * FUNNEL_ROOM


class FilterHeader(QHeaderView):
    """The header of a record table.

    Signals:
        filter_wanted: The funnel of a column was clicked (its number).
    """

    filter_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._filtered: frozenset[int] = frozenset()
        self._pressed_funnel = -1
        # The funnel must not stand on the title; a narrow title ends in dots, its tip is whole.
        self.setMinimumSectionSize(_NARROWEST)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)

    def show_filtered(self, columns: frozenset[int]) -> None:
        """Mark the columns that hide rows."""
        if columns != self._filtered:
            self._filtered = columns
            self.viewport().update()

    def funnel_rect(self, section: int) -> QRect:
        """Where the funnel of a column stands."""
        left = self.sectionViewportPosition(section) + self.sectionSize(section)
        top = (self.height() - _FUNNEL) // 2
        return QRect(left - _FUNNEL - SPACE_XS, top, _FUNNEL, _FUNNEL)

    def sectionSizeFromContents(self, logicalIndex: int) -> QSize:  # noqa: N802, N803 - Qt's names
        """Room for the funnel beside the title."""
        size = super().sectionSizeFromContents(logicalIndex)
        return QSize(size.width() + FUNNEL_ROOM, size.height())

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802, N803 - Qt's names
        """Title, sort arrow, funnel."""
        painter.save()
        super().paintSection(painter, rect, logicalIndex)
        painter.restore()
        if self.sectionSize(logicalIndex) < 2 * FUNNEL_ROOM:
            return
        on = logicalIndex in self._filtered
        sign = icon("filter" if on else "filter-outline", colour="accent" if on else "border")
        place = self.funnel_rect(logicalIndex)
        ground = place.adjusted(-SPACE_XS, 0, 0, 0)
        painter.fillRect(ground, QColor(theme().raised))  # a long title ends before the funnel
        sign.paint(painter, place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a funnel does not sort."""
        self._pressed_funnel = self._funnel_at(event.position())
        if self._pressed_funnel < 0 or event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the filter where the funnel was pressed."""
        pressed, self._pressed_funnel = self._pressed_funnel, -1
        if pressed < 0 or event.button() is not Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
        elif pressed == self._funnel_at(event.position()):
            self.filter_wanted.emit(pressed)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what the funnel does; elsewhere the whole title, which may be cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            section = self.logicalIndexAt(event.pos())
            if self._funnel_at(QPointF(event.pos())) >= 0:
                QToolTip.showText(event.globalPos(), _("筛选此列（Alt+↓）"), self)
                return True
            if section >= 0:
                QToolTip.showText(event.globalPos(), self._title(section), self)
                return True
        return super().viewportEvent(event)

    def _title(self, section: int) -> str:
        title = self.model().headerData(section, self.orientation(), Qt.ItemDataRole.DisplayRole)
        return str(title or "")

    def _funnel_at(self, place: QPointF) -> int:
        section = self.logicalIndexAt(place.toPoint())
        if section < 0 or self.sectionSize(section) < 2 * FUNNEL_ROOM:
            return -1
        # Four pixels at the edge belong to resizing the column.
        reach = self.funnel_rect(section).adjusted(-2, -SPACE_XS, 1, SPACE_XS)
        return section if reach.contains(place.toPoint()) else -1
