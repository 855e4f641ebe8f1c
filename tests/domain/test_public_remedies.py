"""A share of remediation is told only where both its parts are printed."""

from __future__ import annotations

from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.public_remedies import remedies_of_scope, remedy_rows

CITY, HAIGANG, CHANGLI = "1303", "130302", "130322"


def count(area, part, n, *, merged=False):
    return PublicCount(
        area_code=area, area_name=area, type_key=part, level=None, n=n, merged=merged
    )


FOUND = (
    count(HAIGANG, "finished", 9), count(HAIGANG, "open", 3), count(CHANGLI, "open", 5),
    count(CITY, "finished", 4, merged=True),
)  # fmt: skip


def told(counts):
    return [(row.label, row.finished, row.open, row.rate) for row in remedy_rows(counts)]


def test_divisions_the_rest_and_the_whole_stand_below_each_other():
    assert told(FOUND) == [
        ("海港区", 9, 3, 0.75),
        ("昌黎县", None, 5, None),
        ("未单列的县区合计", 4, None, None),
        ("合计", 13, 8, 13 / 21),
    ]


def test_the_sum_of_several_divisions_has_no_share_of_its_own():
    both = (*FOUND, count(CITY, "open", 6, merged=True))
    (rest,) = [row for row in remedy_rows(both) if row.shared]
    assert (rest.finished, rest.open, rest.rate) == (4, 6, None)


def test_where_everything_is_merged_only_the_whole_is_told():
    assert told((count(CITY, "finished", 6), count(CITY, "open", 4))) == [("合计", 6, 4, 0.6)]
    assert told((count(CITY, "open", 4),)) == [("合计", None, 4, None)]
    assert told(()) == []


def test_a_division_has_the_numbers_the_city_prints_apart_and_no_others():
    assert remedies_of_scope(FOUND, None) == FOUND
    assert told(remedies_of_scope(FOUND, HAIGANG)) == [("海港区", 9, 3, 0.75)]
    assert told(remedies_of_scope(FOUND, CHANGLI)) == [("昌黎县", None, 5, None)]
    assert remedies_of_scope(FOUND, "130303") == ()
