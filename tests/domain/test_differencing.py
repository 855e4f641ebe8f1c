"""Two releases together single nobody out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from qhd_riskmap.domain.differencing import (
    Difference,
    Disclosure,
    SafeCounts,
    area_tree,
    differences,
    pools,
    told,
)
from qhd_riskmap.domain.public_counts import CountArea, PublicCount

K = 3
CITY = CountArea(code="1303", name="市")
COUNTIES = {code: CountArea(code=code, name=code, parent=CITY) for code in "ABCDE"}


def cells(type_key="t", **numbers):
    return [(type_key, COUNTIES[code]) for code, n in numbers.items() for _ in range(n)]


def counted(earlier=(), **numbers):
    return SafeCounts("1303", COUNTIES, earlier, K).count(cells(**numbers), "1303")


def released(number, earlier=(), **numbers):
    return Disclosure(number=number, counts=counted(earlier, **numbers)[0].counts)


def printed(result):
    return {(c.area_code, c.merged): c.n for c in result.counts}


def test_the_first_release_hides_nothing_but_small_cells():
    result, hidden = counted(A=12, B=8)
    assert printed(result) == {("A", False): 12, ("B", False): 8}
    assert hidden == ()


def test_the_same_numbers_again_are_printed_again():
    first = released("2026-001", A=12, B=8, C=5)
    result, hidden = counted([first], A=12, B=8, C=5)
    assert result.counts == first.counts
    assert hidden == ()


def test_one_hazard_less_in_a_county_is_told_of_the_city_only():
    first = released("2026-001", A=12, B=8, C=5)
    result, hidden = counted([first], A=11, B=8, C=5)
    assert printed(result) == {("1303", False): 24}
    assert [(d.areas, d.n, d.changed, d.release) for d in hidden] == [
        (frozenset("A"), -1, True, "2026-001")
    ]


def test_a_change_of_three_is_told_where_it_happened():
    first = released("2026-001", A=12, B=8, C=5)
    result, hidden = counted([first], A=9, B=8, C=5)
    assert printed(result) == {("A", False): 9, ("B", False): 8, ("C", False): 5}
    assert hidden == ()


def test_small_changes_that_add_up_inside_one_number_are_told_there():
    first = released("2026-001", A=12, B=2, C=2)
    assert printed(counted(A=12, B=2, C=2)[0]) == {("A", False): 12, ("1303", True): 4}
    result, hidden = counted([first], A=12, B=4, C=3)
    # B and C are told now, and 4 + 3 against 4 before is three more: nobody is singled out.
    assert printed(result) == {("A", False): 12, ("B", False): 4, ("C", False): 3}
    assert hidden == ()


def test_what_an_earlier_merge_hid_cannot_be_subtracted():
    tree = area_tree("1303", COUNTIES, [])
    first = Disclosure(number="2026-001", counts=(count("A", 12), count("1303", 9, merged=True)))
    now = [count("A", 12), count("B", 7), count("1303", 2 + 3, merged=True)]
    assert differences(now, [first], tree, "1303", K) == []  # 9 against 7 + 5 tells nothing small
    alone = [count("B", 7)]
    found = differences(alone, [first], tree, "1303", K)
    assert [(d.areas, d.n, d.changed) for d in found] == [(frozenset("CDE"), 2, False)]


def test_areas_told_anyway_are_not_found_by_subtraction():
    tree = area_tree("1303", "AB", [])
    first = Disclosure(number="1", counts=(count("1303", 10), count("A", 8)))
    now = [count("A", 8), count("B", 5)]
    assert [d.areas for d in differences(now, [first], tree, "1303", K) if not d.changed] == []


def test_other_types_do_not_matter():
    first = Disclosure(number="1", counts=(count("A", 12, type_key="other"),))
    assert differences([count("A", 11)], [first], area_tree("1303", "AB", []), "1303", K) == []


def test_townships_are_parts_of_their_division():
    counts = [count("A/甲镇", 4), count("A/乙镇", 5), count("A", 3, merged=True), count("1303", 12)]
    tree = area_tree("1303", "AB", counts)
    assert tree.under("A") == {"A", "A/甲镇", "A/乙镇"}
    assert tree.under("1303") == {"A", "A/甲镇", "A/乙镇", "B"}
    assert tree.under("A/甲镇") == {"A/甲镇"}
    assert told(counts[:3], "t", tree)[2].areas == {"A"}
    stray = area_tree("1303", "B", [count("A/甲镇", 4)])
    assert stray.under("A") == {"A", "A/甲镇"}


def test_a_county_sheet_after_a_city_sheet_singles_nobody_out():
    city = Disclosure(number="1", counts=(count("A", 10), count("B", 6)))
    now = [count("A/甲镇", 5), count("A/乙镇", 4)]
    found = differences(now, [city], area_tree("1303", "AB", now), "A", K)
    assert [(d.areas, d.n) for d in found] == [(frozenset({"A"}), 1)]


def test_touched_cells_are_merged_first_then_the_smallest():
    tree = area_tree("1303", COUNTIES, [])
    found = [Difference(type_key="t", release="1", areas=frozenset("A"), n=1, changed=True)]
    assert pools(found, [count("A", 9), count("B", 4)], tree, "1303") == {("t", "A")}
    left = [count("C", 9), count("B", 4), count("1303", 9, merged=True)]
    assert pools(found, left, tree, "1303") == {("t", "B")}
    assert pools(found, [count("1303", 9)], tree, "1303") == set()
    assert pools([], [count("A", 9)], tree, "1303") == set()


def count(area, n, *, merged=False, type_key="t"):
    return PublicCount(
        area_code=area, area_name=area, type_key=type_key, level=None, n=n, merged=merged
    )


numbers = st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 9), min_size=1)


@settings(max_examples=150, deadline=None)
@given(history=st.lists(numbers, min_size=1, max_size=5))
def test_no_pair_of_releases_tells_of_fewer_than_three_below_the_city(history):
    earlier: list[Disclosure] = []
    for serial, state in enumerate(history):
        result, _hidden = counted(earlier, **state)
        tree = area_tree("1303", COUNTIES, result.counts)
        for past in earlier:
            now = {each.areas: each.n for each in told(result.counts, "t", tree)}
            then = {each.areas: each.n for each in told(past.counts, "t", tree)}
            for areas in now.keys() & then.keys() - {tree.everything}:
                assert abs(now[areas] - then[areas]) not in (1, 2)
        assert all(each.n >= K for each in result.counts)
        assert sum(each.n for each in result.counts) + result.withheld == sum(state.values())
        earlier.append(Disclosure(number=str(serial), counts=result.counts))


def test_the_sum_of_the_whole_scope_may_change_by_one():
    tree = area_tree("1303", "AB", [])
    first = Disclosure(number="1", counts=(count("1303", 10),))
    assert differences([count("1303", 9)], [first], tree, "1303", K) == []
    parts = Disclosure(number="2", counts=(count("A", 6), count("B", 4)))
    assert differences([count("1303", 9)], [parts], tree, "1303", K) == []
    assert [d.areas for d in differences([count("A", 5)], [parts], tree, "1303", K)] == [
        frozenset("A")
    ]


def test_areas_told_by_the_same_release_are_not_known_by_subtraction():
    tree = area_tree("1303", "AB", [])
    told_too = Disclosure(number="1", counts=(count("A", 8),))
    both = [count("1303", 10), count("B", 5)]
    assert [d for d in differences(both, [told_too], tree, "1303", K) if not d.changed] == []
