"""Hazards made ready to paint: split by kind, projected once, sorted by style.

Preparing 100,000 hazards takes a fraction of a second; painting then touches only numpy arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.cartography.geometry_arrays import IntArray, PathLayer, path_layer
from qhd_riskmap.cartography.projection import FloatArray, Projection
from qhd_riskmap.cartography.symbols import style_numbers
from qhd_riskmap.domain.feature_table import FeatureTable

_LINE_TYPES = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)
_POLYGON_TYPES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Places where a symbol stands, sorted by style.

    A point hazard has a mark at every one of its points; a line or polygon has one at its anchor, so
    that its type can be read however small it is drawn.

    Attributes:
        xy: (m, 2) plane metres.
        styles: (m) style numbers, ascending.
        rows: (m) rows in the feature table.
        is_point: (m) True for point hazards, False for anchors of lines and polygons.
        lonlat: (m, 2) degrees, as given.
    """

    xy: FloatArray
    styles: IntArray
    rows: IntArray
    is_point: npt.NDArray[np.bool_]
    lonlat: FloatArray

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFeatures:
    """What `map_painter` paints.

    Attributes:
        projection: Plane of all coordinates.
        names: (n) names for labels, by table row.
        styles: (n) style number by table row.
        bounds: (n, 4) degrees by table row.
        marks: Symbols.
        lines: Lines.
        polygons: Polygons.
    """

    projection: Projection
    names: npt.NDArray[np.object_]
    styles: IntArray
    bounds: FloatArray
    marks: Marks
    lines: PathLayer
    polygons: PathLayer

    def __len__(self) -> int:
        return len(self.names)

    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of everything in degrees, or None where there is nothing."""
        usable = self.bounds[np.isfinite(self.bounds).all(axis=1)]
        if not len(usable):
            return None
        west, south = usable[:, :2].min(axis=0)
        east, north = usable[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)


def prepare(table: FeatureTable, projection: Projection = Projection.MERCATOR) -> PreparedFeatures:
    """Split, project and sort the hazards of ``table``.

    Geometries of other kinds (collections, empty ones) keep their mark, where they have an anchor.
    """
    styles = style_numbers(table.type_keys, table.levels)
    kinds = shapely.get_type_id(table.geometries)
    rows = np.arange(len(table), dtype=np.int64)
    is_line = np.isin(kinds, _LINE_TYPES)
    is_polygon = np.isin(kinds, _POLYGON_TYPES)
    return PreparedFeatures(
        projection=projection,
        names=table.names,
        styles=styles,
        bounds=table.bounds,
        marks=_marks(table, styles, ~(is_line | is_polygon), projection),
        lines=path_layer(
            table.geometries[is_line], rows[is_line], styles[is_line], projection, closed=False
        ),
        polygons=path_layer(
            table.geometries[is_polygon], rows[is_polygon], styles[is_polygon], projection,
            closed=True,
        ),
    )  # fmt: skip


def _marks(
    table: FeatureTable, styles: IntArray, pointlike: npt.NDArray[np.bool_], projection: Projection
) -> Marks:
    kinds = shapely.get_type_id(table.geometries)
    is_multi = kinds == shapely.GeometryType.MULTIPOINT
    single = np.nonzero(~is_multi)[0]
    several = np.nonzero(is_multi)[0]
    coordinates, owner = shapely.get_coordinates(table.geometries[several], return_index=True)
    lonlat = np.concatenate((table.anchors[single], coordinates))
    rows = np.concatenate((single, several[owner])).astype(np.int64)
    usable = np.isfinite(lonlat).all(axis=1)
    lonlat, rows = lonlat[usable], rows[usable]
    order = np.argsort(styles[rows], kind="stable")
    lonlat, rows = lonlat[order], rows[order]
    return Marks(
        xy=projection.forward_pairs(lonlat) if len(lonlat) else np.empty((0, 2)),
        styles=styles[rows],
        rows=rows,
        is_point=pointlike[rows],
        lonlat=lonlat,
    )
