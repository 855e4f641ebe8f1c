"""A level as chip and word."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qhd_riskmap.cartography.symbols import level_label
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.ui.toolkit.level_delegate import paint_level_chip

_HEIGHT: Final = 26
_ROOM: Final = 44


class LevelChip(QWidget):
    """Shows one level: colour, number and name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._rank = NO_LEVEL
        self.show_level(NO_LEVEL)

    @property
    def rank(self) -> int:
        """1 red … 4 blue, `NO_LEVEL` where ungraded."""
        return self._rank

    def show_level(self, rank: int) -> None:
        """Show another level."""
        self._rank = rank
        self.setAccessibleName(level_label(rank))
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Room for chip and word."""
        words = QFontMetrics(self.font()).horizontalAdvance(level_label(self._rank))
        return QSize(words + _ROOM, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Chip and word."""
        del event
        painter = QPainter(self)
        paint_level_chip(painter, self.rect(), self._rank, level_label(self._rank))
        painter.end()
