"""Which hazards there were on a past day, and at what level."""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.timeline import DAY_S, timeline

EPOCH = date(1970, 1, 1)


def made(events, ids=("a", "b", "c")):
    """Events are (hazard, day, level, alive), in order of weight."""
    return timeline(
        ids=ids,
        hazards=[event[0] for event in events],
        instants=[event[1] * DAY_S + DAY_S // 2 for event in events],
        levels=[event[2] for event in events],
        alive=[event[3] for event in events],
    )


def on(day):
    return EPOCH + timedelta(days=day)


def test_a_level_counts_from_its_day_until_the_next():
    line = made([(0, 10, 1, True), (0, 20, 3, True), (1, 15, 2, True)])
    assert [line.at(on(day))[1].tolist() for day in (9, 10, 19, 20)] == [
        [0, 0, 0],
        [1, 0, 0],
        [1, 2, 0],
        [3, 2, 0],
    ]
    assert line.at(on(10))[0].tolist() == [True, False, False]


def test_a_deleted_hazard_is_gone_and_may_come_back():
    line = made([(0, 1, 1, True), (0, 5, 1, False), (0, 8, 1, True)])
    assert [bool(line.at(on(day))[0][0]) for day in (0, 1, 4, 5, 7, 8)] == [
        False,
        True,
        True,
        False,
        False,
        True,
    ]


def test_of_two_at_one_instant_the_last_given_counts():
    assert made([(0, 1, 4, True), (0, 1, 1, True)]).at(on(1))[1][0] == 1


def test_days_and_first_day():
    line = made([(0, 5, 1, True), (1, 3, 1, True), (0, 5, 2, True)])
    assert line.first_day == on(3)
    assert line.days() == [on(3), on(5)]
    nothing = made([], ids=())
    assert nothing.first_day is None
    assert nothing.days() == []
    assert nothing.at(on(3))[0].tolist() == []


EVENT = st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 4), st.booleans())


@given(st.lists(EVENT, max_size=30), st.integers(-1, 10), st.permutations(range(3)))
def test_it_agrees_with_playing_the_events_one_by_one(events, day, order):
    expected = {0: (False, 0), 1: (False, 0), 2: (False, 0)}
    for hazard, at, level, alive in sorted(events, key=lambda event: event[1]):
        if at <= day:
            expected[hazard] = (alive, level)
    line = made(events)
    present, levels = line.at(on(day))
    assert [(bool(present[n]), int(levels[n])) for n in range(3)] == list(expected.values())
    other = line.take(np.array(order))
    present, levels = other.at(on(day))
    assert other.ids.tolist() == [("a", "b", "c")[n] for n in order]
    assert [(bool(present[k]), int(levels[k])) for k in range(3)] == [expected[n] for n in order]


def test_one_hundred_thousand_hazards_answer_at_once():
    random = np.random.default_rng(4)
    count, events = 100_000, 400_000
    line = timeline(
        ids=[str(n) for n in range(count)],
        hazards=random.integers(0, count, events),
        instants=random.integers(0, 3000 * DAY_S, events),
        levels=random.integers(0, 5, events),
        alive=random.random(events) > 0.1,
    )
    began = time.perf_counter()
    for day in range(0, 3000, 300):
        line.at(on(day))
    print(f"levels of 100,000 hazards on a day: {(time.perf_counter() - began) * 100:.1f} ms")
    assert line.at(on(3000))[0].sum() > 0
