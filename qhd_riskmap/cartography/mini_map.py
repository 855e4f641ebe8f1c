"""A small map on a form: ground, hazards, a way between numbered stops, north and scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from qhd_riskmap.cartography.basemap_painter import PreparedBasemap
from qhd_riskmap.cartography.map_painter import paint_map
from qhd_riskmap.cartography.page_furniture import paint_north_arrow
from qhd_riskmap.cartography.page_model import UNITS_PER_MM
from qhd_riskmap.cartography.paper_pages import MM
from qhd_riskmap.cartography.prepared import PreparedFeatures
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.sheet_map import PAPER_OPTIONS
from qhd_riskmap.cartography.text_layout import draw_line
from qhd_riskmap.cartography.viewport import Bounds, Viewport

MINI_PROJECTION: Final = Projection.GK
_INK: Final = "#1F1F1F"
_WAY: Final = "#6A1B9A"  # no risk colour
_SMALL: Final = 2.4 * UNITS_PER_MM
_DISC: Final = 1.9 * UNITS_PER_MM
_MARGIN: Final = 6.0 * UNITS_PER_MM


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A round drawn on a map.

    Attributes:
        start: Where it starts and ends, degrees.
        stops: The stops in order, degrees.
    """

    start: tuple[float, float]
    stops: Sequence[tuple[float, float]]


def paint_mini_map(
    painter: QPainter,
    place: QRectF,
    bounds: Bounds,
    *,
    features: PreparedFeatures,
    basemap: PreparedBasemap,
    way: Way | None = None,
    names: bool = True,
) -> None:
    """Paint a map into a rectangle of the page; nothing leaves it.

    Args:
        painter: Of a page at the resolution of `paper_pages`.
        place: Millimetres.
        bounds: What must be seen, degrees.
        features: The hazards, in `MINI_PROJECTION`.
        basemap: The ground, likewise.
        way: Drawn above it all.
        names: Write the names of hazards.
    """
    width, height = place.width() * UNITS_PER_MM, place.height() * UNITS_PER_MM
    viewport = Viewport.fit(
        bounds, round(width), round(height), projection=MINI_PROJECTION, margin_px=_MARGIN
    )
    frame = QRectF(0, 0, width, height)
    painter.save()
    painter.translate(place.left() * MM, place.top() * MM)
    painter.scale(MM / UNITS_PER_MM, MM / UNITS_PER_MM)
    painter.setClipRect(frame)
    options = replace(PAPER_OPTIONS, labels=names)
    painter.fillRect(frame, QColor(options.palette.neighbour))
    paint_map(painter, features, viewport, options, basemap=basemap)
    if way is not None:
        _paint_way(painter, way, viewport)
    arrow = QRectF(width - 8 * UNITS_PER_MM, 1 * UNITS_PER_MM, 7 * UNITS_PER_MM, 9 * UNITS_PER_MM)
    paint_north_arrow(painter, arrow, 0.0)
    _paint_scale(painter, viewport, frame)
    painter.setClipping(False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(_INK), 0.2 * UNITS_PER_MM))
    painter.drawRect(frame)
    painter.restore()


def _paint_way(painter: QPainter, way: Way, viewport: Viewport) -> None:
    places = [way.start, *way.stops]
    xs, ys = viewport.to_screen([lon for lon, _lat in places], [lat for _lon, lat in places])
    points = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(_WAY), 0.5 * UNITS_PER_MM, Qt.PenStyle.DashLine))
    painter.drawPolyline(QPolygonF([*points, points[0]]))
    painter.setPen(QPen(QColor("#FFFFFF"), 0.25 * UNITS_PER_MM))
    painter.setBrush(QColor(_WAY))
    home = _DISC * 0.8
    painter.drawRect(QRectF(points[0].x() - home, points[0].y() - home, 2 * home, 2 * home))
    # Beside the sign of the hazard, which stays readable.
    for number, point in enumerate(points[1:], start=1):
        at = QPointF(point.x() + 1.6 * _DISC, point.y() - 1.6 * _DISC)
        painter.setPen(QPen(QColor("#FFFFFF"), 0.25 * UNITS_PER_MM))
        painter.setBrush(QColor(_WAY))
        painter.drawEllipse(at, _DISC, _DISC)
        box = QRectF(at.x() - _DISC, at.y() - _DISC, 2 * _DISC, 2 * _DISC)
        draw_line(painter, str(number), box, _DISC * 1.15, colour="#FFFFFF", bold=True, align=0.5)


def _paint_scale(painter: QPainter, viewport: Viewport, frame: QRectF) -> None:
    bar = viewport.scale_bar(frame.width() * 0.35)
    left, bottom = frame.left() + 2 * UNITS_PER_MM, frame.bottom() - 2 * UNITS_PER_MM
    ground = QRectF(left - 100, bottom - 450, bar.pixels + 200, 550)
    painter.fillRect(ground, QColor(255, 255, 255, 200))
    painter.setPen(QPen(QColor(_INK), 0.3 * UNITS_PER_MM))
    tick = 0.8 * UNITS_PER_MM
    corners = ((left, tick), (left, 0.0), (left + bar.pixels, 0.0), (left + bar.pixels, tick))
    painter.drawPolyline(QPolygonF([QPointF(x, bottom - up) for x, up in corners]))
    words = QRectF(left, bottom - 4 * UNITS_PER_MM, bar.pixels, 3 * UNITS_PER_MM)
    draw_line(painter, bar.label, words, _SMALL, align=0.5)
