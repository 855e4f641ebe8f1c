"""Measuring on the map."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.overlay import paint_measured, paint_note

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas


class MeasureTool(PanTool):
    """Clicks measure a distance on the ground."""

    key = "measure"
    title = N_("量测")
    hint = N_("依次点击量取距离；双击或按 Esc 结束")
    icon_name = "ruler"
    shortcut = "L"
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._points: list[tuple[float, float]] = []
        self._ended = False

    @property
    def points(self) -> list[tuple[float, float]]:
        """The corners set, longitude and latitude."""
        return list(self._points)

    def length_m(self, points: list[tuple[float, float]] | None = None) -> float:
        """Geodesic length along the corners, metres."""
        corners = self._points if points is None else points
        return sum(
            float(distance_m(*first, *second)) for first, second in itertools.pairwise(corners)
        )

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Set a corner; after the end, begin anew."""
        del event
        if self._ended:
            self._points, self._ended = [], False
        self._points.append(self.canvas.place_at(place.x(), place.y()))
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
        if event.key() == Qt.Key.Key_Escape and self._points:
            if self._ended:
                self._points = []
            self._ended = not self._ended
            self.canvas.update()
            return True
        if event.key() == Qt.Key.Key_Backspace and self._points:
            self._points.pop()
            self.canvas.update()
            return True
        return False

    def leave(self) -> None:
        """Forget the corners."""
        super().leave()
        self._points, self._ended = [], False

    def paint(self, painter: QPainter) -> None:
        """The line and its length."""
        super().paint(painter)
        if not self._points:
            paint_note(painter, self._here, _("点击起点")) if not self._here.isNull() else None
            return
        corners = list(self._points)
        if not self._ended:
            corners.append(self.canvas.place_at(self._here.x(), self._here.y()))
        text = length_text(self.length_m(corners))
        paint_measured(painter, corners, self.canvas.viewport, text)
