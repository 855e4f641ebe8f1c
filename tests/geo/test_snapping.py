"""What a place is pulled to; brute force over all vertices and edges is the oracle."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.snapping import SnapKind, nearest

# On a grid: shapely's own distance, the oracle, divides by zero for segments of 1e-313.
PLACE = st.tuples(*[st.integers(0, 1000).map(lambda hundredths: hundredths / 100)] * 2)
WORLD = (-100.0, -100.0, 100.0, 100.0)


def identity(x, y):
    return np.asarray(x, float), np.asarray(y, float)


def column(*geometries):
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


@given(PLACE, st.lists(st.lists(PLACE, min_size=2, max_size=6), min_size=1, max_size=4))
def test_the_nearest_vertex_is_found(place, lines):
    geometries = column(*(shapely.LineString(line) for line in lines))
    found = nearest(place, geometries, identity, 3.0, WORLD)
    away = min(np.hypot(x - place[0], y - place[1]) for line in lines for x, y in line)
    if away <= 3.0:
        assert found is not None
        assert found.kind is SnapKind.VERTEX
        assert found.distance == pytest.approx(away)
    else:
        edge = min(shapely.distance(geometries, shapely.Point(place)))
        assert (found is not None) == (edge <= 3.0)
        if found is not None:
            assert found.kind is SnapKind.EDGE
            assert found.distance == pytest.approx(edge, abs=1e-9)


def test_vertices_come_before_nearer_edges():
    square = column(shapely.box(0, 0, 10, 10))
    assert nearest((1.0, 0.1), square, identity, 1.5, WORLD).place == (0.0, 0.0)
    assert nearest((4.0, 0.1), square, identity, 1.5, WORLD).kind is SnapKind.EDGE


def test_edges_of_holes_and_of_all_parts_count_and_gaps_between_rings_do_not():
    holed = shapely.Polygon(
        shapely.box(0, 0, 30, 30).exterior, [shapely.box(10, 10, 20, 20).exterior]
    )
    both = column(shapely.MultiPolygon([holed, shapely.box(50, 50, 60, 60)]))
    assert nearest((15, 10.2), both, identity, 1.0, WORLD).place == (15.0, 10.0)
    assert nearest((55, 50.2), both, identity, 1.0, WORLD).place == (55.0, 50.0)
    # Half-way between the end of one ring and the start of the next there is nothing.
    assert nearest((5, 5), both, identity, 1.0, WORLD) is None


def test_points_have_vertices_only():
    points = column(shapely.MultiPoint([(0, 0), (4, 0)]), shapely.Point(9, 9))
    assert nearest((0.5, 0), points, identity, 1.0, WORLD).place == (0.0, 0.0)
    assert nearest((2, 0), points, identity, 1.0, WORLD) is None


def test_what_lies_outside_the_box_is_not_looked_at():
    line = column(shapely.LineString([(0, 0), (10, 0)]))
    assert nearest((0.2, 0), line, identity, 1.0, (0.1, -1, 1, 1)).kind is SnapKind.EDGE
    assert nearest((5, 0), line, identity, 1.0, (20, 20, 21, 21)) is None


def test_distances_are_those_of_the_projection():
    line = column(shapely.LineString([(0, 0), (10, 0)]))

    def stretched(x, y):
        return np.asarray(x, float) * 100, np.asarray(y, float) * 100

    assert nearest((5, 0.1), line, stretched, 5.0, WORLD) is None
    assert nearest((5, 0.01), line, stretched, 5.0, WORLD).distance == pytest.approx(1.0)


def test_nothing_and_empty_shapes_and_lengthless_segments_pull_nothing_wrong():
    assert nearest((0, 0), column(), identity, 1.0, WORLD) is None
    assert nearest((0, 0), column(shapely.Polygon()), identity, 1.0, WORLD) is None
    stub = column(shapely.LineString([(1, 1), (1, 1)]))
    assert nearest((1.5, 1), stub, identity, 1.0, (1.2, 0, 2, 2)) is None
    assert nearest((1.5, 1), stub, identity, 1.0, WORLD).kind is SnapKind.VERTEX


def test_a_lengthless_segment_is_an_edge_without_direction():
    stub = column(shapely.LineString([(1, 1), (1, 1)]))
    # Only its extent touches the box: as when a tolerance is exactly met.
    assert nearest((1.0, 1.0), stub, identity, -1.0, WORLD) is None


def test_kinds_have_words():
    assert [kind.label for kind in SnapKind] == ["节点", "边线"]
