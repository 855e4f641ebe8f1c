"""Metres on the ground."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference
from qhd_riskmap.geo.geodesy import (
    area_m2,
    azimuth_deg,
    buffer_m,
    distance_m,
    length_m,
    metres_per_degree,
    translate_to,
    web_mercator_resolution,
)

GK = parse_reference("EPSG:4549")
LON, LAT = st.floats(118.5, 119.9), st.floats(39.4, 40.65)


def on_plane(geometry):
    """Gauss-Krüger near its central meridian: an independent measure, true to 0.05 %."""
    return shapely.transform(geometry, lambda xy: np.column_stack(from_cgcs2000(*xy.T, GK)))


@given(LON, LAT, LON, LAT)
def test_distance_agrees_with_the_plane(lon1, lat1, lon2, lat2):
    geodesic = float(distance_m(lon1, lat1, lon2, lat2))
    straight = on_plane(LineString([(lon1, lat1), (lon2, lat2)])).length
    assert geodesic == pytest.approx(straight, rel=5e-4, abs=1e-3)
    assert geodesic == pytest.approx(float(distance_m(lon2, lat2, lon1, lat1)), rel=1e-12)


def test_distance_takes_arrays():
    found = distance_m([119.0, 119.5], 39.9, 119.0, [39.9, 40.0])
    assert found.shape == (2,)
    assert found[0] == 0


def test_azimuth_is_clockwise_from_north():
    assert azimuth_deg(119.6, 39.9, 119.6, 40.0) == 0
    assert azimuth_deg(119.6, 39.9, 119.61, 39.9) == pytest.approx(90, abs=0.01)
    assert azimuth_deg(119.6, 39.9, 119.59, 39.9) == pytest.approx(270, abs=0.01)


def test_lengths_and_areas_of_every_kind():
    square = box(119.6, 39.9, 119.61, 39.91)
    hole = box(119.602, 39.902, 119.604, 39.904)
    ring = Polygon(square.exterior.coords, [hole.exterior.coords[::-1]])
    assert area_m2(square) == pytest.approx(on_plane(square).area, rel=1e-3)
    assert area_m2(ring) == pytest.approx(area_m2(square) - area_m2(hole), rel=1e-12)
    assert area_m2(ring.reverse()) == area_m2(ring)
    two = MultiPolygon([square, box(119.7, 39.9, 119.71, 39.91)])
    assert area_m2(two) == pytest.approx(2 * area_m2(square), rel=1e-9)
    assert length_m(ring) == pytest.approx(length_m(square) + length_m(hole), rel=1e-12)
    assert length_m(LineString([(119.6, 39.9), (119.61, 39.9)])) == pytest.approx(
        float(distance_m(119.6, 39.9, 119.61, 39.9))
    )
    collection = shapely.GeometryCollection([two, Point(119.6, 39.9), Polygon()])
    assert area_m2(collection) == area_m2(two)
    assert area_m2(Point(119.6, 39.9)) == length_m(Point(119.6, 39.9)) == 0
    assert area_m2(Polygon()) == length_m(LineString()) == 0


@given(LAT)
def test_a_degree_has_the_metres_of_the_geodesic(lat):
    east, north = metres_per_degree(lat)
    step = 1e-4
    assert east * step == pytest.approx(float(distance_m(119, lat, 119 + step, lat)), rel=1e-7)
    assert north * 2 * step == pytest.approx(
        float(distance_m(119, lat - step, 119, lat + step)), rel=1e-7
    )


shapes = st.one_of(
    st.builds(Point, LON, LAT),
    st.lists(st.tuples(LON, LAT), min_size=2, max_size=8, unique=True).map(LineString),
    st.lists(st.tuples(LON, LAT), min_size=4, max_size=9, unique=True).map(
        lambda xy: shapely.concave_hull(shapely.MultiPoint(xy), ratio=0.2)
    ),
    st.lists(st.tuples(LON, LAT), min_size=1, max_size=5, unique=True).map(shapely.MultiPoint),
)


@given(shapes, LON, LAT)
def test_translating_puts_the_representative_point_on_the_target(shape, lon, lat):
    assume(not shape.is_empty)
    moved = translate_to(shape, lon, lat)
    anchor = moved.representative_point()
    assert max(abs(anchor.x - lon), abs(anchor.y - lat)) <= 1e-9
    before, after = shapely.get_coordinates(shape), shapely.get_coordinates(moved)
    assert moved.geom_type == shape.geom_type
    steps = after - before
    assert np.abs(steps - steps[0]).max() < 1e-11  # rigid


@given(LON, LAT)
def test_shapes_with_two_equal_halves_are_moved_too(lon, lat):
    comb = Polygon(
        [(119.0, 39.9), (119.4, 39.9), (119.4, 40.1), (119.3, 40.1), (119.3, 39.95),
         (119.1, 39.95), (119.1, 40.1), (119.0, 40.1)]
    )  # fmt: skip
    anchor = translate_to(comb, lon, lat).representative_point()
    assert max(abs(anchor.x - lon), abs(anchor.y - lat)) <= 1e-9


@pytest.mark.parametrize("target", [(math.nan, 40), (119, math.inf), (181, 40), (119, 91)])
def test_no_place_is_no_target(target):
    with pytest.raises(InvalidInputError, match="经纬度"):
        translate_to(Point(119, 40), *target)


def test_nothing_cannot_be_moved():
    with pytest.raises(InvalidInputError, match="空"):
        translate_to(Polygon(), 119, 40)


def test_a_shape_that_never_settles_is_refused(monkeypatch):
    monkeypatch.setattr("qhd_riskmap.geo.geodesy._MOVE_TOLERANCE_DEG", -1.0)
    with pytest.raises(InvalidInputError, match="不能移"):
        translate_to(Point(119, 40), 119.5, 40)


@given(LON, LAT, st.floats(1, 50_000))
def test_a_buffer_of_a_point_is_a_circle_on_the_ground(lon, lat, metres):
    ring = shapely.get_coordinates(buffer_m(Point(lon, lat), metres))
    assert np.allclose(distance_m(lon, lat, *ring.T), metres, rtol=1e-6, atol=1e-5)


def test_a_buffer_along_a_long_line_keeps_its_width():
    line = LineString([(118.6, 39.5), (119.8, 40.5)])  # 150 km
    ends = shapely.get_coordinates(buffer_m(line, 1000))
    nearest = [min(float(distance_m(*end, *tip)) for tip in line.coords) for end in ends]
    assert min(nearest) == pytest.approx(1000, abs=0.1)


def test_buffers_shrink_areas_and_leave_nothing_of_nothing():
    square = box(119.6, 39.9, 119.61, 39.91)
    assert 0 < area_m2(buffer_m(square, -100)) < area_m2(square) < area_m2(buffer_m(square, 100))
    assert buffer_m(Polygon(), 100).is_empty
    assert buffer_m(square, -10_000).is_empty


@pytest.mark.parametrize("width", [math.nan, math.inf, 200_001, -1e9])
def test_impossible_widths_are_refused(width):
    with pytest.raises(InvalidInputError, match="200"):
        buffer_m(Point(119, 40), width)


def test_tiles_have_the_known_resolution():
    assert web_mercator_resolution(0, 0) == pytest.approx(156543.033928, abs=1e-6)
    assert web_mercator_resolution(10, 60) == pytest.approx(156543.033928 / 2048, rel=1e-9)
