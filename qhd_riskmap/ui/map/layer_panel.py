"""The part of the left panel where layers are added, ordered and looked after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidgetItem,
    QMenu,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.map_layer import MapLayer
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.map_layers import LinkedLayer
from qhd_riskmap.ui.map.layer_list import LayerList
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import SPACE_XS

_WHOLE: Final = 100


class LayerPanel(QWidget):
    """Signals.

    Signals:
        files_wanted: Add files.
        service_wanted: Add a tile service.
        cache_wanted: Show the tiles kept on this computer.
        properties_wanted: Show the look of a layer (its id).
        zoom_wanted: Show all of a layer (its id).
        relocate_wanted: Find the file of a layer (its id) anew.
        remove_wanted: Forget a layer (its id).
        opacity_tried: A layer (its id) is to look like this while the handle moves (0 … 1).
        opacity_chosen: The handle was let go.
    """

    files_wanted = Signal()
    service_wanted = Signal()
    cache_wanted = Signal()
    properties_wanted = Signal(object)
    zoom_wanted = Signal(object)
    relocate_wanted = Signal(object)
    remove_wanted = Signal(object)
    opacity_tried = Signal(object, float)
    opacity_chosen = Signal(object, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer-panel")
        self._linked: dict[UUID, LinkedLayer] = {}
        self.list = LayerList()
        self.list.currentItemChanged.connect(self._show_current)
        self.list.itemDoubleClicked.connect(self._double_clicked)
        self.empty = words(
            _("把 shp、gpkg、GeoJSON、KML、DXF、影像或扫描图拖到地图上，或点“＋”添加。"),
            role="muted",
            name="layer-empty",
        )
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setObjectName("layer-opacity")
        self.opacity.setAccessibleName(_("不透明度"))
        self.opacity.setToolTip(_("不透明度"))
        self.opacity.setRange(0, _WHOLE)
        self.opacity.valueChanged.connect(self._opacity_moved)
        self.opacity.sliderReleased.connect(self._opacity_done)
        self.note = words(role="muted", name="layer-note")
        self.note.hide()
        self._buttons = self._make_buttons()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        top = QHBoxLayout()
        top.addWidget(words(_("添加的图层"), role="section"), 1)
        top.addWidget(self._add_button())
        column.addLayout(top)
        column.addWidget(self.empty)
        column.addWidget(self.list)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.opacity, 1)
        for button in self._buttons.values():
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.note)
        self.show_layers((), {})

    def show_layers(
        self, linked: Sequence[LinkedLayer], failed: Mapping[str, RiskMapError]
    ) -> None:
        """Show these layers and what is wrong with some of them."""
        self._linked = {each.layer.id: each for each in linked}
        self.list.show_layers(linked, failed)
        self.list.setVisible(bool(linked))
        self.empty.setVisible(not linked)
        if linked and self.list.current_id() is None:
            self.list.setCurrentRow(0)
        self._show_current()

    def say(self, note: str) -> None:
        """A quiet sentence below the list, or nothing."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def current(self) -> MapLayer | None:
        """The layer in hand."""
        layer_id = self.list.current_id()
        linked = self._linked.get(layer_id) if layer_id is not None else None
        return linked.layer if linked is not None else None

    def button(self, name: str) -> QToolButton:
        """One of ``zoom``, ``properties``, ``relocate``, ``remove``."""
        return self._buttons[name]

    def _make_buttons(self) -> dict[str, QToolButton]:
        return {
            "zoom": self._button("zoom", "magnify-scan", _("缩放到图层"), self.zoom_wanted),
            "properties": self._button(
                "properties", "palette-outline", _("样式与属性…"), self.properties_wanted
            ),
            "relocate": self._button(
                "relocate", "file-search-outline", _("重新定位文件…"), self.relocate_wanted
            ),
            "remove": self._button(
                "remove", "trash-can-outline", _("移除图层（文件不动）"), self.remove_wanted
            ),
        }

    def _button(self, name: str, glyph: str, title: str, wanted: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"layer-{name}")
        button.setIcon(icon(glyph))
        button.setToolTip(title)
        button.setAccessibleName(title)
        button.clicked.connect(lambda: self._tell(wanted))
        return button

    def _tell(self, wanted: object) -> None:
        layer = self.current()
        if layer is not None:
            wanted.emit(layer.id)  # type: ignore[attr-defined]  # a bound signal

    def _add_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("layer-add")
        button.setIcon(icon("plus"))
        button.setToolTip(_("添加图层"))
        button.setAccessibleName(_("添加图层"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for name, title, wanted in (
            ("layer-add-file", _("文件…"), self.files_wanted),
            ("layer-add-service", _("在线瓦片（天地图等）…"), self.service_wanted),
            ("layer-cache", _("瓦片缓存…"), self.cache_wanted),
        ):
            action = menu.addAction(title)
            action.setObjectName(name)
            action.triggered.connect(wanted)
        button.setMenu(menu)
        return button

    def _show_current(self, *_items: QListWidgetItem) -> None:
        layer = self.current()
        linked = self._linked.get(layer.id) if layer is not None else None
        for button in self._buttons.values():
            button.setEnabled(layer is not None)
        self._buttons["relocate"].setVisible(layer is not None and layer.kind.is_file)
        self._buttons["zoom"].setEnabled(linked is not None and not linked.missing)
        self.opacity.setVisible(layer is not None)
        self.opacity.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.opacity.setValue(round((layer.opacity if layer is not None else 1.0) * _WHOLE))
        self.opacity.blockSignals(False)  # noqa: FBT003

    def _double_clicked(self) -> None:
        self._tell(self.properties_wanted)

    def _opacity_moved(self, value: int) -> None:
        layer = self.current()
        if layer is None:
            return
        # Keys and the wheel move the handle without ever letting it go.
        wanted = self.opacity_tried if self.opacity.isSliderDown() else self.opacity_chosen
        wanted.emit(layer.id, value / _WHOLE)

    def _opacity_done(self) -> None:
        layer = self.current()
        if layer is not None:
            self.opacity_chosen.emit(layer.id, self.opacity.value() / _WHOLE)
