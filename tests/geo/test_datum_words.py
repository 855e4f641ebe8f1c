"""Words that name a datum."""

import pytest

from qhd_riskmap.geo.datum_words import Datum, named_datums, said_of_coordinates


def test_a_name_that_begins_like_the_mars_datum_names_none():
    assert named_datums(["火星一号"]).only is None


@pytest.mark.parametrize(
    ("texts", "datum"),
    [
        (["经度（高德）", "纬度（高德）"], Datum.GCJ02),
        (["腾讯地图拾取"], Datum.GCJ02),
        (["火星坐标系"], Datum.GCJ02),
        (["经度（火星）"], Datum.GCJ02),
        (["火星"], Datum.GCJ02),
        (["GPS（CGCS2000）"], Datum.CGCS2000),
        (["国家2000", "手持GPS测得"], Datum.CGCS2000),
        (["火星坐标"], Datum.GCJ02),
        (["坐标系：火星"], Datum.GCJ02),
        (["火星，手机拾取"], Datum.GCJ02),
        (["GCJ－02 经度"], Datum.GCJ02),
        (["百度经度", "百度纬度"], Datum.BD09),
        (["bd-09"], Datum.BD09),
        (["GPS经度"], Datum.WGS84),
        (["wgs 84"], Datum.WGS84),
        (["手持机实测"], Datum.WGS84),
        (["CGCS2000"], Datum.CGCS2000),
        (["X（2000坐标）"], Datum.CGCS2000),
        (["2000国家大地坐标系"], Datum.CGCS2000),
        (["国家大地坐标"], Datum.CGCS2000),
        (["X(2000)"], Datum.CGCS2000),
        (["西安80"], Datum.XIAN80),
        (["1980西安坐标系"], Datum.XIAN80),
        (["北京54坐标系"], Datum.BEIJING54),
        (["1954年北京坐标系"], Datum.BEIJING54),
        (["新北京54"], Datum.NEW_BEIJING54),
        (["不稳定斜坡排查（高德坐标）"], Datum.GCJ02),
        (["坐标不准确的不填。坐标取自高德地图"], Datum.GCJ02),
    ],
)
def test_one_datum_is_named(texts, datum):
    assert named_datums(texts).only is datum


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["经度", "纬度"],
        ["2000年普查", "1:2000 地形图", "距离2000米"],
        ["非百度坐标"],
        ["不要用高德坐标"],
        ["由百度坐标转换"],
        ["高德？"],
        ["高德", "百度"],
        ["GPS（西安80）"],
        ["GPS、高德、CGCS2000"],
        ["GPS 转 CGCS2000"],
        ["火星一号", "火星村"],
        ["1980年建成", "54人"],
    ],
)
def test_nothing_is_named_for_sure(texts):
    assert named_datums(texts).only is None


def test_words_are_kept_for_the_report():
    found = named_datums(["经度（高德）", "纬度（高德）", "高德转百度"])
    assert found.words == ("高德", "百度")
    assert found.doubtful
    assert found.named == {Datum.GCJ02, Datum.BD09}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("坐标取自高德地图", "坐标取自高德地图"),
        ("雨季须巡查。定位：GPS；另见附件", "定位:GPS"),
        ("经纬度为 2000 坐标", "经纬度为2000坐标"),
        ("百度地图上可查", ""),
        ("坐标取自高德、百度", ""),
        ("坐标取自高德。坐标取自百度", ""),
        ("坐标由百度转换", ""),
        ("坐标待核实", ""),
        ("", ""),
    ],
)
def test_a_remark_speaks_of_coordinates_only_in_so_many_words(text, said):
    assert said_of_coordinates(text) == said
