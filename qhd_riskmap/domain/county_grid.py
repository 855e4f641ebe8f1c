"""Tells the division of many points by a grid; only points near a border are tested exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

_COARSE_DEG: Final = 0.05
_FINE_PER_COARSE: Final = 10
# Cells are tested a little larger than they are, so that rounding puts no point into a wrong one.
_MARGIN_DEG: Final = 1e-9
_MIXED: Final = -1
IndexArray = npt.NDArray[np.int8]


class CountyGrid:
    """Division of every cell that lies in one division or in none, `_MIXED` for the others.

    Attributes:
        codes: Division codes, ascending.
    """

    def __init__(self, counties: Mapping[str, BaseGeometry]) -> None:
        """Lay the grid over the divisions, finer along their borders."""
        self.codes = tuple(sorted(counties))
        self._shapes = [counties[code] for code in self.codes]
        west, south, east, north = shapely.total_bounds(self._shapes).tolist()
        self._west, self._south = west - _COARSE_DEG, south - _COARSE_DEG
        columns = int(np.ceil((east - self._west) / _COARSE_DEG)) + 1
        rows = int(np.ceil((north - self._south) / _COARSE_DEG)) + 1
        coarse = self._classified(*np.divmod(np.arange(rows * columns), columns), _COARSE_DEG)
        fine = np.repeat(
            np.repeat(coarse.reshape(rows, columns), _FINE_PER_COARSE, axis=0),
            _FINE_PER_COARSE,
            axis=1,
        )
        row, column = np.nonzero(fine == _MIXED)
        fine[row, column] = self._classified(row, column, _COARSE_DEG / _FINE_PER_COARSE)
        self._cells = fine

    def index_of(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> IndexArray:
        """Index in `codes` plus 1 of every point's division, 0 outside; NaN is outside.

        A point on a shared border belongs to the division with the lower code.
        """
        size = _COARSE_DEG / _FINE_PER_COARSE
        rows, columns = self._cells.shape
        with np.errstate(invalid="ignore", over="ignore"):
            column, row = np.floor((x - self._west) / size), np.floor((y - self._south) / size)
            within = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        found = np.zeros(len(x), dtype=np.int8)
        cells = self._cells[row[within].astype(np.intp), column[within].astype(np.intp)]
        found[within] = cells
        open_points = np.flatnonzero(found == _MIXED)
        if len(open_points):
            found[open_points] = exact_index_of(self._shapes, x[open_points], y[open_points])
        return found

    def _classified(
        self, row: npt.NDArray[Any], column: npt.NDArray[Any], size: float
    ) -> IndexArray:
        west, south = self._west + column * size, self._south + row * size
        boxes = shapely.box(
            west - _MARGIN_DEG,
            south - _MARGIN_DEG,
            west + size + _MARGIN_DEG,
            south + size + _MARGIN_DEG,
        )
        found = np.zeros(len(boxes), dtype=np.int8)
        for shape in self._shapes:
            found[shapely.intersects(shape, boxes)] = _MIXED
        for index, shape in enumerate(self._shapes, start=1):
            found[shapely.contains_properly(shape, boxes)] = index
        return found


def exact_index_of(
    shapes: Sequence[BaseGeometry], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> IndexArray:
    """Index plus 1 of the first shape that holds each point, 0 outside all."""
    found = np.zeros(len(x), dtype=np.int8)
    for index in range(len(shapes), 0, -1):
        found[shapely.intersects_xy(shapes[index - 1], x, y)] = index
    return found
