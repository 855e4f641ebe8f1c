"""Paints line and polygon hazards from flat arrays, whatever their number and size."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from qhd_riskmap.cartography.canvas import Canvas, saved
from qhd_riskmap.cartography.geometry_arrays import (
    Box,
    IntArray,
    Ragged,
    clip_lines,
    clip_rings,
    merged,
    segments_of,
    take_parts,
)
from qhd_riskmap.cartography.hatching import Hatch, hatch_rings
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.parity_fill import fill_rings, is_raster
from qhd_riskmap.cartography.path_layer import PathLayer
from qhd_riskmap.cartography.qt_arrays import (
    draw_segments,
    path_of,
    polygon_of,
)
from qhd_riskmap.cartography.styles import SIGN_KEYS, style_parts
from qhd_riskmap.cartography.symbols import (
    INK,
    PALE_LEVELS,
    area_brush,
    area_pen,
    hatch_of,
    level_colour,
    line_pen,
)
from qhd_riskmap.cartography.viewport import Viewport

# Above this many vertices in view lines are drawn one unit wide and undashed: wider pens cost three
# times as much, and dashes could not be read in such a crowd anyway.
_SIGNED_VERTICES: Final = 16_000
_CASED_VERTICES: Final = 6_000
# Qt's smoothed fill costs the square of the crossings; beyond this `parity_fill` takes over.
_SMOOTH_VERTICES: Final = 1_500
_STROKE_VERTICES: Final = 400
_CLIP_MARGIN: Final = 64.0
# How far a path may lie out of the window before it is clipped, in pixels: dashes outside cost time, rings
# outside little, and segments outside are left out one by one. Paper gets no more than it shows.
_REACH_DASHED: Final = 256.0
_REACH_RING: Final = 2048.0
_REACH_PLAIN: Final = 8192.0
_HATCHED_POLYGONS: Final = 600
_PAPER_ROOM: Final = 4
_FEW_OF_ALL: Final = 0.1
_CALLS_BETWEEN_CHECKS: Final = 50
_JOINLESS_PX: Final = 1.5  # edges so thin need no joins
_WORTH_SEGMENTS: Final = 16


def paint_lines(canvas: Canvas, layer: PathLayer) -> None:
    """Paint the lines in view, in the order of their styles."""
    painter, viewport, options = canvas.painter, canvas.viewport, canvas.options
    visible = layer.visible(viewport.plane_bounds(_CLIP_MARGIN))
    if not len(visible):
        return
    canvas.check()
    reach = _REACH_DASHED if options.dashes or options.vector else _REACH_PLAIN
    ragged = visible_parts(layer, visible, viewport, options, reach)
    pixels = Ragged(viewport.plane_to_screen(ragged.xy), ragged.offsets, ragged.owner)
    # Paper is read closely and has the room for more.
    crowd = len(pixels.xy) / (_PAPER_ROOM if options.vector else 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not options.dashes or crowd > _SIGNED_VERTICES:
        width = options.outline_width if crowd > _SIGNED_VERTICES else options.line_width
        _plain_lines(canvas, pixels, layer.styles[pixels.owner], width)
        return
    for style, first, last in runs(layer.styles[pixels.owner]):
        sign, level = style_parts(style)
        part = _slice(pixels, first, last)
        if crowd <= _CASED_VERTICES:
            _casing(canvas, part, level)
        painter.setPen(line_pen(sign, level, options.line_width))
        _polylines(canvas, part)


def _plain_lines(canvas: Canvas, pixels: Ragged, styles: IntArray, width: float) -> None:
    """Lines in the colours of their levels only; types of one level need no turn of their own."""
    segments, offsets = segments_of(pixels, _window(canvas, width))
    levels = np.array([style_parts(style)[1] for style in range(int(styles.max(initial=0)) + 1)])
    for level, first, last in runs(levels[styles]):
        canvas.painter.setPen(QPen(level_colour(level), width))
        draw_segments(canvas.painter, segments[offsets[first] : offsets[last]], canvas.check)


def paint_polygons(canvas: Canvas, layer: PathLayer) -> None:
    """Paint the polygons in view, in the order of their styles."""
    viewport, options = canvas.viewport, canvas.options
    visible = layer.visible(viewport.plane_bounds(_CLIP_MARGIN))
    if not len(visible):
        return
    canvas.check()
    reach = _REACH_DASHED if options.vector else _REACH_RING
    ragged = visible_parts(layer, visible, viewport, options, reach)
    pixels = Ragged(viewport.plane_to_screen(ragged.xy), ragged.offsets, ragged.owner)
    room = _HATCHED_POLYGONS * (_PAPER_ROOM if options.vector else 1)
    hatched = options.hatch and len(visible) <= room
    styles = layer.styles[pixels.owner]
    if not hatched:  # signs of one level look the same then and need no turn of their own
        styles = styles - styles % len(SIGN_KEYS)
    for style, first, last in runs(styles):
        sign, level = style_parts(style)
        hatch = hatch_of(sign) if hatched else Hatch.NONE
        pen, brush = area_pen(level, options.outline_width), area_brush(level)
        offsets = pixels.offsets[first : last + 1]
        counts = np.diff(offsets)
        alone = np.ones(last - first, bool)
        owners = pixels.owner[first:last]
        alone[1:] &= owners[1:] != owners[:-1]
        alone[:-1] &= owners[:-1] != owners[1:]
        simple = alone & (counts <= _SMOOTH_VERTICES) & (hatch is Hatch.NONE)
        _simple_polygons(canvas, _slice(pixels, first, last), np.nonzero(simple)[0], pen, brush)
        for number, (_owner, part, end) in enumerate(runs(owners)):
            if not simple[part]:
                if number % _CALLS_BETWEEN_CHECKS == 0:
                    canvas.check()
                _polygon(canvas, _slice(pixels, first + part, first + end), level, hatch)


def _simple_polygons(
    canvas: Canvas, pixels: Ragged, parts: IntArray, pen: QPen, brush: QBrush
) -> None:
    """Fill many rings of one style, then draw their edges.

    On the screen an opaque edge hides that the fill under it is not smoothed, which costs four fifths.
    """
    painter, offsets = canvas.painter, pixels.offsets
    device_width = pen.widthF() * canvas.viewport.device_pixel_ratio
    hidden = is_raster(painter) and device_width >= 1.0
    starts, ends = offsets[parts].tolist(), offsets[parts + 1].tolist()
    rings = [polygon_of(pixels.xy[start:end]) for start, end in zip(starts, ends, strict=True)]
    painter.setBrush(brush)
    painter.setPen(Qt.PenStyle.NoPen if hidden else pen)
    with saved(painter):
        if hidden:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for number, ring in enumerate(rings):
            if number % _CALLS_BETWEEN_CHECKS == 0:
                canvas.check()
            painter.drawPolygon(ring)
    if not hidden or not rings:
        return
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if device_width <= _JOINLESS_PX and len(rings) > _WORTH_SEGMENTS:
        wanted = np.zeros(len(offsets) - 1, bool)
        wanted[parts] = True
        every = Ragged(pixels.xy, offsets, np.arange(len(wanted)))
        edges = segments_of(take_parts(every, wanted), _window(canvas, pen.widthF()))[0]
        draw_segments(painter, edges, canvas.check)
        return
    for number, ring in enumerate(rings):
        if number % _CALLS_BETWEEN_CHECKS == 0:
            canvas.check()
        painter.drawPolygon(ring)


def _window(canvas: Canvas, width: float) -> Box:
    """Left, top, right, bottom of what a pen of ``width`` can reach of the window, painter units."""
    return -width, -width, canvas.viewport.width + width, canvas.viewport.height + width


def visible_parts(
    layer: PathLayer,
    visible: IntArray,
    viewport: Viewport,
    options: MapOptions,
    reach: float = _REACH_DASHED,
) -> Ragged:
    """The thinned parts of the visible paths; ordered by owner.

    Those that lie farther than ``reach`` pixels out of the window somewhere are clipped to it.
    """
    resolution = viewport.resolution * options.detail
    wanted = np.zeros(len(layer), bool)
    wanted[visible] = True
    if needs_few(layer, visible):
        # Thinning all 100,000 for the sake of a few hundred would delay the first close look.
        ragged = layer.some_at_resolution(resolution, wanted)
    else:
        ragged = take_parts(layer.at_resolution(resolution), wanted)
    return clipped(ragged, layer, visible, viewport, reach)


def clipped(
    ragged: Ragged, layer: PathLayer, visible: IntArray, viewport: Viewport, reach: float
) -> Ragged:
    """The parts of the visible paths, those that reach farther out than ``reach`` pixels cut off."""
    far = np.zeros(len(layer), bool)
    far[_reaching_out(layer, visible, viewport, reach)] = True
    if not far.any():
        return ragged
    box = viewport.plane_bounds(_CLIP_MARGIN)
    clip = clip_rings if layer.closed else clip_lines
    return merged(take_parts(ragged, ~far), clip(take_parts(ragged, far), box))


def needs_few(layer: PathLayer, visible: IntArray) -> bool:
    """Whether so few paths are in view that only those are thinned."""
    return len(visible) < _FEW_OF_ALL * len(layer)


def _reaching_out(
    layer: PathLayer, visible: IntArray, viewport: Viewport, reach: float
) -> IntArray:
    """Visible paths that reach farther out of the window than ``reach`` pixels."""
    west, south, east, north = viewport.plane_bounds(reach)
    b = layer.bounds[visible]
    outside = (b[:, 0] < west) | (b[:, 1] < south) | (b[:, 2] > east) | (b[:, 3] > north)
    return visible[outside]


def runs(values: IntArray) -> list[tuple[int, int, int]]:
    """(value, first, end) of every run of equal neighbours."""
    if not len(values):
        return []
    edges = np.nonzero(np.diff(values))[0] + 1
    marks = [0, *edges.tolist(), len(values)]
    return [(int(values[a]), a, b) for a, b in pairwise(marks)]


def _slice(ragged: Ragged, first: int, last: int) -> Ragged:
    offsets = ragged.offsets[first : last + 1]
    return Ragged(
        ragged.xy[offsets[0] : offsets[-1]], offsets - offsets[0], ragged.owner[first:last]
    )


def _casing(canvas: Canvas, part: Ragged, level: int) -> None:
    """An edge under a line: of the ground's colour, or dark where the line is as pale as the ground."""
    pale = level in PALE_LEVELS
    casing = QColor(INK if pale else canvas.options.palette.land)
    casing.setAlpha(150 if pale else 200)
    pen = QPen(casing, canvas.options.line_width * (1.5 if pale else 1.9))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    canvas.painter.setPen(pen)
    _polylines(canvas, part)


def _polylines(canvas: Canvas, part: Ragged) -> None:
    for start, end in pairwise(part.offsets.tolist()):
        canvas.check()
        # Pieces share a vertex. One stroke costs the square of its own crossings: a path of 20,000
        # random vertices took a minute in one call.
        for piece in range(start, max(end - 1, start + 1), _STROKE_VERTICES):
            stop = min(piece + _STROKE_VERTICES + 1, end)
            canvas.painter.drawPolyline(polygon_of(part.xy[piece:stop]))


def _polygon(canvas: Canvas, part: Ragged, level: int, hatch: Hatch) -> None:
    """Paint one polygon with holes, parts or a hatch, or one too intricate for Qt's own fill."""
    painter, options = canvas.painter, canvas.options
    intricate = len(part.xy) > _SMOOTH_VERTICES and is_raster(painter)
    if intricate:
        fill_rings(painter, part, area_brush(level).color(), canvas.check)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(area_brush(level))
        painter.drawPath(path_of(part.xy, part.offsets))
        spacing = options.symbol_size * 0.45
        hatch_rings(painter, part, hatch, level_colour(level), spacing, check=canvas.check)
    painter.setPen(area_pen(level, options.outline_width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if intricate:
        window = _window(canvas, options.outline_width)
        draw_segments(painter, segments_of(part, window)[0], canvas.check)
    else:
        _polylines(canvas, part)
