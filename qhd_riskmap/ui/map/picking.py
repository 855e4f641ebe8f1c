"""A click or a box on the map selects; a click on a cluster goes closer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF

from qhd_riskmap.cartography.viewport import Bounds
from qhd_riskmap.ui.map.map_keys import ZOOM_STEP

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

_CLOSER: Final = 2.0


class Picking:
    """Selects on one map; remembers what lay under the last click."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._last_hits: list[str] = []

    def select_at(self, x: float, y: float, *, more: bool) -> None:
        """Select what is under a pixel; a click on a cluster zooms into it.

        Clicking the same stack of hazards again goes through them one by one.
        """
        canvas, scene = self._canvas, self._canvas.scene
        if scene is None:
            return
        cluster = scene.cluster_at(canvas.viewport, x, y, canvas.options)
        if cluster is not None:
            self._open_cluster(cluster)
            return
        hits = canvas.hits_at(x, y)
        if hits:
            self._take(hits, more=more)
        elif not more:
            canvas.selection.clear(by=canvas)
        canvas.place_clicked.emit(*canvas.place_at(x, y))

    def select_box(self, box: QRectF, *, more: bool) -> None:
        """Select everything that touches a box of pixels."""
        canvas, scene = self._canvas, self._canvas.scene
        if scene is None:
            return
        found = scene.inside(canvas.viewport, box.left(), box.top(), box.right(), box.bottom())
        canvas.selection.set([*canvas.selection.ids, *found] if more else found, by=canvas)

    def _take(self, hits: list[str], *, more: bool) -> None:
        selection = self._canvas.selection
        if more:
            selection.toggle(hits[0], by=self._canvas)
        else:
            current = selection.current
            again = hits == self._last_hits and current in hits
            place = (hits.index(current) + 1) % len(hits) if again and current else 0
            selection.set([hits[place]], by=self._canvas)
        self._last_hits = hits

    def _open_cluster(self, bounds: Bounds) -> None:
        canvas, before = self._canvas, self._canvas.viewport
        canvas.fit_bounds(bounds)
        if canvas.viewport.resolution > before.resolution / ZOOM_STEP:
            closer = replace(canvas.viewport, resolution=before.resolution / _CLOSER)
            canvas.set_viewport(closer)
