"""The map: shows the last picture at once, has the next one painted beside the window.

Panning shifts and zooming scales the picture that is there; the renderer's next one replaces it. The
overlay (selection, tools, scale bar) is drawn on the GUI thread with every paint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from qhd_riskmap.cartography.layer_painter import NO_LAYERS, LayerStack
from qhd_riskmap.cartography.legend import LegendEntry
from qhd_riskmap.cartography.map_options import DARK, LIGHT, MapOptions
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.feature_table import FeatureTable, empty_table
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.editor import MapEditor
from qhd_riskmap.ui.map.hazard_tip import cluster_html, tip_html
from qhd_riskmap.ui.map.legend_plate import LegendPlate
from qhd_riskmap.ui.map.map_keys import ZOOM_STEP, navigated
from qhd_riskmap.ui.map.overlay import paint_north_arrow, paint_scale_bar, paint_selection
from qhd_riskmap.ui.map.picking import Picking
from qhd_riskmap.ui.map.renderer import Frame, MapRenderer, Wish, paint_frame
from qhd_riskmap.ui.map.scene import Scene
from qhd_riskmap.ui.map.selection_rings import SelectionRings
from qhd_riskmap.ui.map.snapper import LayersSource, Snapper
from qhd_riskmap.ui.map.tool import Tool
from qhd_riskmap.ui.map.tools import MENU_TOOLS, TOOLS
from qhd_riskmap.ui.toolkit.selection import Selection
from qhd_riskmap.ui.toolkit.theme import theme

CITY_BOUNDS: Final[Bounds] = (118.55, 39.35, 119.90, 40.62)
_WHEEL_STEP: Final = 120.0
_DOUBLE_CLICK_ZOOM: Final = 2.0
_FIT_MARGIN_PX: Final = 48
_CLOSEST_SCALE: Final = 20_000.0
_WAIT_MS: Final = 15
# Above this many symbols in view a county map becomes a heap; names are read one by one.
_CLUSTER_ABOVE: Final = 250
_NAMES_UP_TO: Final = 80
_SMALLEST: Final = QSize(320, 160)


class MapCanvas(QWidget):
    """The map widget.

    Signals:
        pointed: The cursor's place: longitude, latitude; NaN when it left.
        scaled: The scale denominator changed.
        shown: A new picture is on the screen (`Frame`).
        opened: Double click on a hazard.
        failed: Painting failed.
        place_clicked: A click selected at longitude, latitude, or found nothing there.
        moved: The view shows another piece of ground.
        tool_changed: Another tool is in hand (its key).
        refused: A tool was asked for that this officer may not use (the reason).
    """

    pointed = Signal(float, float)
    scaled = Signal(float)
    shown = Signal(object)
    opened = Signal(str)
    failed = Signal(object)
    place_clicked = Signal(float, float)
    moved = Signal()
    tool_changed = Signal(str)
    refused = Signal(str)

    def __init__(self, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map-canvas")
        self.setAccessibleName(_("地图"))
        self.setAccessibleDescription(_("方向键平移，加减号缩放，Home 键显示全市"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(_SMALLEST)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.selection = selection
        self.options = MapOptions(cluster_threshold=_CLUSTER_ABOVE, label_threshold=_NAMES_UP_TO)
        self.renderer = MapRenderer(self)
        self.renderer.rendered.connect(self._take)
        self.renderer.failed.connect(self.failed)
        self.viewport = Viewport.fit(CITY_BOUNDS, 640, 480, margin_px=8)
        self.frame: Frame | None = None
        self._table = empty_table()
        self._layers = NO_LAYERS
        self.writing_refused = ""  # why this officer may not draw; "" where he may
        self._untouched = True
        self._picking = Picking(self)
        self._grabbed: QPointF | None = None
        self.decorations: list[Callable[[QPainter], None]] = []
        self.legend_plate = LegendPlate(self)
        self._rings = SelectionRings()
        self._tools = {tool.key: tool(self) for tool in (*TOOLS, *MENU_TOOLS)}
        self.tool: Tool = self._tools[TOOLS[0].key]
        self.snapper = Snapper(lambda: self.scene)
        self.snapper.add_source(LayersSource(lambda: self._layers, lambda: self.viewport))
        self.editor = MapEditor(self)
        self.decorations.append(self.editor.paint)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._request)
        selection.changed.connect(self._selection_changed)
        self.restyle()
        self.take_tool(self.tool.key)

    # -- content --------------------------------------------------------------------------------

    @property
    def legend(self) -> tuple[LegendEntry, ...]:
        """The signs in the picture shown."""
        return self.frame.legend if self.frame is not None else ()

    @property
    def scene(self) -> Scene | None:
        """What the picture shown was painted from; None until the first in this plane is there."""
        if self.frame is None or self.frame.viewport.projection is not self.viewport.projection:
            return None
        return self.frame.scene

    @property
    def table(self) -> FeatureTable:
        """The hazards shown."""
        return self._table

    @property
    def layers(self) -> LayerStack:
        """The added layers shown."""
        return self._layers

    def show_table(self, table: FeatureTable) -> None:
        """Show these hazards."""
        self._table = table
        self._timer.start()

    def set_options(self, options: MapOptions) -> None:
        """Change the look."""
        self.options = options
        self._timer.start()

    def show_layers(self, layers: LayerStack) -> None:
        """Show these added layers under the hazards."""
        self._layers = layers
        self._timer.start()

    def set_projection(self, projection: Projection) -> None:
        """Show the same ground at the same scale on another plane."""
        self.set_viewport(self.viewport.in_projection(projection))

    def restyle(self) -> None:
        """Take the ground colours of the theme in force."""
        self.set_options(replace(self.options, palette=DARK if theme().dark else LIGHT))
        self.editor.restyle()

    def take_tool(self, key: str) -> None:
        """Take another tool in hand."""
        if self.writing_refused and self._tools[key].writes:
            self.refused.emit(self.writing_refused)
            return
        self.borrow_tool(self._tools[key])
        self.editor.tool_taken()
        self.tool_changed.emit(key)

    def tool_named(self, key: str) -> Tool:
        """One of the tools, in hand or not."""
        return self._tools[key]

    def borrow_tool(self, tool: Tool) -> None:
        """Use a tool that has no button, until another one is taken."""
        self.tool.leave()
        self.tool = tool
        self.setCursor(tool.cursor)
        tool.enter()
        self.update()

    def close_down(self) -> None:
        """Stop painting; the worker is gone afterwards."""
        self._timer.stop()
        self.renderer.shutdown()

    # -- view -----------------------------------------------------------------------------------

    def set_viewport(self, viewport: Viewport) -> None:
        """Show another piece of the ground: at once from the picture there is, then painted."""
        if viewport == self.viewport:
            return
        rescaled = viewport.resolution != self.viewport.resolution
        self.viewport = viewport
        self._timer.start() if not self._timer.isActive() else None
        if rescaled:
            self.scaled.emit(viewport.scale_denominator())
        self.moved.emit()
        self.update()

    def pan(self, dx: float, dy: float) -> None:
        """Shift the map by pixels."""
        self._untouched = False
        self.set_viewport(self.viewport.panned(dx, dy))

    def zoom(self, factor: float, x: float | None = None, y: float | None = None) -> None:
        """Zoom about a pixel, or the middle."""
        self._untouched = False
        self.set_viewport(self.viewport.zoomed(factor, x, y))

    def fit_city(self) -> None:
        """Show the whole city."""
        self._untouched = True
        self._fit(CITY_BOUNDS, margin=8)

    def fit_bounds(self, bounds: Bounds) -> None:
        """Show some ground, but not closer than 1:20,000."""
        self._untouched = False
        self._fit(bounds, margin=_FIT_MARGIN_PX)

    def fit_selection(self) -> None:
        """Show the selected hazards."""
        bounds = self.selection_bounds()
        if bounds is not None:
            self.fit_bounds(bounds)

    def selection_bounds(self) -> Bounds | None:
        """West, south, east, north of the selected hazards; None where none of them is shown."""
        rows = self._table.rows_of(self.selection.ids)
        if not rows:
            return None
        chosen = self._table.bounds[rows]
        west, south = chosen[:, :2].min(axis=0).tolist()
        east, north = chosen[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    def centre_on(self, lon: float, lat: float, denominator: float | None = None) -> None:
        """Bring a place to the middle, at 1:``denominator`` if given."""
        self._untouched = False
        view = self.viewport.centred_on(lon, lat)
        self.set_viewport(view.at_scale(denominator) if denominator else view)

    def show_places(self, places: Sequence[tuple[float, float]]) -> None:
        """Bring the last of some places into view without changing the scale, if it is outside."""
        if places:
            self._bring_into_view(*places[-1])

    def show_selected(self) -> None:
        """Bring the current hazard into view without changing the scale, if it is outside."""
        current = self.selection.current
        anchor = self.anchor_of(current) if current is not None else None
        if anchor is not None:
            self._bring_into_view(*anchor)

    def _bring_into_view(self, lon: float, lat: float) -> None:
        x, y = self.viewport.to_screen(lon, lat)
        if not (0 <= float(x) <= self.width() and 0 <= float(y) <= self.height()):
            self.centre_on(lon, lat)

    # -- asking ---------------------------------------------------------------------------------

    def place_at(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of a pixel."""
        lon, lat = self.viewport.to_lonlat(x, y)
        return float(lon), float(lat)

    def anchor_of(self, hazard_id: str) -> tuple[float, float] | None:
        """Longitude and latitude of a shown hazard's anchor."""
        row = self._table.row_of(hazard_id)
        if row is None:
            return None
        lon, lat = self._table.anchors[row].tolist()
        return lon, lat

    def hits_at(self, x: float, y: float) -> list[str]:
        """Hazards under a pixel, the most likely meant first."""
        scene = self.scene
        return scene.hits(self.viewport, x, y, self.options) if scene is not None else []

    def select_at(self, x: float, y: float, *, more: bool = False) -> None:
        """Select what is under a pixel; a click on a cluster zooms into it."""
        self._picking.select_at(x, y, more=more)

    def select_box(self, box: QRectF, *, more: bool = False) -> None:
        """Select everything that touches a box of pixels."""
        self._picking.select_box(box, more=more)

    # -- painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, then overlay."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.options.palette.neighbour))
        if self.frame is not None:
            paint_frame(painter, self.frame, self.viewport)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_selection(painter)
        for decorate in self.decorations:
            decorate(painter)
        self.tool.paint(painter)
        paint_scale_bar(painter, self.viewport)
        paint_north_arrow(painter, self.viewport)
        painter.end()

    def _paint_selection(self, painter: QPainter) -> None:
        what = self.frame, self._table, self.selection.ids, self.viewport
        paint_selection(painter, self._rings.outlines(*what), self._rings.rings(*what))

    def _request(self) -> None:
        chosen = len(self.selection) > 0
        wish = Wish(self._table, self.viewport, self.options, self._layers, chosen)
        self.renderer.request(wish)

    def _take(self, frame: Frame) -> None:
        self.frame = frame
        self.legend_plate.show_entries(frame.legend)
        self.update()
        self.shown.emit(frame)

    def _fit(self, bounds: Bounds, *, margin: float) -> None:
        covered = min(self.editor.covered_px, self.height() // 2)
        width, height = max(self.width(), 1), max(self.height() - covered, 1)
        view = Viewport.fit(
            bounds,
            width,
            height,
            projection=self.viewport.projection,
            device_pixel_ratio=self.devicePixelRatioF(),
            margin_px=min(margin, width / 4, height / 4),
        )
        if view.scale_denominator() < _CLOSEST_SCALE:
            view = view.at_scale(_CLOSEST_SCALE)
        self.set_viewport(view.resized(width, self.height()).panned(0, covered / 2))

    def _selection_changed(self, _by: object) -> None:
        self.update()

    # -- events ---------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle; before the officer touched the map, keep the city in view."""
        size = event.size()
        self.editor.place_widgets()
        ratio = self.devicePixelRatioF()
        if self._untouched:
            self.fit_city()
        else:
            self.set_viewport(self.viewport.resized(size.width(), size.height(), ratio))
        self.legend_plate.place(size.width(), size.height())

    def event(self, event: QEvent) -> bool:
        """Tool tips, and the step to a screen of another density."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event.pos(), event.globalPos())
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            ratio = self.devicePixelRatioF()
            self.set_viewport(self.viewport.resized(self.width(), self.height(), ratio))
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The middle button always drags the map; the rest is the tool's."""
        if event.button() is Qt.MouseButton.MiddleButton:
            self._grabbed = event.position()
        else:
            self.tool.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the place; drag."""
        place = event.position()
        self.pointed.emit(*self.place_at(place.x(), place.y()))
        if self._grabbed is not None:
            self.pan(place.x() - self._grabbed.x(), place.y() - self._grabbed.y())
            self._grabbed = place
        else:
            self.tool.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End of a drag."""
        if event.button() is Qt.MouseButton.MiddleButton:
            self._grabbed = None
        else:
            self.tool.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the hazard under the mouse, or zoom in."""
        place = event.position()
        if self.tool.double_click(place):
            return
        hits = self.hits_at(place.x(), place.y())
        if hits:
            self.opened.emit(hits[0])
        else:
            self.zoom(_DOUBLE_CLICK_ZOOM, place.x(), place.y())

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor has no place any more."""
        del event
        self.pointed.emit(math.nan, math.nan)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor."""
        steps = event.angleDelta().y() / _WHEEL_STEP
        if steps:
            place = event.position()
            self.zoom(ZOOM_STEP**steps, place.x(), place.y())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and zoom by keyboard; letters take tools."""
        escaped = event.key() == Qt.Key.Key_Escape
        if (escaped and self.editor.drop_proposal()) or self.tool.key_press(event):
            return
        if not navigated(self, Qt.Key(event.key())) and not self._take_by_letter(event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001, N802 - Qt's signature
        """Tab leads into the numeric bar while there is one."""
        # Qt asks the parent for its children too: from field to field Tab goes its usual way.
        numbers = self.tool.takes_numbers and self.editor.numbers.isVisible()
        if next and numbers and self.hasFocus():
            self.editor.numbers.begin_typing()
            return True
        return super().focusNextPrevChild(next)

    def _take_by_letter(self, event: QKeyEvent) -> bool:
        letter = event.text().upper()
        for tool in (*TOOLS, *MENU_TOOLS):
            if letter and letter == tool.shortcut and not event.modifiers():
                self.take_tool(tool.key)
                return True
        return False

    def _show_tip(self, place: QPoint, on_screen: QPoint) -> None:
        x, y, scene = place.x(), place.y(), self.scene
        levels = scene.cluster_levels(self.viewport, x, y, self.options) if scene else ()
        words = cluster_html(levels) if levels else tip_html(self._table, self.hits_at(x, y))
        QToolTip.showText(on_screen, words, self) if words else QToolTip.hideText()
