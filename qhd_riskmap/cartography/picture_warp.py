"""Lays pictures of the ground into the map, whatever plane they were made for.

The window is divided into squares. For each the exact place of its corners in the picture is computed
(projection, datum, and for GCJ-02 services the offset), and one affine copy fills it: true to a
fraction of a pixel, in short painter calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from qhd_riskmap.cartography.canvas import Canvas, saved
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.viewport import Viewport

_SQUARE_PX: Final = 64
_SAMPLES: Final = 9
# Paper gets a finer picture than the screen, in blocks that never take much memory.
_PAPER_PIXELS: Final = 2.0
_BLOCK_PX: Final = 1024
Window = tuple[int, int, int, int]
ToPixels = Callable[[FloatArray], FloatArray]
"""(n, 2) longitude, latitude to (n, 2) column, row of the whole picture, left upper corner 0, 0."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a picture, perhaps smaller than it is there.

    Attributes:
        image: The pixels, premultiplied.
        window: Left, top, right, bottom in pixels of the whole picture that `image` covers.
    """

    image: QImage
    window: Window


def picture_window(viewport: Viewport, to_pixels: ToPixels, size: tuple[int, int]) -> Window | None:
    """The part of a picture of ``size`` that is in view, or None; with a rim for smoothing."""
    steps = np.linspace(0.0, 1.0, _SAMPLES)
    across, down = np.meshgrid(steps * viewport.width, steps * viewport.height)
    lon, lat = viewport.to_lonlat(across.ravel(), down.ravel())
    pixels = to_pixels(np.column_stack((lon, lat)))
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if not len(pixels):
        return None
    # Between the samples an edge may bulge a little.
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    rim = 2.0 + 0.01 * (high - low)
    left, top = np.floor(np.maximum(low - rim, 0)).astype(int).tolist()
    right, bottom = np.ceil(np.minimum(high + rim, size)).astype(int).tolist()
    return (left, top, right, bottom) if right > left and bottom > top else None


def pixels_per_unit(viewport: Viewport, to_pixels: ToPixels) -> float:
    """How many pixels of the picture fall on one unit of the window, in its middle."""
    x, y = viewport.width / 2, viewport.height / 2
    lon, lat = viewport.to_lonlat([x, x + 1, x], [y, y, y + 1])
    middle, right, down = to_pixels(np.column_stack((lon, lat)))
    lengths = np.hypot(*(right - middle)), np.hypot(*(down - middle))
    return float(max(lengths)) if np.isfinite(lengths).all() else 1.0


def paint_piece(canvas: Canvas, piece: Piece, to_pixels: ToPixels, opacity: float) -> None:
    """Paint a piece where it belongs, on screen or paper."""
    if not canvas.options.vector:
        with saved(canvas.painter):
            canvas.painter.resetTransform()
            canvas.painter.setOpacity(opacity)
            ratio = canvas.viewport.device_pixel_ratio
            view = canvas.viewport
            whole = QRect(0, 0, math.ceil(view.width * ratio), math.ceil(view.height * ratio))
            _paint_squares(canvas, _Target(canvas.painter, whole, ratio), piece, to_pixels)
        return
    scale = _PAPER_PIXELS / canvas.options.detail
    for block in _blocks(canvas.viewport, scale):
        canvas.check()
        image = QImage(block.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painted = _paint_squares(canvas, _Target(painter, block, scale), piece, to_pixels)
        painter.end()
        if painted:
            target = QRectF(
                block.left() / scale, block.top() / scale,
                block.width() / scale, block.height() / scale,
            )  # fmt: skip
            with saved(canvas.painter):
                canvas.painter.setOpacity(opacity)
                canvas.painter.drawImage(target, image, QRectF(image.rect()))


def _blocks(viewport: Viewport, scale: float) -> Iterator[QRect]:
    width, height = math.ceil(viewport.width * scale), math.ceil(viewport.height * scale)
    for top in range(0, height, _BLOCK_PX):
        for left in range(0, width, _BLOCK_PX):
            yield QRect(left, top, min(_BLOCK_PX, width - left), min(_BLOCK_PX, height - top))


@dataclass(frozen=True, slots=True)
class _Target:
    """What is painted on.

    Attributes:
        painter: In device pixels.
        block: Part of the window, device pixels; its left upper corner is the painter's origin.
        scale: Device pixels per unit of the window.
    """

    painter: QPainter
    block: QRect
    scale: float


def _paint_squares(canvas: Canvas, target: _Target, piece: Piece, to_pixels: ToPixels) -> bool:
    """Copy square by square; whether anything was there."""
    painter, block = target.painter, target.block
    xs = np.append(np.arange(0, block.width(), _SQUARE_PX), block.width())
    ys = np.append(np.arange(0, block.height(), _SQUARE_PX), block.height())
    lines = (xs + block.left()) / target.scale, (ys + block.top()) / target.scale
    corners = _corners(canvas.viewport, piece, to_pixels, lines)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    width, height = piece.image.width(), piece.image.height()
    painted = False
    for row in range(len(ys) - 1):
        canvas.check()
        for column in range(len(xs) - 1):
            quad = corners[row : row + 2, column : column + 2].reshape(4, 2)
            low, high = quad.min(axis=0), quad.max(axis=0)
            # NaN compares false: what has no place in the picture is left out.
            if not (high[0] > 0 and high[1] > 0 and low[0] < width and low[1] < height):
                continue
            cell = QRect(
                int(xs[column]), int(ys[row]),
                int(xs[column + 1] - xs[column]), int(ys[row + 1] - ys[row]),
            )  # fmt: skip
            transform = _cell_transform(quad, cell)
            if transform is not None:
                painter.resetTransform()
                painter.setClipRect(cell)
                painter.setTransform(transform)
                painter.drawImage(0, 0, piece.image)
                painted = True
    return painted


def _corners(
    view: Viewport, piece: Piece, to_pixels: ToPixels, lines: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """(rows, columns, 2) places of the corners of all squares in the piece's image."""
    across, down = np.meshgrid(*lines)
    lon, lat = view.to_lonlat(across.ravel(), down.ravel())
    pixels = to_pixels(np.column_stack((lon, lat)))
    left, top, right, bottom = piece.window
    pixels = (pixels - (left, top)) * (
        piece.image.width() / (right - left), piece.image.height() / (bottom - top),
    )  # fmt: skip
    return pixels.reshape(*across.shape, 2)


def _cell_transform(quad: FloatArray, cell: QRect) -> QTransform | None:
    """Image to device for one square, by the mean of its opposite edges; None where it collapses."""
    a, b, c, d = quad  # left top, right top, left bottom, right bottom
    across = ((b - a) + (d - c)) / 2 / cell.width()
    down = ((c - a) + (d - b)) / 2 / cell.height()
    middle = quad.mean(axis=0)
    origin = middle - across * (cell.width() / 2) - down * (cell.height() / 2)
    to_image = QTransform(
        float(across[0]), float(across[1]), float(down[0]), float(down[1]),
        float(origin[0]), float(origin[1]),
    )  # fmt: skip
    to_image = QTransform.fromTranslate(-cell.left(), -cell.top()) * to_image
    inverse, possible = to_image.inverted()
    return inverse if possible else None
