"""A place and the ring around it on a sheet's map."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from qhd_riskmap.cartography.canvas import Canvas, saved
from qhd_riskmap.cartography.labels import Label, LabelStyle, PlacedLabel, paint_label, text_size
from qhd_riskmap.cartography.page_model import UNITS_PER_MM, PlacedItem, SheetCircle, SheetMap
from qhd_riskmap.cartography.qt_arrays import polygon_of
from qhd_riskmap.geo.geodesy import destination

_COLOUR: Final = "#1D5B4F"  # no colour of a risk
_STEPS: Final = 120
_CROSS_MM: Final = 2.2


def paint_circle(canvas: Canvas, circle: SheetCircle, sheet_map: SheetMap) -> PlacedItem:
    """Paint the ring, a cross in its middle and the name of the place."""
    ring = np.array(
        [
            destination(circle.lon, circle.lat, 360.0 * step / _STEPS, circle.radius_m)
            for step in range(_STEPS + 1)
        ]
    )
    xy = np.column_stack(canvas.viewport.to_screen(ring[:, 0], ring[:, 1]))
    cx, cy = (float(value) for value in canvas.viewport.to_screen(circle.lon, circle.lat))
    arm = _CROSS_MM * UNITS_PER_MM
    pen = QPen(QColor(_COLOUR), 0.35 * UNITS_PER_MM, Qt.PenStyle.SolidLine)
    style = LabelStyle(canvas.options.label_size * 1.15, _COLOUR, "#FFFFFF", bold=True)
    with saved(canvas.painter):
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        canvas.painter.setPen(pen)
        canvas.painter.drawLine(QPointF(cx - arm, cy), QPointF(cx + arm, cy))
        canvas.painter.drawLine(QPointF(cx, cy - arm), QPointF(cx, cy + arm))
        pen.setStyle(Qt.PenStyle.DashLine)
        canvas.painter.setPen(pen)
        canvas.painter.drawPolyline(polygon_of(xy))
        width, height = text_size(circle.text, style)
        box = QRectF(cx + arm * 0.4, cy - arm * 0.4 - height, width, height)
        label = Label(circle.text, box.center().x(), box.center().y(), 0.0, style)
        paint_label(canvas.painter, PlacedLabel(label, box), vector=True)
    left, top = sheet_map.frame[:2]
    at = (
        left + box.left() / UNITS_PER_MM, top + box.top() / UNITS_PER_MM,
        width / UNITS_PER_MM, height / UNITS_PER_MM,
    )  # fmt: skip
    return PlacedItem(kind="circle", box=at, text=circle.text, lonlat=(circle.lon, circle.lat))
