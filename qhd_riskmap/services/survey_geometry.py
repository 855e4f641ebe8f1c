"""Positions of a sheet turned into CGCS2000 geometries, all rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import GEOMETRY_TYPES
from qhd_riskmap.geo.datums import to_cgcs2000
from qhd_riskmap.geo.references import Reference
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_issues import IssueLog, error, warning
from qhd_riskmap.services.survey_positions import Positions, Vertices

POINT, LINE, AREA = "点", "线", "面"
LINE_TYPES: Final = frozenset({"oil_gas_pipeline", "ammonia_pipeline"})
_ROUTE_TYPES: Final = LINE_TYPES | {"highway_hazmat"}
_LINE_WORDS: Final = ("走向", "线路", "管线", "起止", "折点", "中心线", "路线", "轴线")
_AREA_WORDS: Final = ("范围", "边界", "界址", "区域", "面")
_FEWEST_OF_AREA: Final = 3
_FEWEST_OF_LINE: Final = 2
_BROKEN: Final = N_("图形自相交，已按常规修补，请在地图上核对。")
GeometryArray = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedRows:
    """Geometries by data row, None where a row has none, and a point on each.

    Attributes:
        geometries: CGCS2000 degrees.
        lon: Longitude of the point, NaN without geometry.
        lat: Latitude of the point.
    """

    geometries: GeometryArray
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]


def wanted_shape(kind: str | None, header: str, type_key: str, parts: Sequence[Vertices]) -> str:
    """Point, line or area: what the row says, what the header says, then what the type suggests.

    >>> ring = [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]]
    >>> wanted_shape(None, "拐点坐标", "geological", ring)
    '面'
    >>> wanted_shape(None, "走向坐标", "geological", ring[:])
    '线'
    """
    fewest = min(len(part) for part in parts)
    if fewest < _FEWEST_OF_LINE:
        return POINT
    if kind in {POINT, LINE, AREA}:
        return LINE if kind == AREA and fewest < _FEWEST_OF_AREA else str(kind)
    if any(word in header for word in _LINE_WORDS):
        return LINE
    closed = all(len(part) > _FEWEST_OF_AREA and part[0] == part[-1] for part in parts)
    if closed:
        return AREA
    if type_key in _ROUTE_TYPES or fewest < _FEWEST_OF_AREA:
        return LINE
    named = any(word in header for word in _AREA_WORDS)
    return AREA if named or type_key else LINE


def place_rows(
    positions: Positions,
    references: Sequence[Reference | None],
    shapes: Mapping[int, str],
    log: IssueLog,
) -> PlacedRows:
    """Convert to CGCS2000 and build the geometries of the rows whose reference is known.

    Args:
        positions: As read.
        references: By row.
        shapes: `POINT`, `LINE` or `AREA` for each row of ``positions.parts``.
        log: Takes mended and unusable geometries.
    """
    count = len(positions.x)
    geometries: GeometryArray = np.full(count, None, dtype=object)
    groups: dict[str, list[int]] = {}
    located = positions.found
    for row, reference in enumerate(references):
        if reference is not None and located[row]:
            groups.setdefault(reference.text, []).append(row)
    for rows in groups.values():
        reference = references[rows[0]]
        if reference is not None:
            _place_group(positions, reference, rows, shapes, geometries)
    _mend(geometries, log)
    anchors: Any = shapely.point_on_surface(geometries)
    return PlacedRows(geometries, shapely.get_x(anchors), shapely.get_y(anchors))


def _place_group(
    positions: Positions,
    reference: Reference,
    rows: list[int],
    shapes: Mapping[int, str],
    geometries: GeometryArray,
) -> None:
    single = [r for r in rows if r not in positions.parts and r not in positions.shapes]
    if single:
        lon, lat = to_cgcs2000(positions.x[single], positions.y[single], reference)
        good = np.isfinite(lon) & np.isfinite(lat)
        kept = np.asarray(single)[good]
        geometries[kept] = shapely.points(lon[good], lat[good])
    several = [r for r in rows if r in positions.parts]
    if several:
        _place_parts(positions, reference, several, shapes, geometries)
    for row in rows:
        shape = positions.shapes.get(row)
        if shape is not None:
            geometries[row] = _transformed(shape, reference)


def _place_parts(
    positions: Positions,
    reference: Reference,
    rows: list[int],
    shapes: Mapping[int, str],
    geometries: GeometryArray,
) -> None:
    """All vertex lists through one conversion."""
    flat = np.array([xy for row in rows for part in positions.parts[row] for xy in part])
    lon, lat = to_cgcs2000(flat[:, 0], flat[:, 1], reference)
    converted = np.column_stack([lon, lat])
    at = 0
    for row in rows:
        parts = []
        for part in positions.parts[row]:
            parts.append(converted[at : at + len(part)])
            at += len(part)
        geometries[row] = _built(parts, shapes.get(row, POINT))


def _built(parts: list[npt.NDArray[np.float64]], shape: str) -> BaseGeometry | None:
    if not all(np.isfinite(part).all() for part in parts):
        return None
    try:
        if shape == POINT:
            points: Any = shapely.points(np.concatenate(parts))
            return points[0] if len(points) == 1 else shapely.MultiPoint(points)
        make = shapely.LineString if shape == LINE else shapely.Polygon
        made = [make(part) for part in parts]
    except (GEOSException, ValueError):
        return None
    if len(made) == 1:
        return made[0]
    return shapely.MultiLineString(made) if shape == LINE else shapely.MultiPolygon(made)


def _transformed(shape: BaseGeometry, reference: Reference) -> BaseGeometry | None:
    def convert(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_cgcs2000(xy[:, 0], xy[:, 1], reference))

    moved: BaseGeometry = shapely.transform(shapely.force_2d(shape), convert)
    return moved if np.isfinite(shapely.get_coordinates(moved)).all() else None


def _mend(geometries: GeometryArray, log: IssueLog) -> None:
    """Repair self-intersections; what has no area or length left is refused."""
    present = np.array([g is not None for g in geometries], dtype=bool)
    broken = np.flatnonzero(present & ~shapely.is_valid(geometries)).tolist()
    for row in broken:
        mended: Any = _largest_kind(geometries[row], shapely.make_valid(geometries[row]))
        geometries[row] = mended
        if mended is not None:
            log.on_row(row, warning("vertices", "self-intersection", _(_BROKEN)))
    lost = np.array([g is None for g in geometries], dtype=bool)
    for row in np.flatnonzero(present & (shapely.is_empty(geometries) | lost)).tolist():
        geometries[row] = None
        log.on_row(row, error("vertices", "no-geometry", _("拐点构不成图形，请核对坐标。")))


def _largest_kind(before: BaseGeometry, mended: BaseGeometry) -> BaseGeometry | None:
    """The part of a mended geometry that is of its first kind: an area stays an area."""
    if mended.geom_type in GEOMETRY_TYPES:
        return mended
    wanted = 2 if "Polygon" in before.geom_type else 1
    parts = [
        part for part in shapely.get_parts(mended) if shapely.get_dimensions(part) == wanted
    ] or list(shapely.get_parts(mended))
    merged: Any = shapely.union_all(parts)
    return merged if merged.geom_type in GEOMETRY_TYPES else None
