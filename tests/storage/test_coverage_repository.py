"""Entries on surveys are appended, counted live and audited."""

from __future__ import annotations

from datetime import date

import pytest

from qhd_riskmap.domain.coverage import CoverageEntry, CoverageState

ENTRY = CoverageEntry(
    area="130304", type_key="geological", state=CoverageState.NONE_FOUND,
    surveyed_on=date(2026, 2, 3), surveyed_by="勘查员'; DROP TABLE hazard; --", note="雪后复查",
)  # fmt: skip
NOT = CoverageEntry(area="130304", type_key="geological", state=CoverageState.NOT_SURVEYED)


def test_entries_come_back_in_order_and_nothing_is_overwritten(register, actor, other, reopened):
    with register.unit_of_work() as work:
        first = work.coverage.add(ENTRY, actor)
        second = work.coverage.add(NOT, other)
        work.commit()
    with reopened(register).unit_of_work() as work:
        assert work.coverage.entries() == [first, second]
    assert (first.recorded_by, second.recorded_by) == ("张三", "李四")
    assert first.recorded_at < second.recorded_at


def test_every_entry_leaves_a_row_in_the_audit_trail(register, actor):
    with register.unit_of_work() as work:
        work.coverage.add(ENTRY, actor)
        work.commit()
    with register.unit_of_work() as work:
        (row,) = work.audit.of("130304/geological")
    assert (row.actor, row.action) == ("张三", "coverage.add")
    assert row.detail == {
        "state": "none", "surveyed_on": "2026-02-03", "surveyed_by": ENTRY.surveyed_by,
        "note": "雪后复查",
    }  # fmt: skip


def test_an_entry_not_committed_leaves_nothing(register, actor):
    with register.unit_of_work() as work:
        work.coverage.add(ENTRY, actor)
    with register.unit_of_work() as work:
        assert work.coverage.entries() == []
        assert work.audit.of("130304/geological") == []


def test_the_file_itself_refuses_an_unknown_state(register, sql):
    statement = (
        "INSERT INTO survey_coverage (area, type_key, state, recorded_at, recorded_by)"
        " VALUES ('130304', 'flood', 'maybe', '2026-01-01', 'x')"
    )
    with pytest.raises(Exception, match="CHECK"):
        sql(register, statement)


def test_live_records_are_counted_by_place_and_type(register, actor, hazard_maker):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(township="海滨镇"), actor)
        work.hazards.add(hazard_maker(township="海滨镇"), actor)
        work.hazards.add(hazard_maker(), actor)
        gone = work.hazards.add(hazard_maker(type_key="flood"), actor)
        work.hazards.soft_delete(gone.id, actor, 1)
        work.commit()
    with register.unit_of_work() as work:
        assert work.coverage.counts() == {
            ("130304", "海滨镇", "geological"): 2,
            ("130304", "", "geological"): 1,
        }
