"""Release definitions are kept by name, decisions are appended; both leave a trail."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.exc import DatabaseError

from qhd_riskmap.domain.release_decision import ReleaseDecision
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.errors import NotFoundError, RiskMapError

DECISION = ReleaseDecision(
    hazard_id=UUID(int=7), release_class=ReleaseClass.GRID_1KM, reason="企业与管道办书面同意'; --",
    reviewer="审核乙", decided_on=date(2026, 11, 20),
)  # fmt: skip
CONTENT = {"title": "分布图", "formats": ["pdf", "gpkg"], "emergency": False}


def test_a_definition_is_kept_replaced_and_removed(register, actor, other, reopened):
    with register.unit_of_work() as work:
        first = work.release_definitions.put("汛前", CONTENT, actor)
        work.release_definitions.put("按月", {}, actor)
        work.commit()
    with reopened(register).unit_of_work() as work:
        assert [each.name for each in work.release_definitions.all()] == ["按月", "汛前"]
        assert work.release_definitions.named("汛前") == first
        again = work.release_definitions.put("汛前", {"title": "新"}, other)
        assert work.release_definitions.named("汛前") == again
        work.release_definitions.remove("汛前", actor)
        with pytest.raises(NotFoundError, match="汛前"):
            work.release_definitions.named("汛前")
        with pytest.raises(NotFoundError, match="汛前"):
            work.release_definitions.remove("汛前", actor)
        trail = [row.action for row in work.audit.of("汛前")]
    assert sorted(trail) == [
        "release_definition.put", "release_definition.put", "release_definition.remove",
    ]  # fmt: skip


def test_decisions_come_back_in_order_with_who_recorded_them(register, actor, other, reopened):
    taken_back = ReleaseDecision(
        hazard_id=DECISION.hazard_id, release_class=ReleaseClass.COUNT, reason="企业撤回同意",
        reviewer="审核丁", decided_on=date(2026, 11, 22),
    )  # fmt: skip
    with register.unit_of_work() as work:
        first = work.release_decisions.add(DECISION, actor)
        second = work.release_decisions.add(taken_back, other)
        work.commit()
    with reopened(register).unit_of_work() as work:
        assert work.release_decisions.all() == [first, second]
        (newest, _oldest) = work.audit.of(str(DECISION.hazard_id))
    assert (first.recorded_by, second.recorded_by) == ("张三", "李四")
    assert {newest.detail["reviewer"], _oldest.detail["reviewer"]} == {"审核乙", "审核丁"}


@pytest.mark.parametrize("statement", ["UPDATE release_decision SET reviewer = 'x'",
                                       "DELETE FROM release_decision"])  # fmt: skip
def test_a_decision_cannot_be_changed_afterwards(register, actor, statement):
    with register.unit_of_work() as work:
        work.release_decisions.add(DECISION, actor)
        work.commit()
    with register.unit_of_work() as work, pytest.raises((DatabaseError, RiskMapError)):
        work._transaction().writing().exec_driver_sql(statement)
