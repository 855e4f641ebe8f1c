"""Distances from a place to many geometries."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.geodesy import buffer_m, distance_m
from qhd_riskmap.geo.nearness import distances_m

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
