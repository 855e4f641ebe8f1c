"""Where the city's divisions, its neighbours and the sea lie.

Read from ``resources/basemap/qhd_basemap.npz``, made by ``resources/basemap/build_basemap.py``
(docs/adr/0010). The boundaries are a sketch for orientation and checks, no proof of any border; the
shore is that of the divisions, so a point on a pier may lie in the sea.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import shapely
from numpy.typing import ArrayLike
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.county_grid import CountyGrid, exact_index_of
from qhd_riskmap.domain.feature_table import TextColumn
from qhd_riskmap.errors import ResourceMissingError
from qhd_riskmap.geo.geodesy import distance_m, metres_per_degree
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import resource

NOWHERE: Final = ""
_WORTH_A_GRID: Final = 5000  # points; laying the grid takes as long as testing so many exactly
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boundaries:
    """The shipped basemap; every geometry in CGCS2000 degrees.

    Attributes:
        counties: The seven county-level divisions, code → MultiPolygon; shared borders are identical.
        city: Their union.
        neighbours: Name of the neighbouring city → MultiPolygon, whole; coarse outside `context`.
        sea: The Bohai Sea and what lies around it (115.5-124 E, 37-43 N), up to the divisions' shore;
            coarse outside `context`.
        coastline: That shore, without the straight edges where the sea's window ends.
        context: West, south, east, north of the part of the world whose places may be registered.
    """

    counties: Mapping[str, BaseGeometry]
    city: BaseGeometry
    neighbours: Mapping[str, BaseGeometry]
    sea: BaseGeometry
    coastline: BaseGeometry
    context: tuple[float, float, float, float]

    def counties_of(self, lon: ArrayLike, lat: ArrayLike) -> TextColumn:
        """Division codes of many points, `NOWHERE` outside the city; arrays of equal length n.

        A point on a shared border belongs to the division with the lower code.
        """
        x, y = (
            np.atleast_1d(np.asarray(lon, dtype=float)),
            np.atleast_1d(np.asarray(lat, dtype=float)),
        )
        codes = sorted(self.counties)
        names: TextColumn = np.array([NOWHERE, *codes], dtype=object)[self.county_index_of(x, y)]
        return names

    def county_index_of(self, x: FloatArray, y: FloatArray) -> npt.NDArray[np.int8]:
        """Like `counties_of`: place of each point's code among the codes in order, from 1; 0 outside."""
        if len(x) < _WORTH_A_GRID:
            return exact_index_of([self.counties[code] for code in sorted(self.counties)], x, y)
        return _grid_of(self).index_of(x, y)

    def county_at(self, lon: float, lat: float) -> str | None:
        """Code of the division that holds a point, or None outside the city.

        >>> boundaries().county_at(119.776, 39.979)
        '130303'
        """
        return self.counties_of(lon, lat)[0] or None

    def nearest_county(self, lon: float, lat: float) -> tuple[str, float]:
        """Code of the nearest division and the distance to it in metres, 0 inside."""
        inside = self.county_at(lon, lat)
        if inside is not None:
            return inside, 0.0
        # Degrees are not square: compare in local metres, then measure on the ellipsoid.
        scale = np.array(metres_per_degree(lat))
        here: Any = shapely.Point(np.array([lon, lat]) * scale)
        distances = []
        for code, county in self.counties.items():
            flat = shapely.transform(county, lambda points: points * scale)
            _start, end = shapely.get_coordinates(shapely.shortest_line(here, flat)) / scale
            distances.append((float(distance_m(lon, lat, end[0], end[1])), code))
        distance, code = min(distances)
        return code, distance

    def in_sea(self, lon: float, lat: float) -> bool:
        """Whether a point lies in the sea, so far as the basemap reaches."""
        return bool(shapely.intersects_xy(self.sea, lon, lat))

    def inside_context(self, lon: ArrayLike, lat: ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether points lie in the city or in the part of a neighbouring city inside `context`."""
        x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        west, south, east, north = self.context
        inside = np.asarray(shapely.intersects_xy(self.city, x, y))
        for neighbour in self.neighbours.values():
            inside = inside | shapely.intersects_xy(neighbour, x, y)
        inside = inside & (x >= west) & (x <= east) & (y >= south) & (y <= north)
        return np.asarray(inside)


@cache
def _grid_of(land: Boundaries) -> CountyGrid:
    return CountyGrid(land.counties)


@cache
def boundaries() -> Boundaries:
    """The shipped boundaries, read once.

    Raises:
        ResourceMissingError: The basemap is missing or damaged.
    """
    path = resource("basemap", "qhd_basemap.npz")
    try:
        # Opened here: numpy leaves the file of a damaged archive open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            keys, ends, wkb = (
                stored["keys"].tolist(),
                stored["ends"].tolist(),
                stored["wkb"].tobytes(),
            )
            west, south, east, north = (float(edge) for edge in stored["context"])
        starts = [0, *ends[:-1]]
        shapes = shapely.from_wkb([wkb[a:b] for a, b in zip(starts, ends, strict=True)])
        layers: dict[str, dict[str, BaseGeometry]] = {}
        for key, geometry in zip(keys, shapes, strict=True):
            layer, name = key.split("/")
            layers.setdefault(layer, {})[name] = geometry
        # Counties and sea are asked again and again; a prepared geometry answers 100 times faster.
        shapely.prepare(shapes)
        return Boundaries(
            counties=MappingProxyType(layers["counties"]),
            city=layers["city"]["1303"],
            neighbours=MappingProxyType(layers["neighbours"]),
            sea=layers["sea"]["sea"],
            coastline=layers["coastline"]["coastline"],
            context=(west, south, east, north),
        )
    except (OSError, EOFError, BadZipFile, ValueError, KeyError, ShapelyError) as error:
        raise ResourceMissingError(
            _("底图文件损坏：{name}。").format(name=path.name),
            hint=_("请重新安装程序。"),
            detail=repr(error),
        ) from error
