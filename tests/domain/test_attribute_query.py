"""Selecting hazards by one of their fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.attribute_query import Comparison, comparisons, condition, matching
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.record_fields import bulk_fields, common_fields
from qhd_riskmap.errors import InvalidInputError

SLIDE = Hazard(
    id=UUID(int=1),
    name="石门泥石流",
    type_key="geological",
    geometry=shapely.Point(119.05, 39.95),
    provenance=Provenance(
        original_text="",
        declared_reference="cgcs2000",
        method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    ),
    county="130324",
    unit="Shimen 镇政府",
    found_on=date(2014, 3, 5),
    attributes={"threat_people": 12},
)
FIELDS = {field.key: field for field in (*common_fields(), *bulk_fields(["geological"]))}


@pytest.mark.parametrize(
    ("key", "comparison", "text", "holds"),
    [
        ("unit", Comparison.CONTAINS, "shimen", True),
        ("unit", Comparison.CONTAINS, "水务", False),
        ("unit", Comparison.EQUAL, "SHIMEN 镇政府", True),
        ("unit", Comparison.UNEQUAL, "水务局", True),
        ("county", Comparison.EQUAL, "130324", True),
        ("county", Comparison.UNEQUAL, "130324", False),
        ("threat_people", Comparison.AT_LEAST, "12", True),
        ("threat_people", Comparison.AT_LEAST, "13", False),
        ("threat_people", Comparison.AT_MOST, "11", False),
        ("threat_people", Comparison.EQUAL, "12.0", True),
        ("found_on", Comparison.AT_LEAST, "2014.3.5", True),
        ("found_on", Comparison.AT_MOST, "2014-03-04", False),
        ("phone", Comparison.EMPTY, "", True),
        ("phone", Comparison.FILLED, "", False),
        ("phone", Comparison.CONTAINS, "139", False),
        ("phone", Comparison.UNEQUAL, "13900000000", True),
        ("unit", Comparison.EMPTY, "", False),
        ("unit", Comparison.FILLED, "", True),
    ],
)
def test_a_condition_is_true_or_false(key, comparison, text, holds):
    made = condition(FIELDS[key], comparison, text)
    assert made.holds(SLIDE) is holds
    assert matching([SLIDE], made) == ([str(SLIDE.id)] if holds else [])


def test_a_condition_is_a_sentence():
    assert condition(FIELDS["county"], Comparison.EQUAL, "130324").words() == "县区 等于 卢龙县"
    assert condition(FIELDS["phone"], Comparison.EMPTY, "").words() == "联系电话 为空"


@pytest.mark.parametrize(
    ("key", "comparison", "text"),
    [
        ("unit", Comparison.EQUAL, " "),
        ("threat_people", Comparison.AT_LEAST, "许多"),
        ("found_on", Comparison.AT_MOST, "昨天"),
    ],
)
def test_nonsense_is_refused(key, comparison, text):
    with pytest.raises(InvalidInputError):
        condition(FIELDS[key], comparison, text)


def test_each_kind_of_field_has_the_comparisons_that_make_sense():
    assert Comparison.AT_LEAST in comparisons(FIELDS["found_on"])
    assert Comparison.CONTAINS in comparisons(FIELDS["unit"])
    assert comparisons(FIELDS["county"]) == (
        Comparison.EQUAL,
        Comparison.UNEQUAL,
        Comparison.EMPTY,
        Comparison.FILLED,
    )
    assert all(each.label for each in Comparison)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_at_least_and_at_most_divide_all_numbers(value, limit):
    hazard = replace(SLIDE, attributes={"threat_people": value})
    field = FIELDS["threat_people"]
    above = condition(field, Comparison.AT_LEAST, str(limit)).holds(hazard)
    below = condition(field, Comparison.AT_MOST, str(limit)).holds(hazard)
    assert above or below
    assert (above and below) is condition(field, Comparison.EQUAL, str(limit)).holds(hazard)
