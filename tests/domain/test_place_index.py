"""What lies at a place, and what an area touches."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.domain.place_index import Found, Nearness, PlaceIndex
from qhd_riskmap.geo.geodesy import buffer_m, distance_m

LON, LAT = 119.5, 39.9
METRE = 1 / 111_000  # of latitude, roughly


def table_of(*geometries):
    count = len(geometries)
    shapes = np.empty(count, dtype=object)
    shapes[:] = geometries
    texts = [str(number) for number in range(count)]
    return feature_table(
        ids=texts, codes=texts, names=texts, type_keys=texts, levels=[0] * count, counties=texts,
        units=texts, townships=texts, revisions=[1] * count, geometries=shapes,
    )  # fmt: skip


STACK = table_of(
    shapely.box(LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1),
    shapely.LineString([(LON - 0.1, LAT + 12 * METRE), (LON + 0.1, LAT + 12 * METRE)]),
    shapely.box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01),
    shapely.Point(LON, LAT + 8 * METRE),
    shapely.MultiPoint([(LON, LAT + 3 * METRE), (LON + 1, LAT)]),
    shapely.box(LON - 0.01, LAT + 15 * METRE, LON + 0.01, LAT + 0.01),
    shapely.Point(LON, LAT + 100 * METRE),
    shapely.LineString([(LON, LAT + 200 * METRE), (LON, LAT + 1)]),
)


def test_everything_stacked_at_a_place_is_listed_with_its_reason():
    found = PlaceIndex.of(STACK).identify(LON, LAT, points_m=20, lines_m=20)
    assert [(each.row, each.nearness, round(each.metres)) for each in found] == [
        (4, Nearness.POINT, 3),
        (3, Nearness.POINT, 8),
        (1, Nearness.LINE, 12),
        (2, Nearness.INSIDE, 0),
        (0, Nearness.INSIDE, 0),
        (5, Nearness.EDGE, 15),
    ]


def test_points_and_lines_have_reaches_of_their_own():
    found = PlaceIndex.of(STACK).identify(LON, LAT, points_m=20, lines_m=5)
    assert [each.row for each in found] == [4, 3, 2, 0]
    found = PlaceIndex.of(STACK).identify(LON, LAT, points_m=0, lines_m=13)
    assert [each.row for each in found] == [1, 2, 0]


def test_where_nothing_lies_nothing_is_listed():
    assert PlaceIndex.of(STACK).identify(118.0, 38.0, points_m=50, lines_m=50) == []
    assert PlaceIndex.of(table_of()).identify(LON, LAT, points_m=50, lines_m=50) == []


def test_an_area_selects_what_it_touches():
    area = shapely.box(LON - 0.02, LAT - 0.02, LON + 0.02, LAT + 0.02)
    index = PlaceIndex.of(STACK)
    assert index.touching(area).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert index.touching(shapely.box(LON - 0.2, LAT, LON - 0.05, LAT + 0.1)).tolist() == [0, 1]


@given(
    st.lists(st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01)), min_size=1, max_size=20),
    st.floats(1, 1500),
)
def test_a_circle_holds_what_is_within_its_radius_on_the_ground(offsets, metres):
    places = [(LON + east, LAT + north) for east, north in offsets]
    index = PlaceIndex.of(table_of(*map(shapely.Point, places)))
    away = [float(distance_m(LON, LAT, *place)) for place in places]
    expected = [row for row, far in enumerate(away) if far <= metres]
    found = index.within(LON, LAT, metres).tolist()
    unsure = {row for row, far in enumerate(away) if far == pytest.approx(metres, abs=1e-6)}
    assert set(found) ^ set(expected) <= unsure
    listed = index.identify(LON, LAT, points_m=metres, lines_m=0)
    assert {each.row for each in listed} == set(found)
    assert [each.metres for each in listed] == sorted(each.metres for each in listed)
    drawn = set(index.touching(buffer_m(shapely.Point(LON, LAT), metres)).tolist())
    rim = {row for row, far in enumerate(away) if far == pytest.approx(metres, rel=1e-3)}
    assert drawn ^ set(found) <= rim


def test_found_is_a_plain_value():
    assert Found(1, Nearness.LINE, 2.0) == Found(1, Nearness.LINE, 2.0)
