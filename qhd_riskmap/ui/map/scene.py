"""What the map shows, made ready beside the window: prepared arrays and a tree for hit tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.cartography.clusters import Clusters
from qhd_riskmap.cartography.legend import LegendEntry, SignKind, density_entry, legend_entries
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import clusters_in_view, is_density, visible_marks
from qhd_riskmap.cartography.prepared import PreparedFeatures, prepare
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.styles import style_parts
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.late_value import Late
from qhd_riskmap.domain.place_index import PlaceIndex
from qhd_riskmap.formats.one_heap import give_back_freed

LINE_TOLERANCE_PX: Final = 6.0
SYMBOL_TOLERANCE_PX: Final = 3.0
_KINDS: Final = (SignKind.POINT, SignKind.LINE, SignKind.POLYGON)


@dataclass(frozen=True, slots=True)
class Scene:
    """The hazards shown, prepared for one projection."""

    table: FeatureTable
    prepared: PreparedFeatures
    _tree: Late[shapely.STRtree]

    @classmethod
    def of(cls, table: FeatureTable, projection: Projection) -> Scene:
        """Prepare ``table``; about 0.1 s for 100,000 hazards, so on the render worker."""
        return cls(
            table, prepare(table, projection), Late(lambda: shapely.STRtree(table.geometries))
        )

    @property
    def tree(self) -> shapely.STRtree:
        """All geometries by place; made for the first hit test, not for the first picture."""
        return self._tree.get()

    def make_ready(self) -> None:
        """Make what the first click would wait for: the objects, and their tree, built when asked."""
        self.tree.query(shapely.box(0, 0, 0, 0))
        if self.table.flat is not None:
            self.table.flat.let_go_of_vertices()
        give_back_freed()

    @property
    def dimensions(self) -> npt.NDArray[np.int64]:
        """0 for points, 1 for lines, 2 for polygons, by row."""
        return self.table.dimensions

    @property
    def index(self) -> PlaceIndex:
        """The hazards shown, to be asked by place."""
        return PlaceIndex(self.table, self.tree, self.dimensions)

    def hits(self, viewport: Viewport, x: float, y: float, options: MapOptions) -> list[str]:
        """Ids of the hazards under a pixel, the most likely meant first.

        Symbols come first (nearest, then worst level), then lines within a few pixels, then
        polygons around the place, the smallest first.
        """
        rows = self._symbols_at(viewport, x, y, options)
        rows += [row for row in self._shapes_at(viewport, x, y) if row not in rows]
        return [str(self.table.ids[row]) for row in rows]

    def inside(self, viewport: Viewport, x0: float, y0: float, x1: float, y1: float) -> list[str]:
        """Ids of the hazards that touch a box of pixels."""
        corners_x, corners_y = [x0, x1, x1, x0], [y0, y0, y1, y1]
        lon, lat = viewport.to_lonlat(corners_x, corners_y)
        box = shapely.polygons(np.column_stack((lon, lat)))
        rows = np.sort(self.tree.query(box, predicate="intersects"))
        return [str(each) for each in self.table.ids[rows]]

    def cluster_at(
        self, viewport: Viewport, x: float, y: float, options: MapOptions
    ) -> Bounds | None:
        """Ground covered by the members of the cluster under a pixel, or None."""
        found = self._cluster(viewport, (x, y), options)
        if found is None:
            return None
        clusters, nearest = found
        lonlat = self.prepared.marks.lonlat[clusters.members_of(nearest)]
        west, south = lonlat.min(axis=0).tolist()
        east, north = lonlat.max(axis=0).tolist()
        return west, south, east, north

    def cluster_levels(
        self, viewport: Viewport, x: float, y: float, options: MapOptions
    ) -> tuple[int, ...]:
        """Members of each level 0 … 4 of the cluster under a pixel; empty where there is none."""
        found = self._cluster(viewport, (x, y), options)
        return tuple(found[0].by_level[found[1]].tolist()) if found is not None else ()

    def _cluster(
        self, viewport: Viewport, at: tuple[float, float], options: MapOptions
    ) -> tuple[Clusters, int] | None:
        clusters = clusters_in_view(self.prepared, viewport, options)
        if clusters is None or not len(clusters):
            return None
        centres = viewport.plane_to_screen(clusters.xy)
        away = np.hypot(centres[:, 0] - at[0], centres[:, 1] - at[1])
        away[clusters.counts < 2] = np.inf  # noqa: PLR2004 - a group has two members
        nearest = int(np.argmin(away))
        if away[nearest] > options.symbol_size:
            return None
        return clusters, nearest

    def legend(self, viewport: Viewport, options: MapOptions) -> tuple[LegendEntry, ...]:
        """Legend of what is in view."""
        if is_density(visible_marks(self.prepared, viewport, options), options):
            return (*self._signs(viewport), density_entry())
        return self._signs(viewport)

    def _signs(self, viewport: Viewport) -> tuple[LegendEntry, ...]:
        west, south, east, north = viewport.visible_bounds()
        bounds = self.prepared.bounds
        seen = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
        seen &= (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
        kinds = np.clip(self.dimensions[seen], 0, 2)
        combined = np.unique(self.prepared.styles[seen] * len(_KINDS) + kinds)
        triples = []
        for number in combined.tolist():
            style, kind = divmod(number, len(_KINDS))
            triples.append((*style_parts(style), _KINDS[kind]))
        return legend_entries(triples)

    def _symbols_at(self, viewport: Viewport, x: float, y: float, options: MapOptions) -> list[int]:
        marks = self.prepared.marks
        if not len(marks):
            return []
        reach = (options.symbol_size / 2 + SYMBOL_TOLERANCE_PX) * viewport.resolution
        plane_x = (x - viewport.width / 2) * viewport.resolution + viewport.centre_x
        plane_y = viewport.centre_y - (y - viewport.height / 2) * viewport.resolution
        away = np.hypot(marks.xy[:, 0] - plane_x, marks.xy[:, 1] - plane_y)
        near = np.nonzero(away <= reach)[0]
        # Marks are sorted by style, the worst last and painted on top.
        order = np.lexsort((-near, np.round(away[near] / viewport.resolution)))
        return list(dict.fromkeys(marks.rows[near[order]].tolist()))

    def _shapes_at(self, viewport: Viewport, x: float, y: float) -> list[int]:
        reach = LINE_TOLERANCE_PX
        lon, lat = viewport.to_lonlat([x - reach, x + reach, x], [y + reach, y - reach, y])
        box = shapely.box(lon[0], lat[0], lon[1], lat[1])
        rows = self.tree.query(box, predicate="intersects")
        rows = rows[self.dimensions[rows] > 0]
        if not len(rows):
            return []
        place = shapely.Point(lon[2], lat[2])
        lines = self.dimensions[rows] == 1
        inside = shapely.intersects(self.table.geometries[rows], place)
        rank = np.where(lines, 0, np.where(inside, 1, 2))
        size = np.where(lines, 0.0, shapely.area(self.table.geometries[rows]))
        return [int(row) for row in rows[np.lexsort((size, rank))]]


_ahead: list[Scene] = []


def prepare_ahead(table: FeatureTable) -> None:
    """Have the scene of the first table at hand before the window asks for it."""
    _ahead[:] = [Scene.of(table, Projection.MERCATOR)]


def scene_of(table: FeatureTable, projection: Projection) -> Scene:
    """The scene of ``table``: the one prepared ahead, if it is that, or a new one."""
    while _ahead:
        scene = _ahead.pop()
        if scene.table is table and scene.prepared.projection is projection:
            return scene
    return Scene.of(table, projection)
