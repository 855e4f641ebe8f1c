"""One place on the ground as a small picture: what the register holds, or what the public would see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from PySide6.QtGui import QImage
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.cartography.basemap_painter import prepare_basemap
from qhd_riskmap.cartography.map_options import DARK, LIGHT, MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable, feature_table
from qhd_riskmap.domain.levels import RiskLevel

_PROJECTION = Projection.GK


def place_picture(
    geometry: BaseGeometry,
    type_key: str,
    level: RiskLevel | None,
    bounds: Bounds,
    size: tuple[int, int],
    *,
    ratio: float = 1.0,
    dark: bool = False,
) -> QImage:
    """A hazard on the ground, drawn as the map draws it; no name is written.

    Args:
        geometry: CGCS2000 degrees.
        type_key: Its type.
        level: Its level, or None.
        bounds: What must be seen, degrees.
        size: Width and height in pixels of the window.
        ratio: Dots per pixel.
        dark: In the colours of the dark theme.
    """
    viewport = Viewport.fit(bounds, *size, projection=_PROJECTION, device_pixel_ratio=ratio)
    options = replace(MapOptions(), labels=False, palette=DARK if dark else LIGHT)
    return render_image(
        prepare(_table(geometry, type_key, level), _PROJECTION),
        prepare_basemap(boundaries(), _PROJECTION),
        viewport,
        options,
    )


def around(geometries: list[BaseGeometry], margin_deg: float) -> Bounds:
    """Bounds that hold all of them with a margin."""
    west, south, east, north = shapely.total_bounds(np.array(geometries, dtype=object)).tolist()
    return (west - margin_deg, south - margin_deg, east + margin_deg, north + margin_deg)


def _table(geometry: BaseGeometry, type_key: str, level: RiskLevel | None) -> FeatureTable:
    geometries = np.empty(1, dtype=object)
    geometries[0] = geometry
    return feature_table(
        ids=["place"], codes=[""], names=[""], type_keys=[type_key],
        levels=[level.rank if level else NO_LEVEL], counties=[""], units=[""], townships=[""],
        revisions=[0], geometries=geometries,
    )  # fmt: skip
