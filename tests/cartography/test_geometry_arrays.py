"""Flat arrays of paths against shapely as the independent judge."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from qhd_riskmap.cartography.geometry_arrays import (
    Ragged,
    clip_lines,
    clip_rings,
    ragged_of,
    segments_of,
    take_parts,
    thin,
)
from qhd_riskmap.cartography.hatching import Hatch, hatch_rings, hatch_segments
from qhd_riskmap.cartography.parity_fill import parity_mask
from qhd_riskmap.cartography.path_layer import path_layer
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.qt_arrays import draw_segments, path_of, polygon_of

# Off the grid of the generated coordinates: an edge along the box belongs to neither side.
BOX = (0.0004, 0.0006, 99.9993, 99.9996)
coordinate = st.floats(-150, 250).map(lambda v: round(v, 3))


@st.composite
def polygons(draw):
    """Valid polygons around the box, sometimes with a hole."""
    points = draw(st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=12, unique=True))
    hull = shapely.MultiPoint(points).convex_hull
    assume(hull.geom_type == "Polygon")
    assume(hull.area > 10)
    if draw(st.booleans()):
        hole = shapely.affinity.scale(hull, 0.4, 0.4)
        return hull.difference(hole)
    return hull


def rings_of(geometry):
    return ragged_of(np.array([geometry], dtype=object), closed=True)


def area_of(ragged):
    """Even-odd area of nested rings: outer minus inner, whatever the direction."""
    total = 0.0
    for start, end in zip(ragged.offsets[:-1], ragged.offsets[1:], strict=True):
        x, y = ragged.xy[start:end].T
        total += (1 if start == 0 else -1) * abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2
    return total


@settings(max_examples=150, deadline=None)
@given(polygons())
def test_clipped_rings_keep_exactly_the_area_inside(polygon):
    clipped = clip_rings(rings_of(polygon), BOX)
    expected = polygon.intersection(shapely.box(*BOX)).area
    if len(clipped.owner) == len(rings_of(polygon).owner) or len(clipped.owner) == 0:
        assert area_of(clipped) == pytest.approx(expected, abs=1e-6 * (1 + expected))
    assert (clipped.xy >= -1e-9).all()
    assert (clipped.xy <= 100 + 1e-9).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=20, unique=True))
def test_clipped_lines_keep_exactly_the_length_inside(points):
    line = shapely.LineString(points)
    ragged = ragged_of(np.array([line], dtype=object), closed=False)
    clipped = clip_lines(ragged, BOX)
    pieces = segments_of(clipped)[0]
    length = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]).sum()
    alone = sum(
        shapely.LineString(pair).intersection(shapely.box(*BOX)).length for pair in pairwise(points)
    )
    assert length == pytest.approx(alone, abs=1e-6 * (1 + alone))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=8), min_size=1, max_size=6
    )
)
def test_segments_left_out_are_those_that_cannot_meet_the_window(parts):
    lines = np.array([shapely.LineString(points) for points in parts], dtype=object)
    ragged = ragged_of(lines, closed=False)
    every, all_offsets = segments_of(ragged)
    some, offsets = segments_of(ragged, BOX)
    assert len(every) == sum(len(points) - 1 for points in parts)
    for part in range(len(parts)):
        kept = some[offsets[part] : offsets[part + 1]].tolist()
        given_up = every[all_offsets[part] : all_offsets[part + 1]].tolist()
        for segment in kept:  # in their order, and nothing new
            while given_up[0] != segment:
                assert not shapely.box(*BOX).intersects(
                    shapely.LineString([given_up[0][:2], given_up[0][2:]])
                )
                given_up.pop(0)
            given_up.pop(0)
        assert not any(
            shapely.box(*BOX).intersects(shapely.LineString([s[:2], s[2:]])) for s in given_up
        )


@settings(max_examples=60, deadline=None)
@given(polygons(), st.floats(0.1, 20))
def test_thinning_stays_within_its_tolerance(polygon, tolerance):
    full = rings_of(polygon)
    less = thin(full, tolerance)
    assert less.owner.tolist() == full.owner.tolist()
    assert len(less.xy) <= len(full.xy)
    lines = shapely.MultiLineString(
        [less.xy[a:b] for a, b in zip(less.offsets[:-1], less.offsets[1:], strict=True)]
    )
    assert shapely.distance(shapely.points(full.xy), lines).max() <= tolerance + 1e-9


@settings(max_examples=60, deadline=None)
@given(polygons(), st.sampled_from([h for h in Hatch if h is not Hatch.NONE]))
def test_hatch_lines_lie_inside(polygon, hatch):
    segments = hatch_segments(rings_of(polygon), hatch, 7.0)
    if not len(segments):
        return
    middles = (segments[:, :2] + segments[:, 2:]) / 2
    assert shapely.distance(shapely.points(middles), polygon).max() < 0.01


def test_hatch_covers_every_line_across_a_square():
    square = rings_of(shapely.box(0.5, 0.5, 99.5, 99.5))
    level = hatch_segments(square, Hatch.LEVEL, 10.0)
    assert sorted(level[:, 1].round(6).tolist()) == [10.0 * n for n in range(1, 10)]
    assert np.allclose(np.abs(level[:, 2] - level[:, 0]), 99.0)
    assert len(hatch_segments(square, Hatch.GRID, 10.0)) == 18
    assert len(hatch_segments(square, Hatch.NONE, 10.0)) == 0
    assert len(hatch_segments(square, Hatch.LEVEL, 1e-6)) == 0  # too many: left plain
    dots = hatch_segments(square, Hatch.FINE_DOTS, 10.0)
    assert len(dots) == len({tuple(d[:2].round(6)) for d in dots}) > 100


@settings(max_examples=40, deadline=None)
@given(polygons())
def test_parity_mask_agrees_with_shapely(polygon):
    edges = segments_of(rings_of(polygon))[0]
    mask = parity_mask(edges, 100, 100, lambda: None)
    columns, rows = np.meshgrid(np.arange(100) + 0.5, np.arange(100) + 0.5)
    inside = shapely.contains_xy(polygon, columns.ravel(), rows.ravel()).reshape(100, 100)
    edge = shapely.distance(
        shapely.points(columns.ravel(), rows.ravel()), polygon.boundary
    ).reshape(100, 100)
    clear = edge > 1e-6
    assert (mask[clear] == inside[clear]).all()


def test_pointer_calls_draw_what_objects_draw():
    """The undocumented pointer arguments of the binding, against plain objects."""
    random = np.random.default_rng(1)
    segments = random.uniform(0, 100, (4_500, 4))

    def paint(draw):
        image = QImage(100, 100, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QColor("#FFFFFF"))
        painter = QPainter(image)
        draw(painter)
        painter.end()
        return bytes(image.constBits())

    fast = paint(lambda p: draw_segments(p, segments, lambda: None))
    slow = paint(lambda p: p.drawLines([QLineF(*row) for row in segments.tolist()]))
    assert fast == slow


@given(st.lists(st.tuples(coordinate, coordinate), max_size=30))
def test_polygons_hold_the_vertices_they_were_given(points):
    polygon = polygon_of(np.array(points, dtype=float).reshape(-1, 2))
    assert [(p.x(), p.y()) for p in polygon.toList()] == points


def test_paths_of_nested_rings_have_holes():
    ring = rings_of(shapely.box(0, 0, 90, 90).difference(shapely.box(30, 30, 60, 60)))
    path = path_of(ring.xy, ring.offsets)
    assert path.contains(QPointF(10, 10))
    assert not path.contains(QPointF(45, 45))


def test_layers_pickle_without_their_thinned_copies():
    steps = np.random.default_rng(0).normal(0, 1e-4, (50, 90, 2))
    lines = shapely.linestrings(np.add(steps.cumsum(axis=1), (119.0, 40.0)))
    layer = path_layer(lines, np.arange(50), np.arange(50) % 7, Projection.MERCATOR, closed=False)
    thinned = layer.at_resolution(500.0)
    assert len(thinned.xy) < len(layer.full.xy)
    assert layer.at_resolution(500.0) is thinned
    copy = pickle.loads(pickle.dumps(layer))  # noqa: S301 - our own bytes
    assert not copy.is_thinned(500.0)
    assert (copy.at_resolution(500.0).xy == thinned.xy).all()
    assert layer.at_resolution(0.5) is layer.full
    assert (np.diff(layer.styles) >= 0).all()


def test_parts_are_taken_by_owner():
    two = np.array(
        [
            shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]),
            shapely.LineString([(9, 9), (8, 8)]),
        ],
        dtype=object,
    )
    ragged = ragged_of(two, closed=False)
    assert ragged.owner.tolist() == [0, 0, 1]
    second = take_parts(ragged, np.array([False, True]))
    assert second.xy.tolist() == [[9, 9], [8, 8]]
    assert take_parts(ragged, np.array([True, True])) is ragged
    nothing = ragged_of(np.empty(0, dtype=object), closed=True)
    assert len(segments_of(nothing)[0]) == 0
    assert thin(nothing, 1.0) is nothing


def test_dotted_hatch_is_painted():
    image = QImage(60, 60, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    square = rings_of(shapely.box(5, 5, 55, 55))
    hatch_rings(painter, square, Hatch.COARSE_DOTS, QColor("#000000"), 8.0)
    hatch_rings(painter, Ragged(np.empty((0, 2)), np.zeros(1, np.int64), np.empty(0, np.int64)),
                Hatch.GRID, QColor("#000000"), 8.0)  # fmt: skip
    painter.end()
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(60, 60, 4)
    dark = raw[:, :, 0] < 128
    assert 0.01 < dark.mean() < 0.4
