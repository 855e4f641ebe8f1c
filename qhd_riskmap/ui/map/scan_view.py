"""Shows a scanned map to click points in: drag moves it, the wheel zooms, a click picks."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.theme import theme

_SMALLEST: Final = QSize(380, 300)
_CLICK_PX: Final = 4.0
_WHEEL_STEP: Final = 120.0
_ZOOM: Final = 1.25
_CROSS: Final = 9.0
_RANGE: Final = (0.02, 12.0)


class ScanView(QWidget):
    """The picture with its numbered points.

    Signals:
        picked: A place was clicked: column, row in pixels of the file.
    """

    picked = Signal(float, float)

    def __init__(self, size: tuple[int, int], parent: QWidget | None = None) -> None:
        """Build the view.

        Args:
            size: Pixels of the file; the picture shown may have fewer.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.setObjectName("scan-view")
        self.setAccessibleName(_("扫描图"))
        self.setMinimumSize(_SMALLEST)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._size = size
        self._image: QImage | None = None
        self._points: list[tuple[float, float]] = []
        self._pending: tuple[float, float] | None = None
        self._scale: float | None = None
        self._middle = QPointF(size[0] / 2, size[1] / 2)
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragging = False

    def show_image(self, image: QImage) -> None:
        """Show the picture of the whole file."""
        self._image = image
        self.update()

    def show_points(
        self, points: list[tuple[float, float]], pending: tuple[float, float] | None
    ) -> None:
        """Mark these places, and the one whose partner on the map is still to come."""
        self._points, self._pending = points, pending
        self.update()

    def to_widget(self, column: float, row: float) -> QPointF:
        """Where a pixel of the file lies in the widget."""
        scale = self._zoom()
        return QPointF(
            self.width() / 2 + (column - self._middle.x()) * scale,
            self.height() / 2 + (row - self._middle.y()) * scale,
        )

    def to_file(self, place: QPointF) -> tuple[float, float]:
        """The pixel of the file under a place of the widget."""
        scale = self._zoom()
        return (
            (place.x() - self.width() / 2) / scale + self._middle.x(),
            (place.y() - self.height() / 2) / scale + self._middle.y(),
        )

    def _zoom(self) -> float:
        if self._scale is not None:
            return self._scale
        return min(self.width() / self._size[0], self.height() / self._size[1]) * 0.96

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture and points."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme().raised))
        painter.setRenderHints(
            QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing
        )
        if self._image is not None:
            corner = self.to_widget(0, 0)
            far = self.to_widget(*map(float, self._size))
            painter.drawImage(QRectF(corner, far), self._image, QRectF(self._image.rect()))
        for number, (column, row) in enumerate(self._points, start=1):
            _mark(painter, self.to_widget(column, row), str(number), theme().accent)
        if self._pending is not None:
            _mark(painter, self.to_widget(*self._pending), "?", theme().error)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click or the beginning of a drag."""
        self._pressed = self._last = event.position()
        self._dragging = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture."""
        if self._pressed is None:
            return
        far = event.position() - self._pressed
        self._dragging = self._dragging or abs(far.x()) + abs(far.y()) > _CLICK_PX
        if self._dragging:
            self._middle -= (event.position() - self._last) / self._zoom()
            self._last = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click picks a place inside the picture."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._dragging:
            return
        column, row = self.to_file(event.position())
        if 0 <= column <= self._size[0] and 0 <= row <= self._size[1]:
            self.picked.emit(column, row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor."""
        before = self.to_file(event.position())
        factor = _ZOOM ** (event.angleDelta().y() / _WHEEL_STEP)
        self._scale = min(max(self._zoom() * factor, _RANGE[0]), _RANGE[1])
        after = self.to_file(event.position())
        self._middle += QPointF(before[0] - after[0], before[1] - after[1])
        self.update()
        event.accept()


def _mark(painter: QPainter, place: QPointF, text: str, colour: str) -> None:
    for width, shade in ((4.0, "#FFFFFF"), (2.0, colour)):
        painter.setPen(QPen(QColor(shade), width))
        painter.drawLine(place - QPointF(_CROSS, 0), place + QPointF(_CROSS, 0))
        painter.drawLine(place - QPointF(0, _CROSS), place + QPointF(0, _CROSS))
    box = QRectF(place.x() + _CROSS, place.y() - 2 * _CROSS, 2 * _CROSS, 2 * _CROSS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(box)
    painter.setPen(QColor("#FFFFFF"))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
