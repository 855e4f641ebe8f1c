"""Tables on paper: cells that wrap, columns that take what they need, nothing cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.page_furniture import heading, heading_height, page_box
from qhd_riskmap.cartography.page_model import PlacedItem, SheetTable
from qhd_riskmap.cartography.text_layout import LINE_HEIGHT, draw_line, text_width, wrap

RULE: Final = "#B9B3A4"
SHADE: Final = "#F1EFE8"
_SMALLER: Final = 0.92
_LEAST_FIRST: Final = 5.0  # letters of the first column


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table, broken to its columns.

    Attributes:
        lines: Per column the lines of its text.
        height: Painter units.
    """

    lines: tuple[tuple[str, ...], ...]
    height: float


def broken(
    texts: Sequence[str], widths: Sequence[float], size: float, *, bold: bool = False
) -> Cells:
    """A row whose texts are broken to their columns."""
    pad = cell_pad(size)
    lines = tuple(
        tuple(wrap(text, width - 2 * pad, size, bold=bold))
        for text, width in zip(texts, widths, strict=True)
    )
    most = max(len(each) for each in lines)
    return Cells(lines, most * size * LINE_HEIGHT + size * 0.35)


def cell_pad(size: float) -> float:
    """Free room left and right of a text."""
    return size * 0.3


def paint_cells(
    painter: QPainter,
    cells: Cells,
    place: tuple[float, float],
    widths: Sequence[float],
    size: float,
    *,
    bold: bool = False,
    aligns: Sequence[float] = (),
) -> None:
    """Write a row whose upper left corner is at ``place``."""
    left, top = place
    pad, line_height = cell_pad(size), size * LINE_HEIGHT
    for index, (lines, width) in enumerate(zip(cells.lines, widths, strict=True)):
        first = top + (cells.height - len(lines) * line_height) / 2
        align = aligns[index] if aligns else 0.0
        for number, line in enumerate(lines):
            box = QRectF(left + pad, first + number * line_height, width - 2 * pad, line_height)
            draw_line(painter, line, box, size, bold=bold, align=align)
        left += width


def paint_rule(painter: QPainter, left: float, right: float, y: float, width: float) -> None:
    """A thin line across."""
    painter.setPen(QPen(QColor(RULE), width))
    painter.drawLine(QLineF(left, y, right, y))


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table in the margin of a sheet."""

    table: SheetTable

    def height(self, width: float, text: float) -> float:
        """See `Block`."""
        return heading_height(text) + sum(row.height for row, _bold in self._rows(width, text))

    def paint(self, painter: QPainter, box: QRectF, text: float) -> list[PlacedItem]:
        """See `Block`."""
        items = [PlacedItem(kind="table", box=page_box(box), text=self.table.caption)]
        top = box.top() + heading(painter, self.table.caption, box, text)
        size, widths = text * _SMALLER, self._widths(box.width(), text)
        aligns = [0.0, *[1.0] * (len(widths) - 1)]
        rows = self._rows(box.width(), text)
        texts = [self.table.heads, *self.table.rows]
        for number, ((row, bold), words) in enumerate(zip(rows, texts, strict=True)):
            place = QRectF(box.left(), top, box.width(), row.height)
            if bold:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(SHADE))
                painter.drawRect(place)
            paint_cells(
                painter, row, (box.left(), top), widths, size, bold=bold, aligns=aligns
            )  # fmt: skip
            top += row.height
            paint_rule(painter, box.left(), box.right(), top, text * 0.04)
            if number:
                items.append(
                    PlacedItem(kind="table_row", box=page_box(place), text="\t".join(words))
                )
        return items

    def _rows(self, width: float, text: float) -> list[tuple[Cells, bool]]:
        widths, size = self._widths(width, text), text * _SMALLER
        last = len(self.table.rows) - 1 if self.table.total else -1
        head = broken(self.table.heads, widths, size, bold=True)
        body = [
            (broken(row, widths, size, bold=number == last), number == last)
            for number, row in enumerate(self.table.rows)
        ]
        return [(head, True), *body]

    def _widths(self, width: float, text: float) -> list[float]:
        """All numbers take what the widest needs, the first column the rest."""
        size = text * _SMALLER
        columns = list(zip(self.table.heads, *self.table.rows, strict=True))
        widest = max(text_width(cell, size, bold=True) for column in columns[1:] for cell in column)
        each = min(
            widest + 2.4 * cell_pad(size), (width - _LEAST_FIRST * size) / (len(columns) - 1)
        )
        return [width - each * (len(columns) - 1), *[each] * (len(columns) - 1)]
