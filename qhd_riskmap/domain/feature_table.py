"""Columns of many hazards at once, for map, table and statistics at 100,000 rows and more.

Nothing here is an object per hazard: numpy columns travel between threads and are culled, sorted and
painted without Python loops.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

TextColumn = npt.NDArray[np.object_]
NO_LEVEL = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureTable:
    """One row per hazard; all columns have length n.

    Attributes:
        ids: UUID texts.
        codes: Permanent codes.
        names: Names.
        type_keys: Keys of the hazard types.
        levels: 1 red … 4 blue, `NO_LEVEL` where ungraded; int8.
        counties: Division codes.
        units: Responsible units.
        townships: Townships.
        revisions: Optimistic-lock counters; int64.
        geometries: Shapely geometries, CGCS2000 degrees.
        anchors: (n, 2) points on the geometries (longitude, latitude).
        bounds: (n, 4) west, south, east, north.
    """

    ids: TextColumn
    codes: TextColumn
    names: TextColumn
    type_keys: TextColumn
    levels: npt.NDArray[np.int8]
    counties: TextColumn
    units: TextColumn
    townships: TextColumn
    revisions: npt.NDArray[np.int64]
    geometries: npt.NDArray[Any]
    anchors: npt.NDArray[np.float64]
    bounds: npt.NDArray[np.float64]
    _rows: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    def row_of(self, hazard_id: str) -> int | None:
        """Row number of an id, or None."""
        if not self._rows and len(self.ids):
            self._rows.update({text: row for row, text in enumerate(self.ids.tolist())})
        return self._rows.get(hazard_id)

    def take(self, rows: npt.NDArray[Any]) -> FeatureTable:
        """The table with only ``rows`` (indices or a boolean mask)."""
        return replace(
            self,
            **{name: getattr(self, name)[rows] for name in COLUMN_NAMES},
            _rows={},
        )


COLUMN_NAMES = (
    "ids", "codes", "names", "type_keys", "levels", "counties", "units", "townships",
    "revisions", "geometries", "anchors", "bounds",
)  # fmt: skip


def texts(values: Any) -> TextColumn:
    """An object column of the given strings."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def feature_table(
    *,
    ids: Any,
    codes: Any,
    names: Any,
    type_keys: Any,
    levels: Any,
    counties: Any,
    units: Any,
    townships: Any,
    revisions: Any,
    geometries: npt.NDArray[Any],
) -> FeatureTable:
    """Build a table from plain sequences; derives anchors and bounds."""
    return FeatureTable(
        ids=texts(ids),
        codes=texts(codes),
        names=texts(names),
        type_keys=texts(type_keys),
        levels=np.asarray(levels, dtype=np.int8),
        counties=texts(counties),
        units=texts(units),
        townships=texts(townships),
        revisions=np.asarray(revisions, dtype=np.int64),
        geometries=geometries,
        anchors=anchors_of(geometries),
        bounds=shapely.bounds(geometries).reshape(-1, 4),
    )


def empty_table() -> FeatureTable:
    """A table without rows."""
    nothing: list[str] = []
    return feature_table(
        ids=nothing, codes=nothing, names=nothing, type_keys=nothing, levels=nothing,
        counties=nothing, units=nothing, townships=nothing, revisions=nothing,
        geometries=np.empty(0, dtype=object),
    )  # fmt: skip


def anchors_of(geometries: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Points on the geometries, shape (n, 2); the same as `hazard.anchor_of` for each.

    NaN where a geometry is empty.
    """
    anchors = np.full((len(geometries), 2), np.nan)
    points = geometries.copy()
    is_point = shapely.get_type_id(geometries) == shapely.GeometryType.POINT
    points[~is_point] = shapely.point_on_surface(geometries[~is_point])
    # Empty geometries have no anchor; get_coordinates skips them and would shift the rest by a row.
    filled = ~shapely.is_empty(points) & ~shapely.is_missing(points)
    anchors[filled] = shapely.get_coordinates(points[filled])
    return anchors
