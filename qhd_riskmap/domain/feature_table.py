"""Columns of many hazards at once, for map, table and statistics at 100,000 rows and more.

Nothing here is an object per hazard: numpy columns travel between threads and are culled, sorted and
painted without Python loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.flat_shapes import FlatShapes, anchors_of, dimensions_of
from qhd_riskmap.domain.late_value import Late

TextColumn = npt.NDArray[np.object_]
NO_LEVEL = 0
TEXT_COLUMNS = (
    "ids", "codes", "names", "type_keys", "sub_kinds", "counties", "units", "townships",
)  # fmt: skip


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class FeatureTable:
    """One row per hazard; all columns have length n.

    Texts and geometry objects are made when they are first asked for: the first picture of 100,000
    hazards needs neither.

    Attributes:
        levels: 1 red … 4 blue, `NO_LEVEL` where ungraded; int8.
        revisions: Optimistic-lock counters; int64.
        anchors: (n, 2) points on the geometries (longitude, latitude).
        bounds: (n, 4) west, south, east, north.
        flat: The geometries as arrays, where the table was read in one piece; otherwise None.
    """

    levels: npt.NDArray[np.int8]
    revisions: npt.NDArray[np.int64]
    anchors: npt.NDArray[np.float64]
    bounds: npt.NDArray[np.float64]
    flat: FlatShapes | None = None
    _texts: Mapping[str, Late[TextColumn]] = field(repr=False)
    _geometries: Late[npt.NDArray[Any]] = field(repr=False)
    _dimensions: Late[npt.NDArray[np.int64]] = field(repr=False)
    _rows: dict[str, int] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def ids(self) -> TextColumn:
        """UUID texts."""
        return self._texts["ids"].get()

    @property
    def codes(self) -> TextColumn:
        """Permanent codes."""
        return self._texts["codes"].get()

    @property
    def names(self) -> TextColumn:
        """Names."""
        return self._texts["names"].get()

    @property
    def type_keys(self) -> TextColumn:
        """Keys of the hazard types."""
        return self._texts["type_keys"].get()

    @property
    def sub_kinds(self) -> TextColumn:
        """Sub-kinds of the types, "" where none is known."""
        return self._texts["sub_kinds"].get()

    @property
    def counties(self) -> TextColumn:
        """Division codes."""
        return self._texts["counties"].get()

    @property
    def units(self) -> TextColumn:
        """Responsible units."""
        return self._texts["units"].get()

    @property
    def townships(self) -> TextColumn:
        """Townships."""
        return self._texts["townships"].get()

    @property
    def geometries(self) -> npt.NDArray[Any]:
        """Shapely geometries, CGCS2000 degrees."""
        return self._geometries.get()

    @property
    def dimensions(self) -> npt.NDArray[np.int64]:
        """0 for points, 1 for lines, 2 for polygons, -1 where there is nothing."""
        return self._dimensions.get()

    def row_of(self, hazard_id: str) -> int | None:
        """Row number of an id, or None."""
        return self._by_id().get(hazard_id)

    def rows_of(self, hazard_ids: Iterable[str]) -> list[int]:
        """Row numbers of those ids that are here, in their order."""
        find = self._by_id().get
        return [row for each in hazard_ids if (row := find(each)) is not None]

    def _by_id(self) -> dict[str, int]:
        if not self._rows and len(self):
            self._rows.update({text: row for row, text in enumerate(self.ids.tolist())})
        return self._rows

    def take(self, rows: npt.NDArray[Any]) -> FeatureTable:
        """The table with only ``rows`` (indices or a boolean mask)."""
        return FeatureTable(
            levels=self.levels[rows],
            revisions=self.revisions[rows],
            anchors=self.anchors[rows],
            bounds=self.bounds[rows],
            _texts={
                name: Late(partial(_taken, column, rows)) for name, column in self._texts.items()
            },
            _geometries=Late(partial(_taken, self._geometries, rows)),
            _dimensions=Late(partial(_taken, self._dimensions, rows)),
        )


def _taken(column: Late[npt.NDArray[Any]], rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    taken: npt.NDArray[Any] = column.get()[rows]
    return taken


COLUMN_NAMES = (*TEXT_COLUMNS, "levels", "revisions", "geometries", "anchors", "bounds")


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
    sub_kinds: Any = None,
) -> FeatureTable:
    """Build a table from plain sequences; derives anchors and bounds. No sub-kinds: none is known."""
    columns = {
        "ids": ids, "codes": codes, "names": names, "type_keys": type_keys,
        "sub_kinds": [""] * len(levels) if sub_kinds is None else sub_kinds,
        "counties": counties, "units": units, "townships": townships,
    }  # fmt: skip
    return FeatureTable(
        levels=np.asarray(levels, dtype=np.int8),
        revisions=np.asarray(revisions, dtype=np.int64),
        anchors=anchors_of(geometries),
        bounds=shapely.bounds(geometries).reshape(-1, 4),
        _texts={name: Late.given(texts(values)) for name, values in columns.items()},
        _geometries=Late.given(geometries),
        _dimensions=Late(partial(dimensions_of, geometries)),
    )


def table_of_arrays(
    *,
    levels: npt.NDArray[np.int8],
    revisions: npt.NDArray[np.int64],
    flat: FlatShapes,
    columns: Mapping[str, Callable[[], TextColumn]],
    anchors: npt.NDArray[np.float64] | None = None,
) -> FeatureTable:
    """Build a table from what a register was read into, making nothing that need not be.

    Args:
        levels: Column.
        revisions: Column.
        flat: The geometries.
        columns: What makes each of `TEXT_COLUMNS`.
        anchors: Column, where it was made already.
    """
    return FeatureTable(
        levels=levels,
        revisions=revisions,
        anchors=flat.anchors() if anchors is None else anchors,
        bounds=flat.bounds,
        flat=flat,
        _texts={name: Late(columns[name]) for name in TEXT_COLUMNS},
        _geometries=Late(flat.geometries),
        _dimensions=Late(flat.dimensions),
    )


def empty_table() -> FeatureTable:
    """A table without rows."""
    nothing: list[str] = []
    return feature_table(
        ids=nothing, codes=nothing, names=nothing, type_keys=nothing, levels=nothing,
        counties=nothing, units=nothing, townships=nothing, revisions=nothing,
        geometries=np.empty(0, dtype=object),
    )  # fmt: skip
