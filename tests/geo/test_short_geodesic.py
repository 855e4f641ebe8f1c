"""The plain geodesic is PROJ's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.short_geodesic import REACH_DEG, short_distance_m

latitudes = st.floats(-85, 85)


@given(st.floats(-180, 180), latitudes, st.floats(-REACH_DEG, REACH_DEG), latitudes)
def test_it_agrees_with_proj(lon, lat, turn, other):
    found = short_distance_m(lon, lat, lon + turn, other)
    assert found == pytest.approx(float(distance_m(lon, lat, lon + turn, other)), abs=2e-4)


@pytest.mark.parametrize("turn", [0.0, 1e-9, 0.3, 19.9])
def test_it_agrees_along_the_equator_and_at_one_place(turn):
    found = short_distance_m(119.0, 0.0, 119.0 + turn, 0.0)
    assert found == pytest.approx(float(distance_m(119.0, 0.0, 119.0 + turn, 0.0)), abs=1e-4)


def test_what_is_far_is_refused():
    with pytest.raises(ValueError, match="too far"):
        short_distance_m(100.0, 40.0, 121.0, 40.0)
