"""Measuring on the map: distances with bearings, areas, and what lies within a distance."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.geo.geodesy import area_m2, azimuth_deg, buffer_m, distance_m, length_m
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.canvas_selection import select_area
from qhd_riskmap.ui.map.measures import area_text, length_text
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.overlay import paint_measured, paint_note
from qhd_riskmap.ui.map.rubber_shapes import Place, paint_area, paint_shape
from qhd_riskmap.ui.map.select_tools import polygon_of
from qhd_riskmap.ui.toolkit.selection import REPLACE

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

DISTANCE: Final = "distance"
AREA: Final = "area"
BUFFER: Final = "buffer"
MEASURES: Final = (
    (DISTANCE, N_("距离和方位"), "ruler", N_("依次点击，显示总长和末段的方位；双击或 Esc 结束")),
    (AREA, N_("面积"), "vector-square", N_("依次点击拐点，显示面积和周长；双击或 Esc 结束")),
    (
        BUFFER,
        N_("缓冲范围"),
        "map-marker-radius-outline",
        N_("点击一处，或用选中的隐患，画出周围一定距离的范围"),
    ),
)
_FIRST_BUFFER_M: Final = 500.0
_TWO: Final = 2


class MeasureTool(PanTool):
    """Clicks measure on the ground, along geodesics of the CGCS2000 ellipsoid.

    Attributes:
        measure: `DISTANCE`, `AREA` or `BUFFER`.
        buffer_m: Width of the buffer, metres.
        area: The buffer drawn, or None.
    """

    key = "measure"
    title = N_("量测")
    hint = N_("量距离、方位、面积，画缓冲范围；双击或按 Esc 结束，Ctrl+C 复制结果")
    icon_name = "ruler"
    shortcut = "L"
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.measure = DISTANCE
        self.buffer_m = _FIRST_BUFFER_M
        self.area: BaseGeometry | None = None
        self._source: BaseGeometry | None = None
        self._points: list[Place] = []
        self._ended = False

    @property
    def points(self) -> list[Place]:
        """The corners set, longitude and latitude."""
        return list(self._points)

    def take_measure(self, measure: str) -> None:
        """Measure something else."""
        self.leave()
        self.measure = measure
        self.canvas.update()

    def length_m(self, points: list[Place] | None = None) -> float:
        """Geodesic length along the corners, metres."""
        corners = self._points if points is None else points
        return sum(
            float(distance_m(*first, *second)) for first, second in itertools.pairwise(corners)
        )

    # -- buffer ---------------------------------------------------------------------------------

    def set_buffer(self, metres: float) -> None:
        """Draw the buffer anew at another width."""
        self.buffer_m = metres
        self._draw_buffer()

    def buffer_around(self, source: BaseGeometry) -> None:
        """Draw the buffer around a geometry (CGCS2000 degrees)."""
        self._source = source
        self._draw_buffer()

    def select_in_buffer(self, how: str = REPLACE) -> None:
        """Select the hazards that the buffer touches."""
        if self.area is not None:
            select_area(self.canvas, self.area, how)

    def _draw_buffer(self) -> None:
        if self._source is not None:
            self.area = buffer_m(self._source, self.buffer_m)
        self.canvas.update()

    # -- results --------------------------------------------------------------------------------

    def result(self) -> str:
        """What was measured, in words; "" where nothing was."""
        if self.measure == BUFFER:
            return self._buffer_words()
        return self._words(self._points)

    def _words(self, corners: list[Place]) -> str:
        if len(corners) < _TWO:
            return ""
        if self.measure == AREA:
            area = polygon_of(corners)
            if area is None:
                return length_text(self.length_m(corners))
            return _("{area}，周长 {length}").format(
                area=area_text(area_m2(area)), length=length_text(length_m(area))
            )
        start, end = corners[-2:]
        turn = float(azimuth_deg(*start, *end))
        length = length_text(self.length_m(corners))
        if len(corners) == _TWO:
            return _("{length}，方位 {turn:.1f}°").format(length=length, turn=turn)
        last = length_text(float(distance_m(*start, *end)))
        return _("共 {length}；末段 {last}，方位 {turn:.1f}°").format(
            length=length, last=last, turn=turn
        )

    def _buffer_words(self) -> str:
        if self.area is None:
            return ""
        return _("周围 {length}，面积 {area}").format(
            length=length_text(self.buffer_m), area=area_text(area_m2(self.area))
        )

    # -- mouse and keys -------------------------------------------------------------------------

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Set a corner; after the end, begin anew."""
        del event
        where = self.canvas.place_at(place.x(), place.y())
        if self.measure == BUFFER:
            self.buffer_around(shapely.Point(where))
            return
        if self._ended:
            self._points, self._ended = [], False
        self._points.append(where)
        self.canvas.update()

    def move(self, event: QMouseEvent) -> None:
        """The open end follows the mouse."""
        super().move(event)
        if self._points and not self._ended:
            self.canvas.update()

    def double_click(self, place: QPointF) -> bool:
        """End; the first click of the pair has set the last corner."""
        del place
        self._ended = True
        self.canvas.update()
        return True

    def key_press(self, event: QKeyEvent) -> bool:
        """Esc ends, and clears what is ended; Backspace takes the last corner back."""
        if event.matches(QKeySequence.StandardKey.Copy) and self.result():
            QGuiApplication.clipboard().setText(self.result())
            return True
        if event.key() == Qt.Key.Key_Escape and (self._points or self.area is not None):
            if self._ended or self.area is not None:
                self._points, self.area, self._source = [], None, None
            self._ended = bool(self._points)
            self.canvas.update()
            return True
        if event.key() == Qt.Key.Key_Backspace and self._points:
            self._points.pop()
            self.canvas.update()
            return True
        return False

    def leave(self) -> None:
        """Forget what was measured."""
        super().leave()
        self._points, self._ended = [], False
        self.area, self._source = None, None

    def paint(self, painter: QPainter) -> None:
        """The shape and what it measures."""
        super().paint(painter)
        view = self.canvas.viewport
        if self.measure == BUFFER:
            self._paint_buffer(painter)
            return
        if not self._points:
            paint_note(painter, self._here, _("点击起点")) if not self._here.isNull() else None
            return
        corners = list(self._points)
        if not self._ended:
            corners.append(self.canvas.place_at(self._here.x(), self._here.y()))
        if self.measure == AREA:
            paint_area(painter, corners, view)
        label = self._words(corners) or length_text(0.0)
        paint_measured(painter, corners, view, label)

    def _paint_buffer(self, painter: QPainter) -> None:
        view = self.canvas.viewport
        if self.area is None:
            words = _("点击一处，或按“围绕选中”")
            paint_note(painter, self._here, words) if not self._here.isNull() else None
            return
        paint_shape(painter, self.area, view)
        _west, _south, east, north = self.area.bounds
        x, y = view.to_screen(east, north)
        paint_note(painter, QPointF(float(x), float(y)), self._buffer_words())
