"""A long table on as many pages as it needs: its heads on every page, every row once, nothing cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from qhd_riskmap.cartography.page_furniture import FAINT
from qhd_riskmap.cartography.page_model import UNITS_PER_MM, PageSize
from qhd_riskmap.cartography.page_table import SHADE, Cells, broken, paint_cells, paint_rule
from qhd_riskmap.cartography.text_layout import LINE_HEIGHT, draw_line, wrap

_MARGIN: Final = 12.0 * UNITS_PER_MM
_FOOT: Final = 9.0 * UNITS_PER_MM
_TITLE: Final = 6.0 * UNITS_PER_MM
_TEXT: Final = 3.2 * UNITS_PER_MM
_RULE: Final = 0.12 * UNITS_PER_MM


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetList:
    """A table of any length.

    Attributes:
        title: Over every page of it.
        heads: One per column.
        weights: How the page's width is shared.
        rows: As many texts as heads.
        note: A line under the title, or "".
    """

    title: str
    heads: tuple[str, ...]
    weights: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """What stands on one page of a list.

    Attributes:
        listing: The list.
        rows: The rows of this page, broken to its columns.
        number: 1 for the first page of the list.
        count: How many pages the list has.
    """

    listing: SheetList
    rows: tuple[Cells, ...]
    number: int
    count: int


def list_pages(listing: SheetList, page: PageSize) -> list[ListPage]:
    """The pages of a list; one with its heads alone where it has no rows."""
    widths = _widths(listing, page)
    body = _body(listing, page)
    room = body.height() - broken(listing.heads, widths, _TEXT, bold=True).height
    pages: list[list[Cells]] = [[]]
    left = room
    for row in listing.rows:
        for piece in _pieces(broken(row, widths, _TEXT), room):
            if piece.height > left:
                pages.append([])
                left = room
            pages[-1].append(piece)
            left -= piece.height
    return [
        ListPage(listing=listing, rows=tuple(rows), number=number, count=len(pages))
        for number, rows in enumerate(pages, start=1)
    ]


def paint_list_page(painter: QPainter, part: ListPage, page: PageSize) -> None:
    """Paint one page of a list; the painter's unit is a hundredth of a millimetre."""
    listing = part.listing
    top = _paint_title(painter, part, page)
    body, widths = _body(listing, page), _widths(listing, page)
    if listing.note:
        for line in wrap(listing.note, body.width(), _TEXT):
            box = QRectF(body.left(), top, body.width(), _TEXT * LINE_HEIGHT)
            draw_line(painter, line, box, _TEXT, colour=FAINT)
            top += _TEXT * LINE_HEIGHT
    top = body.top()
    head = broken(listing.heads, widths, _TEXT, bold=True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(SHADE))
    painter.drawRect(QRectF(body.left(), top, body.width(), head.height))
    for bold, row in [(True, head), *((False, row) for row in part.rows)]:
        paint_cells(painter, row, (body.left(), top), widths, _TEXT, bold=bold)
        top += row.height
        paint_rule(painter, body.left(), body.right(), top, _RULE)


def _paint_title(painter: QPainter, part: ListPage, page: PageSize) -> float:
    lines = _title_lines(part.listing, page)
    width = page.millimetres[0] * UNITS_PER_MM - 2 * _MARGIN
    top = _MARGIN
    for line in lines:
        box = QRectF(_MARGIN, top, width, _TITLE * LINE_HEIGHT)
        draw_line(painter, line, box, _TITLE, bold=True)
        top += _TITLE * LINE_HEIGHT
    if part.count > 1:
        box = QRectF(_MARGIN, top - _TITLE * LINE_HEIGHT, width, _TITLE * LINE_HEIGHT)
        words = f"{part.number}/{part.count}"
        draw_line(painter, words, box, _TEXT, colour=FAINT, align=1.0)
    return top


def _title_lines(listing: SheetList, page: PageSize) -> list[str]:
    width = page.millimetres[0] * UNITS_PER_MM - 2 * _MARGIN - 8 * _TEXT
    return wrap(listing.title, width, _TITLE, bold=True)


def _body(listing: SheetList, page: PageSize) -> QRectF:
    width, height = (value * UNITS_PER_MM for value in page.millimetres)
    top = _MARGIN + len(_title_lines(listing, page)) * _TITLE * LINE_HEIGHT
    if listing.note:
        top += len(wrap(listing.note, width - 2 * _MARGIN, _TEXT)) * _TEXT * LINE_HEIGHT
    top += 0.5 * _TEXT
    return QRectF(_MARGIN, top, width - 2 * _MARGIN, height - _MARGIN - _FOOT - top)


def _widths(listing: SheetList, page: PageSize) -> list[float]:
    width = page.millimetres[0] * UNITS_PER_MM - 2 * _MARGIN
    return [width * weight / sum(listing.weights) for weight in listing.weights]


def _pieces(row: Cells, room: float) -> Sequence[Cells]:
    """A row higher than a page goes on with the next one."""
    if row.height <= room:
        return [row]
    line = _TEXT * LINE_HEIGHT
    fit = max(1, int((room - _TEXT) // line))
    most = max(len(lines) for lines in row.lines)
    pieces = []
    for start in range(0, most, fit):
        lines = tuple(each[start : start + fit] for each in row.lines)
        count = max(len(each) for each in lines)
        pieces.append(Cells(lines, count * line + _TEXT * 0.35))
    return pieces
