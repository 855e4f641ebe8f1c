"""Paints the map inside a sheet's frame and reports every sign on it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.basemap_painter import PreparedBasemap, paint_ground, paint_outlines
from qhd_riskmap.cartography.canvas import Canvas
from qhd_riskmap.cartography.coverage_hatch import paint_hatched_areas
from qhd_riskmap.cartography.labels import (
    Label,
    OccupiedGround,
    PlacedLabel,
    beside,
    paint_label,
    place_labels,
    text_size,
)
from qhd_riskmap.cartography.layer_painter import NO_LAYERS, LayerStack, paint_layers
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import (
    block_clusters,
    clusters_in_view,
    division_labels,
    hazard_labels,
    paint_map,
    visible_marks,
)
from qhd_riskmap.cartography.page_grid import paint_grid
from qhd_riskmap.cartography.page_model import (
    UNITS_PER_MM,
    Box,
    CountLabel,
    PageSize,
    PlacedItem,
    SheetContent,
    SheetMap,
)
from qhd_riskmap.cartography.prepared import PreparedFeatures, prepare
from qhd_riskmap.cartography.sheet_circle import paint_circle
from qhd_riskmap.cartography.styles import style_parts, type_of
from qhd_riskmap.cartography.symbols import paint_symbol
from qhd_riskmap.cartography.text_layout import draw_line, text_width
from qhd_riskmap.cartography.viewport import Viewport

# One screen pixel of the common look becomes 0.2 mm up to A3: symbols 3.6 mm, lines 0.5 mm.
PAPER_OPTIONS: Final = MapOptions(
    vector=True, cluster=False, division_size=19.0, units_per_inch=UNITS_PER_MM * 25.4
).scaled(0.2 * UNITS_PER_MM)
_NAMES_UP_TO: Final = 250
_FARTHER: Final = 1.5  # names that may not be missing rather move away than cover a count


def paint_sheet_map(
    painter: QPainter,
    content: SheetContent,
    page: PageSize,
    sheet_map: SheetMap,
    basemap: PreparedBasemap,
    *,
    layers: LayerStack = NO_LAYERS,
) -> list[PlacedItem]:
    """Paint ground, hazards, names, counts and watermark into the frame; nothing leaves it."""
    left, top, width, height = (value * UNITS_PER_MM for value in sheet_map.frame)
    prepared = prepare(content.features, content.projection)
    options = paper_options(content, page)
    grounded = content.look.basemap
    painter.save()
    painter.translate(left, top)
    painter.fillRect(
        QRectF(0, 0, width, height), QColor(options.palette.neighbour if grounded else "#FFFFFF")
    )
    viewport = sheet_map.viewport
    canvas = Canvas(painter, viewport, options)
    if grounded:
        paint_ground(canvas, basemap)
    paint_hatched_areas(canvas, content.hatched)
    paint_layers(canvas, layers)
    if grounded:
        paint_outlines(canvas, basemap)
    if content.margin_grid:
        paint_grid(painter, viewport, page)
    paint_map(painter, prepared, viewport, options)
    items = _symbol_items(prepared, sheet_map, options)
    if content.circle is not None:
        items.append(paint_circle(canvas, content.circle, sheet_map))
    items += _paint_names(canvas, content, prepared, basemap, sheet_map)
    if content.watermark:
        items.append(
            _paint_watermark(painter, content.watermark, QRectF(0, 0, width, height), sheet_map)
        )
    painter.restore()
    items.insert(0, PlacedItem(kind="map", box=sheet_map.frame))
    return items


def paper_options(content: SheetContent, page: PageSize) -> MapOptions:
    """The common look in paper units, larger on paper above A3; shapes stay as exact as on A3."""
    look = content.look
    return replace(
        PAPER_OPTIONS.scaled(page.sign_growth),
        detail=PAPER_OPTIONS.detail,
        labels=False,
        anchor_symbols=content.anchor_symbols,
        cluster=look.crowd == "clusters",
        density=look.crowd == "density",
        cluster_threshold=look.crowd_above,
        graticule=look.graticule,
        hatch=look.hatch,
        basemap=look.basemap,
    )


def _symbol_items(
    prepared: PreparedFeatures, sheet_map: SheetMap, options: MapOptions
) -> list[PlacedItem]:
    """One item per symbol: what a checker compares with the positions that may be published."""
    marks = visible_marks(prepared, sheet_map.viewport, options)
    xy = sheet_map.viewport.plane_to_screen(prepared.marks.xy[marks])
    side = options.symbol_size
    items = []
    for index, (x, y) in zip(marks.tolist(), xy.tolist(), strict=True):
        lon, lat = prepared.marks.lonlat[index].tolist()
        items.append(
            PlacedItem(
                kind="symbol" if prepared.marks.is_point[index] else "anchor_symbol",
                box=_on_page(QRectF(x - side / 2, y - side / 2, side, side), sheet_map),
                text=type_of(style_parts(int(prepared.marks.styles[index]))[0]),
                lonlat=(lon, lat),
                row=int(prepared.marks.rows[index]),
            )
        )
    return items


def _paint_names(canvas: Canvas, content: SheetContent, prepared: PreparedFeatures,
                 basemap: PreparedBasemap, sheet_map: SheetMap) -> list[PlacedItem]:  # fmt: skip
    viewport, options = canvas.viewport, canvas.options
    marks = visible_marks(prepared, viewport, options)
    xy = viewport.plane_to_screen(prepared.marks.xy[marks])
    ground = OccupiedGround(viewport.width, viewport.height, options.label_size / 4)
    marked = ground.copy()
    clusters = clusters_in_view(prepared, viewport, options)
    if clusters is not None:
        block_clusters(marked, clusters, viewport, options)
    else:
        marked.block_marks(xy, options.symbol_size / 2)
    items = []
    divisions = division_labels(basemap, viewport, options) if options.basemap else iter(())
    named = _must_place(divisions, ground, marked, viewport)
    items += _paint_counts(canvas, content.counts, (ground, marked), sheet_map)
    for placed in named:
        paint_label(canvas.painter, placed, vector=True)
        items.append(_name_item("division_name", placed, sheet_map))
    grouped = (options.cluster or options.density) and len(marks) > options.cluster_threshold
    if content.names and len(marks) <= _NAMES_UP_TO and not grouped:
        for placed in place_labels(hazard_labels(prepared, marks, xy, options), marked):
            paint_label(canvas.painter, placed, vector=True)
            items.append(_name_item("hazard_name", placed, sheet_map))
    return items


def _must_place(
    labels: Iterable[Label], ground: OccupiedGround, marked: OccupiedGround, viewport: Viewport
) -> list[PlacedLabel]:
    """Names that may not be missing: beside symbols where there is room, else over them.

    One whose place is not on the map stays inside what it names: no sea on a map without a shore.
    """
    placed = []
    for label in labels:
        width, height = text_size(label.text, label.style)
        first = QRectF(label.x - width / 2, label.y - height / 2, width, height)
        here = 0 <= label.x <= viewport.width and 0 <= label.y <= viewport.height
        box = beside(label, width, height, marked, _FARTHER if here else 1.0)
        if box is None:
            box = _nearest_room(first, (ground, marked), height * 0.7, rings=5)
        else:
            ground.occupy(box)
            marked.occupy(box)
        if box is not None:
            placed.append(PlacedLabel(label, box))
    return placed


def _name_item(kind: str, placed: PlacedLabel, sheet_map: SheetMap) -> PlacedItem:
    return PlacedItem(kind=kind, box=_on_page(placed.box, sheet_map), text=placed.label.text)


def _paint_counts(
    canvas: Canvas,
    counts: tuple[CountLabel, ...],
    grounds: tuple[OccupiedGround, OccupiedGround],
    sheet_map: SheetMap,
) -> list[PlacedItem]:
    places: dict[tuple[float, float], list[CountLabel]] = {}
    for label in counts:
        places.setdefault((label.lon, label.lat), []).append(label)
    items = []
    text, below = canvas.options.label_size, canvas.options.division_size
    for (lon, lat), labels in places.items():
        sx, sy = canvas.viewport.to_screen(lon, lat)
        width = max(text_width(label.text, text) for label in labels) + text * 2.6
        height = text * (1.6 * len(labels) + 0.5)
        first = QRectF(float(sx) - width / 2, float(sy) + below, width, height)
        box = _nearest_room(first, grounds, below * 0.5, rings=30) or first
        _paint_leader(canvas, QPointF(float(sx), float(sy)), box)
        _paint_count_box(canvas, labels, box)
        words = "\n".join(label.text for label in labels)
        items.append(
            PlacedItem(kind="count", box=_on_page(box, sheet_map), text=words, lonlat=(lon, lat))
        )
    return items


def _nearest_room(
    first: QRectF, grounds: tuple[OccupiedGround, OccupiedGround], step: float, *, rings: int
) -> QRectF | None:
    """The box nearest to ``first`` that is free of names, and of symbols too if one is near.

    Both grounds take it.
    """
    ground, marked = grounds
    for judge in (marked, ground):
        for ring in range(rings):
            for turn in range(max(1, 6 * ring)):
                angle = 2 * math.pi * turn / max(1, 6 * ring)
                box = first.translated(ring * step * math.sin(angle), ring * step * math.cos(angle))
                if judge.room(box):
                    ground.occupy(box)
                    marked.occupy(box)
                    return box
    return None


def _paint_leader(canvas: Canvas, place: QPointF, box: QRectF) -> None:
    """A thin line from a box that had to move away to the place it speaks of."""
    near = box.adjusted(*(side * 2.2 * canvas.options.division_size for side in (-1, -1, 1, 1)))
    if near.contains(place):
        return
    end = QPointF(
        min(max(place.x(), box.left()), box.right()), min(max(place.y(), box.top()), box.bottom())
    )
    canvas.painter.setPen(QPen(QColor("#8C8577"), canvas.options.label_size * 0.08))
    canvas.painter.drawLine(place, end)


def _paint_count_box(canvas: Canvas, labels: list[CountLabel], box: QRectF) -> None:
    painter, text = canvas.painter, canvas.options.label_size
    paper = QColor("#FFFFFF")
    paper.setAlpha(225)
    painter.setPen(QPen(QColor("#8C8577"), text * 0.07))
    painter.setBrush(paper)
    painter.drawRoundedRect(box, text * 0.3, text * 0.3)
    for index, label in enumerate(labels):
        top = box.top() + text * (0.25 + 1.6 * index)
        if label.type_key:
            at = (box.left() + text * 1.1, top + text * 0.8)
            paint_symbol(painter, label.type_key, label.level, at, text * 1.25, digit=False)
        left = text * 2.1 if label.type_key else text * 1.0
        line = QRectF(box.left() + left, top, box.width() - left, text * 1.6)
        draw_line(painter, label.text, line, text)


def _paint_watermark(
    painter: QPainter, words: str, area: QRectF, sheet_map: SheetMap
) -> PlacedItem:
    paint_words_across(painter, words, area)
    return PlacedItem(kind="watermark", box=sheet_map.frame, text=words)


def paint_words_across(painter: QPainter, words: str, area: QRectF) -> None:
    """Large pale letters along the rising diagonal."""
    angle = math.degrees(math.atan2(area.height(), area.width()))
    diagonal = math.hypot(area.width(), area.height())
    size = min(diagonal * 0.7 / max(text_width(words, 1000.0) / 1000.0, 1.0), area.height() * 0.3)
    painter.save()
    painter.translate(area.center())
    painter.rotate(-angle)
    line = QRectF(-diagonal / 2, -size, diagonal, 2 * size)
    draw_line(painter, words, line, size, colour="#298A1F1F", bold=True, align=0.5)
    painter.restore()


def _on_page(box: QRectF, sheet_map: SheetMap) -> Box:
    return (
        sheet_map.frame[0] + box.left() / UNITS_PER_MM,
        sheet_map.frame[1] + box.top() / UNITS_PER_MM,
        box.width() / UNITS_PER_MM,
        box.height() / UNITS_PER_MM,
    )
