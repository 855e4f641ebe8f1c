"""What figures are made of, and the days they are asked for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.figures import (
    FIGURES,
    NOTHING,
    FigureScope,
    Measured,
    figure,
    month_before,
    month_end,
    month_of,
    shown_value,
    total,
    trend_days,
    value_of,
)
from qhd_riskmap.errors import InvalidInputError

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("key", "measured", "text"),
    [
        ("tasks", Measured(12345, 12345.0), "12,345"),
        ("rate", Measured(3, 1.0), "33.3 %"),
        ("rate", NOTHING, "—"),
        ("mean_days", Measured(4, 10.0), "2.5"),
        ("mean_days", NOTHING, "—"),
        ("tasks", NOTHING, "0"),
    ],
)
def test_a_value_is_read_as_people_read_it(key, measured, text):
    assert shown_value(FIGURES[key], value_of(FIGURES[key], measured)) == text


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99))))
def test_cells_add_up_in_any_grouping(parts):
    cells = [Measured(n, float(part)) for n, part in parts]
    halves = total(cells[: len(cells) // 2]) + total(cells[len(cells) // 2 :])
    assert halves == total(cells) == Measured(sum(n for n, _p in parts), sum(p for _n, p in parts))


@given(days)
def test_the_month_before_is_the_month_before_and_ends_stay_ends(day):
    before = month_before(day)
    assert (day.year * 12 + day.month) - (before.year * 12 + before.month) == 1
    assert (day == month_end(day)) <= (before == month_end(before))
    assert before.day <= day.day or day == month_end(day)


@given(days)
def test_a_trend_is_twelve_months_that_end_with_the_day(day):
    found = trend_days(day)
    assert len(found) == 12
    assert found[-1] == day
    assert all(each == month_end(each) for each in found[:-1])
    months = [each.year * 12 + each.month for each in found]
    assert months == list(range(months[-1] - 11, months[-1] + 1))


@given(days)
def test_a_written_month_is_its_last_day(day):
    assert month_of(f" {day.year:04d}-{day.month:02d} ") == month_end(day)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "十月", "2026-10-01"])
def test_what_is_no_month_is_said(text):
    with pytest.raises(InvalidInputError, match="不是月份"):
        month_of(text)


def test_a_period_that_ends_before_it_begins_is_refused():
    day = date(2026, 3, 1)
    assert FigureScope(on=day, first=day, last=day).first == day
    with pytest.raises(InvalidInputError, match="晚于"):
        FigureScope(on=day, first=date(2026, 3, 2), last=day)


def test_an_unknown_figure_is_answered_with_all_there_are():
    assert figure("late").label == "逾期未整改"
    with pytest.raises(InvalidInputError) as caught:
        figure("x")
    assert all(key in caught.value.hint for key in FIGURES)
