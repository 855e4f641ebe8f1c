"""Whole-shape operations, held against what shapely says of the pieces."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.geodesy import area_m2, buffer_m, distance_m, length_m
from qhd_riskmap.geo.outline import kind_of
from qhd_riskmap.geo.shape_operations import (
    cut_out,
    dissolved,
    mend,
    merge,
    parallel,
    reshape,
    size_of,
    split,
    with_part,
)

SQUARE = shapely.box(119.0, 39.8, 119.1, 39.9)
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(119.04, 39.84, 119.06, 39.86).exterior])
LINE = shapely.LineString([(119.0, 39.8), (119.1, 39.8), (119.2, 39.8)])
BOW = shapely.Polygon([(119.0, 39.8), (119.1, 39.9), (119.1, 39.8), (119.0, 39.9)])
POINT = shapely.Point(119.0, 39.8)


def line(*places):
    return shapely.LineString(places)


# -- split --------------------------------------------------------------------------------------


@given(st.floats(39.801, 39.899), st.floats(39.801, 39.899), st.booleans())
def test_pieces_cover_the_whole_and_do_not_overlap(left, right, holed):
    whole = HOLED if holed else SQUARE
    pieces = split(whole, line((118.9, left), (119.2, right)))
    assert len(pieces) >= 2
    assert sum(piece.area for piece in pieces) == pytest.approx(whole.area, rel=1e-12)
    assert all(piece.is_valid and piece.geom_type == "Polygon" for piece in pieces)
    assert (
        max(
            one.intersection(other).area
            for number, one in enumerate(pieces)
            for other in pieces[number + 1 :]
        )
        < 1e-12
    )
    sizes = [size_of(piece) for piece in pieces]
    assert sizes[0] == max(sizes)


def test_a_knife_through_a_hole_leaves_the_hole_open():
    pieces = split(HOLED, line((119.05, 39.7), (119.05, 40.0)))
    assert [len(piece.interiors) for piece in pieces] == [0, 0]
    assert sum(piece.area for piece in pieces) == pytest.approx(HOLED.area)


def test_a_knife_may_cross_its_own_line_and_cut_several_times():
    knife = line((118.9, 39.82), (119.2, 39.82), (119.2, 39.88), (118.9, 39.88))
    assert len(split(SQUARE, knife)) == 3
    loop = line((118.9, 39.82), (119.2, 39.82), (119.05, 39.95), (119.05, 39.7))
    assert len(split(SQUARE, loop)) == 4


@pytest.mark.parametrize(
    "knife",
    [
        line((118.9, 39.85), (119.05, 39.85)),  # ends inside
        line((119.02, 39.82), (119.08, 39.88)),  # wholly inside
        line((118.0, 39.0), (118.1, 39.1)),  # far away
    ],
)
def test_a_knife_that_cuts_nothing_off_is_refused_with_advice(knife):
    with pytest.raises(InvalidInputError, match="没有把图形分开") as refusal:
        split(SQUARE, knife)
    assert refusal.value.hint


@given(st.floats(119.01, 119.19).filter(lambda lon: abs(lon - 119.1) > 1e-3))
def test_a_line_is_cut_where_the_knife_crosses(lon):
    first, second = split(LINE, line((lon, 39.7), (lon, 39.9)))
    # A parallel is no geodesic: one more vertex on it is a hair longer.
    assert length_m(first) + length_m(second) == pytest.approx(length_m(LINE), rel=1e-7)
    assert first.distance(second) == pytest.approx(0, abs=1e-9)
    assert length_m(first) >= length_m(second)


def test_a_knife_along_a_line_cuts_where_it_joins_and_leaves():
    knife = line((119.05, 39.7), (119.05, 39.8), (119.15, 39.8), (119.15, 39.7))
    assert len(split(LINE, knife)) == 3


def test_a_knife_that_misses_a_part_of_a_line_leaves_it_whole():
    far = line((119.5, 39.9), (119.6, 39.9))
    first, second = split(
        shapely.MultiLineString([LINE, far]), line((119.05, 39.7), (119.05, 39.9))
    )
    assert first.geom_type == "MultiLineString"
    assert second.geom_type == "LineString"


def test_a_knife_that_only_touches_the_end_cuts_no_line():
    with pytest.raises(InvalidInputError, match="没有把图形分开"):
        split(LINE, line((119.0, 39.7), (119.0, 39.9)))


def test_parts_the_knife_misses_stay_with_the_largest_piece():
    far = shapely.box(119.5, 39.8, 119.52, 39.82)
    first, second = split(shapely.MultiPolygon([SQUARE, far]), line((119.03, 39.7), (119.03, 40)))
    assert first.geom_type == "MultiPolygon"
    assert first.contains(far.centroid)
    assert second.geom_type == "Polygon"


def test_points_and_crossing_shapes_are_not_split():
    with pytest.raises(InvalidInputError, match="点不能"):
        split(POINT, LINE)
    with pytest.raises(InvalidInputError, match="自相交"):
        split(BOW, line((118.9, 39.82), (119.2, 39.82)))


# -- merge --------------------------------------------------------------------------------------


@given(st.floats(39.801, 39.899), st.floats(39.801, 39.899))
def test_merging_the_pieces_gives_the_whole_back(left, right):
    pieces = split(HOLED, line((118.9, left), (119.2, right)))
    whole = merge(pieces)
    assert whole.symmetric_difference(HOLED).area < 1e-12
    assert whole.is_valid


def test_lines_that_meet_end_to_end_become_one():
    pieces = split(LINE, line((119.05, 39.7), (119.05, 39.9)))
    assert merge(pieces).geom_type == "LineString"
    apart = merge([LINE, line((119.5, 39.9), (119.6, 39.9))])
    assert apart.geom_type == "MultiLineString"


def test_points_become_a_group_and_areas_apart_a_group():
    assert merge([POINT, shapely.Point(119.1, 39.8)]).geom_type == "MultiPoint"
    assert merge([SQUARE, shapely.box(119.5, 39.8, 119.6, 39.9)]).geom_type == "MultiPolygon"


def test_what_cannot_be_merged_is_refused():
    with pytest.raises(InvalidInputError, match="至少两个"):
        merge([SQUARE])
    with pytest.raises(InvalidInputError, match="不能互相合并"):
        merge([SQUARE, LINE])
    with pytest.raises(InvalidInputError, match="自相交"):
        merge([SQUARE, BOW])


def test_the_parts_of_one_shape_are_dissolved():
    two = shapely.MultiPolygon([SQUARE, shapely.box(119.1, 39.8, 119.2, 39.9)])
    assert dissolved(two).geom_type == "Polygon"


# -- reshape ------------------------------------------------------------------------------------


def test_a_line_takes_the_new_course_between_the_two_meetings():
    detour = line((119.05, 39.75), (119.05, 39.85), (119.15, 39.85), (119.15, 39.75))
    changed = reshape(LINE, detour)
    assert list(changed.coords) == [
        (119.0, 39.8),
        (119.05, 39.8),
        (119.05, 39.85),
        (119.15, 39.85),
        (119.15, 39.8),
        (119.2, 39.8),
    ]
    assert reshape(LINE, shapely.reverse(detour)).equals_exact(changed, 1e-12)


def test_a_line_reshaped_from_its_very_ends_is_the_sketch():
    sketch = line((119.0, 39.8), (119.1, 39.9), (119.2, 39.8))
    assert reshape(LINE, sketch).equals(sketch)


@given(st.floats(0.005, 0.04), st.booleans())
def test_an_area_grows_and_shrinks_by_what_is_drawn(depth, outwards):
    edge = 39.9
    tip = edge + depth if outwards else edge - depth
    sketch = line((119.02, edge - 0.001), (119.02, tip), (119.08, tip), (119.08, edge - 0.001))
    if not outwards:
        sketch = line((119.02, edge + 0.001), (119.02, tip), (119.08, tip), (119.08, edge + 0.001))
    changed = reshape(SQUARE, sketch)
    assert reshape(SQUARE, shapely.reverse(sketch)).equals(changed)
    assert changed.is_valid
    difference = 0.06 * depth * (1 if outwards else -1)
    assert changed.area - SQUARE.area == pytest.approx(difference, rel=1e-6)


def test_a_hole_is_reshaped_too_and_other_parts_stay():
    far = shapely.box(119.5, 39.8, 119.6, 39.9)
    both = shapely.MultiPolygon([far, HOLED])
    sketch = line((119.045, 39.855), (119.045, 39.87), (119.055, 39.87), (119.055, 39.855))
    changed = reshape(both, sketch)
    assert changed.geoms[0].equals(far)
    assert len(changed.geoms[1].interiors) == 1
    assert changed.area == pytest.approx(both.area - 0.01 * 0.01)


def test_a_sketch_that_does_not_meet_the_shape_twice_is_refused():
    for shape in (SQUARE, LINE):
        with pytest.raises(InvalidInputError, match="相交两次"):
            reshape(shape, line((119.05, 39.79), (119.05, 39.85)))
    with pytest.raises(InvalidInputError, match="点没有"):
        reshape(POINT, LINE)


def test_a_sketch_that_makes_the_ring_cross_itself_either_way_is_refused():
    # Out through the top, round and in through the top again, crossing its own way.
    knot = line(
        (119.02, 39.85), (119.02, 39.95), (119.08, 39.95), (119.01, 39.92), (119.09, 39.92),
        (119.05, 39.97), (119.08, 39.85),
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match="相交两次"):
        reshape(SQUARE, knot)


def test_a_reshaped_part_may_not_run_into_another():
    near = shapely.box(119.0, 39.91, 119.1, 39.95)
    sketch = line((119.02, 39.89), (119.02, 39.93), (119.08, 39.93), (119.08, 39.89))
    with pytest.raises(InvalidInputError, match="自相交"):
        reshape(shapely.MultiPolygon([SQUARE, near]), sketch)


# -- holes and parts ----------------------------------------------------------------------------


def test_a_hole_takes_its_ground_away():
    hole = shapely.box(119.02, 39.82, 119.03, 39.83)
    holed = cut_out(SQUARE, hole)
    assert len(holed.interiors) == 1
    assert area_m2(holed) == pytest.approx(area_m2(SQUARE) - area_m2(hole), rel=1e-9)


def test_a_hole_over_the_edge_is_a_bite():
    bitten = cut_out(SQUARE, shapely.box(119.09, 39.85, 119.2, 39.86))
    assert len(bitten.interiors) == 0
    assert bitten.area == pytest.approx(SQUARE.area - 0.01 * 0.01)


def test_impossible_holes_are_refused():
    with pytest.raises(InvalidInputError, match="不在图形之内"):
        cut_out(SQUARE, shapely.box(119.5, 39.8, 119.6, 39.9))
    with pytest.raises(InvalidInputError, match="整个图形"):
        cut_out(SQUARE, shapely.box(118, 39, 120, 41))
    with pytest.raises(InvalidInputError, match="只有面"):
        cut_out(LINE, SQUARE)
    with pytest.raises(InvalidInputError, match="自相交"):
        cut_out(SQUARE, BOW)


def test_parts_are_added_to_their_like():
    assert with_part(SQUARE, shapely.box(119.5, 39.8, 119.6, 39.9)).geom_type == "MultiPolygon"
    assert with_part(SQUARE, shapely.box(119.05, 39.8, 119.2, 39.9)).geom_type == "Polygon"
    assert with_part(LINE, line((119.5, 39.9), (119.6, 39.9))).geom_type == "MultiLineString"
    assert with_part(POINT, shapely.Point(119.1, 39.8)).geom_type == "MultiPoint"
    with pytest.raises(InvalidInputError, match="同类"):
        with_part(LINE, SQUARE)


# -- offset -------------------------------------------------------------------------------------


@given(st.floats(1, 5000), st.booleans())
def test_a_parallel_lies_at_its_distance_on_its_side(metres, left):
    straight = line((119.0, 39.8), (119.3, 39.95))
    moved = parallel(straight, metres if left else -metres)
    for start, end in zip(moved.coords, straight.coords, strict=True):
        assert float(distance_m(*start, *end)) == pytest.approx(metres, rel=1e-4, abs=1e-3)
    turn = shapely.LinearRing([*straight.coords, moved.coords[-1]])
    assert turn.is_ccw == left


def test_the_buffer_of_a_pipeline_holds_its_parallels():
    pipe = line((119.40, 39.85), (119.45, 39.84), (119.48, 39.86))
    band = buffer_m(pipe, 500)
    for side in (-499, 499):
        # Mitred corners may stand out a little; the middle of every stretch does not.
        for start, end in zip(
            parallel(pipe, side).coords, parallel(pipe, side).coords[1:], strict=False
        ):
            assert band.contains(line(start, end).interpolate(0.5, normalized=True))


@pytest.mark.parametrize("metres", [0, math.nan, math.inf, 1e9])
def test_impossible_offsets_are_refused(metres):
    with pytest.raises(InvalidInputError, match="200"):
        parallel(LINE, metres)


def test_only_lines_have_parallels_and_rings_end_in_the_middle():
    with pytest.raises(InvalidInputError, match="只有线"):
        parallel(SQUARE, 10)
    ring = shapely.LineString(shapely.Point(119, 39.8).buffer(0.001).exterior)
    with pytest.raises(InvalidInputError, match="太大"):
        parallel(ring, -5000)


# -- mend ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=9))
def test_mended_shapes_are_valid_and_of_their_kind(places):
    places = [(119 + x / 100, 39.8 + y / 100) for x, y in places]
    assume(len(set(places)) > 2)
    wrong = shapely.Polygon(places)
    # Rounding makes slivers of places on one line: valid ones are nothing to mend.
    if not wrong.is_valid and shapely.make_valid(wrong).area < 1e-12:
        with pytest.raises(InvalidInputError, match="没有面积"):
            mend(wrong)
        return
    mended = mend(wrong)
    assert mended.is_valid
    assert kind_of(mended) is kind_of(wrong)
    assert shapely.equals(mended, wrong) if wrong.is_valid else True


def test_ground_that_a_ring_goes_round_twice_is_kept_when_mended():
    twice = [(0, 0), (0, 3), (3, 3), (3, 0), (0, 0), (1, 1), (1, 5), (5, 5), (5, 1), (1, 1)]
    ring = shapely.Polygon([(119 + x / 100, 39.8 + y / 100) for x, y in twice])
    assert mend(ring).contains(shapely.Point(119.02, 39.82))


def test_a_shape_without_area_cannot_be_mended():
    with pytest.raises(InvalidInputError, match="没有面积"):
        mend(shapely.Polygon([(119, 39), (119.1, 39), (119, 39), (119.1, 39)]))


def test_a_bow_tie_becomes_two_triangles():
    assert mend(BOW).geom_type == "MultiPolygon"
    assert mend(SQUARE) is SQUARE


def test_sizes_compare_areas_lines_and_points():
    assert size_of(SQUARE) == area_m2(SQUARE)
    assert size_of(LINE) == length_m(LINE)
    assert size_of(shapely.MultiPoint([(119, 39), (119, 40)])) == 2
    assert np.isfinite(size_of(POINT))
