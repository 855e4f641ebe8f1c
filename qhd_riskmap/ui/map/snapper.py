"""Pulls the mouse to vertices and edges: of the register, of the shape in hand, of any other source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from qhd_riskmap.cartography.layer_painter import LayerStack
from qhd_riskmap.cartography.vector_layer import VectorSource
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.geo.snapping import Box, Snap, SnapSource, nearest
from qhd_riskmap.ui.map.scene import Scene

SNAP_PX: Final = 10
# More shapes than this around the mouse cannot be told apart; the map is too far out to snap.
_MOST: Final = 400
_NOTHING: NDArray[Any] = np.empty(0, dtype=object)


class RegisterSource:
    """The hazards in the picture shown, without the one whose shape is in hand."""

    def __init__(self, scene: Callable[[], Scene | None]) -> None:
        self._scene = scene
        self.left_out: str | None = None

    def near(self, box: Box) -> NDArray[Any]:
        """Geometries whose extents touch the box."""
        scene = self._scene()
        if scene is None:
            return _NOTHING
        rows = scene.tree.query(shapely.box(*box))
        own = scene.table.row_of(self.left_out) if self.left_out is not None else None
        if own is not None:
            rows = rows[rows != own]
        return np.asarray(scene.table.geometries[rows], dtype=object)


class LayersSource:
    """The vector layers added to the map, as far as they are shown at its scale."""

    def __init__(self, layers: Callable[[], LayerStack], viewport: Callable[[], Viewport]) -> None:
        self._layers = layers
        self._viewport = viewport

    def near(self, box: Box) -> NDArray[Any]:
        """Geometries of all of them whose extents touch the box."""
        layers = self._layers().layers
        if not layers:
            return _NOTHING
        scale = self._viewport().scale_denominator()
        found = [
            shape
            for each in self._layers().shown(scale)
            if isinstance(each.source, VectorSource)
            for shape in each.source.vertices(each.layer, box)
        ]
        shapes = np.empty(len(found), dtype=object)
        shapes[:] = found
        return shapes


class Snapper:
    """What places are pulled to, and from how far.

    Attributes:
        tolerance_px: Pixels; 0 switches snapping off.
        register: The source that shows the register.
    """

    def __init__(self, scene: Callable[[], Scene | None]) -> None:
        self.tolerance_px: float = SNAP_PX
        self.register = RegisterSource(scene)
        self._sources: list[SnapSource] = [self.register]

    def add_source(self, source: SnapSource) -> None:
        """Snap to one more set of geometries; see `SnapSource`."""
        if source not in self._sources:
            self._sources.append(source)

    def remove_source(self, source: SnapSource) -> None:
        """Snap to it no longer; unknown ones are no mistake."""
        self._sources = [each for each in self._sources if each is not source]

    def snap(self, viewport: Viewport, x: float, y: float, own: NDArray[Any]) -> Snap | None:
        """What a pixel is pulled to, or None.

        Args:
            viewport: The view.
            x: Pixels from the left.
            y: Pixels from the top.
            own: More geometries, as of the shape in hand.
        """
        if self.tolerance_px <= 0:
            return None
        reach = self.tolerance_px * 1.5
        lon, lat = viewport.to_lonlat([x - reach, x + reach, x], [y + reach, y - reach, y])
        box = (float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1]))
        found = [own, *(source.near(box) for source in self._sources)]
        near = np.concatenate(found)
        if len(near) > _MOST:
            return None
        place = (float(lon[2]), float(lat[2]))
        return nearest(place, near, viewport.to_screen, self.tolerance_px, box)
