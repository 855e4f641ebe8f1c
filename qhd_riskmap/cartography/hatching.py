"""Hatched fills drawn as lines, for devices where Qt's brush patterns depend on the resolution."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

# Angles of the line families in degrees; an empty tuple stands for rows of dots.
_FAMILIES: Final[dict[Qt.BrushStyle, tuple[float, ...]]] = {
    Qt.BrushStyle.HorPattern: (0.0,),
    Qt.BrushStyle.VerPattern: (90.0,),
    Qt.BrushStyle.CrossPattern: (0.0, 90.0),
    Qt.BrushStyle.BDiagPattern: (45.0,),
    Qt.BrushStyle.FDiagPattern: (-45.0,),
    Qt.BrushStyle.DiagCrossPattern: (45.0, -45.0),
    Qt.BrushStyle.Dense6Pattern: (),
    Qt.BrushStyle.Dense7Pattern: (),
}
_MAX_LINES: Final = 2_000


def hatch_rect(painter: QPainter, style: Qt.BrushStyle, colour: QColor, box: QRectF) -> None:
    """Hatch a rectangle; the spacing follows its height (legend swatches)."""
    spacing = box.height() / (6 if style == Qt.BrushStyle.Dense6Pattern else 4)
    _hatch(painter, style, colour, box, spacing)


def hatch_path(
    painter: QPainter, style: Qt.BrushStyle, colour: QColor, path: QPainterPath, spacing: float
) -> None:
    """Hatch the inside of ``path`` with lines ``spacing`` painter units apart.

    The lines hang on the origin of the painter, so neighbouring polygons match.
    """
    painter.save()
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    _hatch(painter, style, colour, path.boundingRect(), spacing)
    painter.restore()


def _hatch(
    painter: QPainter, style: Qt.BrushStyle, colour: QColor, box: QRectF, spacing: float
) -> None:
    families = _FAMILIES.get(style)
    if families is None or box.isEmpty():
        return
    painter.save()
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    if families:
        pen = QPen(colour, spacing * 0.14)
        painter.setPen(pen)
        for angle in families:
            painter.drawLines(_lines(box, angle, spacing))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        _dots(painter, box, spacing * 1.2)
    painter.restore()


def _lines(box: QRectF, angle_deg: float, spacing: float) -> list[QLineF]:
    """Lines across ``box`` at ``angle_deg``, on multiples of ``spacing`` from the origin."""
    angle = math.radians(angle_deg)
    along = (math.cos(angle), -math.sin(angle))
    across = (math.sin(angle), math.cos(angle))
    corners = np.array([
        (box.left(), box.top()), (box.right(), box.top()),
        (box.left(), box.bottom()), (box.right(), box.bottom()),
    ])  # fmt: skip
    offsets = corners @ np.array(across)
    reaches = corners @ np.array(along)
    first = math.ceil(offsets.min() / spacing)
    last = min(math.floor(offsets.max() / spacing), first + _MAX_LINES)
    lines = []
    for step in range(first, last + 1):
        x, y = across[0] * step * spacing, across[1] * step * spacing
        low, high = float(reaches.min()), float(reaches.max())
        lines.append(
            QLineF(x + along[0] * low, y + along[1] * low, x + along[0] * high, y + along[1] * high)
        )
    return lines


def _dots(painter: QPainter, box: QRectF, spacing: float) -> None:
    radius = spacing * 0.15
    columns = range(math.ceil(box.left() / spacing), math.floor(box.right() / spacing) + 1)
    rows = range(math.ceil(box.top() / spacing), math.floor(box.bottom() / spacing) + 1)
    if len(columns) * len(rows) > _MAX_LINES:
        return
    for row in rows:
        shift = spacing / 2 if row % 2 else 0.0
        for column in columns:
            painter.drawEllipse(QPointF(column * spacing + shift, row * spacing), radius, radius)
