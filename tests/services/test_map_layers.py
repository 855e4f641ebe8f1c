"""Layers in a real register: links that survive a move, tile services that survive no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyogrio
import pytest
import shapely
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from qhd_riskmap.bootstrap import create_app, open_app
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.map_layer import ControlPoint, LayerKind
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import InvalidInputError, PermissionDeniedError, UnreadableFileError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.map_layers import MapLayerService
from qhd_riskmap.settings import Settings, cache_dir

SECRET = "0123456789abcdef"
PASSPHRASE = "长长的口令一二三四"


def picture(colour="green"):
    image = QImage(256, 256, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(self.server.code)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.asked, running.code, running.body = [], 200, picture()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    running.address = f"http://127.0.0.1:{running.server_address[1]}/{{z}}/{{x}}/{{y}}?tk={{key}}"
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def app(tmp_path):
    with create_app(tmp_path / "库" / "登记库.qrm", None, Office(), "测试员") as opened:
        yield opened


@pytest.fixture(autouse=True)
def folder(tmp_path):
    (tmp_path / "库").mkdir()


def shapefile(path, crs="EPSG:4549"):
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array([shapely.Point(465810, 4422388)], dtype=object)),
        field_data=[np.array(["石门寨"], dtype=object)], fields=np.array(["名称"], dtype=object),
        geometry_type="Point", crs=crs, driver="ESRI Shapefile", encoding="GBK",
    )  # fmt: skip
    return path


def wait_until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.01)


def test_a_dropped_file_becomes_a_layer_that_is_there_when_the_register_opens_again(app, tmp_path):
    examined = app.layers.examine(shapefile(tmp_path / "图" / "村.shp"))
    assert (examined.needs_reference, examined.needs_points) == (False, False)
    assert app.layers.add(examined.layers).layers
    app.close()
    with open_app(app.path) as again:
        (linked,) = again.layers.layers()
        assert (linked.layer.name, linked.layer.relative) == ("村", "../图/村.shp")
        stack, failed = again.layers.opened([linked])
        assert not failed
        west, south, _east, _north = stack.layers[0].bounds
        assert (west, south) == pytest.approx((119.6, 39.935), abs=1e-5)


def test_a_moved_folder_is_found_by_the_relative_path_and_a_lost_file_is_missing(app, tmp_path):
    app.layers.add(app.layers.examine(shapefile(tmp_path / "图" / "村.shp")).layers)
    app.close()
    moved = tmp_path / "别处"
    moved.mkdir()
    shutil.move(tmp_path / "图", moved / "图")
    shutil.move(tmp_path / "库", moved / "库")
    with open_app(moved / "库" / "登记库.qrm") as again:
        (linked,) = again.layers.layers()
        assert linked.path == (moved / "图" / "村.shp").resolve()
        shutil.move(moved / "图", moved / "改名")
        (linked,) = again.layers.layers()
        assert linked.missing
        assert again.layers.opened([linked]) == (type(again.layers.opened([])[0])(), {})
        with pytest.raises(UnreadableFileError):
            again.layers.relocate(linked.layer, moved / "没有.shp")
        again.layers.relocate(linked.layer, moved / "改名" / "村.shp")
        (linked,) = again.layers.layers()
        assert not linked.missing
        assert linked.layer.relative == "../改名/村.shp"


def test_a_file_without_a_system_asks_for_it(app, tmp_path):
    path = shapefile(tmp_path / "村.shp")
    path.with_suffix(".prj").unlink()
    examined = app.layers.examine(path)
    assert examined.needs_reference
    (layer,) = examined.layers
    with pytest.raises(InvalidInputError, match="不认识坐标系"):
        app.layers.add([replace(layer, reference="乱写")])
    app.layers.add([replace(layer, reference="EPSG:4549")])
    stack, failed = app.layers.opened(app.layers.layers())
    assert not failed
    assert stack.layers[0].bounds[0] == pytest.approx(119.6, abs=1e-5)


def test_a_bare_picture_asks_for_points_and_is_laid_by_them(app, tmp_path):
    path = tmp_path / "扫描.png"
    path.write_bytes(picture())
    examined = app.layers.examine(path)
    assert examined.needs_points
    assert examined.size == (256, 256)
    points = (
        ControlPoint(column=0, row=0, lon=119.5, lat=40.0),
        ControlPoint(column=256, row=256, lon=119.6, lat=39.92),
    )
    with pytest.raises(InvalidInputError, match="2 到 6"):
        app.layers.scan(examined.layers[0], points[:1])
    app.layers.add([app.layers.scan(examined.layers[0], points)])
    (linked,) = app.layers.layers()
    assert (linked.layer.kind, linked.layer.control) == (LayerKind.SCAN, points)


def test_order_look_and_removal_are_remembered(app, tmp_path):
    for name in ("甲", "乙"):
        app.layers.add(app.layers.examine(shapefile(tmp_path / f"{name}.shp")).layers)
    first, second = (each.layer for each in app.layers.layers())
    assert [first.name, second.name] == ["甲", "乙"]
    app.layers.arrange([second.id, first.id])
    app.layers.save(replace(app.layers.layers()[0].layer, opacity=0.3))
    assert [(e.layer.name, e.layer.opacity) for e in app.layers.layers()] == [
        ("乙", 0.3),
        ("甲", 1),
    ]
    app.layers.remove(first.id)
    assert [each.layer.name for each in app.layers.layers()] == ["乙"]


def test_a_new_ground_lies_below_the_shapes_and_tiles_below_all(app, tmp_path):
    def order():
        return [each.layer.name for each in app.layers.layers()]

    app.layers.add(app.layers.examine(shapefile(tmp_path / "规划.shp")).layers)
    tiles, _key = app.layers.tile_layer("瓦片", "https://a.b/{z}/{x}/{y}")
    app.layers.add([tiles])
    assert order() == ["瓦片", "规划"]
    picture = replace(tiles, id=uuid4(), kind=LayerKind.RASTER, name="航片", source="/a/航片.tif")
    app.layers.add([picture])
    app.layers.add(app.layers.examine(shapefile(tmp_path / "道路.shp")).layers)
    app.layers.add([replace(tiles, id=uuid4(), name="影像瓦片")])
    assert order() == ["瓦片", "影像瓦片", "航片", "规划", "道路"]
    # What the officer arranged otherwise stays so.
    ids = {each.layer.name: each.layer.id for each in app.layers.layers()}
    app.layers.arrange([ids[name] for name in ("规划", "瓦片", "影像瓦片", "航片", "道路")])
    app.layers.add(app.layers.examine(shapefile(tmp_path / "村界.shp")).layers)
    assert order() == ["规划", "瓦片", "影像瓦片", "航片", "道路", "村界"]


@pytest.mark.parametrize(
    ("kind", "filled"), [("LineString", False), ("MultiPoint", False), ("Polygon", True)]
)
def test_only_layers_with_areas_are_filled(app, tmp_path, kind, filled):
    shapes = {
        "LineString": shapely.LineString([(119, 40), (119.1, 40)]),
        "MultiPoint": shapely.MultiPoint([(119, 40), (119.1, 40)]),
        "Polygon": shapely.box(119, 40, 119.1, 40.1),
    }
    path = tmp_path / "图层.gpkg"
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array([shapes[kind]], dtype=object)),
        field_data=[np.array(["甲"], dtype=object)], fields=np.array(["名称"], dtype=object),
        geometry_type=kind, crs="EPSG:4490", driver="GPKG",
    )  # fmt: skip
    (layer,) = app.layers.examine(path).layers
    assert bool(layer.style.fill) is filled


def test_changing_layers_needs_the_permission(app, tmp_path):
    reader = Actor(name="只读", permissions=frozenset({Permission.READ}))
    service = MapLayerService(app.register, reader)
    assert service.layers() == []
    layer, _key = service.tile_layer("瓦片", "https://a.b/{z}/{x}/{y}")
    for refused in (
        lambda: service.examine(tmp_path / "a.shp"),
        lambda: service.add([layer]),
        lambda: service.save(layer),
        lambda: service.arrange([layer.id]),
        lambda: service.remove(layer.id),
        lambda: service.set_key(layer.source, "x"),
    ):
        with pytest.raises(PermissionDeniedError):
            refused()


def tile_layer(app, server, **facts):
    layer, _key = app.layers.tile_layer("本机", server.address, **facts)
    app.layers.add([layer])
    return layer


def test_nothing_is_fetched_before_the_desk_allows_it(app, server):
    supply = app.layers.supply_of(tile_layer(app, server))
    assert supply.tile(3, 1, 2) is None
    assert supply.fetch_all([(3, 1, 2)], SilentJob()) == 1
    time.sleep(0.05)
    assert server.asked == []


def test_tiles_come_from_the_network_once_and_from_the_cache_ever_after(app, server):
    layer = tile_layer(app, server)
    app.layers.use(Settings(online_tiles=True))
    app.layers.set_key(layer.source, SECRET)
    came = threading.Event()
    app.layers.tiles.arrived = came.set
    supply = app.layers.supply_of(layer)
    assert supply.tile(3, 1, 2) is None
    assert came.wait(5)
    assert supply.tile(3, 1, 2) == server.body
    assert server.asked == [f"/3/1/2?tk={SECRET}"]
    assert SECRET not in "".join(str(path) for path in cache_dir().rglob("*"))
    server.shutdown()
    assert app.layers.supply_of(layer).tile(3, 1, 2) == server.body


def test_without_a_network_the_map_stays_blank_and_says_so_once(app, server):
    layer = tile_layer(app, server)
    app.layers.use(Settings(online_tiles=True))
    told = []
    app.layers.tiles.arrived = lambda: told.append(1)
    server.code = 403
    supply = app.layers.supply_of(layer)
    for column in range(6):
        assert supply.tile(3, column, 2) is None
    wait_until(lambda: supply.trouble)
    time.sleep(0.1)
    assert len(told) == 1
    assert "127.0.0.1" in supply.trouble
    asked = len(server.asked)
    supply.tile(3, 7, 7)
    time.sleep(0.1)
    assert len(server.asked) == asked <= 6


def test_a_tile_that_does_not_exist_is_asked_for_once(app, server):
    app.layers.use(Settings(online_tiles=True))
    server.code = 404
    supply = app.layers.supply_of(tile_layer(app, server))
    supply.tile(3, 1, 2)
    wait_until(lambda: server.asked)
    time.sleep(0.1)
    supply.tile(3, 1, 2)
    time.sleep(0.1)
    assert len(server.asked) == 1
    assert supply.trouble == ""


def test_a_stale_tile_is_shown_until_a_newer_one_has_come(app, server):
    app.layers.use(Settings(online_tiles=True))
    supply = app.layers.supply_of(tile_layer(app, server))
    old = picture("red")
    app.layers.tiles.cache.put(supply.service.template.text, 3, 1, 2, old)
    app.layers.tiles.cache.days = -1
    assert supply.tile(3, 1, 2) == old
    wait_until(lambda: supply.tile(3, 1, 2) == server.body)


def test_paper_waits_for_its_tiles(app, server):
    app.layers.use(Settings(online_tiles=True))
    supply = app.layers.supply_of(tile_layer(app, server))
    wanted = [(3, column, 2) for column in range(3)]
    assert supply.fetch_all(wanted, SilentJob()) == 0
    assert all(supply.tile(*tile) == server.body for tile in wanted)


def test_a_key_lives_in_an_encrypted_register_only(app, tmp_path, server):
    address = server.address
    assert not app.layers.keeps_keys
    app.layers.set_key(address, SECRET)
    assert app.layers.keys() == {"127.0.0.1": SECRET}
    app.close()
    assert SECRET.encode() not in app.path.read_bytes()
    with open_app(app.path) as again:
        assert again.layers.keys() == {}
    path = tmp_path / "密.qrm"
    with create_app(path, PASSPHRASE, Office(), "测试员") as locked:
        locked.layers.set_key(address, SECRET)
    with open_app(path, PASSPHRASE) as locked:
        assert locked.layers.keys() == {"127.0.0.1": SECRET}
        layer, _none = locked.layers.tile_layer("", address)
        assert SECRET not in repr(locked.layers.supply_of(layer).service)
        locked.layers.set_key(address, "")
        assert locked.layers.keys() == {}


def test_a_pasted_key_never_becomes_part_of_the_layer(app, server):
    pasted = server.address.replace("{key}", SECRET)
    layer, key = app.layers.tile_layer("天地图", pasted, provider="天地图", max_zoom=17)
    assert key == SECRET
    assert SECRET not in repr(layer)
    with pytest.raises(InvalidInputError, match="不能写密钥"):
        app.layers.add([replace(layer, source=pasted)])


def test_a_raster_opens_after_a_register_was_opened(tmp_path):
    """mod_spatialite's SQLite must not reach into rasterio's GDAL; it crashed the process."""
    script = f"""
import numpy as np
from pathlib import Path
from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.office import Office
from qhd_riskmap.gdal_library import bind_raster_gdal
app = create_app(Path({str(tmp_path / "a.qrm")!r}), None, Office(), "x")
bind_raster_gdal()
import rasterio
path = {str(tmp_path / "a.tif")!r}
place = rasterio.Affine(10, 0, 465000, 0, -10, 4423000)
with rasterio.open(path, "w", driver="GTiff", width=64, height=64, count=3, dtype="uint8",
                   crs="EPSG:4549", transform=place) as file:
    file.write(np.zeros((3, 64, 64), "uint8"))
app.layers.add(app.layers.examine(Path(path)).layers)
stack, failed = app.layers.opened(app.layers.layers())
assert not failed and len(stack.layers) == 1
print("alive")
"""
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.stdout.strip() == "alive", ran.stderr
