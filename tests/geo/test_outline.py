"""Vertex edits: nothing is lost, nothing else moves."""

import contextlib

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.geodesy import area_m2, azimuth_deg, distance_m, length_m
from qhd_riskmap.geo.outline import (
    Outline,
    ShapeKind,
    VertexRef,
    empty_outline,
    kind_of,
    outline_of,
    outline_of_places,
)

LON, LAT = st.floats(118.6, 119.9), st.floats(39.4, 40.6)
SQUARE = shapely.box(119.5, 39.9, 119.6, 40.0)
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(119.53, 39.93, 119.56, 39.96).exterior])
LINE = shapely.LineString([(119.4, 39.85), (119.45, 39.84), (119.48, 39.86)])
EVERY_KIND = [
    shapely.Point(119.5, 39.9),
    shapely.MultiPoint([(119.5, 39.9), (119.6, 39.9)]),
    LINE,
    shapely.MultiLineString([LINE, [(119.1, 39.8), (119.2, 39.8)]]),
    SQUARE,
    HOLED,
    shapely.MultiPolygon([HOLED, shapely.box(119.0, 39.5, 119.1, 39.6)]),
]


@pytest.mark.parametrize("geometry", EVERY_KIND, ids=lambda each: each.geom_type)
def test_taken_apart_and_put_together_a_geometry_is_the_same(geometry):
    outline = outline_of(geometry)
    assert outline.complete
    assert outline.geometry().equals_exact(geometry, 0.0)
    assert outline.same_as(outline_of(geometry))
    assert outline.vertex_count() == len(shapely.get_coordinates(geometry)) - (
        sum(1 for _ring in outline.rings()) if outline.closed else 0
    )


@given(st.sampled_from(EVERY_KIND), LON, LAT, st.data())
def test_moving_one_vertex_moves_no_other(geometry, lon, lat, data):
    outline = outline_of(geometry)
    ref = data.draw(st.sampled_from(refs(outline)))
    moved = outline.with_moved(ref, (lon, lat))
    assert moved.at(ref) == (lon, lat)
    assert all(moved.at(each) == outline.at(each) for each in refs(outline) if each != ref)
    assert moved.with_moved(ref, outline.at(ref)).same_as(outline)


def refs(outline):
    return [
        VertexRef(part, ring, index)
        for part, ring, vertices in outline.rings()
        for index in range(len(vertices))
    ]


@given(st.sampled_from(EVERY_KIND[2:]), LON, LAT, st.data())
def test_an_inserted_vertex_can_be_taken_away_again(geometry, lon, lat, data):
    outline = outline_of(geometry)
    ref = data.draw(st.sampled_from(refs(outline)))
    more = outline.with_inserted(ref, (lon, lat))
    assert more.vertex_count() == outline.vertex_count() + 1
    assert more.at(ref) == (lon, lat)
    assert more.without(ref).same_as(outline)


def test_a_shape_keeps_the_vertices_it_needs():
    triangle = outline_of_places(ShapeKind.AREA, [(119, 40), (119.1, 40), (119, 40.1)])
    with pytest.raises(InvalidInputError, match="不成图形"):
        triangle.without(VertexRef(0, 0, 1))


def test_holes_are_filled_and_parts_removed_but_not_the_last_one():
    outline = outline_of(EVERY_KIND[-1])
    assert outline.without_ring(0, 1).geometry().geoms[0].equals(SQUARE)
    assert outline.without_ring(0, 0).geometry().equals(shapely.box(119.0, 39.5, 119.1, 39.6))
    with pytest.raises(InvalidInputError, match="唯一"):
        outline_of(HOLED).without_ring(0, 0)


def test_a_part_is_added_at_the_end():
    two = outline_of(LINE).with_part([(119.0, 39.8), (119.1, 39.8)])
    assert two.geometry().geom_type == "MultiLineString"
    assert len(two.parts) == 2


def test_a_half_drawn_shape_is_no_geometry_yet():
    half = outline_of_places(ShapeKind.AREA, [(119, 40), (119.1, 40), (119.1, 40), (119, 40)])
    assert half.vertex_count() == 2  # equal neighbours are one vertex, and the ring is closed
    assert not half.complete
    with pytest.raises(InvalidInputError, match="没有画完"):
        half.geometry()
    assert not empty_outline(ShapeKind.LINE).complete
    assert empty_outline(ShapeKind.LINE).paths() == []
    assert outline_of_places(ShapeKind.LINE, []).parts == ()


def test_points_drawn_one_after_the_other_are_parts():
    assert outline_of_places(ShapeKind.POINT, [(119, 40), (119.1, 40)]).geometry() == (
        shapely.MultiPoint([(119, 40), (119.1, 40)])
    )


def test_paths_of_areas_are_closed_those_of_lines_are_not():
    assert np.array_equal(outline_of(SQUARE).paths()[0][0], outline_of(SQUARE).paths()[0][-1])
    assert len(outline_of(LINE).paths()[0]) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LINE, SQUARE),
        (SQUARE, HOLED),
        (LINE, shapely.reverse(LINE)),
        (EVERY_KIND[0], EVERY_KIND[1]),
    ],
)
def test_different_outlines_are_told_apart(one, other):
    assert not outline_of(one).same_as(outline_of(other))


@given(st.sampled_from([LINE, HOLED]), LON, LAT)
def test_carrying_a_shape_keeps_its_size_on_the_ground(geometry, lon, lat):
    outline = outline_of(geometry)
    start = outline.at(VertexRef(0, 0, 0))
    carried = outline.shifted(start, (lon, lat))
    assert carried.at(VertexRef(0, 0, 0)) == pytest.approx((lon, lat), abs=1e-9)
    assert length_m(carried.geometry()) == pytest.approx(length_m(geometry), rel=1e-5)
    assert area_m2(carried.geometry()) == pytest.approx(area_m2(geometry), rel=1e-5)


@given(st.sampled_from([LINE, HOLED]), st.floats(-720, 720))
def test_turning_keeps_lengths_and_changes_directions_by_the_angle(geometry, degrees):
    outline = outline_of(geometry)
    about = (119.5, 39.9)
    turned = outline.turned(degrees, about)
    assert length_m(turned.geometry()) == pytest.approx(length_m(geometry), rel=1e-5)
    first = VertexRef(0, 0, 1)
    before = float(azimuth_deg(*about, *outline.at(first)))
    after = float(azimuth_deg(*about, *turned.at(first)))
    assert (after - before - degrees + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert float(distance_m(*about, *turned.at(first))) == pytest.approx(
        float(distance_m(*about, *outline.at(first))), rel=1e-9
    )


def test_no_shift_and_no_turn_change_not_a_bit():
    outline = outline_of(HOLED)
    assert outline.shifted((119, 40), (119, 40)) is outline
    assert outline.turned(360.0, (119, 40)) is outline


def test_nobody_writes_into_an_outline():
    with pytest.raises(ValueError, match="read-only"):
        outline_of(LINE).parts[0][0][0] = (0, 0)


EDITS = st.sampled_from(["move", "insert", "delete", "part", "shift", "turn", "ring"])


@given(st.sampled_from(EVERY_KIND), st.lists(st.tuples(EDITS, LON, LAT), max_size=12), st.data())
def test_whatever_is_edited_the_starting_outline_stays_as_it_was(geometry, edits, data):
    start = outline_of(geometry)
    now = start
    for edit, lon, lat in edits:
        ref = data.draw(st.sampled_from(refs(now)))
        with contextlib.suppress(InvalidInputError):
            now = apply(now, edit, ref, (lon, lat))
    assert start.geometry().equals_exact(geometry, 0.0)
    assert now.kind is kind_of(geometry)


def apply(outline: Outline, edit, ref, place):  # noqa: PLR0911 - one per edit
    if edit == "move":
        return outline.with_moved(ref, place)
    if edit == "insert" and outline.kind is not ShapeKind.POINT:
        return outline.with_inserted(ref, place)
    if edit == "delete":
        return outline.without(ref)
    if edit == "part":
        lon, lat = place
        return outline.with_part([(lon, lat), (lon + 0.1, lat), (lon, lat + 0.1)])
    if edit == "shift":
        return outline.shifted(outline.at(ref), place)
    if edit == "turn":
        return outline.turned(place[0], place)
    return outline.without_ring(ref.part, ref.ring)
