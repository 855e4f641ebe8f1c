"""Hatched fills drawn as lines.

Qt's brush patterns depend on the resolution of the device and its clipping is lost in SVG, so the
hatch lines are cut to the polygon here, by the even-odd rule, for screen, paper and legend alike.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.geometry_arrays import IntArray, Ragged, segments_of
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.qt_arrays import Check, draw_segments

_MAX_CROSSINGS: Final = 400_000  # a hostile polygon is left plain rather than hatched for minutes
_DOT: Final = 1e-3  # length of the stroke that a round cap turns into a dot, in spacings


def _unwatched() -> None:
    """Nobody stops the painting of a swatch."""


class Hatch(Enum):
    """Hatches of polygons: directions in degrees, or dots in rows."""

    NONE = ()
    RISING = (45.0,)
    FALLING = (-45.0,)
    LEVEL = (0.0,)
    UPRIGHT = (90.0,)
    GRID = (0.0, 90.0)
    LATTICE = (45.0, -45.0)
    FINE_DOTS = ("dots", 0.8)
    COARSE_DOTS = ("dots", 1.25)
    STEEP = (65.0,)
    FLAT_FALLING = (-25.0,)
    WEAVE = (65.0, -25.0)


def hatch_rings(
    painter: QPainter,
    rings: Ragged,
    hatch: Hatch,
    colour: QColor,
    spacing: float,
    *,
    check: Check = _unwatched,
) -> None:
    """Hatch the inside of ``rings`` (painter units); lines hang on the painter's origin."""
    segments = hatch_segments(rings, hatch, spacing)
    if not len(segments):
        return
    dots = hatch.value[0] == "dots"
    pen = QPen(colour, spacing * (0.26 if dots else 0.13))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if dots else Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    draw_segments(painter, segments, check)


def hatch_box(painter: QPainter, box: QRectF, hatch: Hatch, colour: QColor) -> None:
    """Hatch a rectangle; the spacing follows its height (legend swatches)."""
    corners = np.array([
        (box.left(), box.top()), (box.right(), box.top()), (box.right(), box.bottom()),
        (box.left(), box.bottom()), (box.left(), box.top()),
    ])  # fmt: skip
    rings = Ragged(corners, np.array([0, 5]), np.array([0]))
    hatch_rings(painter, rings, hatch, colour, box.height() / 4)


def hatch_segments(rings: Ragged, hatch: Hatch, spacing: float) -> FloatArray:
    """The pieces of hatch lines inside ``rings``, shape (s, 4): x1, y1, x2, y2."""
    if not hatch.value or not len(rings.xy):
        return np.empty((0, 4))
    if hatch.value[0] == "dots":
        return _dots(rings, spacing * float(hatch.value[1]))
    pieces = [_family(rings, float(angle), spacing)[0] for angle in hatch.value]
    return np.concatenate(pieces)


def _family(rings: Ragged, angle_deg: float, spacing: float) -> tuple[FloatArray, IntArray]:
    """Pieces of the parallel lines at one angle, and the number of the line each lies on."""
    angle = math.radians(angle_deg)
    # Turn the polygon so that the hatch lines lie level.
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    turned = Ragged(rings.xy @ turn.T, rings.offsets, rings.owner)
    edges = segments_of(turned)[0]
    low = np.minimum(edges[:, 1], edges[:, 3]) / spacing
    high = np.maximum(edges[:, 1], edges[:, 3]) / spacing
    # Half-open: an edge owns its lower end only, so that a corner is crossed once or twice, never 1.5.
    first, last = np.ceil(low), np.ceil(high)
    counts = (last - first).astype(np.int64)
    total = int(counts.sum())
    if total == 0 or total > _MAX_CROSSINGS:
        return np.empty((0, 4)), np.empty(0, np.int64)
    edge = np.repeat(np.arange(len(edges)), counts)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    line = first[edge].astype(np.int64) + np.arange(total) - before
    y = line * spacing
    x1, y1, x2, y2 = edges[edge].T
    x = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    order = np.lexsort((x, line))
    x, line = x[order], line[order]
    # Closed rings cross every line an even number of times: neighbours pair up.
    left, right, line = x[0::2], x[1::2], line[0::2]
    level = line * spacing
    ends = np.stack((np.column_stack((left, level)), np.column_stack((right, level))), axis=1)
    back = ends.reshape(-1, 2) @ turn
    return back.reshape(-1, 4), line


def _dots(rings: Ragged, spacing: float) -> FloatArray:
    rows, line = _family(rings, 0.0, spacing)
    if not len(rows):
        return rows
    # Every other row is shifted by half a step.
    shift = np.where(line % 2 == 0, 0.0, spacing / 2)
    first = np.ceil((rows[:, 0] - shift) / spacing)
    counts = np.maximum(np.floor((rows[:, 2] - shift) / spacing) - first + 1, 0).astype(np.int64)
    if counts.sum() > _MAX_CROSSINGS:
        return np.empty((0, 4))
    row = np.repeat(np.arange(len(rows)), counts)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    x = (first[row] + np.arange(len(row)) - before) * spacing + shift[row]
    y = rows[row, 1]
    return np.column_stack((x, y, x + spacing * _DOT, y))
