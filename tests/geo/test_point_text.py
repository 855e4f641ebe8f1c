"""One place in one text, in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.coordinate_text import (
    CoordinateTextError,
    TextForm,
    format_decimal,
    format_dms,
    format_gk,
    parse_point,
)
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000

DEGREES = [
    ("119.59,39.93", 119.59, 39.93, False),
    ("39.93，119.59", 119.59, 39.93, True),
    ("119.59、39.93", 119.59, 39.93, False),
    ("(119.59 39.93)", 119.59, 39.93, False),
    ("（119.59，39.93）", 119.59, 39.93, False),
    ("[119.59, 39.93]", 119.59, 39.93, False),
    ("119.59/39.93", 119.59, 39.93, False),
    ("119.59\t39.93", 119.59, 39.93, False),
    ("E119°35′24″ N39°56′06″", 119.59, 39.935, False),
    ("N39°56′06″ E119°35′24″", 119.59, 39.935, False),
    ("东经119°35′24″北纬39°56′06″", 119.59, 39.935, False),
    ("119°35′24″E39°56′06″N", 119.59, 39.935, False),
    ("39°56′06″N，119°35′24″E", 119.59, 39.935, False),
    ("119°35′24″ 39°56′06″", 119.59, 39.935, False),
    ("39°56′06″119°35′24″", 119.59, 39.935, True),
    ("119 35 24 39 56 06", 119.59, 39.935, False),
    ("119 35.4 39 56.1", 119.59, 39.935, False),
    ("119-35-24 39-56-06", 119.59, 39.935, False),
    ("119:35:24,39:56:06", 119.59, 39.935, False),
    ("11935.4 3956.1", 119.59, 39.935, False),
    ("1193524 395606", 119.59, 39.935, False),
    ("395606,1193524", 119.59, 39.935, True),
    ("经度：119.59 纬度：39.93", 119.59, 39.93, False),
    ("lat=39.93, lon=119.59", 119.59, 39.93, False),
    ("L=119.59 B=39.93", 119.59, 39.93, False),
    ("119.59E,39.93", 119.59, 39.93, False),
    ("39.93,119.59E", 119.59, 39.93, False),
    ("X=119.59 Y=39.93", 119.59, 39.93, False),
    ("X=39.93 Y=119.59", 119.59, 39.93, True),
    ("X=119°35′24″ Y=39°56′06″", 119.59, 39.935, False),
    ("POINT (119.59 39.93)", 119.59, 39.93, False),
    ("拐点1：119.59,39.93", 119.59, 39.93, False),
    ("拐点1：39.93,119.59", 119.59, 39.93, True),
    ("J1 119.59 39.93", 119.59, 39.93, False),
    ("J1,119.59,39.93", 119.59, 39.93, False),
    ("第3点 119.59,39.93", 119.59, 39.93, False),
    ("点119.59,39.93", 119.59, 39.93, False),
    ("点119 39", 119.0, 39.0, False),
    ("J119 39°54′", 119.0, 39.9, False),
    ("坐标：119.59,39.93", 119.59, 39.93, False),
    ("-119.59,-39.93", -119.59, -39.93, False),
]


@pytest.mark.parametrize(("text", "x", "y", "swapped"), DEGREES)
def test_degrees_are_read_in_any_order(text, x, y, swapped):
    point = parse_point(text)
    assert (point.x, point.y) == pytest.approx((x, y), abs=1e-9)
    assert point.swapped is swapped
    assert not point.projected


@pytest.mark.parametrize(
    ("text", "x", "swapped"),
    [
        ("X=4422388.43 Y=40465810.04", 40465810.04, False),
        ("X:4422388.43m，Y:465810.04m", 465810.04, False),
        ("Y=465810.04 X=4422388.43", 465810.04, False),
        ("X=4422388.43(北) Y=465810.04(东)", 465810.04, False),
        ("纵坐标4422388.43，横坐标465810.04", 465810.04, False),
        ("N4422388.43 E465810.04", 465810.04, False),
        ("X=465810.04 Y=4422388.43", 465810.04, True),
        ("465810.04, 4422388.43", 465810.04, False),
        ("4422388.43 465810.04", 465810.04, True),
        ("40465810.04,4422388.43", 40465810.04, False),
    ],
)
def test_plane_coordinates_have_x_to_the_north(text, x, swapped):
    point = parse_point(text)
    assert (point.x, point.y) == (x, 4422388.43)
    assert point.form is TextForm.PLANE
    assert point.projected
    assert point.swapped is swapped


@pytest.mark.parametrize("text", ["119,59", "119,59,39,93", "119.3524,39.5606", "点5:30.5,19.5"])
def test_a_second_reading_is_flagged(text):
    assert parse_point(text).ambiguous


def test_decimal_commas_are_named():
    point = parse_point("119,59;39,93")
    assert (point.x, point.y, point.form) == (119.59, 39.93, TextForm.DECIMAL_COMMA)


def test_the_richer_form_is_told():
    assert parse_point("119.5,39°56′").form is TextForm.DECIMAL_MINUTES
    assert parse_point("39°56′06″,119.5").form is TextForm.DMS


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "一对"),
        ("119.5", "一对"),
        ("1,2,3", "一对"),
        ("119.5 39.9 7", "一对"),
        ("119.59E,119.5E", "方向相同"),
        ("200,39", "范围"),
        ("119.5,95", "范围"),
        ("95.5,99.5", "范围"),
        ("465810 395606", "范围"),  # two eastings, no packed pair
        ("X=4422388.43 Y=999", "范围"),
        ("X=1 X=2", "方向相同"),
        ("E1 L2", "方向相同"),
        ("P119,39.9 x", "看不懂|一对"),
        ("a" * 201, "太长"),
        ("4422388,4422389", "60"),
    ],
)
def test_no_place_is_refused_in_chinese(text, word):
    with pytest.raises(CoordinateTextError, match=word):
        parse_point(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        point = parse_point(text)
    except CoordinateTextError:
        return
    assert point.projected or (-180 <= point.x <= 180 and -90 <= point.y <= 90)


@given(st.text("0123456789.,;:-+°'\" EWNSXYLB=()点J", max_size=60))
def test_any_text_of_coordinate_signs_is_read_or_refused(text):
    try:
        point = parse_point(text)
    except CoordinateTextError:
        return
    assert point.projected or (-180 <= point.x <= 180 and -90 <= point.y <= 90)


LON, LAT = st.floats(118.0, 120.5), st.floats(39.0, 41.0)


@given(LON, LAT)
def test_what_is_written_is_read_back(lon, lat):
    point = parse_point(format_decimal(lon, lat))
    assert (point.x, point.y) == pytest.approx((lon, lat), abs=5.1e-8)
    point = parse_point(format_dms(lon, lat))
    assert (point.x, point.y) == pytest.approx((lon, lat), abs=0.0051 / 3600)
    point = parse_point(format_gk(lon, lat))
    assert point.projected
    back = to_cgcs2000(point.x, point.y, parse_reference("EPSG:4549"))
    assert (float(back[0]), float(back[1])) == pytest.approx((lon, lat), abs=1e-7)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_dms_of_all_the_world_is_read_back(lon, lat):
    point = parse_point(format_dms(lon, lat))
    assert (point.x, point.y) == pytest.approx((lon, lat), abs=0.0051 / 3600)


def test_rounding_carries():
    assert format_dms(119.9999999, 39.99999999) == "120°00′00.00″E 40°00′00.00″N"
    assert format_dms(-0.5, -0.25) == "0°30′00.00″W 0°15′00.00″S"
