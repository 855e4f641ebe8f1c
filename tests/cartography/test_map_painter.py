"""The map painter: pure, cancellable, the same on every path, and never slow."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from qhd_riskmap.cartography import symbol_atlas as atlases
from qhd_riskmap.cartography.basemap_painter import prepare_basemap
from qhd_riskmap.cartography.clusters import cluster_marks
from qhd_riskmap.cartography.labels import OccupiedGround
from qhd_riskmap.cartography.map_options import DARK, MapOptions
from qhd_riskmap.cartography.map_painter import (
    cluster_size,
    clusters_in_view,
    names_in_view,
    paint_map,
    render_image,
    visible_marks,
)
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.styles import style_number
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import empty_table
from qhd_riskmap.errors import JobCancelledError

CITY = (118.5, 39.3, 119.9, 40.7)
BARE = MapOptions(basemap=False, labels=False)


def raw(image):
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)


def inked(image):
    """Mask of everything that is not white."""
    return (raw(image)[:, :, :3] < 250).any(axis=2)


@pytest.fixture
def city_view():
    return Viewport.fit(CITY, 640, 480)


def test_the_same_arguments_paint_the_same_picture(mixed_table, city_view):
    prepared, ground = prepare(mixed_table), prepare_basemap(boundaries())
    one = render_image(prepared, ground, city_view)
    other = render_image(prepare(mixed_table), prepare_basemap(boundaries()), city_view)
    assert (raw(one) == raw(other)).all()
    assert one.format() == QImage.Format.Format_ARGB32_Premultiplied


def test_a_worker_without_pixmaps_paints_what_the_window_paints(
    mixed_table, city_view, monkeypatch
):
    """Off the GUI thread the atlas copies from an image; the picture must not show it."""
    prepared = prepare(mixed_table)
    here = render_image(prepared, None, city_view, BARE)
    monkeypatch.setattr(atlases, "_atlases", {})
    there = []
    worker = threading.Thread(
        target=lambda: there.append(render_image(prepared, None, city_view, BARE))
    )
    worker.start()
    worker.join(30)
    assert all(atlas.pixmap is None for atlas in atlases._atlases.values())
    assert (raw(here) == raw(there[0])).all()


def test_pixel_ratio_makes_a_larger_picture_of_the_same_ground(mixed_table, city_view):
    prepared = prepare(mixed_table)
    sharp = render_image(prepared, None, city_view.resized(640, 480, 1.5), BARE)
    assert (sharp.width(), sharp.height()) == (960, 720)
    assert sharp.devicePixelRatio() == 1.5
    small = render_image(prepared, None, city_view, BARE)
    rows, columns = np.nonzero(inked(small))
    sharp_rows, sharp_columns = np.nonzero(inked(sharp))
    assert sharp_rows.mean() / 1.5 == pytest.approx(rows.mean(), abs=1.5)
    assert sharp_columns.mean() / 1.5 == pytest.approx(columns.mean(), abs=1.5)


def test_cancel_stops_between_calls_and_leaves_the_painter_usable(make_table, city_view):
    random = np.random.default_rng(3)
    table = make_table(shapely.points(random.uniform((118.6, 39.4), (119.8, 40.6), (60_000, 2))))
    prepared = prepare(table)
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 5

    options = MapOptions(cluster=False, labels=False, basemap=False)
    with pytest.raises(JobCancelledError):
        render_image(prepared, None, city_view, options, cancelled)
    assert len(asked) == 6
    assert inked(render_image(prepared, None, city_view, options)).any()


@pytest.mark.parametrize("kind", ["polygon", "line"])
def test_twenty_thousand_random_vertices_do_not_stop_the_program(make_table, city_view, kind):
    random = np.random.default_rng(5)
    xy = random.uniform((118.6, 39.4), (119.8, 40.6), (20_000, 2))
    shape = shapely.Polygon(xy) if kind == "polygon" else shapely.LineString(xy)
    table = make_table([shape], levels=[1], types=["flood"])
    # The anchor would need minutes of topology too; it is not what this test is about.
    prepared = prepare(table)
    for zoom in (1, 6):
        started = time.perf_counter()
        image = render_image(prepared, None, city_view.zoomed(zoom), BARE)
        assert time.perf_counter() - started < 5
        assert inked(image).mean() > 0.3


def test_a_hole_stays_open_and_multi_parts_are_filled(make_table):
    ring = shapely.box(119.0, 39.8, 119.4, 40.2).difference(shapely.box(119.1, 39.9, 119.3, 40.1))
    apart = shapely.box(119.5, 39.8, 119.6, 39.9)
    table = make_table([shapely.union(ring, apart)], levels=[4], types=["other"])
    view = Viewport.fit((118.9, 39.7, 119.7, 40.3), 600, 600)
    options = MapOptions(basemap=False, labels=False, anchor_symbols=False)
    image = raw(render_image(prepare(table), None, view, options))

    def blueness(lon, lat):
        x, y = view.to_screen(lon, lat)
        pixel = image[int(y), int(x)].astype(int)
        return pixel[0] - pixel[2]

    assert blueness(119.05, 40.0) > 50
    assert blueness(119.55, 39.85) > 50
    assert blueness(119.2, 40.0) == 0


@pytest.mark.parametrize("zoom", [3, 40, 300])
def test_clipping_large_paths_changes_nothing_visible(make_table, zoom):
    turn = np.linspace(0, 2 * np.pi, 700)
    reach = 0.35 * (1 + 0.25 * np.sin(7 * turn))
    ring = np.column_stack((119.2 + reach * np.cos(turn), 40.0 + reach * np.sin(turn)))
    table = make_table(
        [shapely.Polygon(ring), shapely.LineString(ring * (1, 0.999) + (0, 0.04))],
        levels=[1, 4],
        types=["flood", "other"],
    )
    prepared = prepare(table)
    view = Viewport.fit(CITY, 500, 400).centred_on(*ring[120]).zoomed(zoom)
    options = MapOptions(
        basemap=False, labels=False, anchor_symbols=False, hatch=False, dashes=False
    )
    seen = inked(render_image(prepared, None, view, options))
    # The oracle: which side of the unclipped ring the pixel centres lie on.
    columns, rows = np.meshgrid(np.arange(500) + 0.5, np.arange(400) + 0.5)
    lon, lat = view.to_lonlat(columns.ravel(), rows.ravel())
    inside = shapely.contains_xy(shapely.Polygon(ring), lon, lat).reshape(400, 500)
    line = shapely.LineString(ring * (1, 0.999) + (0, 0.04))
    degrees_per_pixel = abs(float(lon[1] - lon[0]))
    near = shapely.dwithin(
        shapely.points(lon, lat), line.union(shapely.Polygon(ring).exterior), 3 * degrees_per_pixel
    ).reshape(400, 500)
    clear = ~near
    assert (seen[clear] != inside[clear]).mean() < 0.002


def test_symbols_stand_where_the_hazard_is(make_table):
    table = make_table([shapely.Point(119.3, 39.9)], levels=[1], types=["other"])
    view = Viewport.fit((119.0, 39.7, 119.6, 40.1), 400, 300)
    rows, columns = np.nonzero(raw(render_image(prepare(table), None, view, BARE))[:, :, 2] > 200)
    mask = inked(render_image(prepare(table), None, view, BARE))
    rows, columns = np.nonzero(mask)
    x, y = view.to_screen(119.3, 39.9)
    # The digit's badge sticks out to the lower right, so the box is a little off centre.
    assert abs(columns.min() - (float(x) - 9)) <= 2
    assert abs(rows.min() - (float(y) - 9)) <= 2


def test_worse_levels_lie_on_top(make_table):
    here = shapely.Point(119.3, 39.9)
    view = Viewport.fit((119.2, 39.8, 119.4, 40.0), 100, 100)
    both = make_table([here, here, here], levels=[1, 0, 4], types=["terror"] * 3)
    red = make_table([here], levels=[1], types=["terror"])
    picture = render_image(prepare(both), None, view, BARE)
    alone = raw(render_image(prepare(red), None, view, BARE)).astype(int)
    # Smoothed edges lie over each other three times; the inside is the red one alone.
    assert (np.abs(raw(picture) - alone).max(axis=2) > 0).mean() < 0.02
    assert (raw(picture)[46:54, 44:47] == alone[46:54, 44:47]).all()


def test_multipoints_have_a_symbol_at_every_point_and_one_name(make_table):
    table = make_table([shapely.MultiPoint([(119.2, 39.9), (119.4, 39.9)])], levels=[1])
    prepared = prepare(table)
    view = Viewport.fit((119.0, 39.7, 119.6, 40.1), 400, 300)
    assert len(visible_marks(prepared, view, MapOptions())) == 2
    assert len(names_in_view(prepared, None, view, MapOptions())) == 1


def test_empty_geometries_are_left_out(make_table, city_view):
    table = make_table([shapely.Point(), shapely.Point(119.2, 40)], levels=[1, 2])
    prepared = prepare(table)
    assert len(prepared.marks) == 1
    assert prepared.extent() == (119.2, 40.0, 119.2, 40.0)
    assert prepare(empty_table()).extent() is None
    assert not inked(render_image(prepare(empty_table()), None, city_view, BARE)).any()


def test_layers_of_another_plane_are_refused(mixed_table, city_view):
    with pytest.raises(ValueError, match="prepared for gk"):
        render_image(prepare(mixed_table, Projection.GK), None, city_view)


def test_gauss_krueger_and_mercator_show_the_same_hazards(mixed_table):
    for projection in Projection:
        view = Viewport.fit(CITY, 640, 480, projection=projection)
        prepared = prepare(mixed_table, projection)
        assert len(visible_marks(prepared, view, MapOptions())) == len(mixed_table)
        ground = prepare_basemap(boundaries(), projection)
        assert inked(render_image(prepared, ground, view, MapOptions(palette=DARK))).mean() > 0.5


# -- clusters ---------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(0, 4)),
        min_size=1,
        max_size=120,
    ),
    st.floats(10, 1e5),
)
def test_clusters_lose_nobody_and_tell_the_worst_level(marks, cell):
    xy = np.array([(x, y) for x, y, _level in marks])
    styles = np.array([style_number("haze", level) for _x, _y, level in marks])
    clusters = cluster_marks(xy, styles, cell, np.arange(len(marks)))
    assert sorted(clusters.members.tolist()) == list(range(len(marks)))
    assert clusters.counts.sum() == len(marks)
    for index in range(len(clusters)):
        members = clusters.members_of(index)
        levels = [marks[m][2] for m in members]
        graded = [level for level in levels if level]
        assert clusters.worst[index] == (min(graded) if graded else 0)
        assert clusters.by_level[index].tolist() == [levels.count(n) for n in range(5)]
        assert clusters.xy[index] == pytest.approx(xy[members].mean(axis=0))
        cells = np.floor(xy[members] / cell)
        assert (cells == cells[0]).all()


def test_panning_never_regroups(make_table):
    random = np.random.default_rng(11)
    table = make_table(shapely.points(random.uniform((119, 39.7), (119.5, 40.2), (3000, 2))))
    prepared = prepare(table)
    view = Viewport.fit((118.9, 39.6, 119.6, 40.3), 800, 700)
    first = clusters_in_view(prepared, view, MapOptions())
    moved = clusters_in_view(prepared, view.panned(13.7, -21.3), MapOptions())
    assert {tuple(first.members_of(i)) for i in range(len(first))} == {
        tuple(moved.members_of(i)) for i in range(len(moved))
    }


def test_few_symbols_are_never_grouped(mixed_table, city_view):
    prepared = prepare(mixed_table)
    assert clusters_in_view(prepared, city_view, MapOptions()) is None
    grouped = clusters_in_view(prepared, city_view, MapOptions(cluster_threshold=10))
    assert grouped is not None
    assert clusters_in_view(prepared, city_view, MapOptions(cluster=False)) is None
    without_anchors = MapOptions(cluster_threshold=10, anchor_symbols=False)
    fewer = clusters_in_view(prepared, city_view, without_anchors)
    assert fewer.counts.sum() == prepared.marks.is_point.sum()


def test_cluster_discs_grow_slowly():
    sizes = [cluster_size(count, MapOptions()) for count in (2, 20, 200, 100_000)]
    assert sizes == sorted(sizes)
    assert sizes[-1] < 3 * MapOptions().symbol_size


def test_grouped_symbols_can_be_painted_as_vectors(mixed_table, city_view):
    image = QImage(640, 480, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    options = MapOptions(cluster_threshold=10, vector=True, basemap=False, labels=False)
    paint_map(painter, prepare(mixed_table), city_view, options)
    painter.end()
    assert inked(image).any()


def test_a_crowd_on_paper_is_drawn_as_silhouettes(make_table, city_view):
    random = np.random.default_rng(2)
    table = make_table(shapely.points(random.uniform((118.6, 39.4), (119.8, 40.6), (10_500, 2))))
    image = render_image(
        prepare(table), None, city_view, MapOptions(vector=True, cluster=False, basemap=False)
    )
    assert inked(image).mean() > 0.3


# -- names ------------------------------------------------------------------------------------------


def test_names_never_touch_each_other_nor_leave_the_picture(mixed_table):
    view = Viewport.fit(CITY, 900, 700)
    ground = prepare_basemap(boundaries())
    placed = names_in_view(prepare(mixed_table), ground, view, MapOptions())
    boxes = [p.box for p in placed]
    assert len(boxes) > 20
    whole = QRectF(0, 0, 900, 700)
    for index, box in enumerate(boxes):
        assert whole.contains(box)
        assert not any(box.intersects(other) for other in boxes[index + 1 :])


def test_worse_levels_are_named_first(make_table):
    crowd = [shapely.Point(119.3 + n * 1e-5, 39.9) for n in range(40)]
    levels = [4] * 39 + [1]
    table = make_table(crowd, levels=levels, names=[f"点{n}" for n in range(40)])
    view = Viewport.fit((119.0, 39.7, 119.6, 40.1), 400, 300)
    placed = names_in_view(prepare(table), None, view, MapOptions())
    assert placed[0].label.text == "点39"


def test_crowds_are_not_named(mixed_table, city_view):
    prepared = prepare(mixed_table)
    assert names_in_view(prepared, None, city_view, MapOptions(label_threshold=5)) == []
    assert names_in_view(prepared, None, city_view, MapOptions(labels=False)) == []


def test_far_views_use_short_division_names():
    ground = prepare_basemap(boundaries())
    near = names_in_view(None, ground, Viewport.fit(CITY, 1200, 1000), MapOptions())
    far = names_in_view(None, ground, Viewport.fit(CITY, 300, 300), MapOptions())
    assert "青龙满族自治县" in {p.label.text for p in near}
    assert "青龙满族自治县" not in {p.label.text for p in far}


@given(st.floats(-50, 150), st.floats(-50, 150), st.floats(1, 60), st.floats(1, 60))
def test_ground_is_given_once(x, y, width, height):
    ground = OccupiedGround(100, 100, 2.0)
    box = QRectF(x, y, width, height)
    inside = QRectF(0, 0, 100, 100).contains(box)
    assert ground.take(box) == inside
    assert not ground.take(box)
