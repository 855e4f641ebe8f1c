"""Names and codes of reference systems."""

import pytest

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.references import (
    CGCS2000,
    GCJ02,
    Reference,
    crs_of,
    known_references,
    parse_reference,
)

LEGACY_CODES = [
    4610, 2385, 2364, 2384, 2363, 2345, 2334,
    4214, 2437, 2416, 2436, 2415, 21460, 21420,
    4555, 4797, 4776, 4796, 4775, 4586, 4575,
]  # fmt: skip
CGCS_CODES = [4549, 4528, 4548, 4527, 4509, 4498]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("cgcs2000", "cgcs2000"),
        ("CGCS 2000", "cgcs2000"),
        ("国家2000", "cgcs2000"),
        ("国家2000坐标系", "cgcs2000"),
        ("2000国家大地坐标系", "cgcs2000"),
        ("EPSG:4490", "cgcs2000"),
        ("epsg:4480", "cgcs2000"),
        ("WGS-84", "wgs84"),
        ("GPS坐标", "wgs84"),
        ("EPSG:4326", "wgs84"),
        ("urn:ogc:def:crs:EPSG::4326", "wgs84"),
        ("高德", "gcj02"),
        ("高德地图坐标", "gcj02"),
        ("火星坐标系", "gcj02"),
        ("GCJ-02", "gcj02"),
        ("ＧＣＪ０２", "gcj02"),
        ("百度坐标", "bd09"),
        ("BD-09", "bd09"),
        ("西安80", "EPSG:4610"),
        ("1980西安坐标系", "EPSG:4610"),
        ("北京54", "EPSG:4214"),
        ("新北京54坐标系", "EPSG:4555"),
        ("EPSG:4528", "EPSG:4528"),
        (" epsg: 32650 ", "EPSG:32650"),
    ],
)
def test_names_people_use_are_understood(text, canonical):
    assert parse_reference(text).text == canonical


def test_every_known_reference_reads_its_own_notation_and_has_a_name():
    listed = known_references()
    assert len(listed) == len({reference.text for reference in listed}) == 34
    for reference in listed:
        assert parse_reference(reference.text) == reference
        assert reference.label


def test_labels_are_chinese_for_the_planes_of_the_region():
    assert parse_reference("EPSG:4528").label == "国家2000 3度带 40带（带号）（EPSG:4528）"
    assert parse_reference("EPSG:2437").label == "北京54 3度带 中央经线120°（EPSG:2437）"
    assert parse_reference("gcj02").label == "火星坐标（高德、腾讯）"
    assert "EPSG:4547" in parse_reference("EPSG:4547").label


@pytest.mark.parametrize("code", LEGACY_CODES)
def test_legacy_datums_say_that_they_are_unshifted(code):
    reference = parse_reference(f"EPSG:{code}")
    assert reference.unshifted
    assert not reference.cgcs
    assert not reference.gnss


@pytest.mark.parametrize("code", CGCS_CODES)
def test_cgcs_planes_are_not_unshifted(code):
    reference = parse_reference(f"EPSG:{code}")
    assert reference.cgcs
    assert reference.projected
    assert not reference.unshifted


def test_properties_choose_the_accuracy_class():
    assert parse_reference("高德").is_gcj02
    assert parse_reference("百度").is_bd09
    assert parse_reference("EPSG:32650").gnss
    assert parse_reference("EPSG:3857").gnss
    assert CGCS2000.cgcs
    assert not CGCS2000.projected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("月球坐标", "不认识"),
        ("", "不认识"),
        ("x" * 5000, "不认识"),
        ("EPSG:9999", "没有代码"),
        ("EPSG:999999", "没有代码"),
        ("EPSG:5737", "不是平面"),  # heights
        ("EPSG:4479", "不是平面"),  # geocentric
        ("EPSG:9286", "不是平面"),  # compound: Amersfoort / RD New + NAP
        ("EPSG:4267", "没有可靠"),
        ("EPSG:2154", "没有可靠"),
        ("EPSG:4612", "没有可靠"),
    ],
)
def test_what_cannot_be_used_is_refused_with_advice(text, word):
    with pytest.raises(InvalidInputError, match=word) as caught:
        parse_reference(text)
    assert caught.value.hint


def test_a_map_offset_has_no_crs():
    with pytest.raises(InvalidInputError, match="gcj02"):
        crs_of(GCJ02)


def test_references_are_values():
    assert Reference("gcj02", None) == GCJ02
    assert hash(parse_reference("EPSG:4528")) == hash(parse_reference("epsg:4528"))
