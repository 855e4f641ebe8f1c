"""All symbols of one size as one picture, for fast copying on the screen."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication, QThread
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from qhd_riskmap.cartography.geometry_arrays import IntArray
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.qt_arrays import Check, draw_sprites
from qhd_riskmap.cartography.styles import SIGN_KEYS, STYLE_COUNT, style_parts
from qhd_riskmap.cartography.symbols import (
    DIGIT_FROM_PX,
    LevelShares,
    cluster_text,
    level_shares,
    paint_cluster,
    paint_symbol,
)

_KEPT_CLUSTERS: Final = 600
_CALLS_BETWEEN_CHECKS: Final = 200


@dataclass(slots=True)
class SymbolAtlas:
    """Symbols of one size and pixel ratio.

    Attributes:
        image: All of them, one row per level, one column per sign; premultiplied.
        cell: Side of one square, device pixels, even.
        pixmap: The same as a pixmap, or None while only a worker thread asked for it.
    """

    image: QImage
    cell: int
    pixmap: QPixmap | None = None

    def draw(
        self, painter: QPainter, device_xy: FloatArray, styles: IntArray, check: Check
    ) -> None:
        """Copy symbols to device pixels; the painter must have no transformation."""
        centres = np.rint(device_xy)
        columns = len(SIGN_KEYS)
        cells: FloatArray = np.column_stack((styles % columns, styles // columns)) * np.float64(
            self.cell
        )
        if self.pixmap is not None:
            draw_sprites(painter, self.pixmap, centres, cells, cell=self.cell, check=check)
            return
        corners = (centres - self.cell / 2).astype(np.int64)
        sources = cells.astype(np.int64)
        for index, ((x, y), (left, top)) in enumerate(
            zip(corners.tolist(), sources.tolist(), strict=True)
        ):
            if index % _CALLS_BETWEEN_CHECKS == 0:
                check()
            painter.drawImage(x, y, self.image, left, top, self.cell, self.cell)


_atlases: dict[tuple[float, float], SymbolAtlas] = {}
_clusters: OrderedDict[tuple[str, int, LevelShares, int], QImage] = OrderedDict()
_lock = threading.Lock()


def symbol_atlas(size: float, device_pixel_ratio: float) -> SymbolAtlas:
    """The atlas for symbols of ``size`` logical pixels; made once.

    Called on the GUI thread it also makes the pixmap that lets workers copy 80,000 symbols in about
    12 ms. Qt promises pixmaps on that thread only, so elsewhere the slower image is used until then.
    """
    key = (round(size, 2), round(device_pixel_ratio, 3))
    with _lock:
        atlas = _atlases.get(key)
        if atlas is None:
            atlas = _make(size, device_pixel_ratio)
            _atlases[key] = atlas
        if atlas.pixmap is None and _on_gui_thread():
            atlas.pixmap = QPixmap.fromImage(atlas.image)
        return atlas


def _on_gui_thread() -> bool:
    application = QCoreApplication.instance()
    return application is not None and application.thread() is QThread.currentThread()


def _make(size: float, ratio: float) -> SymbolAtlas:
    device = size * ratio
    cell = 2 * math.ceil(device * 0.72 + 1)  # the digit's badge sticks out at the lower right
    rows = STYLE_COUNT // len(SIGN_KEYS)
    image = QImage(cell * len(SIGN_KEYS), cell * rows, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for style in range(STYLE_COUNT):
        row, column = divmod(style, len(SIGN_KEYS))
        sign, level = style_parts(style)
        middle_x, middle_y = column * cell + cell / 2, row * cell + cell / 2
        digit = device >= DIGIT_FROM_PX
        paint_symbol(painter, sign, level, (middle_x, middle_y), device, digit=digit)
    painter.end()
    return SymbolAtlas(image=image, cell=cell)


def cluster_image(count: int, level: int, by_level: Sequence[int], device_size: float) -> QImage:
    """Picture of a cluster, from a small cache."""
    text, shares = cluster_text(count), level_shares(by_level)
    side = 2 * math.ceil(device_size * 0.6 + 1)
    key = (text, level, shares, side)
    with _lock:
        image = _clusters.get(key)
        if image is None:
            image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(QColor(0, 0, 0, 0))
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_cluster(painter, level, shares, text, (side / 2, side / 2, device_size))
            painter.end()
            _clusters[key] = image
            if len(_clusters) > _KEPT_CLUSTERS:
                _clusters.popitem(last=False)
        return image
