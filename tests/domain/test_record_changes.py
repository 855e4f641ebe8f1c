"""What one revision changed, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import shapely

from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance, Secrecy
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.record_changes import FieldChange, changes_between

SLIDE = Hazard(
    id=UUID(int=1),
    code="130324-DZ-2026-0001",
    name="石门泥石流",
    type_key="geological",
    geometry=shapely.Point(119.05, 39.95),
    provenance=Provenance(
        original_text="119.05, 39.95",
        declared_reference="cgcs2000",
        method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    ),
    county="130324",
    attributes={"threat_people": 12, "自定义": True},
    extras={"坡向": "东南"},
)


def change(**values):
    return {c.label: (c.before, c.after) for c in changes_between(SLIDE, replace(SLIDE, **values))}


def test_nothing_changed_is_nothing():
    assert changes_between(SLIDE, replace(SLIDE, revision=9, updated_by="别人")) == []


def test_fields_are_told_in_the_words_of_the_form():
    assert change(
        unit="水务局",
        county="130302",
        found_on=date(2020, 1, 2),
        secrecy=Secrecy.INTERNAL,
        level=RiskLevel.RED,
        alias_codes=("旧-1", "旧-2"),
        deleted_at=datetime(2026, 1, 1, tzinfo=UTC),
    ) == {
        "责任单位": ("", "水务局"),
        "县区": ("卢龙县", "海港区"),
        "发现日期": ("", "2020-01-02"),
        "公开属性": ("公开", "内部"),
        "风险等级": ("未定级", "重大风险"),
        "曾用编号": ("", "旧-1、旧-2"),
        "删除": ("", "已删除"),
    }


def test_attributes_of_the_type_and_unknown_ones_are_told():
    assert change(attributes={"threat_people": 30}, extras={"坡向": "北"}) == {
        "威胁人数": ("12 人", "30 人"),
        "自定义": ("是", ""),
        "原表列“坡向”": ("东南", "北"),
    }


def test_a_moved_point_tells_how_far():
    found = change(geometry=shapely.Point(119.05, 39.951))
    assert found["位置和图形"][0] == "点 119.0500000, 39.9500000"
    assert found["位置和图形"][1] == "点 119.0500000, 39.9510000（移动 111.0 米）"


def test_lines_and_areas_tell_their_size():
    line = change(geometry=shapely.LineString([(119.05, 39.95), (119.06, 39.95)]))
    assert line["位置和图形"][1].startswith("线，2 个节点，长 85")
    area = change(geometry=shapely.box(119.05, 39.95, 119.06, 39.96))
    assert "面，5 个节点，面积 948," in area["位置和图形"][1]


def test_the_first_revision_shows_all_it_has():
    found = changes_between(None, SLIDE)
    assert FieldChange("名称", "", "石门泥石流") in found
    assert all(each.before == "" for each in found)
    assert "责任单位" not in {each.label for each in found}
