"""Search in the texts of all hazards."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.text_search import SEPARATOR, TextSearch

ROWS = (
    ("海港液氨库", "130302-AS-2026-0001", "海港冷链公司", "13903350001", "hgyak", "旧-17"),
    ("输油管线", "130304-OG-2026-0001", "海港输油公司", "03351234567", "sygx", ""),
    ("液氨", "130302-AS-2026-0002", "", "", "ya", ""),
    ("北沟液氨站", "130302-AS-2026-0003", "ABC 公司", "", "bgyaz", "17"),
)


def search(rows=ROWS) -> TextSearch:
    texts = [SEPARATOR.join(row).casefold() for row in rows]
    return TextSearch.of([str(number) for number in range(len(rows))], texts)


def test_names_that_begin_with_the_word_come_before_names_that_hold_it():
    assert search().find("液氨", 9) == [2, 0, 3]
    assert search().find("海港", 9) == [0, 1]


def test_a_whole_part_comes_first():
    assert search().find("17", 9) == [3, 0]
    assert search().find("03351234567", 9) == [1]


def test_all_words_must_be_there_in_any_order():
    assert search().find("公司 海港", 9) == [0, 1]
    assert search().find("公司　北沟", 9) == [3]
    assert search().find("海港 没有", 9) == []


def test_full_width_letters_and_case_do_not_matter():
    assert search().find("ＡＢＣ", 9) == [3]
    assert search().find("YA", 9) == [2, 0, 3]


def test_nothing_is_found_for_nothing():
    assert search().find("  ", 9) == []
    assert search().find("液氨", 0) == []
    assert search(()).find("液氨", 9) == []
    assert search().mask("").all()


def test_a_word_never_runs_over_from_one_hazard_into_the_next():
    assert search().find("旧-17输油", 9) == []
    assert search([("甲\n乙",), ("丙",)]).find("甲 乙", 9) == [0]


def test_the_limit_holds_back_the_less_likely():
    assert search().find("液氨", 2) == [2, 0]
    assert search().find("公司", 1) == [0]


TEXT = st.text("液氨海港公司ab1 \n", max_size=8)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=12), st.text("液氨海港公司ab1 ", max_size=5))
def test_search_and_mask_agree_with_looking_at_every_row(rows, wanted):
    made = search(rows)
    words = wanted.split()
    held = [
        number
        for number, row in enumerate(rows)
        if all(word in SEPARATOR.join(row).replace("\n", " ") for word in words)
    ]
    if words:
        assert sorted(made.find(wanted, 1000)) == held
    assert made.mask(wanted).nonzero()[0].tolist() == held


def test_one_hundred_thousand_hazards_are_searched_between_two_keystrokes():
    rows = [
        (f"{'海港液氨'[n % 4 :]}{n}", f"130302-AS-2026-{n:06d}", "示例公司") for n in range(100_000)
    ]
    made = search(rows)
    for wanted in ("液氨", "2026-099999", "1", "示例 9", "没有"):
        began = time.perf_counter()
        made.find(wanted, 100)
        print(f"find {wanted}: {(time.perf_counter() - began) * 1000:.1f} ms")
    assert made.find("2026-099999", 9) == [99_999]
