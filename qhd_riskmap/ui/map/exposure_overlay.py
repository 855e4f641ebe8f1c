"""The effect zone counted last, drawn over the map with everything inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QRectF, SignalInstance
from PySide6.QtGui import QColor, QPainter
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.flat_shapes import FloatArray, anchors_of
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.ghost import paint_ghost

if TYPE_CHECKING:
    from qhd_riskmap.services.exposure import Exposure

_COLOUR: Final = "#7b1fa2"  # the colour of the overlay; no risk colour
_DOT: Final = 4.0


class ExposureOverlay:
    """Keeps what is drawn and draws it with every picture.

    Attributes:
        exposure: What is drawn; None for nothing.
    """

    def __init__(self, canvas: MapCanvas, counted: SignalInstance) -> None:
        self._canvas = canvas
        self.exposure: Exposure | None = None
        self._spots = np.empty((0, 2))
        canvas.decorations.append(self._paint)
        counted.connect(self.show)

    def show(self, exposure: Exposure | None) -> None:
        """Draw another zone, or none; a zone out of sight is brought into view."""
        self.exposure = exposure
        if exposure is not None:
            shapes = [each.receptor.geometry for each in exposure.inside]
            self._spots = anchors_of(np.array(shapes, dtype=object))
            self._bring_into_view(exposure)
        self._canvas.update()

    def _bring_into_view(self, exposure: Exposure) -> None:
        west, south, east, north = self._canvas.viewport.visible_bounds()
        left, low, right, high = exposure.outline.bounds
        seen = west <= left and south <= low and right <= east and high <= north
        if not seen or right - left < (east - west) / 8:
            self._canvas.fit_bounds(exposure.outline.bounds)

    def _paint(self, painter: QPainter) -> None:
        if self.exposure is not None:
            paint_exposure(painter, self.exposure.outline, self._spots, self._canvas.viewport)


def paint_exposure(
    painter: QPainter, outline: BaseGeometry, spots: FloatArray, viewport: Viewport
) -> None:
    """The outline of the zone, and a square on every spot."""
    paint_ghost(painter, outline, viewport)
    painter.save()
    painter.setPen(QColor("#ffffff"))
    painter.setBrush(QColor(_COLOUR))
    xs, ys = viewport.to_screen(spots[:, 0], spots[:, 1])
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        painter.drawRect(QRectF(x - _DOT, y - _DOT, 2 * _DOT, 2 * _DOT))
    painter.restore()
