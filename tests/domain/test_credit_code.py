"""Credit codes are found in texts, and only valid ones."""

import pytest

from qhd_riskmap.domain.credit_code import credit_codes, is_credit_code

VALID = "91350100M000100Y43"  # the example of GB 32100-2015


def test_the_standards_example_is_valid():
    assert is_credit_code(VALID)
    assert not is_credit_code(VALID[:-1])


@pytest.mark.parametrize("place", range(18))
def test_one_changed_character_is_noticed(place):
    other = "2" if VALID[place] != "2" else "3"
    assert not is_credit_code(VALID[:place] + other + VALID[place + 1 :])


def test_codes_are_found_in_the_middle_of_a_text():
    text = f'{{"统一社会信用代码":"{VALID.lower()}","电话":"13900000000"}}'
    assert credit_codes(text) == {VALID}
    assert credit_codes(f"9{VALID} {VALID}8 91350100M000100Y44") == frozenset()
    assert credit_codes("") == frozenset()
