"""The preview of a sheet: the whole page, or as large as on paper and larger, to be read."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from qhd_riskmap.cartography.page_model import PageSize
from qhd_riskmap.i18n import _

WHOLE: Final = 0.0
ZOOMS: Final = (WHOLE, 1.0, 2.0)
_SCREEN_DPI: Final = 96.0
_MM_PER_INCH: Final = 25.4
_LOWEST_DPI: Final = 30
# A0 twice as large as on paper would take gigabytes.
_MOST_PIXELS: Final = 6_000


class SheetPreview(QScrollArea):
    """Shows a picture of a sheet; a double click changes between the whole page and its details.

    Signals:
        sharper_wanted: The picture there is too coarse for what is to be seen.
        zoom_changed: Another enlargement (one of `ZOOMS`).
    """

    sharper_wanted = Signal()
    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("print-preview")
        self.setAccessibleName(_("打印预览"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture = QPixmap()
        self.zoom = WHOLE
        self._page = PageSize.A4_LANDSCAPE
        self._grabbed: QPoint | None = None
        self._label = QLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(self._label)

    def dpi(self, page: PageSize) -> int:
        """How fine a picture of this page has to be now."""
        long = max(page.millimetres) / _MM_PER_INCH
        if self.zoom == WHOLE:
            room = self.maximumViewportSize()
            wanted = max(room.width(), room.height()) / long
        else:
            wanted = _SCREEN_DPI * self.zoom
        wanted *= self.devicePixelRatioF()
        return max(_LOWEST_DPI, round(min(wanted, _MOST_PIXELS / long)))

    def show_sheet(self, image: QImage, page: PageSize) -> None:
        """Show another picture."""
        self.picture, self._page = QPixmap.fromImage(image), page
        self._fit()

    def set_zoom(self, zoom: float) -> None:
        """Show the whole page (`WHOLE`), or so many times the size on paper."""
        if zoom != self.zoom:
            self.zoom = zoom
            self._fit()
            self.zoom_changed.emit(zoom)
            self.sharper_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The whole page fills its place."""
        super().resizeEvent(event)
        self._fit()
        if self.zoom == WHOLE and not self.picture.isNull():
            self.sharper_wanted.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """From the page to the details at this place, and back."""
        place = self._label.mapFrom(self, event.position().toPoint())
        share_x = place.x() / max(1, self._label.width())
        share_y = place.y() / max(1, self._label.height())
        self.set_zoom(ZOOMS[-1] if self.zoom == WHOLE else WHOLE)
        room = self.viewport()
        self.horizontalScrollBar().setValue(round(share_x * self._label.width() - room.width() / 2))
        self.verticalScrollBar().setValue(round(share_y * self._label.height() - room.height() / 2))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the sheet."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._grabbed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the sheet."""
        if self._grabbed is not None:
            here = event.position().toPoint()
            moved, self._grabbed = here - self._grabbed, here
            for bar, step in (
                (self.horizontalScrollBar(), moved.x()),
                (self.verticalScrollBar(), moved.y()),
            ):
                bar.setValue(bar.value() - step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the sheet go."""
        del event
        self._grabbed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel enlarge, the wheel alone scrolls."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        step = 1 if event.angleDelta().y() > 0 else -1
        place = min(max(ZOOMS.index(self.zoom) + step, 0), len(ZOOMS) - 1)
        self.set_zoom(ZOOMS[place])

    def _fit(self) -> None:
        if self.picture.isNull():
            return
        ratio = self.devicePixelRatioF()
        size = self.maximumViewportSize()
        if self.zoom != WHOLE:
            width, height = self._page.millimetres
            per_mm = _SCREEN_DPI * self.zoom / _MM_PER_INCH
            size.setWidth(round(width * per_mm))
            size.setHeight(round(height * per_mm))
        shown = self.picture.scaled(
            size * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        shown.setDevicePixelRatio(ratio)
        self._label.setPixmap(shown)
        self._label.resize(shown.deviceIndependentSize().toSize())
