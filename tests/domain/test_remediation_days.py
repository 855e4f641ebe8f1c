"""Working days by the State Council's notices, and lateness derived from a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.remediation.flow import Flow, flow
from qhd_riskmap.domain.remediation.lateness import (
    NOT_LATE,
    LateStage,
    late_text,
    lateness,
    worst,
)
from qhd_riskmap.domain.remediation.task import RemediationTask, Supervision, TaskState
from qhd_riskmap.domain.remediation.workdays import CalendarDay, shipped_calendar
from qhd_riskmap.errors import InvalidInputError

CALENDAR = shipped_calendar()


# Typed from the notices of the State Council's General Office (国办发明电〔2013〕28号, 〔2024〕12号, 〔2025〕7号).
@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2014-01-26", True), ("2014-01-31", False), ("2014-02-08", True), ("2014-10-11", True),
        ("2025-01-26", True), ("2025-01-28", False), ("2025-02-04", False), ("2025-02-08", True),
        ("2025-04-27", True), ("2025-05-05", False), ("2025-06-02", False), ("2025-10-08", False),
        ("2025-10-11", True), ("2026-01-02", False), ("2026-01-04", True), ("2026-02-14", True),
        ("2026-02-23", False), ("2026-02-28", True), ("2026-04-06", False), ("2026-05-09", True),
        ("2026-06-19", False), ("2026-09-20", True), ("2026-09-25", False), ("2026-10-07", False),
        ("2026-10-08", True), ("2026-10-10", True), ("2026-11-25", True), ("2026-11-28", False),
    ],
)  # fmt: skip
def test_holidays_and_worked_weekends_are_those_of_the_notices(day, working):
    assert CALENDAR.is_working(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # over the National Day holiday
        ("2026-10-08", 2, "2026-10-10"),  # a Saturday that is worked
        ("2026-02-13", 5, "2026-02-27"),  # Saturday worked, nine days off
        ("2026-11-25", 15, "2026-12-16"),
    ],
)
def test_deadlines_in_working_days(start, days, end):
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    assert CALENDAR.after(first, days) == last
    assert CALENDAR.between(first, last) == days
    assert CALENDAR.between(last, first) == -days


@given(st.dates(date(2014, 1, 1), date(2030, 12, 31)), st.integers(1, 90))
def test_a_deadline_is_a_working_day_as_far_away_as_was_said(start, days):
    end = CALENDAR.after(start, days)
    assert CALENDAR.is_working(end)
    assert CALENDAR.between(start, end) == days


@pytest.mark.parametrize("days", [0, -1, 1001])
def test_odd_counts_of_days_are_refused(days):
    with pytest.raises(InvalidInputError, match=str(days)):
        CALENDAR.after(date(2026, 1, 1), days)


def test_the_offices_days_go_over_the_table():
    own = CALENDAR.with_days(
        [CalendarDay(day=date(2026, 10, 8), working=False), CalendarDay(day=date(2026, 10, 3), working=True)]
    )  # fmt: skip
    assert own.after(date(2026, 9, 30), 2) == date(2026, 10, 9)
    assert CALENDAR.after(date(2026, 9, 30), 2) == date(2026, 10, 9)
    assert own.is_working(date(2026, 10, 3))


def test_years_without_a_notice_count_by_the_week_and_are_said_to_be_unknown():
    assert CALENDAR.knows(date(2014, 1, 1), date(2026, 12, 31))
    assert not CALENDAR.knows(date(2026, 12, 1), date(2027, 1, 10))
    assert CALENDAR.is_working(date(2035, 10, 1))


def a_task(**changes) -> RemediationTask:
    plain = RemediationTask(
        id=UUID(int=1), hazard_id=UUID(int=2), since=date(2026, 1, 1), registered_on=date(2026, 1, 1),
        state=TaskState.RECTIFYING, deadline=date(2026, 6, 30),
    )  # fmt: skip
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("days", "stage", "step", "supervision"),
    [
        (-8, "ahead", 0, None), (-7, "soon", 0, None), (-1, "soon", 0, None), (0, "due", 0, None),
        (1, "overdue", 1, None), (6, "overdue", 1, None), (7, "overdue", 7, "county"),
        (14, "overdue", 7, "county"), (15, "overdue", 15, "city"), (400, "overdue", 15, "city"),
    ],
)  # fmt: skip
def test_the_steps_of_lateness_at_their_edges(days, stage, step, supervision):
    found = lateness(a_task(), date(2026, 6, 30) + timedelta(days=days))
    assert (found.stage.value, found.days, found.step) == (stage, days, step)
    assert found.supervision == (Supervision(supervision) if supervision else None)


@pytest.mark.parametrize(
    ("days", "words"),
    [(-8, "还有 8 天"), (-1, "还有 1 天"), (0, "今日到期"), (1, "逾期 1 天"), (400, "逾期 400 天")],
)
def test_lateness_is_said_in_days(days, words):
    assert late_text(lateness(a_task(), date(2026, 6, 30) + timedelta(days=days))) == words
    assert late_text(NOT_LATE) == "不计时限"


def test_work_done_on_its_last_day_is_in_time():
    done = a_task(state=TaskState.PENDING, done_on=date(2026, 6, 30))
    assert late_text(lateness(done, date(2026, 9, 30))) == "按期完工"


@pytest.mark.parametrize("state", ["pending", "accepted"])
def test_no_days_are_left_for_work_that_is_done(state):
    early = a_task(state=TaskState(state), done_on=date(2026, 6, 27))
    assert late_text(lateness(early, date(2026, 11, 26))) == "按期完工"
    late = a_task(state=TaskState(state), done_on=date(2026, 7, 12))
    assert late_text(lateness(late, date(2026, 11, 26))) == "逾期 12 天完工"
    assert late_text(lateness(early, date(2026, 6, 20))) == "还有 10 天"


def test_a_level_in_force_is_not_proposed_again():
    day = date(2026, 7, 8)
    assert lateness(a_task(supervision=Supervision.TOWNSHIP), day).supervision is Supervision.COUNTY
    assert lateness(a_task(supervision=Supervision.COUNTY), day).supervision is None
    assert lateness(a_task(supervision=Supervision.PROVINCE), day).supervision is None


@pytest.mark.parametrize("state", ["closed", "void", "transferred", "monitored"])
def test_finished_tasks_are_never_late(state):
    assert lateness(a_task(state=TaskState(state)), date(2027, 1, 1)) == NOT_LATE


def test_tasks_without_a_deadline_and_removed_ones_are_never_late():
    assert lateness(a_task(deadline=None), date(2027, 1, 1)) == NOT_LATE
    gone = a_task(deleted_at=datetime(2026, 3, 3, tzinfo=UTC))
    assert lateness(gone, date(2027, 1, 1)) == NOT_LATE


def test_work_done_waits_for_acceptance_at_the_offices_pace():
    on = date(2026, 9, 1)
    in_time = a_task(state=TaskState.PENDING, done_on=date(2026, 6, 30))
    assert lateness(in_time, on).stage is LateStage.AHEAD
    late = a_task(state=TaskState.ACCEPTED, done_on=date(2026, 7, 2))
    assert (lateness(late, on).stage, lateness(late, on).days) == (LateStage.OVERDUE, 2)
    unknown = a_task(state=TaskState.PENDING)
    assert lateness(unknown, on).days == 63
    assert lateness(late, date(2026, 7, 1)).days == 1  # asked about a day before it was done


def test_a_flow_without_steps_still_tells_days():
    bare = Flow(version="t", clocks=flow().clocks, moves={}, remind_days=3, steps=())
    found = lateness(a_task(), date(2026, 7, 1), bare)
    assert (found.stage, found.days, found.step, found.supervision) == (
        LateStage.OVERDUE,
        1,
        0,
        None,
    )
    assert lateness(a_task(), date(2026, 6, 26), bare).stage is LateStage.AHEAD


def test_the_worst_of_several_counts():
    on = date(2026, 7, 3)
    found = [lateness(a_task(deadline=date(2026, 7, day)), on) for day in (3, 1, 2, 30)]
    assert worst(found).days == 2
    assert worst([]) == NOT_LATE
    assert (
        worst([NOT_LATE, lateness(a_task(deadline=date(2026, 8, 1)), on)]).stage is LateStage.AHEAD
    )


@given(st.integers(-40, 40), st.integers(0, 40))
def test_a_task_left_alone_never_becomes_less_late(start, more):
    first = lateness(a_task(), date(2026, 6, 30) + timedelta(days=start))
    later = lateness(a_task(), date(2026, 6, 30) + timedelta(days=start + more))
    assert later.urgency >= first.urgency
