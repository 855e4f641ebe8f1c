"""Distances from a place to many geometries."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.geodesy import buffer_m, distance_m, metres_per_degree
from qhd_riskmap.geo.nearness import distances_m, edges_m, ground_m

LON, LAT = 119.6, 39.9


def test_inside_an_area_is_no_distance_and_nothing_is_infinitely_far():
    shapes = np.array(
        [shapely.box(119.5, 39.8, 119.7, 40.0), shapely.Point(), shapely.Point(LON, LAT), None],
        dtype=object,
    )
    assert distances_m(shapes, LON, LAT).tolist() == [0.0, np.inf, 0.0, np.inf]
    assert distances_m(shapes[:0], LON, LAT).tolist() == []
    assert distances_m(shapes[1:2], LON, LAT).tolist() == [np.inf]


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_to_points_it_is_the_geodesic(east, north):
    point = np.array([shapely.Point(LON + east, LAT + north)], dtype=object)
    expected = float(distance_m(LON, LAT, LON + east, LAT + north))
    assert float(distances_m(point, LON, LAT)[0]) == pytest.approx(expected, abs=1e-6)


@given(st.floats(5, 20_000), st.floats(0, 360))
def test_to_lines_it_is_the_width_of_the_buffer_that_just_touches(metres, turn):
    line = shapely.LineString([(119.3, 39.7), (119.5, 39.9), (119.9, 39.95)])
    edge = buffer_m(line, metres).exterior
    place = edge.interpolate(turn / 360, normalized=True)
    found = float(distances_m(np.array([line], dtype=object), place.x, place.y)[0])
    assert found == pytest.approx(metres, rel=2e-3)


@given(
    st.floats(-180, 180),
    st.floats(-75, 75),
    st.floats(0, 359.9),
    st.sampled_from((0.0, 1, 55, 990, 1500)),
)
def test_on_the_ground_it_is_the_geodesic_to_the_hundredth_of_a_millimetre(lon, lat, turn, metres):
    towards = np.radians(turn)
    east, north = metres_per_degree(lat)
    offset = metres * np.sin(towards) / east, metres * np.cos(towards) / north
    expected = float(distance_m(lon, lat, lon + offset[0], lat + offset[1]))
    assert ground_m(lon, lat, *offset) == pytest.approx(expected, abs=1e-5)


def corners(count):
    offset = st.floats(-0.02, 0.02)
    return st.lists(st.tuples(offset, offset), min_size=count, max_size=8)


@st.composite
def edged(draw):
    """Lines and areas around the place, crossing ones, ones with holes and of several parts too."""
    makers = draw(st.lists(st.sampled_from((line, ring, holed, several)), min_size=1, max_size=4))
    shapes = [make([(LON + x, LAT + y) for x, y in draw(corners(3))]) for make in makers]
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return made


def line(places):
    return shapely.LineString(places)


def ring(places):
    return shapely.Polygon(places)


def holed(places):
    outer = shapely.box(LON - 0.5, LAT - 0.5, LON + 0.5, LAT + 0.5)
    return shapely.Polygon(outer.exterior, [places])


def several(places):
    return shapely.MultiLineString([places, [(LON + 0.3, LAT), (LON + 0.3, LAT + 0.1)]])


@given(edged())
def test_the_edges_are_as_far_as_the_general_way_finds_them(shapes):
    outside = ~shapely.intersects_xy(shapes, LON, LAT)
    if outside.any():
        expected = distances_m(shapes[outside], LON, LAT)
        # Where two places of an edge are equally near in the plane either may be measured.
        assert edges_m(shapes[outside], LON, LAT) == pytest.approx(expected, rel=1e-9, abs=1e-5)


def test_a_segment_without_length_is_a_place():
    line = np.array([shapely.LineString([(LON, LAT + 0.001)] * 2)], dtype=object)
    assert edges_m(line, LON, LAT) == pytest.approx(distances_m(line, LON, LAT), abs=1e-5)
