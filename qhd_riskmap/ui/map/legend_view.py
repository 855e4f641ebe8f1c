"""The legend of what is in view."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qhd_riskmap.cartography.legend import LegendEntry, paint_legend_sign
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS, theme

_ROW: Final = 24
_SIGN: Final = 18


class LegendView(QWidget):
    """Signs with their names, one below the other, in columns where asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self.setAccessibleName(_("图例"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._entries: tuple[LegendEntry, ...] = ()
        self._columns = 1

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        """What is shown."""
        return self._entries

    def show_entries(self, entries: tuple[LegendEntry, ...]) -> None:
        """Show other signs."""
        if entries != self._entries:
            self._entries = entries
            words = "、".join(entry.label for entry in entries)
            self.setAccessibleDescription(words)
            self._settle()

    def sizeHint(self) -> QSize:
        """High as the rows, wide as the longest name in each column."""
        rows = math.ceil(max(1, len(self._entries)) / self._columns)
        return QSize(self._columns * self._column_width(), rows * _ROW + 2 * SPACE_XS)

    def in_columns(self, width: int, height: int) -> QSize:
        """Take as many columns as the height asks for and the width allows; the size then wanted."""
        most_rows = max(1, (height - 2 * SPACE_XS) // _ROW)
        wanted = math.ceil(len(self._entries) / most_rows)
        self._columns = max(1, min(wanted, width // self._column_width()))
        self._settle()
        return self.sizeHint()

    def _settle(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def _column_width(self) -> int:
        metrics = QFontMetrics(self.font())
        texts = [entry.label for entry in self._entries] or [_("当前视野内没有隐患")]
        return max(metrics.horizontalAdvance(text) for text in texts) + _SIGN + 4 * SPACE_S

    def paintEvent(self, event: QPaintEvent) -> None:
        """Signs and names."""
        del event
        shown = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._entries:
            painter.setPen(QColor(shown.muted))
            painter.drawText(
                self.rect(), int(Qt.AlignmentFlag.AlignCenter), _("当前视野内没有隐患")
            )
        rows = math.ceil(max(1, len(self._entries)) / self._columns)
        width = self.width() if self._columns == 1 else self._column_width()
        for number, entry in enumerate(self._entries):
            column, row = divmod(number, rows)
            top, left = SPACE_XS + row * _ROW, column * width + SPACE_S
            sign = QRectF(left, top + (_ROW - _SIGN) / 2, _SIGN, _SIGN)
            paint_legend_sign(painter, entry, sign)
            painter.setPen(QColor(shown.text))
            left += _SIGN + SPACE_S
            words = QRectF(left, top, (column + 1) * width - left, _ROW)
            label = painter.fontMetrics().elidedText(
                entry.label, Qt.TextElideMode.ElideRight, int(words.width())
            )
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), label)
        painter.end()
