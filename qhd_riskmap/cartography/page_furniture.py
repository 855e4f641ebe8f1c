"""The parts of a sheet around the map: each measures itself for a width, then paints itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from qhd_riskmap.cartography.legend import LegendEntry, paint_legend_sign
from qhd_riskmap.cartography.page_model import UNITS_PER_MM, Box, PlacedItem
from qhd_riskmap.cartography.symbols import INK
from qhd_riskmap.cartography.text_layout import LINE_HEIGHT, draw_line, text_width, wrap
from qhd_riskmap.cartography.viewport import length_label, nice_length
from qhd_riskmap.i18n import _

FAINT: Final = "#8A8578"
_BAR_PARTS: Final = 4


class Block(Protocol):
    """A part of the margin. All lengths in hundredths of a millimetre."""

    def height(self, width: float, text: float) -> float:
        """Height needed for ``width`` with letters of size ``text``."""

    def paint(self, painter: QPainter, box: QRectF, text: float) -> list[PlacedItem]:
        """Paint into ``box``, which has the measured height; say what stands where."""


def page_box(box: QRectF) -> Box:
    """Painter units to millimetres."""
    return (
        box.left() / UNITS_PER_MM, box.top() / UNITS_PER_MM,
        box.width() / UNITS_PER_MM, box.height() / UNITS_PER_MM,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LegendBlock:
    """图例: levels in one row group, types in as many columns as fit."""

    entries: Sequence[LegendEntry]

    def height(self, width: float, text: float) -> float:
        """See `Block`."""
        total = heading_height(text)
        for group in self._groups():
            total += self._rows(group, width, text) * self._row_height(text) + text * 0.35
        return total

    def paint(self, painter: QPainter, box: QRectF, text: float) -> list[PlacedItem]:
        """See `Block`."""
        items = [PlacedItem(kind="legend", box=page_box(box), text=_("图例"))]
        top = box.top() + heading(painter, _("图例"), box, text)
        for group in self._groups():
            columns = self._columns(group, box.width(), text)
            column_width = box.width() / columns
            rows = math.ceil(len(group) / columns)
            for index, entry in enumerate(group):
                column, row = divmod(index, rows)
                cell = QRectF(
                    box.left() + column * column_width, top + row * self._row_height(text),
                    column_width, self._row_height(text),
                )  # fmt: skip
                items.append(self._entry(painter, entry, cell, text))
            top += rows * self._row_height(text) + text * 0.35
        return items

    def widest(self, text: float) -> float:
        """Width of the widest entry on one line."""
        widths = [self._sign_width(text) + text_width(e.label, text) for e in self.entries]
        return max(widths, default=0.0) + text * 0.8

    def _entry(
        self, painter: QPainter, entry: LegendEntry, cell: QRectF, text: float
    ) -> PlacedItem:
        side = text * 1.35
        sign_box = QRectF(cell.left() + text * 0.1, cell.center().y() - side / 2, side * 1.35, side)
        if entry.type_key == "":
            sign_box = sign_box.adjusted(0, side * 0.1, 0, -side * 0.1)
        paint_legend_sign(painter, entry, sign_box)
        left = cell.left() + self._sign_width(text)
        label_box = QRectF(left, cell.top(), cell.right() - left, cell.height())
        lines = wrap(entry.label, label_box.width(), text)
        # An entry wider than the whole block is set smaller rather than cut.
        size = text if len(lines) == 1 else text * 0.94 / len(lines)
        for index, line in enumerate(lines):
            part = label_box.height() / len(lines)
            line_box = QRectF(left, label_box.top() + index * part, label_box.width(), part)
            draw_line(painter, line, line_box, size)
        return PlacedItem(kind="legend_entry", box=page_box(cell), text=entry.label)

    def _groups(self) -> list[list[LegendEntry]]:
        levels = [entry for entry in self.entries if entry.type_key == ""]
        types = [entry for entry in self.entries if entry.type_key != ""]
        return [group for group in (levels, types) if group]

    def _columns(self, group: Sequence[LegendEntry], width: float, text: float) -> int:
        widest = max(self._sign_width(text) + text_width(e.label, text) for e in group)
        return max(1, min(len(group), int(width // (widest + text * 0.8))))

    def _rows(self, group: Sequence[LegendEntry], width: float, text: float) -> int:
        return math.ceil(len(group) / self._columns(group, width, text))

    @staticmethod
    def _row_height(text: float) -> float:
        return text * 1.85

    @staticmethod
    def _sign_width(text: float) -> float:
        return text * 2.4


@dataclass(frozen=True, slots=True)
class ScaleBlock:
    """比例尺: 1:n, a segmented bar of round ground length, and perhaps a north arrow beside it.

    Attributes:
        metres_per_unit: Ground metres per painter unit.
        scale: The n of 1:n.
        north_deg: Direction of true north on the page, degrees clockwise from up; None paints none.
    """

    metres_per_unit: float
    scale: float
    north_deg: float | None

    def height(self, width: float, text: float) -> float:
        """See `Block`."""
        del width
        return heading_height(text) + text * 4.6

    def paint(self, painter: QPainter, box: QRectF, text: float) -> list[PlacedItem]:
        """See `Block`."""
        arrow_width = text * 3.2
        left = QRectF(box.left(), box.top(), box.width() - arrow_width - text * 0.6, box.height())
        head = heading(painter, _("比例尺"), box, text)
        body = QRectF(left.left(), left.top() + head, left.width(), box.height() - head)
        line = QRectF(body.left(), body.top(), body.width(), text * 1.7)
        ratio = scale_text(self.scale)
        draw_line(painter, ratio, line, text * 1.15, bold=True)
        bar_top = line.bottom() + text * 0.5
        self._bar(painter, QRectF(body.left(), bar_top, body.width(), text * 2.2), text)
        items = [PlacedItem(kind="scale", box=page_box(body), text=ratio)]
        if self.north_deg is not None:
            arrow = QRectF(box.right() - arrow_width, box.top() + head, arrow_width,
                           box.height() - head - text * 0.2)  # fmt: skip
            paint_north_arrow(painter, arrow, self.north_deg)
            items.append(PlacedItem(kind="north", box=page_box(arrow)))
        return items

    def _bar(self, painter: QPainter, box: QRectF, text: float) -> None:
        # The last figure hangs over by half its width and must stay inside.
        usable = box.width() - text * 3.0
        metres = nice_length(usable * self.metres_per_unit)
        length = metres / self.metres_per_unit
        part = length / _BAR_PARTS
        left, height = box.left() + text * 0.4, text * 0.42
        painter.setPen(QPen(QColor(INK), text * 0.05))
        for index in range(_BAR_PARTS):
            painter.setBrush(QColor(INK) if index % 2 == 0 else QColor("#FFFFFF"))
            painter.drawRect(QRectF(left + index * part, box.top(), part, height))
        for index in (0, _BAR_PARTS // 2, _BAR_PARTS):
            value = metres * index / _BAR_PARTS
            words = "0" if index == 0 else _figure(value, metres)
            if index == _BAR_PARTS:
                words = length_label(metres)
            middle = left + index * part
            wide = text_width(words, text * 0.85)
            line = QRectF(middle - wide / 2, box.top() + height, wide, text * 1.4)
            line.moveLeft(max(line.left(), box.left()))
            draw_line(painter, words, line, text * 0.85)


def _figure(metres: float, of: float) -> str:
    return f"{metres / 1000:g}" if of >= 1000 else f"{metres:g}"  # noqa: PLR2004 - metres in a km


def scale_text(scale: float) -> str:
    """1:n with thin groups of three.

    >>> scale_text(450000)
    '1:450 000'
    """
    return f"1:{scale:,.0f}".replace(",", " ")


def paint_north_arrow(painter: QPainter, box: QRectF, north_deg: float) -> None:
    """A split arrow under its word, turned to true north."""
    radius = min(box.width() * 0.5, box.height() * 0.5)
    painter.save()
    painter.translate(box.center())
    painter.rotate(north_deg)
    top, bottom, wing = -radius * 0.3, radius * 0.98, radius * 0.46
    painter.setPen(QPen(QColor(INK), radius * 0.05, Qt.PenStyle.SolidLine,
                        Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))  # fmt: skip
    for side, colour in ((-1, INK), (1, "#FFFFFF")):
        painter.setBrush(QColor(colour))
        painter.drawPolygon(QPolygonF([
            QPointF(0, top), QPointF(side * wing, bottom), QPointF(0, bottom * 0.62),
        ]))  # fmt: skip
    word = _("北")
    size = min(radius * 0.7, radius * 2 / max(1, len(word)))
    place = QRectF(-radius, -radius * 1.1, 2 * radius, radius * 0.75)
    draw_line(painter, word, place, size, bold=True, align=0.5)
    painter.restore()


@dataclass(frozen=True, slots=True)
class ParagraphBlock:
    """A heading and wrapped paragraphs (说明)."""

    kind: str
    heading: str
    paragraphs: Sequence[str]

    def height(self, width: float, text: float) -> float:
        """See `Block`."""
        lines = sum(len(wrap(p, width, text)) for p in self.paragraphs)
        return heading_height(text) + lines * text * LINE_HEIGHT + text * 0.3

    def paint(self, painter: QPainter, box: QRectF, text: float) -> list[PlacedItem]:
        """See `Block`."""
        top = box.top() + heading(painter, self.heading, box, text)
        for paragraph in self.paragraphs:
            for line in wrap(paragraph, box.width(), text):
                draw_line(
                    painter, line, QRectF(box.left(), top, box.width(), text * LINE_HEIGHT), text
                )
                top += text * LINE_HEIGHT
        return [PlacedItem(kind=self.kind, box=page_box(box), text="\n".join(self.paragraphs))]


@dataclass(frozen=True, slots=True)
class ImprintBlock:
    """编制单位, 发布单位, 数据来源, 截止日期: names in front, values aligned beside."""

    lines: Sequence[tuple[str, str, str]]
    """(kind, name, value) each; a line without a name fills the width."""

    def height(self, width: float, text: float) -> float:
        """See `Block`."""
        total = text * 0.9
        for _kind, name, value in self.lines:
            total += self._value_lines(name, value, width, text) * text * LINE_HEIGHT
        return total

    def paint(self, painter: QPainter, box: QRectF, text: float) -> list[PlacedItem]:
        """See `Block`."""
        items = []
        _rule(painter, box.left(), box.right(), box.top() + text * 0.25, text)
        top = box.top() + text * 0.6
        indent = self._indent(text)
        for kind, name, value in self.lines:
            left = box.left() + (indent if name else 0.0)
            width = box.right() - left
            rows = wrap(value, width, text)
            line_height = text * LINE_HEIGHT
            if name:
                draw_line(
                    painter, name, QRectF(box.left(), top, indent, line_height), text, colour=FAINT
                )
            for index, row in enumerate(rows):
                draw_line(
                    painter, row, QRectF(left, top + index * line_height, width, line_height), text
                )
            area = QRectF(box.left(), top, box.width(), line_height * len(rows))
            items.append(PlacedItem(kind=kind, box=page_box(area), text=value))
            top += area.height()
        return items

    def _indent(self, text: float) -> float:
        return (
            max((text_width(name, text) for _kind, name, _value in self.lines), default=0.0)
            + text * 0.6
        )

    def _value_lines(self, name: str, value: str, width: float, text: float) -> int:
        return len(wrap(value, width - (self._indent(text) if name else 0.0), text))


def heading_height(text: float) -> float:
    """Height of what `heading` paints."""
    return text * 2.5


def heading(painter: QPainter, words: str, box: QRectF, text: float) -> float:
    """Paint a heading over a rule; returns the height it took."""
    line = QRectF(box.left(), box.top() + text * 0.2, box.width(), text * 1.7)
    draw_line(painter, words, line, text * 1.18, bold=True)
    _rule(painter, box.left(), box.right(), box.top() + text * 2.05, text)
    return heading_height(text)


def _rule(painter: QPainter, left: float, right: float, y: float, text: float) -> None:
    painter.setPen(QPen(QColor("#B9B3A4"), text * 0.06))
    painter.drawLine(QPointF(left, y), QPointF(right, y))
