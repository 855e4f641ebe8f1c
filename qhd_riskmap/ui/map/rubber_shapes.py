"""Shapes stretched by the mouse: open and closed lines, circles, with a note beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from qhd_riskmap.cartography.viewport import Viewport

Place = tuple[float, float]
_COLOUR: Final = "#7b1fa2"


def paint_area(painter: QPainter, corners: Sequence[Place], viewport: Viewport) -> None:
    """A closed shape, filled pale, with its corners."""
    if not corners:
        return
    points = _points(corners, viewport)
    painter.save()
    painter.setBrush(_fill())
    for pen in _pens():
        painter.setPen(pen)
        painter.drawPolygon(QPolygonF(points))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    for point in points:
        painter.drawEllipse(point, 3.0, 3.0)
    painter.restore()


def paint_shape(painter: QPainter, geometry: Any, viewport: Viewport) -> None:
    """A finished area with its holes, filled pale."""
    painter.save()
    for part in shapely.get_parts(geometry):
        painter.setBrush(_fill())
        for ring in (part.exterior, *part.interiors):
            points = QPolygonF(_points(shapely.get_coordinates(ring), viewport))
            for pen in _pens():
                painter.setPen(pen)
                painter.drawPolygon(points)
                painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.restore()


def _points(corners: Any, viewport: Viewport) -> list[QPointF]:
    xs, ys = viewport.to_screen([c[0] for c in corners], [c[1] for c in corners])
    return [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]


def _fill() -> QColor:
    colour = QColor(_COLOUR)
    colour.setAlpha(36)
    return colour


def _pens() -> tuple[QPen, QPen]:
    return QPen(QColor(255, 255, 255, 220), 4.0), QPen(QColor(_COLOUR), 2.0)
