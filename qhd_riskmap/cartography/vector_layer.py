"""Paints the features of an added vector file from flat arrays, as hazards are painted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.canvas import Canvas, saved
from qhd_riskmap.cartography.geometry_arrays import (
    IntArray,
    Ragged,
    segments_of,
)
from qhd_riskmap.cartography.labels import (
    Label,
    LabelStyle,
    OccupiedGround,
    paint_label,
    place_labels,
)
from qhd_riskmap.cartography.parity_fill import fill_rings, is_raster
from qhd_riskmap.cartography.path_layer import PathLayer, path_layer
from qhd_riskmap.cartography.path_painter import runs, visible_parts
from qhd_riskmap.cartography.projection import FloatArray, Projection
from qhd_riskmap.cartography.qt_arrays import MAX_PRIMITIVES, draw_segments, path_of, polygon_of
from qhd_riskmap.cartography.viewport import Bounds
from qhd_riskmap.domain.map_layer import LayerFilter, MapLayer, text_of
from qhd_riskmap.formats.vector_reading import VectorContent

_LINES: Final = (
    shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)  # fmt: skip
_AREAS: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_MARGIN_PX: Final = 16.0
_DOT: Final = 3.2  # diameter of a point in widths of the layer's line
# Joined strokes cost more than loose segments, and the square of their crossings.
_JOINED_VERTICES: Final = 20_000
_STROKE_VERTICES: Final = 400
_SMOOTH_VERTICES: Final = 1_500
_MOST_NAMES: Final = 300
_LONGEST_NAME: Final = 40
_ALL_OF_IT: Final = 255
_THIN: Final = 1.2


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Projected features.

    Attributes:
        dots: (m, 2) plane metres of all points.
        dot_rows: (m) feature each belongs to.
        lines: Lines.
        areas: Polygons.
        anchors: (n, 2) where each feature's name stands, plane metres.
    """

    dots: FloatArray
    dot_rows: IntArray
    lines: PathLayer
    areas: PathLayer
    anchors: FloatArray


class VectorSource:
    """The features of one file, ready to be painted in any plane and any look."""

    def __init__(self, content: VectorContent) -> None:
        self.content = content
        west, south, east, north = shapely.total_bounds(content.geometries).tolist()
        self.bounds: Bounds = (west, south, east, north)
        self._boxes = shapely.bounds(content.geometries)
        # Made here, beside the window: the mouse asks it with every move.
        self._tree = shapely.STRtree(content.geometries)
        self._prepared: dict[Projection, _Prepared] = {}
        self._kept: dict[LayerFilter, npt.NDArray[np.bool_]] = {}

    def close(self) -> None:
        """Nothing is held open."""

    def fields(self) -> tuple[str, ...]:
        """Names of the attributes that say anything: KML brings a dozen empty ones along."""
        return tuple(
            name
            for name, values in self.content.attributes.items()
            if any(text_of(value) for value in values.tolist())
        )

    def shown(self, condition: LayerFilter | None) -> npt.NDArray[np.bool_]:
        """Which features meet a condition; all where its attribute is unknown."""
        if condition is None or condition.attribute not in self.content.attributes:
            return np.ones(len(self.content), bool)
        kept = self._kept.get(condition)
        if kept is None:
            kept = condition.matches(self.content.attributes[condition.attribute])
            self._kept = {condition: kept}  # only the last one is asked for again
        return kept

    def paint(self, canvas: Canvas, layer: MapLayer) -> None:
        """Paint areas, lines and points in view, then names."""
        prepared = self._in(canvas.viewport.projection)
        shown = self.shown(layer.condition)
        width = layer.style.width * canvas.options.outline_width
        with saved(canvas.painter):
            _paint_areas(canvas, prepared.areas, layer, shown, width)
            _paint_lines(canvas, prepared.lines, layer, shown, width)
            _paint_dots(canvas, prepared, layer, shown, width)
            if layer.style.label:
                self._paint_names(canvas, prepared, layer, shown)

    def vertices(self, layer: MapLayer, box: Bounds) -> npt.NDArray[Any]:
        """Geometries shown whose extents meet ``box`` (degrees): what one may snap to."""
        rows = np.sort(self._tree.query(shapely.box(*box)))
        rows = rows[self.shown(layer.condition)[rows]]
        return np.asarray(self.content.geometries[rows], dtype=object)

    def _in(self, projection: Projection) -> _Prepared:
        prepared = self._prepared.get(projection)
        if prepared is None:
            prepared = self._prepared[projection] = _prepare(self.content.geometries, projection)
        return prepared

    def _paint_names(
        self,
        canvas: Canvas,
        prepared: _Prepared,
        layer: MapLayer,
        shown: npt.NDArray[np.bool_],
    ) -> None:
        values = self.content.attributes.get(layer.style.label)
        if values is None:
            return
        view, options = canvas.viewport, canvas.options
        west, south, east, north = view.plane_bounds()
        x, y = prepared.anchors[:, 0], prepared.anchors[:, 1]
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north) & shown
        rows = np.nonzero(inside)[0]
        if not 0 < len(rows) <= _MOST_NAMES:
            return
        pale = QColor(layer.style.colour).lightnessF() > 0.5  # noqa: PLR2004 - half
        style = LabelStyle(
            options.label_size * 0.95, layer.style.colour, "#1B1E21" if pale else "#FFFFFF"
        )
        ground = OccupiedGround(view.width, view.height, max(options.label_size / 4, 0.01))
        places = view.plane_to_screen(prepared.anchors[rows]).tolist()
        gaps = np.where(np.isin(rows, prepared.dot_rows), options.label_size * 0.5, 0.0).tolist()
        texts = [_name(values[row]) for row in rows.tolist()]
        wishes = [
            Label(text, px, py, gap, style)
            for text, (px, py), gap in zip(texts, places, gaps, strict=True)
            if text
        ]
        for placed in place_labels(wishes, ground):
            canvas.check()
            paint_label(canvas.painter, placed, vector=options.vector)


def _name(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join(text.split())[:_LONGEST_NAME]


def _prepare(geometries: npt.NDArray[Any], projection: Projection) -> _Prepared:
    kinds = shapely.get_type_id(geometries)
    rows = np.arange(len(geometries), dtype=np.int64)
    is_line, is_area = np.isin(kinds, _LINES), np.isin(kinds, _AREAS)
    lonlat, owner = shapely.get_coordinates(geometries[~(is_line | is_area)], return_index=True)
    anchors = shapely.get_coordinates(shapely.point_on_surface(geometries))
    no_style = np.zeros(len(geometries), np.int64)
    return _Prepared(
        dots=projection.forward_pairs(lonlat) if len(lonlat) else np.empty((0, 2)),
        dot_rows=rows[~(is_line | is_area)][owner],
        lines=path_layer(
            geometries[is_line], rows[is_line], no_style[is_line], projection, closed=False
        ),
        areas=path_layer(
            geometries[is_area], rows[is_area], no_style[is_area], projection, closed=True
        ),
        anchors=projection.forward_pairs(anchors) if len(anchors) else np.empty((0, 2)),
    )


def _in_view(canvas: Canvas, paths: PathLayer, shown: npt.NDArray[np.bool_]) -> Ragged | None:
    visible = paths.visible(canvas.viewport.plane_bounds(_MARGIN_PX))
    visible = visible[shown[paths.rows[visible]]]
    if not len(visible):
        return None
    canvas.check()
    ragged = visible_parts(paths, visible, canvas.viewport, canvas.options)
    return Ragged(canvas.viewport.plane_to_screen(ragged.xy), ragged.offsets, ragged.owner)


def _paint_areas(
    canvas: Canvas,
    paths: PathLayer,
    layer: MapLayer,
    shown: npt.NDArray[np.bool_],
    width: float,
) -> None:
    pixels = _in_view(canvas, paths, shown)
    if pixels is None:
        return
    if layer.style.fill:
        fill = QColor(layer.style.fill)
        fill.setAlpha(round(layer.style.fill_opacity * _ALL_OF_IT))
        _fill(canvas, pixels, fill)
    _stroke(canvas, pixels, _pen(layer, width))


def _fill(canvas: Canvas, pixels: Ragged, colour: QColor) -> None:
    painter = canvas.painter
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for _owner, first, last in runs(pixels.owner):
        canvas.check()
        offsets = pixels.offsets[first : last + 1]
        xy = pixels.xy[offsets[0] : offsets[-1]]
        if len(xy) > _SMOOTH_VERTICES and is_raster(painter):
            part = Ragged(xy, offsets - offsets[0], pixels.owner[first:last])
            fill_rings(painter, part, colour, canvas.check)
        else:
            painter.drawPath(path_of(xy, offsets - offsets[0]))


def _paint_lines(
    canvas: Canvas,
    paths: PathLayer,
    layer: MapLayer,
    shown: npt.NDArray[np.bool_],
    width: float,
) -> None:
    pixels = _in_view(canvas, paths, shown)
    if pixels is not None:
        _stroke(canvas, pixels, _pen(layer, width))


def _pen(layer: MapLayer, width: float) -> QPen:
    pen = QPen(QColor(layer.style.colour), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _stroke(canvas: Canvas, pixels: Ragged, pen: QPen) -> None:
    painter = canvas.painter
    painter.setBrush(Qt.BrushStyle.NoBrush)
    crowded = len(pixels.xy) > _JOINED_VERTICES and not canvas.options.vector
    if crowded or pen.widthF() <= _THIN * canvas.options.outline_width:
        thin = QPen(pen)
        thin.setWidthF(min(pen.widthF(), canvas.options.outline_width) if crowded else pen.widthF())
        painter.setPen(thin)
        draw_segments(painter, segments_of(pixels)[0], canvas.check)
        return
    painter.setPen(pen)
    for start, end in pairwise(pixels.offsets.tolist()):
        canvas.check()
        for piece in range(start, max(end - 1, start + 1), _STROKE_VERTICES):
            painter.drawPolyline(
                polygon_of(pixels.xy[piece : min(piece + _STROKE_VERTICES + 1, end)])
            )


def _paint_dots(
    canvas: Canvas,
    prepared: _Prepared,
    layer: MapLayer,
    shown: npt.NDArray[np.bool_],
    width: float,
) -> None:
    west, south, east, north = canvas.viewport.plane_bounds(_MARGIN_PX)
    x, y = prepared.dots[:, 0], prepared.dots[:, 1]
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north) & shown[prepared.dot_rows]
    if not inside.any():
        return
    places = canvas.viewport.plane_to_screen(prepared.dots[inside])
    if not canvas.options.vector:
        # What falls on one pixel is painted once, however many there are.
        _unique, first = np.unique(np.round(places), axis=0, return_index=True)
        places = places[np.sort(first)]
    painter: QPainter = canvas.painter
    pen = QPen(QColor(canvas.options.palette.label_halo), width * (_DOT + 1.2))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    for size, colour in (
        (_DOT + 1.2, canvas.options.palette.label_halo),
        (_DOT, layer.style.colour),
    ):
        pen.setWidthF(width * size)
        pen.setColor(QColor(colour))
        painter.setPen(pen)
        for start in range(0, len(places), MAX_PRIMITIVES):
            canvas.check()
            painter.drawPoints(polygon_of(places[start : start + MAX_PRIMITIVES]))
