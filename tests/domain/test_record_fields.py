"""The fields people type, one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
import shapely

from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
    Secrecy,
)
from qhd_riskmap.domain.record_fields import (
    bulk_fields,
    common_fields,
    field_value,
    record_fields,
    shown_value,
    with_field,
)
from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.taxonomy import taxonomy

SLIDE = Hazard(
    id=UUID(int=1),
    name="石门泥石流",
    type_key="geological",
    sub_kind="泥石流",
    geometry=shapely.Point(119.05, 39.95),
    provenance=Provenance(
        original_text="",
        declared_reference="cgcs2000",
        method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    ),
    county="130324",
    attributes={"threat_people": 12, "自定义": "留着"},
    found_on=date(2014, 3, 5),
)


@pytest.mark.parametrize(
    ("key", "value", "attribute"),
    [
        ("name", "新名", "新名"),
        ("sub_kind", "崩塌", "崩塌"),
        ("county", "130302", "130302"),
        ("phone", "13900000000", "13900000000"),
        ("found_on", "2020-01-02", date(2020, 1, 2)),
        ("secrecy", "internal", Secrecy.INTERNAL),
        ("status", "closed", HazardStatus.CLOSED),
    ],
)
def test_one_common_field_changes_and_nothing_else(key, value, attribute):
    changed = with_field(SLIDE, key, value)
    assert getattr(changed, key) == attribute
    assert field_value(changed, key) == value
    assert replace(changed, **{key: getattr(SLIDE, key)}) == SLIDE


def test_a_field_of_the_type_changes_and_the_others_stay():
    changed = with_field(SLIDE, "threat_people", 30)
    assert changed.attributes == {"threat_people": 30, "自定义": "留着"}
    assert field_value(changed, "threat_people") == 30
    assert with_field(SLIDE, "threat_people", None).attributes == {"自定义": "留着"}


def test_emptying():
    assert with_field(SLIDE, "found_on", None).found_on is None
    assert with_field(SLIDE, "phone", None).phone == ""
    assert field_value(SLIDE, "phone") is None
    for key in ("name", "county", "secrecy", "status"):
        with pytest.raises(ValueError, match="must not be empty"):
            with_field(SLIDE, key, None)


def test_fields_for_several_hazards_at_once():
    one_type = [field.key for field in bulk_fields(["geological", "geological"])]
    mixed = [field.key for field in bulk_fields(["geological", "flood"])]
    assert "sub_kind" in one_type
    assert "threat_people" in one_type
    assert "name" not in one_type
    assert mixed == [field.key for field in common_fields()[1:]]
    bare = next(t for t in taxonomy().types if t.sub_kinds)
    assert [f.key for f in record_fields(bare)][:3] == ["name", "sub_kind", "county"]
    empty = replace_type(bare)
    assert [f.key for f in record_fields(empty)][:2] == ["name", "county"]


def replace_type(hazard_type):
    return replace(hazard_type, sub_kinds=())


def test_values_in_words():
    county, depth = common_fields()[1], Field(key="depth", label="深度", unit="m")
    assert shown_value(county, "130324") == "卢龙县"
    assert (
        shown_value(Field(key="monitored", label="监测", kind=FieldKind.BOOLEAN), value=True)
        == "是"
    )
    assert shown_value(None, value=False) == "否"
    assert shown_value(depth, 2.50) == "2.5 m"
    assert shown_value(depth, 1_234_567.5) == "1234567.5 m"
    assert shown_value(depth, 3) == "3 m"
    assert shown_value(depth, None) == ""
    assert shown_value(None, "x") == "x"
