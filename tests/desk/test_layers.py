"""Layers on the real window: dropped, looked after, lost and found; tiles without a network."""

from __future__ import annotations

import math
import shutil
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from pyproj import Transformer
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QInputDialog, QPushButton

from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.domain.map_layer import Comparison, LayerKind
from qhd_riskmap.geo.datums import wgs84_to_gcj02
from qhd_riskmap.settings import load_settings
from qhd_riskmap.ui.map.layer_dialog import LayerDialog
from qhd_riskmap.ui.map.layer_list import LayerList
from qhd_riskmap.ui.map.scan_dialog import ScanDialog
from qhd_riskmap.ui.map.tile_dialog import TileDialog
from tests.desk.conftest import type_text

pytestmark = [
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
PLACE = (119.5, 39.9)
TO_GK = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)


def shapefile(path, size=0.02, crs="EPSG:4549"):
    lon, lat = PLACE
    corners = [(lon - size, lat - size), (lon + size, lat - size), (lon + size, lat + size),
               (lon - size, lat + size)]  # fmt: skip
    area = shapely.Polygon([TO_GK.transform(*corner) for corner in corners])
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array([area], dtype=object)),
        field_data=[np.array(["石门片区"], dtype=object)], fields=np.array(["名称"], dtype=object),
        geometry_type="Polygon", crs=crs, driver="ESRI Shapefile", encoding="GBK",
    )  # fmt: skip
    return path


def scan(path):
    data = np.full((3, 200, 300), 240, np.uint8)
    with rasterio.open(path, "w", driver="PNG", width=300, height=200, count=3, dtype="uint8") as f:
        f.write(data)
    return path


def drop(canvas, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(5, 5), action, data, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(5, 5), action, data, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


@pytest.fixture
def layers(map_page):
    map_page.filter_panel.tabs.setCurrentIndex(1)
    return map_page.layers


@pytest.fixture
def dropped(qtbot, map_page, layers, settled, tmp_path):
    """A shapefile on the map."""
    path = shapefile(tmp_path / "片区.shp")
    drop(map_page.canvas, path, path.with_suffix(".dbf"), path.with_suffix(".shx"))
    qtbot.waitUntil(lambda: len(layers.stack.layers) == 1, timeout=10000)
    settled(map_page.canvas)
    return path


def stored(layers):
    return [each.layer for each in layers._service.layers()]


def ground_colour(canvas, lon, lat):
    x, y = canvas.viewport.to_screen(lon, lat)
    image = canvas.frame.image
    ratio = image.devicePixelRatio()
    return image.pixelColor(round(float(x) * ratio), round(float(y) * ratio))


def test_a_dropped_shapefile_is_drawn_listed_and_remembered(map_page, layers, dropped, desk):
    assert desk.errors == []
    (item,) = [layers.panel.list.item(row) for row in range(layers.panel.list.count())]
    assert item.text() == "片区"
    layers.change(layers.linked[0].layer.id, opacity=1.0)
    assert [layer.name for layer in stored(layers)] == ["片区"]
    assert map_page.canvas.legend[-1].label == "片区"


def test_ticking_off_hides_and_the_register_knows(qtbot, map_page, layers, dropped, settled):
    canvas = map_page.canvas
    canvas.centre_on(*PLACE, 100_000)
    layer = layers.linked[0].layer
    style = replace(layer.style, fill="#00FF00", fill_opacity=1.0)
    layers._save(replace(layer, style=style))
    qtbot.waitUntil(lambda: layers.linked[0].layer.style == style, timeout=5000)
    settled(canvas)
    place = (PLACE[0] + 0.005, PLACE[1] + 0.004)
    assert ground_colour(canvas, *place) == QColor("#00FF00")
    layers.panel.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: not stored(layers)[0].visible, timeout=5000)
    settled(canvas)
    assert ground_colour(canvas, *place) != QColor("#00FF00")


def test_layers_are_ordered_by_dragging_and_renamed_in_place(
    qtbot, map_page, layers, dropped, tmp_path
):
    drop(map_page.canvas, shapefile(tmp_path / "乙.shp"))
    qtbot.waitUntil(lambda: len(layers.stack.layers) == 2, timeout=10000)
    shown: LayerList = layers.panel.list
    assert [shown.item(row).text() for row in range(2)] == ["乙", "片区"]
    assert layers.panel.current().name == "乙"
    # What Qt does at the end of a drag inside the list.
    shown.insertItem(1, shown.takeItem(0))
    shown.arranged.emit(shown.order())
    qtbot.waitUntil(lambda: [e.name for e in stored(layers)] == ["乙", "片区"], timeout=5000)
    assert [each.layer.name for each in layers.stack.layers] == ["乙", "片区"]
    shown.item(0).setText("规划片区")
    qtbot.waitUntil(lambda: [e.name for e in stored(layers)] == ["乙", "规划片区"], timeout=5000)


def test_without_a_layer_there_is_no_slider(layers):
    assert layers.panel.current() is None
    assert layers.panel.opacity.isHidden()


def test_the_slider_shows_at_once_and_keeps_when_let_go(qtbot, layers, dropped, settled):
    slider = layers.panel.opacity
    slider.setSliderDown(True)
    slider.setValue(40)
    assert layers.stack.layers[0].layer.opacity == 0.4
    assert stored(layers)[0].opacity == 1.0
    slider.setSliderDown(False)
    slider.sliderReleased.emit()
    layers.panel.opacity_chosen.emit(layers.linked[0].layer.id, 0.4)
    slider.setValue(60)
    qtbot.waitUntil(lambda: stored(layers)[0].opacity == 0.6, timeout=5000)


def test_look_filter_scales_and_approval_are_set_in_one_dialog(qtbot, layers, dropped):
    layers.panel.button("properties").click()
    dialog: LayerDialog = layers.dialog
    dialog.name.setText("改名")
    dialog.colour.set_colour("#123456")
    dialog.width_box.setValue(3.0)
    dialog.fill_opacity.setValue(50)
    dialog.label.setCurrentIndex(dialog.label.findData("名称"))
    dialog.attribute.setCurrentIndex(dialog.attribute.findData("名称"))
    dialog.comparison.setCurrentIndex(dialog.comparison.findData("包含"))
    dialog.value.setText("石门")
    dialog.farthest.setCurrentIndex(dialog.farthest.findData(500_000.0))
    dialog.closest.setCurrentIndex(dialog.closest.findData(5_000.0))
    dialog.provider.setText("示例测绘院")
    dialog.approval.setText("冀S(2023)012号")
    dialog.ok.click()
    qtbot.waitUntil(lambda: stored(layers)[0].name == "改名", timeout=5000)
    layer = stored(layers)[0]
    assert (layer.style.colour, layer.style.width, layer.style.fill_opacity) == (
        "#123456",
        3.0,
        0.5,
    )
    assert (layer.style.label, layer.closest, layer.farthest) == ("名称", 5_000.0, 500_000.0)
    assert layer.condition.comparison is Comparison.CONTAINS
    assert (layer.provider, layer.approval_no) == ("示例测绘院", "冀S(2023)012号")


def test_a_lost_file_is_marked_and_found_again(qtbot, layers, dropped, tmp_path, monkeypatch):
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    for part in tmp_path.glob("片区.*"):
        shutil.move(part, elsewhere / part.name)
    layers.reload()
    qtbot.waitUntil(lambda: layers.panel.list.item(0).text() == "片区（缺失）", timeout=5000)
    assert layers.stack.layers == ()
    assert not layers.panel.button("zoom").isEnabled()
    chosen = str(elsewhere / "片区.shp")
    monkeypatch.setattr(
        "qhd_riskmap.ui.map.layer_desk.QFileDialog.getOpenFileName", lambda *_args: (chosen, "")
    )
    layers.panel.button("relocate").click()
    qtbot.waitUntil(lambda: len(layers.stack.layers) == 1, timeout=5000)
    assert layers.panel.list.item(0).text() == "片区"


def test_removing_can_be_taken_back(qtbot, window, layers, dropped):
    layers.panel.button("remove").click()
    qtbot.waitUntil(lambda: stored(layers) == [], timeout=5000)
    assert dropped.exists()
    qtbot.waitUntil(lambda: window.findChild(object, "message-action").isVisible(), timeout=3000)
    window.findChild(object, "message-action").click()
    qtbot.waitUntil(lambda: len(stored(layers)) == 1, timeout=5000)


def test_zooming_to_a_layer_shows_all_of_it(map_page, layers, dropped, settled):
    map_page.canvas.centre_on(118.9, 40.5, 20_000)
    layers.panel.button("zoom").click()
    settled(map_page.canvas)
    west, south, east, north = map_page.canvas.viewport.visible_bounds()
    assert west < PLACE[0] - 0.02 < PLACE[0] + 0.02 < east
    assert south < PLACE[1] - 0.02 < PLACE[1] + 0.02 < north


def test_a_file_without_a_system_is_asked_about(qtbot, map_page, layers, tmp_path):
    path = shapefile(tmp_path / "无坐标系.shp")
    path.with_suffix(".prj").unlink()
    drop(map_page.canvas, path)
    qtbot.waitUntil(lambda: isinstance(layers.adding.dialog, QInputDialog), timeout=5000)
    dialog = layers.adding.dialog
    labels = dialog.comboBoxItems()
    dialog.setTextValue(next(label for label in labels if "EPSG:4549" in label))
    dialog.accept()
    qtbot.waitUntil(lambda: len(layers.stack.layers) == 1, timeout=5000)
    assert stored(layers)[0].reference == "EPSG:4549"
    assert layers.stack.layers[0].bounds[0] == pytest.approx(PLACE[0] - 0.02, abs=1e-6)


@pytest.mark.parametrize("name", ["表.xlsx", "坏.gpkg"])
def test_what_is_no_layer_is_said_in_words(qtbot, map_page, layers, tmp_path, name):
    desk = map_page.desk
    path = tmp_path / name
    path.write_bytes(b"nothing of the kind")
    drop(map_page.canvas, path)
    qtbot.waitUntil(lambda: len(desk.errors) == 1, timeout=5000)
    assert name in desk.errors[0].message
    assert desk.errors[0].hint
    assert stored(layers) == []


def test_a_scan_is_laid_by_clicking_the_same_places_in_scan_and_map(
    qtbot, map_page, layers, tmp_path, settled
):
    canvas = map_page.canvas
    canvas.centre_on(*PLACE, 50_000)
    settled(canvas)
    drop(canvas, scan(tmp_path / "扫描.png"))
    qtbot.waitUntil(lambda: isinstance(layers.adding.dialog, ScanDialog), timeout=5000)
    dialog: ScanDialog = layers.adding.dialog
    qtbot.waitUntil(lambda: dialog.view._image is not None, timeout=5000)
    assert not dialog.ok.isEnabled()
    truth = {}
    for column, row, x, y in ((50, 40, 100, 90), (250, 40, 300, 90), (250, 160, 300, 210)):
        spot = dialog.view.to_widget(column, row).toPoint()
        qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=spot)
        assert dialog.pending
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        assert not dialog.pending
        truth[column, row] = canvas.place_at(x, y)
    assert canvas.tool.key == "pan"
    residuals = [float(dialog.table.item(row, 2).text()) for row in range(3)]
    # Clicks hit whole pixels of a view that shows the scan at another size.
    assert max(residuals) < 3 * canvas.viewport.metres_per_pixel()
    dialog.ok.click()
    qtbot.waitUntil(lambda: len(layers.stack.layers) == 1, timeout=5000)
    layer = stored(layers)[0]
    assert (layer.kind, len(layer.control)) == (LayerKind.SCAN, 3)
    source = layers.stack.layers[0].source
    for (column, row), lonlat in truth.items():
        found = source.to_pixels(np.array([lonlat]))[0]
        assert math.dist(found, (column, row)) < 3
    # The points of a scan that lies on the map can be changed.
    layers.ask_properties(layer.id)
    layers.dialog.findChild(QPushButton, "layer-points").click()
    again: ScanDialog = layers.adding.dialog
    assert len(again.points) == 3
    again.table.cellWidget(2, 3).click()
    again.ok.click()
    qtbot.waitUntil(lambda: len(stored(layers)[0].control) == 2, timeout=5000)
    assert len(stored(layers)) == 1


def test_a_scan_point_may_be_typed_and_taken_back(qtbot, layers, tmp_path):
    layer = layers._service.examine(scan(tmp_path / "扫描.png")).layers[0]
    layers.adding.ask_points(layer, (300, 200))
    dialog: ScanDialog = layers.adding.dialog
    qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=dialog.view.rect().center())
    dialog.typed.setText("不是坐标")
    dialog.take.click()
    assert dialog.verdict.property("role") == "error"
    type_text(dialog.typed, "")
    dialog.typed.setText("119°36′00″E 39°54′00″N")
    dialog.take.click()
    assert (dialog.points[0].lon, dialog.points[0].lat) == pytest.approx((119.6, 39.9))
    dialog.table.cellWidget(0, 3).click()
    assert dialog.points == []
    dialog.reject()


def test_matched_points_are_marked_on_the_map_until_the_dialog_closes(
    qtbot, map_page, layers, settled, tmp_path
):
    canvas = map_page.canvas
    settled(canvas)
    layer = layers._service.examine(scan(tmp_path / "扫描.png")).layers[0]
    layers.adding.ask_points(layer, (300, 200))
    dialog: ScanDialog = layers.adding.dialog
    assert dialog.width() < map_page.window().width() / 2
    place = QPoint(200, 150)
    before = canvas.grab().toImage().pixelColor(place)
    qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=dialog.view.rect().center())
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    marked = canvas.grab().toImage().pixelColor(place)
    assert marked.hue() == pytest.approx(QColor("#7b1fa2").hue(), abs=4)
    dialog.reject()
    assert canvas.grab().toImage().pixelColor(place) == before


def test_layers_are_ordered_by_keyboard_too(qtbot, layers, tmp_path):
    for name in ("甲", "乙", "丙"):
        layer, _key = layers._service.tile_layer(name, f"https://{name}.b/{{z}}/{{x}}/{{y}}")
        layers.adding.add((layer,))
    qtbot.waitUntil(lambda: layers.panel.list.count() == 3, timeout=5000)
    shown = layers.panel.list
    shown.setCurrentRow(0)
    top = shown.item(0).text()
    qtbot.keyClick(shown, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert shown.item(1).text() == top
    qtbot.waitUntil(lambda: stored(layers)[1].name == top, timeout=5000)
    assert shown.currentItem().text() == top
    qtbot.keyClick(shown, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: stored(layers)[2].name == top, timeout=5000)
    qtbot.keyClick(shown, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert shown.item(0).text() == top


def test_a_tile_service_is_added_with_its_key_and_the_network_stays_off_unless_allowed(
    qtbot, layers, settings
):
    layers.adding.ask_service()
    dialog: TileDialog = layers.adding.dialog
    assert not dialog.online.isChecked()
    assert not dialog.ok.isEnabled()
    dialog.address.setText("ftp://x/{z}/{x}/{y}")
    assert dialog.verdict.property("role") == "error"
    dialog.preset.setCurrentIndex(1)
    assert "tianditu" in dialog.address.text()
    dialog.key.setText("0123456789abcdef")
    dialog.gcj02.setChecked(True)
    dialog.ok.click()
    qtbot.waitUntil(lambda: len(layers.stack.layers) == 1, timeout=5000)
    layer = stored(layers)[0]
    assert (layer.name, layer.reference, "0123" in layer.source) == ("天地图影像", "gcj02", False)
    assert not settings.online_tiles
    assert not load_settings().online_tiles
    qtbot.waitUntil(lambda: "没有开启联网" in layers.panel.note.text(), timeout=3000)


class Reddish:
    """Tiles with a red mark on the GCJ-02 image of a place."""

    def __init__(self, place, zoom=14):
        east, north = wgs84_to_gcj02(*place)
        self.zoom = zoom
        side = 256 << zoom
        self.x = (float(east) + 180) / 360 * side
        self.y = (0.5 - math.asinh(math.tan(math.radians(float(north)))) / (2 * math.pi)) * side

    def tile(self, zoom, column, row):
        if zoom != self.zoom:
            return None
        image = QImage(256, 256, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        for dx in range(-5, 6):
            for dy in range(-5, 6):
                x, y = int(self.x) - column * 256 + dx, int(self.y) - row * 256 + dy
                if 0 <= x < 256 and 0 <= y < 256:
                    image.setPixelColor(x, y, QColor("#FF0000"))
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        return bytes(buffer.data().data())


@pytest.mark.parametrize("projection", list(Projection))
def test_switching_the_plane_keeps_place_scale_and_the_true_position_of_gcj_tiles(
    qtbot, map_page, layers, settled, projection
):
    from qhd_riskmap.cartography.layer_painter import (  # noqa: PLC0415
        LayerStack,
        OpenLayer,
    )
    from qhd_riskmap.cartography.tile_source import TileSource  # noqa: PLC0415

    canvas = map_page.canvas
    box = map_page.choices.plane
    box.setCurrentIndex(box.findData(projection))
    place = (119.30, 39.80)
    canvas.centre_on(*place, 30_000)
    layer, _key = layers._service.tile_layer("火星", "https://a.b/{z}/{x}/{y}")
    source = TileSource(Reddish(place), zooms=(14, 14), gcj02=True)
    canvas.show_layers(LayerStack((OpenLayer(layer, source),)))
    settled(canvas)
    assert canvas.frame.viewport.projection is projection
    assert canvas.viewport.scale_denominator() == pytest.approx(30_000, rel=1e-4)
    assert canvas.place_at(canvas.width() / 2, canvas.height() / 2) == pytest.approx(
        place, abs=1e-4
    )
    assert ground_colour(canvas, *place).red() > 230
    assert ground_colour(canvas, *place).green() < 60
    assert map_page.desk.settings.display == projection.value


def test_the_officer_chooses_what_stands_for_a_crowd(map_page, layers, desk):
    choices = map_page.choices
    choices.crowd.setCurrentIndex(choices.crowd.findData("density"))
    choices.threshold.setValue(500)
    choices.graticule.setChecked(True)
    options = map_page.canvas.options
    assert (options.density, options.cluster) == (True, False)
    assert (options.cluster_threshold, options.graticule) == (500, True)
    assert (desk.settings.crowd, desk.settings.crowd_above) == ("density", 500)
    choices.crowd.setCurrentIndex(choices.crowd.findData("all"))
    assert not choices.threshold.isEnabled()
    assert (map_page.canvas.options.density, map_page.canvas.options.cluster) == (False, False)


def test_every_control_of_the_panel_has_a_name(map_page, layers):
    for button in (layers.panel.button(n) for n in ("zoom", "properties", "relocate", "remove")):
        assert button.accessibleName()
        assert not button.isEnabled()
    assert layers.panel.empty.isVisibleTo(layers.panel)


def test_drawing_is_pulled_to_the_vertices_of_a_visible_layer(map_page, layers, dropped, settled):
    canvas = map_page.canvas
    canvas.centre_on(*PLACE, 100_000)
    settled(canvas)
    corner = (PLACE[0] - 0.02, PLACE[1] - 0.02)
    x, y = (float(v) for v in canvas.viewport.to_screen(*corner))
    nothing = np.empty(0, dtype=object)
    found = canvas.snapper.snap(canvas.viewport, x + 4, y - 3, nothing)
    assert found.place == pytest.approx(corner, abs=1e-7)
    layers.change(layers.linked[0].layer.id, visible=False)
    assert canvas.snapper.snap(canvas.viewport, x + 4, y - 3, nothing) is None


class _Tiles(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_args):
        pass


def test_tiles_come_from_the_network_onto_the_map_and_stay_without_it(
    qtbot, map_page, layers, settled
):
    image = QImage(256, 256, QImage.Format.Format_RGB32)
    image.fill(QColor("#00FF00"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tiles)
    server.asked, server.body = 0, bytes(buffer.data().data())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    canvas = map_page.canvas
    canvas.centre_on(*PLACE, 60_000)
    place = (PLACE[0] + 0.004, PLACE[1] + 0.003)
    layers.adding.ask_service()
    dialog: TileDialog = layers.adding.dialog
    dialog.address.setText(f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{x}}/{{y}}.png")
    dialog.online.setChecked(True)
    dialog.ok.click()
    green = QColor("#00FF00")
    qtbot.waitUntil(lambda: ground_colour(canvas, *place) == green, timeout=10000)
    assert load_settings().online_tiles
    server.shutdown()
    server.server_close()
    asked = server.asked
    canvas.pan(3, 0)
    layers._opened.clear()
    layers.reload()
    qtbot.waitUntil(lambda: bool(layers._opened), timeout=5000)
    settled(canvas)
    assert ground_colour(canvas, *place) == green
    assert server.asked == asked
    canvas.centre_on(PLACE[0] - 0.6, PLACE[1], 60_000)
    qtbot.waitUntil(lambda: "取不到" in layers.panel.note.text(), timeout=10000)
