"""Papers of the office as PDF, painted with the sheet font: what Word would print, without Word."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableFormat,
)

from qhd_riskmap.cartography.document_flow import Block, Placed, flowed
from qhd_riskmap.cartography.export_bytes import fixed_pdf
from qhd_riskmap.cartography.fonts import sheet_font
from qhd_riskmap.cartography.page_export import PDF_DPI, painted_pdf, write_whole
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.document_blocks import (
    PAGE_COUNT,
    PAGE_NUMBER,
    DocumentBlocks,
    DocumentTable,
    Paragraph,
    TextRun,
    document_blocks,
    shrunk,
)
from qhd_riskmap.i18n import _, language

_MM: Final = PDF_DPI / 25.4
_POINT: Final = PDF_DPI / 72.0
_INK: Final = "#000000"
_RULE_MM: Final = 0.2
_PAD_MM: Final = 1.2
_LINE: Final = 1.35  # of the letters, where nothing is said
_EDGE_MM: Final = 12.0
_SMALLEST_PERCENT: Final = 60
_ALIGN: Final = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
    "justify": Qt.AlignmentFlag.AlignJustify,
}


def export_document(
    content: bytes,
    path: str | os.PathLike[str],
    title: str,
    made_on: date = date(2000, 1, 1),
    *,
    one_page: bool = False,
) -> int:
    """Write a Word document as PDF; how many pages it has.

    Args:
        content: A docx.
        path: Target, replaced as a whole or not at all.
        title: Of the PDF.
        made_on: Date written as the document's creation date.
        one_page: Letters shrink until all stands on one page.

    Raises:
        UnreadableFileError: It is no Word document.
        InvalidInputError: Even with small letters it takes more than the one page.
        OutputFileError: The file cannot be written.
    """
    blocks = document_blocks(content, title)

    def paint(painter: QPainter, writer: QPdfWriter) -> int:
        return _paint(painter, writer, _on_one_page(blocks) if one_page else blocks)

    paper = QPageSize(QSizeF(*blocks.size_mm), QPageSize.Unit.Millimeter)
    raw, pages = painted_pdf(title, paper, QPageLayout.Orientation.Portrait, paint)
    write_whole(path, fixed_pdf(raw, made_on, language()))
    return pages


def _paint(painter: QPainter, writer: QPdfWriter, blocks: DocumentBlocks) -> int:
    width, height = (each * _MM for each in blocks.size_mm)
    document = _composed(blocks, QSizeF(width, height))
    pages = document.pageCount()
    for number in range(pages):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(0, -number * height)
        document.drawContents(painter, QRectF(0, number * height, width, height))
        painter.restore()
        _paint_edges(painter, blocks, number + 1, pages)
    return pages


def _on_one_page(blocks: DocumentBlocks) -> DocumentBlocks:
    """The document in the largest letters that leave it one page; what does not fit is never cut."""
    page = QSizeF(*(each * _MM for each in blocks.size_mm))
    for percent in range(100, _SMALLEST_PERCENT - 1, -5):
        smaller = shrunk(blocks, percent / 100)
        if _placed(smaller.blocks, smaller, page).document.pageCount() == 1:
            return smaller
    raise InvalidInputError(
        _("“{title}”的内容一页放不下。").format(title=blocks.title),
        hint=_("请缩短意见、措施或物质清单。"),
    )


def _composed(blocks: DocumentBlocks, page: QSizeF) -> QTextDocument:
    return flowed(blocks.blocks, lambda parts: _placed(parts, blocks, page))


def _placed(parts: Sequence[Block], blocks: DocumentBlocks, page: QSizeF) -> Placed:
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setUseDesignMetrics(True)
    document.setDocumentMargin(0)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.setPageSize(page)
    frame = QTextFrameFormat()
    left, top, right, bottom = blocks.margins_mm
    frame.setLeftMargin(left * _MM)
    frame.setTopMargin(top * _MM)
    frame.setRightMargin(right * _MM)
    frame.setBottomMargin(bottom * _MM)
    document.rootFrame().setFrameFormat(frame)
    cursor = QTextCursor(document)
    fresh = True
    places: list[tuple[int, int]] = []
    tables: list[QTextTable | None] = []
    for part in parts:
        if isinstance(part, Paragraph):
            _put_paragraph(cursor, part, fresh=fresh)
            places.append((cursor.position(), cursor.position()))
            tables.append(None)
            fresh = False
        else:
            made = _put_table(cursor, part)
            places.append((made.firstPosition(), made.lastPosition()))
            tables.append(made)
            # What follows a table stands in the empty block that Qt leaves behind it.
            fresh = True
    return Placed(document, places, tables)


def _put_paragraph(cursor: QTextCursor, paragraph: Paragraph, *, fresh: bool) -> None:
    look = QTextBlockFormat()
    look.setAlignment(_ALIGN[paragraph.align])
    look.setTextIndent(paragraph.indent_pt * _POINT)
    look.setLeftMargin(paragraph.left_pt * _POINT)
    look.setTopMargin(paragraph.before_pt * _POINT)
    look.setBottomMargin(paragraph.after_pt * _POINT)
    if not any(run.picture for run in paragraph.runs):
        letters = paragraph.points * _POINT * _LINE * (paragraph.line or 1.0)
        look.setLineHeight(letters, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    if paragraph.new_page:
        look.setPageBreakPolicy(QTextBlockFormat.PageBreakFlag.PageBreak_AlwaysBefore)
    usual = _letters(TextRun(points=paragraph.points))
    if fresh:
        cursor.setBlockFormat(look)
        cursor.mergeBlockCharFormat(usual)  # a cell keeps its span and shade there
    else:
        cursor.insertBlock(look, usual)
    for run in paragraph.runs:
        if run.picture:
            _put_picture(cursor, run)
        else:
            cursor.insertText(run.text.replace("\n", "\u2028"), _letters(run))


def _letters(run: TextRun) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFont(sheet_font(run.points * _POINT, bold=run.bold))
    look.setForeground(QColor(_INK))
    look.setFontUnderline(run.underlined)
    return look


def _put_picture(cursor: QTextCursor, run: TextRun) -> None:
    picture = QImage.fromData(run.picture)
    if picture.isNull():
        return
    name = f"picture-{cursor.position()}"
    cursor.document().addResource(
        QTextDocument.ResourceType.ImageResource.value, QUrl(name), picture
    )
    look = QTextImageFormat()
    look.setName(name)
    look.setWidth(run.width_mm * _MM)
    look.setHeight(run.width_mm * _MM * picture.height() / picture.width())
    cursor.insertImage(look)


def _put_table(cursor: QTextCursor, table: DocumentTable) -> QTextTable:
    look = QTextTableFormat()
    look.setCellSpacing(0)
    look.setCellPadding(_PAD_MM * _MM)
    look.setBorder(_RULE_MM * _MM if table.ruled else 0)
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderBrush(QColor(_INK))
    look.setBorderCollapse(True)
    look.setHeaderRowCount(table.headers)
    look.setColumnWidthConstraints(
        [QTextLength(QTextLength.Type.FixedLength, width * _MM) for width in table.widths_mm]
    )
    if table.new_page:
        look.setPageBreakPolicy(QTextFrameFormat.PageBreakFlag.PageBreak_AlwaysBefore)
    columns = len(table.widths_mm)
    made = cursor.insertTable(max(1, len(table.rows)), columns, look)
    for at, row in enumerate(table.rows):
        for cell in row:
            span = min(cell.span, columns - cell.column)
            if span > 1 or cell.rows > 1:
                made.mergeCells(at, cell.column, cell.rows, span)
            place = made.cellAt(at, cell.column)
            if cell.shade:
                shade = place.format()
                shade.setBackground(QColor(cell.shade))
                place.setFormat(shade)
            inside = place.firstCursorPosition()
            for number, paragraph in enumerate(cell.paragraphs):
                _put_paragraph(inside, paragraph, fresh=number == 0)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    return made


def _paint_edges(painter: QPainter, blocks: DocumentBlocks, number: int, pages: int) -> None:
    width, height = blocks.size_mm
    left, _top, right, _bottom = blocks.margins_mm
    for lines, top in ((blocks.header, _EDGE_MM), (blocks.footer, height - _EDGE_MM)):
        _paint_lines(painter, lines, (left, top, width - left - right), number, pages)


def _paint_lines(
    painter: QPainter,
    lines: Sequence[Paragraph],
    place: tuple[float, float, float],
    number: int,
    pages: int,
) -> None:
    left, top, width = place
    for line in lines:
        text = line.text.replace(PAGE_NUMBER, str(number)).replace(PAGE_COUNT, str(pages))
        painter.setFont(sheet_font(line.points * _POINT))
        painter.setPen(QColor(_INK))
        tall = line.points * _POINT * _LINE
        box = QRectF(left * _MM, top * _MM, width * _MM, tall)
        painter.drawText(box.marginsAdded(QMarginsF(0, 0, 0, tall)), int(_ALIGN[line.align]), text)
        top += tall / _MM
