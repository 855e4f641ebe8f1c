"""Names of villages and townships people may look for on a public page.

They are public geography, every one the office has loaded, whatever lies near it: a list that left some
out would tell where something is. Positions are hundredths of a degree, about a kilometre, which says
where a village is and nothing of what stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.receptor import Receptor, kind_of
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import ReleaseRules, clean_public_text

_VILLAGE: Final = "village"
_DECIMALS: Final = 2
_LONGEST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PublicPlace:
    """One name and where it is.

    Attributes:
        area: Division and township, e.g. "昌黎县 泥井镇"; "" where the place itself is a township.
        lon: Degrees, `_DECIMALS` decimals.
        lat: The same.
    """

    name: str
    area: str
    lon: float
    lat: float


def public_places(
    townships: Iterable[tuple[str, BaseGeometry]],
    receptors: Iterable[Receptor],
    rules: ReleaseRules,
    county: str | None = None,
) -> tuple[PublicPlace, ...]:
    """Every township and village of the office, sorted, twins once.

    Args:
        townships: Name and outline, CGCS2000 degrees.
        receptors: Only villages are taken, and only under a name that is a settlement's.
        rules: Forms of names, and what no public text may hold.
        county: Division code the places are limited to; None for the city.
    """
    found = {_place(name, "", outline) for name, outline in townships if rules.is_township(name)}
    for receptor in receptors:
        name = clean_public_text(receptor.name)
        if kind_of(receptor.kind).key == _VILLAGE and _is_settlement(name, rules):
            township = receptor.township if rules.is_township(receptor.township) else ""
            found.add(_place(name, township, receptor.geometry))
    known = sorted(found)
    if county is None:
        return tuple(known)
    shape = boundaries().counties[county]
    return tuple(place for place in known if shape.covers(shapely.Point(place.lon, place.lat)))


def _is_settlement(name: str, rules: ReleaseRules) -> bool:
    return len(name) <= _LONGEST and bool(rules.settlement.search(name)) and not rules.hits(name)


def _place(name: str, township: str, geometry: BaseGeometry) -> PublicPlace:
    inside = geometry.representative_point()
    lon, lat = round(inside.x, _DECIMALS), round(inside.y, _DECIMALS)
    code = boundaries().county_at(inside.x, inside.y)
    division = regions().get(code).name if code else ""
    area = " ".join(filter(None, (division, clean_public_text(township))))
    return PublicPlace(name=clean_public_text(name), area=area, lon=lon, lat=lat)
