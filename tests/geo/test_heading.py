"""Typed lengths and directions come out exactly; right angles are right on the ground."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qhd_riskmap.geo.geodesy import destination, distance_m
from qhd_riskmap.geo.heading import FREE, Constraint, constrained, heading

PLACE = st.tuples(st.floats(118.6, 119.9), st.floats(39.4, 40.6))
LENGTH, AZIMUTH = st.floats(0.1, 50_000), st.floats(0, 359.9)


def apart(one, other):
    return abs((one - other + 180) % 360 - 180)


@given(PLACE, PLACE, LENGTH, AZIMUTH)
def test_a_typed_length_and_direction_are_kept_exactly(start, wish, length, azimuth):
    end = constrained(None, start, wish, Constraint(length_m=length, azimuth_deg=azimuth))
    direction, metres = heading(start, end)
    assert metres == pytest.approx(length, rel=1e-6)
    assert apart(direction, azimuth) < 1e-3


@given(PLACE, PLACE, LENGTH)
def test_a_typed_length_leaves_the_direction_to_the_mouse(start, wish, length):
    assume(float(distance_m(*start, *wish)) > 1)
    end = constrained(None, start, wish, Constraint(length_m=length))
    assert heading(start, end)[1] == pytest.approx(length, rel=1e-6)
    assert apart(heading(start, end)[0], heading(start, wish)[0]) < 1e-3


@given(PLACE, PLACE, PLACE)
def test_right_angles_are_right_on_the_ground(before, start, wish):
    assume(float(distance_m(*before, *start)) > 100 and float(distance_m(*start, *wish)) > 100)
    end = constrained(before, start, wish, Constraint(square=True))
    turn = heading(start, end)[0] - heading(before, start)[0]
    assert apart(turn, 90 * round(turn / 90)) < 1e-3
    # Never farther than the mouse: the step is the shadow of the mouse's step.
    assert heading(start, end)[1] <= heading(start, wish)[1] + 1e-6


def test_the_first_right_angle_refers_to_north():
    end = constrained(None, (119.6, 39.9), (119.61, 39.9005), Constraint(square=True))
    assert heading((119.6, 39.9), end)[0] == pytest.approx(90, abs=1e-6)


def test_a_mouse_behind_a_fixed_direction_makes_no_step():
    start = (119.6, 39.9)
    south = destination(*start, 180.0, 500.0)
    end = constrained(None, start, south, Constraint(azimuth_deg=0.0))
    assert float(distance_m(*start, *end)) < 1e-6


def test_without_a_constraint_the_mouse_decides():
    assert constrained(None, (119, 40), (119.1, 40.1), FREE) == (119.1, 40.1)
    assert not FREE
    assert Constraint(square=True)
