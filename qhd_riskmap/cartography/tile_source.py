"""Tiles of the Web Mercator pyramid as one picture of the ground, from an archive or the network.

Services that draw in GCJ-02 are shifted to the true position here, while painting: the place asked for
in a tile is the GCJ-02 image of the true place. Nothing stored is ever moved.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QRectF
from PySide6.QtGui import QImage, QImageReader, QPainter

from qhd_riskmap.cartography.canvas import Canvas
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.picture_warp import (
    Piece,
    ToPixels,
    Window,
    paint_piece,
    picture_window,
    pixels_per_unit,
)
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.geo.datums import wgs84_to_gcj02

TILE_PX: Final = 256
_KEPT_TILES: Final = 300
_MOST_TILES: Final = 400
_LARGEST_TILE: Final = 1024
_SHARPER: Final = 0.75  # tiles are enlarged up to 1.33 times before the next level is taken
_ANCESTORS: Final = 6
_PAPER_PIXELS: Final = 2.0
_FORMATS: Final = frozenset({b"png", b"jpg", b"jpeg", b"webp", b"gif"})
WORLD: Final[Bounds] = (-180.0, -85.0, 180.0, 85.0)


class TileSupply(Protocol):
    """Where the bytes of tiles come from; asked on the render worker, must answer at once."""

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile, rows counted from the north; None while there is none."""


class TileSource:
    """A pyramid laid on the ground.

    Attributes:
        bounds: West, south, east, north in degrees.
    """

    def __init__(
        self,
        supply: TileSupply,
        *,
        zooms: tuple[int, int],
        gcj02: bool = False,
        bounds: Bounds = WORLD,
        close: Callable[[], None] | None = None,
    ) -> None:
        self._supply = supply
        self._zooms = zooms
        self._gcj02 = gcj02
        self._close = close
        self.bounds = bounds
        self._lock = threading.Lock()
        self._pictures: OrderedDict[tuple[int, int, int], QImage] = OrderedDict()

    def close(self) -> None:
        """Release what is behind."""
        if self._close is not None:
            self._close()

    def to_pixels(self, zoom: int) -> ToPixels:
        """Degrees to pixels of the whole world at one level."""
        world = float(TILE_PX << zoom)

        def transform(lonlat: FloatArray) -> FloatArray:
            lon, lat = lonlat[:, 0], lonlat[:, 1]
            if self._gcj02:
                lon, lat = wgs84_to_gcj02(lon, lat)
            # EPSG:3857: the square of the world, its upper left corner the origin.
            x = (lon + 180.0) / 360.0
            bounded = np.clip(lat, -85.06, 85.06)
            y = 0.5 - np.arctanh(np.sin(np.radians(bounded))) / (2 * np.pi)
            return np.column_stack((x, y)) * world

        return transform

    def zoom_for(self, view: Viewport, options: MapOptions) -> int:
        """The level whose pixels are about as large as those of the device."""
        dots = _PAPER_PIXELS / options.detail if options.vector else view.device_pixel_ratio
        wanted = math.log2(dots * _SHARPER / pixels_per_unit(view, self.to_pixels(0)))
        return min(max(math.ceil(wanted), self._zooms[0]), self._zooms[1])

    def paint(self, canvas: Canvas, opacity: float) -> None:
        """Paint the tiles in view; where one is missing, a coarser one if there is any."""
        zoom, window = self._level(canvas.viewport, canvas.options)
        if window is None:
            return
        piece = self._mosaic(canvas, zoom, window)
        if piece is not None:
            paint_piece(canvas, piece, self.to_pixels(zoom), opacity)

    def tiles_in_view(self, view: Viewport, options: MapOptions) -> list[tuple[int, int, int]]:
        """Zoom, column and row of all tiles that `paint` would like to have."""
        zoom, window = self._level(view, options)
        if window is None:
            return []
        left, top, right, bottom = window
        return [(zoom, x, y) for y in range(top, bottom) for x in range(left, right)]

    def _level(self, view: Viewport, options: MapOptions) -> tuple[int, Window | None]:
        """The level to paint, coarser where there would be too many tiles, and those in view."""
        zoom = self.zoom_for(view, options)
        window = self._window(view, zoom)
        while window is not None and _count(window) > _MOST_TILES:
            if zoom == self._zooms[0]:
                return zoom, None
            zoom -= 1
            window = self._window(view, zoom)
        return zoom, window

    def _window(self, view: Viewport, zoom: int) -> Window | None:
        """Left, top, right, bottom tile in view."""
        side = TILE_PX << zoom
        window = picture_window(view, self.to_pixels(zoom), (side, side))
        if window is None:
            return None
        left, top, right, bottom = window
        return left // TILE_PX, top // TILE_PX, -(-right // TILE_PX), -(-bottom // TILE_PX)

    def _mosaic(self, canvas: Canvas, zoom: int, window: Window) -> Piece | None:
        left, top, right, bottom = window
        image = QImage(
            (right - left) * TILE_PX, (bottom - top) * TILE_PX,
            QImage.Format.Format_ARGB32_Premultiplied,
        )  # fmt: skip
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        found = False
        try:
            for row in range(top, bottom):
                for column in range(left, right):
                    canvas.check()
                    target = QRect(
                        (column - left) * TILE_PX, (row - top) * TILE_PX, TILE_PX, TILE_PX
                    )
                    found |= self._place(painter, target, (zoom, column, row))
        finally:
            painter.end()
        pixels = tuple(side * TILE_PX for side in window)
        return Piece(image, (pixels[0], pixels[1], pixels[2], pixels[3])) if found else None

    def _place(self, painter: QPainter, target: QRect, tile: tuple[int, int, int]) -> bool:
        """Copy a tile, or the part of a coarser one that lies there."""
        zoom, column, row = tile
        for up in range(min(_ANCESTORS, zoom - self._zooms[0]) + 1):
            picture = self._picture(zoom - up, column >> up, row >> up)
            if picture is None:
                continue
            side = picture.width() / (1 << up)
            part = QRectF(
                (column - (column >> up << up)) * side, (row - (row >> up << up)) * side, side, side
            )
            painter.drawImage(QRectF(target), picture, part)
            return True
        return False

    def _picture(self, zoom: int, column: int, row: int) -> QImage | None:
        key = (zoom, column, row)
        with self._lock:
            known = self._pictures.get(key)
            if known is not None:
                self._pictures.move_to_end(key)
                return known
        content = self._supply.tile(zoom, column, row)
        picture = decoded_tile(content) if content is not None else None
        if picture is None:
            return None
        with self._lock:
            self._pictures[key] = picture
            while len(self._pictures) > _KEPT_TILES:
                self._pictures.popitem(last=False)
        return picture


def decoded_tile(content: bytes) -> QImage | None:
    """A tile's picture; None for what is none or pretends to be enormous."""
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    if bytes(reader.format().data()) not in _FORMATS or not size.isValid():
        return None
    if max(size.width(), size.height()) > _LARGEST_TILE:
        return None
    image = reader.read()
    if image.isNull():
        return None
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _count(window: Window) -> int:
    left, top, right, bottom = window
    return (right - left) * (bottom - top)
