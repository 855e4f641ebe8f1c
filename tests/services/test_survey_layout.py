"""What is said of a sheet's layout, corrected by an officer, and remembered."""

from datetime import date

import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.survey_headers import ColumnChoice
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_layout import (
    Layouts,
    choice_of,
    field_choices,
    first_rows,
    shown_columns,
)
from qhd_riskmap.storage.engine import create_register

HEAD = ["序号", "隐患名称", "类别", "经度(GPS)", "纬度(GPS)", "证件号"]
ROWS = [
    [1, "东沟泥石流", "泥石流", 118.95, 40.407, "130302198001011234"],
    [2, "西沟泥石流", "泥石流", 118.96, 40.417, 130302198001011234],
    [3, "南沟泥石流", "泥石流", 118.97, 40.427, None],
]
ODD = ["XH", "XM", "LB", "GPS甲", "GPS乙", "证件号"]
MEANING = {"XM": "name", "LB": "类别", "GPS甲": "经度", "GPS乙": "纬度"}


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield opened


@pytest.fixture
def survey(register):
    return SurveyImport(register, Actor(name="张三"), date(2014, 7, 1))


def workbook(path, head=HEAD, rows=ROWS):
    book = Workbook()
    book.active.title = "表"
    for row in (head, *rows):
        book.active.append(row)
    book.save(path)
    return path


def look(survey, path, **more):
    return survey.preview([path], datum=None, job=SilentJob(), **more)


def codes(preview):
    return {(issue.cell, issue.code) for issue in preview.issues}


def test_hidden_rows_and_columns_are_read_and_said(survey, tmp_path):
    book = Workbook()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.active.row_dimensions[9].hidden = True
    book.active.column_dimensions["F"].hidden = True
    book.save(tmp_path / "a.xlsx")
    preview = look(survey, tmp_path / "a.xlsx")
    assert preview.accepted == 3
    told = {i.code: i.message for i in preview.issues if i.row == 0}
    assert "1 行（3）" in told["hidden-rows"]
    assert "（F）" in told["hidden-columns"]


def test_long_numbers_that_lost_their_end_are_said(survey, tmp_path):
    preview = look(survey, workbook(tmp_path / "a.xlsx"))
    assert codes(preview) == {("F3", "digits-lost")}


def test_the_columns_are_shown_with_their_meaning(survey, tmp_path):
    (reading,) = look(survey, workbook(tmp_path / "a.xlsx")).readings
    shown = {c.header: c for c in shown_columns(reading)}
    assert (shown["隐患名称"].key, shown["隐患名称"].letters) == ("name", "B")
    assert shown["隐患名称"].samples == ("东沟泥石流", "西沟泥石流", "南沟泥石流")
    assert (shown["证件号"].key, shown["证件号"].label) == ("", "")
    assert first_rows(reading)[0] == (1, tuple(HEAD))


def test_a_sheet_nobody_could_read_is_read_as_the_officer_says_and_known_ever_after(
    survey, register, tmp_path
):
    path = workbook(tmp_path / "a.xlsx", ODD)
    lost = look(survey, path)
    assert {i.code for i in lost.issues} == {"no-header"}
    assert shown_columns(lost.readings[0]) == ()
    said = Layouts(choices={(path, "表"): choice_of(MEANING, header_row=1)})
    preview = look(survey, path, layouts=said, sender="水务局")
    assert preview.accepted == 3
    assert shown_columns(preview.readings[0])[1].source == "choice"
    survey.commit(preview, SilentJob())

    rows = [[n, f"{n}号沟", "泥石流", 119 + n / 100, 40.4, ""] for n in range(4, 6)]
    again = look(survey, workbook(tmp_path / "b.xlsx", ODD[::-1], [r[::-1] for r in rows]))
    assert again.accepted == 2
    assert "mapping-remembered" in {i.code for i in again.issues}
    assert again.corrections == (), "nothing new was learnt"
    with register.unit_of_work() as work:
        (stored,) = work.survey_mappings.list()
        assert (stored.sender, stored.fields["LB"]) == ("水务局", "category")


def test_nothing_is_remembered_of_an_import_that_was_not_committed(survey, register, tmp_path):
    path = workbook(tmp_path / "a.xlsx", ODD)
    look(survey, path, layouts=Layouts(for_all=choice_of(MEANING, 1)))
    with register.unit_of_work() as work:
        assert work.survey_mappings.list() == []


def test_the_senders_own_word_goes_before_others(survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", rows=ROWS[:1])
    for sender, key in (("林业局", "unit"), ("水务局", "address")):
        said = Layouts(for_all=ColumnChoice(fields={"证件号": key}))
        preview = look(survey, path, layouts=said, sender=sender)
        (stored,) = preview.corrections
        with survey._register.unit_of_work() as work:
            work.survey_mappings.save(stored, Actor(name="a"))
            work.commit()
    for sender, key in (("林业局", "unit"), ("水务局", "address"), ("气象局", "address")):
        (reading,) = look(survey, path, sender=sender).readings
        assert reading.mapping.columns[-1].field.key == key, sender


def test_what_was_remembered_of_a_sheet_can_be_forgotten(survey, register, tmp_path):
    path = workbook(tmp_path / "a.xlsx", rows=ROWS[:1])
    said = Layouts(for_all=ColumnChoice(fields={"证件号": "unit"}))
    survey.commit(look(survey, path, layouts=said), SilentJob())
    path = workbook(tmp_path / "b.xlsx", rows=ROWS[1:2])
    assert look(survey, path).readings[0].mapping.columns[-1].known
    afresh = Layouts(for_all=ColumnChoice(afresh=True))
    preview = look(survey, path, layouts=afresh)
    assert not preview.readings[0].mapping.columns[-1].known
    assert "mapping-remembered" not in {i.code for i in preview.issues}
    survey.commit(preview, SilentJob())
    path = workbook(tmp_path / "c.xlsx", rows=ROWS[2:])
    assert not look(survey, path).readings[0].mapping.columns[-1].known
    with register.unit_of_work() as work:
        (stored,) = work.survey_mappings.list()
        assert stored.fields == {}


def test_tables_of_one_sheet_all_come_in_with_their_own_cells(survey, tmp_path):
    other = ["名称", "类别", "GPS坐标", "备注"]
    rows = [
        *ROWS[:1],
        [],
        ["二、防洪"],
        other,
        ["北河险工", "洪水", "119.5,39.9", "坏"],
        ["丙", "洪水", "x"],
    ]
    preview = look(survey, workbook(tmp_path / "a.xlsx", rows=rows))
    assert [c.hazard.type_key for c in preview.candidates] == ["geological", "flood"]
    assert ("C7", "bad-coordinate") in codes(preview)
    assert preview.rejected == 1


def test_fields_are_named_by_key_or_by_label():
    assert choice_of({"甲": "隐患名称", "乙": "lon", "丙": ""}).fields == {
        "甲": "name", "乙": "lon", "丙": "",
    }  # fmt: skip
    with pytest.raises(InvalidInputError, match="没有名为"):
        choice_of({"甲": "鸡毛"})
    keys = {key for key, _label in field_choices("geological")}
    assert {"name", "lon", "threat_people"} <= keys
    assert "cas" not in keys
