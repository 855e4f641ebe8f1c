"""Only a named reviewer publishes a record closer than its type, and 社会安全 never."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from shapely import Point

from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.release_decision import (
    ReleaseDecision,
    checked_decision,
    decisions_in_force,
    looser_classes,
)
from qhd_riskmap.domain.taxonomy import EventClass, ReleaseClass, taxonomy
from qhd_riskmap.errors import InvalidInputError

TODAY = date(2026, 11, 23)
PLACE = Provenance(
    original_text="", declared_reference="cgcs2000", method=LocationMethod.TYPED,
    accuracy=AccuracyClass.UNKNOWN,
)  # fmt: skip


def hazard(type_key):
    return Hazard(
        id=uuid4(), name="某处", type_key=type_key, geometry=Point(119.5, 39.9), provenance=PLACE,
        county="130302",
    )  # fmt: skip


def decision(of, wanted=ReleaseClass.GRID_1KM, **changes):
    made = ReleaseDecision(
        hazard_id=of.id,
        release_class=wanted,
        reason="企业同意",
        reviewer="审核乙",
        decided_on=TODAY,
    )
    return replace(made, **changes)


def test_every_type_allows_only_what_is_closer_than_its_own_class():
    for kind in taxonomy().types:
        looser = looser_classes(kind)
        assert kind.release_class not in looser
        assert ReleaseClass.NEVER not in looser
        if kind.event_class is EventClass.SOCIAL_SECURITY:
            assert looser == ()
    pipeline = taxonomy().get("oil_gas_pipeline")
    assert looser_classes(pipeline) == (ReleaseClass.GRID_1KM, ReleaseClass.GRID_100M)


def test_a_signed_decision_is_taken():
    pipeline = hazard("oil_gas_pipeline")
    assert checked_decision(decision(pipeline), pipeline, TODAY) == decision(pipeline)
    back = decision(pipeline, ReleaseClass.COUNT)
    assert checked_decision(back, pipeline, TODAY) == back


@pytest.mark.parametrize(
    ("type_key", "changes", "why"),
    [
        ("terror", {}, "不能逐条放宽"),
        ("geological", {"wanted": ReleaseClass.GRID_100M}, "不能逐条放宽"),
        ("oil_gas_pipeline", {"wanted": ReleaseClass.NEVER}, "不能改为"),
        ("oil_gas_pipeline", {"reviewer": ""}, "署名"),
        ("oil_gas_pipeline", {"reason": ""}, "理由"),
        ("oil_gas_pipeline", {"decided_on": date(2026, 11, 24)}, "将来"),
    ],
)
def test_what_nobody_may_decide_is_refused(type_key, changes, why):
    site = hazard(type_key)
    with pytest.raises(InvalidInputError, match=why):
        checked_decision(decision(site, **changes), site, TODAY)


def test_the_newest_decision_counts_and_follows_no_change_of_type():
    one, two, three = (hazard("oil_gas_pipeline") for _ in range(3))
    now_terror = replace(three, type_key="terror")
    recorded = [decision(one), decision(two), decision(three), decision(two, ReleaseClass.COUNT)]
    found = decisions_in_force(recorded, [one, two, now_terror, hazard("flood")])
    assert found == {one.id: decision(one)}
    assert decisions_in_force([], [one]) == {}
