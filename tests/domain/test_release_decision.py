"""A second person publishes a record closer than its type, anybody keeps more back; 社会安全 never goes out."""

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
    decided_class,
    decisions_in_force,
    keeps_more_back,
    looser_classes,
    stricter_classes,
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
        basis="企业书面同意函",
        reviewer="审核乙",
        decided_on=TODAY,
    )
    return replace(made, **changes)


def test_every_type_allows_only_what_is_closer_than_its_own_class():
    for kind in taxonomy().types:
        looser = looser_classes(kind)
        assert kind.release_class not in looser
        assert ReleaseClass.NEVER not in looser
        assert kind.release_class not in stricter_classes(kind)
        if kind.event_class is EventClass.SOCIAL_SECURITY:
            assert looser == () == stricter_classes(kind)
    pipeline = taxonomy().get("oil_gas_pipeline")
    assert looser_classes(pipeline) == (ReleaseClass.GRID_1KM, ReleaseClass.GRID_100M)
    assert stricter_classes(pipeline) == (ReleaseClass.NEVER,)
    flood = taxonomy().get("flood")
    assert stricter_classes(flood) == (
        ReleaseClass.NEVER,
        ReleaseClass.COUNT,
        ReleaseClass.GRID_1KM,
    )


def test_a_signed_decision_is_taken():
    pipeline = hazard("oil_gas_pipeline")
    assert checked_decision(decision(pipeline), pipeline, TODAY) == decision(pipeline)
    back = decision(pipeline, ReleaseClass.COUNT)
    assert checked_decision(back, pipeline, TODAY) == back


@pytest.mark.parametrize(
    ("type_key", "changes", "why"),
    [
        ("terror", {}, "不能逐条决定"),
        ("terror", {"wanted": ReleaseClass.NEVER}, "不能逐条决定"),
        ("oil_gas_pipeline", {"basis": ""}, "依据"),
        ("oil_gas_pipeline", {"reviewer": ""}, "署名"),
        ("oil_gas_pipeline", {"reason": ""}, "理由"),
        ("oil_gas_pipeline", {"decided_on": date(2026, 11, 24)}, "将来"),
    ],
)
def test_what_nobody_may_decide_is_refused(type_key, changes, why):
    site = hazard(type_key)
    with pytest.raises(InvalidInputError, match=why):
        checked_decision(decision(site, **changes), site, TODAY)


@pytest.mark.parametrize("editor", ["审核乙", "审核 乙", "审核乙\u200b"])
def test_nobody_lets_out_what_he_edited_himself(editor):
    pipeline = hazard("oil_gas_pipeline")
    with pytest.raises(InvalidInputError, match="不能自己放宽"):
        checked_decision(decision(pipeline), pipeline, TODAY, editors=("", editor))
    assert checked_decision(decision(pipeline), pipeline, TODAY, editors=("甲",))


def test_keeping_more_back_needs_neither_basis_nor_second_person():
    flood = hazard("flood")
    for wanted in stricter_classes(taxonomy().get("flood")):
        said = decision(flood, wanted, basis="")
        assert checked_decision(said, flood, TODAY, editors=("审核乙",)) == said


def test_letting_out_again_what_was_kept_back_takes_a_second_person():
    flood = hazard("flood")
    again = decision(flood, ReleaseClass.GRID_100M, basis="")
    with pytest.raises(InvalidInputError, match="不能自己放宽"):
        checked_decision(again, flood, TODAY, editors=("审核乙",), before=ReleaseClass.COUNT)
    assert checked_decision(again, flood, TODAY, editors=("甲",), before=ReleaseClass.COUNT)


def test_what_keeps_more_back_outlives_a_change_of_type_and_lets_nothing_out():
    site = hazard("flood")
    kept = {site.id: decision(site, ReleaseClass.GRID_1KM, type_key="flood")}
    assert keeps_more_back(site, kept)
    chemical = replace(site, type_key="oil_gas_pipeline")
    assert not keeps_more_back(chemical, kept)
    assert decided_class(chemical, taxonomy().get(chemical.type_key), kept) is ReleaseClass.COUNT
    assert decisions_in_force(kept.values(), [chemical]) == {}
    hidden = {site.id: decision(site, ReleaseClass.NEVER, type_key="flood")}
    assert decisions_in_force(hidden.values(), [chemical]) == hidden
    assert not keeps_more_back(hazard("flood"), kept)


def test_the_newest_decision_counts_and_follows_no_change_of_type():
    one, two, three = (hazard("oil_gas_pipeline") for _ in range(3))
    now_terror = replace(three, type_key="terror")
    recorded = [decision(one), decision(two), decision(three), decision(two, ReleaseClass.COUNT)]
    found = decisions_in_force(recorded, [one, two, now_terror, hazard("flood")])
    assert found == {one.id: decision(one)}
    assert decisions_in_force([], [one]) == {}
