"""How signs look, on screen, paper and in the legend.

Shape and pictogram say the hazard type, the colour says the level, and the level's digit repeats it,
so a grey print and a colour-blind reader lose nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QTransform

from qhd_riskmap.cartography.digit_paths import digit_path, number_path
from qhd_riskmap.cartography.hatching import Hatch
from qhd_riskmap.cartography.styles import GRADES, SIGN_KEYS, sub_kinds_of, type_of
from qhd_riskmap.cartography.sub_kind_shapes import SUB_KIND_SHAPES
from qhd_riskmap.cartography.symbol_shapes import SHAPES, SymbolShape
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _

# GB/T 33000 family of notices prints 红橙黄蓝; these are the exact values of the product's look.
LEVEL_COLOURS: Final = {1: "#E60000", 2: "#FF7F00", 3: "#FFE600", 4: "#0070FF", NO_LEVEL: "#8A8A8A"}
UNGRADED_LABEL: Final = N_("未评级")
INK: Final = "#1F1F1F"
DIGIT_FROM_PX: Final = 16.0
_THOUSAND: Final = 1_000
_FULL_TURN: Final = 360 * 16
FILL_ALPHA: Final = 90
PALE_LEVELS: Final = (3,)
_LIGHT_LEVELS: Final = (2, 3)  # dark pictogram on these, white on the others


def shape_of(sign: str) -> SymbolShape:
    """Outline and pictogram of a sign; that of `OTHER` for unknown keys."""
    sub_kind = SUB_KIND_SHAPES.get(sign)
    return SHAPES[type_of(sign)] if sub_kind is None else sub_kind.shape


def level_colour(level: int) -> QColor:
    """Fill colour of a level (1 red … 4 blue, 0 ungraded)."""
    return QColor(LEVEL_COLOURS.get(level, LEVEL_COLOURS[NO_LEVEL]))


def level_label(level: int) -> str:
    """Written name of a level."""
    return _(RiskLevel.from_rank(level).label) if level in GRADES else _(UNGRADED_LABEL)


def type_label(type_key: str) -> str:
    """Written name of a type, or the key itself where the taxonomy does not know it."""
    return next((_(t.label) for t in taxonomy().types if t.key == type_key), type_key)


def sign_label(sign: str) -> str:
    """Written name of a sign: the type's, and the sub-kinds it stands for."""
    words = [_(word) for word in sub_kinds_of(sign)]
    label = type_label(type_of(sign)) if sign in SIGN_KEYS else sign
    return f"{label} · {'、'.join(words)}" if words else label


# -- painting signs ---------------------------------------------------------------------------------


def paint_symbol(
    painter: QPainter,
    sign: str,
    level: int,
    at: tuple[float, float],
    size: float,
    *,
    digit: bool = True,
) -> None:
    """Paint a symbol as vectors.

    Args:
        painter: Any painter; its state is restored.
        sign: Of a type or sub-kind.
        level: 1…4, 0 ungraded.
        at: Its centre, painter units.
        size: Side of the square around the outline, painter units.
        digit: Whether to add the level's digit at the lower right corner.
    """
    shape = shape_of(sign)
    x, y = at
    half = size / 2
    outline = QTransform(half, 0, 0, half, x, y).map(shape.outline())
    painter.save()
    painter.setPen(outline_pen(size))
    painter.setBrush(level_colour(level))
    painter.drawPath(outline)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pictogram_colour(level))
    painter.drawPath(QTransform(half, 0, 0, half, x, y).map(shape.pictogram()))
    if digit and level != NO_LEVEL:
        _paint_digit(painter, level, x, y, size)
    painter.restore()


def pictogram_colour(level: int) -> QColor:
    """Dark on orange, yellow; white on red, blue, grey."""
    return QColor(INK) if level in _LIGHT_LEVELS else QColor("#FFFFFF")


def outline_pen(size: float) -> QPen:
    """Dark pen around a symbol of ``size``."""
    pen = QPen(QColor(INK), max(size / 16, 0.01))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _paint_digit(painter: QPainter, level: int, x: float, y: float, size: float) -> None:
    radius = size * 0.27
    cx, cy = x + size * 0.42, y + size * 0.40
    painter.setPen(QPen(QColor(INK), size / 24))
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawEllipse(QPointF(cx, cy), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(INK))
    scale = radius * 1.36
    painter.drawPath(
        QTransform(scale, 0, 0, scale, cx - scale * 0.3, cy - scale / 2).map(digit_path(level))
    )


LevelShares = tuple[int, ...]
"""Members per level 0 … 4, in 24ths of the whole: how long the arcs of a cluster's ring are."""
WHOLE_RING: Final = 24


def level_shares(by_level: Sequence[int]) -> LevelShares:
    """Arcs in 24ths: every level that is there gets one, the most frequent one takes the rest.

    >>> level_shares((0, 1, 0, 99, 0))
    (0, 1, 0, 23, 0)
    """
    total = sum(by_level)
    shares = [max(1, count * WHOLE_RING // total) if count else 0 for count in by_level]
    largest = max(range(len(shares)), key=lambda level: by_level[level])
    shares[largest] += WHOLE_RING - sum(shares)
    return tuple(shares)


def paint_cluster(
    painter: QPainter,
    level: int,
    shares: LevelShares,
    text: str,
    disc: tuple[float, float, float],
) -> None:
    """Paint a cluster.

    A disc in the colour of the WORST level inside, with the count; around it a ring whose arcs tell
    how many of each level there are, the worst first, clockwise from the top.

    Args:
        painter: Any painter.
        level: The worst level inside.
        shares: `level_shares` of the members.
        text: The count.
        disc: Middle x, y and the diameter.
    """
    x, y, size = disc
    radius = size / 2
    painter.save()
    _paint_ring(painter, shares, QRectF(x - radius, y - radius, size, size))
    size, radius = size * 0.8, radius * 0.8
    painter.setPen(QPen(QColor("#FFFFFF"), size / 14))
    painter.setBrush(level_colour(level))
    painter.drawEllipse(QPointF(x, y), radius, radius)
    path = number_path(text)
    box = path.boundingRect()
    scale = min(size * 0.66 / box.width(), size * 0.36 / box.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pictogram_colour(level))
    centre = box.center()
    painter.drawPath(
        QTransform(scale, 0, 0, scale, x - centre.x() * scale, y - centre.y() * scale).map(path)
    )
    if level != NO_LEVEL:
        _paint_digit(painter, level, x, y, size * 0.9)
    painter.restore()


def _paint_ring(painter: QPainter, shares: LevelShares, box: QRectF) -> None:
    painter.setPen(QPen(QColor(INK), box.width() / 26))
    painter.setBrush(QColor(INK))
    painter.drawEllipse(box)
    painter.setPen(Qt.PenStyle.NoPen)
    turn = _FULL_TURN // WHOLE_RING  # Qt counts sixteenths of a degree, against the clock
    start = _FULL_TURN // 4
    for level in (*GRADES, NO_LEVEL):
        painter.setBrush(level_colour(level))
        painter.drawPie(box, start, -shares[level] * turn)
        start -= shares[level] * turn


def cluster_text(count: int) -> str:
    """Count in at most four characters.

    >>> cluster_text(999), cluster_text(1234), cluster_text(80000)
    ('999', '1.2k', '80k')
    """
    if count < _THOUSAND:
        return str(count)
    thousands = count / _THOUSAND
    return f"{thousands:.1f}k" if round(thousands, 1) < 10 else f"{thousands:.0f}k"  # noqa: PLR2004 - two figures


# -- lines and areas --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineSign:
    """Dash pattern of a type, in multiples of the pen width; empty means solid."""

    dashes: tuple[float, ...] = ()


_LINE_SIGNS: Final[dict[str, LineSign]] = {
    "forest_fire": LineSign((6, 2, 1, 2)),
    "geological": LineSign((1, 2)),
    "flood": LineSign(),
    "hazardous_chemicals": LineSign((4, 2)),
    "oil_gas_pipeline": LineSign((8, 3)),
    "ammonia_pipeline": LineSign((8, 2, 2, 2)),
    "ammonia_storage": LineSign((8, 2, 2, 2, 2, 2)),
    "highway_hazmat": LineSign((12, 3)),
    "haze": LineSign((2, 3)),
    "meteorological": LineSign((3, 3)),
    "earthquake": LineSign((5, 2, 1, 2, 1, 2)),
    "animal_epidemic": LineSign((2, 2)),
    "food_safety": LineSign((1, 3)),
    "terror": LineSign((3, 1)),
    "explosion": LineSign((5, 1, 1, 1)),
    "other": LineSign((6, 4)),
}

_HATCHES: Final[dict[str, Hatch]] = {
    "forest_fire": Hatch.RISING,
    "geological": Hatch.FALLING,
    "flood": Hatch.LEVEL,
    "hazardous_chemicals": Hatch.LATTICE,
    "oil_gas_pipeline": Hatch.UPRIGHT,
    "ammonia_pipeline": Hatch.STEEP,
    "ammonia_storage": Hatch.GRID,
    "highway_hazmat": Hatch.FLAT_FALLING,
    "haze": Hatch.FINE_DOTS,
    "meteorological": Hatch.WEAVE,
    "earthquake": Hatch.LATTICE,
    "animal_epidemic": Hatch.COARSE_DOTS,
    "food_safety": Hatch.COARSE_DOTS,
    "terror": Hatch.GRID,
    "explosion": Hatch.WEAVE,
    "other": Hatch.NONE,
}


def line_sign(sign: str) -> LineSign:
    """Dash pattern of a sign's type."""
    return _LINE_SIGNS[type_of(sign)]


def line_pen(sign: str, level: int, width: float) -> QPen:
    """Pen of a line hazard."""
    pen = QPen(level_colour(level), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    dashes = line_sign(sign).dashes
    if dashes:
        pen.setDashPattern(list(dashes))
    return pen


def area_pen(level: int, width: float) -> QPen:
    """Outline pen of a polygon hazard."""
    pen = QPen(level_colour(level), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def area_brush(level: int) -> QBrush:
    """Translucent fill in the level's colour."""
    colour = level_colour(level)
    colour.setAlpha(FILL_ALPHA)
    return QBrush(colour)


def hatch_of(sign: str) -> Hatch:
    """Hatch of the polygons of a sign's type."""
    return _HATCHES[type_of(sign)]
