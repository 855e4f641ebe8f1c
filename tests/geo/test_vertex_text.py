"""Vertex lists in every common layout, and WKT."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.coordinate_text import (
    CoordinateTextError,
    TextForm,
    parse_vertices,
    parse_wkt,
    read_vertices,
)

A, B, C = (119.5, 39.9), (119.6, 39.95), (119.7, 39.8)


@pytest.mark.parametrize(
    "text",
    [
        "119.5,39.9;119.6,39.95;119.7,39.8",
        "119.5，39.9；119.6，39.95；119.7，39.8；",
        "119.5,39.9\n119.6,39.95\r\n119.7,39.8\n",
        "119.5,39.9|119.6,39.95|119.7,39.8",
        "119.5 39.9;119.6 39.95;119.7 39.8",
        "119.5 39.9, 119.6 39.95, 119.7 39.8",
        "(119.5 39.9, 119.6 39.95, 119.7 39.8)",
        "119.5,39.9；\n119.6,39.95；\n119.7,39.8",
        "119.5 39.9\n119.6 39.95\n119.7 39.8",
        "119.5,39.9,119.6,39.95,119.7,39.8",
        "(119.5,39.9)(119.6,39.95)(119.7,39.8)",
        "(119.5,39.9),(119.6,39.95),(119.7,39.8)",
        "[[119.5,39.9],[119.6,39.95],[119.7,39.8]]",
        "(119.5,39.9);(119.6,39.95);(119.7,39.8)",
        "1:119.5,39.9;2:119.6,39.95;3:119.7,39.8",
        "1、119.5,39.9\n2、119.6,39.95\n3、119.7,39.8",
        "0 119.5 39.9\n1 119.6 39.95\n2 119.7 39.8",
        "1:39.9,119.5；2:39.95,119.6；3:39.8,119.7",
        "J1 119.5 39.9;J2 119.6 39.95;J3 119.7 39.8",
        "拐点1：119.5,39.9；拐点2：119.6,39.95；拐点3：119.7,39.8",
        "39.9,119.5;39.95,119.6;39.8,119.7",
        "119°30′,39°54′;119°36′,39°57′;119°42′,39°48′",
        "LINESTRING(119.5 39.9,119.6 39.95,119.7 39.8)",
        "SRID=4490;LineString Z (119.5 39.9 1,119.6 39.95 2,119.7 39.8 3)",
    ],
)
def test_one_line_in_every_layout(text):
    parts = parse_vertices(text)
    assert len(parts) == 1
    assert [v for vertex in parts[0] for v in vertex] == pytest.approx([*A, *B, *C], abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "119.5,39.9;119.6,39.95\n\n119.7,39.8;119.5,39.9",
        "119.5,39.9;119.6,39.95|119.7,39.8;119.5,39.9",
        "MULTILINESTRING((119.5 39.9,119.6 39.95),(119.7 39.8,119.5 39.9))",
    ],
)
def test_parts_are_kept_apart(text):
    assert parse_vertices(text) == [[A, B], [C, A]]


def test_a_closed_numbered_ring_may_end_with_its_first_number():
    assert parse_vertices("1:119.5,39.9;2:119.6,39.95;1:119.5,39.9") == [[A, B, A]]


def test_numbers_that_do_not_count_are_not_dropped():
    parts = parse_vertices("119:30:00,39:54:00;119:36:00,39:57:00")
    assert parts == [[A, B]]
    with pytest.raises(CoordinateTextError):
        parse_vertices("3:119.5,39.9;7:119.6,39.95")


def test_wkt_polygons_give_their_rings():
    text = "POLYGON((119 39,120 39,120 40,119 39),(119.5 39.2,119.6 39.2,119.6 39.3,119.5 39.2))"
    found = read_vertices(text)
    assert found.form is TextForm.WKT
    assert [len(part) for part in found.parts] == [4, 4]
    assert parse_wkt(text).area > 0
    assert parse_vertices("MultiPoint((119 39),(120 40))") == [[(119.0, 39.0)], [(120.0, 40.0)]]
    assert parse_wkt("119.5,39.9") is None


def test_planes_and_forms_are_told():
    found = read_vertices("X=4422388 Y=465810;X=4422389 Y=465811")
    assert found.form is TextForm.PLANE
    assert found.parts == [[(465810.0, 4422388.0), (465811.0, 4422389.0)]]
    found = read_vertices("4422388.0,465810.0;4422389.0,465811.0")
    assert found.swapped
    assert found.form is TextForm.PLANE


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("119.3524,39.5606;119.3525,39.5607", True),
        ("119.3524,39.5606;119.3564,39.5607", False),
        ("119.3524,39.5606\n119.3525,39.5607", True),
        ("119.35245,39.5606;119.3525,39.5607", False),
    ],
)
def test_a_second_reading_of_the_whole_list_is_flagged(text, ambiguous):
    assert read_vertices(text).ambiguous is ambiguous


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "没有坐标"),
        (";;;", "没有坐标"),
        ("119.5,39.9;foo", "第 2 个拐点"),
        ("119.5,39.9;119.6", "第 2 个拐点"),
        ("119.5,39.9;119.6,39.9.1", "第 2 个拐点"),
        ("foo", "一对"),
        ("119.5,39.9;39.9,119.5", "不一致"),
        ("119.5,39.9;4422388.0,465810.0", "不一致"),
        ("119.5,39.9;" + "1" * 300, "太长"),
        ("LINESTRING(1", "WKT"),
        ("LINESTRING(1 1)", "WKT"),
        ("POINT(nan 1)", "没有坐标"),
        ("POINT(1e999 1)", "WKT|没有坐标"),
        ("MULTIPOINT(EMPTY)", "没有坐标"),
        ("GEOMETRYCOLLECTION(POINT(1 1))", "看不懂"),
        ("0" * 1_000_001, "太长"),
    ],
)
def test_what_is_no_list_is_refused_in_chinese(text, word):
    with pytest.raises(CoordinateTextError, match=word):
        parse_vertices(text)


def test_wkt_has_a_length_limit_of_its_own():
    with pytest.raises(CoordinateTextError, match="太长"):
        parse_wkt("POINT(" + " " * 1_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 999_999,
        "GEOMETRYCOLLECTION(" * 50_000,
        "POLYGON(" + "(" * 999_000,
        "MULTIPOLYGON" + "(" * 900_000,
        "1 " * 499_000,
        "119.5," * 160_000,
        "°" * 999_999,
        "\n" * 999_999,
        "1:" * 400_000,
        "E" * 999_999,
        "119.5,39.9;" * 90_000,
        "119 35 24,39 56 06;" * 50_000,
        "-" * 999_999,
        "((1,2)" * 150_000,
    ],
)
def test_hostile_megabytes_are_answered_in_linear_time(text):
    started = time.process_time()
    with contextlib.suppress(CoordinateTextError):
        parse_vertices(text)
    # Not a speed claim: quadratic work on a megabyte would take hours.
    assert time.process_time() - started < 60


places = st.lists(st.tuples(st.floats(118, 120.5), st.floats(39, 41)), min_size=2, max_size=9)


@given(
    places,
    st.sampled_from([";", "；", "\n", "|", " ; "]),
    st.sampled_from(
        ["{x:.7f},{y:.7f}", "{y:.7f},{x:.7f}", "({x:.7f} {y:.7f})", "N{y:.7f} E{x:.7f}"]
    ),
    st.booleans(),
)
def test_lists_written_any_way_come_back(vertices, joint, spelling, numbered):
    pieces = [spelling.format(x=x, y=y) for x, y in vertices]
    if numbered:
        pieces = [f"{number}: {piece}" for number, piece in enumerate(pieces, start=1)]
    (part,) = parse_vertices(joint.join(pieces))
    assert [v for vertex in part for v in vertex] == pytest.approx(
        [v for vertex in vertices for v in vertex], abs=5.1e-8
    )


@given(st.text("0123456789.,;|:()\n EN°'", max_size=80))
def test_any_list_is_read_or_refused(text):
    try:
        parts = parse_vertices(text)
    except CoordinateTextError:
        return
    assert all(part for part in parts)


def test_messages_quote_little_of_a_long_text():
    with pytest.raises(CoordinateTextError) as caught:
        parse_vertices("看" * 900_000)
    assert len(str(caught.value)) < 100
