"""The survey form for paper as a PDF that any printer takes: the same form as the document to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from qhd_riskmap.cartography.export_bytes import fixed_pdf
from qhd_riskmap.cartography.page_export import painted_pdf, write_whole
from qhd_riskmap.cartography.paper_pages import INSET, SHADE, PaperPages, inside
from qhd_riskmap.domain.taxonomy import HazardType
from qhd_riskmap.formats.paper_form import (
    FORM_CORNER_HEADS,
    FORM_CORNERS,
    FORM_DAY,
    FORM_NOTE,
    FORM_SENDER,
    FORM_SIGNATURES,
    FORM_TITLE,
    VERTEX_LINES,
    boxes_of,
    form_label,
    form_rows,
    form_version,
)
from qhd_riskmap.formats.survey_template import TemplateOffice
from qhd_riskmap.i18n import _, language

_LEFT, _RIGHT, _TOP, _BOTTOM = 20.0, 190.0, 16.0, 281.0
_LABEL: Final = 48.0
_ROW: Final = 7.4  # room for handwriting
_BOX: Final = 3.2
_GAP: Final = 4.0
_TITLE_PT, _TEXT_PT, _SMALL_PT = 16.0, 10.0, 8.0


def write_form_pdf(
    path: Path, types: Sequence[HazardType], office: TemplateOffice, made_on: date
) -> int:
    """Write the form for some types, each beginning on a page of its own; how many pages it has.

    Raises:
        OutputFileError: The file cannot be written.
        DiskFullError: The volume is full.
    """

    def paint(painter: QPainter, writer: QPdfWriter) -> int:
        pages = PaperPages(painter, writer)
        for hazard_type in types:
            _Form(pages, hazard_type, office).paint()
        return pages.count

    title = _("隐患排查表") if len(types) != 1 else _form_title(types[0])
    portrait = QPageLayout.Orientation.Portrait
    raw, count = painted_pdf(title, QPageSize.PageSizeId.A4, portrait, paint)
    write_whole(path, fixed_pdf(raw, made_on, language()))
    return count


def _form_title(hazard_type: HazardType) -> str:
    return _(FORM_TITLE).format(type=_(hazard_type.label))


class _Form:
    """The form of one type."""

    def __init__(self, pages: PaperPages, hazard_type: HazardType, office: TemplateOffice) -> None:
        self._pages = pages
        self._type = hazard_type
        self._office = office
        self._text = pages.font(_TEXT_PT)
        self._bold = pages.font(_TEXT_PT, bold=True)
        self._small = pages.font(_SMALL_PT)
        self._y = _BOTTOM
        self._number = 0

    def paint(self) -> None:
        self._turn()
        self._head()
        for row in form_rows(self._type):
            if isinstance(row, str):
                # A heading alone at the foot of a page leads nowhere.
                self._need(3 * _ROW)
                place = self._take(_ROW)
                self._pages.frame(place, SHADE)
                self._pages.text(row, self._bold, inside(place))
            else:
                self._answer(form_label(row), boxes_of(row, self._type, self._office))
        self._corners()
        for text in (_(FORM_NOTE), _(FORM_SIGNATURES)):
            self._need(_ROW + 2)
            self._y += 2
            self._pages.text(text, self._text, self._take(_ROW))

    def _turn(self) -> None:
        self._pages.turn()
        self._number += 1
        self._y = _TOP
        foot = QRectF(_LEFT, _BOTTOM + 3, _RIGHT - _LEFT, 5)
        self._pages.text(form_version(), self._small, foot)
        number = _("{form}　第 {n} 页").format(form=_form_title(self._type), n=self._number)
        self._pages.text(number, self._small, foot, Qt.AlignmentFlag.AlignRight)

    def _head(self) -> None:
        pages = self._pages
        title = pages.font(_TITLE_PT, bold=True)
        pages.text(_form_title(self._type), title, self._take(11), Qt.AlignmentFlag.AlignHCenter)
        sender = _(FORM_SENDER) + (self._office.unit or "\u3000" * 10)
        together = pages.width(sender + _(FORM_DAY), self._text) <= _RIGHT - _LEFT
        for text in [sender + _(FORM_DAY)] if together else [sender, _(FORM_DAY).strip()]:
            pages.text(text, self._text, self._take(8))
        self._y += 1

    def _answer(self, label: str, boxes: Sequence[str]) -> None:
        pages = self._pages
        width = _RIGHT - _LEFT - _LABEL
        lines = self._lines(boxes, width - 2 * INSET)
        needed = pages.height(label, self._text, _LABEL - 2 * INSET) + 2 * INSET
        height = max(_ROW * max(1, len(lines)), needed)
        self._need(height)
        row = self._take(height)
        left = QRectF(row.left(), row.top(), _LABEL, height)
        right = QRectF(left.right(), row.top(), width, height)
        pages.frame(left)
        pages.frame(right)
        pages.text(label, self._text, inside(left))
        for number, line in enumerate(lines):
            x = right.left() + INSET
            y = right.top() + number * _ROW
            for text in line:
                pages.frame(QRectF(x, y + (_ROW - _BOX) / 2, _BOX, _BOX))
                room = pages.width(text, self._text) + 2
                pages.text(text, self._text, QRectF(x + _BOX + 1, y, room, _ROW))
                x += _BOX + room + _GAP

    def _lines(self, boxes: Sequence[str], width: float) -> list[list[str]]:
        """Boxes with their words, as many on a line as it holds."""
        lines: list[list[str]] = []
        room = 0.0
        for box in boxes:
            text = _(box)
            needed = self._pages.width(text, self._text) + 2 + _BOX + _GAP
            if not lines or needed > room:
                lines.append([])
                room = width
            lines[-1].append(text)
            room -= needed
        return lines

    def _corners(self) -> None:
        """Room for the corners of a line or an area, all on one page."""
        pages = self._pages
        self._need((VERTEX_LINES + 2) * _ROW + 3)
        self._y += 3
        pages.text(_(FORM_CORNERS), self._bold, self._take(_ROW))
        widths = (12.0, 36.5, 36.5) * 2
        heads = [_(text) for text in FORM_CORNER_HEADS] * 2
        for line in range(VERTEX_LINES + 1):
            row = self._take(_ROW)
            numbers = [str(line), "", "", str(line + VERTEX_LINES), "", ""]
            x = row.left()
            for width, text in zip(widths, numbers if line else heads, strict=True):
                cell = QRectF(x, row.top(), width, _ROW)
                pages.frame(cell, "" if line else SHADE)
                pages.text(text, self._text, cell, Qt.AlignmentFlag.AlignHCenter)
                x += width

    def _need(self, height: float) -> None:
        if self._y + height > _BOTTOM:
            self._turn()

    def _take(self, height: float) -> QRectF:
        place = QRectF(_LEFT, self._y, _RIGHT - _LEFT, height)
        self._y += height
        return place
