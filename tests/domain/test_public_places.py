"""What people may look for on a public page: geography, never records."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from qhd_riskmap.domain.public_places import public_places
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.domain.redaction import PublicSet, frozen, thawed
from qhd_riskmap.domain.release_rules import release_rules

RULES = release_rules()
VILLAGE = Receptor(
    id=UUID(int=1), name="下庄村", kind="村庄", people=430, households=120, county="130322", township="泥井镇",
    address="密址", contact="密人甲", phone="13855501234", geometry=Point(119.0512345, 39.6698765),
)  # fmt: skip


def test_a_village_is_named_with_its_division_at_a_hundredth_of_a_degree():
    (place,) = public_places([], [VILLAGE], RULES)
    assert (place.name, place.area) == ("下庄村", "昌黎县 泥井镇")
    assert (place.lon, place.lat) == (119.05, 39.67)


def test_a_loaded_township_is_a_place_of_its_own():
    (place,) = public_places([("泥井镇", box(119.0, 39.6, 119.1, 39.7))], [], RULES)
    assert (place.name, place.area, place.lon, place.lat) == ("泥井镇", "昌黎县", 119.05, 39.65)


def test_outlines_that_are_no_township_are_left_out():
    assert public_places([("某仓库围墙", box(119.0, 39.6, 119.1, 39.7))], [], RULES) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "学校", "name": "下庄村"},
        {"name": "下庄村小学"},
        {"name": "张三 13855501234 村"},
        {"name": "很长" * 12 + "村"},
    ],
)
def test_only_villages_under_a_settlements_name_are_listed(change):
    assert public_places([], [replace(VILLAGE, **change)], RULES) == ()


def test_a_township_column_with_anything_else_is_not_printed():
    (place,) = public_places([], [replace(VILLAGE, township="联系密人甲")], RULES)
    assert place.area == "昌黎县"


def test_a_place_outside_every_division_has_no_area():
    (place,) = public_places(
        [], [replace(VILLAGE, township="", geometry=Point(121.0, 39.0))], RULES
    )
    assert place.area == ""


def test_a_countys_page_lists_its_own_places():
    far = replace(VILLAGE, id=UUID(int=2), name="上庄村", geometry=Point(119.20, 39.95))
    here = public_places([], [VILLAGE, far], RULES, county="130322")
    assert [place.name for place in here] == ["下庄村"]
    assert len(public_places([], [far, VILLAGE], RULES)) == 2


@given(
    st.lists(
        st.tuples(st.floats(-0.004, 0.004), st.floats(-0.004, 0.004)), min_size=1, max_size=8
    )
)  # fmt: skip
def test_moves_within_the_hundredth_and_twins_change_nothing(moves):
    moved = [
        replace(VILLAGE, id=UUID(int=n), geometry=Point(119.05 + dx, 39.67 + dy))
        for n, (dx, dy) in enumerate(moves)
    ]
    assert public_places([], moved, RULES) == public_places([], [VILLAGE], RULES)


def test_places_are_kept_with_the_release_and_bound_to_its_number():
    places = public_places([], [VILLAGE], RULES)
    with_places = PublicSet(hazards=(), counts=(), places=places)
    assert thawed(frozen(with_places)).places == places
    assert with_places.content_hash != PublicSet(hazards=(), counts=()).content_hash
