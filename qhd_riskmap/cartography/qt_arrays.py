"""Hands numpy memory to QPainter without building an object per vertex.

`shiboken6.wrapInstance` on numpy memory is undocumented behaviour of the binding, so everything that
relies on it stands here and is covered by tests. Arrays must stay alive during the call, must be
C-contiguous float64, and no call draws more than `MAX_PRIMITIVES`: Qt holds the interpreter lock for
the length of a call, and a longer one would be felt in the window.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter, QPainterPath, QPixmap, QPolygonF

from qhd_riskmap.cartography.geometry_arrays import IntArray
from qhd_riskmap.cartography.projection import FloatArray

MAX_PRIMITIVES: Final = 2_000
Check = Callable[[], None]
"""Raises when the picture is no longer wanted; called between drawing calls."""
_LINE_BYTES: Final = 32
_POINT_BYTES: Final = 16
_FRAGMENT_FIELDS: Final = 10


def draw_segments(painter: QPainter, segments: FloatArray, check: Check) -> None:
    """Draw (s, 4) segments x1, y1, x2, y2 with the painter's pen."""
    memory = np.ascontiguousarray(segments, dtype=np.float64)
    draw: Any = painter.drawLines
    for start in range(0, len(memory), MAX_PRIMITIVES):
        check()
        count = min(MAX_PRIMITIVES, len(memory) - start)
        first = shiboken6.wrapInstance(memory.ctypes.data + start * _LINE_BYTES, QLineF)
        draw(first, count)


def polygon_of(xy: FloatArray) -> QPolygonF:
    """A Qt polygon with the (n, 2) vertices, copied in one move."""
    polygon = QPolygonF()
    count = len(xy)
    if count == 0:
        return polygon
    memory = np.ascontiguousarray(xy, dtype=np.float64)
    polygon.resize(count)
    target: Any = polygon.data()
    address = shiboken6.getCppPointer(target)[0]
    # Not `memory.ctypes`: its import statement costs more than the move.
    ctypes.memmove(address, memory.__array_interface__["data"][0], count * _POINT_BYTES)
    return polygon


def path_of(xy: FloatArray, offsets: IntArray) -> QPainterPath:
    """A path of several rings with odd-even filling: holes stay open."""
    path = QPainterPath()
    for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        path.addPolygon(polygon_of(xy[start:end]))
        path.closeSubpath()
    return path


def draw_sprites(
    painter: QPainter,
    atlas: QPixmap,
    centres: FloatArray,
    corners: FloatArray,
    *,
    cell: int,
    check: Check,
) -> None:
    """Copy squares of ``atlas`` to the (n, 2) whole-pixel ``centres``.

    Args:
        painter: Painter in device pixels.
        atlas: The pixmap, made on the GUI thread.
        centres: Middles of the squares.
        corners: (n, 2) left and top of each square in the atlas.
        cell: Side of the squares, even.
        check: Called between calls.
    """
    fragments = np.zeros((len(centres), _FRAGMENT_FIELDS))
    # QPainter::PixmapFragment: x y sourceLeft sourceTop width height scaleX scaleY rotation opacity
    fragments[:, 0:2] = centres
    fragments[:, 2:4] = corners
    fragments[:, 4:6] = cell
    fragments[:, 6:8] = 1.0
    fragments[:, 9] = 1.0
    draw: Any = painter.drawPixmapFragments
    step = _FRAGMENT_FIELDS * 8
    for start in range(0, len(fragments), MAX_PRIMITIVES):
        check()
        count = min(MAX_PRIMITIVES, len(fragments) - start)
        address = fragments.ctypes.data + start * step
        draw(shiboken6.wrapInstance(address, QPainter.PixmapFragment), count, atlas)
