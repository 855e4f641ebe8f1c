"""Many symbols in little room as a surface: the darker, the more hazards per square kilometre.

Counted on a grid hung on the plane, so that panning moves the surface and does not change its shape,
then smoothed. Its colours are none of the four that mean a risk.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from qhd_riskmap.cartography.canvas import Canvas, saved
from qhd_riskmap.cartography.projection import FloatArray

_CELL_PX: Final = 4.0
_REACH_CELLS: Final = 7
_FAINTEST: Final = 0.03
_SHADES: Final = (
    (0.0, (244, 232, 250, 0)),
    (0.15, (221, 190, 236, 120)),
    (0.45, (160, 98, 196, 180)),
    (1.0, (66, 17, 101, 225)),
)


def paint_density(canvas: Canvas, xy: FloatArray) -> None:
    """Paint the surface of the places ``xy`` (plane metres, also some around the window)."""
    view = canvas.viewport
    cell = _CELL_PX * canvas.options.detail * view.resolution
    west, south, east, north = view.plane_bounds()
    first_x, first_y = np.floor(west / cell), np.floor(south / cell)
    columns = int(np.ceil(east / cell) - first_x) + 2 * _REACH_CELLS
    rows = int(np.ceil(north / cell) - first_y) + 2 * _REACH_CELLS
    x = np.floor(xy[:, 0] / cell) - first_x + _REACH_CELLS
    y = np.floor(xy[:, 1] / cell) - first_y + _REACH_CELLS
    inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    flat = y[inside].astype(np.int64) * columns + x[inside].astype(np.int64)
    counts = np.bincount(flat, minlength=rows * columns).reshape(rows, columns).astype(np.float64)
    canvas.check()
    surface = _smoothed(counts)[_REACH_CELLS:-_REACH_CELLS, _REACH_CELLS:-_REACH_CELLS]
    canvas.check()
    image = _shaded(surface[::-1])
    left = (first_x * cell - view.centre_x) / view.resolution + view.width / 2
    bottom = (view.centre_y - first_y * cell) / view.resolution + view.height / 2
    width = surface.shape[1] * cell / view.resolution
    height = surface.shape[0] * cell / view.resolution
    with saved(canvas.painter):
        canvas.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        target = QRectF(left, bottom - height, width, height)
        canvas.painter.drawImage(target, image, QRectF(image.rect()))


def density_margin() -> float:
    """Pixels around the window whose hazards still shade it."""
    return (_REACH_CELLS + 1) * _CELL_PX


def paint_density_sign(painter: QPainter, box: QRectF) -> None:
    """From few to many, for the legend."""
    ramp = QLinearGradient(box.topLeft(), box.topRight())
    for share, (red, green, blue, alpha) in _SHADES:
        ramp.setColorAt(share, QColor(red, green, blue, alpha))
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ramp)
    painter.drawRect(box)
    painter.restore()


def _smoothed(counts: FloatArray) -> FloatArray:
    """Biweight kernel along both axes (Silverman 1986, §4.2): smooth, and nothing beyond its reach."""
    steps = np.arange(-_REACH_CELLS, _REACH_CELLS + 1) / (_REACH_CELLS + 1)
    kernel = (1 - steps**2) ** 2
    for axis in (0, 1):
        out = np.zeros_like(counts)
        for weight, shift in zip(kernel, range(-_REACH_CELLS, _REACH_CELLS + 1), strict=True):
            # What wraps around falls into the rim, which is cut off.
            out += weight * np.roll(counts, shift, axis)
        counts = out
    return counts


def _shaded(surface: FloatArray) -> QImage:
    highest = float(surface.max(initial=0.0))
    # Root: otherwise one town leaves the rest of the city white.
    shares = np.sqrt(surface / highest) if highest else np.zeros_like(surface)
    stops = np.array([share for share, _colour in _SHADES])
    shades = np.array([colour for _share, colour in _SHADES], dtype=np.float64)
    channels = [np.interp(shares, stops, shades[:, channel]) for channel in range(4)]
    pixels = np.stack(channels, axis=-1).astype(np.uint8)
    pixels[shares < _FAINTEST] = 0
    height, width = shares.shape
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGBA8888)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
