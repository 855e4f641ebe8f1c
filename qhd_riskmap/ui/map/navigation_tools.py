"""Moving about on the map and selecting on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from qhd_riskmap.i18n import N_
from qhd_riskmap.ui.map.overlay import paint_box
from qhd_riskmap.ui.map.tool import Tool

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas


class PanTool(Tool):
    """Drag moves the map, a click selects, Shift and drag selects a box."""

    key = "pan"
    title = N_("漫游")
    hint = N_("拖动地图；点一下选中；按住 Shift 拖出方框可框选")
    icon_name = "hand-back-right-outline"
    shortcut = "H"
    cursor = Qt.CursorShape.OpenHandCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._box: QRectF | None = None

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Shift the map, or stretch the box."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._box is not None:
            self._box = QRectF(self._pressed or now, now).normalized()
            self.canvas.update()
        else:
            self.canvas.pan(now.x() - before.x(), now.y() - before.y())

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """Select what is in the box."""
        if self._box is not None:
            self._box = None
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.canvas.select_box(QRectF(start, end).normalized(), more=more)

    def leave(self) -> None:
        """Forget the box."""
        super().leave()
        self._box = None

    def paint(self, painter: QPainter) -> None:
        """The rubber band."""
        if self._box is not None:
            paint_box(painter, self._box)
