"""The density surface and the graticule, checked by counting and by pyproj."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from PySide6.QtGui import QImage

from qhd_riskmap.cartography.graticule import degree_text, graticule_step
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import is_density, render_image, visible_marks
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.viewport import Viewport
from tests.cartography.conftest import table_of

PLACE = (119.6, 39.9)
PLAIN = MapOptions(basemap=False, labels=False, density=True, cluster_threshold=20)


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    raw = np.frombuffer(image.constBits(), np.uint8)
    return raw.reshape(image.height(), -1, 4)[:, : image.width(), :3].astype(int)


def crowd(count, lon, lat, spread=0.002, seed=1):
    random = np.random.default_rng(seed)
    return [shapely.Point(lon + random.normal(0, spread), lat + random.normal(0, spread))
            for _ in range(count)]  # fmt: skip


def view(projection, width=400, height=300):
    return Viewport.fit((119.4, 39.8, 119.8, 40.0), width, height, projection=projection)


@pytest.mark.parametrize("projection", list(Projection))
def test_the_darkest_place_is_where_most_hazards_are(projection):
    points = crowd(400, 119.55, 39.93) + crowd(60, 119.7, 39.85)
    prepared = prepare(table_of(points), projection)
    viewport = view(projection)
    assert is_density(visible_marks(prepared, viewport, PLAIN), PLAIN)
    ink = 765 - pixels(render_image(prepared, None, viewport, PLAIN)).sum(axis=2)
    row, column = np.unravel_index(int(ink.argmax()), ink.shape)
    x, y = viewport.to_screen(119.55, 39.93)
    assert abs(column - float(x)) < 8
    assert abs(row - float(y)) < 8
    x, y = (round(float(v)) for v in viewport.to_screen(119.7, 39.85))
    assert 0 < ink[y, x] < ink.max()
    assert ink[5, 5] == 0


def test_panning_moves_the_surface_and_keeps_its_shape():
    prepared = prepare(table_of(crowd(300, 119.6, 39.9)), Projection.MERCATOR)
    viewport = view(Projection.MERCATOR)
    before = pixels(render_image(prepared, None, viewport, PLAIN))
    after = pixels(render_image(prepared, None, viewport.panned(40, -24), PLAIN))
    # Grid cells are four pixels: 40 and 24 shift whole ones.
    assert np.abs(before[60:240, 60:300] - after[36:216, 100:340]).max() <= 2


def test_few_hazards_stay_symbols():
    prepared = prepare(table_of(crowd(20, 119.6, 39.9)), Projection.MERCATOR)
    viewport = view(Projection.MERCATOR)
    assert not is_density(visible_marks(prepared, viewport, PLAIN), PLAIN)


def test_steps_divide_degrees_evenly():
    assert [graticule_step(span) for span in (60.0, 2.0, 0.4, 0.001)] == [72_000, 1_800, 300, 1]
    assert degree_text(-430_215, east=True) == "119°30′15″W"
    assert degree_text(144_000, east=False) == "40°N"


@pytest.mark.parametrize("projection", list(Projection))
def test_lines_of_the_graticule_pass_where_pyproj_says(projection):
    viewport = view(projection, 800, 600)
    options = MapOptions(basemap=False, labels=False, graticule=True)
    with_lines = pixels(render_image(None, None, viewport, options))
    ink = 765 - with_lines.sum(axis=2)
    crs = {"mercator": "EPSG:3857", "gk": "EPSG:4549"}[projection.value]
    base = "EPSG:4326" if crs == "EPSG:3857" else "EPSG:4490"
    transformer = Transformer.from_crs(base, crs, always_xy=True)
    west, south, east, north = viewport.visible_bounds()
    step = graticule_step(min(east - west, north - south)) / 3600
    lon = np.ceil(west / step) * step
    hits = 0
    for lat in np.linspace(39.85, 39.95, 21):
        x, y = transformer.transform(lon, lat)
        column = (x - viewport.centre_x) / viewport.resolution + 400
        row = (viewport.centre_y - y) / viewport.resolution + 300
        hits += ink[int(row), int(column) - 1 : int(column) + 2].max() > 60
    assert hits == 21


@pytest.mark.parametrize("projection", list(Projection))
def test_scale_and_bar_are_geodesic_in_both_planes(projection):
    viewport = view(projection, 800, 600).at_scale(50_000)
    lon, lat = viewport.to_lonlat([300, 500], [300, 300])
    metres = Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])[2]
    assert metres / 200 * 96 / 0.0254 == pytest.approx(50_000, rel=1e-5)
    bar = viewport.scale_bar()
    assert bar.metres / bar.pixels == pytest.approx(metres / 200, rel=1e-5)
