"""A one-page form of titled rows of cells, painted with the sheet font: worksheets, lists, notices.

Letters shrink until everything fits the page; what still does not fit is refused, never cut.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from qhd_riskmap.cartography.export_bytes import fixed_pdf
from qhd_riskmap.cartography.page_export import PDF_DPI, painted_pdf, write_whole
from qhd_riskmap.cartography.page_model import UNITS_PER_MM, PageSize
from qhd_riskmap.cartography.text_layout import LINE_HEIGHT, draw_line, wrap
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

_MARGIN: Final = 15.0 * UNITS_PER_MM
_PAD: Final = 0.45  # of the letter size, on each side of a cell
_LARGEST: Final = 3.7 * UNITS_PER_MM
_SMALLEST: Final = 2.1 * UNITS_PER_MM
_STEP: Final = 0.1 * UNITS_PER_MM
_TITLE: Final = 1.7
_INK: Final = "#1F1F1F"
_SHADE: Final = "#EFEDE8"
_LINE: Final = 0.2 * UNITS_PER_MM


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCell:
    """One cell of a row.

    Attributes:
        share: Width in shares of its row.
        label: Set bold on a shade.
    """

    text: str
    share: float = 1.0
    label: bool = False


FormRow = Sequence[FormCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormContent:
    """A form.

    Attributes:
        above: One line between title and rows.
        footer: Lines below the rows.
    """

    title: str
    rows: Sequence[FormRow]
    above: str = ""
    footer: Sequence[str] = ()
    language: str = "zh_CN"


def export_form(
    content: FormContent, path: str | os.PathLike[str], made_on: date = date(2000, 1, 1)
) -> None:
    """Write a form as one A4 page, PDF.

    Raises:
        InvalidInputError: It does not fit one page.
        OutputFileError: The file cannot be written.
    """

    def paint(painter: QPainter, _writer: QPdfWriter) -> None:
        paint_form(painter, content, PageSize.A4_PORTRAIT, PDF_DPI)

    portrait = QPageLayout.Orientation.Portrait
    raw, _none = painted_pdf(content.title, QPageSize.PageSizeId.A4, portrait, paint)
    write_whole(path, fixed_pdf(raw, made_on, content.language))


def paint_form(painter: QPainter, content: FormContent, page: PageSize, dpi: float) -> None:
    """Paint a form onto a page.

    Raises:
        InvalidInputError: It does not fit one page.
    """
    width_mm, height_mm = page.millimetres
    room = QRectF(
        _MARGIN,
        _MARGIN,
        width_mm * UNITS_PER_MM - 2 * _MARGIN,
        height_mm * UNITS_PER_MM - 2 * _MARGIN,
    )
    size = _fitting(content, room)
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    factor = dpi / 25.4 / UNITS_PER_MM
    painter.scale(factor, factor)
    top = room.top()
    title = QRectF(room.left(), top, room.width(), size * _TITLE * LINE_HEIGHT)
    draw_line(painter, content.title, title, size * _TITLE, bold=True, align=0.5)
    top = title.bottom() + size * 0.4
    if content.above:
        line = QRectF(room.left(), top, room.width(), size * LINE_HEIGHT)
        draw_line(painter, content.above, line, size)
        top = line.bottom() + size * 0.2
    for row in content.rows:
        height = _row_height(row, room.width(), size)
        _paint_row(painter, row, QRectF(room.left(), top, room.width(), height), size)
        top += height
    top += size * 0.4
    for text in _footer_lines(content, room.width(), size):
        draw_line(painter, text, QRectF(room.left(), top, room.width(), size * LINE_HEIGHT), size)
        top += size * LINE_HEIGHT
    painter.restore()


def _fitting(content: FormContent, room: QRectF) -> float:
    size = _LARGEST
    while size >= _SMALLEST:
        if _height(content, room.width(), size) <= room.height():
            return size
        size -= _STEP
    raise InvalidInputError(
        _("“{title}”的内容一页放不下。").format(title=content.title),
        hint=_("请缩短意见、措施或物质清单。"),
    )


def _height(content: FormContent, width: float, size: float) -> float:
    above = size * (LINE_HEIGHT + 0.2) if content.above else 0.0
    head = size * _TITLE * LINE_HEIGHT + size * 0.4 + above
    rows = sum(_row_height(row, width, size) for row in content.rows)
    footer = len(_footer_lines(content, width, size)) * size * LINE_HEIGHT
    return head + rows + size * 0.4 + footer


def _footer_lines(content: FormContent, width: float, size: float) -> list[str]:
    return [line for text in content.footer for line in wrap(text, width, size)]


def _row_height(row: FormRow, width: float, size: float) -> float:
    lines = max(len(_lines(cell, box, size)) for cell, box in _boxes(row, width))
    return lines * size * LINE_HEIGHT + 2 * _PAD * size


def _boxes(row: FormRow, width: float) -> Iterable[tuple[FormCell, float]]:
    whole = sum(cell.share for cell in row)
    return [(cell, width * cell.share / whole) for cell in row]


def _lines(cell: FormCell, width: float, size: float) -> list[str]:
    return wrap(cell.text, width - 2 * _PAD * size, size, bold=cell.label)


def _paint_row(painter: QPainter, row: FormRow, box: QRectF, size: float) -> None:
    left = box.left()
    for cell, width in _boxes(row, box.width()):
        frame = QRectF(left, box.top(), width, box.height())
        if cell.label:
            painter.fillRect(frame, QColor(_SHADE))
        painter.setPen(QPen(QColor(_INK), _LINE))
        painter.drawRect(frame)
        top = frame.top() + _PAD * size
        for text in _lines(cell, width, size):
            line = QRectF(left + _PAD * size, top, width - 2 * _PAD * size, size * LINE_HEIGHT)
            draw_line(painter, text, line, size, bold=cell.label)
            top += size * LINE_HEIGHT
        left += width
