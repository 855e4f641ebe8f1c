"""Where the selected hazards are ringed: at their symbol, or at the cluster that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qhd_riskmap.cartography.clusters import Clusters
from qhd_riskmap.cartography.map_painter import cluster_size
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.ui.map.renderer import Frame

MOST_RINGED: Final = 300
_RING: Final = 0.82


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle around a symbol or a cluster, in pixels of the view."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class _Disc:
    plane: tuple[float, float]
    radius: float


class SelectionRings:
    """Knows in which cluster of the picture shown each selected hazard is."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._ids: tuple[str, ...] = ()
        self._discs: dict[str, _Disc] = {}

    def rings(
        self, frame: Frame | None, table: FeatureTable, ids: tuple[str, ...], viewport: Viewport
    ) -> list[Ring]:
        """The rings of the last selected hazards, each cluster once.

        Args:
            frame: The picture on the screen; the groups are those painted in it.
            table: The hazards shown.
            ids: What is selected.
            viewport: The view, which may have moved on since the picture was painted.
        """
        ids = ids[-MOST_RINGED:]
        if frame is not None and frame.viewport.projection is not viewport.projection:
            frame = None
        self._renew(frame, ids)
        symbol = frame.options.symbol_size if frame is not None else 0.0
        places: dict[Ring, None] = {}
        for each in ids:
            disc, row = self._discs.get(each), table.row_of(each)
            if disc is not None:
                ((x, y),) = viewport.plane_to_screen(np.array([disc.plane])).tolist()
                places[Ring(x, y, disc.radius)] = None
            elif row is not None:
                lon, lat = viewport.to_screen(*table.anchors[row])
                places[Ring(float(lon), float(lat), symbol * _RING)] = None
        return list(places)

    def _renew(self, frame: Frame | None, ids: tuple[str, ...]) -> None:
        if frame is self._frame and ids == self._ids:
            return
        self._frame, self._ids = frame, ids
        self._discs = _discs(frame, ids) if frame is not None and ids else {}


def _discs(frame: Frame, ids: tuple[str, ...]) -> dict[str, _Disc]:
    clusters = frame.groups.get()
    table = frame.scene.table
    by_row = {row: each for each in ids if (row := table.row_of(each)) is not None}
    if clusters is None or not by_row:
        return {}
    rows = frame.scene.prepared.marks.rows[clusters.members]
    places = np.flatnonzero(np.isin(rows, list(by_row)))
    groups = np.searchsorted(clusters.offsets, places, side="right") - 1
    return {
        by_row[int(row)]: _disc(clusters, int(group), frame)
        for row, group in zip(rows[places].tolist(), groups.tolist(), strict=True)
        if clusters.counts[group] > 1
    }


def _disc(clusters: Clusters, group: int, frame: Frame) -> _Disc:
    x, y = clusters.xy[group].tolist()
    size = cluster_size(int(clusters.counts[group]), frame.options)
    # Around the disc with its ring of levels.
    return _Disc((x, y), size / 2 + frame.options.symbol_size * (_RING - 0.5))
