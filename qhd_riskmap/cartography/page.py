"""Paints a printed sheet: title, map, legend, scale, north, tables, notes and imprint.

The same millimetres on every device: one layout is computed and painted for PDF, PNG and SVG.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.basemap_painter import BoundaryGeometries, prepare_basemap
from qhd_riskmap.cartography.fonts import sheet_font_family
from qhd_riskmap.cartography.page_furniture import Block, ImprintBlock, page_box
from qhd_riskmap.cartography.page_grid import paint_grid_names
from qhd_riskmap.cartography.page_layout import (
    BLOCK_GAP,
    GAP,
    PADDING,
    Layout,
    blocks_of,
    column_width,
    columns_of,
    compose,
    fit_map,
    logo_image,
    mark_size,
    mark_width,
)
from qhd_riskmap.cartography.page_model import (
    UNITS_PER_MM,
    PageSize,
    PlacedItem,
    PlacedSheet,
    SheetContent,
)
from qhd_riskmap.cartography.page_overview import overview_map
from qhd_riskmap.cartography.sheet_layers import opened_layers
from qhd_riskmap.cartography.sheet_map import paint_sheet_map
from qhd_riskmap.cartography.symbols import INK
from qhd_riskmap.cartography.text_layout import draw_line, text_width
from qhd_riskmap.domain.boundaries import boundaries


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
    layout = compose(content, page)
    basemap = prepare_basemap(ground or boundaries(), content.projection)
    sheet_map = fit_map(content, layout.frame, basemap)
    blocks = blocks_of(content, sheet_map)
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    factor = dpi / 25.4 / UNITS_PER_MM
    painter.scale(factor, factor)
    layers = opened_layers(content.layers)
    items = paint_sheet_map(painter, content, page, sheet_map, basemap, layers=layers)
    _mask_outside(painter, layout.frame, page)
    items += _paint_neatline(painter, layout.frame, page)
    if content.margin_grid:
        items += paint_grid_names(painter, sheet_map.viewport, layout.frame, layout.gutter)
    items += _paint_titles(painter, content, layout, page.millimetres[1] * UNITS_PER_MM)
    items += _paint_panel(painter, blocks, layout, page)
    painter.restore()
    wide = content.overview_of is None
    insets = tuple(
        overview_map(item.box, sheet_map.viewport, wide=wide)
        for item in items
        if item.kind == "overview"
    )
    return PlacedSheet(page=page, items=tuple(items), map=sheet_map, insets=insets)


def _paint_titles(
    painter: QPainter, content: SheetContent, layout: Layout, height: float
) -> list[PlacedItem]:
    part = layout.title.height() / len(layout.title_lines)
    for index, line in enumerate(layout.title_lines):
        box = QRectF(
            layout.title.left(), layout.title.top() + index * part, layout.title.width(), part
        )
        draw_line(painter, line, box, layout.title_size, bold=True, align=0.5)
    widths = [text_width(line, layout.title_size, bold=True) for line in layout.title_lines]
    wide = max(layout.title_size, *widths)  # a title of spaces keeps its place
    spare = (layout.title.width() - wide) / 2
    letters = layout.title.adjusted(spare, 0, -spare, 0)
    items = [PlacedItem(kind="title", box=page_box(letters), text=content.title)]
    if layout.logo is not None:
        items.append(_paint_logo(painter, content.logo, layout.logo))
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


def _paint_logo(painter: QPainter, logo: bytes, box: QRectF) -> PlacedItem:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.drawImage(box, logo_image(logo))
    return PlacedItem(kind="logo", box=page_box(box))


def _paint_mark(painter: QPainter, mark: str, title: QRectF, height: float) -> PlacedItem:
    """The words in a frame at the upper right."""
    size, width = mark_size(height), mark_width(mark, height)
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


def _paint_neatline(painter: QPainter, frame: QRectF, page: PageSize) -> list[PlacedItem]:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(INK), 0.45 * UNITS_PER_MM * page.sign_growth)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRect(frame)
    return [PlacedItem(kind="neatline", box=page_box(frame))]


def _paint_panel(
    painter: QPainter, blocks: Sequence[Block], layout: Layout, page: PageSize
) -> list[PlacedItem]:
    pen = QPen(QColor("#B9B3A4"), 0.2 * UNITS_PER_MM)
    painter.setPen(pen)
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawRect(layout.panel)
    inside = layout.panel.adjusted(PADDING, PADDING, -PADDING, -PADDING)
    columns = columns_of(blocks, landscape=page.landscape)
    width = column_width(inside.width(), len(columns))
    items: list[PlacedItem] = []
    for index, column in enumerate(columns):
        left = inside.left() + index * (width + GAP)
        box = QRectF(left, inside.top(), width, inside.height())
        items += _paint_column(painter, column, box, layout.text)
        if index:
            painter.setPen(pen)
            x = left - GAP / 2
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
        top = at + height + text * BLOCK_GAP * 0.5
    return items
