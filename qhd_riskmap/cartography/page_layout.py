"""Where the parts of a printed sheet stand: the same millimetres on every device.

Parts that do not fit are set smaller and the margin grows; nothing is cut and nothing overlaps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage

from qhd_riskmap.cartography.basemap_painter import PreparedBasemap, prepare_basemap
from qhd_riskmap.cartography.coverage_hatch import states_shown
from qhd_riskmap.cartography.fonts import sheet_font_family
from qhd_riskmap.cartography.legend import LegendEntry, SignKind, coverage_entry, legend_entries
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
    SheetContent,
    SheetMap,
)
from qhd_riskmap.cartography.page_overview import OverviewBlock
from qhd_riskmap.cartography.page_table import TableBlock
from qhd_riskmap.cartography.text_layout import text_width, wrap
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

MARGIN: Final = 9.0 * UNITS_PER_MM
GAP: Final = 5.0 * UNITS_PER_MM
PADDING: Final = 3.0 * UNITS_PER_MM
_COMFORTABLE_MM: Final = (3.4, 3.2, 3.0, 2.8, 2.6)
_LARGE_MM: Final = (3.4, 3.2, 3.0, 2.8)
_LARGE_SHARES: Final = (0.5, 0.55)
_SMALL_MM: Final = (2.4, 2.2, 2.0, 1.8, 1.6)
_LANDSCAPE_SHARES: Final = (0.21, 0.23, 0.26, 0.3, 0.35, 0.4)
_PORTRAIT_SHARES: Final = (0.14, 0.17, 0.2, 0.24, 0.28, 0.33, 0.38, 0.45)
BLOCK_GAP: Final = 2.2
_GUTTER: Final = 4.2 * UNITS_PER_MM
_LOGO_SHARE: Final = 0.06  # of the page's height
_LOGO_WIDEST: Final = 0.16
_EXPLAINING: Final = (LegendBlock, TableBlock)
_LONGEST_TITLE: Final = 200
_LONGEST_TEXTS: Final = 6_000
_SCALE_STEPS: Final = (1.0, 1.2, 1.5, 1.8, 2.0, 2.2, 2.5, 2.8, 3.0, 3.2, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Rectangles of the parts, painter units."""

    title: QRectF
    title_lines: tuple[str, ...]
    title_size: float
    logo: QRectF | None
    subtitle: QRectF | None
    frame: QRectF
    panel: QRectF
    text: float
    gutter: float


def sheet_view(content: SheetContent, page: PageSize) -> Viewport:
    """The map inside the frame, as `paint_sheet` will lay it out.

    Raises:
        InvalidInputError: The texts do not fit the page.
    """
    sheet_font_family()
    basemap = prepare_basemap(boundaries(), content.projection)
    return fit_map(content, compose(content, page).frame, basemap).viewport


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
    marked = tuple(map(coverage_entry, states_shown(content.hatched)))
    return (*entries, *(e for e in legend_entries(counted) if e.type_key), *marked)


def compose(content: SheetContent, page: PageSize) -> Layout:
    """Place the parts of a sheet.

    Raises:
        InvalidInputError: The texts are so long that they cannot fit the page.
    """
    width_mm, height_mm = page.millimetres
    width, height = width_mm * UNITS_PER_MM, height_mm * UNITS_PER_MM
    inner = QRectF(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN)
    aside = mark_width(content.mark, height) if content.mark else 0.0
    logo_room = _logo_size(content.logo, inner.width(), height)
    room = inner.width() - 2 * max(aside, logo_room.width() * 1.15)
    title_lines, title_size = _title_lines(content.title, room, height)
    title = QRectF(inner.left(), inner.top(), inner.width(), title_size * 1.35 * len(title_lines))
    logo = QRectF(inner.topLeft(), logo_room) if content.logo else None
    top = title.bottom()
    subtitle = None
    if content.subtitle:
        away = logo_room.width() * 1.15
        subtitle = QRectF(inner.left() + away, top, inner.width() - 2 * away, title_size * 0.75)
        top = subtitle.bottom()
    top = max(top, inner.top() + logo_room.height())
    body = QRectF(inner.left(), top + 1.5 * UNITS_PER_MM, inner.width(), 0)
    body.setBottom(inner.bottom())
    frame, panel, text = _divide(content, body, page)
    gutter = _GUTTER * page.growth if content.margin_grid else 0.0
    frame = frame.adjusted(gutter, gutter, -gutter, -gutter)
    return Layout(
        title=title,
        title_lines=tuple(title_lines),
        title_size=title_size,
        logo=logo,
        subtitle=subtitle,
        frame=frame,
        panel=panel,
        text=text,
        gutter=gutter,
    )


def mark_size(height: float) -> float:
    """Letters of the words at the upper right."""
    return height * 0.017


def _logo_size(logo: bytes, width: float, height: float) -> QSizeF:
    """As high as a title of two lines, in the picture's own shape."""
    if not logo:
        return QSizeF(0.0, 0.0)
    picture = logo_image(logo)
    high = height * _LOGO_SHARE
    wide = min(high * picture.width() / picture.height(), width * _LOGO_WIDEST)
    return QSizeF(wide, wide * picture.height() / picture.width())


def logo_image(logo: bytes) -> QImage:
    """The office's picture.

    Raises:
        InvalidInputError: It is no picture.
    """
    picture = QImage.fromData(logo)
    if picture.isNull():
        raise InvalidInputError(_("标志图片无法读取，请重新选择。"))
    return picture


def mark_width(mark: str, height: float) -> float:
    """Width of their frame."""
    size = mark_size(height)
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
    blocks = blocks_of(content, probe)
    shares = _LANDSCAPE_SHARES if page.landscape else _PORTRAIT_SHARES
    grow = page.growth
    columns = columns_of(blocks, landscape=page.landscape)
    # Measuring a book for every size would take minutes; it never fits.
    fits = sum(map(len, _texts(content))) <= _LONGEST_TEXTS
    groups: tuple[tuple[float, ...], ...] = (_COMFORTABLE_MM, _SMALL_MM)
    if content.large_text:
        groups = (_LARGE_MM, *groups)
        shares = (*shares, *_LARGE_SHARES)
    for sizes in groups if fits else ():
        for share in shares:
            frame, panel = _split(body, share, landscape=page.landscape)
            inside = panel.adjusted(PADDING, PADDING, -PADDING, -PADDING)
            wide = column_width(inside.width(), len(columns))
            for size_mm in sizes:
                text = size_mm * UNITS_PER_MM * grow
                if max(_stack_height(c, wide, text) for c in columns) <= inside.height():
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
            body.left(), body.top(), body.width() - panel_width - GAP * 0.6, body.height()
        )
        return frame, QRectF(body.right() - panel_width, body.top(), panel_width, body.height())
    panel_height = body.height() * share
    frame = QRectF(body.left(), body.top(), body.width(), body.height() - panel_height - GAP * 0.6)
    return frame, QRectF(body.left(), body.bottom() - panel_height, body.width(), panel_height)


def columns_of(blocks: Sequence[Block], *, landscape: bool) -> list[list[Block]]:
    """All blocks in one column beside the map, or what explains it left and the rest right below it."""
    if landscape:
        return [list(blocks)]
    first: list[Block] = [block for block in blocks if isinstance(block, _EXPLAINING)]
    rest = [block for block in blocks if not isinstance(block, _EXPLAINING)]
    return [first, rest] if first else [rest]


def column_width(width: float, count: int) -> float:
    """Width of each of ``count`` columns."""
    return (width - GAP * (count - 1)) / count


def _stack_height(blocks: Sequence[Block], width: float, text: float) -> float:
    gaps = text * BLOCK_GAP * 0.5 * max(len(blocks) - 1, 0)
    return sum(block.height(width, text) for block in blocks) + gaps


def blocks_of(content: SheetContent, sheet_map: SheetMap) -> list[Block]:
    """The parts of the margin, in order."""
    blocks: list[Block] = []
    legend = sheet_legend(content)
    if legend:
        blocks.append(LegendBlock(legend))
    viewport = sheet_map.viewport
    north = _north_direction(viewport) if content.north else None
    blocks.append(ScaleBlock(viewport.metres_per_pixel(), sheet_map.scale, north))
    if content.overview:
        blocks.append(OverviewBlock(viewport, content.overview_of))
    if content.table is not None and content.table.rows:
        blocks.append(TableBlock(content.table))
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


def fit_map(content: SheetContent, frame: QRectF, basemap: PreparedBasemap) -> SheetMap:
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
