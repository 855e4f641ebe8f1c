"""Meridians and parallels of a sheet: lines under the hazards, names in the margin around the map.

Never finer than a minute: finer names on a public sheet would let places be read off (DOMAIN 1.7,
PM22).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.graticule import degree_text, graticule_step, multiples
from qhd_riskmap.cartography.page_furniture import page_box
from qhd_riskmap.cartography.page_model import UNITS_PER_MM, PageSize, PlacedItem
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.qt_arrays import polygon_of
from qhd_riskmap.cartography.symbols import INK
from qhd_riskmap.cartography.text_layout import draw_line, text_width
from qhd_riskmap.cartography.viewport import Viewport

FINEST_SECONDS: Final = 60
_SAMPLES: Final = 33
_DEGREE: Final = 3_600
_LINE_MM: Final = 0.12
_COLOUR: Final = "#7C8FA0"
_LETTERS: Final = 0.5  # of the gutter's width


@dataclass(frozen=True, slots=True)
class GridLine:
    """One meridian or parallel in the frame.

    Attributes:
        text: What it is called.
        xy: (n, 2) painter units inside the frame.
        east: Whether it is a meridian.
    """

    text: str
    xy: FloatArray
    east: bool


def grid_lines(view: Viewport) -> Iterator[GridLine]:
    """The lines that cross a view."""
    west, south, east, north = view.visible_bounds()
    step = max(FINEST_SECONDS, graticule_step(min(east - west, north - south)))
    for seconds in multiples(west, east, step):
        along = np.linspace(south, north, _SAMPLES)
        xy = view.to_screen(np.full(_SAMPLES, seconds / _DEGREE), along)
        yield GridLine(degree_text(seconds, east=True), np.column_stack(xy), east=True)
    for seconds in multiples(south, north, step):
        along = np.linspace(west, east, _SAMPLES)
        xy = view.to_screen(along, np.full(_SAMPLES, seconds / _DEGREE))
        yield GridLine(degree_text(seconds, east=False), np.column_stack(xy), east=False)


def paint_grid(painter: QPainter, view: Viewport, page: PageSize) -> None:
    """Paint the lines, the painter's origin at the frame's corner."""
    colour = QColor(_COLOUR)
    colour.setAlpha(150)
    pen = QPen(colour, _LINE_MM * UNITS_PER_MM * page.sign_growth)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in grid_lines(view):
        painter.drawPolyline(polygon_of(line.xy))


def paint_grid_names(
    painter: QPainter, view: Viewport, frame: QRectF, gutter: float
) -> list[PlacedItem]:
    """Ticks and names on all four sides of the frame, and the outer line around them."""
    items: list[PlacedItem] = []
    size = gutter * _LETTERS
    pen = QPen(QColor(INK), _LINE_MM * UNITS_PER_MM)
    for line in grid_lines(view):
        axis, limit = (1, frame.height()) if line.east else (0, frame.width())
        width = text_width(line.text, size)
        for edge in (0.0, limit):
            along = _crossing(line.xy, axis, edge)
            room = frame.width() if line.east else frame.height()
            if along is None or not width / 2 < along < room - width / 2:
                continue
            side = -1 if edge == 0.0 else 1
            painter.setPen(pen)
            painter.drawLine(_tick(frame, along, side, gutter * 0.22, east=line.east))
            box = _name_box(frame, along, side, gutter, width, east=line.east)
            _write(painter, line, box, size, side)
            items.append(PlacedItem(kind="grid_label", box=page_box(box), text=line.text))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(frame.adjusted(-gutter, -gutter, gutter, gutter))
    return items


def _crossing(xy: FloatArray, axis: int, edge: float) -> float | None:
    """Where a line crosses an edge of the frame, along that edge."""
    away = xy[:, axis] - edge
    between = np.nonzero(np.diff(np.signbit(away)))[0]
    if not len(between):
        return None
    at = int(between[0])
    share = away[at] / (away[at] - away[at + 1])
    return float(xy[at, 1 - axis] + share * (xy[at + 1, 1 - axis] - xy[at, 1 - axis]))


def _tick(frame: QRectF, along: float, side: int, length: float, *, east: bool) -> QLineF:
    if east:
        x, y = frame.left() + along, frame.top() if side < 0 else frame.bottom()
        return QLineF(x, y, x, y + side * length)
    x, y = frame.left() if side < 0 else frame.right(), frame.top() + along
    return QLineF(x, y, x + side * length, y)


def _name_box(
    frame: QRectF, along: float, side: int, gutter: float, width: float, *, east: bool
) -> QRectF:
    thick, away = gutter * 0.72, gutter * 0.25
    if east:
        top = frame.top() - away - thick if side < 0 else frame.bottom() + away
        return QRectF(frame.left() + along - width / 2, top, width, thick)
    left = frame.left() - away - thick if side < 0 else frame.right() + away
    return QRectF(left, frame.top() + along - width / 2, thick, width)


def _write(painter: QPainter, line: GridLine, box: QRectF, size: float, side: int) -> None:
    """Names of parallels are turned, to be read from the map's left and right."""
    if line.east:
        draw_line(painter, line.text, box, size, align=0.5)
        return
    painter.save()
    painter.translate(box.center())
    painter.rotate(-90.0 if side < 0 else 90.0)
    turned = QRectF(-box.height() / 2, -box.width() / 2, box.height(), box.width())
    draw_line(painter, line.text, turned, size, align=0.5)
    painter.restore()
