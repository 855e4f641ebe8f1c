"""Within reach means within reach of the geodesic: nothing missed, nothing extra."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qhd_riskmap.geo.geodesy import destination
from qhd_riskmap.geo.reach import points_within, reaches, shape_distance_m, within_reach

GEOD = Geod(a=6378137.0, rf=298.257222101)
SOUTH, NORTH, WEST, EAST = 39.4, 40.65, 118.5, 119.9


def truth(places, reach, others):
    """By pyproj alone, every pair."""
    left, right = np.meshgrid(np.arange(len(places)), np.arange(len(others)), indexing="ij")
    left, right = left.ravel(), right.ravel()
    metres = GEOD.inv(
        places[left, 0], places[left, 1], others[right, 0], others[right, 1]
    )[2]  # fmt: skip
    inside = metres <= reach[left]
    return set(zip(left[inside].tolist(), right[inside].tolist(), strict=True))


def pairs(found):
    listed = list(zip(found[0].tolist(), found[1].tolist(), strict=True))
    assert len(set(listed)) == len(listed)
    return set(listed)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([0.002, 0.05, 1.2]))
def test_points_agree_with_the_geodesic_for_every_pair(seed, size):
    rng = np.random.default_rng(seed)
    low = np.array([rng.uniform(WEST, EAST - size), rng.uniform(SOUTH, NORTH - size)])
    places = low + rng.uniform(0, size, (40, 2))
    others = low + rng.uniform(0, size, (300, 2))
    reach = rng.choice([0.0, 0.5, 30.0, 500.0, 1600.0, 11_000.0], 40)
    assert pairs(points_within(places, reach, others)) == truth(places, reach, others)


@settings(max_examples=40, deadline=None)
@given(
    lon=st.floats(WEST, EAST), lat=st.floats(SOUTH, NORTH), azimuth=st.floats(0, 360),
    reach=st.floats(1, 20_000), hair=st.sampled_from([-1e-5, 1e-5]),
)  # fmt: skip
def test_a_hundredth_of_a_millimetre_decides(lon, lat, azimuth, reach, hair):
    other = destination(lon, lat, azimuth, reach + hair)
    found = points_within(
        np.array([[lon, lat]]), np.array([reach]), np.array([other])
    )  # fmt: skip
    assert len(found[0]) == (hair < 0)


def test_nobody_is_near_where_nobody_is():
    nothing = np.empty((0, 2))
    some = np.array([[119.6, 39.9]])
    for places, others in ((nothing, some), (some, nothing), (nothing, nothing)):
        left, right = points_within(places, np.full(len(places), 9.0), others)
        assert (len(left), len(right)) == (0, 0)


def nearest_on_geodesic(point, start, end):
    """Least distance from a point to the geodesic between two others, by golden section."""
    azimuth, _back, length = GEOD.inv(*start, *end)

    def metres(along):
        lon, lat, _ = GEOD.fwd(*start, azimuth, along)
        return GEOD.inv(*point, lon, lat)[2]

    low, high = 0.0, length
    ratio = (math.sqrt(5) - 1) / 2
    for _turn in range(60):
        one, two = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, two) if metres(one) < metres(two) else (one, high)
    return metres((low + high) / 2)


@settings(max_examples=12, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.floats(119.0, 119.4), st.floats(39.6, 39.9)), min_size=2, max_size=5, unique=True
    ),
    point=st.tuples(st.floats(118.95, 119.45), st.floats(39.55, 39.95)),
)  # fmt: skip
def test_the_distance_to_a_line_is_geodesic(corners, point):
    if any(math.dist(a, b) < 1e-3 for a, b in pairwise(corners)):
        return
    wanted = min(nearest_on_geodesic(point, a, b) for a, b in pairwise(corners))
    found = shape_distance_m(shapely.Point(point), shapely.LineString(corners))
    assert found == pytest.approx(wanted, abs=0.005)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_lines_and_areas_agree_with_their_geodesic_distance(seed):
    rng = np.random.default_rng(seed)
    low = np.array([rng.uniform(WEST, 119.6), rng.uniform(SOUTH, 40.3)])
    spots = low + rng.uniform(0, 0.2, (30, 2))
    places = np.array([
        shapely.LineString(spots[:4]), shapely.Point(spots[4]), shapely.Point(spots[5]).buffer(0.01),
        shapely.MultiLineString([spots[6:8], spots[8:10]]),
    ])  # fmt: skip
    others = np.array([
        *shapely.points(spots[10:25]), shapely.Point(spots[25]).buffer(0.005),
        shapely.LineString(spots[26:28]), shapely.MultiPoint(spots[28:30]),
    ])  # fmt: skip
    reach = rng.choice([0.0, 200.0, 2000.0, 9000.0], len(places))
    wanted = {
        (i, j)
        for i, place in enumerate(places)
        for j, other in enumerate(others)
        if shape_distance_m(place, other) <= reach[i]
    }
    found = within_reach(places, reach, others)
    assert pairs(found) == wanted


def test_within_an_area_there_is_no_distance_and_a_hole_is_outside():
    ring = shapely.box(119.5, 39.8, 119.7, 40.0) - shapely.box(119.58, 39.88, 119.62, 39.92)
    assert shape_distance_m(ring, shapely.Point(119.52, 39.9)) == 0.0
    assert shape_distance_m(ring, shapely.Point(119.6, 39.9)) > 1500
    assert reaches(ring, shapely.Point(119.52, 39.9), 0.0)
    assert not reaches(ring, shapely.Point(119.6, 39.9), 0.0)


def test_long_edges_are_geodesics_and_no_rhumb_lines():
    """Half-way along 100 km the geodesic runs a good 150 m north of the straight line in degrees."""
    line = shapely.LineString([(118.6, 40.0), (119.77, 40.0)])
    on_degrees = shapely.Point(119.185, 40.0)
    assert shape_distance_m(line, on_degrees) == pytest.approx(
        nearest_on_geodesic((119.185, 40.0), (118.6, 40.0), (119.77, 40.0)), abs=0.01
    )
    assert not reaches(line, on_degrees, 100.0)
    several = shapely.MultiPolygon([shapely.box(118.6, 39.9, 119.77, 40.0)])
    assert reaches(several, shapely.Point(119.185, 40.0005), 0.0)


def test_short_edges_beside_long_ones_keep_their_corners():
    line = shapely.LineString([(119.0, 40.0), (119.001, 40.0), (119.5, 40.0)])
    assert shape_distance_m(line, shapely.Point(119.001, 40.0)) == pytest.approx(0.0, abs=1e-6)


def test_more_candidates_than_fit_one_piece_are_all_measured():
    """The comparison goes piece by piece; the brute force measures every pair."""
    random = np.random.default_rng(7)
    places = random.uniform((119.50, 39.90), (119.52, 39.92), (180, 2))
    others = random.uniform((119.50, 39.90), (119.52, 39.92), (250, 2))
    reach = random.choice([700.0, 1500.0, 4000.0], 180)
    wanted = truth(places, reach, others)
    assert len(wanted) > 16_384
    assert pairs(points_within(places, reach, others)) == wanted
