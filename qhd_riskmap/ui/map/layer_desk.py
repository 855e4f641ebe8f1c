"""Brings layers from files and services onto the map, and what the officer does to them into the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from qhd_riskmap.cartography.layer_painter import LayerSource, LayerStack, OpenLayer
from qhd_riskmap.cartography.raster_source import RasterSource
from qhd_riskmap.cartography.vector_layer import VectorSource
from qhd_riskmap.domain.map_layer import LayerKind, MapLayer
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.map_layers import LinkedLayer, MapLayerService
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.layer_adding import LayerAdding
from qhd_riskmap.ui.map.layer_dialog import LayerDialog
from qhd_riskmap.ui.map.layer_panel import LayerPanel
from qhd_riskmap.ui.map.tile_cache_dialog import TileKeeping
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.drop_area import dropped_files

_GATHER_MS: Final = 80


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a layer was opened from, and its content."""

    signature: tuple[object, ...]
    source: LayerSource


class LayerDesk(QObject):
    """The layers of one map page.

    Signals:
        restacked: Content, order or look changed (`LayerStack`).
    """

    restacked = Signal(object)
    _tiles_came = Signal()

    def __init__(self, desk: Desk, canvas: MapCanvas, panel: LayerPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._canvas = canvas
        self.panel = panel
        self._window = parent
        self._opened: dict[UUID, _Opened] = {}
        self._failed: Mapping[str, RiskMapError] = {}
        self._fresh: UUID | None = None
        self.linked: list[LinkedLayer] = []
        self.stack = LayerStack()
        self.dialog: QDialog | None = None
        self.adding = LayerAdding(desk, canvas, parent)
        self.adding.added.connect(self._take_up)
        self.tile_keeping = TileKeeping(desk, parent)
        self.tile_keeping.changed.connect(self._renew_tiles)
        # Tiles come by the dozen; each picture shows all that are there by then.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_GATHER_MS)
        self._soon.timeout.connect(self._renew_tiles)
        self._tiles_came.connect(self._tile_came, Qt.ConnectionType.QueuedConnection)
        self.restacked.connect(canvas.show_layers)
        self._connect(panel)
        canvas.setAcceptDrops(True)
        canvas.installEventFilter(self)
        # The hazards come first; reading the links opens the register.
        desk.drawn.connect(self.reload, Qt.ConnectionType.SingleShotConnection)

    @cached_property
    def _service(self) -> MapLayerService:
        service = self._desk.app.layers
        service.use(self._desk.settings)
        service.tiles.arrived = self._tiles_came.emit
        return service

    def changes(self, changes: Changes) -> None:
        """Read the layers anew where some changed."""
        if changes.layers:
            self.reload()

    def close_down(self) -> None:
        """Hear nothing of tiles any more."""
        self._soon.stop()
        if "_service" in vars(self):
            self._service.tiles.arrived = lambda: None

    # -- reading --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the links, then open what is not open yet."""
        self._desk.run(
            lambda _job: self._service.layers(),
            title=_("正在读取图层…"),
            on_success=self._take_links,
            quiet=True,
        )

    def _take_links(self, linked: list[LinkedLayer]) -> None:
        self.linked = linked
        known = {each.layer.id: _signature(each) for each in linked}
        self._opened = {
            layer_id: opened
            for layer_id, opened in self._opened.items()
            if known.get(layer_id) == opened.signature
        }
        fresh = [each for each in linked if each.layer.id not in self._opened]
        self._failed = {}
        if not any(not each.missing for each in fresh):
            self._restack()
            return
        self._desk.run(
            lambda _job: self._service.opened(fresh),
            title=_("正在打开图层…"),
            on_success=partial(self._take_opened, fresh),
            database=False,
            quiet=True,
        )

    def _take_opened(
        self,
        fresh: list[LinkedLayer],
        result: tuple[LayerStack, Mapping[str, RiskMapError]],
    ) -> None:
        stack, self._failed = result
        signatures = {each.layer.id: _signature(each) for each in fresh}
        for each in stack.layers:
            self._opened[each.layer.id] = _Opened(signatures[each.layer.id], each.source)
        self._restack()

    def _take_up(self, layer_id: UUID) -> None:
        """Have a new layer in hand once it is listed."""
        self._fresh = layer_id

    def _restack(self) -> None:
        self.stack = LayerStack(
            tuple(
                OpenLayer(each.layer, self._opened[each.layer.id].source)
                for each in self.linked
                if each.layer.id in self._opened
            )
        )
        self.panel.show_layers(self.linked, self._failed)
        if self._fresh is not None:
            self.panel.list.take_id(self._fresh)
            self._fresh = None
        self.restacked.emit(self.stack)
        self._renew_note()

    # -- tiles ----------------------------------------------------------------------------------

    def _tile_came(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _renew_tiles(self) -> None:
        self._canvas.show_layers(self.stack)
        self._renew_note()

    def _renew_note(self) -> None:
        services = [
            e.layer for e in self.linked if e.layer.kind is LayerKind.TILES and e.layer.visible
        ]
        if services and not self._desk.settings.online_tiles:
            self.panel.say(_("本机没有开启联网取瓦片，只显示已缓存的部分。"))
            return
        troubles = [s.trouble for layer in services if (s := self._service.supply_of(layer))]
        self.panel.say(next((text for text in troubles if text), ""))

    # -- looking after --------------------------------------------------------------------------

    def _connect(self, panel: LayerPanel) -> None:
        panel.files_wanted.connect(self.adding.ask_files)
        panel.service_wanted.connect(self.adding.ask_service)
        panel.cache_wanted.connect(self.tile_keeping.ask)
        panel.properties_wanted.connect(self.ask_properties)
        panel.zoom_wanted.connect(self.zoom_to)
        panel.relocate_wanted.connect(self.ask_relocate)
        panel.remove_wanted.connect(self.remove)
        panel.opacity_tried.connect(lambda each, value: self._try(each, opacity=value))
        panel.opacity_chosen.connect(lambda each, value: self.change(each, opacity=value))
        panel.list.switched.connect(lambda each, on: self.change(each, visible=on))
        panel.list.renamed.connect(self._rename)
        panel.list.arranged.connect(self._arrange)

    def layer(self, layer_id: UUID) -> LinkedLayer | None:
        """A layer by id."""
        return next((each for each in self.linked if each.layer.id == layer_id), None)

    def change(self, layer_id: UUID, **facts: object) -> None:
        """Change the look at once and keep it in the register."""
        linked = self.layer(layer_id)
        if linked is None:
            return
        changed = replace(linked.layer, **facts)  # type: ignore[arg-type]
        if changed != linked.layer:
            self._try(layer_id, **facts)
            self._save(changed)

    def zoom_to(self, layer_id: UUID) -> None:
        """Show all of a layer."""
        for each in self.stack.layers:
            if each.layer.id == layer_id:
                whole_world = each.layer.kind is LayerKind.TILES
                self._canvas.fit_city() if whole_world else self._canvas.fit_bounds(each.bounds)

    def ask_properties(self, layer_id: UUID) -> None:
        """Show the look of a layer."""
        linked = self.layer(layer_id)
        if linked is None:
            return
        source = self._opened[layer_id].source if layer_id in self._opened else None
        fields = source.fields() if isinstance(source, VectorSource) else ()
        dialog = LayerDialog(linked.layer, fields, self._window)
        dialog.confirmed.connect(self._save)
        if isinstance(source, RasterSource):
            size = (source.file.facts.width, source.file.facts.height)
            dialog.points_wanted.connect(partial(self.adding.ask_points, linked.layer, size))
        self._open(dialog)

    def ask_relocate(self, layer_id: UUID) -> None:
        """Ask where the file of a layer lies now."""
        linked = self.layer(layer_id)
        if linked is None:
            return
        suffix = Path(linked.layer.source).suffix
        chosen, _kind = QFileDialog.getOpenFileName(
            self._window,
            _("“{name}”现在在哪里？").format(name=linked.layer.name),
            str(Path(linked.layer.source).parent),
            f"*{suffix}",
        )
        if chosen:
            self.relocate(layer_id, Path(chosen))

    def relocate(self, layer_id: UUID, path: Path) -> None:
        """Link a layer to another file."""
        linked, service = self.layer(layer_id), self._service
        if linked is not None:
            self._run(lambda _job: service.relocate(linked.layer, path))

    def remove(self, layer_id: UUID) -> None:
        """Forget a layer; a button in the message brings it back."""
        linked, service = self.layer(layer_id), self._service
        if linked is None:
            return

        def removed(changes: Changes) -> None:
            self._desk.announce(changes)
            self._desk.notify(
                _("已移除图层“{name}”，文件没有动。").format(name=linked.layer.name),
                "success",
                action=_("撤销"),
                callback=partial(self._save, linked.layer),
            )

        self._desk.run(
            lambda _job: service.remove(layer_id),
            title=_("正在移除图层…"),
            on_success=removed,
            quiet=True,
        )

    def _rename(self, layer_id: UUID, name: str) -> None:
        if name:
            self.change(layer_id, name=name)

    def _arrange(self, order: list[UUID]) -> None:
        service = self._service
        places = {layer_id: number for number, layer_id in enumerate(order)}
        self.linked = [
            replace(each, layer=replace(each.layer, position=places[each.layer.id]))
            for each in sorted(self.linked, key=lambda each: places[each.layer.id])
        ]
        self._restack()
        self._run(lambda _job: service.arrange(order))

    def _try(self, layer_id: UUID, **facts: object) -> None:
        """Show another look without keeping it."""
        self.linked = [
            replace(each, layer=replace(each.layer, **facts)) if each.layer.id == layer_id else each  # type: ignore[arg-type]
            for each in self.linked
        ]
        layers = {each.layer.id: each.layer for each in self.linked}
        self.stack = LayerStack(
            tuple(replace(each, layer=layers[each.layer.id]) for each in self.stack.layers)
        )
        self.restacked.emit(self.stack)

    def _save(self, layer: MapLayer) -> None:
        service = self._service
        self._run(lambda _job: service.save(layer))

    def _run(self, work: Callable[[JobContext], Changes]) -> None:
        self._desk.run(
            work,
            title=_("正在保存图层…"),
            on_success=self._desk.announce,
            on_failure=self._failed_to_save,
            quiet=True,
        )

    def _failed_to_save(self, error: BaseException) -> None:
        self._desk.show_error(error)
        self.reload()

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.open()

    # -- dropping -------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Files dropped on the map become layers."""
        if isinstance(event, QDragEnterEvent) and dropped_files(event.mimeData()):
            event.acceptProposedAction()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            paths = dropped_files(event.mimeData())
            if paths:
                event.acceptProposedAction()
                self.adding.add_files(paths)
                return True
        return super().eventFilter(watched, event)


def _signature(linked: LinkedLayer) -> tuple[object, ...]:
    """What decides the content of a layer; its look does not."""
    layer = linked.layer
    return (
        layer.kind, linked.path, layer.source, layer.part, layer.reference, layer.encoding,
        layer.control, layer.max_zoom,
    )  # fmt: skip
