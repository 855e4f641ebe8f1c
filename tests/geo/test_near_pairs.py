"""Near pairs: the same as by comparing all with all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.near_pairs import near_pairs


def by_comparing(metres, distance, first):
    return {
        (a, b)
        for a in range(first, len(metres))
        for b in range(a)
        if np.hypot(*(metres[a] - metres[b])) <= distance
    }


@given(
    st.lists(st.tuples(*[st.floats(-300, 300)] * 2), max_size=25),
    st.sampled_from([0.5, 10.0, 100.0]),
    st.integers(0, 26),
)
def test_it_finds_what_comparing_all_with_all_finds(points, distance, first):
    metres = np.array(points, np.float64).reshape(-1, 2)
    left, right = near_pairs(metres, distance, first=first)
    found = list(zip(left.tolist(), right.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == by_comparing(metres, distance, first)


def test_crowds_are_looked_at_more_closely_only():
    rng = np.random.default_rng(1)
    metres = rng.uniform(0, 100, (400, 2))
    left, right = near_pairs(metres, 200.0, most=2000)
    away = np.hypot(*(metres[left] - metres[right]).T)
    assert 0 < len(left) <= 2000
    nearest = {tuple(sorted(p)) for p in zip(left.tolist(), right.tolist(), strict=True)}
    assert nearest == {tuple(sorted(p)) for p in by_comparing(metres, away.max(), 0)}


@pytest.mark.parametrize("points", [np.zeros((2000, 2)), np.empty((0, 2))])
def test_one_heap_and_nothing_end(points):
    left, right = near_pairs(points, 200.0, most=1000)
    assert len(left) == len(right) == 0
