"""Outlines and pictograms of the hazard types, drawn for this program.

Everything lives in the square -1 … 1, y downwards. The outline alone tells types apart at 12 pixels;
the pictogram, cut in bold simple strokes, says what the outline stands for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath

from qhd_riskmap.cartography.digit_paths import parse_path, stroked


@dataclass(frozen=True, slots=True)
class SymbolShape:
    """Source of one sign.

    Attributes:
        outline_data: Path notation of the outline (see `digit_paths.parse_path`).
        fills: Path notation of filled parts of the pictogram.
        strokes: Path notation of parts drawn as lines.
        weight: Width of those lines.
    """

    outline_data: str
    fills: str = ""
    strokes: str = ""
    weight: float = 0.2

    def outline(self) -> QPainterPath:
        """Closed outline."""
        return _outline(self)

    def pictogram(self) -> QPainterPath:
        """Fillable pictogram."""
        return _pictogram(self)


@cache
def _outline(shape: SymbolShape) -> QPainterPath:
    return parse_path(shape.outline_data)


@cache
def _pictogram(shape: SymbolShape) -> QPainterPath:
    path = parse_path(shape.fills)
    path.setFillRule(Qt.FillRule.OddEvenFill)
    if shape.strokes:
        lines = stroked(parse_path(shape.strokes), shape.weight)
        path = path.united(lines) if shape.fills else lines
    return path


def _regular(corners: int, *, turn_deg: float = 0.0, inner: float | None = None) -> str:
    """Path notation of a regular polygon, or of a star with the ``inner`` radius."""
    count = corners if inner is None else 2 * corners
    points = []
    for index in range(count):
        radius = 1.0 if inner is None or index % 2 == 0 else inner
        angle = math.radians(turn_deg) + 2 * math.pi * index / count
        points.append((radius * math.sin(angle), -radius * math.cos(angle)))
    head, *tail = [f"{x:.4f} {y:.4f}" for x, y in points]
    return " ".join([f"M {head}", *(f"L {point}" for point in tail), "Z"])


SHAPES: Final[dict[str, SymbolShape]] = {
    # triangle and flame
    "forest_fire": SymbolShape(
        "M 0 -1 L 1 .82 L -1 .82 Z",
        fills="M .02 -.5 C .05 -.2 .46 0 .4 .34 C .37 .56 .2 .66 0 .66 C -.22 .66 -.4 .54 -.41 .32 "
        "C -.42 .14 -.28 .06 -.24 -.12 C -.1 -.02 -.08 .04 -.06 .1 C .02 -.1 -.08 -.3 .02 -.5 Z",
    ),
    # dome of a hill, slope with falling stones
    "geological": SymbolShape(
        "M -1 .85 L -1 .2 C -1 -1.15 1 -1.15 1 .2 L 1 .85 Z",
        fills="M -.72 -.2 L -.3 -.34 L .72 .6 L -.72 .6 Z O .26 -.3 .19 .19 O .6 .06 .15 .15",
    ),
    # drop with two waves
    "flood": SymbolShape(
        "M 0 -1 C .2 -.6 .86 -.15 .86 .28 C .86 .72 .46 1 0 1 C -.46 1 -.86 .72 -.86 .28 "
        "C -.86 -.15 -.2 -.6 0 -1 Z",
        strokes="M -.56 .18 Q -.28 -.1 0 .14 Q .28 .38 .56 .12 M -.46 .6 Q -.23 .36 0 .56 Q .23 .78 .46 .54",
        weight=0.19,
    ),
    # diamond of dangerous goods, flask
    "hazardous_chemicals": SymbolShape(
        "M 0 -1 L 1 0 L 0 1 L -1 0 Z",
        fills="M -.13 -.5 L .13 -.5 L .13 -.12 L .46 .4 L -.46 .4 L -.13 -.12 Z",
        strokes="M -.24 -.5 L .24 -.5",
        weight=0.17,
    ),
    # flat rectangle, pipe between two flanges
    "oil_gas_pipeline": SymbolShape(
        "M -1 -.62 L 1 -.62 L 1 .62 L -1 .62 Z",
        fills="M -.5 -.2 L .5 -.2 L .5 .2 L -.5 .2 Z M -.76 -.4 L -.5 -.4 L -.5 .4 L -.76 .4 Z "
        "M .5 -.4 L .76 -.4 L .76 .4 L .5 .4 Z",
    ),
    # hexagon drawn out sideways, valve
    "ammonia_pipeline": SymbolShape(
        "M -1 0 L -.55 -.66 L .55 -.66 L 1 0 L .55 .66 L -.55 .66 Z",
        fills="M -.54 -.4 L 0 0 L -.54 .4 Z M .54 -.4 L 0 0 L .54 .4 Z",
        strokes="M 0 0 L 0 -.38 M -.2 -.4 L .2 -.4",
        weight=0.16,
    ),
    # upright tank, two bands and a gauge
    "ammonia_storage": SymbolShape(
        "M -.62 -.55 Q -.62 -1 0 -1 Q .62 -1 .62 -.55 L .62 .55 Q .62 1 0 1 Q -.62 1 -.62 .55 Z",
        strokes="M -.4 -.42 L .4 -.42 M -.4 .42 L .4 .42 M 0 -.42 L 0 .42",
        weight=0.2,
    ),
    # road shield, lorry
    "highway_hazmat": SymbolShape(
        "M -.9 -.9 Q -.45 -.66 0 -.96 Q .45 -.66 .9 -.9 Q .86 .62 0 1 Q -.86 .62 -.9 -.9 Z",
        fills="M -.62 -.42 L .12 -.42 L .12 .2 L -.62 .2 Z M .2 -.22 L .46 -.22 L .62 0 L .62 .2 L .2 .2 Z "
        "O -.34 .34 .17 .17 O .34 .34 .17 .17",
    ),
    # cloud and bars of mist
    "haze": SymbolShape(
        "M -.58 .72 C -1.1 .72 -1.14 0 -.66 -.06 C -.72 -.72 .06 -.98 .36 -.46 "
        "C .8 -.62 1.06 -.14 .84 .06 C 1.16 .3 1 .72 .6 .72 Z",
        strokes="M -.56 .02 L .56 .02 M -.62 .4 L .62 .4",
        weight=0.19,
    ),
    # octagon, lightning
    "meteorological": SymbolShape(
        _regular(8, turn_deg=22.5),
        fills="M .22 -.72 L -.44 .14 L -.06 .14 L -.24 .74 L .46 -.16 L .06 -.16 Z",
    ),
    # triangle on its point, seismograph
    "earthquake": SymbolShape(
        "M -1 -.82 L 1 -.82 L 0 1 Z",
        strokes="M -.58 -.38 L -.34 -.38 L -.18 -.66 L .06 .38 L .24 -.38 L .58 -.38",
        weight=0.18,
    ),
    # upright hexagon, paw
    "animal_epidemic": SymbolShape(
        _regular(6),
        fills="M 0 .02 C .3 .02 .48 .3 .4 .48 C .3 .64 .14 .52 0 .52 C -.14 .52 -.3 .64 -.4 .48 "
        "C -.48 .3 -.3 .02 0 .02 Z O -.46 -.1 .14 .18 O -.17 -.36 .14 .19 O .17 -.36 .14 .19 O .46 -.1 .14 .18",
    ),
    # bowl, chopsticks
    "food_safety": SymbolShape(
        "M -1 -.28 L 1 -.28 C 1 .5 .6 .86 0 .86 C -.6 .86 -1 .5 -1 -.28 Z M -.3 -.28 L -.62 -.96 "
        "L -.36 -.96 L -.02 -.28 Z M .3 -.28 L .62 -.96 L .36 -.96 L .02 -.28 Z",
        strokes="M -.5 .06 L .5 .06 M -.28 .44 L .28 .44",
        weight=0.2,
    ),
    # square, exclamation mark
    "terror": SymbolShape(
        "M -.86 -.86 L .86 -.86 L .86 .86 L -.86 .86 Z",
        fills="M -.2 -.62 L .2 -.62 L .11 .2 L -.11 .2 Z O 0 .48 .17 .17",
    ),
    # burst, bomb
    "explosion": SymbolShape(
        _regular(8, inner=0.6),
        fills="O -.05 .12 .34 .34",
        strokes="M .14 -.16 Q .24 -.42 .46 -.38",
        weight=0.16,
    ),
    # circle, three dots
    "other": SymbolShape(
        "O 0 0 .92 .92",
        fills="O -.48 0 .17 .17 O 0 0 .17 .17 O .48 0 .17 .17",
    ),
}
