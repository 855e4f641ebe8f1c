"""Selecting on the map: by a box, a polygon or a circle; Shift adds, Ctrl takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.canvas_selection import select_area, select_within
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.overlay import paint_box, paint_note
from qhd_riskmap.ui.map.rubber_shapes import Place, paint_area
from qhd_riskmap.ui.toolkit.selection import ADD, REMOVE, REPLACE

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

BOX: Final = "box"
POLYGON: Final = "polygon"
CIRCLE: Final = "circle"
SELECT_SHAPES: Final = (
    (BOX, N_("方框"), "select-drag", N_("拖出方框")),
    (
        POLYGON,
        N_("多边形"),
        "vector-polygon",
        N_("依次点击拐点，双击或回车结束，退格键撤回一个拐点"),
    ),
    (CIRCLE, N_("圆"), "vector-circle", N_("从圆心拖到边缘")),
)
_CORNERS: Final = 3


class SelectTool(PanTool):
    """Selects what a drawn shape touches.

    Attributes:
        shape: `BOX`, `POLYGON` or `CIRCLE`.
    """

    key = "select"
    title = N_("选择")
    hint = N_("点一下选中一处；拖出方框、多边形或圆选中多处；按住 Shift 增加，按住 Ctrl 减去")
    icon_name = "select-drag"
    shortcut = "S"
    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.shape = BOX
        self._corners: list[Place] = []

    def take_shape(self, shape: str) -> None:
        """Select by another kind of shape."""
        self.leave()
        self.shape = shape
        self.canvas.update()

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Set a corner of a polygon; otherwise select one hazard."""
        if self.shape == POLYGON:
            self._corners.append(self.canvas.place_at(place.x(), place.y()))
            self.canvas.update()
            return
        how = how_of(event)
        self.canvas.select_at(place.x(), place.y(), more=how != REPLACE)

    def move(self, event: QMouseEvent) -> None:
        """The open side of the polygon follows the mouse."""
        super().move(event)
        if self._corners:
            self.canvas.update()

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Stretch the box or the circle; a polygon is clicked, so dragging moves the map."""
        if self.shape == POLYGON:
            self.canvas.pan(now.x() - before.x(), now.y() - before.y())
            return
        del event
        self._box = QRectF(self._pressed or now, now)
        self.canvas.update()

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """Select what the shape touches."""
        if self._box is None:
            return
        self._box = None
        if self.shape == CIRCLE:
            self._select_circle(start, end, how_of(event))
        else:
            corners = [(start.x(), start.y()), (end.x(), start.y())]
            corners += [(end.x(), end.y()), (start.x(), end.y())]
            ring = [self.canvas.place_at(x, y) for x, y in corners]
            select_area(self.canvas, shapely.Polygon(ring), how_of(event))

    def double_click(self, place: QPointF) -> bool:
        """Close the polygon; the first click of the pair has set the last corner."""
        del place
        if self.shape != POLYGON:
            return False
        self._close(REPLACE)
        return True

    def key_press(self, event: QKeyEvent) -> bool:
        """Enter closes the polygon, Backspace takes a corner back, Esc gives it up."""
        if not self._corners:
            return False
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._close(_how(event.modifiers()))
        elif event.key() == Qt.Key.Key_Backspace:
            self._corners.pop()
        elif event.key() == Qt.Key.Key_Escape:
            self._corners = []
        else:
            return False
        self.canvas.update()
        return True

    def leave(self) -> None:
        """Forget what was begun."""
        super().leave()
        self._corners = []

    def paint(self, painter: QPainter) -> None:
        """The rubber band."""
        if self._corners:
            open_end = self.canvas.place_at(self._here.x(), self._here.y())
            paint_area(painter, [*self._corners, open_end], self.canvas.viewport)
            paint_note(painter, self._here, _("双击或回车结束"))
        elif self._box is not None and self.shape == CIRCLE:
            self._paint_circle(painter, self._box.topLeft(), self._box.bottomRight())
        elif self._box is not None:
            paint_box(painter, self._box.normalized())

    def _paint_circle(self, painter: QPainter, centre: QPointF, rim: QPointF) -> None:
        radius = ((rim.x() - centre.x()) ** 2 + (rim.y() - centre.y()) ** 2) ** 0.5
        paint_box(painter, QRectF(centre.x(), centre.y(), 0, 0))
        painter.drawEllipse(centre, radius, radius)
        paint_note(
            painter, rim, _("半径 {length}").format(length=length_text(self._metres(centre, rim)))
        )

    def _metres(self, centre: QPointF, rim: QPointF) -> float:
        first = self.canvas.place_at(centre.x(), centre.y())
        return float(distance_m(*first, *self.canvas.place_at(rim.x(), rim.y())))

    def _select_circle(self, centre: QPointF, rim: QPointF, how: str) -> None:
        place = self.canvas.place_at(centre.x(), centre.y())
        select_within(self.canvas, place, self._metres(centre, rim), how)

    def _close(self, how: str) -> None:
        corners, self._corners = self._corners, []
        area = polygon_of(corners)
        if area is not None:
            select_area(self.canvas, area, how)
        self.canvas.update()


def polygon_of(corners: list[Place]) -> BaseGeometry | None:
    """The area within corners, crossing sides mended; None where they enclose none."""
    if len(set(corners)) < _CORNERS:
        return None
    area = shapely.make_valid(shapely.Polygon(corners))
    return area if area.area > 0 else None


def how_of(event: QMouseEvent) -> str:
    """What the keys held down mean: add, take away, or begin anew."""
    return _how(event.modifiers())


def _how(keys: Qt.KeyboardModifier) -> str:
    if keys & Qt.KeyboardModifier.ShiftModifier:
        return ADD
    return REMOVE if keys & Qt.KeyboardModifier.ControlModifier else REPLACE
