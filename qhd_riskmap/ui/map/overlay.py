"""What is drawn over the picture on the GUI thread: selection, scale bar, north arrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.qt_arrays import polygon_of
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.selection_rings import Ring
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS, theme

# No risk colour, and used for nothing else on the map.
_VIOLET: Final = QColor("#7b1fa2")
_MOST_VERTICES: Final = 4000
_WIDE_OUTLINES: Final = 60
_WIDE_VERTICES: Final = 6_000
_MOST_WITH_HALO: Final = 300
_BAR_HEIGHT: Final = 5
_ARROW: Final = 36
_PIN: Final = 8


def paint_selection(
    painter: QPainter, outlines: Sequence[FloatArray], rings: Sequence[Ring]
) -> None:
    """Outline the selected hazards: a pale and a dark line, legible on any ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _paint_outlines(painter, outlines)
    pens = _selection_pens(5.0, 2.5)
    for pen in pens if len(rings) <= _MOST_WITH_HALO else pens[1:]:
        painter.setPen(pen)
        for ring in rings:
            painter.drawEllipse(QPointF(ring.x, ring.y), ring.radius, ring.radius)


def _paint_outlines(painter: QPainter, outlines: Sequence[FloatArray]) -> None:
    if len(outlines) > _WIDE_OUTLINES or sum(map(len, outlines)) > _WIDE_VERTICES:
        # Wide pens cost twenty times as much as one of a pixel: the window would feel it.
        painter.setPen(QPen(_VIOLET, 1.0))
        for xy in outlines:
            painter.drawPolyline(polygon_of(xy))
        return
    for xy in outlines:
        path = polygon_of(xy[:_MOST_VERTICES])
        for pen in _selection_pens(6.0, 3.0):
            painter.setPen(pen)
            painter.drawPolyline(path)


def _selection_pens(wide: float, narrow: float) -> tuple[QPen, QPen]:
    pale, strong = QPen(QColor(255, 255, 255, 230), wide), QPen(_VIOLET, narrow)
    for pen in (pale, strong):
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pale, strong


def paint_box(painter: QPainter, box: QRectF) -> None:
    """The rubber band."""
    colour = QColor(_VIOLET)
    painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DashLine))
    colour.setAlpha(30)
    painter.setBrush(colour)
    painter.drawRect(box)


def paint_scale_bar(painter: QPainter, viewport: Viewport) -> None:
    """Scale bar in the lower right corner."""
    bar = viewport.scale_bar(140.0)
    shown = theme()
    text = bar.label
    metrics = QFontMetricsF(painter.font())
    width = max(bar.pixels, metrics.horizontalAdvance(text)) + 2 * SPACE_S
    height = metrics.height() + _BAR_HEIGHT + 2 * SPACE_XS + 2
    box = QRectF(
        viewport.width - width - SPACE_M, viewport.height - height - SPACE_M, width, height
    )
    _plate(painter, box)
    x = box.center().x() - bar.pixels / 2
    y = box.bottom() - SPACE_XS - _BAR_HEIGHT
    painter.setPen(QColor(shown.text))
    painter.drawText(
        QRectF(box.left(), box.top() + SPACE_XS, width, metrics.height()),
        int(Qt.AlignmentFlag.AlignHCenter),
        text,
    )
    ink = QColor(shown.text)
    painter.setBrush(ink)
    painter.drawRect(QRectF(x, y, bar.pixels / 2, _BAR_HEIGHT))
    painter.setBrush(QColor(shown.surface))
    painter.drawRect(QRectF(x + bar.pixels / 2, y, bar.pixels / 2, _BAR_HEIGHT))


def paint_north_arrow(painter: QPainter, viewport: Viewport) -> None:
    """North arrow in the upper right corner; grid north is up in both projections."""
    shown = theme()
    box = QRectF(viewport.width - _ARROW - SPACE_M, SPACE_M, _ARROW, _ARROW + SPACE_M)
    _plate(painter, box)
    middle = box.center().x()
    top, foot = box.top() + 17, box.bottom() - SPACE_XS
    painter.setPen(QColor(shown.text))
    painter.drawText(
        QRectF(box.left(), box.top() + 1, box.width(), 16),
        int(Qt.AlignmentFlag.AlignCenter),
        _("北"),
    )
    left = QPolygonF([QPointF(middle, top), QPointF(middle - 9, foot), QPointF(middle, foot - 7)])
    right = QPolygonF([QPointF(middle, top), QPointF(middle + 9, foot), QPointF(middle, foot - 7)])
    painter.setPen(QPen(QColor(shown.text), 1))
    painter.setBrush(QColor(shown.text))
    painter.drawPolygon(left)
    painter.setBrush(QColor(shown.surface))
    painter.drawPolygon(right)


def paint_measured(
    painter: QPainter, points: list[tuple[float, float]], viewport: Viewport, label: str
) -> None:
    """A measured line with its length at the end."""
    if not points:
        return
    xs, ys = viewport.to_screen([p[0] for p in points], [p[1] for p in points])
    corners = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    for pen in _selection_pens(5.0, 2.0):
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(corners))
        for corner in corners:
            painter.drawEllipse(corner, 3.0, 3.0)
    if label:
        paint_note(painter, corners[-1], label)


def paint_pin(painter: QPainter, place: QPointF, text: str) -> None:
    """A cross at a place and its number beside it."""
    for pen in _selection_pens(4.0, 1.5):
        painter.setPen(pen)
        painter.drawLine(place + QPointF(-_PIN, 0), place + QPointF(_PIN, 0))
        painter.drawLine(place + QPointF(0, -_PIN), place + QPointF(0, _PIN))
    paint_note(painter, place, text)


def paint_note(painter: QPainter, place: QPointF, text: str) -> None:
    """A short text on a plate beside a place."""
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(text) + 2 * SPACE_S
    box = QRectF(
        place.x() + SPACE_M, place.y() - metrics.height() / 2 - SPACE_XS, width,
        metrics.height() + 2 * SPACE_XS,
    )  # fmt: skip
    _plate(painter, box)
    painter.setPen(QColor(theme().text))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


def _plate(painter: QPainter, box: QRectF) -> None:
    colour = QColor(theme().surface)
    colour.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)
