"""Near pairs: the same as by comparing all with all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo import near_pairs as module
from qhd_riskmap.geo.near_pairs import near_pairs, pairs_within


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


PLACES = st.lists(st.tuples(*[st.floats(-3000, 3000)] * 2), max_size=25)


@given(PLACES, PLACES, st.randoms(use_true_random=False))
def test_pairs_of_two_sets_are_those_of_comparing_all_with_all(points, others, random):
    metres, others = (np.array(each, np.float64).reshape(-1, 2) for each in (points, others))
    reach = np.array([10 ** random.uniform(1, 4) for _point in points])
    found = [
        pair
        for left, right in pairs_within(metres, reach, others)
        for pair in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert len(found) == len(set(found))
    assert set(found) == {
        (a, b)
        for a in range(len(metres))
        for b in range(len(others))
        if ((metres[a] - others[b]) ** 2).sum() <= reach[a] ** 2
    }


def test_many_pairs_come_in_pieces_and_too_many_not_at_all(monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 50)
    rng = np.random.default_rng(3)
    metres, others = rng.uniform(0, 100, (30, 2)), rng.uniform(0, 100, (40, 2))
    found = pairs_within(metres, np.full(30, 200.0), others)
    assert len(found) > 10
    assert (
        len({p for each in found for p in zip(*map(np.ndarray.tolist, each), strict=True)}) == 1200
    )
    assert pairs_within(metres, np.full(30, 200.0), others, most=1199) is None
