"""Composes a printed sheet: title, map, legend, scale, north, notes and imprint.

The same millimetres on every device: one layout is computed and painted for PDF, PNG and SVG. Parts
that do not fit are set smaller and the margin grows; nothing is cut and nothing overlaps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.basemap_painter import (
    BoundaryGeometries,
    PreparedBasemap,
    prepare_basemap,
)
from qhd_riskmap.cartography.fonts import sheet_font_family
from qhd_riskmap.cartography.legend import LegendEntry, SignKind, legend_entries
from qhd_riskmap.cartography.page_furniture import (
    Block,
    ImprintBlock,
    LegendBlock,
    ParagraphBlock,
    ScaleBlock,
    page_box,
)
from qhd_riskmap.cartography.page_model import (
    UNITS_PER_MM,
    PageSize,
    PlacedItem,
    PlacedSheet,
    SheetContent,
    SheetMap,
)
from qhd_riskmap.cartography.sheet_layers import opened_layers
from qhd_riskmap.cartography.sheet_map import paint_sheet_map
from qhd_riskmap.cartography.symbols import INK
from qhd_riskmap.cartography.text_layout import draw_line, text_width, wrap
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

_MARGIN: Final = 9.0 * UNITS_PER_MM
_GAP: Final = 5.0 * UNITS_PER_MM
_PADDING: Final = 3.0 * UNITS_PER_MM
_COMFORTABLE_MM: Final = (3.4, 3.2, 3.0, 2.8, 2.6)
_SMALL_MM: Final = (2.4, 2.2, 2.0, 1.8, 1.6)
_LANDSCAPE_SHARES: Final = (0.21, 0.23, 0.26, 0.3, 0.35, 0.4)
_PORTRAIT_SHARES: Final = (0.14, 0.17, 0.2, 0.24, 0.28, 0.33, 0.38, 0.45)
_BLOCK_GAP: Final = 2.2
_LONGEST_TITLE: Final = 200
_LONGEST_TEXTS: Final = 6_000
_GROWTH: Final = {"A4": 1.0, "A3": 1.2, "A2": 1.5, "A1": 1.9, "A0": 2.4}
_SCALE_STEPS: Final = (1.0, 1.2, 1.5, 1.8, 2.0, 2.2, 2.5, 2.8, 3.0, 3.2, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Layout:
    """Rectangles of the parts, painter units."""

    title: QRectF
    title_lines: tuple[str, ...]
    title_size: float
    subtitle: QRectF | None
    frame: QRectF
    panel: QRectF
    text: float


def paint_sheet(
    painter: QPainter,
    content: SheetContent,
    page: PageSize,
    dpi: float,
    *,
    ground: BoundaryGeometries | None = None,
) -> PlacedSheet:
    """Paint a sheet whose top left corner is the painter's origin.

    Args:
        painter: A painter of a PDF, image or SVG; its unit is 1/``dpi`` inch.
        content: What to show.
        page: Paper.
        dpi: Painter units per inch.
        ground: Boundaries; None takes the shipped ones.

    Returns:
        What stands where, and the transform between page and ground.

    Raises:
        InvalidInputError: The texts are so long that they cannot fit the page.
    """
    sheet_font_family()
    layout = _compose(content, page)
    basemap = prepare_basemap(ground or boundaries(), content.projection)
    sheet_map = _fit_map(content, layout.frame, basemap)
    blocks = _blocks(content, sheet_map)
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    factor = dpi / 25.4 / UNITS_PER_MM
    painter.scale(factor, factor)
    items = paint_sheet_map(painter, content, sheet_map, basemap, opened_layers(content.layers))
    _mask_outside(painter, layout.frame, page)
    items += _paint_neatline(painter, layout.frame)
    items += _paint_titles(painter, content, layout, page.millimetres[1] * UNITS_PER_MM)
    items += _paint_panel(painter, blocks, layout, page)
    painter.restore()
    return PlacedSheet(page=page, items=tuple(items), map=sheet_map)


def sheet_view(content: SheetContent, page: PageSize) -> Viewport:
    """The map inside the frame, as `paint_sheet` will lay it out.

    Raises:
        InvalidInputError: The texts do not fit the page.
    """
    sheet_font_family()
    basemap = prepare_basemap(boundaries(), content.projection)
    return _fit_map(content, _compose(content, page).frame, basemap).viewport


def sheet_legend(content: SheetContent) -> tuple[LegendEntry, ...]:
    """The legend of a sheet: as given, or of everything drawn and counted."""
    if content.legend is not None:
        return content.legend
    entries = legend_entries(content.features)
    known = {entry.type_key for entry in entries}
    counted = {
        (label.type_key, label.level, SignKind.POINT)
        for label in content.counts
        if label.type_key and label.type_key not in known
    }
    return entries + tuple(e for e in legend_entries(counted) if e.type_key)


# -- layout -----------------------------------------------------------------------------------------


def _compose(content: SheetContent, page: PageSize) -> _Layout:
    width_mm, height_mm = page.millimetres
    width, height = width_mm * UNITS_PER_MM, height_mm * UNITS_PER_MM
    inner = QRectF(_MARGIN, _MARGIN, width - 2 * _MARGIN, height - 2 * _MARGIN)
    room = inner.width() - (2 * _mark_width(content.mark, height) if content.mark else 0.0)
    title_lines, title_size = _title_lines(content.title, room, height)
    title = QRectF(inner.left(), inner.top(), inner.width(), title_size * 1.35 * len(title_lines))
    top = title.bottom()
    subtitle = None
    if content.subtitle:
        subtitle = QRectF(inner.left(), top, inner.width(), title_size * 0.75)
        top = subtitle.bottom()
    body = QRectF(inner.left(), top + 1.5 * UNITS_PER_MM, inner.width(), 0)
    body.setBottom(inner.bottom())
    frame, panel, text = _divide(content, body, page)
    return _Layout(title, tuple(title_lines), title_size, subtitle, frame, panel, text)


def _mark_size(height: float) -> float:
    return height * 0.017


def _mark_width(mark: str, height: float) -> float:
    size = _mark_size(height)
    return text_width(mark, size, bold=True) + 2.4 * size


def _title_lines(title: str, width: float, height: float) -> tuple[list[str], float]:
    largest = height * 0.036
    for lines_allowed in (1, 2, 3) if len(title) <= _LONGEST_TITLE else ():
        for factor in (1.0, 0.9, 0.8, 0.7, 0.6):
            size = largest * factor
            lines = wrap(title, width, size, bold=True)
            if len(lines) <= lines_allowed and all(
                text_width(line, size, bold=True) <= width for line in lines
            ):
                return lines, size
    raise InvalidInputError(_("图名太长，版面放不下。"), hint=_("请缩短图名，或换用更大的纸张。"))


def _divide(content: SheetContent, body: QRectF, page: PageSize) -> tuple[QRectF, QRectF, float]:
    """Split the body into map frame and panel: the smallest panel that letters of a good size allow."""
    probe = SheetMap(frame=(0, 0, 1, 1), viewport=_city_viewport(content, 1000, 1000), scale=1.0)
    blocks = _blocks(content, probe)
    shares = _LANDSCAPE_SHARES if page.landscape else _PORTRAIT_SHARES
    # Large sheets are read from further away and have the room.
    grow = _GROWTH[page.name[:2]]
    columns = _columns(blocks, landscape=page.landscape)
    # Measuring a book for every size would take minutes; it never fits.
    fits = sum(map(len, _texts(content))) <= _LONGEST_TEXTS
    for sizes in (_COMFORTABLE_MM, _SMALL_MM) if fits else ():
        for share in shares:
            frame, panel = _split(body, share, landscape=page.landscape)
            inside = panel.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
            column_width = _column_width(inside.width(), len(columns))
            for size_mm in sizes:
                text = size_mm * UNITS_PER_MM * grow
                if max(_stack_height(c, column_width, text) for c in columns) <= inside.height():
                    return frame, panel, text
    raise InvalidInputError(
        _("图例和说明太长，版面放不下。"), hint=_("请缩短说明文字，或换用更大的纸张。")
    )


def _texts(content: SheetContent) -> list[str]:
    imprint = (content.unit, content.publisher, content.source, content.data_date)
    return [*content.notes, *imprint, content.disclaimer, content.approval_line]


def _split(body: QRectF, share: float, *, landscape: bool) -> tuple[QRectF, QRectF]:
    if landscape:
        panel_width = body.width() * share
        frame = QRectF(
            body.left(), body.top(), body.width() - panel_width - _GAP * 0.6, body.height()
        )
        return frame, QRectF(body.right() - panel_width, body.top(), panel_width, body.height())
    panel_height = body.height() * share
    frame = QRectF(body.left(), body.top(), body.width(), body.height() - panel_height - _GAP * 0.6)
    return frame, QRectF(body.left(), body.bottom() - panel_height, body.width(), panel_height)


def _columns(blocks: Sequence[Block], *, landscape: bool) -> list[list[Block]]:
    """All blocks in one column beside the map, or legend left and the rest right below it."""
    if landscape:
        return [list(blocks)]
    legend: list[Block] = [block for block in blocks if isinstance(block, LegendBlock)]
    rest = [block for block in blocks if not isinstance(block, LegendBlock)]
    return [legend, rest] if legend else [rest]


def _column_width(width: float, count: int) -> float:
    return (width - _GAP * (count - 1)) / count


def _stack_height(blocks: Sequence[Block], width: float, text: float) -> float:
    gaps = text * _BLOCK_GAP * 0.5 * max(len(blocks) - 1, 0)
    return sum(block.height(width, text) for block in blocks) + gaps


def _blocks(content: SheetContent, sheet_map: SheetMap) -> list[Block]:
    blocks: list[Block] = []
    legend = sheet_legend(content)
    if legend:
        blocks.append(LegendBlock(legend))
    viewport = sheet_map.viewport
    blocks.append(
        ScaleBlock(viewport.metres_per_pixel(), sheet_map.scale, _north_direction(viewport))
    )
    if content.notes:
        blocks.append(ParagraphBlock("notes", _("说明"), content.notes))
    lines = [
        ("imprint", _("编制单位"), content.unit),
        ("imprint", _("发布单位"), content.publisher),
        ("imprint", _("数据来源"), content.source),
        ("imprint", _("资料截止"), content.data_date),
        ("disclaimer", "", content.disclaimer),
        ("approval", "", content.approval_line),
    ]
    given = [line for line in lines if line[2]]
    if given:
        blocks.append(ImprintBlock(given))
    return blocks


# -- map --------------------------------------------------------------------------------------------


def _city_viewport(content: SheetContent, width: int, height: int) -> Viewport:
    bounds = content.extent or (118.5, 39.3, 119.9, 40.7)
    return Viewport.fit(bounds, width, height, projection=content.projection)


def _fit_map(content: SheetContent, frame: QRectF, basemap: PreparedBasemap) -> SheetMap:
    """The scale asked for, or the largest round one at which the extent fits with a little air."""
    bounds = content.extent or _full_extent(content, basemap)
    width, height = round(frame.width()), round(frame.height())
    margin = 0.03 * min(width, height)
    closest = Viewport.fit(bounds, width, height, projection=content.projection, margin_px=margin)
    dpi = UNITS_PER_MM * 25.4
    scale = content.scale or round_scale(closest.scale_denominator(dpi))
    viewport = closest.at_scale(scale, dpi)
    return SheetMap(frame=page_box(frame), viewport=viewport, scale=scale)


def round_scale(denominator: float) -> float:
    """The next round n of 1:n that is not closer than ``denominator``.

    >>> round_scale(423000), round_scale(1000000), round_scale(91)
    (450000.0, 1000000.0, 100.0)
    """
    power = 10.0 ** math.floor(math.log10(denominator))
    for step in _SCALE_STEPS:
        if step * power >= denominator * (1 - 1e-9):
            return float(round(step * power))
    return float(round(10 * power))


def _full_extent(content: SheetContent, basemap: PreparedBasemap) -> Bounds:
    boxes = [basemap.extent]
    bounds = content.features.bounds[np.isfinite(content.features.bounds).all(axis=1)]
    if len(bounds):
        west, south = bounds[:, :2].min(axis=0).tolist()
        east, north = bounds[:, 2:].max(axis=0).tolist()
        boxes.append((west, south, east, north))
    return (
        min(box[0] for box in boxes), min(box[1] for box in boxes),
        max(box[2] for box in boxes), max(box[3] for box in boxes),
    )  # fmt: skip


def _north_direction(viewport: Viewport) -> float:
    """Degrees clockwise from up to true north in the middle of the map (grid convergence)."""
    lon, lat = viewport.centre
    x, y = viewport.to_screen([lon, lon], [lat, lat + 0.01])
    return math.degrees(math.atan2(float(x[1] - x[0]), float(y[0] - y[1])))


# -- painting ---------------------------------------------------------------------------------------


def _paint_titles(
    painter: QPainter, content: SheetContent, layout: _Layout, height: float
) -> list[PlacedItem]:
    part = layout.title.height() / len(layout.title_lines)
    for index, line in enumerate(layout.title_lines):
        box = QRectF(
            layout.title.left(), layout.title.top() + index * part, layout.title.width(), part
        )
        draw_line(painter, line, box, layout.title_size, bold=True, align=0.5)
    items = [PlacedItem(kind="title", box=page_box(layout.title), text=content.title)]
    if content.mark:
        items.append(_paint_mark(painter, content.mark, layout.title, height))
    if layout.subtitle is not None:
        size = layout.title_size * 0.46
        while text_width(content.subtitle, size) > layout.subtitle.width() and size > UNITS_PER_MM:
            size *= 0.92
        draw_line(painter, content.subtitle, layout.subtitle, size, colour="#55504A", align=0.5)
        at = page_box(layout.subtitle)
        items.append(PlacedItem(kind="subtitle", box=at, text=content.subtitle))
    return items


def _paint_mark(painter: QPainter, mark: str, title: QRectF, height: float) -> PlacedItem:
    """The words in a frame at the upper right."""
    size, width = _mark_size(height), _mark_width(mark, height)
    box = QRectF(title.right() - width, title.top(), width, 1.8 * size)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#8A1F1F"), size * 0.08))
    painter.drawRect(box)
    draw_line(painter, mark, box, size, colour="#8A1F1F", bold=True, align=0.5)
    return PlacedItem(kind="mark", box=page_box(box), text=mark)


def _mask_outside(painter: QPainter, frame: QRectF, page: PageSize) -> None:
    """Paint the margin white again: QSvgGenerator loses clips, and all devices shall look the same."""
    width, height = (value * UNITS_PER_MM for value in page.millimetres)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawRect(QRectF(0, 0, width, frame.top()))
    painter.drawRect(QRectF(0, frame.bottom(), width, height - frame.bottom()))
    painter.drawRect(QRectF(0, frame.top(), frame.left(), frame.height()))
    painter.drawRect(QRectF(frame.right(), frame.top(), width - frame.right(), frame.height()))


def _paint_neatline(painter: QPainter, frame: QRectF) -> list[PlacedItem]:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(INK), 0.45 * UNITS_PER_MM)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRect(frame)
    return [PlacedItem(kind="neatline", box=page_box(frame))]


def _paint_panel(
    painter: QPainter, blocks: Sequence[Block], layout: _Layout, page: PageSize
) -> list[PlacedItem]:
    pen = QPen(QColor("#B9B3A4"), 0.2 * UNITS_PER_MM)
    painter.setPen(pen)
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawRect(layout.panel)
    inside = layout.panel.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
    columns = _columns(blocks, landscape=page.landscape)
    width = _column_width(inside.width(), len(columns))
    items: list[PlacedItem] = []
    for index, column in enumerate(columns):
        left = inside.left() + index * (width + _GAP)
        box = QRectF(left, inside.top(), width, inside.height())
        items += _paint_column(painter, column, box, layout.text)
        if index:
            painter.setPen(pen)
            x = left - _GAP / 2
            painter.drawLine(QPointF(x, inside.top()), QPointF(x, inside.bottom()))
    return items


def _paint_column(
    painter: QPainter, blocks: Sequence[Block], box: QRectF, text: float
) -> list[PlacedItem]:
    """Blocks from the top; the imprint stands at the bottom."""
    items: list[PlacedItem] = []
    top = box.top()
    for block in blocks:
        height = block.height(box.width(), text)
        at = box.bottom() - height if isinstance(block, ImprintBlock) else top
        items += block.paint(painter, QRectF(box.left(), at, box.width(), height), text)
        top = at + height + text * _BLOCK_GAP * 0.5
    return items
