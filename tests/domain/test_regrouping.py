"""Which record survives a split or a merge, and what nobody may lose by it."""

from uuid import UUID

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
    Secrecy,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.regrouping import (
    absorbed_into,
    in_order_of_survival,
    kept_of_split,
    part_of,
    survivor_of,
)
from qhd_riskmap.errors import InvalidInputError

DRAWN = Provenance(
    original_text="119.6, 39.9",
    declared_reference="cgcs2000",
    method=LocationMethod.DRAWN,
    accuracy=AccuracyClass.DIGITISED,
)


def hazard(number=1, size=0.01, **facts):
    return Hazard(
        **{
            "id": UUID(int=number),
            "code": f"130304-DZ-2014-{number:04d}",
            "name": f"滑坡{number}",
            "type_key": "geological",
            "geometry": shapely.box(119.5, 39.8, 119.5 + size, 39.8 + size),
            "provenance": DRAWN,
            "county": "130304",
            "revision": 3,
            **facts,
        }
    )


def test_a_piece_split_off_says_all_the_whole_said_and_names_its_code():
    whole = hazard(notes="旧备注", alias_codes=("老号",), phone="1390000", level=RiskLevel.RED)
    piece = shapely.box(119.5, 39.8, 119.51, 39.81)
    part = part_of(whole, piece, number=2, new_id=UUID(int=9), provenance=DRAWN)
    assert part.id == UUID(int=9)
    assert (part.code, part.county, part.revision) == ("", "", 0)
    assert part.name == "滑坡1（2）"
    assert part.alias_codes == ("130304-DZ-2014-0001", "老号")
    assert (part.phone, part.level) == ("1390000", RiskLevel.RED)
    assert part.notes == "旧备注\n由 130304-DZ-2014-0001（滑坡1）分割而来。"
    assert part.geometry is piece


def test_the_record_that_was_split_keeps_its_code_and_lists_what_went():
    whole = hazard()
    parts = [hazard(2), hazard(3)]
    kept = kept_of_split(whole, parts[0].geometry, parts, DRAWN)
    assert (kept.id, kept.code) == (whole.id, whole.code)
    assert kept.notes == "已分割，分出：130304-DZ-2014-0002、130304-DZ-2014-0003。"


LEVELS = st.sampled_from([None, *RiskLevel])
RECORDS = st.lists(
    st.tuples(
        LEVELS, st.floats(0.001, 0.1), st.sampled_from(Secrecy), st.sampled_from(HazardStatus)
    ),
    min_size=2,
    max_size=5,
)


@given(RECORDS, st.randoms())
def test_a_merge_lowers_no_level_opens_no_secret_and_closes_nothing(records, random):
    hazards = [
        hazard(number, size, level=level, secrecy=secrecy, status=status)
        for number, (level, size, secrecy, status) in enumerate(records, start=1)
    ]
    ordered = in_order_of_survival(hazards)
    shuffled = list(hazards)
    random.shuffle(shuffled)
    assert in_order_of_survival(shuffled) == ordered
    # Whoever survives, by the rule or because an officer says so.
    random.shuffle(ordered)
    whole = survivor_of(ordered, ordered[0].geometry, DRAWN)
    assert whole.id == ordered[0].id
    assert (whole.status is HazardStatus.REGISTERED) <= (whole.level is ordered[0].level)
    ranks = [each.level.rank if each.level else 9 for each in hazards]
    assert (whole.level.rank if whole.level else 9) == min(ranks)
    strict = [Secrecy.PUBLIC, Secrecy.INTERNAL, Secrecy.SECRET]
    assert strict.index(whole.secrecy) == max(strict.index(each.secrecy) for each in hazards)
    if any(each.status is not HazardStatus.CLOSED for each in hazards):
        assert whole.status is not HazardStatus.CLOSED
    else:
        assert whole.status is HazardStatus.CLOSED
    assert {whole.code, *whole.alias_codes} == {each.code for each in hazards}
    assert all(each.code in whole.notes for each in ordered[1:])


def test_among_equals_the_largest_survives_then_the_lowest_code():
    small, large, twin = hazard(1, 0.01), hazard(2, 0.02), hazard(3, 0.02)
    assert in_order_of_survival([small, twin, large]) == [large, twin, small]


def test_former_codes_of_all_go_to_the_survivor_once():
    kept = hazard(1, alias_codes=("甲", "130304-DZ-2014-0002"))
    gone = hazard(2, alias_codes=("乙", "130304-DZ-2014-0001"))
    whole = survivor_of([kept, gone], kept.geometry, DRAWN)
    assert whole.alias_codes == ("甲", "130304-DZ-2014-0002", "乙")


def test_an_absorbed_record_says_where_it_went():
    gone = absorbed_into(hazard(2, notes="备注"), hazard(1))
    assert gone.notes == "备注\n已并入 130304-DZ-2014-0001（滑坡1）。"


@pytest.mark.parametrize(
    ("hazards", "words"),
    [
        ([hazard()], "至少选中两处"),
        ([hazard(), hazard()], "至少选中两处"),
        ([hazard(1), hazard(2, type_key="flood")], "类型不同"),
        ([hazard(1), hazard(2, geometry=shapely.Point(119.5, 39.8))], "点、线、面"),
    ],
)
def test_what_does_not_belong_together_is_not_merged(hazards, words):
    with pytest.raises(InvalidInputError, match=words):
        in_order_of_survival(hazards)
