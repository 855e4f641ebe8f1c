"""Self-crossings are found where shapely says a shape is wrong, and nowhere else."""

import itertools

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.crossings import crossings
from qhd_riskmap.geo.outline import ShapeKind, empty_outline, outline_of, outline_of_places

PLACES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=9)


@given(PLACES)
def test_an_area_is_marked_exactly_when_shapely_finds_it_wrong(places):
    outline = outline_of_places(ShapeKind.AREA, places)
    if not outline.complete:
        return
    wrong = not shapely.Polygon(places).is_valid
    assert bool(crossings(outline)) == wrong


@given(PLACES)
def test_a_line_is_marked_where_its_segments_cross_properly(places):
    outline = outline_of_places(ShapeKind.LINE, places)
    segments = [
        shapely.LineString(pair) for pair in itertools.pairwise(places) if pair[0] != pair[1]
    ]
    proper = any(
        one.crosses(other) for k, one in enumerate(segments) for other in segments[k + 1 :]
    )
    if proper:
        assert crossings(outline)


def test_a_bow_tie_is_marked_at_its_knot():
    bow = outline_of_places(ShapeKind.AREA, [(0, 0), (2, 2), (2, 0), (0, 2)])
    found = crossings(bow)
    assert found.places.tolist() == [[1.0, 1.0]]
    assert len(found.segments) == 2


def test_a_line_may_close_a_ring_but_not_run_back():
    loop = outline_of_places(ShapeKind.LINE, [(0, 0), (1, 0), (1, 1), (0, 0)])
    assert not crossings(loop)
    back = outline_of_places(ShapeKind.AREA, [(0, 0), (2, 0), (1, 0), (1, 2)])
    assert crossings(back)


def test_a_hole_that_leaves_its_area_is_marked():
    area = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(3, 1), (5, 1), (5, 2), (3, 2)]])
    assert len(crossings(outline_of(area)).segments) == 3


def test_what_has_no_two_segments_crosses_nothing():
    assert not crossings(empty_outline(ShapeKind.AREA))
    assert not crossings(outline_of_places(ShapeKind.LINE, [(0, 0), (1, 1)]))
    assert not crossings(outline_of(shapely.MultiPoint([(0, 0), (0, 0), (1, 1)])))


def test_a_thousand_vertices_are_looked_through_at_once():
    angle = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    ring = np.column_stack((np.cos(angle), np.sin(angle)))
    assert not crossings(outline_of(shapely.Polygon(ring)))
    ring[[200, 700]] = ring[[700, 200]]
    assert crossings(outline_of(shapely.Polygon(ring)))


def test_rings_may_touch_in_a_point_but_not_run_along_each_other():
    triangles = [[(0, 0), (2, 0), (1, 1)], [(1, 1), (2, 2), (0, 2)]]
    touching = shapely.MultiPolygon([(ring, []) for ring in triangles])
    assert touching.is_valid
    assert not crossings(outline_of(touching))
    beside = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    assert len(crossings(outline_of(beside)).segments) == 2


def test_what_no_two_segments_show_is_marked_all_the_same():
    outside = shapely.Polygon(shapely.box(0, 0, 1, 1).exterior, [shapely.box(5, 5, 6, 6).exterior])
    found = crossings(outline_of(outside))
    assert found
    assert not len(found.segments)
    assert found.places.tolist() == [[6.0, 5.0]]


def test_a_reason_without_a_place_is_marked_at_the_first_vertex(monkeypatch):
    monkeypatch.setattr("shapely.is_valid_reason", lambda _geometry: "no place")
    outside = shapely.Polygon(shapely.box(0, 0, 1, 1).exterior, [shapely.box(5, 5, 6, 6).exterior])
    assert len(crossings(outline_of(outside)).places) == 1


RINGS = st.lists(PLACES, min_size=2, max_size=3)


@given(RINGS)
def test_shapes_of_several_rings_are_marked_exactly_when_shapely_finds_them_wrong(rings):
    polygons = [shapely.Polygon(ring) for ring in rings]
    outline = outline_of(shapely.MultiPolygon(polygons))
    if outline.complete:
        assert bool(crossings(outline)) == (not outline.geometry().is_valid)


def test_two_vertices_are_no_area_yet():
    assert not crossings(outline_of_places(ShapeKind.AREA, [(0, 0), (1, 1)]))
