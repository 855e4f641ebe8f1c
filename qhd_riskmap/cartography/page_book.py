"""Several sheets and lists in one PDF, every page numbered."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageLayout, QPainter, QPdfWriter

from qhd_riskmap.cartography.export_bytes import fixed_pdf
from qhd_riskmap.cartography.gui_application import ensure_gui_application
from qhd_riskmap.cartography.page import paint_sheet
from qhd_riskmap.cartography.page_export import PAPER_IDS, PDF_DPI, painted_pdf, write_whole
from qhd_riskmap.cartography.page_furniture import FAINT
from qhd_riskmap.cartography.page_list import ListPage, SheetList, list_pages, paint_list_page
from qhd_riskmap.cartography.page_model import UNITS_PER_MM, PageSize, PlacedSheet, SheetContent
from qhd_riskmap.cartography.sheet_map import paint_words_across
from qhd_riskmap.cartography.text_layout import draw_line
from qhd_riskmap.i18n import _

Part = SheetContent | SheetList
_NUMBER_MM: Final = 2.8
_FOOT_MM: Final = 7.0
_SIDE_MM: Final = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Sheets and lists in order.

    Attributes:
        title: Of the document.
        page: Paper of all pages.
        parts: Makes the parts from the page number each of them begins on; the numbers must not
            change how many pages a part has.
        count: How many parts there are.
        footer: Line at the foot of every page.
        watermark: Words across the pages of a draft's lists, or ""; its sheets have their own.
        language: BCP 47 tag of the texts.
    """

    title: str
    page: PageSize
    parts: Callable[[Sequence[int]], Sequence[Part]]
    count: int
    footer: str = ""
    watermark: str = ""
    language: str = "zh-CN"


def export_book(
    book: Book, path: str | os.PathLike[str], made_on: date
) -> list[PlacedSheet | None]:
    """Write the book as one vector PDF.

    Returns:
        Per page what stands where; None for pages of lists.

    Raises:
        OutputFileError: The file cannot be written.
        DiskFullError: The volume is full.
        InvalidInputError: The texts of a sheet do not fit the page.
    """
    ensure_gui_application()
    pages = book_pages(book)
    layout = QPageLayout.Orientation
    orientation = layout.Landscape if book.page.landscape else layout.Portrait

    def paint(painter: QPainter, writer: QPdfWriter) -> list[PlacedSheet | None]:
        placed = []
        for number, each in enumerate(pages, start=1):
            if number > 1:
                writer.newPage()
            placed.append(_paint_page(painter, book, each, (number, len(pages))))
        return placed

    raw, placed = painted_pdf(book.title, PAPER_IDS[book.page.name[:2]], orientation, paint)
    write_whole(path, fixed_pdf(raw, made_on, book.language))
    return placed


def book_pages(book: Book) -> list[SheetContent | ListPage]:
    """Every page in order."""
    first = _paged(book.parts([0] * book.count), book.page)
    starts, number = [], 1
    for pages in first:
        starts.append(number)
        number += len(pages)
    return [page for pages in _paged(book.parts(starts), book.page) for page in pages]


def _paged(parts: Sequence[Part], page: PageSize) -> list[list[SheetContent | ListPage]]:
    return [[*list_pages(part, page)] if isinstance(part, SheetList) else [part] for part in parts]


def _paint_page(
    painter: QPainter, book: Book, each: SheetContent | ListPage, number: tuple[int, int]
) -> PlacedSheet | None:
    placed = None
    if isinstance(each, SheetContent):
        placed = paint_sheet(painter, each, book.page, PDF_DPI)
    painter.save()
    factor = PDF_DPI / 25.4 / UNITS_PER_MM
    painter.scale(factor, factor)
    if isinstance(each, ListPage):
        paint_list_page(painter, each, book.page)
        if book.watermark:
            width, height = (value * UNITS_PER_MM for value in book.page.millimetres)
            paint_words_across(painter, book.watermark, QRectF(0, 0, width, height))
    _paint_foot(painter, book, number)
    painter.restore()
    return placed


def _paint_foot(painter: QPainter, book: Book, number: tuple[int, int]) -> None:
    width, height = (value * UNITS_PER_MM for value in book.page.millimetres)
    side, size = _SIDE_MM * UNITS_PER_MM, _NUMBER_MM * UNITS_PER_MM
    box = QRectF(side, height - _FOOT_MM * UNITS_PER_MM, width - 2 * side, size * 1.4)
    words = _("第 {n} 页 共 {count} 页").format(n=number[0], count=number[1])
    draw_line(painter, book.footer, box, size, colour=FAINT)
    draw_line(painter, words, box, size, colour=FAINT, align=1.0)
