"""Added layers fall where independent arithmetic says they must, on screen and paper, in both planes."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import replace
from uuid import uuid4

import coord_convert.transform
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QPainter
from rasterio.transform import Affine

from qhd_riskmap.cartography.canvas import Canvas
from qhd_riskmap.cartography.layer_painter import (
    LayerStack,
    OpenLayer,
    covers,
    open_all,
    open_layer,
    paint_layers,
)
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.tile_source import TILE_PX, TileSource, decoded_tile
from qhd_riskmap.cartography.vector_layer import VectorSource
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.map_layer import (
    Comparison,
    ControlPoint,
    LayerFilter,
    LayerKind,
    LayerStyle,
    MapLayer,
)
from qhd_riskmap.errors import InvalidInputError, JobCancelledError, UnreadableFileError
from qhd_riskmap.formats.vector_reading import VectorContent
from qhd_riskmap.storage import tile_archive

# The test pictures are written without a place on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

PLACE = (119.6123, 39.9345)
RED, BLUE = (255, 0, 0), (0, 0, 255)
TO_GK = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
TO_MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
PLANES = list(Projection)


def view(projection, denominator=20_000, place=PLACE, size=(640, 480), ratio=1.0):
    x, y = projection.forward(*place)
    start = Viewport(
        centre_x=float(x), centre_y=float(y), resolution=1.0, width=size[0], height=size[1],
        projection=projection, device_pixel_ratio=ratio,
    )  # fmt: skip
    # Off the middle, so that nothing is right by symmetry.
    return start.at_scale(denominator).panned(57, -31)


def expected(viewport, lonlat):
    """Pixel of a place, by pyproj alone."""
    crs = {"mercator": TO_MERCATOR, "gk": TO_GK}[viewport.projection.value]
    x, y = crs.transform(*lonlat)
    return (
        (x - viewport.centre_x) / viewport.resolution + viewport.width / 2,
        (viewport.centre_y - y) / viewport.resolution + viewport.height / 2,
    )


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    raw = np.frombuffer(image.constBits(), np.uint8)
    return raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), :3].copy()


def centroid(image, colour=RED):
    """Middle of what has the colour, in logical pixels, corners of pixels counting whole."""
    away = np.abs(pixels(image).astype(int) - colour).sum(axis=2)
    weight = np.clip(1.0 - away / 300.0, 0.0, 1.0)
    rows, columns = np.nonzero(weight > 0)
    assert len(rows), "nothing of that colour"
    w = weight[rows, columns]
    ratio = image.devicePixelRatio()
    x = ((columns + 0.5) * w).sum() / w.sum() / ratio
    return x, ((rows + 0.5) * w).sum() / w.sum() / ratio


def painted(layer, viewport, options=None):
    return render_image(
        None, None, viewport, options or MapOptions(basemap=False), layers=LayerStack((layer,))
    )


def link(kind, path, **changes):
    return MapLayer(id=uuid4(), kind=kind, name="层", source=str(path), **changes)


def geotiff(path, *, crs="EPSG:4549", step=1.0, side=600, **options):
    """White ground with a red square of 9 pixels whose middle lies on `PLACE`."""
    plane = Transformer.from_crs("EPSG:4490", crs, always_xy=True) if crs else TO_GK
    x, y = plane.transform(*PLACE)
    column, row = 211, 377
    data = np.full((3, side, side), 255, np.uint8)
    data[1:, row - 4 : row + 5, column - 4 : column + 5] = 0
    transform = Affine(step, 0, x - (column + 0.5) * step, 0, -step, y + (row + 0.5) * step)
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=3, dtype="uint8", crs=crs,
        transform=transform, **options,
    ) as file:  # fmt: skip
        file.write(data)
    return path


@pytest.mark.parametrize("projection", PLANES)
@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_a_geotiff_lies_where_pyproj_says(tmp_path, projection, ratio):
    layer = open_layer(link(LayerKind.RASTER, p := geotiff(tmp_path / "a.tif")), p)
    viewport = view(projection, 5_000, ratio=ratio)
    found = centroid(painted(layer, viewport))
    assert math.dist(found, expected(viewport, PLACE)) < 0.5


def test_a_geotiff_far_out_is_read_from_overviews_and_stays_in_place(tmp_path):
    path = geotiff(tmp_path / "a.tif", step=5.0, side=4000, tiled=True, compress="deflate")
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4, 8], rasterio.enums.Resampling.average)
    layer = open_layer(link(LayerKind.RASTER, path), path)
    viewport = view(Projection.MERCATOR, 60_000)
    image = painted(layer, viewport)
    assert math.dist(centroid(image), expected(viewport, PLACE)) < 1.0
    layer.source.close()


def test_a_flat_file_shows_from_its_small_copy_when_far_out(tmp_path):
    path = geotiff(tmp_path / "a.tif", step=5.0, side=4000)
    layer = open_layer(link(LayerKind.RASTER, path), path)
    viewport = view(Projection.MERCATOR, 250_000)
    corner = TO_GK.transform(*PLACE)
    west, north = corner[0] - 211.5 * 5, corner[1] + 377.5 * 5
    image = pixels(painted(layer, viewport))
    # White paper of the picture against white paper of the map: look at alpha instead.
    target = QImage(viewport.width, viewport.height, QImage.Format.Format_ARGB32_Premultiplied)
    target.fill(QColor("#123456"))
    painter = QPainter(target)
    paint_layers(Canvas(painter, viewport, MapOptions()), LayerStack((layer,)))
    painter.end()
    shown = (pixels(target) != (0x12, 0x34, 0x56)).any(axis=2)
    rows, columns = np.nonzero(shown)
    back = Transformer.from_crs("EPSG:4549", "EPSG:4490", always_xy=True)
    left, top = expected(viewport, back.transform(west, north))
    assert image.shape == (480, 640, 3)
    assert abs(columns.min() - left) < 2
    assert abs(rows.min() - top) < 2


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_with_a_world_file_needs_only_its_system_declared(tmp_path, suffix):
    step = 1e-5
    data = np.full((3, 400, 500), 255, np.uint8)
    data[1:, 100:121, 300:321] = 0
    path = tmp_path / f"图{suffix}"
    driver = {".png": "PNG", ".jpg": "JPEG"}[suffix]
    with rasterio.open(
        path, "w", driver=driver, width=500, height=400, count=3, dtype="uint8"
    ) as file:
        file.write(data)
    path.with_suffix(path.suffix + ".aux.xml").unlink(missing_ok=True)
    west, north = PLACE[0] - 310.5 * step, PLACE[1] + 110.5 * step
    world = [step, 0, 0, -step, west + step / 2, north - step / 2]
    path.with_suffix({".png": ".pgw", ".jpg": ".jgw"}[suffix]).write_text(
        "\n".join(f"{value:.10f}" for value in world)
    )
    with pytest.raises(UnreadableFileError, match="没有注明坐标系"):
        open_layer(link(LayerKind.RASTER, path), path)
    layer = open_layer(link(LayerKind.RASTER, path, reference="cgcs2000"), path)
    viewport = view(Projection.GK, 2_000)
    assert math.dist(centroid(painted(layer, viewport)), expected(viewport, PLACE)) < 0.7


def scan(path):
    data = np.full((3, 300, 400), 255, np.uint8)
    data[1:, 96:105, 196:205] = 0  # middle 200.5, 100.5
    with rasterio.open(path, "w", driver="PNG", width=400, height=300, count=3, dtype="uint8") as f:
        f.write(data)
    return path


def corners_of(turn_degrees, scale_m):
    """Control points of a scan turned about `PLACE`, by hand."""
    x0, y0 = TO_GK.transform(*PLACE)
    back = Transformer.from_crs("EPSG:4549", "EPSG:4490", always_xy=True)
    angle = math.radians(turn_degrees)
    points = []
    for column, row in ((10, 10), (390, 20), (380, 290), (15, 280)):
        u, v = (column - 200.5) * scale_m, -(row - 100.5) * scale_m
        x = x0 + math.cos(angle) * u - math.sin(angle) * v
        y = y0 + math.sin(angle) * u + math.cos(angle) * v
        lon, lat = back.transform(x, y)
        points.append(ControlPoint(column=column, row=row, lon=lon, lat=lat))
    return tuple(points)


@pytest.mark.parametrize("projection", PLANES)
@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_scan_is_laid_by_its_control_points(tmp_path, projection, count):
    path = scan(tmp_path / "扫描.png")
    control = corners_of(12.0, 2.0)[:count]
    layer = open_layer(link(LayerKind.SCAN, path, control=control), path)
    viewport = view(projection, 10_000)
    assert math.dist(centroid(painted(layer, viewport)), expected(viewport, PLACE)) < 0.5


def test_a_scan_without_points_is_refused_and_a_bare_picture_too(tmp_path):
    path = scan(tmp_path / "扫描.png")
    with pytest.raises(InvalidInputError, match="2 到 6"):
        open_layer(link(LayerKind.SCAN, path), path)
    with pytest.raises(UnreadableFileError, match="没有说明位于何处"):
        open_layer(link(LayerKind.RASTER, path), path)


# -- tiles ------------------------------------------------------------------------------------------


def png(image):
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


class DrawnTiles:
    """White tiles of one level with a red square on a place of the service's own datum."""

    def __init__(self, place, zoom):
        x, y = TO_MERCATOR.transform(*place)
        half = math.pi * 6378137.0
        side = TILE_PX << zoom
        self.at = ((x + half) / (2 * half) * side, (half - y) / (2 * half) * side)
        self.zoom = zoom
        self.asked = []

    def tile(self, zoom, column, row):
        self.asked.append((zoom, column, row))
        if zoom != self.zoom:
            return None
        image = QImage(TILE_PX, TILE_PX, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        x, y = self.at[0] - column * TILE_PX, self.at[1] - row * TILE_PX
        painter.fillRect(round(x - 4), round(y - 4), 8, 8, QColor(*RED))
        painter.end()
        return png(image)


def tiles(supply, **options):
    zooms = options.pop("zooms", (supply.zoom, supply.zoom))
    return OpenLayer(link(LayerKind.TILES, "https://t"), TileSource(supply, zooms=zooms, **options))


@pytest.mark.parametrize("projection", PLANES)
def test_a_mark_in_a_gcj02_tile_falls_on_the_true_place_within_a_pixel(projection):
    # What the service draws: the mark at the GCJ-02 position, by another library.
    shifted = coord_convert.transform.wgs2gcj(*PLACE)
    viewport = view(projection, 9_000)
    layer = tiles(DrawnTiles(shifted, 16), gcj02=True)
    found = centroid(painted(layer, viewport))
    assert math.dist(found, expected(viewport, PLACE)) < 1.0
    # Without the shift the same mark would lie half a kilometre away.
    wrong = centroid(painted(tiles(DrawnTiles(shifted, 16)), viewport))
    metres = math.dist(wrong, expected(viewport, PLACE)) * viewport.metres_per_pixel()
    assert 400 < metres < 600


@pytest.mark.parametrize("projection", PLANES)
def test_a_mark_in_a_plain_tile_falls_on_its_place(projection):
    viewport = view(projection, 9_000)
    found = centroid(painted(tiles(DrawnTiles(PLACE, 16)), viewport))
    assert math.dist(found, expected(viewport, PLACE)) < 1.0


def test_where_a_tile_is_missing_a_coarser_one_is_enlarged():
    supply = DrawnTiles(PLACE, 14)
    viewport = view(Projection.MERCATOR, 9_000)
    found = centroid(painted(tiles(supply, zooms=(10, 17)), viewport))
    assert math.dist(found, expected(viewport, PLACE)) < 4.0
    assert max(zoom for zoom, _x, _y in supply.asked) == 16


def test_tiles_that_are_no_pictures_or_enormous_are_left_out():
    assert decoded_tile(b"<html>") is None
    assert decoded_tile(b"\x89PNG\r\n\x1a\nrubbish") is None
    assert decoded_tile(png(QImage(1025, 8, QImage.Format.Format_RGB32))) is None
    assert decoded_tile(png(QImage(256, 256, QImage.Format.Format_RGB32))).width() == 256


def mbtiles(path, *, zoom=15, form="png"):
    drawn = DrawnTiles(PLACE, zoom)
    column, row = (int(side // TILE_PX) for side in drawn.at)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    connection.execute(
        "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)"
    )
    facts = [("name", "离线"), ("format", form), ("bounds", "119,39,120,40.5")]
    connection.executemany("INSERT INTO metadata VALUES (?, ?)", facts)
    for x in range(column - 1, column + 2):
        for y in range(row - 1, row + 2):
            data = drawn.tile(zoom, x, y)
            connection.execute(
                "INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, x, 2**zoom - 1 - y, data)
            )
    connection.commit()
    connection.close()
    return path


def test_an_mbtiles_archive_is_shown_and_never_written(tmp_path):
    path = mbtiles(tmp_path / "离线.mbtiles")
    before = path.read_bytes()
    layer = open_layer(link(LayerKind.ARCHIVE, path), path)
    viewport = view(Projection.GK, 12_000)
    assert math.dist(centroid(painted(layer, viewport)), expected(viewport, PLACE)) < 1.0
    assert layer.bounds == (119.0, 39.0, 120.0, 40.5)
    layer.source.close()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_archives_that_are_none_are_refused(tmp_path):
    broken = tmp_path / "a.mbtiles"
    broken.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    vector = mbtiles(tmp_path / "v.mbtiles", form="pbf")
    for path, words in ((broken, "不是完好"), (vector, "矢量瓦片"), (tmp_path / "no", "无法打开")):
        with pytest.raises(UnreadableFileError, match=words):
            open_layer(link(LayerKind.ARCHIVE, path), path)


def test_an_archive_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(tile_archive, "_LONGEST_QUERY_S", 0.2)
    path = tmp_path / "endless.mbtiles"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    connection.execute(
        "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS zoom_level, i AS tile_column, i AS tile_row, NULL AS tile_data FROM n"
    )
    connection.commit()
    connection.close()
    with pytest.raises(UnreadableFileError, match="不是完好"):
        open_layer(link(LayerKind.ARCHIVE, path), path)


# -- vector files -----------------------------------------------------------------------------------


def source(shapes, **attributes):
    column = np.empty(len(shapes), dtype=object)
    column[:] = shapes
    values = {key: np.array(value, dtype=object) for key, value in attributes.items()}
    return VectorSource(VectorContent(geometries=column, attributes=values))


def features(shapes, style, **attributes):
    layer = link(LayerKind.VECTOR, "a.shp", style=style)
    return OpenLayer(layer, source(shapes, **attributes))


SOLID = LayerStyle(colour="#FF0000", width=6.0, fill="#0000FF", fill_opacity=1.0)


@pytest.mark.parametrize("projection", PLANES)
@pytest.mark.parametrize("kind", ["point", "line", "area"])
def test_features_lie_where_pyproj_says(projection, kind):
    d = 0.003
    shapes = {
        "point": shapely.Point(PLACE),
        "line": shapely.LineString([(PLACE[0] - d, PLACE[1]), (PLACE[0] + d, PLACE[1])]),
        "area": shapely.box(PLACE[0] - d, PLACE[1] - d, PLACE[0] + d, PLACE[1] + d),
    }
    viewport = view(projection)
    image = painted(features([shapes[kind]], SOLID), viewport)
    found = centroid(image, BLUE if kind == "area" else RED)
    assert math.dist(found, expected(viewport, PLACE)) < 0.7


def test_a_hole_stays_open_and_a_filter_hides():
    outer = shapely.Point(PLACE).buffer(0.01)
    ring = outer.difference(shapely.Point(PLACE).buffer(0.004))
    viewport = view(Projection.MERCATOR)
    layer = features([ring, outer], SOLID, 级=["1", "2"])
    x, y = (round(v) for v in expected(viewport, PLACE))
    condition = LayerFilter(attribute="级", comparison=Comparison.EQUAL, value="1")
    for chosen, colour in ((None, BLUE), (condition, (255, 255, 255))):
        shown = OpenLayer(replace(layer.layer, condition=chosen), layer.source)
        assert tuple(pixels(painted(shown, viewport))[y, x].tolist()) == colour
    unknown = replace(condition, attribute="没有的字段")
    shown = OpenLayer(replace(layer.layer, condition=unknown), layer.source)
    assert tuple(pixels(painted(shown, viewport))[y, x].tolist()) == BLUE


def test_names_are_written_beside_their_features_and_hostile_ones_cut():
    viewport = view(Projection.MERCATOR)
    style = replace(SOLID, label="名")
    plain = painted(features([shapely.Point(PLACE)], SOLID, 名=["石门寨"]), viewport)
    named = painted(features([shapely.Point(PLACE)], style, 名=["石门寨"]), viewport)
    long = painted(features([shapely.Point(PLACE)], style, 名=["很长" * 5000]), viewport)
    assert (pixels(plain) != pixels(named)).any()
    assert (pixels(plain) != pixels(long)).any()
    for empty in (None, float("nan"), "  "):
        none = painted(features([shapely.Point(PLACE)], style, 名=[empty]), viewport)
        assert (pixels(plain) == pixels(none)).all()
    number = painted(features([shapely.Point(PLACE)], style, 名=[2.5]), viewport)
    assert (pixels(plain) != pixels(number)).any()
    no_such = replace(style, label="别的")
    other = painted(features([shapely.Point(PLACE)], no_such, 名=["石门寨"]), viewport)
    assert (pixels(plain) == pixels(other)).all()


# -- order, scale, opacity, paper -------------------------------------------------------------------


def test_the_higher_layer_covers_the_lower_and_lets_it_through_by_its_opacity():
    d = 0.01
    box = shapely.box(PLACE[0] - d, PLACE[1] - d, PLACE[0] + d, PLACE[1] + d)
    red = features([box], LayerStyle(colour="#FF0000", fill="#FF0000", fill_opacity=1.0))
    blue = features([box], LayerStyle(colour="#0000FF", fill="#0000FF", fill_opacity=1.0))
    viewport = view(Projection.MERCATOR)
    options = MapOptions(basemap=False)
    x, y = (round(v) for v in expected(viewport, PLACE))

    def middle(*layers):
        image = render_image(None, None, viewport, options, layers=LayerStack(layers))
        return pixels(image)[y, x].tolist()

    assert middle(red, blue) == [0, 0, 255]
    assert middle(blue, red) == [255, 0, 0]
    half = OpenLayer(replace(blue.layer, opacity=0.5), blue.source)
    assert middle(red, half) == pytest.approx([127, 0, 128], abs=2)
    hidden = OpenLayer(replace(blue.layer, visible=False), blue.source)
    assert middle(red, hidden) == [255, 0, 0]
    far_only = OpenLayer(replace(blue.layer, closest=50_000.0), blue.source)
    assert middle(red, far_only) == [255, 0, 0]
    assert [each.layer for each in covers(LayerStack((red, far_only)), viewport)] == [red.layer]


@pytest.mark.parametrize("kind", ["raster", "tiles", "vector"])
def test_paper_shows_what_the_screen_shows(tmp_path, kind):
    screen = view(Projection.GK, 9_000)
    if kind == "raster":
        path = geotiff(tmp_path / "a.tif")
        layer = open_layer(link(LayerKind.RASTER, path), path)
    elif kind == "tiles":
        layer = tiles(DrawnTiles(PLACE, 16))
    else:
        layer = features([shapely.Point(PLACE)], SOLID)
    factor = 3.0
    paper = Viewport(
        centre_x=screen.centre_x, centre_y=screen.centre_y, resolution=screen.resolution / factor,
        width=round(screen.width * factor), height=round(screen.height * factor),
        projection=screen.projection,
    )  # fmt: skip
    options = replace(
        MapOptions(basemap=False, vector=True).scaled(factor), units_per_inch=96 * factor
    )
    image = QImage(paper.width, paper.height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    canvas = Canvas(painter, paper, options)
    assert canvas.scale_denominator() == pytest.approx(9_000, rel=1e-3)
    paint_layers(canvas, LayerStack((layer,)))
    painter.end()
    assert math.dist(centroid(image), expected(paper, PLACE)) < 1.5


def test_a_cancelled_painting_stops(tmp_path):
    path = geotiff(tmp_path / "a.tif")
    layer = open_layer(link(LayerKind.RASTER, path), path)
    options = MapOptions(basemap=False)
    viewport = view(Projection.MERCATOR)
    with pytest.raises(JobCancelledError):
        render_image(None, None, viewport, options, lambda: True, layers=LayerStack((layer,)))


def test_layers_that_cannot_be_opened_are_told_and_the_others_open(tmp_path):
    good = geotiff(tmp_path / "a.tif")
    bad = tmp_path / "b.tif"
    bad.write_bytes(b"II*\x00rubbish")
    links = [(link(LayerKind.RASTER, p), p, None) for p in (good, bad, tmp_path / "none.tif")]
    stack, failed = open_all(links)
    assert [each.layer for each in stack.layers] == [links[0][0]]
    assert set(failed) == {str(links[1][0].id), str(links[2][0].id)}
    assert all(error.message for error in failed.values())


def test_dark_data_of_sixteen_bits_and_palettes_are_shown(tmp_path):
    path = tmp_path / "a.tif"
    x, y = TO_GK.transform(*PLACE)
    data = np.linspace(1000, 3000, 100 * 100).reshape(100, 100).astype(np.uint16)
    transform = Affine(10, 0, x - 500, 0, -10, y + 500)
    with rasterio.open(path, "w", driver="GTiff", width=100, height=100, count=1, dtype="uint16",
                       crs="EPSG:4549", transform=transform) as file:  # fmt: skip
        file.write(data, 1)
    viewport = view(Projection.GK, 10_000)
    shown = pixels(painted(open_layer(link(LayerKind.RASTER, path), path), viewport))
    assert shown.min() < 10
    palette = tmp_path / "p.tif"
    with rasterio.open(palette, "w", driver="GTiff", width=100, height=100, count=1, dtype="uint8",
                       crs="EPSG:4549", transform=transform, nodata=9) as file:  # fmt: skip
        file.write(np.where(np.arange(100) < 50, 3, 9).astype(np.uint8)[None, :].repeat(100, 0), 1)
        file.write_colormap(1, {3: (255, 0, 0), 9: (0, 255, 0)})
    shown = pixels(painted(open_layer(link(LayerKind.RASTER, palette), palette), viewport))
    assert (shown == RED).all(axis=2).any()
    assert not (shown == (0, 255, 0)).all(axis=2).any()


def test_attributes_that_are_empty_everywhere_are_not_offered():
    content = VectorContent(
        geometries=np.array([shapely.Point(119, 40), shapely.Point(119.1, 40)], dtype=object),
        attributes={
            "名称": np.array(["石门", ""], dtype=object),
            "timestamp": np.array([None, None], dtype=object),
            "drawOrder": np.array([float("nan"), float("nan")]),
            "icon": np.array(["", " "], dtype=object),
            "编号": np.array([0, 0]),
        },
        skipped=0,
    )
    assert VectorSource(content).fields() == ("名称", "编号")
