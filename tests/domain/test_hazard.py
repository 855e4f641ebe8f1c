"""The hazard value refuses what no register may hold, and stands at a point on itself."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, Polygon, affinity, from_wkt

from qhd_riskmap.domain.hazard import (
    GEOMETRY_TYPES,
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
    Secrecy,
    anchor_of,
)

PROVENANCE = Provenance(
    original_text="119.6,39.9",
    declared_reference="cgcs2000",
    method=LocationMethod.IMPORTED,
    accuracy=AccuracyClass.UNKNOWN,
)
L_SHAPE = Polygon([(0, 0), (9, 0), (9, 1), (1, 1), (1, 9), (0, 9)])


def hazard(**changes):
    given_values = {
        "id": UUID(int=1),
        "name": "示例沟滑坡",
        "type_key": "geological",
        "geometry": Point(119.6, 39.9),
        "provenance": PROVENANCE,
        "county": "130302",
    }
    return Hazard(**{**given_values, **changes})


def test_a_hazard_starts_unsaved_ungraded_and_public():
    new = hazard()
    assert (new.revision, new.level, new.status, new.code) == (0, None, HazardStatus.REGISTERED, "")
    assert new.secrecy is Secrecy.PUBLIC
    assert dict(new.attributes) == dict(new.extras) == {}


@pytest.mark.parametrize("name", ["", "  ", "　"])
def test_a_hazard_has_a_name(name):
    with pytest.raises(ValueError, match="name"):
        hazard(name=name)


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT EMPTY",
        "LINEARRING (0 0, 1 0, 1 1, 0 0)",
        "GEOMETRYCOLLECTION (POINT (0 0))",
        "POLYGON EMPTY",
    ],
)
def test_a_hazard_has_a_place(wkt):
    with pytest.raises(ValueError, match="geometry"):
        hazard(geometry=from_wkt(wkt))


def test_all_six_geometry_types_are_admitted():
    single = [Point(1, 1), LineString([(0, 0), (1, 1)]), L_SHAPE]
    multi = [from_wkt(f"MULTI{g.wkt.split(' ', 1)[0]} ({g.wkt.split(' ', 1)[1]})") for g in single]
    assert {hazard(geometry=g).geometry.geom_type for g in (*single, *multi)} == GEOMETRY_TYPES


def test_the_anchor_lies_on_the_geometry_where_a_centroid_would_not():
    assert not L_SHAPE.contains(L_SHAPE.centroid)
    assert L_SHAPE.contains(Point(hazard(geometry=L_SHAPE).anchor()))


@pytest.mark.parametrize(
    "geometry",
    [L_SHAPE, LineString([(0, 0), (5, 1), (6, 7)]), MultiPoint([(0, 0), (3, 3)]), Point(2, 3)],
)
@given(dx=st.integers(-50, 50), dy=st.integers(-50, 50))
def test_the_anchor_moves_with_the_geometry(geometry, dx, dy):
    x, y = anchor_of(geometry)
    assert anchor_of(affinity.translate(geometry, dx, dy)) == pytest.approx((x + dx, y + dy))


@pytest.mark.parametrize("kind", [LocationMethod, AccuracyClass, Secrecy, HazardStatus])
def test_every_word_people_see_is_different(kind):
    labels = [member.label for member in kind]
    assert len(set(labels)) == len(labels)
    assert all(labels)
