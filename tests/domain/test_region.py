"""Divisions past and present: a name or code is resolved to the land of today."""

from datetime import date

import pytest

from qhd_riskmap.domain.region import regions
from qhd_riskmap.errors import NotFoundError

SEVEN = {
    "130302": "海港区",
    "130303": "山海关区",
    "130304": "北戴河区",
    "130306": "抚宁区",
    "130321": "青龙满族自治县",
    "130322": "昌黎县",
    "130324": "卢龙县",
}


def test_four_districts_and_three_counties_are_in_force():
    assert {r.code: r.name for r in regions().current()} == SEVEN


def test_the_city_the_past_and_the_neighbours_are_known_by_code():
    assert regions().get("1303").name == "秦皇岛市"
    assert regions().get("130323").name == "抚宁县"
    assert regions().get("130305").valid_to.year == 1984
    assert {r.code: r.short_name for r in regions().neighbours} == {
        "1302": "唐山",
        "1308": "承德",
        "2114": "葫芦岛",
    }


def test_an_unknown_code_is_refused_with_the_known_ones():
    with pytest.raises(NotFoundError) as caught:
        regions().get("999999")
    assert "130321 青龙满族自治县" in caught.value.hint


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("海港区", "130302"),
        ("秦皇岛市海港区", "130302"),
        ("河北省秦皇岛市昌黎县", "130322"),
        (" 青龙 县 ", "130321"),
        ("青龙", "130321"),
        ("130324", "130324"),
        ("抚宁", "130306"),
        ("抚宁区", "130306"),
        ("抚宁县", "130323"),
        ("经开区", "130371"),
        ("开发区", "130371"),
        ("新区", "130372"),
        ("唐山市", "1302"),
        ("秦皇岛市", "1303"),
        ("秦皇岛", "1303"),
        ("130300", "1303"),
    ],
)
def test_words_of_sheets_are_recognised(word, code):
    assert regions().recognise(word).code == code


@pytest.mark.parametrize("word", ["", "   ", "示范县", "北京市"])
def test_other_words_name_no_region(word):
    assert regions().recognise(word) is None


def test_no_word_names_two_regions():
    everything = (*regions().divisions, *regions().neighbours, regions().city)
    words = [w for r in everything for w in {r.code, r.name, r.short_name, *r.aliases}]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("township", "code"),
    [
        ("石门寨镇", "130302"),
        ("驻操营", "130302"),
        ("杜庄 镇", "130302"),
        ("牛头崖镇", "130304"),
        ("榆关镇", "130306"),
    ],
)
def test_the_township_says_where_funing_county_went(township, code):
    assert regions().get("130323").successor_of(township) == code


def test_without_a_township_the_successor_is_open():
    assert regions().get("130323").successor_of(" ") is None
    assert regions().get("130305").successor_of("示例镇") is None
    assert regions().get("130302").successor_of("示例镇") is None


def test_successors_are_divisions_in_force():
    current = {r.code for r in regions().current()}
    for region in regions().divisions:
        assert set(region.successors) <= current
        assert set(region.successor_by_township.values()) <= set(region.successors)
        assert bool(region.successors) == (region.valid_to is not None)


def test_funing_county_ended_the_day_before_the_district_began():
    county, district = regions().get("130323"), regions().get("130306")
    for day, old, new in (
        (date(2014, 3, 1), True, False),
        (date(2015, 8, 21), True, False),
        (date(2015, 8, 22), False, True),
        (date(2026, 1, 1), False, True),
    ):
        assert (county.in_force(day), district.in_force(day)) == (old, new)


def test_function_zones_are_not_divisions_in_law():
    zones = [r for r in regions().divisions if r.function_zone]
    assert {r.code for r in zones} == {"130371", "130372"}
    assert all(zone not in regions().current() for zone in zones)
