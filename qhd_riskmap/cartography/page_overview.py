"""The small map that shows where a sheet lies in the city.

Only the city and its neighbours in Hebei are drawn: a locator map of more would need boundaries that
this program does not ship and may not invent (DOMAIN 1.7, PM18).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.basemap_painter import name_place
from qhd_riskmap.cartography.labels import (
    Label,
    LabelStyle,
    OccupiedGround,
    paint_label,
    place_labels,
)
from qhd_riskmap.cartography.map_options import LIGHT
from qhd_riskmap.cartography.page_furniture import heading, heading_height, page_box
from qhd_riskmap.cartography.page_model import UNITS_PER_MM, Box, PlacedItem, SheetMap
from qhd_riskmap.cartography.projection import FloatArray, Projection
from qhd_riskmap.cartography.qt_arrays import path_of, polygon_of
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.region import regions
from qhd_riskmap.i18n import _

_HEBEI: Final = frozenset({"唐山市", "承德市"})
_SHAPE: Final = 0.78  # height to width
_HIGHEST: Final = 17.0  # letters
_NAMES_REACH: Final = 4.0  # in heights of a letter: how far a name moves from the frame
_COARSE_DEG: Final = 0.002
_AIR: Final = 0.05
_HERE: Final = "#DCE8DF"
_FRAME: Final = "#1D5B4F"
_EDGE_POINTS: Final = 9


def overview_map(box: Box, main: Viewport, *, wide: bool) -> SheetMap:
    """The transform of a small map that fills ``box`` (millimetres).

    Args:
        box: Where it stands.
        main: The map of the sheet; the small one holds it whole where there is ground to draw.
        wide: It shows what lies around the city too.
    """
    width, height = (max(1, round(value * UNITS_PER_MM)) for value in box[2:])
    around = boundaries().context
    bounds = around if wide else _together(boundaries().city.bounds, main.visible_bounds(), around)
    view = Viewport.fit(
        bounds, width, height, projection=Projection.GK, margin_px=_AIR * min(width, height)
    )
    return SheetMap(frame=box, viewport=view, scale=view.scale_denominator(UNITS_PER_MM * 25.4))


def _together(one: Bounds, other: Bounds, limit: Bounds) -> Bounds:
    """What holds both, within ``limit``."""
    return (
        max(min(one[0], other[0]), limit[0]), max(min(one[1], other[1]), limit[1]),
        min(max(one[2], other[2]), limit[2]), min(max(one[3], other[3]), limit[3]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OverviewBlock:
    """位置示意.

    Attributes:
        main: The map whose place is shown.
        county: Division that is tinted; None tints the city among its neighbours.
    """

    main: Viewport
    county: str | None = None

    def height(self, width: float, text: float) -> float:
        """See `Block`."""
        return heading_height(text) + min(width * _SHAPE, _HIGHEST * text)

    def paint(self, painter: QPainter, box: QRectF, text: float) -> list[PlacedItem]:
        """See `Block`."""
        head = heading(painter, _("位置示意"), box, text)
        frame = box.adjusted(0, head, 0, 0)
        # Whole units, as the transform that is computed back from the box has them.
        frame.setSize(frame.size().toSize().toSizeF())
        view = overview_map(page_box(frame), self.main, wide=self.county is None).viewport
        painter.save()
        painter.translate(frame.topLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#FFFFFF"))
        painter.drawRect(QRectF(0, 0, frame.width(), frame.height()))
        self._ground(painter, view, text)
        edges = self._edges(view)
        self._place(painter, edges, text)
        self._names(painter, view, edges, text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#8C8577"), text * 0.06))
        painter.drawRect(QRectF(0, 0, frame.width(), frame.height()))
        painter.restore()
        return [PlacedItem(kind="overview", box=page_box(frame))]

    def _ground(self, painter: QPainter, view: Viewport, text: float) -> None:
        thin = QPen(QColor(LIGHT.neighbour_boundary), text * 0.04)
        _paint(painter, _layers()["neighbours"], view, LIGHT.neighbour, thin)
        _paint(painter, _layers()["sea"], view, LIGHT.sea, QPen(Qt.PenStyle.NoPen))
        edge = QPen(QColor(LIGHT.boundary), text * 0.05)
        for code, shape in _layers()["counties"].items():
            colour = _HERE if self.county in (None, code) else LIGHT.land
            _paint(painter, {code: shape}, view, colour, edge)
        _paint(painter, _layers()["city"], view, "", QPen(QColor(LIGHT.city_boundary), text * 0.09))

    def _edges(self, view: Viewport) -> list[FloatArray]:
        """The edge of the sheet's map in parts, cut off where the small map ends."""
        width, height = float(self.main.width), float(self.main.height)
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height), (0, 0)])
        steps = np.linspace(0, 1, _EDGE_POINTS, endpoint=False)[:, None]
        edge = np.vstack([a + (b - a) * steps for a, b in pairwise(corners)])
        lon, lat = self.main.to_lonlat(edge[:, 0], edge[:, 1])
        ring = np.column_stack(view.to_screen(lon, lat))
        inside = shapely.clip_by_rect(
            shapely.linearrings(ring), 0, 0, float(view.width), float(view.height)
        )
        return [shapely.get_coordinates(part) for part in shapely.get_parts(inside)]

    def _place(self, painter: QPainter, edges: list[FloatArray], text: float) -> None:
        pen = QPen(QColor(_FRAME), text * 0.14)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in edges:
            painter.drawPolyline(polygon_of(part))

    def _names(
        self, painter: QPainter, view: Viewport, edges: list[FloatArray], text: float
    ) -> None:
        """Names move away from the edge: their halo would break it."""
        ground = OccupiedGround(view.width, view.height, text * 0.2)
        shunned = ground.copy()
        for part in edges:
            line = shapely.linestrings(part)
            steps = np.arange(0.0, shapely.length(line), text * 0.2)
            dense = shapely.line_interpolate_point(line, steps)
            shunned.block_marks(shapely.get_coordinates(dense), text * 0.2)
        style = LabelStyle(text * 0.72, LIGHT.division_text, LIGHT.land)
        wishes = _county_labels(view, style) if self.county else _city_labels(view, style)
        for placed in place_labels(wishes, ground, shunned):
            paint_label(painter, placed, vector=True)


def _county_labels(view: Viewport, style: LabelStyle) -> Iterator[Label]:
    for region in regions().current():
        lon, lat = _name_places()[region.code]
        x, y = view.to_screen(lon, lat)
        yield Label(
            region.short_name, float(x), float(y), 0.0, style, reach=_NAMES_REACH * style.size
        )


def _city_labels(view: Viewport, style: LabelStyle) -> Iterator[Label]:
    west, south, east, north = boundaries().context
    places = {regions().city.name: boundaries().city, _("渤海"): boundaries().sea}
    places |= {name: boundaries().neighbours[name] for name in sorted(_HEBEI)}
    for name, shape in places.items():
        near = shapely.clip_by_rect(shape, west, south, east, north)
        x, y = view.to_screen(*name_place(near))
        yield Label(name, float(x), float(y), 0.0, style, reach=_NAMES_REACH * style.size)


@cache
def _name_places() -> dict[str, tuple[float, float]]:
    return {code: name_place(shape) for code, shape in boundaries().counties.items()}


@cache
def _layers() -> dict[str, dict[str, Any]]:
    """Coarse shapes of what the small map draws."""
    land = boundaries()
    near = {name: shape for name, shape in land.neighbours.items() if name in _HEBEI}
    groups: dict[str, dict[str, Any]] = {
        "neighbours": near,
        "sea": {"sea": land.sea},
        "counties": dict(land.counties),
        "city": {"city": land.city},
    }
    return {
        group: {name: shapely.simplify(shape, _COARSE_DEG) for name, shape in shapes.items()}
        for group, shapes in groups.items()
    }


def _paint(
    painter: QPainter, shapes: dict[str, Any], view: Viewport, colour: str, pen: QPen
) -> None:
    painter.setPen(pen)
    if colour:
        painter.setBrush(QColor(colour))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
    window = (0.0, 0.0, float(view.width), float(view.height))
    for shape in shapes.values():
        flat = shapely.transform(shape, lambda c: np.column_stack(view.to_screen(c[:, 0], c[:, 1])))
        for part in shapely.get_parts(shapely.clip_by_rect(flat, *window)):
            rings = [part.exterior, *part.interiors]
            coordinates = [shapely.get_coordinates(ring) for ring in rings]
            offsets = np.cumsum([0, *(len(each) for each in coordinates)])
            painter.drawPath(path_of(np.vstack(coordinates), offsets))
