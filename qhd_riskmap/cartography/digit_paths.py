"""Digits as outlines of our own, so that small figures in symbols need no font and never differ."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker, QTransform

# Centre lines in a box 0.6 wide and 1 high; stroked with _WEIGHT. Bold and open, for 5 pixels height.
_WEIGHT: Final = 0.17
_STROKES: Final[dict[str, tuple[str, ...]]] = {
    "0": ("M .1 .3 Q .1 .1 .3 .1 Q .5 .1 .5 .3 L .5 .7 Q .5 .9 .3 .9 Q .1 .9 .1 .7 Z",),
    "1": ("M .12 .27 L .33 .1 L .33 .9",),
    "2": ("M .1 .28 Q .12 .1 .3 .1 Q .5 .1 .5 .3 Q .5 .45 .1 .9 L .52 .9",),
    "3": ("M .1 .22 Q .16 .1 .29 .1 Q .48 .1 .48 .28 Q .48 .47 .24 .48 Q .5 .49 .5 .7 Q .5 .9 .29 .9 Q .14 .9 .08 .77",),
    "4": ("M .4 .9 L .4 .1 L .07 .66 L .54 .66",),
    "5": ("M .48 .1 L .15 .1 L .12 .47 Q .5 .32 .5 .65 Q .5 .9 .28 .9 Q .14 .9 .08 .79",),
    "6": ("M .45 .12 Q .1 .25 .1 .65 Q .1 .9 .3 .9 Q .5 .9 .5 .67 Q .5 .46 .3 .46 Q .12 .46 .1 .65",),
    "7": ("M .07 .1 L .52 .1 L .24 .9",),
    "8": ("M .3 .47 Q .12 .47 .12 .28 Q .12 .1 .3 .1 Q .48 .1 .48 .28 Q .48 .47 .3 .47 Q .09 .47 .09 .69 Q .09 .9 .3 .9 Q .51 .9 .51 .69 Q .51 .47 .3 .47",),
    "9": ("M .15 .88 Q .5 .75 .5 .35 Q .5 .1 .3 .1 Q .1 .1 .1 .33 Q .1 .54 .3 .54 Q .48 .54 .5 .35",),
    ".": ("M .1 .86 L .1 .92",),
    "k": ("M .1 .1 L .1 .9", "M .45 .38 L .12 .66 L .48 .9"),
}  # fmt: skip
_ADVANCE: Final = {".": 0.3}


def parse_path(data: str) -> QPainterPath:
    """A path from ``M x y``, ``L x y``, ``Q cx cy x y``, ``C …``, ``O cx cy rx ry`` and ``Z``.

    A small subset of the SVG path notation (absolute commands), plus ``O`` for an ellipse.
    """
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    tokens = data.split()
    sizes = {"M": 2, "L": 2, "Q": 4, "C": 6, "O": 4, "Z": 0}
    position = 0
    while position < len(tokens):
        command = tokens[position]
        numbers = [float(t) for t in tokens[position + 1 : position + 1 + sizes[command]]]
        position += 1 + sizes[command]
        _append(path, command, numbers)
    return path


def _append(path: QPainterPath, command: str, n: list[float]) -> None:
    match command:
        case "M":
            path.moveTo(n[0], n[1])
        case "L":
            path.lineTo(n[0], n[1])
        case "Q":
            path.quadTo(n[0], n[1], n[2], n[3])
        case "C":
            path.cubicTo(n[0], n[1], n[2], n[3], n[4], n[5])
        case "O":
            path.addEllipse(QPointF(n[0], n[1]), n[2], n[3])
        case _:
            path.closeSubpath()


def stroked(path: QPainterPath, width: float, *, round_caps: bool = True) -> QPainterPath:
    """The outline of ``path`` drawn with a pen of ``width``, as a fillable path."""
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    cap = Qt.PenCapStyle.RoundCap if round_caps else Qt.PenCapStyle.FlatCap
    stroker.setCapStyle(cap)
    return stroker.createStroke(path).simplified()


@cache
def digit_path(digit: int | str) -> QPainterPath:
    """Fillable outline of one figure in a box 0.6 wide and 1 high, origin at the top left."""
    joined = QPainterPath()
    joined.setFillRule(Qt.FillRule.WindingFill)
    for stroke in _STROKES[str(digit)]:
        joined = joined.united(stroked(parse_path(stroke), _WEIGHT))
    return joined


@cache
def number_path(text: str) -> QPainterPath:
    """Fillable outline of figures side by side (``0-9``, ``.`` and ``k``)."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    left = 0.0
    for character in text:
        path.addPath(QTransform.fromTranslate(left, 0).map(digit_path(character)))
        left += _ADVANCE.get(character, 0.68)
    return path
