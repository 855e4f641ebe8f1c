"""What stands behind a level: the worksheet, who signs, the next review, what is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from shapely import Point

from qhd_riskmap.domain.access import ALL_PERMISSIONS, Actor, Permission
from qhd_riskmap.domain.grading.defaults import FactorDefault, known_factors
from qhd_riskmap.domain.grading.method import method
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.worksheet import (
    Occasion,
    Worksheet,
    level_to_sign,
    next_review,
    signing_permission,
    worksheet_of,
)
from qhd_riskmap.errors import PermissionDeniedError

HAZARD = Hazard(
    id=UUID(int=1),
    name="某冷库",
    type_key="ammonia_storage",
    geometry=Point(119.6, 39.9),
    provenance=Provenance(
        original_text="", declared_reference="", method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    ),
    county="130322",
    township="昌黎镇",
    attributes={"max_storage_t": 40.0},
)  # fmt: skip


def test_a_worksheet_comes_back_from_json():
    full = Worksheet(
        occasion=Occasion.REMEDIATED, band="三级", evidence={"persons": "现场清点"},
        overrides={"persons": "村民已搬迁"}, counted={"persons": "120"}, opinion="可降级",
        measures="减量", residual_band="四级", experts=("张工", "李工"), accepted=("YS-1",),
    )  # fmt: skip
    assert worksheet_of(full.as_json()) == full
    assert worksheet_of({}) == Worksheet()
    assert Worksheet().as_json() == {"occasion": "first"}
    assert Occasion.REMEDIATED.label == "整改后复评"


@pytest.mark.parametrize(
    ("new", "before", "signed"),
    [("blue", None, "blue"), ("blue", "red", "red"), ("red", "blue", "red"),
     ("yellow", "yellow", "yellow"), ("blue", "orange", "orange")],
)  # fmt: skip
def test_lowering_a_level_is_signed_as_the_level_left(new, before, signed):
    level = level_to_sign(RiskLevel(new), RiskLevel(before) if before else None)
    assert level == signed
    assert signing_permission(level).value == f"sign-{signed}"


def test_who_may_sign_blue_may_not_sign_red():
    clerk = Actor(name="小王", permissions=ALL_PERMISSIONS - {Permission.SIGN_RED})
    clerk.require(signing_permission(RiskLevel.BLUE))
    with pytest.raises(PermissionDeniedError, match="签批重大风险"):
        clerk.require(signing_permission(RiskLevel.RED))


@pytest.mark.parametrize(
    ("on", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_the_next_review_is_whole_months_later(on, months, due):
    assert next_review(RiskLevel.RED, on, {"red": months}) == due


def default(area, value, *, type_key="", factor="L", key="ls", reason="普查"):
    return FactorDefault(
        area=area, type_key=type_key, method=key, factor=factor, value=value, reason=reason
    )


def test_the_nearer_word_counts():
    ladder = [
        default("昌黎镇", "5", type_key="ammonia_storage"),
        default("昌黎镇", "4"),
        default("130322", "3"),
        default("", "2", type_key="ammonia_storage"),
        default("", "1"),
    ]
    for start, value in enumerate([5, 4, 3, 2, 1]):
        known = known_factors(method("ls"), HAZARD, ladder[start:])
        assert known["L"].value == value
    assert "取自昌黎镇的默认值：普查" in known_factors(method("ls"), HAZARD, ladder)["L"].evidence
    unsaid = known_factors(method("ls"), HAZARD, [default("", "1", reason="")])["L"]
    assert unsaid.evidence == "取自本单位的默认值：未写依据"


def test_defaults_of_other_places_methods_and_types_do_not_count():
    foreign = [
        default("抚宁镇", "5"),
        default("130321", "5"),
        default("", "5", type_key="flood"),
        default("", "5", key="lec"),
        default("", "许多"),
        default("", "5", factor="X"),
    ]
    assert known_factors(method("ls"), HAZARD, foreign) == {}


def test_the_record_itself_comes_before_any_default():
    known = known_factors(
        method("gb18218"), HAZARD, [default("", "液氯:1", key="gb18218", factor="substances")]
    )
    assert known["substances"].value == "液氨:40.0"
    chemical = replace(
        HAZARD, type_key="hazardous_chemicals", attributes={"substance": "液氯", "max_storage_t": 5}
    )
    assert known_factors(method("gb18218"), chemical)["substances"].value == "液氯:5"
    assert known_factors(method("gb18218"), replace(chemical, attributes={})) == {}


def test_fields_of_the_record_fill_factors_and_unfit_words_count_as_unknown():
    slope = replace(HAZARD, type_key="geological", attributes={"threat_people": 12})
    known = known_factors(method("geological"), slope)
    assert (known["threat_people"].value, known["threat_people"].evidence) == (
        12,
        "台账“威胁人数”",
    )
    pipe = replace(HAZARD, type_key="oil_gas_pipeline", attributes={"medium": "其他"})
    assert known_factors(method("pipeline"), pipe) == {}
    canteen = replace(HAZARD, attributes={"risk_class": "B级"})
    assert (
        known_factors(method("food_business"), canteen)["risk_class"].evidence == "台账“risk_class”"
    )
