"""A4 paper for forms, painted in millimetres: words, frames, boxes, QR codes, small maps."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPdfWriter, QPen

from qhd_riskmap.cartography.fonts import sheet_font
from qhd_riskmap.cartography.page_export import PDF_DPI
from qhd_riskmap.formats.qr_code import QUIET_MODULES, qr_modules

MM: Final = PDF_DPI / 25.4
INSET: Final = 1.5
SHADE: Final = "#ECECEC"
_POINT: Final = PDF_DPI / 72.0
_RULE_MM: Final = 0.2
_LINE: Final = "#000000"


class PaperPages:
    """Paper to paint on, in millimetres."""

    def __init__(self, painter: QPainter, writer: QPdfWriter) -> None:
        self.painter = painter
        self._writer = writer
        self.count = 0

    def turn(self) -> None:
        """Begin a page."""
        if self.count:
            self._writer.newPage()
        self.count += 1
        self.painter.setPen(QPen(QColor(_LINE), _RULE_MM * MM))

    def font(self, points: float, *, bold: bool = False) -> QFont:
        """The sheet font in points."""
        return sheet_font(points * _POINT, bold=bold)

    def width(self, text: str, font: QFont) -> float:
        """Millimetres a text takes on one line."""
        return QFontMetricsF(font).horizontalAdvance(text) / MM

    def height(self, text: str, font: QFont, width: float) -> float:
        """Millimetres a text takes when broken to a width."""
        room = QRectF(0, 0, width * MM, 1e6)
        flags = int(Qt.TextFlag.TextWordWrap)
        return QFontMetricsF(font).boundingRect(room, flags, text).height() / MM

    def text(
        self,
        text: str,
        font: QFont,
        place: QRectF,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        """Write into a rectangle, in the middle of its height."""
        self.painter.setFont(font)
        flags = int(align | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)
        self.painter.drawText(scaled(place), flags, text)

    def frame(self, place: QRectF, shade: str = "") -> None:
        """Rule a rectangle."""
        if shade:
            self.painter.fillRect(scaled(place), QColor(shade))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRect(scaled(place))

    def qr(self, text: str, place: QRectF) -> None:
        """A QR code with its quiet zone inside a square."""
        modules = qr_modules(text)
        whole = len(modules) + 2 * QUIET_MODULES
        square = scaled(place)
        side = square.width() / whole
        self.painter.fillRect(square, QColor("#FFFFFF"))
        dark = QColor("#000000")
        for row, line in enumerate(modules.tolist()):
            top = square.top() + (row + QUIET_MODULES) * side
            start = None
            # Runs of dark modules are one rectangle: no hairline shows between them.
            for column, on in enumerate([*line, False]):
                if on and start is None:
                    start = column
                elif not on and start is not None:
                    left = square.left() + (start + QUIET_MODULES) * side
                    self.painter.fillRect(QRectF(left, top, (column - start) * side, side), dark)
                    start = None


def inside(place: QRectF) -> QRectF:
    """Room for words in a cell."""
    return place.adjusted(INSET, 0, -INSET, 0)


def scaled(place: QRectF) -> QRectF:
    """Millimetres as the painter counts."""
    return QRectF(place.x() * MM, place.y() * MM, place.width() * MM, place.height() * MM)
