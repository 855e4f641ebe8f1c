"""What lies at a place of the map, and selecting by areas: the questions of the selecting tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.place_index import Found
from qhd_riskmap.ui.map.scene import LINE_TOLERANCE_PX, SYMBOL_TOLERANCE_PX
from qhd_riskmap.ui.toolkit.selection import REPLACE

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas


def identify(canvas: MapCanvas, lon: float, lat: float) -> list[Found]:
    """Everything shown at a place, each with its distance on the ground."""
    scene = canvas.scene
    if scene is None:
        return []
    pixel = canvas.viewport.metres_per_pixel()
    symbol = (canvas.options.symbol_size / 2 + SYMBOL_TOLERANCE_PX) * pixel
    return scene.index.identify(lon, lat, points_m=symbol, lines_m=LINE_TOLERANCE_PX * pixel)


def select_area(canvas: MapCanvas, area: BaseGeometry, how: str = REPLACE) -> None:
    """Select what touches an area (CGCS2000 degrees): instead of, besides or out of the rest."""
    scene = canvas.scene
    if scene is not None:
        found = scene.table.ids[scene.index.touching(area)].tolist()
        canvas.selection.combine(found, how, by=canvas)


def select_within(
    canvas: MapCanvas, place: tuple[float, float], metres: float, how: str = REPLACE
) -> None:
    """Select what lies within a distance on the ground of a place (longitude, latitude)."""
    scene = canvas.scene
    if scene is not None:
        found = scene.table.ids[scene.index.within(*place, metres)].tolist()
        canvas.selection.combine(found, how, by=canvas)


def select_all(canvas: MapCanvas) -> None:
    """Select every hazard shown."""
    canvas.selection.set(canvas.table.ids.tolist(), by=canvas)


def invert_selection(canvas: MapCanvas) -> None:
    """Select what is shown and was not selected."""
    chosen = frozenset(canvas.selection.ids)
    others = [each for each in canvas.table.ids.tolist() if each not in chosen]
    canvas.selection.set(others, by=canvas)


def selected_shapes(canvas: MapCanvas) -> npt.NDArray[Any]:
    """Geometries of the selected hazards that are shown."""
    rows = canvas.table.rows_of(canvas.selection.ids)
    shapes: npt.NDArray[Any] = canvas.table.geometries[rows]
    return shapes
