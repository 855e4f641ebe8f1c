"""Where the selected hazards are marked: at their symbol, or at the cluster that holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.cartography.map_painter import cluster_size
from qhd_riskmap.cartography.path_layer import PathLayer
from qhd_riskmap.cartography.path_painter import clipped
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.ui.map.renderer import Frame

# In view; what is selected elsewhere costs nothing.
MOST_RINGED: Final = 2_000
MOST_OUTLINED: Final = 300
_OUTLINE_REACH: Final = 256.0
_RING: Final = 0.82
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle around a symbol or a cluster, in pixels of the view."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The selected hazards of one picture.

    Attributes:
        rows: Their rows in the table shown.
        loose: Which of them stand for themselves.
        discs: (k, 3) plane metres and radius in pixels of the clusters that hold the others.
    """

    rows: Rows = field(default_factory=lambda: np.empty(0, np.intp))
    loose: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    discs: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3)))


class SelectionRings:
    """Knows which selected hazards are in view, and in which cluster of the picture each is."""

    def __init__(self) -> None:
        self._table: FeatureTable | None = None
        self._ids: tuple[str, ...] = ()
        self._rows: Rows = np.empty(0, np.intp)
        self._frame: Frame | None = None
        self._chosen = _Chosen()

    def rings(
        self, frame: Frame | None, table: FeatureTable, ids: tuple[str, ...], viewport: Viewport
    ) -> list[Ring]:
        """The rings of the selected hazards in view, each cluster once.

        Args:
            frame: The picture on the screen; the groups are those painted in it.
            table: The hazards shown.
            ids: What is selected.
            viewport: The view, which may have moved on since the picture was painted.
        """
        if frame is not None and frame.viewport.projection is not viewport.projection:
            frame = None
        chosen = self._look(frame, table, ids)
        places = viewport.plane_to_screen(chosen.discs[:, :2]).tolist()
        radii = chosen.discs[:, 2].tolist()
        rings = [Ring(x, y, radius) for (x, y), radius in zip(places, radii, strict=True)]
        radius = frame.options.symbol_size * _RING if frame is not None else 0.0
        anchors = table.anchors[chosen.rows[chosen.loose]]
        west, south, east, north = viewport.visible_bounds()
        seen = (anchors[:, 0] >= west) & (anchors[:, 0] <= east)
        seen &= (anchors[:, 1] >= south) & (anchors[:, 1] <= north)
        anchors = anchors[seen][-MOST_RINGED:]
        xs, ys = viewport.to_screen(anchors[:, 0], anchors[:, 1])
        loose = zip(xs.tolist(), ys.tolist(), strict=True)
        return rings + [Ring(x, y, radius) for x, y in loose]

    def outlines(
        self, frame: Frame | None, table: FeatureTable, ids: tuple[str, ...], viewport: Viewport
    ) -> list[FloatArray]:
        """Pixels of the selected lines and areas in view, as thin as they were painted; see `rings`.

        Hazards that the picture does not show yet are outlined with the next one.
        """
        if frame is None or frame.scene.table is not table:
            return []
        prepared, rows = frame.scene.prepared, self._selected(table, ids)
        if prepared.projection is not viewport.projection or not len(rows):
            return []
        chosen = np.zeros(len(table), bool)
        chosen[rows] = True
        found: list[FloatArray] = []
        for layer in (prepared.polygons, prepared.lines):
            seen = layer.visible(viewport.plane_bounds(_OUTLINE_REACH))
            seen = seen[chosen[layer.rows[seen]]][-MOST_OUTLINED:]
            if len(seen):
                found += _pixels(layer, seen, frame, viewport)
        return found

    def _selected(self, table: FeatureTable, ids: tuple[str, ...]) -> Rows:
        if self._table is not table or self._ids != ids:
            self._table, self._ids = table, ids
            self._rows = np.array(table.rows_of(ids), dtype=np.intp)
        return self._rows

    def _look(self, frame: Frame | None, table: FeatureTable, ids: tuple[str, ...]) -> _Chosen:
        rows = self._selected(table, ids)  # a new picture leaves them as they are
        if self._frame is not frame or self._chosen.rows is not rows:
            self._frame, self._chosen = frame, _chosen(frame, table, ids, rows)
        return self._chosen


def _chosen(frame: Frame | None, table: FeatureTable, ids: tuple[str, ...], rows: Rows) -> _Chosen:
    alone = _Chosen(rows=rows, loose=np.ones(len(rows), bool))
    clusters = frame.groups.get() if frame is not None and len(rows) else None
    if frame is None or clusters is None:
        return alone
    painted = frame.scene.table
    inside = np.zeros(len(painted), bool)
    inside[rows if painted is table else painted.rows_of(ids)] = True
    member_rows = frame.scene.prepared.marks.rows[clusters.members]
    groups = np.repeat(np.arange(len(clusters)), clusters.counts)
    held = inside[member_rows] & (clusters.counts[groups] > 1)
    hidden = np.zeros(len(painted), bool)
    hidden[member_rows[held]] = True
    discs = [
        (*clusters.xy[group].tolist(), _radius(int(clusters.counts[group]), frame))
        for group in np.flatnonzero(np.bincount(groups[held])).tolist()
    ]
    loose = ~hidden[rows] if painted is table else _unheld(table, rows, painted.ids[hidden])
    return _Chosen(rows=rows, loose=loose, discs=np.array(discs).reshape(-1, 3))


def _pixels(layer: PathLayer, seen: Rows, frame: Frame, viewport: Viewport) -> list[FloatArray]:
    wanted = np.zeros(len(layer), bool)
    wanted[seen] = True
    # Of the picture's scale: those copies were made beside the window, others would hold it up.
    resolution = frame.viewport.resolution * frame.options.detail
    parts = layer.some_at_resolution(resolution, wanted)
    near = clipped(parts, layer, seen, viewport, _OUTLINE_REACH)
    xy = viewport.plane_to_screen(near.xy)
    return [xy[start:end] for start, end in pairwise(near.offsets.tolist())]


def _unheld(table: FeatureTable, rows: Rows, held: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows are not among these hazards of the table painted before."""
    ids = frozenset(held.tolist())
    return np.array([each not in ids for each in table.ids[rows].tolist()], dtype=bool)


def _radius(count: int, frame: Frame) -> float:
    # Around the disc with its ring of levels.
    size = cluster_size(count, frame.options)
    return size / 2 + frame.options.symbol_size * (_RING - 0.5)
