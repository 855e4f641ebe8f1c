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
from qhd_riskmap.services.candidate_columns import anchor_points
from qhd_riskmap.services.survey_issues import IssueLog, error, warning
from qhd_riskmap.services.survey_positions import FlatParts, FloatArray, Positions

POINT, LINE, AREA = "点", "线", "面"
LINE_TYPES: Final = frozenset({"oil_gas_pipeline", "ammonia_pipeline"})
_ROUTE_TYPES: Final = LINE_TYPES | {"highway_hazmat"}
_LINE_WORDS: Final = ("走向", "线路", "管线", "起止", "折点", "中心线", "路线", "轴线")
_AREA_WORDS: Final = ("范围", "边界", "界址", "区域", "面")
FEWEST_OF_AREA: Final = 3
FEWEST_OF_LINE: Final = 2
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


def wanted_shape(kind: str | None, header: str, type_key: str, *, fewest: int, closed: bool) -> str:
    """Point, line or area: what the row says, what the header says, then what the type suggests.

    Args:
        kind: Cleaned text of the 图形 column.
        header: Header of the column of vertices.
        type_key: Type of the hazard, "" where unknown.
        fewest: Vertices of the row's shortest list.
        closed: Whether every list ends where it begins.

    >>> wanted_shape(None, "拐点坐标", "geological", fewest=4, closed=True)
    '面'
    >>> wanted_shape(None, "走向坐标", "geological", fewest=4, closed=True)
    '线'
    """
    if fewest < FEWEST_OF_LINE:
        return POINT
    if kind in {POINT, LINE, AREA}:
        return LINE if kind == AREA and fewest < FEWEST_OF_AREA else str(kind)
    if any(word in header for word in _LINE_WORDS):
        return LINE
    if closed:
        return AREA
    if type_key in _ROUTE_TYPES or fewest < FEWEST_OF_AREA:
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
    geometries: GeometryArray = np.full(len(positions.x), None, dtype=object)
    kinds = {id(reference): reference for reference in references}
    which = np.array(list(map(id, references)), dtype=np.uint64)
    by_text: dict[str, tuple[Reference, list[np.uint64]]] = {}
    for key, reference in kinds.items():
        if reference is not None:
            by_text.setdefault(reference.text, (reference, []))[1].append(np.uint64(key))
    for reference, keys in by_text.values():
        rows = positions.found & np.isin(which, keys)
        _place_group(positions, reference, np.flatnonzero(rows), shapes, geometries)
    _mend(geometries, log)
    anchors = anchor_points(geometries)
    return PlacedRows(geometries, shapely.get_x(anchors), shapely.get_y(anchors))


def _place_group(
    positions: Positions,
    reference: Reference,
    rows: npt.NDArray[np.intp],
    shapes: Mapping[int, str],
    geometries: GeometryArray,
) -> None:
    several = np.array([row for row in rows.tolist() if row in positions.parts], dtype=np.intp)
    drawn = [row for row in rows.tolist() if row in positions.shapes] if positions.shapes else []
    single = np.setdiff1d(rows, np.concatenate([several, np.array(drawn, dtype=np.intp)]))
    if len(single):
        lon, lat = to_cgcs2000(positions.x[single], positions.y[single], reference)
        good = np.isfinite(lon) & np.isfinite(lat)
        geometries[single[good]] = shapely.points(lon[good], lat[good])
    if len(several):
        _place_parts(positions.flat_parts(several.tolist()), reference, shapes, geometries)
    for row in drawn:
        geometries[row] = _transformed(positions.shapes[row], reference)


def _place_parts(
    flat: FlatParts, reference: Reference, shapes: Mapping[int, str], geometries: GeometryArray
) -> None:
    """All vertex lists through one conversion; those of one part are drawn together."""
    converted = np.column_stack(to_cgcs2000(flat.xy[:, 0], flat.xy[:, 1], reference))
    counts, begins = flat.counts, flat.ends - flat.counts
    sound = np.logical_and.reduceat(np.isfinite(converted).all(axis=1), begins)
    alone = np.bincount(flat.rows, minlength=len(geometries))[flat.rows] == 1
    wanted = np.array([shapes.get(row, POINT) for row in flat.rows.tolist()], dtype=object)
    together = sound & alone & (counts > FEWEST_OF_AREA)
    for shape, draw in ((LINE, shapely.linestrings), (AREA, _polygons)):
        chosen = together & (wanted == shape)
        if chosen.any():
            vertices = converted[np.repeat(chosen, counts)]
            owner = np.repeat(np.arange(int(chosen.sum())), counts[chosen])
            geometries[flat.rows[chosen]] = draw(vertices, indices=owner)
    odd = ~(together & np.isin(wanted, [LINE, AREA]))
    parts: dict[int, list[FloatArray]] = {}
    for at in np.flatnonzero(odd).tolist():
        part = converted[begins[at] : flat.ends[at]]
        parts.setdefault(int(flat.rows[at]), []).append(part)
    for row, own in parts.items():
        geometries[row] = _built(own, shapes.get(row, POINT))


def _polygons(vertices: FloatArray, *, indices: npt.NDArray[np.intp]) -> GeometryArray:
    rings: Any = shapely.linearrings(vertices, indices=indices)
    areas: GeometryArray = shapely.polygons(rings)
    return areas


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
    kinds = shapely.get_type_id(geometries)
    present = kinds >= 0
    shaped = np.flatnonzero(kinds > shapely.GeometryType.POINT)  # a finite point is valid
    broken = shaped[~shapely.is_valid(geometries[shaped])].tolist()
    for row in broken:
        mended: Any = _largest_kind(geometries[row], shapely.make_valid(geometries[row]))
        geometries[row] = mended
        if mended is not None:
            log.on_row(row, warning("vertices", "self-intersection", _(_BROKEN)))
    lost = shapely.get_type_id(geometries) < 0
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
