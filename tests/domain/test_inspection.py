"""How often hazards are inspected, what a season asks for, and the order of a day's round."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.inspection.checklist import read_checklists, shipped_checklists
from qhd_riskmap.domain.inspection.planned_round import (
    PlannedRound,
    read_mark,
    sheet_mark,
    sheet_parts,
)
from qhd_riskmap.domain.inspection.record import (
    Answer,
    Finding,
    Inspection,
    InspectionFileKind,
    InspectionResult,
    Verdict,
    refuse_contradiction,
)
from qhd_riskmap.domain.inspection.route import (
    MOST_STOPS,
    day_round,
    distances,
    length_m,
    nearest_neighbour,
    two_opt,
)
from qhd_riskmap.domain.inspection.schedule import (
    DueStage,
    due_stage,
    horizon,
    read_inspection_rules,
    shipped_inspection_rules,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.resources import rules

PLACES = st.lists(st.tuples(st.floats(118.5, 119.9), st.floats(39.4, 40.6)), max_size=12)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
LEVELS = st.sampled_from([*RiskLevel, None])
TYPES = st.sampled_from([each.key for each in taxonomy().types])
TODAY = date(2026, 11, 25)
NORMAL, PROBLEMS, UNREACHED = InspectionResult


@pytest.mark.parametrize(
    ("type_key", "level", "last", "due", "season"),
    [
        ("explosion", RiskLevel.RED, "2026-01-31", "2026-02-28", ""),
        ("explosion", RiskLevel.RED, "2024-01-31", "2024-02-29", ""),
        ("explosion", RiskLevel.ORANGE, "2026-11-30", "2027-02-28", ""),
        ("explosion", RiskLevel.YELLOW, "2026-06-30", "2026-12-30", ""),
        ("explosion", RiskLevel.BLUE, "2026-12-31", "2027-12-31", ""),
        ("explosion", None, "2024-02-29", "2025-02-28", ""),
        # 17 April is 45 days before 1 June and counts; who came the day before comes once more.
        ("geological", RiskLevel.BLUE, "2026-04-16", "2026-05-31", "汛前排查"),
        ("geological", RiskLevel.BLUE, "2026-04-17", "2026-07-01", "汛中巡查"),
        ("geological", RiskLevel.BLUE, "2026-06-20", "2026-07-20", "汛中巡查"),
        ("geological", RiskLevel.BLUE, "2026-08-31", "2026-09-30", "汛中巡查"),
        # No step ends inside the season any more: the look after it is next.
        ("geological", RiskLevel.BLUE, "2026-09-01", "2026-10-30", "汛后核查"),
        ("geological", RiskLevel.BLUE, "2026-09-30", "2026-10-30", "汛后核查"),
        ("geological", RiskLevel.BLUE, "2026-10-01", "2027-05-31", "汛前排查"),
        ("flood", RiskLevel.RED, "2026-04-16", "2026-05-16", ""),
        ("forest_fire", RiskLevel.BLUE, "2026-08-31", "2026-09-30", "防火期前排查"),
        ("forest_fire", RiskLevel.BLUE, "2026-09-01", "2026-12-30", "防火期内巡查"),
        # The season began the year before.
        ("forest_fire", RiskLevel.BLUE, "2027-02-15", "2027-05-16", "防火期内巡查"),
        ("forest_fire", RiskLevel.BLUE, "2027-04-01", "2027-09-30", "防火期前排查"),
    ],
)  # fmt: skip
def test_the_next_inspection_is_due_by_level_and_season(type_key, level, last, due, season):
    found = shipped_inspection_rules().next_due(type_key, level, date.fromisoformat(last))
    assert found == (date.fromisoformat(due), season)


@given(TYPES, LEVELS, DAYS, st.integers(0, 800))
def test_who_comes_later_is_due_again_no_sooner_and_always_after_the_visit(kind, level, day, more):
    known = shipped_inspection_rules()
    first, _season = known.next_due(kind, level, day)
    second, _season = known.next_due(kind, level, day + timedelta(days=more))
    assert day < first <= second


@given(TYPES, DAYS)
def test_a_higher_level_is_never_due_later(kind, day):
    known = shipped_inspection_rules()
    due = [known.next_due(kind, level, day)[0] for level in RiskLevel]
    assert due == sorted(due)


@given(TYPES, LEVELS, DAYS)
def test_a_season_only_makes_it_sooner(kind, level, day):
    raw = deepcopy(rules("inspection"))
    raw["seasons"] = []
    without, season = read_inspection_rules(raw).next_due(kind, level, day)
    assert season == ""
    assert shipped_inspection_rules().next_due(kind, level, day)[0] <= without


def test_the_shorter_of_level_and_type_counts():
    raw = deepcopy(rules("inspection"))
    raw["types"] = {"explosion": {"blue": 2, "red": 5}}
    known = read_inspection_rules(raw)
    assert known.interval("explosion", RiskLevel.BLUE) == 2
    assert known.interval("explosion", RiskLevel.RED) == 1
    assert known.interval("explosion", None) == known.interval("haze", RiskLevel.BLUE) == 12


def changed(name, *path, value):
    raw = deepcopy(rules(name))
    place = raw
    for step in path[:-1]:
        place = place[step]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return raw


FLOOD = ("seasons", 0)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("months",), None, "months"), (("months", "red"), 0, "months.red"),
        (("months", "red"), KeyError, "months"), (("months", "red"), 61, "months.red"),
        (("months", "red"), True, "months.red"), (("months", "red"), "1", "months.red"),
        (("months", "violet"), 3, "months"), (("types",), [], "types"),
        (("types",), {"space": {"red": 1}}, "types"), (("types",), {"haze": 3}, "types.haze"),
        (("types",), {"haze": {"violet": 3}}, "types.haze"), (("seasons",), None, "seasons"),
        (("seasons",), [{}] * 21, "seasons"), (FLOOD, "汛期", "seasons[1]"),
        ((*FLOOD, "types"), [], "seasons[1].types"), ((*FLOOD, "types"), ["space"], "seasons[1].types"),
        ((*FLOOD, "types"), 3, "seasons[1].types"), ((*FLOOD, "start"), "06-31", "seasons[1].start"),
        ((*FLOOD, "start"), "02-29", "seasons[1].start"), ((*FLOOD, "start"), 601, "seasons[1].start"),
        ((*FLOOD, "end"), "9-30", "seasons[1].end"), ((*FLOOD, "label"), " ", "seasons[1].label"),
        ((*FLOOD, "key"), 5, "seasons[1].key"), ((*FLOOD, "before"), 45, "seasons[1].before"),
        ((*FLOOD, "before", "days"), 181, "seasons[1].before.days"),
        ((*FLOOD, "before", "label"), "汛" * 31, "seasons[1].before.label"),
        ((*FLOOD, "during", "days"), 122, "seasons[1].during"),
        ((*FLOOD, "source"), KeyError, "seasons[1].source"), (("confidence",), "sure", "source"),
        (("seasons",), [{"key": "x", "label": "x", "types": ["haze"]}], "seasons[1]"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused_with_their_place(path, value, place):
    with pytest.raises(InvalidInputError) as refused:
        read_inspection_rules(changed("inspection", *path, value=value))
    assert f"“{place}”" in str(refused.value)


def test_a_step_may_be_as_long_as_the_season_over_new_year():
    raw = changed("inspection", "seasons", 1, "during", "days", value=180)
    assert read_inspection_rules(raw).next_due("forest_fire", RiskLevel.BLUE, date(2026, 9, 1)) == (
        date(2027, 3, 30),
        "防火期内巡查",
    )
    with pytest.raises(InvalidInputError):
        read_inspection_rules([])


@pytest.mark.parametrize(
    ("due", "stage"),
    [
        ("2026-11-24", DueStage.LATE), ("2026-11-25", DueStage.TODAY), ("2026-11-26", DueStage.WEEK),
        ("2026-11-29", DueStage.WEEK), ("2026-11-30", DueStage.MONTH), ("2026-12-01", DueStage.LATER),
    ],
)  # fmt: skip
def test_weeks_end_on_sunday_and_months_on_their_last_day(due, stage):
    assert due_stage(date.fromisoformat(due), TODAY) is stage
    assert stage.label


def test_the_horizon_is_the_end_of_week_or_month_whichever_is_later():
    assert horizon(TODAY) == date(2026, 11, 30)
    assert horizon(date(2026, 12, 31)) == date(2027, 1, 3)


# --- check lists ------------------------------------------------------------------------------


def test_every_type_has_questions_of_its_own_each_with_its_clause():
    known = shipped_checklists()
    for kind in taxonomy().types:
        asked = known.of(kind.key)
        assert len(asked) > len(known.general) + 3
        assert len({each.key for each in asked}) == len(asked)
        assert all(each.source and each.text for each in asked)


def test_a_type_without_a_list_is_asked_what_everybody_is():
    raw = changed("inspection_checklists", "types", "haze", value=KeyError)
    known = read_checklists(raw)
    assert known.of("haze") == known.general


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("types",), [], "types"), (("types",), {"space": []}, "types"),
        (("general",), None, "general"), (("general",), "abc", "general"),
        (("general",), [{"key": "a", "text": "b"}] * 2, "general"),
        (("general",), [{"key": f"k{n}", "text": "b"} for n in range(41)], "general"),
        (("general", 0), "问", "general[1]"), (("general", 0, "key"), "标", "general[1].key"),
        (("general", 0, "key"), 3, "general[1].key"), (("general", 0, "text"), " ", "general[1].text"),
        (("general", 0, "text"), "长" * 121, "general[1].text"),
        (("general", 0, "text"), None, "general[1].text"),
        (("general", 0, "source"), "条" * 201, "general[1].source"),
        (("general", 0, "source"), 5, "general[1].source"),
        (("general", 0, "key"), "dust", "types.haze.dust"), (("source",), KeyError, "source"),
    ],
)  # fmt: skip
def test_check_lists_that_cannot_be_are_refused_with_their_place(path, value, place):
    with pytest.raises(InvalidInputError) as refused:
        read_checklists(changed("inspection_checklists", *path, value=value))
    assert f"“{place}”" in str(refused.value)


def test_check_lists_are_an_object():
    with pytest.raises(InvalidInputError):
        read_checklists(None)


# --- what is told of an inspection ------------------------------------------------------------


def told(result=NORMAL, **changes):
    return Inspection(**{"on": TODAY, "inspector": "李四", "result": result, **changes})


def answer(verdict, note=""):
    return Answer(key="sign", question="标志完好", verdict=verdict, note=note)


@pytest.mark.parametrize(
    ("inspection", "findings"),
    [
        (told(), []),
        (told(answers=(answer(Verdict.PASS), answer(Verdict.NOT_APPLICABLE))), []),
        (told(PROBLEMS), [Finding(problem="门坏")]),
        (told(PROBLEMS, answers=(answer(Verdict.FAIL),)), []),
        (told(UNREACHED), []),
    ],
)
def test_what_fits_together_is_accepted(inspection, findings):
    refuse_contradiction(inspection, findings, TODAY)


@pytest.mark.parametrize(
    ("inspection", "findings"),
    [
        (told(on=TODAY + timedelta(days=1)), []),
        (told(inspector=""), []),
        (told(PROBLEMS), []),
        (told(PROBLEMS), [Finding(problem="")]),
        (told(), [Finding(problem="门坏")]),
        (told(answers=(answer(Verdict.FAIL),)), []),
        (told(UNREACHED), [Finding(problem="门坏")]),
        (told(UNREACHED, answers=(answer(Verdict.PASS),)), []),
    ],
)
def test_what_contradicts_itself_is_refused(inspection, findings):
    with pytest.raises(InvalidInputError):
        refuse_contradiction(inspection, findings, TODAY)


def test_a_failed_answer_reads_as_a_problem():
    assert answer(Verdict.FAIL).problem == "标志完好"
    assert answer(Verdict.FAIL, "倒伏").problem == "标志完好：倒伏"


def test_words_have_chinese_names():
    assert [each.label for each in InspectionResult] == ["正常", "发现问题", "未能到达"]
    assert [each.label for each in Verdict] == ["合格", "不合格", "不适用"]
    assert [each.label for each in InspectionFileKind] == ["照片", "扫描件"]


# --- sheets and their marks -------------------------------------------------------------------


@given(st.text(alphabet="23456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=8, max_size=8),
       st.integers(1, MOST_STOPS))  # fmt: skip
def test_a_mark_holds_code_and_sheet_and_nothing_else(identity, number):
    planned = PlannedRound(id=identity, on=TODAY, start=(119, 40), stops=(), route_m=0)
    sheet = planned.sheet(number)
    assert sheet_parts(sheet) == (identity, number)
    mark = sheet_mark("130304-DZ-2026-0001", sheet)
    assert read_mark(mark) == ("130304-DZ-2026-0001", sheet)
    assert mark == f"QHD1/130304-DZ-2026-0001/{sheet}"


@pytest.mark.parametrize(
    "text",
    ["", "QHD1", "QHD2/130304-DZ-2026-0001/7K3Q9M2X-3", "QHD1/130304-DZ-2026-0001/7K3Q9M2X-0",
     "QHD1/130304-DZ-2026-0001/7K3Q9M2X-201", "QHD1/../../etc/7K3Q9M2X-3",
     "QHD1/130304-DZ-2026-0001/7K3Q9M2X-3\n", "https://example.com/"],
)  # fmt: skip
def test_other_codes_are_not_ours(text):
    assert read_mark(text) is None


@pytest.mark.parametrize("text", ["", "7K3Q9M2X", "7K3Q9M2O-1", "7K3Q9M2X-0", "7K3Q9M2X-999"])
def test_other_words_are_no_sheet(text):
    assert sheet_parts(text) is None


# --- the round --------------------------------------------------------------------------------


@given(PLACES)
def test_a_round_visits_each_place_once_and_is_never_longer_than_the_nearest_neighbours(places):
    start = (119.6, 39.93)
    order, metres = day_round(start, places)
    assert sorted(order) == list(range(len(places)))
    table = distances([start, *places])
    assert metres <= length_m(nearest_neighbour(table), table) + 1e-6
    assert (order, metres) == day_round(start, places)


def test_crossing_stretches_are_turned_over():
    table = distances([(119.0, 39.0), (119.1, 39.1), (119.1, 39.0), (119.0, 39.1)])
    found = length_m(two_opt([0, 1, 2, 3], table), table)
    best = min(length_m([0, *rest], table) for rest in permutations([1, 2, 3]))
    assert found == pytest.approx(best, abs=1e-6)
    assert found < length_m([0, 1, 2, 3], table) - 1000


def test_a_round_has_an_end():
    with pytest.raises(InvalidInputError, match=str(MOST_STOPS + 1)):
        day_round((119.6, 39.9), [(119.6, 39.9)] * (MOST_STOPS + 1))
    assert day_round((119.6, 39.9), []) == ([], 0.0)


@pytest.mark.parametrize("part", ["before", "during", "after"])
def test_a_season_may_ask_for_one_thing_only(part):
    raw = deepcopy(rules("inspection"))
    flood = raw["seasons"][0]
    for other in {"before", "during", "after"} - {part}:
        del flood[other]
    due, season = read_inspection_rules(raw).next_due("flood", RiskLevel.BLUE, date(2026, 3, 1))
    assert season == flood[part]["label"]
    assert due == {
        "before": date(2026, 5, 31), "during": date(2026, 7, 1), "after": date(2026, 10, 30),
    }[part]  # fmt: skip
