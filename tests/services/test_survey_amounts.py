"""Numbers with something beside them are read and warned of; ranges and limits are said, never emptied in silence."""

import pytest

from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.services.survey_values import cast, cleaned

MONEY = Field(
    key="fund", label="整改资金", kind=FieldKind.NUMBER, unit="万元", minimum=0, maximum=1e7
)
PEOPLE = Field(key="people", label="威胁人数", kind=FieldKind.INTEGER, unit="人", minimum=0)


def read(text, field=MONEY, factor=1.0):
    issues = []
    (value,) = cast(field, cleaned([text]), lambda _row, issue: issues.append(issue), factor=factor)
    return value, [issue.code for issue in issues]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0（无需资金）", 0.0),
        ("约5万", 5.0),
        ("约5万元", 5.0),
        ("3.5万元（区财政）", 3.5),
        ("3.5（区财政）", 3.5),
        ("12,500元", 1.25),
        ("0.02亿", 200.0),
        ("5(亿元)", 50000.0),
        ("８万左右", 8.0),
        ("预计10万元", 10.0),
    ],
)
def test_the_number_is_read_and_warned_of(text, value):
    assert read(text) == (value, ["number-remark"])


def test_a_unit_in_the_cell_goes_before_that_of_the_header():
    assert read("5万", factor=0.0001) == (5.0, ["number-remark"])
    assert read("50000（区财政）", factor=0.0001) == (5.0, ["number-remark"])
    assert read("50000", factor=0.0001) == (5.0, [])


@pytest.mark.parametrize(
    "text", ["3-5万", "3～5万元", "3万至5万", "10万以内", "不超过20万", "10余万", ">5"]
)
def test_ranges_and_limits_are_an_issue_of_their_own(text):
    assert read(text) == (None, ["ambiguous-number"])


@pytest.mark.parametrize(
    "text", ["无需资金", "5公里", "5（3）（2）", "5万（3", "自筹", "3,5万", "五万"]
)
def test_what_else_is_no_number_stays_none(text):
    assert read(text) == (None, ["not-a-number"])


def test_limits_of_the_field_hold_behind_a_remark():
    assert read("-5（退回）") == (None, ["out-of-range"])
    assert read("2.5（户均）", PEOPLE) == (None, ["not-an-integer"])
    assert read("12人（3户）", PEOPLE) == (12, ["number-remark"])


def test_plain_numbers_are_not_warned_of():
    assert read("5万元") == (5.0, [])
    assert read("1,200") == (1200.0, [])
