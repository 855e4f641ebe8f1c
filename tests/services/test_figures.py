"""Figures against a count by hand over registers that hypothesis makes; numbers and rows agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.figure_overview import UNIT_FIGURES
from qhd_riskmap.domain.figures import (
    FIGURES,
    Dimension,
    FigureScope,
    Measured,
    Population,
    month_before,
    trend_days,
    value_of,
)
from qhd_riskmap.domain.hazard import AccuracyClass, Assessment, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import HiddenDangerGrade, RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask, TaskState
from qhd_riskmap.errors import InvalidInputError, PermissionDeniedError
from qhd_riskmap.services.figures import FigureService, utc_offset
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.figure_repository import FigureRepository

ACTOR = Actor(name="张三")
DAY = date(2026, 6, 15)
NO_OFFSET = timedelta()
COUNTIES = ("130302", "130304")
TYPES = ("geological", "flood")
UNITS = ("", "甲单位", "乙单位")
CLOCK = datetime(2026, 6, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    with create_register(
        tmp_path_factory.mktemp("figures") / "r.qhd", passphrase=None,
        office=Office(division="130304"), clock=lambda: CLOCK,
    ) as made:  # fmt: skip
        yield made


def a_hazard(**changes) -> Hazard:
    hazard = Hazard(
        id=uuid4(), name="联峰山滑坡", type_key="geological", geometry=shapely.Point(119.47, 39.83),
        county="130304", unit="海滨镇政府",
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )  # fmt: skip
    return replace(hazard, **changes)


days = st.integers(-75, 20).map(lambda n: DAY + timedelta(days=n))
maybe_days = st.none() | days
hazards = st.builds(
    a_hazard,
    id=st.uuids(version=4),
    county=st.sampled_from(COUNTIES),
    type_key=st.sampled_from(TYPES),
    level=st.sampled_from((None, *RiskLevel)),
    unit=st.sampled_from(UNITS),
    found_on=maybe_days,
)


@st.composite
def registers(draw):
    """Hazards, some with assessments, and tasks of any state and dates, the odd ones too."""
    found = draw(st.lists(hazards, max_size=5, unique_by=lambda h: h.id))
    assessed = [
        Assessment(
            id=uuid4(), hazard_id=hazard.id, method="expert", method_version="1", inputs={},
            score=None, level=draw(st.sampled_from(tuple(RiskLevel))), reasons=(), assessor="张三",
            assessed_on=draw(days),
        )
        for hazard in found
        for _time in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    tasks = []
    for _ in range(draw(st.integers(0, 8)) if found else 0):
        state = draw(st.sampled_from(TaskState))
        tasks.append(
            RemediationTask(
                id=uuid4(), hazard_id=draw(st.sampled_from(found)).id, problem="裂缝",
                state=state, since=draw(days),
                registered_on=draw(days), deadline=draw(maybe_days), assigned_on=draw(maybe_days),
                done_on=draw(maybe_days), accepted_on=draw(maybe_days),
                closed_on=draw(days if state is TaskState.CLOSED else maybe_days),
                grade=draw(st.sampled_from((None, *HiddenDangerGrade))),
                owner_unit=draw(st.sampled_from(UNITS)),
            )
        )  # fmt: skip
    gone = draw(st.sets(st.sampled_from([hazard.id for hazard in found]))) if found else set()
    return found, assessed, tasks, gone


scopes = st.builds(
    FigureScope,
    on=days,
    counties=st.sampled_from((frozenset(), frozenset({"130302"}))),
    types=st.sampled_from((frozenset(), frozenset({"flood"}))),
    levels=st.sampled_from((frozenset(), frozenset({RiskLevel.RED, RiskLevel.BLUE}))),
    first=st.sampled_from((None, DAY - timedelta(days=40))),
    last=st.sampled_from((None, DAY)),
)


# --- the count by hand ----------------------------------------------------------------------------


def finished_on(task):
    if task.state in {TaskState.ACCEPTED, TaskState.CLOSED}:
        return task.accepted_on or task.closed_on or task.since
    return None


def worked_on(task):
    if task.state is TaskState.PENDING:
        return task.done_on or task.accepted_on
    return (task.done_on or finished_on(task)) if finished_on(task) else None


def counted(task, on):
    left = task.state in {TaskState.VOID, TaskState.TRANSFERRED} and task.since <= on
    return task.registered_on <= on and not left


def facts_by_hand(task, on):
    """Per figure: None, or what the task adds to the part."""
    done, work = finished_on(task), worked_on(task)
    is_done = done is not None and done <= on
    worked = work is not None and work <= on
    watched = task.state is TaskState.MONITORED and task.since <= on
    due = task.deadline is not None and not watched
    month = on.replace(day=1)
    late = due and not is_done and task.deadline < (work if worked else on)
    begun = task.assigned_on or task.registered_on
    major = task.grade is HiddenDangerGrade.MAJOR
    return {
        "tasks": 1,
        "finished": 1 if is_done else None,
        "open": None if is_done else 1,
        "late": 1 if late else None,
        "rate": int(is_done),
        "on_time_rate": (
            int(worked and work <= task.deadline)
            if due and (worked or task.deadline < on)
            else None
        ),
        "mean_days": max(0, (work - begun).days) if is_done else None,
        "new": 1 if task.registered_on >= month else None,
        "done": 1 if is_done and done >= month else None,
        "major": 1 if major else None,
        "major_open": 1 if major and not is_done else None,
    }


def hazards_by_hand(found, assessed, gone, on):
    """Hazard → its rank on a day, 0 for none; those not yet or no more there are missing."""
    standing = {}
    for hazard in found:
        levels = []
        if hazard.found_on:
            levels.append((datetime.combine(hazard.found_on, time()), 0, 0))
        for at, each in enumerate(assessed):
            if each.hazard_id == hazard.id:
                day = datetime.combine(each.assessed_on, time())
                levels.append((day, 1 + at, each.level.rank))
        # What was entered counts from the instant it was entered.
        newest = [each for each in assessed if each.hazard_id == hazard.id]
        now = newest[-1].level.rank if newest else (hazard.level.rank if hazard.level else 0)
        levels.append((CLOCK.replace(tzinfo=None), 1000, -1 if hazard.id in gone else now))
        seen = [each for each in levels if each[0].date() <= on]
        if seen and max(seen)[2] >= 0:
            standing[hazard.id] = max(seen)[2]
    return standing


def scoped(scope, hazard, rank, entered):
    return (
        (not scope.counties or hazard.county in scope.counties)
        and (not scope.types or hazard.type_key in scope.types)
        and (not scope.levels or rank in {level.rank for level in scope.levels})
        and (scope.first is None or entered >= scope.first)
        and (scope.last is None or entered <= scope.last)
    )


def by_hand(drawn, stored, scope, by):
    """Figure → cell → what it is made of."""
    found, assessed, tasks, gone = drawn
    present = {hazard.id: hazard for hazard in stored}
    cells: dict[str, dict[tuple, Measured]] = {key: {} for key in FIGURES}

    def add(key, hazard, rank, unit, part):
        values = {
            Dimension.DAY: scope.on.isoformat(), Dimension.COUNTY: hazard.county,
            Dimension.TYPE: hazard.type_key, Dimension.LEVEL: str(rank), Dimension.UNIT: unit,
        }  # fmt: skip
        cell = tuple(values[each] for each in by)
        cells[key][cell] = cells[key].get(cell, Measured()) + Measured(1, part)

    for hazard_id, rank in hazards_by_hand(found, assessed, gone, scope.on).items():
        hazard = present[hazard_id]
        if scoped(scope, hazard, rank, hazard.found_on or CLOCK.date()):
            add("hazards", hazard, rank, hazard.unit, 1)
    for task in tasks:
        hazard = present[task.hazard_id]
        rank = hazard.level.rank if hazard.level else 0
        if hazard.id in gone or not counted(task, scope.on):
            continue
        if scoped(scope, hazard, rank, task.registered_on):
            for key, part in facts_by_hand(task, scope.on).items():
                if part is not None:
                    add(key, hazard, rank, task.owner_unit or hazard.unit, part)
    return cells


def put(work, drawn):
    """Store what was drawn; the hazards as they are then, and the tasks with their numbers."""
    found, assessed, tasks, gone = drawn
    for hazard in found:
        work.hazards.add(hazard, ACTOR)
    for each in assessed:
        work.assessments.add(each, ACTOR)
    numbered = [work.tasks.add(task, ACTOR) for task in tasks]
    for hazard_id in gone:
        work.hazards.soft_delete(hazard_id, ACTOR, work.hazards.get(hazard_id).revision)
    stored = [work.hazards.get(hazard.id) for hazard in found]
    return stored, numbered


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    drawn=registers(),
    scope=scopes,
    by=st.sets(st.sampled_from(tuple(Dimension))).map(lambda found: tuple(sorted(found))),
)
def test_every_figure_is_what_counting_by_hand_gives(register, drawn, scope, by):
    with register.unit_of_work() as work:  # never committed: each example starts empty
        stored, numbered = put(work, drawn)
        wanted = by_hand(drawn, stored, scope, by)
        for key, figure in FIGURES.items():
            made = work.figures.measured(figure, scope, by, [scope.on], NO_OFFSET)
            assert made == wanted[key], key
            for cell, measured in made.items():
                named = dict(zip(by, cell, strict=True))
                rows = work.figures.members(figure, scope, named, NO_OFFSET)
                assert len(set(rows)) == len(rows) == measured.n, key
        known = {task.number for task in numbered} | {str(hazard.id) for hazard in stored}
        assert set(work.figures.members(FIGURES["tasks"], scope, {}, NO_OFFSET)) <= known


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=registers())
def test_late_is_what_the_board_calls_overdue_and_unfinished(register, drawn):
    """The state machine's own clock agrees, on a day after everything that happened."""
    on = DAY + timedelta(days=30)
    with register.unit_of_work() as work:
        put(work, drawn)
        late = set(work.figures.members(FIGURES["late"], FigureScope(on=on), {}, NO_OFFSET))
        board = {
            line.task.number
            for line in work.tasks.lines(on)
            if line.late.stage is LateStage.OVERDUE and line.task.state is not TaskState.ACCEPTED
        }
        assert late == board


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=registers(), on=days)
def test_hazards_of_a_past_day_are_those_of_the_time_slider(register, drawn, on):
    with register.unit_of_work() as work:
        put(work, drawn)
        moments = work.hazards.level_events(NO_OFFSET)
        present, levels = moments.at(on)
        slider = {
            str(each): int(level)
            for each, there, level in zip(moments.ids.tolist(), present, levels, strict=True)
            if there
        }
        made = {}
        for rank in range(5):
            cell = {Dimension.LEVEL: str(rank)}
            for each in work.figures.members(
                FIGURES["hazards"], FigureScope(on=on), cell, NO_OFFSET
            ):
                made[each] = rank
        assert made == slider


def test_several_days_at_once_are_each_day_alone(register):
    found = [a_hazard(found_on=date(2026, 1, 5)), a_hazard(found_on=date(2026, 3, 5))]
    wanted = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    with register.unit_of_work() as work:
        put(work, (found, [], [], set()))
        scope = FigureScope(on=wanted[-1])
        together = work.figures.measured(
            FIGURES["hazards"], scope, (Dimension.DAY,), wanted, NO_OFFSET
        )
    assert {cell[0]: part.n for cell, part in together.items()} == {
        "2026-01-31": 1, "2026-02-28": 1, "2026-03-31": 2,
    }  # fmt: skip


# --- the service ----------------------------------------------------------------------------------


@pytest.fixture
def county(tmp_path):
    """Two hazards and four tasks that can be counted on one hand."""
    office = Office(division="130304", unit="应急局")
    with create_register(
        tmp_path / "c.qhd", passphrase=None, office=office, clock=lambda: CLOCK
    ) as made:
        with made.unit_of_work() as work:
            one = work.hazards.add(a_hazard(found_on=date(2026, 1, 5), level=RiskLevel.RED), ACTOR)
            two = work.hazards.add(
                a_hazard(found_on=date(2026, 5, 5), county="130302", type_key="flood"), ACTOR
            )

            def task(hazard, **changes):
                plain = RemediationTask(
                    id=uuid4(), hazard_id=hazard.id, problem="裂缝", since=date(2026, 3, 1),
                    registered_on=date(2026, 3, 1),
                )  # fmt: skip
                work.tasks.add(replace(plain, **changes), ACTOR)

            closed = {
                "state": TaskState.CLOSED, "assigned_on": date(2026, 3, 1),
                "deadline": date(2026, 3, 31), "owner_unit": "甲单位", "closed_on": date(2026, 6, 3),
            }  # fmt: skip
            task(one, **closed, done_on=date(2026, 3, 11), accepted_on=date(2026, 3, 12))
            task(one, **closed, done_on=date(2026, 5, 30), accepted_on=date(2026, 6, 2))
            task(two, state=TaskState.RECTIFYING, deadline=date(2026, 5, 31), owner_unit="乙单位")
            task(two, registered_on=date(2026, 6, 3), grade=HiddenDangerGrade.MAJOR)
            work.commit()
        yield made


def value(overview, key, **where):
    return value_of(FIGURES[key], overview.of_day(key, **where))


def test_an_overview_tells_totals_counties_months_and_units(county):
    overview = FigureService(county, ACTOR).overview(FigureScope(on=date(2026, 6, 15)))
    assert [value(overview, key) for key in FIGURES] == [
        2, 4, 2, 2, 1, 0.5, 1 / 3, (10 + 90) / 2, 1, 1, 1, 1,
    ]  # fmt: skip
    assert value(overview, "rate", county="130304") == 1.0
    assert overview.counties() == ("130302", "130304")
    assert overview.types() == ("flood", "geological")
    assert overview.hazards(county="130304", type_key="geological", rank=1) == 1
    assert overview.hazards(county="130304", type_key="flood") == 0
    trend = [overview.of_day("hazards", day).n for day in overview.days]
    assert trend == [0] * 6 + [1, 1, 1, 1, 2, 2]
    rate = overview.change("rate")
    assert (rate.now, rate.before, rate.difference) == (0.5, 1 / 3, 0.5 - 1 / 3)
    assert overview.change("late").relative == 0.0  # the task done on 30 May was open on 15 May
    assert [unit.unit for unit in overview.top_units("open")] == ["乙单位", "海滨镇政府"]
    assert [unit.unit for unit in overview.top_units("late")] == ["乙单位"]
    assert overview.top_units("tasks", 1)[0].figures["rate"] == Measured(2, 2.0)


def by_single_figures(register, scope):
    """The overview as every figure alone gives it, one statement each."""
    day_county = (Dimension.DAY, Dimension.COUNTY)
    days = sorted({*trend_days(scope.on), month_before(scope.on)})
    with register.unit_of_work() as work:

        def read(key, by, asked):
            return work.figures.measured(FIGURES[key], scope, by, asked, utc_offset())

        return (
            {key: read(key, day_county, days) for key in FIGURES},
            read("hazards", (*day_county, Dimension.TYPE, Dimension.LEVEL), days),
            {key: read(key, (Dimension.UNIT,), [scope.on]) for key in UNIT_FIGURES},
        )


@pytest.mark.parametrize(
    "narrowed",
    [
        {}, {"counties": frozenset({"130302"})}, {"types": frozenset({"geological"})},
        {"levels": frozenset({RiskLevel.RED})}, {"first": date(2026, 4, 1)},
        {"counties": frozenset({"130306"})},
        {"last": date(2026, 3, 31), "types": frozenset({"geological", "flood"})},
    ],
    ids=["all", "county", "type", "level", "from", "nothing", "until"],
)  # fmt: skip
def test_an_overview_is_what_every_figure_alone_gives(county, narrowed):
    service = FigureService(county, ACTOR)
    service.overview(FigureScope(on=date(2026, 6, 15)))  # what was counted before does not matter
    scope = FigureScope(on=date(2026, 6, 15), **narrowed)
    overview = service.overview(scope)
    assert (overview.cells, overview.graded, overview.units) == by_single_figures(county, scope)


def test_figures_at_hand_follow_whatever_is_written(county, monkeypatch):
    service, scope = FigureService(county, ACTOR), FigureScope(on=date(2026, 6, 15))
    for population in Population:
        service.prepare(population, scope)
    statements = []
    read = FigureRepository.together

    def counting(self, wanted, *given):
        statements.append([figure.key for figure in wanted])
        return read(self, wanted, *given)

    monkeypatch.setattr(FigureRepository, "together", counting)
    assert value(service.overview(scope), "hazards") == 2
    assert statements == [list(UNIT_FIGURES)]  # the rest was at hand
    with county.unit_of_work() as work:
        work.hazards.add(a_hazard(found_on=date(2026, 6, 1)), ACTOR)
        work.commit()
    assert value(service.overview(scope), "hazards") == 3
    with county.unit_of_work() as work:
        (late,) = work.figures.members(FIGURES["late"], scope, {}, utc_offset())
        task = work.tasks.require(late)
        later = replace(task, deadline=date(2026, 7, 1))
        work.tasks.save(task, later, ACTOR, kind=EventKind.EDIT, on=DAY, detail={})
        work.commit()
    assert value(service.overview(scope), "late") == 0
    assert value(service.overview(replace(scope, on=date(2026, 7, 2))), "late") == 1


def test_what_has_nothing_before_it_has_no_change(county):
    early = FigureService(county, ACTOR).overview(FigureScope(on=date(2026, 3, 20)))
    change = early.change("rate")
    assert (change.before, change.difference, change.relative) == (None, None, None)
    assert early.change("tasks").relative is None


def test_the_rows_behind_a_number_are_its_tasks(county):
    service = FigureService(county, ACTOR)
    scope = FigureScope(on=date(2026, 6, 15))
    assert len(service.members("late", scope, {Dimension.UNIT: "乙单位"})) == 1
    assert service.members("late", scope, {Dimension.UNIT: "甲单位"}) == ()
    may = {Dimension.DAY: "2026-05-15", Dimension.COUNTY: "130304"}
    assert len(service.members("late", scope, may)) == 1
    assert service.measured("tasks", scope, (Dimension.COUNTY,)) == {
        ("130302",): Measured(2, 2.0), ("130304",): Measured(2, 2.0),
    }  # fmt: skip


def test_hostile_values_are_values(county):
    service = FigureService(county, ACTOR)
    scope = FigureScope(on=DAY, counties=frozenset({"'; DROP TABLE hazard; --"}))
    assert service.members("hazards", scope, {Dimension.UNIT: "' OR 1=1 --"}) == ()
    assert service.measured("hazards", FigureScope(on=DAY)) == {(): Measured(2, 2.0)}


def test_an_unknown_figure_is_refused_with_those_there_are(county):
    with pytest.raises(InvalidInputError, match="没有统计指标") as caught:
        FigureService(county, ACTOR).measured("总数", FigureScope(on=DAY))
    assert "整改率" in caught.value.hint


def test_who_may_not_read_gets_no_figures(county):
    service = FigureService(county, Actor(name="访客", permissions=frozenset({Permission.EDIT})))
    for ask in (
        lambda: service.measured("tasks", FigureScope(on=DAY)),
        lambda: service.members("tasks", FigureScope(on=DAY)),
        lambda: service.overview(FigureScope(on=DAY)),
    ):
        with pytest.raises(PermissionDeniedError):
            ask()


def test_every_figure_says_what_it_counts():
    for known in FIGURES.values():
        assert known.label
        assert known.definition.endswith("。")
        assert known.population in Population
