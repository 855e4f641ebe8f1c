"""LS and LEC: published vectors (DOMAIN §2.2, §2.3), bands at their edges, refusals in words."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.grading.method import load_method, method
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.resources import rules

LS_COLOURS = {
    25: "red", 20: "red", 16: "orange", 15: "orange", 12: "yellow", 10: "yellow", 9: "yellow",
    8: "blue", 6: "blue", 5: "blue", 4: "blue", 3: "blue", 2: "blue", 1: "blue",
}  # fmt: skip


@pytest.mark.parametrize(("likelihood", "severity"), list(itertools.product(range(1, 6), repeat=2)))
def test_every_cell_of_the_ls_matrix_has_the_published_colour(likelihood, severity):
    result = method("ls").grade({"L": likelihood, "S": severity})
    assert result.score == likelihood * severity
    assert result.level == LS_COLOURS[likelihood * severity]


@pytest.mark.parametrize(
    ("factors", "score", "level"),
    [
        ((3, 6, 15), 270, RiskLevel.ORANGE),
        ((10, 1, 7), 70, RiskLevel.YELLOW),
        ((6, 6, 40), 1440, RiskLevel.RED),
        ((1, 3, 7), 21, RiskLevel.BLUE),
        ((0.5, 6, 7), 21, RiskLevel.BLUE),
        ((0.1, 0.5, 1), 0.05, RiskLevel.BLUE),
    ],
)
def test_lec_gives_the_hand_calculated_level(factors, score, level):
    result = method("lec").grade(dict(zip("LEC", factors, strict=True)))
    assert (result.score, result.level) == (score, level)


def test_reasons_name_every_factor_the_product_and_the_band():
    reasons = method("ls").grade({"L": 4, "S": 5}).reasons
    assert reasons[0].startswith("可能性 L = 4")
    assert reasons[1].startswith("严重性 S = 5")
    assert reasons[2] == "L × S = 4 × 5 = 20"
    assert "重大风险" in reasons[3]


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ({"L": 4}, "缺少"),
        ({"L": 4, "S": 6}, "不能取 6"),
        ({"L": 4, "S": float("nan")}, "不能取"),
        ({"L": 4, "S": 5, "E": 1}, "没有“E”"),
    ],
)
def test_wrong_factors_are_refused_in_words(inputs, word):
    with pytest.raises(InvalidInputError, match=word) as caught:
        method("ls").grade(inputs)
    assert caught.value.hint


def test_an_unknown_method_names_the_known_ones():
    with pytest.raises(NotFoundError) as caught:
        method("guess")
    assert "lec" in caught.value.hint


@given(data=st.data(), key=st.sampled_from(("ls", "lec")))
def test_raising_a_factor_never_lowers_the_level(data, key):
    grading = method(key)
    low, high = {}, {}
    for factor in grading.factors:
        values = sorted(choice.value for choice in factor.choices)
        low[factor.key] = data.draw(st.sampled_from(values))
        high[factor.key] = data.draw(st.sampled_from([v for v in values if v >= low[factor.key]]))
    assert grading.grade(high).level.rank <= grading.grade(low).level.rank


def test_an_office_profile_may_move_the_bands():
    raw = rules("grading_ls")
    raw["grades"] = [
        {"minimum": 10, "level": "red", "text": "高"},
        {"minimum": 0, "level": "blue", "text": "低"},
    ]
    assert load_method(raw).grade({"L": 2, "S": 5}).level is RiskLevel.RED


def test_inputs_are_described_as_fields_with_their_choices():
    fields = {factor.key: factor.field for factor in method("lec").factors}
    assert fields["E"].choices == ("0.5", "1", "2", "3", "6", "10")
    assert all(field.required for field in fields.values())
