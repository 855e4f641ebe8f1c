"""Words that name a datum."""

import pytest

from qhd_riskmap.geo.datum_words import Datum, named_datums


@pytest.mark.parametrize(
    ("texts", "datum"),
    [
        (["经度（高德）", "纬度（高德）"], Datum.GCJ02),
        (["腾讯地图拾取"], Datum.GCJ02),
        (["火星坐标"], Datum.GCJ02),
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
        ["GPS（CGCS2000）"],
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
