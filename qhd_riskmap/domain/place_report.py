"""What is public around a place: nothing but published positions, at rounded distances.

Everything is measured from the middle of the place's own 100 m cell to the published geometry, and
rounded to the published cell. Many reports from many places together therefore tell where the public
position is, which the map tells anyway, and nothing more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.geodesy import distance_m, metres_per_degree
from qhd_riskmap.geo.grid import snap_to_grid
from qhd_riskmap.i18n import _

PLACE_CELL_M = 100.0
LEAST_RADIUS_M, LARGEST_RADIUS_M = 500.0, 20_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NearHazard:
    """One public record near the place.

    Attributes:
        distance_m: From the place, rounded to the published cell; 0 within it.
    """

    hazard: PublicHazard
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReport:
    """The public risks around a place.

    Attributes:
        name: What the place is called.
        lonlat: Middle of its cell, CGCS2000 degrees.
        radius_m: How far was looked.
        county: Division it lies in.
        near: Nearest first; those equally near in the order of the public content.
        counts: Numbers of the division, for types without positions.
    """

    name: str
    lonlat: tuple[float, float]
    radius_m: float
    county: str
    near: tuple[NearHazard, ...]
    counts: tuple[PublicCount, ...]


def place_report(
    public: PublicSet, lon: float, lat: float, *, radius_m: float, name: str
) -> PlaceReport:
    """Look around a place.

    Raises:
        InvalidInputError: The place is outside the city or the radius makes no sense.
    """
    if not LEAST_RADIUS_M <= radius_m <= LARGEST_RADIUS_M:
        raise InvalidInputError(_("半径应在 0.5 到 20 公里之间。"))
    if not (math.isfinite(lon) and math.isfinite(lat)) or not boundaries().county_at(lon, lat):
        raise InvalidInputError(_("这个地点不在秦皇岛市范围内。"), hint=_("请核对经纬度的顺序。"))
    x, y = (float(value) for value in snap_to_grid(lon, lat, PLACE_CELL_M))
    county = boundaries().nearest_county(x, y)[0]
    found = [
        NearHazard(hazard=hazard, distance_m=_rounded(hazard, x, y)) for hazard in public.hazards
    ]
    near = [each for each in found if each.distance_m <= radius_m]
    return PlaceReport(
        name=name,
        lonlat=(x, y),
        radius_m=radius_m,
        county=county,
        near=tuple(sorted(near, key=lambda each: each.distance_m)),
        counts=_counts_of(public.counts, county),
    )


def _rounded(hazard: PublicHazard, lon: float, lat: float) -> float:
    """Distance to the nearest published place, a whole number of its cells."""
    # Degrees are not square: compare in local metres, then measure on the ellipsoid.
    scale = np.array(metres_per_degree(lat))
    here = shapely.Point(np.array([lon, lat]) * scale)
    flat = shapely.transform(hazard.geometry, lambda points: points * scale)
    _start, end = shapely.get_coordinates(shapely.shortest_line(here, flat)) / scale
    metres = float(distance_m(lon, lat, end[0], end[1]))
    return round(metres / hazard.cell_m) * hazard.cell_m


def _counts_of(counts: Sequence[PublicCount], county: str) -> tuple[PublicCount, ...]:
    """Numbers printed for the division as a whole."""
    return tuple(count for count in counts if count.area_code == county and not count.merged)


def distance_text(near: NearHazard) -> str:
    """As printed: kilometres with as many places as the published cell allows."""
    if near.distance_m == 0:
        return _("所在网格内")
    kilometres = near.distance_m / 1000
    return _("约 {n} 公里").format(n=f"{kilometres:.1f}" if near.hazard.cell_m < 1000 else f"{kilometres:.0f}")  # fmt: skip  # noqa: PLR2004 - metres in a km
