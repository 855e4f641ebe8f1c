"""Placing a hazard, and moving one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.overlay import paint_measured

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas


class DrawPointTool(PanTool):
    """A click places a new hazard."""

    key = "draw-point"
    title = N_("画点")
    hint = N_("在地图上点一下，登记一处新的隐患")
    icon_name = "map-marker-plus-outline"
    shortcut = "N"
    cursor = Qt.CursorShape.CrossCursor

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Offer the place."""
        del event
        lon, lat = self.canvas.place_at(place.x(), place.y())
        self.canvas.point_drawn.emit(lon, lat)


class MoveTool(PanTool):
    """Drag the selected hazard to its right place."""

    key = "move"
    title = N_("移动")
    hint = N_("先选中一处隐患，再把它拖到正确的位置，松手后确认")
    icon_name = "cursor-move"
    shortcut = "M"
    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._carried: str | None = None

    def press(self, event: QMouseEvent) -> None:
        """Take up the hazard under the mouse; the selected one is preferred."""
        super().press(event)
        hits = self.canvas.hits_at(event.position().x(), event.position().y())
        chosen = [each for each in hits if each in self.canvas.selection]
        self._carried = next(iter(chosen or hits), None)

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Carry the hazard, or move the map where nothing was taken up."""
        if self._carried is None:
            super().drag(before, now, event)
        else:
            self.canvas.update()

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """Ask to move the hazard here."""
        carried, self._carried = self._carried, None
        if carried is None:
            super().dropped(start, end, event)
            return
        anchor = self.canvas.anchor_of(carried)
        if anchor is None:
            return
        x, y = self.canvas.viewport.to_screen(*anchor)
        lon, lat = self.canvas.place_at(
            float(x) + end.x() - start.x(), float(y) + end.y() - start.y()
        )
        self.canvas.selection.set([carried], by=self.canvas)
        self.canvas.move_wanted.emit(carried, lon, lat)
        self.canvas.update()

    def leave(self) -> None:
        """Put it back."""
        super().leave()
        self._carried = None

    def paint(self, painter: QPainter) -> None:
        """A line from where it was."""
        super().paint(painter)
        if self._carried is None or not self._dragging or self._pressed is None:
            return
        start = self.canvas.place_at(self._pressed.x(), self._pressed.y())
        end = self.canvas.place_at(self._here.x(), self._here.y())
        metres = float(distance_m(*start, *end))
        paint_measured(
            painter,
            [start, end],
            self.canvas.viewport,
            _("移动 {length}").format(length=length_text(metres)),
        )
