"""The legend: what is in view and nothing else, each with the sign the map has for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from qhd_riskmap.cartography.coverage_hatch import paint_area_sign
from qhd_riskmap.cartography.density import paint_density_sign
from qhd_riskmap.cartography.digit_paths import digit_path
from qhd_riskmap.cartography.hatching import hatch_box
from qhd_riskmap.cartography.layer_sign import paint_layer_sign
from qhd_riskmap.cartography.styles import GRADES, SIGN_KEYS, sign_of
from qhd_riskmap.cartography.symbols import (
    INK,
    area_brush,
    area_pen,
    hatch_of,
    level_colour,
    level_label,
    line_pen,
    paint_symbol,
    pictogram_colour,
    sign_label,
)
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable
from qhd_riskmap.domain.map_layer import MapLayer
from qhd_riskmap.domain.public_coverage import AreaState
from qhd_riskmap.i18n import _


class SignKind(StrEnum):
    """How a hazard is drawn."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    DENSITY = "density"
    LAYER = "layer"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One line of a legend.

    Attributes:
        kind: How the sign is drawn.
        type_key: Sign of a type or sub-kind, "" for an entry that explains a level only.
        level: 1…4 or 0; for a type entry the level it is drawn in (0: neutral grey).
        label: Text beside the sign.
        layer: The added layer it stands for, or None.
        area: How a division that was not surveyed is marked, or None.
    """

    kind: SignKind
    type_key: str
    level: int
    label: str
    layer: MapLayer | None = None
    area: AreaState | None = None


def coverage_entry(state: AreaState) -> LegendEntry:
    """The line of the legend for divisions that were not surveyed."""
    return LegendEntry(
        kind=SignKind.COVERAGE, type_key="coverage", level=NO_LEVEL, label=state.label, area=state
    )


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
        present: A table, or (sign, level, kind) triples.
    """
    triples = _present_in(present) if isinstance(present, FeatureTable) else set(present)
    levels = sorted({level for _key, level, _kind in triples}, key=lambda v: (v == NO_LEVEL, v))
    entries = [
        LegendEntry(kind=SignKind.POLYGON, type_key="", level=level, label=level_label(level))
        for level in levels
    ]
    seen = {(key, kind) for key, _level, kind in triples}
    for key in SIGN_KEYS:
        kinds = [kind for kind in SignKind if (key, kind) in seen]
        for kind in kinds:
            label = sign_label(key) if len(kinds) == 1 else _kind_label(sign_label(key), kind)
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
    kinds = (SignKind.POINT, SignKind.LINE, SignKind.POLYGON)
    found: set[tuple[str, int, SignKind]] = set()
    columns: Any = zip(
        table.type_keys.tolist(), table.sub_kinds.tolist(), table.levels.tolist(),
        table.dimensions.tolist(), strict=True,
    )  # fmt: skip
    for key, sub_kind, level, dimension in set(columns):
        known = level if level in GRADES else NO_LEVEL
        found.add((sign_of(key, sub_kind), known, kinds[max(dimension, 0)]))
    return found


def paint_legend_sign(painter: QPainter, entry: LegendEntry, box: QRectF) -> None:
    """Paint the sign of a legend entry into ``box``."""
    size = min(box.width(), box.height())
    centre = (box.center().x(), box.center().y())
    if entry.layer is not None:
        paint_layer_sign(painter, entry.layer, box)
    elif entry.area is not None:
        paint_area_sign(painter, entry.area, box)
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


def paint_area_swatch(painter: QPainter, sign: str, level: int, box: QRectF) -> None:
    """A small rectangle filled and hatched as polygons of the sign's type are."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(area_brush(level))
    painter.drawRect(box)
    hatch_box(painter, box, hatch_of(sign), level_colour(level))
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
