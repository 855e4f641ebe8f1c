"""Paints shapes in hand over the map: outline, handles, crossings, snapping, previews, numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.geo.crossings import Crossings
from qhd_riskmap.geo.outline import Outline, Place, VertexRef
from qhd_riskmap.geo.snapping import Snap, SnapKind
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS, theme

FloatArray = NDArray[np.float64]

# None of the four colours of risk; brown is somebody else's, red is wrong.
_ON_LIGHT: Final = ("#00695c", "#8e24aa", "#5d4037", "#455a64", "#6d4c41", "#d50000", "#ad1457")
_ON_DARK: Final = ("#5fc9b8", "#ce93d8", "#d7ccc8", "#b0bec5", "#d7a98c", "#ff6b60", "#f48fb1")
_PIECES: Final = 4
_THEIRS, _WRONG, _PULLED = 4, 5, 6
_HANDLE: Final = 3.5
_MIDDLE: Final = 2.2
_CHOSEN: Final = 5.5
_CUE: Final = 7.0
MOST_HANDLES: Final = 800
# Middles are offered where the stretch is long enough to take one by the mouse.
_MIDDLE_ROOM_PX: Final = 28.0
_THIN_ABOVE: Final = 500
_NO_HALO_ABOVE: Final = 1500
_WIDE: Final = 3.0
_FILL_ALPHA: Final = 40


def ink() -> QColor:
    """Colour of the shape in hand."""
    return _colour(0)


def theirs() -> QColor:
    """Colour of a shape that someone else saved."""
    return _colour(_THEIRS)


def piece_colour(number: int) -> QColor:
    """Colours that tell the pieces of a split apart, in grey too."""
    return _colour(number % _PIECES)


def _colour(number: int) -> QColor:
    return QColor((_ON_DARK if theme().dark else _ON_LIGHT)[number])


def paint_outline(
    painter: QPainter, outline: Outline, viewport: Viewport, *, tip: Place | None = None
) -> None:
    """The shape in hand; ``tip`` is where its open end follows the mouse."""
    paths = list(_on_screen(outline.paths(), viewport))
    if outline.closed:
        colour = ink()
        colour.setAlpha(_FILL_ALPHA)
        painter.fillPath(_area(paths), QBrush(colour))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(5.0, 2.0, ink()):
        # Wide strokes of thousands of corners take their time; the halo can be missed then.
        if pen.widthF() > _WIDE and sum(path.size() for path in paths) > _NO_HALO_ABOVE:
            continue
        painter.setPen(pen)
        for path in paths:
            painter.drawPolyline(path)
    if tip is not None and outline.parts:
        _paint_tip(painter, outline, viewport, tip)


def _paint_tip(painter: QPainter, outline: Outline, viewport: Viewport, tip: Place) -> None:
    ring = outline.parts[-1][0]
    ends = [ring[-1], np.array(tip)]
    if outline.closed and len(ring) > 1:
        ends.append(ring[0])
    for pen in _pens(4.0, 1.5, ink(), Qt.PenStyle.DashLine):
        painter.setPen(pen)
        for path in _on_screen([np.array(ends)], viewport):
            painter.drawPolyline(path)


def _area(paths: Sequence[QPolygonF]) -> QPainterPath:
    area = QPainterPath()
    area.setFillRule(Qt.FillRule.OddEvenFill)
    for path in paths:
        area.addPolygon(path)
    return area


def paint_handles(
    painter: QPainter,
    outline: Outline,
    viewport: Viewport,
    *,
    chosen: VertexRef | None = None,
    halfway: bool = False,
) -> bool:
    """Squares on the vertices in view, dots half-way if wanted; False where there are too many."""
    shown = list(itertools.islice(handles(outline, viewport), MOST_HANDLES + 1))
    if len(shown) > MOST_HANDLES:
        return False
    painter.setPen(QPen(ink(), 1.5))
    painter.setBrush(QColor(theme().surface))
    for _ref, x, y in shown:
        painter.drawRect(QRectF(x - _HANDLE, y - _HANDLE, 2 * _HANDLE, 2 * _HANDLE))
    painter.setBrush(ink())
    for _ref, x, y in middles(outline, viewport) if halfway else ():
        painter.drawEllipse(QPointF(x, y), _MIDDLE, _MIDDLE)
    for ref, x, y in shown:
        if ref == chosen:
            painter.setPen(QPen(QColor(theme().surface), 2.0))
            painter.drawRect(QRectF(x - _CHOSEN, y - _CHOSEN, 2 * _CHOSEN, 2 * _CHOSEN))
    return True


def handles(outline: Outline, viewport: Viewport) -> Iterator[tuple[VertexRef, float, float]]:
    """Vertices in view with their pixels."""
    for part, number, ring in outline.rings():
        xs, ys = viewport.to_screen(ring[:, 0], ring[:, 1])
        for index in np.flatnonzero(_visible(xs, ys, viewport)).tolist():
            yield VertexRef(part, number, index), float(xs[index]), float(ys[index])


def middles(outline: Outline, viewport: Viewport) -> Iterator[tuple[VertexRef, float, float]]:
    """Middles of long stretches in view; the address is that of a vertex inserted there."""
    for part, number, ring in outline.rings():
        path = np.concatenate((ring, ring[:1])) if outline.closed else ring
        xs, ys = viewport.to_screen(path[:, 0], path[:, 1])
        x, y = (xs[:-1] + xs[1:]) / 2, (ys[:-1] + ys[1:]) / 2
        room = np.hypot(np.diff(xs), np.diff(ys)) >= _MIDDLE_ROOM_PX
        for index in np.flatnonzero(room & _visible(x, y, viewport)).tolist():
            yield VertexRef(part, number, index + 1), float(x[index]), float(y[index])


def _visible(xs: FloatArray, ys: FloatArray, viewport: Viewport) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (
        (xs >= 0) & (xs <= viewport.width) & (ys >= 0) & (ys <= viewport.height)
    )
    return inside


def paint_crossings(painter: QPainter, found: Crossings, viewport: Viewport) -> None:
    """Red where a shape runs into itself."""
    segments = found.segments.reshape(-1, 2, 2)
    for pen in _pens(6.0, 3.0, _colour(_WRONG)):
        painter.setPen(pen)
        for path in _on_screen(list(segments), viewport):
            painter.drawPolyline(path)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(found.places):
        xs, ys = viewport.to_screen(found.places[:, 0], found.places[:, 1])
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            painter.drawEllipse(QPointF(x, y), _CUE, _CUE)


def paint_preview(
    painter: QPainter, geometry: Any, viewport: Viewport, colour: QColor, *, dashed: bool = True
) -> None:
    """A shape that is not in force yet, or is somebody else's."""
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    lines = shapely.boundary(geometry) if shapely.get_dimensions(geometry) == 2 else geometry  # noqa: PLR2004 - areas
    paths = [shapely.get_coordinates(line) for line in shapely.get_parts(lines)]
    if shapely.get_dimensions(geometry) == 0:
        painter.setBrush(colour)
        for path in paths:
            xs, ys = viewport.to_screen(path[:, 0], path[:, 1])
            painter.drawEllipse(QPointF(float(xs[0]), float(ys[0])), _CHOSEN, _CHOSEN)
        return
    polygons = list(_on_screen(paths, viewport))
    if shapely.get_dimensions(geometry) == 2:  # noqa: PLR2004 - areas
        painter.fillPath(_area(polygons), QBrush(colour, Qt.BrushStyle.BDiagPattern))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(6.0, 2.5, colour, style):
        painter.setPen(pen)
        for each in polygons:
            painter.drawPolyline(each)


def paint_snap(painter: QPainter, snap: Snap, viewport: Viewport) -> None:
    """What the mouse was pulled to: a square on vertices, a cross on edges."""
    xs, ys = viewport.to_screen(*snap.place)
    x, y = float(xs), float(ys)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(4.5, 2.0, _colour(_PULLED)):
        painter.setPen(pen)
        if snap.kind is SnapKind.VERTEX:
            painter.drawRect(QRectF(x - _CUE, y - _CUE, 2 * _CUE, 2 * _CUE))
        else:
            painter.drawLine(QPointF(x - _CUE, y - _CUE), QPointF(x + _CUE, y + _CUE))
            painter.drawLine(QPointF(x - _CUE, y + _CUE), QPointF(x + _CUE, y - _CUE))


def paint_numbers(painter: QPainter, place: QPointF, lines: Sequence[str]) -> None:
    """Some short lines on a plate beside the mouse, kept inside the map."""
    metrics = QFontMetricsF(painter.font())
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * SPACE_S
    height = metrics.lineSpacing() * len(lines) + 2 * SPACE_XS
    room = painter.viewport()
    left, top = place.x() + SPACE_M, place.y() + SPACE_M
    if left + width > room.width():
        left = place.x() - SPACE_M - width
    if top + height > room.height():
        top = place.y() - SPACE_M - height
    box = QRectF(left, top, width, height)
    ground = QColor(theme().surface)
    ground.setAlpha(235)
    painter.setPen(QPen(QColor(theme().border), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)
    painter.setPen(QColor(theme().text))
    inside = box.adjusted(SPACE_S, SPACE_XS, -SPACE_S, -SPACE_XS)
    painter.drawText(inside, int(Qt.AlignmentFlag.AlignLeft), "\n".join(lines))


def _on_screen(paths: Sequence[FloatArray], viewport: Viewport) -> Iterator[QPolygonF]:
    """Paths in pixels, thinned and clipped: one huge outline must not hold up the window."""
    west, south, east, north = viewport.visible_bounds()
    pad_x, pad_y = (east - west) / 2, (north - south) / 2
    box = (west - pad_x, south - pad_y, east + pad_x, north + pad_y)
    pixel = (east - west) / max(viewport.width, 1)
    for path in paths:
        if len(path) < 2:  # noqa: PLR2004 - a line has two ends
            continue
        line: Any = shapely.LineString(path)
        if len(path) > _THIN_ABOVE:
            line = shapely.simplify(line, pixel / 2)
        for piece in shapely.get_parts(shapely.clip_by_rect(line, *box)):
            lonlat = shapely.get_coordinates(piece)
            xs, ys = viewport.to_screen(lonlat[:, 0], lonlat[:, 1])
            yield QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])


def _pens(
    wide: float, narrow: float, colour: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> tuple[QPen, QPen]:
    halo = QColor(16, 20, 20, 230) if theme().dark else QColor(255, 255, 255, 230)
    pale, strong = QPen(halo, wide), QPen(colour, narrow, style)
    for pen in (pale, strong):
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pale, strong
