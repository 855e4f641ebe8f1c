"""Shapes that are not in the register now: where a hazard was, drawn over the map."""

from __future__ import annotations

from typing import Any, Final

import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from qhd_riskmap.cartography.viewport import Viewport

_COLOUR: Final = "#7b1fa2"  # the colour of the overlay; no risk colour
_RADIUS: Final = 11.0
_AREA: Final = 2
_MOST_CORNERS: Final = 4000


def paint_ghost(painter: QPainter, geometry: Any, viewport: Viewport) -> None:
    """Draw a shape dashed and pale, with a white edge so that it is seen on any ground."""
    painter.save()
    for pen in _pens():
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in shapely.get_parts(geometry):
            if shapely.get_dimensions(part) == 0:
                x, y = viewport.to_screen(part.x, part.y)
                painter.drawEllipse(QPointF(float(x), float(y)), _RADIUS, _RADIUS)
            else:
                _paint_lines(painter, part, viewport)
    painter.restore()


def paint_shift(
    painter: QPainter, start: tuple[float, float], end: tuple[float, float], viewport: Viewport
) -> None:
    """Draw a thin dotted line from where something was to where it is."""
    (x0, x1), (y0, y1) = viewport.to_screen([start[0], end[0]], [start[1], end[1]])
    painter.save()
    painter.setPen(QPen(QColor(_COLOUR), 1.5, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(float(x0), float(y0)), QPointF(float(x1), float(y1)))
    painter.restore()


def _paint_lines(painter: QPainter, part: Any, viewport: Viewport) -> None:
    lines = shapely.boundary(part) if shapely.get_dimensions(part) == _AREA else part
    for line in shapely.get_parts(lines):
        corners = shapely.get_coordinates(line)[:_MOST_CORNERS]
        xs, ys = viewport.to_screen(corners[:, 0], corners[:, 1])
        path = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        painter.drawPolyline(QPolygonF(path))


def _pens() -> tuple[QPen, QPen]:
    pale, dashed = QPen(QColor(255, 255, 255, 220), 4.5), QPen(QColor(_COLOUR), 2.0)
    dashed.setStyle(Qt.PenStyle.DashLine)
    return pale, dashed
