"""A geometry taken apart into vertices for editing; every edit returns a new outline.

Coordinates are CGCS2000 degrees, longitude first. Rings of areas are kept open (the last vertex is not
the first again) and may be unfinished, so that a shape half drawn is an `Outline` too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.local_plane import LocalPlane
from qhd_riskmap.i18n import _

Place = tuple[float, float]
FloatArray = NDArray[np.float64]
Part = tuple[FloatArray, ...]


class ShapeKind(StrEnum):
    """What a geometry is made of."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


_FEWEST: Final = {ShapeKind.POINT: 1, ShapeKind.LINE: 2, ShapeKind.AREA: 3}
_KINDS: Final = (ShapeKind.POINT, ShapeKind.LINE, ShapeKind.AREA)


@dataclass(frozen=True, slots=True, order=True)
class VertexRef:
    """Address of one vertex: part, ring within it (0 is the outer one), number within the ring."""

    part: int
    ring: int
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The vertices of a geometry.

    Attributes:
        kind: Point, line or area.
        parts: Per part its rings (lines and points have one), each an (n, 2) array that nobody
            writes to.
    """

    kind: ShapeKind
    parts: tuple[Part, ...]

    # -- asking ---------------------------------------------------------------------------------

    def same_as(self, other: Outline) -> bool:
        """Whether both have exactly the same vertices in the same order."""
        return (
            self.kind is other.kind
            and [len(part) for part in self.parts] == [len(part) for part in other.parts]
            and all(
                np.array_equal(mine, theirs)
                for (_p, _r, mine), (_q, _s, theirs) in zip(
                    self.rings(), other.rings(), strict=True
                )
            )
        )

    def rings(self) -> Iterator[tuple[int, int, FloatArray]]:
        """Part number, ring number and vertices of every ring."""
        for part, rings in enumerate(self.parts):
            for number, ring in enumerate(rings):
                yield part, number, ring

    def vertex_count(self) -> int:
        """Number of vertices in all rings."""
        return sum(len(ring) for _part, _number, ring in self.rings())

    def at(self, ref: VertexRef) -> Place:
        """The place of a vertex."""
        lon, lat = self.parts[ref.part][ref.ring][ref.index].tolist()
        return lon, lat

    def paths(self) -> list[FloatArray]:
        """Every ring as it is drawn: areas closed."""
        return [self._closed(ring) for _part, _number, ring in self.rings() if len(ring)]

    @property
    def closed(self) -> bool:
        """Whether the last vertex of a ring is joined to its first."""
        return self.kind is ShapeKind.AREA

    @property
    def complete(self) -> bool:
        """Whether every ring has the vertices it needs."""
        least = _FEWEST[self.kind]
        return bool(self.parts) and all(
            len(np.unique(ring, axis=0)) >= least for _part, _number, ring in self.rings()
        )

    def geometry(self) -> BaseGeometry:
        """The geometry; single if there is one part.

        Raises:
            InvalidInputError: A ring lacks vertices.
        """
        if not self.complete:
            raise InvalidInputError(
                _("图形还没有画完。"), hint=_("线至少要两个点，面至少要三个不同的点。")
            )
        parts = [self._part_geometry(part) for part in self.parts]
        if len(parts) == 1:
            return parts[0]
        joined: BaseGeometry = _MULTI[self.kind](parts)
        return joined

    # -- editing --------------------------------------------------------------------------------

    def with_moved(self, ref: VertexRef, place: Place) -> Outline:
        """The vertex at another place."""
        ring = self.parts[ref.part][ref.ring].copy()
        ring[ref.index] = place
        return self._with_ring(ref.part, ref.ring, ring)

    def with_inserted(self, ref: VertexRef, place: Place) -> Outline:
        """A new vertex that takes the number of ``ref``; those behind it move up."""
        ring = np.insert(self.parts[ref.part][ref.ring], ref.index, place, axis=0)
        return self._with_ring(ref.part, ref.ring, ring)

    def without(self, ref: VertexRef) -> Outline:
        """The vertex taken away.

        Raises:
            InvalidInputError: The ring would lack vertices.
        """
        ring = self.parts[ref.part][ref.ring]
        if len(ring) <= _FEWEST[self.kind]:
            raise InvalidInputError(
                _("再删节点，这一部分就不成图形了。"),
                hint=_("要去掉整个部分，请用“删除部件”；要去掉整处隐患，请用“删除”。"),
            )
        return self._with_ring(ref.part, ref.ring, np.delete(ring, ref.index, axis=0))

    def with_part(self, vertices: ArrayLike) -> Outline:
        """One more part of one ring."""
        return replace(self, parts=(*self.parts, (_frozen(vertices),)))

    def without_ring(self, part: int, ring: int) -> Outline:
        """A hole filled, or (ring 0) a whole part taken away.

        Raises:
            InvalidInputError: Nothing would be left.
        """
        if ring:
            rings = self.parts[part]
            return self._with_part_at(part, rings[:ring] + rings[ring + 1 :])
        if len(self.parts) == 1:
            raise InvalidInputError(
                _("这是唯一的部件，不能单独删除。"), hint=_("要去掉整处隐患，请用“删除”。")
            )
        return replace(self, parts=self.parts[:part] + self.parts[part + 1 :])

    def shifted(self, start: Place, end: Place) -> Outline:
        """Carried so that ``start`` comes to lie at ``end``; metres and angles stay."""
        if start == end:
            return self
        here, there = LocalPlane(*start), LocalPlane(*end)
        return self._mapped(lambda ring: there.round(here.flat(ring)))

    def turned(self, degrees: float, about: Place) -> Outline:
        """Turned clockwise about a place; metres stay."""
        if not degrees % 360.0:
            return self
        plane = LocalPlane(*about)
        angle = np.radians(-degrees)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        return self._mapped(lambda ring: plane.round(plane.flat(ring) @ turn))

    # -- inside ---------------------------------------------------------------------------------

    def _mapped(self, change: Any) -> Outline:
        return replace(
            self,
            parts=tuple(tuple(_frozen(change(ring)) for ring in part) for part in self.parts),
        )

    def _with_ring(self, part: int, ring: int, vertices: FloatArray) -> Outline:
        rings = list(self.parts[part])
        rings[ring] = _frozen(vertices)
        return self._with_part_at(part, tuple(rings))

    def _with_part_at(self, part: int, rings: Part) -> Outline:
        return replace(self, parts=(*self.parts[:part], rings, *self.parts[part + 1 :]))

    def _closed(self, ring: FloatArray) -> FloatArray:
        return np.concatenate((ring, ring[:1])) if self.closed else ring

    def _part_geometry(self, part: Part) -> BaseGeometry:
        if self.kind is ShapeKind.POINT:
            return shapely.Point(part[0][0])
        if self.kind is ShapeKind.LINE:
            return shapely.LineString(part[0])
        return shapely.Polygon(part[0], part[1:])


_MULTI: Final[dict[ShapeKind, Any]] = {
    ShapeKind.POINT: shapely.MultiPoint,
    ShapeKind.LINE: shapely.MultiLineString,
    ShapeKind.AREA: shapely.MultiPolygon,
}


def kind_of(geometry: BaseGeometry) -> ShapeKind:
    """What a geometry is made of.

    >>> kind_of(shapely.box(0, 0, 1, 1)).value
    'area'
    """
    return _KINDS[int(shapely.get_dimensions(geometry))]


def empty_outline(kind: ShapeKind) -> Outline:
    """Nothing drawn yet."""
    return Outline(kind, ())


def outline_of(geometry: BaseGeometry) -> Outline:
    """The vertices of a point, line or area, single or multi."""
    kind = kind_of(geometry)
    parts = [_part_of(part, kind) for part in shapely.get_parts(geometry).tolist()]
    return Outline(kind, tuple(parts))


def outline_of_places(kind: ShapeKind, places: Sequence[Place]) -> Outline:
    """One part, or for points one part each; consecutive equal places are one vertex.

    An area whose last place is its first again is taken as closed.
    """
    if not places:
        return empty_outline(kind)
    if kind is ShapeKind.POINT:
        return Outline(kind, tuple((_frozen([place]),) for place in places))
    ring = list(_without_repeats(places))
    if kind is ShapeKind.AREA and len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    return Outline(kind, ((_frozen(ring),),))


def _without_repeats(places: Iterable[Place]) -> Iterator[Place]:
    return (place for place, _same in itertools.groupby(places))


def _part_of(part: Any, kind: ShapeKind) -> Part:
    if kind is not ShapeKind.AREA:
        return (_frozen(shapely.get_coordinates(part)),)
    rings = [part.exterior, *part.interiors]
    return tuple(_frozen(shapely.get_coordinates(ring)[:-1]) for ring in rings)


def _frozen(vertices: ArrayLike) -> FloatArray:
    ring = np.array(vertices, dtype=np.float64).reshape(-1, 2)
    ring.flags.writeable = False
    return ring
