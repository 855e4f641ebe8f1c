"""What the public may know of surveys: where nobody looked, never what was found."""

from __future__ import annotations

from datetime import date

from qhd_riskmap.domain.coverage import (
    CoverageArea,
    CoverageEntry,
    CoverageState,
    Standing,
    coverage_matrix,
    coverage_rules,
)
from qhd_riskmap.domain.public_coverage import (
    AreaState,
    area_states,
    coverage_notes,
    public_coverage,
)
from qhd_riskmap.domain.release_rules import release_rules

DAY = date(2026, 10, 31)
HAIGANG, BEIDAIHE = (CoverageArea(code=c, name=n) for c, n in (("130302", "海港区"), ("130304", "北戴河区")))  # fmt: skip
TOWNS = [
    CoverageArea(code=f"13030210{n}", name=name, county="130302")
    for n, name in enumerate(("东港镇", "海港镇", "手写的东西 138"))
]
TYPES = ["geological", "flood", "hazardous_chemicals", "terror"]


def entry(area, key, state=CoverageState.SURVEYED, on=date(2026, 5, 1)):
    day = None if state is CoverageState.NOT_SURVEYED else on
    return CoverageEntry(
        area=area, type_key=key, state=state, surveyed_on=day, surveyed_by="密查员"
    )


def published(entries, areas=(HAIGANG, BEIDAIHE), county=None):
    rows = coverage_matrix(
        list(areas), TYPES, entries, {("130304", "flood"): 2}, today=DAY, known=coverage_rules()
    )
    return public_coverage(rows, county, release_rules())


def standings(coverage):
    return {(cell.area_code, cell.type_key): cell.standing for cell in coverage}


def test_a_register_that_never_recorded_surveys_says_nothing():
    assert published([]) == ()
    assert list(coverage_notes(())) == []
    assert area_states(()) == {}


def test_nothing_found_looks_like_surveyed_and_nobody_is_named():
    coverage = published([entry("130304", "flood", CoverageState.NONE_FOUND)])
    assert standings(coverage)["130304", "flood"] is Standing.SURVEYED
    assert "密查员" not in repr(coverage)
    assert {cell.surveyed_on for cell in coverage} == {"2026-05-01", ""}


def test_what_is_never_public_is_not_in_the_matrix_either():
    coverage = published([entry("130302", "terror", CoverageState.NOT_SURVEYED),
                          entry("130302", "flood")])  # fmt: skip
    assert "terror" not in {cell.type_key for cell in coverage}
    assert "社会安全" not in "".join(coverage_notes(coverage))


def test_a_division_is_marked_by_the_worst_of_its_types():
    everything = ("geological", "flood", "hazardous_chemicals")
    none = [entry("130302", key, CoverageState.NOT_SURVEYED) for key in everything]
    old = [entry("130304", key, on=date(2020, 1, 1)) for key in everything]
    assert area_states(published([*none, *old])) == {
        "130302": AreaState.UNSURVEYED,
        "130304": AreaState.STALE,
    }
    assert area_states(published([*none, entry("130302", "flood")])) == {
        "130302": AreaState.IN_PART
    }
    assert area_states(published([entry("130302", key) for key in everything])) == {}


def test_areas_alike_share_a_sentence_and_the_unknown_is_no_statement():
    none = CoverageState.NOT_SURVEYED
    coverage = published(
        [entry("130302", "flood", none), entry("130304", "flood", none),
         entry("130304", "geological", on=date(2020, 1, 1))]
    )  # fmt: skip
    notes = list(coverage_notes(coverage))
    assert notes[0] == "未排查不等于没有隐患"
    assert notes[1].startswith("海港区、北戴河区未排查：")
    assert notes[2].startswith("北戴河区排查已过期：")
    assert notes[-1].endswith("不作说明")
    whole = published([entry("130302", key, none) for key in TYPES], areas=[HAIGANG])
    assert list(coverage_notes(whole)) == ["未排查不等于没有隐患", "海港区未排查：全部公开类型"]
    assert next(iter(coverage_notes(whole, str.lower))) == notes[0]


def test_a_division_stands_as_its_townships_and_what_reads_as_no_township_stays_in():
    none = CoverageState.NOT_SURVEYED
    areas = [HAIGANG, *TOWNS]
    parted = published([entry("130302", "flood"), entry(TOWNS[0].code, "flood", none)], areas)
    assert standings(parted)["130302", "flood"] is Standing.PARTLY
    assert area_states(parted) == {"130302": AreaState.IN_PART}
    assert any("各乡镇排查情况不一" in note for note in coverage_notes(parted))
    assert "手写的东西 138" not in {cell.area_name for cell in parted}
    # One township found nothing, the other something: both were surveyed.
    alike = published(
        [entry(TOWNS[0].code, "flood"), entry(TOWNS[1].code, "flood", CoverageState.NONE_FOUND)],
        areas,
    )
    assert standings(alike)["130302", "flood"] is Standing.SURVEYED


def test_a_county_sheet_tells_of_its_county_only():
    none = CoverageState.NOT_SURVEYED
    entries = [entry("130302", "flood", none), entry("130304", "flood", none)]
    coverage = published(entries, [HAIGANG, *TOWNS, BEIDAIHE], county="130302")
    assert {cell.division for cell in coverage} == {"130302"}
