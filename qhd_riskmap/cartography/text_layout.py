"""Breaks Chinese and Latin text into lines and measures them with the sheet font."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from qhd_riskmap.cartography.fonts import font_pixels, sheet_font, sheet_font_family

# Latin words and numbers stay whole; every Chinese character may end a line.
_TOKENS: Final = re.compile(r"[A-Za-z0-9.:/%+\-（()]+[A-Za-z0-9.:/%)]*|\s+|.", re.DOTALL)
_NO_LINE_START: Final = frozenset("，。、；：！？）》】”’…·%％°′″—")
LINE_HEIGHT: Final = 1.42


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Advance width in painter units."""
    return _width(text, sheet_font_family()[0], font_pixels(size), bold)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines no wider than ``width``, except where one character alone is wider.

    No line begins with closing punctuation.
    """
    return list(_wrapped(text, width, sheet_font_family()[0], font_pixels(size), bold))


# A set of products lays the same words out a dozen times, and each time in dozens of sizes until they
# fit: measuring them was four fifths of the time of a sheet.
@lru_cache(maxsize=16_384)
def _width(text: str, _family: str, pixels: int, bold: bool) -> float:  # noqa: FBT001 - a key
    return QFontMetricsF(sheet_font(pixels, bold=bold)).horizontalAdvance(text)


@lru_cache(maxsize=16_384)
def _wrapped(
    text: str,
    width: float,
    _family: str,
    pixels: int,
    bold: bool,  # noqa: FBT001 - a key
) -> tuple[str, ...]:
    metrics = QFontMetricsF(sheet_font(pixels, bold=bold))
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        lines += _wrap_paragraph(paragraph, width, metrics)
    return tuple(lines)


def _wrap_paragraph(text: str, width: float, metrics: QFontMetricsF) -> list[str]:
    if metrics.horizontalAdvance(text) <= width:
        return [text.rstrip()]
    lines: list[str] = []
    line = ""
    for token in _pieces(text, width, metrics):
        if not line or metrics.horizontalAdvance(line + token) <= width:
            line += token
        elif token in _NO_LINE_START and len(line) > 1:
            # Take the last character along, so that the mark does not stand alone in front.
            lines.append(line[:-1].rstrip())
            line = line[-1] + token
        else:
            lines.append(line.rstrip())
            line = token.lstrip()
    if line or not lines:
        lines.append(line.rstrip())
    return lines


def _pieces(text: str, width: float, metrics: QFontMetricsF) -> list[str]:
    pieces: list[str] = []
    for token in _TOKENS.findall(text):
        if metrics.horizontalAdvance(token) > width:
            pieces += list(token)
        else:
            pieces.append(token)
    return pieces


def draw_line(
    painter: QPainter, text: str, box: QRectF, size: float, *, colour: str = "#1F1F1F",
    bold: bool = False, align: float = 0.0,
) -> None:  # fmt: skip
    """Write one line into ``box``, vertically centred.

    Args:
        painter: Any painter.
        text: One line.
        box: Where.
        size: Height of the letters' body, painter units.
        colour: Colour name.
        bold: Weight.
        align: 0 left, 0.5 centred, 1 right.
    """
    font = sheet_font(size, bold=bold)
    metrics = QFontMetricsF(font)
    left = box.left() + (box.width() - metrics.horizontalAdvance(text)) * align
    baseline = box.center().y() + (metrics.capHeight() or size * 0.72) / 2
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(QPointF(left, baseline), text)
