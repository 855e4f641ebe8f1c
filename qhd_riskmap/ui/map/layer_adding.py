"""Asks what is needed to add a layer: files, their system, matching points of a scan, a tile service."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QWidget

from qhd_riskmap.cartography.raster_source import whole_picture
from qhd_riskmap.domain.map_layer import ControlPoint, MapLayer
from qhd_riskmap.geo.references import known_references
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.map_layers import LAYER_SUFFIXES, Examined, MapLayerService
from qhd_riskmap.settings import save_settings
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.overlay import paint_pin
from qhd_riskmap.ui.map.pick_tool import PickTool
from qhd_riskmap.ui.map.scan_dialog import ScanDialog
from qhd_riskmap.ui.map.tile_dialog import TileDialog, WantedService
from qhd_riskmap.ui.toolkit.desk import Desk

_COMPANIONS: Final = frozenset(
    {".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".xml", ".jgw", ".jpgw", ".pgw",
     ".pngw", ".tfw", ".wld", ".ovr"}
)  # fmt: skip
_BACK: Final = "pan"


class LayerAdding(QObject):
    """Adds layers to the register; who shows them hears of it through the desk.

    Signals:
        added: A layer is about to be announced (its id).
    """

    added = Signal(object)

    def __init__(self, desk: Desk, canvas: MapCanvas, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._canvas = canvas
        self._window = window
        self.dialog: QDialog | None = None

    @property
    def _service(self) -> MapLayerService:
        # Not kept: nothing is opened before something is added.
        return self._desk.app.layers

    # -- files ----------------------------------------------------------------------------------

    def ask_files(self) -> None:
        """Ask for files to add."""
        kinds = " ".join(f"*{suffix}" for suffix in LAYER_SUFFIXES)
        chosen, _kind = QFileDialog.getOpenFileNames(
            self._window, _("添加图层"), "", _("可以加入地图的文件 ({kinds})").format(kinds=kinds)
        )
        self.add_files([Path(name) for name in chosen])

    def add_files(self, paths: list[Path]) -> None:
        """Add files; those that belong to another one come with it."""
        service = self._service
        for path in paths:
            if path.suffix.lower() in _COMPANIONS and len(paths) > 1:
                continue
            self._desk.run(
                lambda _job, path=path: service.examine(path),  # type: ignore[misc]
                title=_("正在查看“{name}”…").format(name=path.name),
                on_success=self._take_examined,
                database=False,
            )

    def _take_examined(self, examined: Examined) -> None:
        if examined.needs_points:
            self.ask_points(examined.layers[0], examined.size)
        elif examined.needs_reference:
            self._ask_reference(examined.layers)
        else:
            self.add(examined.layers)

    def _ask_reference(self, layers: tuple[MapLayer, ...]) -> None:
        references = known_references()
        box = QInputDialog(self._window)
        box.setObjectName("reference-dialog")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(_("坐标系"))
        box.setLabelText(
            _("“{name}”没有注明坐标系。它的坐标是哪一种？").format(name=layers[0].name)
        )
        box.setComboBoxItems([reference.label for reference in references])
        box.setOkButtonText(_("确定"))
        box.setCancelButtonText(_("取消"))
        by_label = {reference.label: reference.text for reference in references}
        box.textValueSelected.connect(
            lambda label: self.add(
                tuple(replace(layer, reference=by_label[label]) for layer in layers)
            )
        )
        self._open(box)

    def add(self, layers: tuple[MapLayer, ...]) -> None:
        """Keep layers in the register; they lie on top of their sort."""

        def added(changes: Changes) -> None:
            self.added.emit(layers[-1].id)
            self._desk.announce(changes)
            self._desk.notify(_("已添加图层“{name}”。").format(name=layers[-1].name), "success")

        service = self._service
        self._desk.run(
            lambda _job: service.add(layers),
            title=_("正在添加图层…"),
            on_success=added,
            quiet=True,
        )

    # -- scanned maps ---------------------------------------------------------------------------

    def ask_points(self, layer: MapLayer, size: tuple[int, int]) -> None:
        """Let the officer click matching points."""
        dialog = ScanDialog(layer, size, self._window)
        dialog.place_wanted.connect(partial(self._pick_for, dialog))
        dialog.confirmed.connect(self._lay_scan)
        dialog.finished.connect(self._scan_closed)
        path = Path(layer.source)

        def shown(image: QImage) -> None:
            if self.dialog is dialog:
                dialog.show_image(image)

        self._desk.run(
            lambda _job: whole_picture(path),
            title=_("正在打开“{name}”…").format(name=path.name),
            on_success=shown,
            database=False,
            quiet=True,
        )
        self.dialog = dialog
        self._canvas.decorations.append(self._paint_points)
        dialog.points_changed.connect(self._canvas.update)
        dialog.show()
        # Beside the map, not over it: both are clicked in turn.
        dialog.move(self._window.window().mapToGlobal(QPoint(0, 0)))

    def _paint_points(self, painter: QPainter) -> None:
        """The points that are matched so far, with their numbers, on the map too."""
        if isinstance(self.dialog, ScanDialog):
            for number, point in enumerate(self.dialog.points, start=1):
                x, y = self._canvas.viewport.to_screen(point.lon, point.lat)
                paint_pin(painter, QPointF(float(x), float(y)), str(number))

    def _scan_closed(self) -> None:
        self._canvas.decorations.remove(self._paint_points)
        self.dialog = None
        self._canvas.take_tool(_BACK)

    def _pick_for(self, dialog: ScanDialog) -> None:
        self._canvas.borrow_tool(PickTool(self._canvas, dialog.take_place, _BACK))

    def _lay_scan(self, layer: MapLayer, points: tuple[ControlPoint, ...]) -> None:
        service = self._service

        def lay(_job: JobContext) -> Changes:
            return service.lay_scan(layer, points)

        def laid(changes: Changes) -> None:
            self.added.emit(layer.id)
            self._desk.announce(changes)
            self._desk.notify(_("扫描图“{name}”已在地图上。").format(name=layer.name), "success")

        self._desk.run(lay, title=_("正在定位扫描图…"), on_success=laid, quiet=True)

    # -- services -------------------------------------------------------------------------------

    def ask_service(self) -> None:
        """Ask for a tile service."""
        dialog = TileDialog(
            online=self._desk.settings.online_tiles,
            keeps_keys=self._service.keeps_keys,
            parent=self._window,
        )
        dialog.confirmed.connect(self._add_service)
        self._open(dialog)

    def _add_service(self, wanted: WantedService) -> None:
        self._desk.settings.online_tiles = wanted.online
        save_settings(self._desk.settings)
        self._service.use(self._desk.settings)
        service = self._service

        def add(_job: JobContext) -> tuple[MapLayer, Changes]:
            layer, pasted = service.tile_layer(
                wanted.name,
                wanted.address,
                reference="gcj02" if wanted.gcj02 else "",
                max_zoom=wanted.max_zoom,
                provider=wanted.provider,
                approval_no=wanted.approval_no,
            )
            if wanted.key or pasted:
                service.set_key(layer.source, wanted.key or pasted)
            return layer, service.add([layer])

        def added(result: tuple[MapLayer, Changes]) -> None:
            layer, changes = result
            self.added.emit(layer.id)
            self._desk.announce(changes)
            self._desk.notify(_("已添加图层“{name}”。").format(name=layer.name), "success")

        self._desk.run(add, title=_("正在添加图层…"), on_success=added, quiet=True)

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.open()
