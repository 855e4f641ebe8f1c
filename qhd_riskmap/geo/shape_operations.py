"""Splitting, merging, reshaping, cutting, offsetting and mending of whole geometries.

All of them take and return CGCS2000 degrees and refuse, in words, what cannot be done; none changes
the kind of a geometry by accident. Edges are straight in longitude and latitude, as they are stored.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import split as shapely_split

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.geodesy import WIDEST_BUFFER_M, area_m2, length_m
from qhd_riskmap.geo.local_plane import LocalPlane
from qhd_riskmap.geo.outline import ShapeKind, kind_of
from qhd_riskmap.i18n import _

# Slivers narrower than rounding leaves behind: about a thousandth of a square millimetre.
_NOTHING_DEG2: Final = 1e-19
_FEWEST_HITS: Final = 2


def size_of(geometry: BaseGeometry) -> float:
    """What geometries of one kind are compared by: square metres, metres, or number of points."""
    kind = kind_of(geometry)
    if kind is ShapeKind.AREA:
        return area_m2(geometry)
    return length_m(geometry) if kind is ShapeKind.LINE else float(len(_parts(geometry)))


def split(geometry: BaseGeometry, knife: BaseGeometry) -> list[BaseGeometry]:
    """The pieces a line cuts a line or an area into, the largest first.

    Parts of a multi geometry that the line misses stay with the largest piece.

    Raises:
        InvalidInputError: Points cannot be split, the shape crosses itself, or the line does not
            cut anything off.
    """
    kind = kind_of(geometry)
    if kind is ShapeKind.POINT:
        raise InvalidInputError(_("点不能分割。"), hint=_("只有线和面可以分割。"))
    _require_valid(geometry)
    # Noded with itself, so that a knife that crosses its own line cuts like several knives.
    blades = shapely.union_all(shapely.node(knife))
    pieces: list[Any] = []
    whole: list[Any] = []
    for part in _parts(geometry):
        cut = _cut(part, blades, kind)
        (pieces if len(cut) > 1 else whole).extend(cut)
    if len(pieces) < 2:  # noqa: PLR2004 - one piece is no split
        raise InvalidInputError(
            _("分割线没有把图形分开。"),
            hint=_("分割线要从图形外画起，穿过图形，到图形外结束。"),
        )
    pieces.sort(key=size_of, reverse=True)
    return [_collected([pieces[0], *whole]), *pieces[1:]]


def _cut(part: Any, blades: Any, kind: ShapeKind) -> list[Any]:
    if kind is ShapeKind.AREA:
        # Lines that end inside cut nothing off; polygonising leaves them out.
        edges = shapely.union_all([shapely.boundary(part), blades])
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
        inside = shapely.contains(part, shapely.point_on_surface(faces))
        return [face for face in faces[inside].tolist() if face.area > _NOTHING_DEG2]
    shared = blades.intersection(part)
    # Where the knife runs along the line, it cuts at the ends of that stretch.
    along = shapely.line_merge(shapely.MultiLineString(_only(shared, ShapeKind.LINE)))
    places = shapely.union_all([along.boundary, *_only(shared, ShapeKind.POINT)])
    return [part] if places.is_empty else list(shapely_split(part, places).geoms)


def _only(geometry: Any, kind: ShapeKind) -> list[Any]:
    return [part for part in _parts(geometry) if not part.is_empty and kind_of(part) is kind]


def merge(geometries: Sequence[BaseGeometry]) -> BaseGeometry:
    """One geometry of several of one kind: areas united, lines joined end to end.

    Raises:
        InvalidInputError: There are fewer than two, or their kinds differ.
    """
    if len(geometries) < 2:  # noqa: PLR2004 - one cannot be merged
        raise InvalidInputError(_("合并需要至少两个图形。"))
    if len({kind_of(geometry) for geometry in geometries}) > 1:
        raise InvalidInputError(_("点、线、面不能互相合并。"), hint=_("请只选同一种图形的隐患。"))
    for geometry in geometries:
        _require_valid(geometry)
    return dissolved(_collected(geometries))


def dissolved(geometry: BaseGeometry) -> BaseGeometry:
    """The parts of one geometry joined where they touch."""
    kind = kind_of(geometry)
    if kind is ShapeKind.LINE:
        # A part that covers another is kept once; ends that meet are joined.
        joined: BaseGeometry = shapely.line_merge(shapely.union_all(_parts(geometry)))
        return joined
    united: BaseGeometry = shapely.union_all(_parts(geometry))
    return united


def reshape(geometry: BaseGeometry, sketch: BaseGeometry) -> BaseGeometry:
    """A stretch of a line or ring replaced by the part of ``sketch`` between their meetings.

    Of the two ways to close a ring the one that changes less ground is taken.

    Raises:
        InvalidInputError: The sketch meets no line or ring twice, or the result crosses itself.
    """
    if kind_of(geometry) is ShapeKind.POINT:
        raise InvalidInputError(_("点没有可以整形的边线。"))
    parts: list[Any] = _parts(geometry)
    for number, part in enumerate(parts):
        changed = _reshaped_part(part, sketch)
        if changed is not None:
            result = _collected([*parts[:number], changed, *parts[number + 1 :]])
            _require_valid(result)
            return result
    raise InvalidInputError(
        _("整形线没有与图形的边线相交两次。"),
        hint=_("整形线要从边线的一处画到另一处，中间是新的走向。"),
    )


def _reshaped_part(part: Any, sketch: Any) -> Any | None:
    if part.geom_type == "LineString":
        meetings = _meetings(part, sketch)
        return None if meetings is None else _replaced(part, sketch, meetings)
    rings = [part.exterior, *part.interiors]
    for number, ring in enumerate(rings):
        meetings = _meetings(ring, sketch)
        if meetings is None:
            continue
        candidates = []
        for path in _ring_ways(ring, sketch, meetings):
            new = [*rings[:number], path, *rings[number + 1 :]]
            polygon = shapely.Polygon(new[0], new[1:])
            if polygon.is_valid:
                candidates.append(polygon)
        if candidates:
            return min(candidates, key=lambda each: each.symmetric_difference(part).area)
    return None


def _meetings(path: Any, sketch: Any) -> tuple[float, float] | None:
    """Where along the sketch it first and last meets the path, or None if not twice."""
    shared = shapely.get_coordinates(path.intersection(sketch))
    along = sorted({sketch.project(shapely.Point(place)) for place in shared.tolist()})
    return (along[0], along[-1]) if len(along) >= _FEWEST_HITS else None


def _between(line: Any, start: float, end: float) -> list[Any]:
    """Vertices of a line between two distances along it, in its own order."""
    low, high = min(start, end), max(start, end)
    inner = [place for place in line.coords if low < line.project(shapely.Point(place)) < high]
    ends = [line.interpolate(each).coords[0] for each in (low, high)]
    path = [ends[0], *inner, ends[1]]
    return path if start <= end else path[::-1]


def _replaced(line: Any, sketch: Any, meetings: tuple[float, float]) -> Any:
    new = _between(sketch, *meetings)
    places = [line.project(shapely.Point(new[0])), line.project(shapely.Point(new[-1]))]
    if places[0] > places[1]:
        new, places = new[::-1], places[::-1]
    before = _between(line, 0.0, places[0])[:-1] if places[0] > 0 else []
    after = _between(line, places[1], line.length)[1:] if places[1] < line.length else []
    return shapely.LineString([*before, *new, *after])


def _ring_ways(ring: Any, sketch: Any, meetings: tuple[float, float]) -> list[list[Any]]:
    """The ring closed by the sketch on either side."""
    new = _between(sketch, *meetings)
    start, end = (ring.project(shapely.Point(new[at])) for at in (0, -1))
    if start > end:
        new, start, end = new[::-1], end, start
    middle = _between(ring, start, end)
    rest = [*_between(ring, end, ring.length), *_between(ring, 0.0, start)[1:]]
    return [[*new[:-1], *middle[::-1][:-1]], [*new[:-1], *rest[:-1]]]


def cut_out(geometry: BaseGeometry, hole: BaseGeometry) -> BaseGeometry:
    """An area without the ground of another; a bite where that reaches over its edge.

    Raises:
        InvalidInputError: It is no area, they do not overlap, or nothing would be left.
    """
    if kind_of(geometry) is not ShapeKind.AREA:
        raise InvalidInputError(_("只有面可以挖洞。"))
    _require_valid(geometry)
    _require_valid(hole)
    rest = _same_kind(shapely.difference(geometry, hole), ShapeKind.AREA)
    if rest is None:
        raise InvalidInputError(_("挖洞的范围盖住了整个图形。"), hint=_("请在图形内部画洞。"))
    if shapely.intersection(geometry, hole).area <= _NOTHING_DEG2:
        raise InvalidInputError(_("洞不在图形之内。"), hint=_("请在图形内部画洞。"))
    return rest


def with_part(geometry: BaseGeometry, part: BaseGeometry) -> BaseGeometry:
    """One more part; an area that overlaps or touches is united with what is there.

    Raises:
        InvalidInputError: Their kinds differ, or one crosses itself.
    """
    if kind_of(geometry) is ShapeKind.AREA:
        return merge([geometry, part])
    if kind_of(geometry) is not kind_of(part):
        raise InvalidInputError(_("增加的部件要与原图形同类。"), hint=_("点加点，线加线，面加面。"))
    return _collected([geometry, part])


def parallel(line: BaseGeometry, metres: float) -> BaseGeometry:
    """The line ``metres`` to the left of a line as it runs; negative to the right.

    Raises:
        InvalidInputError: It is no line, the distance is none, or nothing is left of the line.
    """
    if kind_of(line) is not ShapeKind.LINE:
        raise InvalidInputError(_("只有线可以画平行线。"), hint=_("点和面请用缓冲范围。"))
    if not math.isfinite(metres) or not 0 < abs(metres) <= WIDEST_BUFFER_M:
        raise InvalidInputError(
            _("偏移距离必须是不超过 {limit} 千米的数。").format(limit=int(WIDEST_BUFFER_M / 1000))
        )
    moved = LocalPlane.of(line).apply(
        line, lambda flat: shapely.offset_curve(flat, metres, quad_segs=16, join_style="mitre")
    )
    kept = _same_kind(moved, ShapeKind.LINE)
    if kept is None:
        raise InvalidInputError(_("偏移距离太大，平行线画不出来。"), hint=_("请减小距离。"))
    return kept


def mend(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry without self-crossings; what has shrunk to lines or points is dropped.

    Raises:
        InvalidInputError: Nothing of its kind is left.
    """
    if geometry.is_valid:
        return geometry
    # By structure first: ground that a ring goes round twice stays, which the even-odd rule of
    # the line work would open; that one is left for rings that run back over themselves.
    for method in ("structure", "linework"):
        kept = _same_kind(shapely.make_valid(geometry, method=method), kind_of(geometry))
        if kept is not None:
            return dissolved(kept)
    raise InvalidInputError(_("图形没有面积，修复不了。"), hint=_("请撤销或重画。"))


def _require_valid(geometry: BaseGeometry) -> None:
    if not geometry.is_valid:
        raise InvalidInputError(
            _("图形自相交，不能这样处理。"), hint=_("请先用“修复自相交”，再做这一步。")
        )


def _same_kind(geometry: Any, kind: ShapeKind) -> BaseGeometry | None:
    """The parts of one kind, or None."""
    kept = [part for part in _only(geometry, kind) if size_of(part) > 0]
    return _collected(kept) if kept else None


def _parts(geometry: BaseGeometry) -> list[Any]:
    """Single geometries; those of collections within collections too."""
    singles: list[Any] = shapely.get_parts(shapely.get_parts(geometry)).tolist()
    return singles


def _collected(geometries: Iterable[Any]) -> BaseGeometry:
    """One geometry of all parts: single if there is one."""
    parts = [part for geometry in geometries for part in _parts(geometry)]
    if len(parts) == 1:
        return parts[0]
    result: BaseGeometry = _MULTI[kind_of(parts[0])](np.array(parts, dtype=object))
    return result


_MULTI: Final[dict[ShapeKind, Any]] = {
    ShapeKind.POINT: shapely.multipoints,
    ShapeKind.LINE: shapely.multilinestrings,
    ShapeKind.AREA: shapely.multipolygons,
}
