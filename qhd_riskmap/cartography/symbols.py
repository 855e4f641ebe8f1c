"""One table of signs for screen, paper and legend.

Shape and pictogram say the hazard type, the colour says the level, and the level's digit repeats it,
so a grey print and a colour-blind reader lose nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QTransform

from qhd_riskmap.cartography.density import paint_density_sign
from qhd_riskmap.cartography.digit_paths import digit_path, number_path
from qhd_riskmap.cartography.hatching import Hatch, hatch_box
from qhd_riskmap.cartography.layer_sign import paint_layer_sign
from qhd_riskmap.cartography.symbol_shapes import SHAPES, SymbolShape
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.map_layer import MapLayer
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _

TYPE_KEYS: Final = tuple(SHAPES)
OTHER: Final = "other"
# GB/T 33000 family of notices prints 红橙黄蓝; these are the exact values of the product's look.
LEVEL_COLOURS: Final = {1: "#E60000", 2: "#FF7F00", 3: "#FFE600", 4: "#0070FF", NO_LEVEL: "#8A8A8A"}
UNGRADED_LABEL: Final = N_("未评级")
INK: Final = "#1F1F1F"
DIGIT_FROM_PX: Final = 16.0
GRADES: Final = (1, 2, 3, 4)
LEVEL_COUNT: Final = 5
_THOUSAND: Final = 1_000
_FULL_TURN: Final = 360 * 16
FILL_ALPHA: Final = 90
PALE_LEVELS: Final = (3,)
_LIGHT_LEVELS: Final = (2, 3)  # dark pictogram on these, white on the others
_TYPE_INDEX: Final = {key: index for index, key in enumerate(TYPE_KEYS)}
STYLE_COUNT: Final = LEVEL_COUNT * len(TYPE_KEYS)


class SignKind(StrEnum):
    """How a hazard is drawn."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    DENSITY = "density"
    LAYER = "layer"


def style_number(type_key: str, level: int) -> int:
    """Number that sorts by importance: ungraded first, blue, yellow, orange, red last (on top)."""
    band = 0 if level == NO_LEVEL else LEVEL_COUNT - level
    return band * len(TYPE_KEYS) + _TYPE_INDEX.get(type_key, _TYPE_INDEX[OTHER])


def style_numbers(
    type_keys: npt.NDArray[np.object_], levels: npt.NDArray[np.int8]
) -> npt.NDArray[np.int64]:
    """`style_number` for columns; unknown types count as `OTHER`, levels outside 1…4 as ungraded."""
    fallback = _TYPE_INDEX[OTHER]
    index = np.fromiter(
        (_TYPE_INDEX.get(key, fallback) for key in type_keys.tolist()), np.int64, len(type_keys)
    )
    graded = np.isin(levels, GRADES)
    band = np.where(graded, LEVEL_COUNT - levels.astype(np.int64), 0)
    return band * len(TYPE_KEYS) + index


def style_parts(style: int) -> tuple[str, int]:
    """Type key and level (0 ungraded) of a style number."""
    band, index = divmod(style, len(TYPE_KEYS))
    return TYPE_KEYS[index], NO_LEVEL if band == 0 else LEVEL_COUNT - band


def shape_of(type_key: str) -> SymbolShape:
    """Outline and pictogram of a type; the sign of `OTHER` for unknown keys."""
    return SHAPES.get(type_key, SHAPES[OTHER])


def level_colour(level: int) -> QColor:
    """Fill colour of a level (1 red … 4 blue, 0 ungraded)."""
    return QColor(LEVEL_COLOURS.get(level, LEVEL_COLOURS[NO_LEVEL]))


def level_label(level: int) -> str:
    """Written name of a level."""
    return _(RiskLevel.from_rank(level).label) if level in GRADES else _(UNGRADED_LABEL)


def type_label(type_key: str) -> str:
    """Written name of a type, or the key itself where the taxonomy does not know it."""
    return next((_(t.label) for t in taxonomy().types if t.key == type_key), type_key)


# -- painting signs ---------------------------------------------------------------------------------


def paint_symbol(
    painter: QPainter,
    type_key: str,
    level: int,
    at: tuple[float, float],
    size: float,
    *,
    digit: bool = True,
) -> None:
    """Paint a symbol as vectors.

    Args:
        painter: Any painter; its state is restored.
        type_key: Hazard type.
        level: 1…4, 0 ungraded.
        at: Its centre, painter units.
        size: Side of the square around the outline, painter units.
        digit: Whether to add the level's digit at the lower right corner.
    """
    shape = shape_of(type_key)
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


def line_sign(type_key: str) -> LineSign:
    """Dash pattern of a type."""
    return _LINE_SIGNS.get(type_key, _LINE_SIGNS[OTHER])


def line_pen(type_key: str, level: int, width: float) -> QPen:
    """Pen of a line hazard."""
    pen = QPen(level_colour(level), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    dashes = line_sign(type_key).dashes
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


def hatch_of(type_key: str) -> Hatch:
    """Hatch of a type's polygons."""
    return _HATCHES.get(type_key, Hatch.NONE)


# -- legend -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One line of a legend.

    Attributes:
        kind: How the sign is drawn.
        type_key: Hazard type, "" for an entry that explains a level only.
        level: 1…4 or 0; for a type entry the level it is drawn in (0: neutral grey).
        label: Text beside the sign.
        layer: The added layer it stands for, or None.
    """

    kind: SignKind
    type_key: str
    level: int
    label: str
    layer: MapLayer | None = None


def layer_entry(layer: MapLayer) -> LegendEntry:
    """The line of the legend for an added layer."""
    return LegendEntry(
        kind=SignKind.LAYER, type_key="layer", level=NO_LEVEL, label=layer.name, layer=layer
    )


def density_entry() -> LegendEntry:
    """The line of the legend for the density surface."""
    label = _("隐患密度：由疏到密")
    return LegendEntry(kind=SignKind.DENSITY, type_key="density", level=NO_LEVEL, label=label)


def legend_entries(
    present: FeatureTable | Iterable[tuple[str, int, SignKind]],
) -> tuple[LegendEntry, ...]:
    """The legend of what is there and nothing else: levels first, then types in the plan's order.

    Args:
        present: A table, or (type key, level, kind) triples.
    """
    triples = _present_in(present) if isinstance(present, FeatureTable) else set(present)
    levels = sorted({level for _key, level, _kind in triples}, key=lambda v: (v == NO_LEVEL, v))
    entries = [
        LegendEntry(kind=SignKind.POLYGON, type_key="", level=level, label=level_label(level))
        for level in levels
    ]
    seen = {(key, kind) for key, _level, kind in triples}
    for key in TYPE_KEYS:
        kinds = [kind for kind in SignKind if (key, kind) in seen]
        for kind in kinds:
            label = type_label(key) if len(kinds) == 1 else _kind_label(type_label(key), kind)
            entries.append(LegendEntry(kind=kind, type_key=key, level=NO_LEVEL, label=label))
    return tuple(entries)


def _kind_label(label: str, kind: SignKind) -> str:
    endings = {
        SignKind.POINT: _("{type}（点）"),
        SignKind.LINE: _("{type}（线）"),
        SignKind.POLYGON: _("{type}（面）"),
    }
    return endings[kind].format(type=label)


def _present_in(table: FeatureTable) -> set[tuple[str, int, SignKind]]:
    dimensions = shapely.get_dimensions(table.geometries)
    kinds = (SignKind.POINT, SignKind.LINE, SignKind.POLYGON)
    found: set[tuple[str, int, SignKind]] = set()
    columns: Any = zip(
        table.type_keys.tolist(), table.levels.tolist(), dimensions.tolist(), strict=True
    )
    for key, level, dimension in set(columns):
        known = key if key in _TYPE_INDEX else OTHER
        found.add((known, level if level in GRADES else NO_LEVEL, kinds[max(dimension, 0)]))
    return found


def paint_legend_sign(painter: QPainter, entry: LegendEntry, box: QRectF) -> None:
    """Paint the sign of a legend entry into ``box``."""
    size = min(box.width(), box.height())
    centre = (box.center().x(), box.center().y())
    if entry.layer is not None:
        paint_layer_sign(painter, entry.layer, box)
    elif entry.kind is SignKind.DENSITY:
        paint_density_sign(painter, box)
    elif entry.type_key == "":
        _paint_level_swatch(painter, entry.level, box)
    elif entry.kind is SignKind.POINT:
        paint_symbol(painter, entry.type_key, entry.level, centre, size, digit=False)
    elif entry.kind is SignKind.LINE:
        painter.save()
        painter.setPen(line_pen(entry.type_key, entry.level, size * 0.09))
        painter.drawLine(QLineF(box.left(), centre[1], box.right(), centre[1]))
        painter.restore()
        paint_symbol(painter, entry.type_key, entry.level, centre, size * 0.62, digit=False)
    else:
        paint_area_swatch(painter, entry.type_key, entry.level, box)
        paint_symbol(painter, entry.type_key, entry.level, centre, size * 0.62, digit=False)


def paint_area_swatch(painter: QPainter, type_key: str, level: int, box: QRectF) -> None:
    """A small rectangle filled and hatched as polygons of the type are."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(area_brush(level))
    painter.drawRect(box)
    hatch_box(painter, box, hatch_of(type_key), level_colour(level))
    painter.setPen(area_pen(level, box.height() * 0.07))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    painter.restore()


def _paint_level_swatch(painter: QPainter, level: int, box: QRectF) -> None:
    painter.save()
    painter.setPen(QPen(QColor(INK), box.height() * 0.05))
    painter.setBrush(level_colour(level))
    painter.drawRoundedRect(box, box.height() * 0.2, box.height() * 0.2)
    if level != NO_LEVEL:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pictogram_colour(level))
        scale = box.height() * 0.66
        centre = box.center()
        path: QPainterPath = digit_path(level)
        painter.drawPath(
            QTransform(scale, 0, 0, scale, centre.x() - scale * 0.3, centre.y() - scale / 2).map(
                path
            )
        )
    painter.restore()
