"""Counting areas over the shipped boundaries and the office's townships."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.public_counts import CountArea
from qhd_riskmap.domain.redaction import PublicAreas
from qhd_riskmap.domain.region import regions


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipOutline:
    """One township polygon the office loaded.

    Attributes:
        geometry: CGCS2000 degrees.
    """

    name: str
    geometry: BaseGeometry


def public_areas(townships: Iterable[TownshipOutline] = ()) -> PublicAreas:
    """Areas of the city; by township where townships are given."""
    known = regions()
    outlines = list(townships)
    return PublicAreas(
        city=CountArea(code=known.city.code, name=known.city.name),
        county_at=_county_at,
        county_names={region.code: region.name for region in known.current()},
        township_at=_Townships(outlines).at if outlines else None,
    )


def _county_at(lon: float, lat: float) -> str:
    # A node may fall into the sea or across the border of the city.
    return boundaries().county_at(lon, lat) or boundaries().nearest_county(lon, lat)[0]


class _Townships:
    def __init__(self, outlines: list[TownshipOutline]) -> None:
        self._names = [outline.name for outline in outlines]
        self._tree = shapely.STRtree([outline.geometry for outline in outlines])

    def at(self, lon: float, lat: float) -> str:
        """Name of the township at a place, or ""; shared borders go to the first name."""
        rows = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return min((self._names[row] for row in rows), default="")
