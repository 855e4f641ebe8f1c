"""Meridians and parallels over the map, labelled at the edges of the window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from qhd_riskmap.cartography.canvas import Canvas, saved
from qhd_riskmap.cartography.labels import Label, LabelStyle, PlacedLabel, paint_label, text_size
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.qt_arrays import polygon_of

# Arc seconds: what divides degrees and minutes evenly.
_STEPS: Final = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 18_000, 36_000, 72_000,
)  # fmt: skip
_LINES_WANTED: Final = 5
_SAMPLES: Final = 33
_LARGEST_LATITUDE: Final = 85.0
_MINUTE: Final = 60
_DEGREE: Final = 3_600


def graticule_step(span_deg: float) -> int:
    """Arc seconds between lines, so that about five cross the shorter side.

    >>> graticule_step(1.0), graticule_step(0.01)
    (900, 10)
    """
    wanted = span_deg * _DEGREE / _LINES_WANTED
    return next((step for step in _STEPS if step >= wanted), _STEPS[-1])


def degree_text(seconds: int, *, east: bool) -> str:
    """A whole number of arc seconds without parts that are nought.

    >>> degree_text(430_200, east=True), degree_text(143_400, east=False)
    ('119°30′E', '39°50′N')
    """
    size = abs(seconds)
    text = f"{size // _DEGREE}°"
    if size % _DEGREE:
        text += f"{size % _DEGREE // _MINUTE:02d}′"
    if size % _MINUTE:
        text += f"{size % _MINUTE:02d}″"
    letters = ("E", "W") if east else ("N", "S")
    return text + letters[seconds < 0]


def paint_graticule(canvas: Canvas) -> None:
    """Paint the lines in view and what they are, in the plane of the view."""
    view, options = canvas.viewport, canvas.options
    west, south, east, north = view.visible_bounds()
    south, north = max(south, -_LARGEST_LATITUDE), min(north, _LARGEST_LATITUDE)
    step = graticule_step(min(east - west, north - south))
    colour = QColor(options.palette.division_text)
    colour.setAlpha(130)
    pen = QPen(colour, options.outline_width * 0.7)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    style = LabelStyle(
        options.label_size * 0.85, options.palette.division_text, options.palette.label_halo
    )
    with saved(canvas.painter):
        canvas.painter.setPen(pen)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
        labels = []
        for seconds in multiples(west, east, step):
            along = np.linspace(south, north, _SAMPLES)
            line = _line(canvas, np.full(_SAMPLES, seconds / _DEGREE), along)
            labels.append((degree_text(seconds, east=True), _crossing(line, 1, view.height)))
        for seconds in multiples(south, north, step):
            along = np.linspace(west, east, _SAMPLES)
            line = _line(canvas, along, np.full(_SAMPLES, seconds / _DEGREE))
            labels.append((degree_text(seconds, east=False), _crossing(line, 0, 0.0)))
        for text, place in labels:
            if place is not None:
                _write(canvas, text, place, style)


def multiples(low: float, high: float, step: int) -> Iterator[int]:
    """Whole multiples of ``step`` arc seconds between two degrees."""
    first = math.ceil(low * _DEGREE / step)
    last = math.floor(high * _DEGREE / step)
    return (number * step for number in range(first, last + 1))


def _line(canvas: Canvas, lon: FloatArray, lat: FloatArray) -> FloatArray:
    canvas.check()
    xy = np.column_stack(canvas.viewport.to_screen(lon, lat))
    canvas.painter.drawPolyline(polygon_of(xy))
    return xy


def _crossing(line: FloatArray, axis: int, edge: float) -> QPointF | None:
    """Where a line crosses an edge of the window (lower or left)."""
    away = line[:, axis] - edge
    between = np.nonzero(np.diff(np.sign(away)) != 0)[0]
    if not len(between):
        return None
    at = int(between[0])
    share = away[at] / (away[at] - away[at + 1])
    x, y = line[at] + share * (line[at + 1] - line[at])
    return QPointF(float(x), float(y))


def _write(canvas: Canvas, text: str, place: QPointF, style: LabelStyle) -> None:
    width, height = text_size(text, style)
    view = canvas.viewport
    gap = height * 0.2
    # Inside the window, beside the line.
    left = min(max(place.x() + gap, gap), view.width - width - gap)
    top = min(max(place.y() - height - gap, gap), view.height - height - gap)
    box = QRectF(left, top, width, height)
    label = Label(text, box.center().x(), box.center().y(), 0.0, style)
    paint_label(canvas.painter, PlacedLabel(label, box), vector=canvas.options.vector)
