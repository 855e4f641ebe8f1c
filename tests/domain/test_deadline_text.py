"""Deadlines as sheets word them become days; what may mean two things does not."""

from datetime import date

import pytest

from qhd_riskmap.domain.remediation.deadline_text import DeadlineProblem, read_deadline
from qhd_riskmap.domain.remediation.workdays import shipped_calendar

BASE = date(2014, 3, 31)


def read(text, base=BASE):
    return read_deadline(text, base, shipped_calendar())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30日内", date(2014, 4, 30)),
        ("３０日内完成整改", date(2014, 4, 30)),
        ("15天内", date(2014, 4, 15)),
        ("15天", date(2014, 4, 15)),
        ("十天之内", date(2014, 4, 10)),
        ("10个自然日", date(2014, 4, 10)),
        ("两周内", date(2014, 4, 14)),
        ("3个月内", date(2014, 6, 30)),
        ("一个月内", date(2014, 4, 30)),
        ("11个月", date(2015, 2, 28)),
        ("半个月内", date(2014, 4, 15)),
        ("半年内", date(2014, 9, 30)),
        ("一年内", date(2015, 3, 31)),
        ("立即", BASE),
        ("立即整改。", BASE),
        ("15个工作日内", date(2014, 4, 22)),
        ("年底前", date(2014, 12, 31)),
        ("今年年底前", date(2014, 12, 31)),
        ("6月底前", date(2014, 6, 30)),
        ("3月底", date(2014, 3, 31)),
        ("6月15日前", date(2014, 6, 15)),
    ],
)
def test_wordings_count_from_the_base(text, day):
    found = read(text)
    assert (found.day, found.counted, found.problem) == (day, True, None)
    assert read(text, None).problem is DeadlineProblem.NO_BASE


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2014年底前", date(2014, 12, 31)),
        ("2013年年底前完成", date(2013, 12, 31)),
        ("2015年2月底前", date(2015, 2, 28)),
        ("2014年6月30日前", date(2014, 6, 30)),
        ("2014.6.30前完成整改", date(2014, 6, 30)),
        ("2014年3月", date(2014, 3, 31)),
        ("2016-2", date(2016, 2, 29)),
    ],
)
@pytest.mark.parametrize("base", [None, BASE])
def test_what_names_its_year_needs_no_base(text, day, base):
    found = read(text, base)
    assert (found.day, found.counted, found.problem) == (day, False, None)


@pytest.mark.parametrize(
    "text",
    ["汛期前", "尽快", "长期", "3月内", "30日", "2014年前", "2014年6月前", "3.5", "13月底前", "6月31日前",
     "0个工作日", "9999个工作日", "0000年底前", "持续整改" * 20, ""],
)  # fmt: skip
def test_what_may_mean_two_things_or_nothing_is_not_computed(text):
    assert read(text).problem is DeadlineProblem.UNKNOWN
    assert read(text).day is None


def test_working_days_of_a_year_without_known_holidays_are_not_counted():
    assert read("15个工作日", date(2013, 12, 20)).problem is DeadlineProblem.NO_CALENDAR


def test_a_month_without_a_year_that_is_over_is_not_moved_to_the_next():
    assert read("2月底前").problem is DeadlineProblem.IN_THE_PAST
