"""Cells as people fill them become typed values; nothing is dropped in silence."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.schema import (
    Field,
    FieldKind,
    Requirement,
    Severity,
    clean_text,
    parse_date,
    parse_value,
    read_fields,
    without_separators,
)

NUMBER = Field(key="n", label="高度", kind=FieldKind.NUMBER, unit="m", minimum=0, maximum=100)
COUNT = Field(key="c", label="人数", kind=FieldKind.INTEGER, required=True)


def code_of(field, text):
    return parse_value(field, text)[1].code


@pytest.mark.parametrize(
    "text", [None, "", "  ", "/", "—", "——", "－", "无", "N/A", "#N/A", "　", "NULL"]
)
def test_signs_for_nothing_are_nothing(text):
    assert clean_text(text) is None


def test_cleaning_folds_full_width_and_drops_controls():
    assert clean_text("１２\u200b．\x00５　") == "12.5"
    assert clean_text("甲\n乙") == "甲\n乙"
    assert clean_text("\u2f6f河\ufa0e") == "石河\ufa0e"


@pytest.mark.parametrize("text", ["示例仓库（北区）", "占地 50 m²；①号库，Ⅱ级", "“甲”：乙！"])
def test_what_the_sender_wrote_stays(text):
    assert clean_text(text) == text
    assert read_fields([Field(key="t", label="名称")], {"t": text}) == ({"t": text}, [])


@pytest.mark.parametrize(
    ("text", "value"), [("１，２５０", 1250.0), ("①", 1.0), ("－３．５", -3.5)]
)
def test_numbers_are_folded_all_the_way(text, value):
    number = Field(key="n", label="数", kind=FieldKind.NUMBER)
    assert read_fields([number], {"n": text}) == ({"n": value}, [])


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    once = clean_text(text)
    assert once is None or clean_text(once) == once


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2014-03-05", date(2014, 3, 5)),
        ("2014.3.5", date(2014, 3, 5)),
        ("2014/3/5", date(2014, 3, 5)),
        ("2014年3月5日", date(2014, 3, 5)),
        ("2014年3月5号", date(2014, 3, 5)),
        ("2014年3月5日上午", date(2014, 3, 5)),
        ("2014.3.5 下午 14:30", date(2014, 3, 5)),
        ("2014年3月", date(2014, 3, 1)),
        ("20140305", date(2014, 3, 5)),
        ("41703", date(2014, 3, 5)),
        ("41703.75", date(2014, 3, 5)),
        ("2014-03-05 00:00:00", date(2014, 3, 5)),
        ("2014-03-05T08:30", date(2014, 3, 5)),
        ("2014-02-30", None),
        ("20141301", None),
        ("99999", None),
        ("00123", None),
        ("去年汛期", None),
        ("2014", None),
        ("2014-03-05 左右", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(text, day):
    assert parse_date(text) == day


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_in_every_notation(day):
    serial = str((day - date(1899, 12, 30)) // timedelta(days=1))
    for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", serial):
        assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", 12.5), ("1,250", None), ("12 m", 12.0), ("1e1", 10.0), (".5", 0.5), ("+3.", 3.0)],
)
def test_numbers_are_read_within_their_range(text, value):
    assert parse_value(NUMBER, text)[0] == value


@pytest.mark.parametrize(
    ("text", "plain"),
    [("1,250", "1250"), ("12,3456.5", "123456.5"), ("-1,234,567", "-1234567"), ("12,3456元", "123456元")],
)  # fmt: skip
def test_commas_between_thousands_are_no_part_of_a_number(text, plain):
    assert without_separators(text) == plain


@pytest.mark.parametrize("text", ["3,5", "3，5", "1,25", "1,250,5", ",5", "5,", "12345,678"])
def test_a_comma_that_stands_elsewhere_makes_no_other_number(text):
    value, issue = parse_value(NUMBER, text)
    assert (value, issue.code) == (None, "not-a-number")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("约三十", "not-a-number"),
        ("-1", "out-of-range"),
        ("100.1", "out-of-range"),
        ("1e999", "out-of-range"),
        ("nan", "not-a-number"),
        ("1..2", "not-a-number"),
    ],
)
def test_what_is_no_usable_number_is_named(text, code):
    assert code_of(NUMBER, text) == code


def test_a_number_without_bounds_may_be_anything_finite():
    free = Field(key="f", label="数", kind=FieldKind.NUMBER)
    assert parse_value(free, "-7e2") == (-700.0, None)
    assert code_of(free, "1e999") == "out-of-range"
    assert code_of(Field(key="i", label="数", kind=FieldKind.INTEGER), "1e999") == "out-of-range"


def test_a_unit_is_cut_off_as_the_cleaned_cell_spells_it():
    area = Field(key="a", label="面积", kind=FieldKind.NUMBER, unit="m²")
    assert read_fields([area], {"a": "12.5m²"}) == ({"a": 12.5}, [])


def test_integers_must_be_whole():
    assert parse_value(COUNT, "12.0") == (12, None)
    assert isinstance(parse_value(COUNT, "12")[0], int)
    assert code_of(COUNT, "12.5") == "not-an-integer"


def test_severity_follows_whether_the_field_is_required():
    assert parse_value(COUNT, "x")[1].severity is Severity.ERROR
    assert parse_value(NUMBER, "x")[1].severity is Severity.WARNING


def test_choices_are_compared_as_cleaned():
    grade = Field(key="g", label="等级", kind=FieldKind.CHOICE, choices=("Ⅰ级", "大（1）型"))
    assert read_fields([grade], {"g": "Ⅰ级"}) == ({"g": "Ⅰ级"}, [])
    assert read_fields([grade], {"g": "大(1)型"}) == ({"g": "大（1）型"}, [])
    issue = parse_value(grade, "特级")[1]
    assert issue.code == "unknown-choice"
    assert "Ⅰ级、大（1）型" in issue.message


@pytest.mark.parametrize(
    ("text", "value"),
    [("是", True), ("√", True), ("YES", True), ("否", False), ("×", False), ("0", False)],
)
def test_yes_and_no_are_read(text, value):
    flag = Field(key="f", label="是否", kind=FieldKind.BOOLEAN)
    assert parse_value(flag, text) == (value, None)


def test_maybe_is_neither_yes_nor_no():
    assert code_of(Field(key="f", label="是否", kind=FieldKind.BOOLEAN), "可能") == "not-yes-no"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0335-8000123", "0335-8000123"),
        ("1.3912345678E+10", "13912345678"),
        ("13900001234.0", "13900001234"),
    ],
)
def test_telephone_numbers_survive_spreadsheets(text, value):
    assert parse_value(Field(key="p", label="电话", kind=FieldKind.PHONE), text) == (value, None)


@pytest.mark.parametrize("text", ["见通讯录", "123", "1" * 40, "1e99", "1.39E+10"])
def test_an_odd_telephone_number_is_kept_with_a_warning(text):
    value, issue = parse_value(
        Field(key="p", label="电话", kind=FieldKind.PHONE, required=True), text
    )
    assert value
    assert (issue.code, issue.severity) == ("odd-phone", Severity.WARNING)


def test_days_become_iso_text():
    day = Field(key="d", label="日期", kind=FieldKind.DATE)
    assert parse_value(day, "2014.3.5") == ("2014-03-05", None)
    assert code_of(day, "不详日期") == "not-a-date"


def test_text_is_kept_up_to_a_length():
    text = Field(key="t", label="说明")
    assert parse_value(text, "字" * 2000) == ("字" * 2000, None)
    issue = parse_value(text, "字" * 2001)[1]
    assert issue.code == "too-long"
    assert "字" * 40 + "…" not in issue.message or len(issue.message) < 200


def test_a_required_field_is_missed_and_an_optional_one_is_not():
    values, issues = read_fields([COUNT, NUMBER], {})
    assert values == {}
    assert [(i.field, i.code, i.severity) for i in issues] == [("c", "missing", Severity.ERROR)]


def test_no_bad_field_hides_another():
    _values, issues = read_fields([COUNT, NUMBER], {"c": "x", "n": "y"})
    assert [i.field for i in issues] == ["c", "n"]


GRADE = Field(key="g", label="级别", required_if=Requirement(field="k", values=("是的",)))
KIND = Field(key="k", label="是否")


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ({"k": "是的"}, ["missing"]),
        ({"k": "是的", "g": "一级"}, []),
        ({"k": "不是"}, []),
        ({}, []),
    ],
)
def test_a_conditional_field_is_missed_only_under_its_condition(raw, codes):
    issues = read_fields([KIND, GRADE], raw)[1]
    assert [i.code for i in issues] == codes
    assert all(i.severity is Severity.WARNING for i in issues)


def test_a_bad_conditional_value_is_reported_once():
    grade = Field(
        key="g",
        label="级别",
        kind=FieldKind.NUMBER,
        required_if=Requirement(field="k", values=("是的",)),
    )
    issues = read_fields([KIND, grade], {"k": "是的", "g": "x"})[1]
    assert [i.code for i in issues] == ["not-a-number"]


def test_the_header_names_the_unit():
    assert NUMBER.header == "高度（m）"
    assert COUNT.header == "人数"


@given(st.sampled_from(FieldKind), st.text(max_size=50))
def test_any_text_gives_a_value_or_an_issue(kind, text):
    field = Field(
        key="f", label="字段", kind=kind, choices=("甲",) if kind is FieldKind.CHOICE else ()
    )
    values, issues = read_fields([field], {"f": text})
    assert bool(clean_text(text)) == bool("f" in values or issues)
