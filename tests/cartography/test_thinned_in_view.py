"""Paths thinned only as they come into view are the same as all thinned at once."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from qhd_riskmap.cartography import path_layer as module
from qhd_riskmap.cartography import path_painter
from qhd_riskmap.cartography.geometry_arrays import segments_of, take_parts
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.path_layer import TOLERANCE_PX, late_layer, path_layer
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.cartography.viewport import Viewport

RESOLUTION = 500.0


def wandering_lines(count, seed=0):
    steps = np.random.default_rng(seed).normal(0, 1e-4, (count, 90, 2))
    return shapely.linestrings(np.add(steps.cumsum(axis=1), (119.0, 40.0)))


@pytest.fixture(params=[path_layer, late_layer], ids=["on the plane", "in degrees"])
def layer(request):
    numbers = np.arange(60)
    made = request.param
    return made(wandering_lines(60), numbers, numbers % 7, Projection.MERCATOR, closed=False)


def distance_to_thinned(layer, resolution):
    """Plane metres between any vertex and the copy that stands for it, at most."""
    full, less = layer.full, layer.at_resolution(resolution)
    assert less.owner.tolist() == full.owner.tolist()
    assert (np.diff(less.offsets) > 0).all()
    lines = [
        shapely.LineString(less.xy[a:b]) if b - a > 1 else shapely.Point(less.xy[a])
        for a, b in pairwise(less.offsets.tolist())
    ]
    part = np.repeat(np.arange(len(full.owner)), np.diff(full.offsets))
    return shapely.distance(shapely.points(full.xy), np.array(lines, dtype=object)[part]).max()


places = st.tuples(st.floats(110, 125), st.floats(-70, 84))
# No finer than a register keeps: 1e-308 of a degree underflows in the thinning of GEOS.
steps = st.floats(-0.3, 0.3).map(lambda degrees: round(degrees, 12))
walks = st.lists(st.tuples(steps, steps), min_size=3, max_size=25)


@settings(max_examples=80, deadline=None)
@example([((110.0, 2.0), [(0.0, 0.0), (0.25, 0.25), (0.25, 0.25)])], 2.0, False)  # noqa: FBT003
@given(
    st.lists(st.tuples(places, walks), min_size=1, max_size=4),
    st.floats(2, 5000),
    st.booleans(),
)
def test_what_is_thinned_in_degrees_stays_within_the_tolerance_on_the_plane(walked, pixel, closed):
    make = shapely.Polygon if closed else shapely.LineString
    shapes = np.empty(len(walked), dtype=object)
    shapes[:] = [make(np.add(start, np.cumsum(walk, axis=0))) for start, walk in walked]
    numbers = np.arange(len(shapes))
    layer = late_layer(shapes, numbers, numbers, Projection.MERCATOR, closed=closed)
    assert distance_to_thinned(layer, pixel) <= TOLERANCE_PX * pixel * (1 + 1e-9) + 1e-6


def test_a_long_straight_line_is_not_thinned_to_its_ends_where_that_could_be_seen():
    """Straight in degrees is bent on the plane: ten degrees northwards by some kilometres."""
    along = np.linspace(0, 1, 200)
    line = shapely.LineString(np.column_stack((110 + 10 * along, 35 + 10 * along)))
    zero = np.zeros(1, np.int64)
    layer = late_layer(
        np.array([line], dtype=object), zero, zero, Projection.MERCATOR, closed=False
    )
    assert len(layer.at_resolution(200.0).xy) > 2
    assert distance_to_thinned(layer, 200.0) <= TOLERANCE_PX * 200.0


@pytest.mark.parametrize("projection", list(Projection))
def test_late_layers_hold_what_layers_on_the_plane_hold(projection):
    """Order, boxes and all vertices; several parts and holes too."""
    shapes = np.array(
        [
            shapely.box(119.0, 39.0, 119.2, 39.1) - shapely.box(119.05, 39.02, 119.1, 39.05),
            shapely.MultiPolygon([shapely.box(119, 39, 119.1, 39.1), shapely.box(118, 39, 118.1, 40)]),
            shapely.box(119.5, 39.9, 119.6, 40.1),
        ],
        dtype=object,
    )  # fmt: skip
    rows, styles = np.array([7, 8, 9]), np.array([5, 2, 5])
    late, plane = (
        make(shapes, rows, styles, projection, closed=True) for make in (late_layer, path_layer)
    )
    assert late.rows.tolist() == plane.rows.tolist() == [8, 7, 9]
    assert late.styles.tolist() == plane.styles.tolist()
    assert np.allclose(late.bounds, plane.bounds, rtol=0, atol=1e-6)
    assert np.allclose(late.full.xy, plane.full.xy, rtol=0, atol=1e-6)
    assert late.full.offsets.tolist() == plane.full.offsets.tolist()
    assert late.full.owner.tolist() == plane.full.owner.tolist()
    there = pickle.loads(pickle.dumps(late))  # noqa: S301 - our own bytes
    assert (there.full.xy == late.full.xy).all()
    nothing = late_layer(shapes[:0], rows[:0], styles[:0], projection, closed=True)
    assert len(nothing.at_resolution(100.0).owner) == len(nothing.bounds) == 0


def marked(*numbers):
    wanted = np.zeros(60, bool)
    wanted[list(numbers)] = True
    return wanted


def test_windows_one_after_the_other_get_what_one_pass_would_give(layer):
    whole = pickle.loads(pickle.dumps(layer)).at_resolution(RESOLUTION)  # noqa: S301 - our own bytes
    for wanted in (marked(5, 9, 40), marked(0, 9, 59), marked(), marked(*range(60))):
        some = layer.some_at_resolution(RESOLUTION, wanted)
        expected = take_parts(whole, wanted)
        assert some.owner.tolist() == expected.owner.tolist()
        assert some.offsets.tolist() == expected.offsets.tolist()
        assert (some.xy == expected.xy).all()


def test_only_what_comes_into_view_is_thinned(layer, monkeypatch):
    thinned = []

    def counted(real):
        def counting(first, *others):
            owner = others[0] if len(others) > 1 else first.owner
            thinned.append(owner.tolist())
            return real(first, *others)

        return counting

    for name in ("thin", "thin_parts"):
        monkeypatch.setattr(module, name, counted(getattr(module, name)))
    layer.some_at_resolution(RESOLUTION, marked(5, 9))
    layer.some_at_resolution(RESOLUTION, marked(5, 9))
    layer.some_at_resolution(RESOLUTION, marked(9, 12))
    assert thinned == [[5, 9], [12]]
    layer.at_resolution(RESOLUTION)
    layer.some_at_resolution(RESOLUTION, marked(30))
    assert len(thinned) == 3  # all at once, then nothing more


def test_plain_lines_keep_their_colours_and_order(make_table):
    """Two lines over each other: the worse level lies on top, whatever the types between."""
    across = [shapely.LineString([(119.0, 40.0), (119.4, 40.0)])] * 3
    table = make_table(across, levels=[4, 1, 2], types=["haze", "flood", "haze"])
    view = Viewport.fit((119.1, 39.9, 119.3, 40.1), 100, 100)
    options = MapOptions(
        dashes=False, basemap=False, labels=False, anchor_symbols=False, cluster=False, line_width=9
    )
    image = render_image(prepare(table), None, view, options)
    assert image.pixelColor(50, 50).name().upper() == "#E60000"


def test_what_lies_outside_the_window_changes_nothing_in_it(make_table, monkeypatch):
    """Segments beyond the window are left out one by one; the picture is the same to the pixel."""
    turn = np.linspace(0, 2 * np.pi, 120)
    random = np.random.default_rng(3)
    shapes = []
    for _number in range(40):
        steps = random.normal(0, 0.004, (80, 2)).cumsum(axis=0)
        shapes.append(shapely.LineString(np.add(steps, (119.2, 40.0))))
        middle = np.add(random.uniform(-0.02, 0.02, 2), (119.2, 40.0))
        reach = random.uniform(0.005, 0.04)
        ring = np.column_stack((np.cos(turn), np.sin(turn))) * reach + middle
        shapes.append(shapely.Polygon(ring))
    prepared = prepare(make_table(shapes, levels=[1 + n % 4 for n in range(80)]))
    options = MapOptions(
        dashes=False, hatch=False, basemap=False, labels=False, anchor_symbols=False, cluster=False,
        line_width=1, outline_width=1,
    )  # fmt: skip
    close = Viewport.fit((119.19, 39.99, 119.21, 40.01), 200, 200)
    painted = render_image(prepared, None, close, options)
    drawn = [0]

    def counting(ragged, _window=None):
        segments, offsets = segments_of(ragged)
        drawn[0] += len(segments)
        return segments, offsets

    monkeypatch.setattr(path_painter, "segments_of", counting)
    assert render_image(prepared, None, close, options) == painted
    assert drawn[0] > 40 * 79
    assert any(painted.pixelColor(x, 100) != QColor("#FFFFFF") for x in range(200))


def test_areas_of_one_level_look_alike_where_they_are_not_hatched(make_table):
    """Worse levels lie on top whatever the types; the types change nothing."""
    boxes = [shapely.box(119.0 + n / 50, 39.9, 119.1 + n / 50, 40.1) for n in range(15)]
    levels = [(4, 1, 3)[n % 3] for n in range(15)]
    view = Viewport.fit((119.0, 39.9, 119.4, 40.1), 200, 100)
    options = MapOptions(hatch=False, basemap=False, labels=False, anchor_symbols=False)

    def painted(types):
        prepared = prepare(make_table(boxes, levels=levels, types=types))
        return render_image(prepared, None, view, options)

    # Within a level areas are painted in the order of their types: here it is that of the table.
    assert painted(["flood"] * 15) == painted([TYPE_KEYS[n // 4] for n in range(15)])
    close = Viewport.fit(boxes[0].bounds, 100, 100)

    def middle(levels, types):
        prepared = prepare(make_table([boxes[0]] * len(levels), levels=levels, types=types))
        return render_image(prepared, None, close, options).pixelColor(50, 50)

    both = middle([1, 4], ["forest_fire", "other"])
    assert both == middle([1, 4], ["other", "forest_fire"])
    assert both.red() > both.blue()  # blue lies under the red
    assert middle([1], ["haze"]) != both
