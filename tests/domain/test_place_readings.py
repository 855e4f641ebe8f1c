"""What a coordinate in a search box may mean."""

from __future__ import annotations

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain import place_readings as place_readings_module
from qhd_riskmap.domain.place_readings import place_readings, plane_for
from qhd_riskmap.geo.coordinate_text import format_decimal, format_dms, format_gk
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference

LON, LAT = 119.6, 39.93


def labels(text):
    return [each.label for each in place_readings(text)]


@pytest.mark.parametrize("text", ["119.6, 39.93", "39.93 119.6", "119°36′00″E 39°55′48″N"])
def test_degrees_without_a_word_have_three_readings(text):
    found = place_readings(text)
    assert [each.label[:2] for each in found] == ["国家", "高德", "百度"]
    assert (found[0].lon, found[0].lat) == pytest.approx((LON, LAT))
    assert all(each.nearby for each in found)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("高德 119.6,39.93", "高德"),
        ("119.6,39.93（火星坐标）", "高德"),
        ("百度地图坐标：119.6，39.93", "百度"),
        ("GPS N39.93 E119.6", "国家"),
        ("119.6 39.93 WGS-84", "国家"),
        ("N39°56′00″, E119°36′00″ CGCS2000", "国家"),
        ("西安80 119.6,39.93", "西安"),
        ("北京54 119.6,39.93", "北京"),
        ("新北京54 119.6,39.93", "新北"),
        ("4422388.43, 465810.04", "高斯"),
        ("X=4422388.43(北) Y=465810.04(东)", "高斯"),
        ("4422388 40465810", "高斯"),
        ("4424994.7 20722264.2", "高斯"),
    ],
)
def test_a_word_or_a_zone_leaves_one_reading(text, label):
    found = place_readings(text)
    assert [each.label[:2] for each in found] == [label]
    assert found[0].nearby


def test_the_offset_datums_are_undone():
    for reference, text in (("gcj02", "高德"), ("bd09", "百度")):
        x, y = from_cgcs2000(LON, LAT, parse_reference(reference))
        (found,) = place_readings(f"{text} {float(x):.7f}, {float(y):.7f}")
        assert (found.lon, found.lat) == pytest.approx((LON, LAT), abs=2e-6)


def test_a_place_far_away_is_still_a_place_but_says_so():
    assert [each.nearby for each in place_readings("0.1, 0.2")] == [False] * 3


@pytest.mark.parametrize(
    "text", ["", "液氨", "1303", "2014-03-05", "高德", "非高德 119.6,39.93", "1e400, 3"]
)
def test_other_texts_are_no_place(text):
    assert place_readings(text) == []


def test_a_plane_coordinate_outside_every_zone_is_no_place():
    assert labels("4422388.43, 88999999") == []


@given(st.floats(119.0, 119.7), st.floats(39.7, 40.3))
def test_what_the_program_writes_is_read_back(lon, lat):
    for write in (format_decimal, format_dms, format_gk):
        found = place_readings(write(lon, lat))[0]
        assert (found.lon, found.lat) == pytest.approx((lon, lat), abs=1e-5)


def test_metres_that_lie_nowhere_near_choose_no_plane():
    assert plane_for(465810, 4422388) == "EPSG:4549"
    assert plane_for(40465810, 4422388) == "EPSG:4528"
    assert plane_for(465810, 100_000) == ""
    assert plane_for(1e12, 1e12) == ""


@pytest.mark.parametrize(("reference", "label"), place_readings_module._PLANES)
def test_the_meridian_a_plane_is_called_by_is_its_own(reference, label):
    crs = pyproj.CRS(reference)
    meridian = {each.name: each.value for each in crs.coordinate_operation.params}[
        "Longitude of natural origin"
    ]
    named = int(label.split("中央经线 ")[1].split("°")[0]) if "中央经线" in label else None
    zone = int(label.split("带 ")[1].split(" ")[0]) if "带号" in label else None
    width = 6 if "6 度带" in label else 3
    expected = named if named is not None else zone * width - (3 if width == 6 else 0)
    assert meridian == expected
