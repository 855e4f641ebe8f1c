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
from qhd_riskmap.geo.nearness import distances_m

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


def every_distance_measured(table, lon, lat, points_m, lines_m):
    """What is listed, the plain way: the distance to every hazard there is, then sorted."""
    metres = distances_m(table.geometries, lon, lat)
    dimensions = shapely.get_dimensions(table.geometries)
    kinds = np.where(dimensions == 0, 0, np.where(dimensions == 1, 1, 2 + (metres > 0)))
    near = metres <= np.where(dimensions == 0, points_m, lines_m)
    second = np.where(kinds == 2, shapely.area(table.geometries), metres)
    order = np.lexsort((np.arange(len(table)), second, kinds))
    reasons = (Nearness.POINT, Nearness.LINE, Nearness.INSIDE, Nearness.EDGE)
    return [(int(row), reasons[kinds[row]], float(metres[row])) for row in order if near[row]]


def crowd(seed, size=120):
    """Hazards of every kind within some hundred metres."""
    random = np.random.default_rng(seed)

    def places(count):
        return random.normal((LON, LAT), 0.004, 2) + random.normal(0, 0.002, (count, 2))

    makers = (
        lambda: shapely.Point(places(1)[0]),
        lambda: shapely.MultiPoint(places(3)),
        lambda: shapely.LineString(places(6)),
        lambda: shapely.MultiLineString([places(3), places(2)]),
        lambda: shapely.MultiPoint(places(6)).convex_hull,
        lambda: shapely.Point(places(1)[0]).buffer(random.uniform(0.0005, 0.004)),
        lambda: shapely.Point(places(1)[0]).buffer(0.003) - shapely.Point(LON, LAT).buffer(0.001),
        lambda: shapely.GeometryCollection(
            [shapely.Point(places(1)[0]), shapely.LineString(places(2))]
        ),
    )
    return table_of(*(makers[kind]() for kind in random.integers(0, len(makers), size)))


@pytest.mark.parametrize("seed", range(25))
def test_a_click_finds_what_measuring_every_hazard_finds(seed):
    table = crowd(seed)
    index = PlaceIndex.of(table)
    random = np.random.default_rng(seed)
    for points_m, lines_m in ((5, 5), (40, 15), (300, 500), (1500, 1500)):
        lon, lat = random.normal((LON, LAT), 0.002).tolist()
        expected = every_distance_measured(table, lon, lat, points_m, lines_m)
        found = index.identify(lon, lat, points_m=points_m, lines_m=lines_m)
        assert [(each.row, each.nearness) for each in found] == [each[:2] for each in expected]
        assert [each.metres for each in found] == pytest.approx(
            [each[2] for each in expected], abs=1e-5
        )


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
