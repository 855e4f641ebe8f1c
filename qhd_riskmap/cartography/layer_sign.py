"""A sample of an added layer's look, for the panel and for legends."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.domain.map_layer import MapLayer

_GROUND: Final = ("#B9C7A8", "#D8CDB4", "#A9BFCF", "#C9D3B9")
_EDGE: Final = "#6F7782"


def paint_layer_sign(painter: QPainter, layer: MapLayer, box: QRectF) -> None:
    """Paint the sign into ``box``: line and fill of a vector layer, or a small picture."""
    painter.save()
    if layer.kind.is_ground:
        painter.setPen(Qt.PenStyle.NoPen)
        width, height = box.width() / 2, box.height() / 2
        for number, colour in enumerate(_GROUND):
            painter.setBrush(QColor(colour))
            x, y = box.left() + number % 2 * width, box.top() + number // 2 * height
            painter.drawRect(QRectF(x, y, width, height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(_EDGE), box.height() * 0.06))
        painter.drawRect(box)
    else:
        style = layer.style
        pen = QPen(QColor(style.colour), box.height() * min(0.05 + 0.04 * style.width, 0.25))
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        inner = box.adjusted(*(side * pen.widthF() / 2 for side in (1, 1, -1, -1)))
        if style.fill and style.fill_opacity:
            fill = QColor(style.fill)
            fill.setAlphaF(style.fill_opacity)
            painter.setBrush(fill)
            painter.drawRect(inner)
        else:
            painter.drawLine(QLineF(inner.bottomLeft(), inner.topRight()))
    painter.restore()
