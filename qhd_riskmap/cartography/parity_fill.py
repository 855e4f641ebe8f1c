"""Fills rings of very many crossing edges in time proportional to their length.

Qt's rasteriser needs the square of the crossings: one ring of 20,000 random vertices held the
interpreter for minutes. Here every edge toggles one pixel per row it crosses, and a running sum along
the rows tells inside from outside (even-odd rule). Edges are not smoothed; the outline, drawn over
the fill, hides that.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter

from qhd_riskmap.cartography.geometry_arrays import Ragged, segments_of
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.qt_arrays import Check

_CROSSINGS_AT_ONCE: Final = 1_000_000


def is_raster(painter: QPainter) -> bool:
    """Whether the painter computes pixels, where crossings cost time; PDF and SVG only list paths."""
    return painter.paintEngine().type() == QPaintEngine.Type.Raster


def fill_rings(painter: QPainter, rings: Ragged, colour: QColor, check: Check) -> None:
    """Fill ``rings`` (painter units) with ``colour`` on a raster device."""
    transform = painter.combinedTransform()
    device = painter.device()
    xy = rings.xy * (transform.m11(), transform.m22()) + (transform.dx(), transform.dy())
    edges = segments_of(Ragged(xy, rings.offsets, rings.owner))[0]
    inside = parity_mask(edges, device.width(), device.height(), check)
    pixels = np.where(inside, np.uint32(_premultiplied(colour)), np.uint32(0))
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter.save()
    painter.resetTransform()
    painter.drawImage(0, 0, image)
    painter.restore()


def parity_mask(edges: FloatArray, width: int, height: int, check: Check) -> npt.NDArray[np.bool_]:
    """Which pixels' centres lie inside, by the even-odd rule.

    Args:
        edges: (e, 4) x1, y1, x2, y2 of closed rings, pixels.
        width: Columns of the result.
        height: Rows of the result.
        check: Called between batches.

    Returns:
        Shape (height, width).
    """
    toggles = np.zeros(height * (width + 1), np.int64)
    low = np.minimum(edges[:, 1], edges[:, 3])
    high = np.maximum(edges[:, 1], edges[:, 3])
    # Rows whose centre y + 0.5 lies in [low, high).
    first = np.clip(np.ceil(low - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(high - 0.5), 0, height).astype(np.int64)
    counts = last - first
    batches = np.cumsum(counts) // _CROSSINGS_AT_ONCE
    for batch in np.unique(batches[counts > 0]).tolist():
        check()
        chosen = np.nonzero((batches == batch) & (counts > 0))[0]
        repeat = counts[chosen]
        edge = np.repeat(chosen, repeat)
        before = np.repeat(np.cumsum(repeat) - repeat, repeat)
        row = first[edge] + np.arange(len(edge)) - before
        x1, y1, x2, y2 = edges[edge].T
        x = x1 + (row + 0.5 - y1) * (x2 - x1) / (y2 - y1)
        column = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
        toggles += np.bincount(row * (width + 1) + column, minlength=len(toggles))
    grid = toggles.reshape(height, width + 1)[:, :width]
    inside: npt.NDArray[np.bool_] = np.cumsum(grid, axis=1) % 2 == 1
    return inside


def _premultiplied(colour: QColor) -> int:
    alpha = colour.alpha()
    red, green, blue = (
        (channel * alpha + 127) // 255 for channel in (colour.red(), colour.green(), colour.blue())
    )
    return alpha << 24 | red << 16 | green << 8 | blue
