"""Paints the map inside a sheet's frame and reports every sign on it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.basemap_painter import PreparedBasemap, paint_basemap
from qhd_riskmap.cartography.canvas import Canvas
from qhd_riskmap.cartography.labels import OccupiedGround, PlacedLabel, paint_label, place_labels
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import (
    division_labels,
    hazard_labels,
    paint_map,
    visible_marks,
)
from qhd_riskmap.cartography.page_model import (
    UNITS_PER_MM,
    Box,
    CountLabel,
    PlacedItem,
    SheetContent,
    SheetMap,
)
from qhd_riskmap.cartography.prepared import PreparedFeatures, prepare
from qhd_riskmap.cartography.symbols import paint_symbol, style_parts
from qhd_riskmap.cartography.text_layout import draw_line, text_width

# One screen pixel of the common look becomes 0.2 mm: symbols 3.6 mm, lines 0.5 mm.
PAPER_OPTIONS: Final = MapOptions(
    vector=True, cluster=False, hatch=True, division_size=19.0
).scaled(0.2 * UNITS_PER_MM)
_NAMES_UP_TO: Final = 250


def paint_sheet_map(
    painter: QPainter, content: SheetContent, sheet_map: SheetMap, basemap: PreparedBasemap
) -> list[PlacedItem]:
    """Paint ground, hazards, names, counts and watermark into the frame; nothing leaves it."""
    left, top, width, height = (value * UNITS_PER_MM for value in sheet_map.frame)
    prepared = prepare(content.features, content.projection)
    options = paper_options(content)
    painter.save()
    painter.translate(left, top)
    painter.setClipRect(QRectF(0, 0, width, height))
    painter.fillRect(QRectF(0, 0, width, height), QColor(options.palette.neighbour))
    viewport = sheet_map.viewport
    canvas = Canvas(painter, viewport, options)
    paint_basemap(canvas, basemap)
    paint_map(painter, prepared, viewport, options)
    items = _symbol_items(prepared, sheet_map, options)
    items += _paint_names(canvas, content, prepared, basemap, sheet_map)
    if content.watermark:
        items.append(
            _paint_watermark(painter, content.watermark, QRectF(0, 0, width, height), sheet_map)
        )
    painter.restore()
    items.insert(0, PlacedItem(kind="map", box=sheet_map.frame))
    return items


def paper_options(content: SheetContent) -> MapOptions:
    """The common look in paper units."""
    return replace(PAPER_OPTIONS, labels=False, anchor_symbols=content.anchor_symbols)


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
                text=style_parts(int(prepared.marks.styles[index]))[0],
                lonlat=(lon, lat),
                row=int(prepared.marks.rows[index]),
            )
        )
    return items


def _paint_names(canvas: Canvas, content: SheetContent, prepared: PreparedFeatures,
                 basemap: PreparedBasemap, sheet_map: SheetMap) -> list[PlacedItem]:  # fmt: skip
    viewport, options = canvas.viewport, canvas.options
    ground = OccupiedGround(viewport.width, viewport.height, options.label_size / 4)
    items = _paint_counts(canvas, content.counts, ground, sheet_map)
    named = place_labels(division_labels(basemap, viewport, options), ground)
    # Division names may lie over symbols, hazard names may not.
    marks = visible_marks(prepared, viewport, options)
    xy = viewport.plane_to_screen(prepared.marks.xy[marks])
    ground.block_marks(xy, options.symbol_size / 2)
    for placed in named:
        paint_label(canvas.painter, placed, vector=True)
        items.append(_name_item("division_name", placed, sheet_map))
    if content.names and len(marks) <= _NAMES_UP_TO:
        for placed in place_labels(hazard_labels(prepared, marks, xy, options), ground):
            paint_label(canvas.painter, placed, vector=True)
            items.append(_name_item("hazard_name", placed, sheet_map))
    return items


def _name_item(kind: str, placed: PlacedLabel, sheet_map: SheetMap) -> PlacedItem:
    return PlacedItem(kind=kind, box=_on_page(placed.box, sheet_map), text=placed.label.text)


def _paint_counts(
    canvas: Canvas, counts: tuple[CountLabel, ...], ground: OccupiedGround, sheet_map: SheetMap
) -> list[PlacedItem]:
    places: dict[tuple[float, float], list[CountLabel]] = {}
    for label in counts:
        places.setdefault((label.lon, label.lat), []).append(label)
    items = []
    text = canvas.options.label_size
    for (lon, lat), labels in places.items():
        sx, sy = canvas.viewport.to_screen(lon, lat)
        width = max(text_width(label.text, text) for label in labels) + text * 2.6
        size = QSizeF(width, text * (1.6 * len(labels) + 0.5))
        box = _room_for(size, QPointF(float(sx), float(sy)), ground, canvas.options.division_size)
        _paint_count_box(canvas, labels, box)
        words = "\n".join(label.text for label in labels)
        items.append(
            PlacedItem(kind="count", box=_on_page(box, sheet_map), text=words, lonlat=(lon, lat))
        )
    return items


def _room_for(size: QSizeF, place: QPointF, ground: OccupiedGround, name_height: float) -> QRectF:
    """The nearest free box to just below ``place`` (the division's name stands on it)."""
    first = QRectF(
        place.x() - size.width() / 2, place.y() + name_height, size.width(), size.height()
    )
    for ring in range(24):
        for turn in range(max(1, 6 * ring)):
            angle = 2 * math.pi * turn / max(1, 6 * ring)
            reach = ring * name_height * 0.8
            box = first.translated(reach * math.sin(angle), reach * math.cos(angle))
            if ground.take(box):
                return box
    return first


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
    """Large pale letters along the rising diagonal."""
    angle = math.degrees(math.atan2(area.height(), area.width()))
    diagonal = math.hypot(area.width(), area.height())
    size = min(diagonal * 0.7 / max(text_width(words, 1000.0) / 1000.0, 1.0), area.height() * 0.3)
    painter.save()
    painter.translate(area.center())
    painter.rotate(-angle)
    painter.setOpacity(0.16)
    line = QRectF(-diagonal / 2, -size, diagonal, 2 * size)
    draw_line(painter, words, line, size, colour="#8A1F1F", bold=True, align=0.5)
    painter.restore()
    return PlacedItem(kind="watermark", box=sheet_map.frame, text=words)


def _on_page(box: QRectF, sheet_map: SheetMap) -> Box:
    return (
        sheet_map.frame[0] + box.left() / UNITS_PER_MM,
        sheet_map.frame[1] + box.top() / UNITS_PER_MM,
        box.width() / UNITS_PER_MM,
        box.height() / UNITS_PER_MM,
    )
