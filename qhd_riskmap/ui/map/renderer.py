"""Paints map pictures on one worker thread; the newest wish wins, an outdated picture is dropped."""

from __future__ import annotations

import math
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from qhd_riskmap.cartography.basemap_painter import PreparedBasemap, prepare_basemap
from qhd_riskmap.cartography.clusters import Clusters
from qhd_riskmap.cartography.layer_painter import NO_LAYERS, LayerStack, covers
from qhd_riskmap.cartography.legend import LegendEntry, layer_entry
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import clusters_in_view, render_image
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.late_value import Late
from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.ui.map.scene import Scene, scene_of


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture wanted.

    Attributes:
        table: The hazards.
        viewport: What to show.
        options: How.
        layers: What the office added.
        groups_wanted: Something is selected: the window will ask which cluster holds it.
    """

    table: FeatureTable
    viewport: Viewport
    options: MapOptions
    layers: LayerStack = NO_LAYERS
    groups_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A finished picture.

    Attributes:
        viewport: What it shows.
        image: The picture.
        scene: What was painted, for hit tests.
        legend: The signs in view.
        options: How it was painted.
        groups: The clusters painted, None where every symbol stands for itself.
    """

    viewport: Viewport
    image: QImage
    scene: Scene
    legend: tuple[LegendEntry, ...]
    options: MapOptions
    groups: Late[Clusters | None]


class MapRenderer(QObject):
    """One worker that paints.

    Signals:
        rendered: A picture is ready (`Frame`).
        failed: Painting failed (the exception).
        idle: Nothing is being painted or waiting.
    """

    rendered = Signal(object)
    failed = Signal(object)
    idle = Signal()
    _settled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="map")
        self._running: Wish | None = None
        self._waiting: Wish | None = None
        self._stop = threading.Event()
        self._closed = False
        self._scene: Scene | None = None
        self._basemap: PreparedBasemap | None = None
        self._settled.connect(self._settle, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether a picture is being painted."""
        return self._running is not None

    def request(self, wish: Wish) -> None:
        """Ask for a picture; replaces a wish that still waits.

        A picture at another scale, of other hazards or in another look is of no use any more and is
        broken off; one that is merely shifted is finished, so that dragging shows new ground.
        """
        if self._closed:
            return
        if self._running is None:
            self._start(wish)
            return
        self._waiting = wish
        if _outdated(self._running, wish):
            self._stop.set()

    def shutdown(self) -> None:
        """Break off and wait; afterwards the worker is gone."""
        if self._closed:
            return
        self._closed = True
        self._waiting = None
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        # A picture that became ready meanwhile waits in the queue; nobody is there to take it.
        self._settled.disconnect()
        QCoreApplication.removePostedEvents(self)
        self._running = None

    def _start(self, wish: Wish) -> None:
        self._running = wish
        self._stop = threading.Event()
        future = self._pool.submit(self._paint, wish, self._stop)
        future.add_done_callback(self._settled.emit)

    def _settle(self, future: Future[Frame]) -> None:
        self._running = None
        if self._closed or future.cancelled():
            return
        error = future.exception()
        if error is None:
            self.rendered.emit(future.result())
        elif not isinstance(error, JobCancelledError):
            self.failed.emit(error)
        if self._waiting is not None:
            wish, self._waiting = self._waiting, None
            self._start(wish)
        else:
            self.idle.emit()

    # -- on the worker --------------------------------------------------------------------------

    def _paint(self, wish: Wish, stop: threading.Event) -> Frame:
        projection = wish.viewport.projection
        scene = self._scene
        if (
            scene is None
            or scene.table is not wish.table
            or scene.prepared.projection != projection
        ):
            scene = self._scene = scene_of(wish.table, projection)
        basemap = self._basemap
        if basemap is None or basemap.projection != projection:
            basemap = self._basemap = prepare_basemap(boundaries(), projection)
        view, options = wish.viewport, wish.options
        image = render_image(
            scene.prepared, basemap, view, options, stop.is_set, layers=wish.layers
        )
        added = tuple(layer_entry(each.layer) for each in covers(wish.layers, view))
        groups = Late(partial(clusters_in_view, scene.prepared, view, options))
        if wish.groups_wanted:
            groups.get()
        legend = scene.legend(view, options) + added
        return Frame(view, image, scene, legend, options, groups)


def _outdated(running: Wish, wanted: Wish) -> bool:
    return (
        running.viewport.resolution != wanted.viewport.resolution
        or running.table is not wanted.table
        or running.options != wanted.options
        or running.layers is not wanted.layers
    )


def paint_frame(painter: QPainter, frame: Frame, here: Viewport) -> None:
    """Put a finished picture where its ground is in the view of now: shifted, scaled."""
    there = frame.viewport
    if there.projection is not here.projection:
        return
    scale = there.resolution / here.resolution
    x = here.width / 2 + (there.centre_x - here.centre_x) / here.resolution
    y = here.height / 2 - (there.centre_y - here.centre_y) / here.resolution
    width, height = there.width * scale, there.height * scale
    if math.isclose(scale, 1.0, rel_tol=1e-9):
        painter.drawImage(QPointF(x - width / 2, y - height / 2), frame.image)
    else:
        target = QRectF(x - width / 2, y - height / 2, width, height)
        painter.drawImage(target, frame.image, QRectF(frame.image.rect()))
