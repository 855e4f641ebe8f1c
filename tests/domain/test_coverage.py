"""A blank is "nothing there", "nobody looked" or "long ago": the matrix tells them apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qhd_riskmap.domain.coverage import (
    CoverageArea,
    CoverageEntry,
    CoverageRules,
    CoverageState,
    Standing,
    checked_entry,
    coverage_matrix,
    coverage_rules,
    standing_of,
)
from qhd_riskmap.errors import InvalidInputError

TODAY = date(2026, 11, 23)
YEARLY = CoverageRules(version="t", stale_after_months=12, basis="")
COUNTY = CoverageArea(code="130322", name="昌黎县")
OTHER = CoverageArea(code="130324", name="卢龙县")
NORTH = CoverageArea(code="130322100", name="北镇", county="130322")
SOUTH = CoverageArea(code="130322101", name="南镇", county="130322")
SURVEYED = CoverageEntry(
    area="130322", type_key="flood", state=CoverageState.SURVEYED,
    surveyed_on=date(2026, 6, 1), surveyed_by="勘查员",
)  # fmt: skip
NONE = replace(SURVEYED, state=CoverageState.NONE_FOUND)
NOT = CoverageEntry(area="130322", type_key="flood", state=CoverageState.NOT_SURVEYED)


def column(areas, entries, found=None, today=TODAY):
    rows = coverage_matrix(areas, ["flood"], entries, found or {}, today=today, known=YEARLY)
    return [row[0] for row in rows]


def test_the_rules_name_an_interval_and_what_it_rests_on():
    known = coverage_rules()
    assert known.stale_after_months > 0
    assert "突发事件应对法" in known.basis
    assert known.version


@pytest.mark.parametrize(
    ("months", "surveyed", "last"),
    [
        (12, date(2025, 11, 23), date(2026, 11, 23)),
        (12, date(2024, 2, 29), date(2025, 2, 28)),
        (3, date(2025, 11, 30), date(2026, 2, 28)),
        (1, date(2025, 12, 5), date(2026, 1, 5)),
        (12, date(2025, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_survey_counts_by_calendar_months(months, surveyed, last):
    assert replace(YEARLY, stale_after_months=months).good_until(surveyed) == last


@pytest.mark.parametrize("state", [CoverageState.SURVEYED, CoverageState.NONE_FOUND])
def test_a_survey_is_stale_from_the_day_after_its_interval(state):
    entry = replace(SURVEYED, state=state, surveyed_on=date(2025, 11, 23))
    assert standing_of(entry, TODAY, YEARLY) is Standing(state.value)
    assert standing_of(entry, date(2026, 11, 24), YEARLY) is Standing.STALE


def test_where_nobody_looked_nothing_gets_stale_and_no_entry_says_nothing():
    assert standing_of(NOT, date(2100, 1, 1), YEARLY) is Standing.NOT_SURVEYED
    assert standing_of(None, TODAY, YEARLY) is Standing.UNKNOWN


def test_every_standing_has_its_own_word():
    assert len({standing.label for standing in Standing}) == len(Standing)


def test_the_newest_entry_of_a_cell_counts_and_other_cells_stay_unknown():
    mine, other = column([COUNTY, OTHER], [SURVEYED, NOT], {("130322", "flood"): 4})
    assert (mine.standing, mine.entry, mine.found) == (Standing.NOT_SURVEYED, NOT, 4)
    assert (other.standing, other.entry, other.found) == (Standing.UNKNOWN, None, 0)


def test_another_type_is_another_cell():
    rows = coverage_matrix(
        [COUNTY], ["forest_fire", "flood"], [SURVEYED], {}, today=TODAY, known=YEARLY
    )
    assert [cell.standing for cell in rows[0]] == [Standing.UNKNOWN, Standing.SURVEYED]


def test_a_county_speaks_for_its_townships_until_one_is_recorded_anew():
    north = replace(NOT, area=NORTH.code)
    cells = column([COUNTY, NORTH, SOUTH], [north, SURVEYED])
    assert [cell.standing for cell in cells] == [Standing.SURVEYED] * 3
    cells = column([COUNTY, NORTH, SOUTH], [SURVEYED, north])
    assert [cell.standing for cell in cells] == [
        Standing.PARTLY, Standing.NOT_SURVEYED, Standing.SURVEYED,
    ]  # fmt: skip
    assert cells[2].entry == SURVEYED


def test_a_county_stands_as_all_its_townships_do():
    entries = [SURVEYED, replace(NOT, area=NORTH.code), replace(NOT, area=SOUTH.code)]
    assert column([COUNTY, NORTH, SOUTH], entries)[0].standing is Standing.NOT_SURVEYED


def test_nothing_found_beside_records_is_a_contradiction():
    some = {("130322", "flood"): 1}
    assert column([COUNTY], [NONE], some)[0].contradicted
    assert column([COUNTY], [NONE], some, date(2030, 1, 1))[0].contradicted
    assert not column([COUNTY], [NONE])[0].contradicted
    assert not column([COUNTY], [SURVEYED], some)[0].contradicted
    assert not column([COUNTY], [], some)[0].contradicted


@pytest.mark.parametrize("entry", [SURVEYED, NONE, NOT, replace(SURVEYED, surveyed_on=TODAY)])
def test_an_entry_that_says_what_it_needs_is_taken(entry):
    assert checked_entry(entry, TODAY) == entry


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (replace(SURVEYED, surveyed_on=None), "排查日期"),
        (replace(SURVEYED, surveyed_on=date(2026, 11, 24)), "2026-11-24"),
        (replace(NONE, surveyed_by=""), "排查人"),
        (replace(NOT, surveyed_on=TODAY), "未排查"),
        (replace(NOT, surveyed_by="勘查员"), "未排查"),
    ],
)
def test_an_entry_nobody_answers_for_is_refused(entry, word):
    with pytest.raises(InvalidInputError, match=word):
        checked_entry(entry, TODAY)
