"""Paints the ground of the map: sea, divisions, their outlines and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import shapely
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.canvas import Canvas
from qhd_riskmap.cartography.geometry_arrays import Ragged
from qhd_riskmap.cartography.path_layer import PathLayer, path_layer
from qhd_riskmap.cartography.path_painter import runs, visible_parts
from qhd_riskmap.cartography.projection import FloatArray, Projection
from qhd_riskmap.cartography.qt_arrays import path_of, polygon_of
from qhd_riskmap.cartography.viewport import Bounds
from qhd_riskmap.domain.region import regions
from qhd_riskmap.i18n import _


class BoundaryGeometries(Protocol):
    """The part of `domain.boundaries.Boundaries` that is painted; CGCS2000 degrees."""

    @property
    def counties(self) -> Mapping[str, Any]:
        """Division code to polygon."""

    @property
    def city(self) -> Any:
        """Outline polygon of the city."""

    @property
    def coastline(self) -> Any:
        """Lines of the coast."""

    @property
    def sea(self) -> Any:
        """Polygon of the sea."""

    @property
    def neighbours(self) -> Mapping[str, Any]:
        """Name to polygon of the surrounding divisions."""

    @property
    def context(self) -> Bounds:
        """West, south, east, north of the part around the city where names shall stand."""


class NameKind(Enum):
    """What a name on the ground belongs to."""

    DIVISION = "division"
    NEIGHBOUR = "neighbour"
    SEA = "sea"


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionName:
    """A name on the ground.

    Attributes:
        code: Division code, or "" for a neighbour and the sea.
        name: Official name.
        short_name: For crowded maps.
        lonlat: Where it stands, degrees.
        reach_deg: Degrees of latitude from there to the edge of what it names.
        kind: What it names.
    """

    code: str
    name: str
    short_name: str
    lonlat: tuple[float, float]
    reach_deg: float
    kind: NameKind = NameKind.DIVISION


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBasemap:
    """Projected ground layers.

    Attributes:
        projection: Plane of all coordinates.
        extent: West, south, east, north of the city, degrees.
        sea: The sea.
        neighbours: Surrounding divisions.
        counties: The city's divisions.
        city: Its outline.
        coastline: The shore.
        names: Names of divisions and neighbours.
        name_xy: (k, 2) where they stand on the plane, metres.
        name_reach: (k) how far from there they stay inside what they name, plane metres.
    """

    projection: Projection
    extent: Bounds
    sea: PathLayer
    neighbours: PathLayer
    counties: PathLayer
    city: PathLayer
    coastline: PathLayer
    names: tuple[DivisionName, ...]
    name_xy: FloatArray
    name_reach: FloatArray


def prepare_basemap(
    boundaries: BoundaryGeometries, projection: Projection = Projection.MERCATOR
) -> PreparedBasemap:
    """Project the boundaries once."""
    names = tuple(_names(boundaries))
    lonlat = np.array([n.lonlat for n in names], dtype=np.float64).reshape(-1, 2)
    rim = np.array([(lon, lat + n.reach_deg) for n, (lon, lat) in zip(names, lonlat, strict=True)])
    name_xy, rims = (
        projection.forward_pairs(places) if len(places) else np.empty((0, 2))
        for places in (lonlat, rim)
    )
    return PreparedBasemap(
        projection=projection,
        extent=tuple(shapely.bounds(boundaries.city).tolist()),
        sea=_layer([boundaries.sea], projection, closed=True),
        neighbours=_layer(list(boundaries.neighbours.values()), projection, closed=True),
        counties=_layer(list(boundaries.counties.values()), projection, closed=True),
        city=_layer([boundaries.city], projection, closed=True),
        coastline=_layer([boundaries.coastline], projection, closed=False),
        names=names,
        name_xy=name_xy,
        name_reach=rims[:, 1] - name_xy[:, 1],
    )


def paint_ground(canvas: Canvas, basemap: PreparedBasemap) -> None:
    """Paint land and sea."""
    colours = canvas.options.palette
    _fill(canvas, basemap.neighbours, colours.neighbour)
    _fill(canvas, basemap.sea, colours.sea)
    _fill(canvas, basemap.counties, colours.land)


def paint_outlines(canvas: Canvas, basemap: PreparedBasemap) -> None:
    """Paint shore and boundaries, over added layers; names are written after the hazards."""
    colours = canvas.options.palette
    width = canvas.options.outline_width
    _stroke(canvas, basemap.neighbours, _pen(colours.neighbour_boundary, 0.8 * width))
    _stroke(canvas, basemap.coastline, _pen(colours.coastline, width))
    band = _pen(colours.city_boundary, 5 * width)
    faint = band.color()
    faint.setAlpha(40)
    band.setColor(faint)
    _stroke(canvas, basemap.city, band)
    county = _pen(colours.boundary, width)
    county.setDashPattern([7.0, 2.5, 1.5, 2.5])
    _stroke(canvas, basemap.counties, county)
    _stroke(canvas, basemap.city, _pen(colours.city_boundary, 1.3 * width))


def _pen(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _fill(canvas: Canvas, layer: PathLayer, colour: str) -> None:
    painter, pixels = canvas.painter, _pixels(canvas, layer)
    # Shared edges must not show the ground through: unsmoothed fills meet exactly.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, canvas.options.vector)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    for _owner, first, last in runs(pixels.owner):
        canvas.check()
        offsets = pixels.offsets[first : last + 1]
        painter.drawPath(path_of(pixels.xy[offsets[0] : offsets[-1]], offsets - offsets[0]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _stroke(canvas: Canvas, layer: PathLayer, pen: QPen) -> None:
    pixels = _pixels(canvas, layer)
    canvas.painter.setPen(pen)
    canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
    for start, end in pairwise(pixels.offsets.tolist()):
        canvas.check()
        canvas.painter.drawPolyline(polygon_of(pixels.xy[start:end]))


def _pixels(canvas: Canvas, layer: PathLayer) -> Ragged:
    visible = layer.visible(canvas.viewport.plane_bounds(64.0))
    ragged = visible_parts(layer, visible, canvas.viewport, canvas.options)
    return Ragged(canvas.viewport.plane_to_screen(ragged.xy), ragged.offsets, ragged.owner)


def _layer(geometries: list[Any], projection: Projection, *, closed: bool) -> PathLayer:
    column: npt.NDArray[Any] = np.empty(len(geometries), dtype=object)
    column[:] = geometries
    column = column[~shapely.is_empty(column)]
    numbers = np.arange(len(column), dtype=np.int64)
    return path_layer(column, numbers, numbers, projection, closed=closed)


def _names(boundaries: BoundaryGeometries) -> list[DivisionName]:
    known = {region.code: region for region in regions().divisions}
    result = []
    for code, geometry in boundaries.counties.items():
        region = known.get(code)
        name, short = (region.name, region.short_name) if region else (code, code)
        result.append(_name(geometry, name, short, code=code))
    for name, geometry in boundaries.neighbours.items():
        near = _around_city(geometry, boundaries)
        result.append(_name(near, name, name, kind=NameKind.NEIGHBOUR))
    if not shapely.is_empty(boundaries.sea):
        sea = _("渤海")
        near = _around_city(boundaries.sea, boundaries)
        result.append(_name(near, sea, sea, kind=NameKind.SEA))
    return result


def _name(
    geometry: Any, name: str, short_name: str, *, code: str = "", kind: NameKind = NameKind.DIVISION
) -> DivisionName:
    lonlat, reach = _largest_circle(geometry)
    return DivisionName(
        code=code, name=name, short_name=short_name, lonlat=lonlat, reach_deg=reach, kind=kind
    )


def _around_city(geometry: Any, boundaries: BoundaryGeometries) -> Any:
    """The part near the city, so that a name stands where the map usually looks; whole if none."""
    near = shapely.clip_by_rect(geometry, *boundaries.context)
    return geometry if shapely.is_empty(near) else near


def name_place(geometry: Any) -> tuple[float, float]:
    """Where a division's name stands: the middle of the largest circle inside its largest part."""
    return _largest_circle(geometry)[0]


def _largest_circle(geometry: Any) -> tuple[tuple[float, float], float]:
    """Longitude and latitude of the middle, and the radius in degrees of latitude."""
    parts = shapely.get_parts(geometry)
    largest = max(parts, key=shapely.area)
    # Degrees of longitude are shorter; without this the circle would be an ellipse lying down.
    squeeze = float(np.cos(np.radians(largest.centroid.y)))
    flat = shapely.transform(largest, lambda c: c * (squeeze, 1.0))
    line = shapely.maximum_inscribed_circle(flat, tolerance=0.002)
    x, y = shapely.get_coordinates(line)[0]
    return (float(x / squeeze), float(y)), float(shapely.length(line))
