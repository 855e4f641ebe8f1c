"""Which places lie within so many metres of which, true to the geodesic: nothing missed, nothing extra.

Points against points are found in a grid of cells; whatever is near the limit is measured by the
geodesic itself. The edges of lines and areas are geodesics too. Everything must lie within one
hemisphere of longitude.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

from qhd_riskmap.geo.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M
from qhd_riskmap.geo.geodesy import FloatArray, distance_m, metres_per_degree
from qhd_riskmap.geo.local_plane import LocalPlane
from qhd_riskmap.geo.near_pairs import IndexArray

_RADIUS: Final = 6_371_000.0
_POINT: Final = 0
_HAIR: Final = 1e-3  # metres added to every margin
_LONGEST_EDGE: Final = 1_000.0
_PIECE: Final = 16_384
_LEAST_ROW: Final = 1e-5  # degrees
_EAST_PER_DEGREE: Final = (
    2_000.0  # a degree of longitude shrinks by less from one latitude to the next
)
Shapes = NDArray[Any]


def within_reach(
    places: Shapes, reach_m: FloatArray, others: Shapes
) -> tuple[IndexArray, IndexArray]:
    """Pairs (place, other) where some part of the other lies at most so far from the place.

    Args:
        places: Geometries, degrees.
        reach_m: Metres by place; 0 means touching or inside.
        others: Geometries, degrees.

    Returns:
        Indices of both, in no order.
    """
    point = shapely.get_type_id(places) == _POINT
    other_point = shapely.get_type_id(others) == _POINT
    rows, columns = np.flatnonzero(point), np.flatnonzero(other_point)
    if len(rows) == len(places) and len(columns) == len(others):
        return points_within(
            shapely.get_coordinates(places), reach_m, shapely.get_coordinates(others)
        )
    found = [_shapes_within(places, reach_m, others, point, other_point)]
    if len(rows) and len(columns):
        left, right = points_within(
            shapely.get_coordinates(places[rows]),
            np.asarray(reach_m, dtype=np.float64)[rows],
            shapely.get_coordinates(others[columns]),
        )
        found.append(np.stack([rows[left], columns[right]]))
    left, right = np.concatenate(found, axis=1)
    return left, right


def points_within(
    places: FloatArray, reach_m: FloatArray, others: FloatArray
) -> tuple[IndexArray, IndexArray]:
    """`within_reach` for points, (n, 2) degrees; the pairs are in no order."""
    if not len(places) or not len(others):
        nothing = np.empty(0, dtype=np.intp)
        return nothing, nothing
    east, north = _metres_per_degree(places[:, 1])
    other_east, other_north = _metres_per_degree(others[:, 1])
    rows = _Rows(others, other_east, other_north)
    own, at = rows.beside(places, east, reach_m, float(min(north.min(), other_north.min())))
    doubt = reach_m * _doubt(reach_m) + _HAIR
    sought = _Sought(
        lon=np.ascontiguousarray(places[:, 0]), lat=np.ascontiguousarray(places[:, 1]), east=east,
        north=north, limit=reach_m, square=reach_m * reach_m,
        margin=2.0 * reach_m * doubt + doubt * doubt,
    )  # fmt: skip
    keep = np.empty(len(own), dtype=bool)
    # Pieces that stay in the cache: whole columns of candidates would be fetched from memory each time.
    for start in range(0, len(own), _PIECE):
        piece = slice(start, start + _PIECE)
        keep[piece] = _near_enough(sought, rows, own[piece], at[piece])
    return own[keep], rows.order[at[keep]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sought:
    """The places with what is compared, by place.

    Attributes:
        square: Of the reach.
        margin: A square so near to that one is measured by the geodesic.
    """

    lon: FloatArray
    lat: FloatArray
    east: FloatArray
    north: FloatArray
    limit: FloatArray
    square: FloatArray
    margin: FloatArray


def _near_enough(
    sought: _Sought, rows: _Rows, own: IndexArray, at: IndexArray
) -> NDArray[np.bool_]:
    """Which candidates lie within reach: by the mean latitude, or the geodesic near the limit."""
    across = sought.lon[own]
    across -= rows.lon[at]
    scale = sought.east[own]
    scale += rows.east[at]
    across *= scale
    along = sought.lat[own]
    along -= rows.lat[at]
    scale = sought.north[own]
    scale += rows.north[at]
    along *= scale
    across *= across
    along *= along
    across += along
    across *= 0.25
    square = sought.square[own]
    keep: NDArray[np.bool_] = across <= square
    across -= square
    np.abs(across, out=across)
    near = np.flatnonzero(across <= sought.margin[own])
    if len(near):
        one, two = own[near], at[near]
        metres = distance_m(sought.lon[one], sought.lat[one], rows.lon[two], rows.lat[two])
        keep[near] = metres <= sought.limit[one]
    return keep


class _Rows:
    """Points sorted by rows of latitude, and by longitude within a row."""

    def __init__(self, points: FloatArray, east: FloatArray, north: FloatArray) -> None:
        self._points = points
        self._east, self._north = east, north
        self.order = np.empty(0, dtype=np.intp)
        self.lon = self.lat = self.east = self.north = np.empty(0)

    def beside(
        self, places: FloatArray, east: FloatArray, reach_m: FloatArray, north: float
    ) -> tuple[IndexArray, IndexArray]:
        """Pairs that may be within reach: index of the place, place in the sorted points.

        Args:
            places: (n, 2) degrees.
            east: Metres in a degree of longitude at each place.
            reach_m: Metres by place.
            north: The least metres in a degree of latitude anywhere.
        """
        wide = reach_m * (1.0 + 2.0 * _doubt(reach_m)) + 10.0 * _HAIR
        tall = wide / north
        height = max(float(np.median(tall)), _LEAST_ROW)
        south = min(float(places[:, 1].min()), float(self._points[:, 1].min())) - 2.0 * tall.max()
        west = min(float(places[:, 0].min()), float(self._points[:, 0].min()))
        # What a degree of longitude measures at the far edge of a row, at least.
        least = np.maximum(east - _EAST_PER_DEGREE * (tall.max() + height), 1.0)
        span = float(max(places[:, 0].max(), self._points[:, 0].max())) - west
        span += 2.0 * float((wide / least).max()) + 1.0
        keys = np.floor((self._points[:, 1] - south) / height) * span
        keys += self._points[:, 0] - west
        self.order = np.argsort(keys)
        self.lon, self.lat = self._points[self.order, 0], self._points[self.order, 1]
        self.east, self.north = self._east[self.order], self._north[self.order]
        own, row = _rows_of(places[:, 1] - south, tall, height)
        # From one end to the other: looking up and reading go forward, not to and fro.
        along = np.argsort(row * span + (places[own, 0] - west))
        own, row = own[along], row[along]
        bottom = south + row * height
        lat = places[own, 1]
        gap = np.maximum(np.maximum(bottom - lat, lat - bottom - height), 0.0) * north
        half = np.sqrt(np.maximum(wide[own] ** 2 - gap * gap, 0.0)) / least[own]
        base = row * span + (places[own, 0] - west)
        found = keys[self.order]
        start = np.searchsorted(found, base - half)
        counts = np.searchsorted(found, base + half, "right") - start
        return np.repeat(own, counts), _slices(start, counts)


def _rows_of(lat: FloatArray, tall: FloatArray, height: float) -> tuple[IndexArray, FloatArray]:
    """Each place with every row it reaches into."""
    first = np.floor((lat - tall) / height)
    counts = (np.floor((lat + tall) / height) - first + 1.0).astype(np.intp)
    own = np.repeat(np.arange(len(lat)), counts)
    row: FloatArray = first[own] + _slices(np.zeros(len(lat), dtype=np.intp), counts)
    return own, row


def _slices(start: IndexArray, counts: IndexArray) -> IndexArray:
    """start, start + 1, … of every slice, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    listed: IndexArray = np.repeat(start - (ends - counts), counts)
    listed += np.arange(total)
    return listed


def _metres_per_degree(lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """`geodesy.metres_per_degree` for many latitudes."""
    sine = np.sin(np.radians(lat))
    flat = 1.0 - ECCENTRICITY_SQUARED * sine * sine
    parallel = math.radians(1.0) * SEMI_MAJOR_M * np.sqrt((1.0 - sine * sine) / flat)
    meridian = math.radians(1.0) * SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / flat**1.5
    return parallel, meridian


def _doubt(reach_m: FloatArray) -> float:
    """How far the mean-latitude formula may be off up to the greatest reach, as a fraction.

    It is off by about (d / R)² (1 + 3 tan² φ) / 24; eight times that below 60 degrees.
    """
    return 4.0 * (float(reach_m.max()) / _RADIUS) ** 2


def _shapes_within(
    places: Shapes,
    reach_m: FloatArray,
    others: Shapes,
    point: NDArray[np.bool_],
    other_point: NDArray[np.bool_],
) -> NDArray[np.intp]:
    bounds = np.concatenate([shapely.bounds(places), shapely.bounds(others)])
    south, north = float(np.nanmin(bounds[:, 1])), float(np.nanmax(bounds[:, 3]))
    scale = np.array(metres_per_degree((south + north) / 2))
    pad = max(abs(np.array(metres_per_degree(lat)) / scale - 1.0).max() for lat in (south, north))
    longest = float(np.nanmax(np.concatenate([bounds[:, 2] - bounds[:, 0], [0.0]]))) * scale[0]
    wide = np.asarray(reach_m) * (1.0 + 2.0 * pad) + _sagitta(longest, north) + 1.0
    flat = shapely.transform(places, lambda xy: xy * scale)
    tree = shapely.STRtree(shapely.transform(others, lambda xy: xy * scale))
    left, right = tree.query(flat, predicate="dwithin", distance=wide)
    mixed = ~(point[left] & other_point[right])
    left, right = left[mixed], right[mixed]
    keep = [
        reaches(places[i], others[j], float(reach_m[i]))
        for i, j in zip(left.tolist(), right.tolist(), strict=True)
    ]
    chosen = np.array(keep, dtype=bool)
    return np.stack([left[chosen], right[chosen]]).astype(np.intp)


def reaches(place: BaseGeometry, other: BaseGeometry, reach_m: float) -> bool:
    """Whether some part of ``other`` lies at most ``reach_m`` metres from ``place``."""
    west, south, east, north = shapely.total_bounds([place, other])
    lat = (south + north) / 2
    scale = np.array(metres_per_degree(lat))
    one = shapely.transform(place, lambda xy: xy * scale)
    two = shapely.transform(other, lambda xy: xy * scale)
    rough = float(shapely.distance(one, two))
    height, width = (north - south) / 2, (east - west) * scale[0]
    # How much the flat plane stretches at its edge, and how far a long edge bends.
    doubt = rough * math.radians(height) * (abs(math.tan(math.radians(lat))) + 1.0)
    doubt += 2.0 * _sagitta(min(width, 100_000.0), lat) + _HAIR
    doubt += width * math.radians(height) * 2.0 if rough < _HAIR else 0.0
    if abs(rough - reach_m) > doubt and rough > 0.0:
        return rough <= reach_m
    return shape_distance_m(place, other) <= reach_m


def shape_distance_m(one: BaseGeometry, two: BaseGeometry) -> float:
    """Geodesic distance between shapes whose edges are geodesics; 0 where they meet.

    Found in an azimuthal equidistant plane about the middle of the shortest link, where lengths
    through the middle are true.
    """
    straight = (_bent(one), _bent(two))
    bounds = shapely.total_bounds(straight)
    middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    ends = np.zeros((2, 2))
    for _turn in range(3):
        plane = LocalPlane(*middle)
        flat = [shapely.transform(shape, plane.flat) for shape in straight]
        if shapely.intersects(*flat):
            return 0.0
        ends = plane.round(shapely.get_coordinates(shapely.shortest_line(*flat)))
        middle = (float(ends[:, 0].mean()), float(ends[:, 1].mean()))
    return float(distance_m(*ends[0], *ends[1]))


def _bent(shape: BaseGeometry) -> BaseGeometry:
    """A shape with corners added along its long edges, on their geodesics."""
    xy = shapely.get_coordinates(shape)
    if len(xy) < 2:  # noqa: PLR2004 - a point has no edge
        return shape
    steps = distance_m(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    if float(steps.max()) <= _LONGEST_EDGE:
        return shape
    if isinstance(shape, BaseMultipartGeometry):
        return type(shape)([_bent(part) for part in shape.geoms])
    if isinstance(shape, shapely.Polygon):
        rings = [_bent_line(ring) for ring in (shape.exterior, *shape.interiors)]
        return shapely.Polygon(rings[0], rings[1:])
    return shapely.LineString(_bent_line(shape))


def _bent_line(line: Any) -> FloatArray:
    xy = shapely.get_coordinates(line)
    plane_parts = [xy[:1]]
    for start, end in pairwise(xy):
        length = float(distance_m(*start, *end))
        count = math.ceil(length / _LONGEST_EDGE)
        if count > 1:
            # Lengths and directions from the middle of a plane about its start are geodesic.
            plane = LocalPlane(*start)
            target = plane.flat(end[None, :])
            plane_parts.append(plane.round(target * np.linspace(0, 1, count + 1)[1:-1, None]))
        plane_parts.append(end[None, :])
    return np.concatenate(plane_parts)


def _sagitta(length_m: float, lat: float) -> float:
    """How far an edge straight in degrees may lie from the geodesic between its ends."""
    return length_m * length_m * (abs(math.tan(math.radians(lat))) + 1.0) / (8.0 * _RADIUS)
