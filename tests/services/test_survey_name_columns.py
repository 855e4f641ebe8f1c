"""Tables whose column of names is called something else: mapped by an officer, or refused and said."""

from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from qhd_riskmap.cli.surveys import described
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.survey_headers import ColumnChoice
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_layout import Layouts, choice_of
from qhd_riskmap.storage.engine import create_register

FIRMS = [
    ["企业名称", "类别", "县区", "坐标系", "经度", "纬度"],
    ["虚构化工厂", "危险化学品", "海港区", "CGCS2000", 119.6, 39.935],
    ["虚构冷库", "危险化学品", "海港区", "CGCS2000", 119.61, 39.936],
]
SLOPES = [
    ["县区", "名称", "类别", "坐标系", "东经", "北纬"],
    ["抚宁区", "虚构北山滑坡", "滑坡", "CGCS2000", 119.24, 39.88],
]
TITLE = ["二、地质灾害"]
MAPPED = Layouts(for_all=choice_of({"企业名称": "隐患名称"}))


@pytest.fixture
def survey(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        yield SurveyImport(register, Actor(name="张三"), date(2024, 7, 1))


def workbook(path, *sheets):
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def read(survey, path, layouts=None, **more):
    given = {} if layouts is None else {"layouts": layouts}
    seen = survey.preview([path], datum=None, job=SilentJob(), **given, **more)
    return seen, survey.commit(seen, SilentJob())


def accepted(outcome):
    return {(h.name, round(h.geometry.x, 2)) for h in outcome.hazards}


def refusals(outcome):
    return [(i.cell, i.row, i.severity.value) for i in outcome.issues if i.code == "no-name-column"]


def listed(outcome):
    return [(row.row, row.role.value) for row in outcome.skipped]


BOTH = {
    ("虚构化工厂", 119.6),
    ("虚构冷库", 119.61),
    ("虚构北山滑坡", 119.24),
}


def test_the_officers_word_for_the_names_parts_the_tables_of_a_sheet(survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [*FIRMS, [], TITLE, *SLOPES])
    seen, outcome = read(survey, path, MAPPED, sender="应急局")
    assert accepted(outcome) == BOTH
    assert len(seen.readings) == 2
    assert refusals(outcome) == []
    assert listed(outcome) == [(1, "header"), (5, "title"), (6, "header")]


def test_the_mapped_table_may_be_the_second_one(survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [*SLOPES, *FIRMS])
    _seen, outcome = read(survey, path, MAPPED)
    assert accepted(outcome) == BOTH
    assert listed(outcome) == [(1, "header"), (3, "header")]


def test_what_was_said_before_of_such_headers_parts_the_tables_too(survey, tmp_path):
    read(survey, workbook(tmp_path / "a.xlsx", FIRMS), MAPPED, sender="应急局")
    firms = [FIRMS[0], ["虚构油库", *FIRMS[1][1:4], 119.62, 39.937]]
    path = workbook(tmp_path / "b.xlsx", [*SLOPES, *firms])
    _seen, outcome = read(survey, path)
    assert accepted(outcome) == {("虚构北山滑坡", 119.24), ("虚构油库", 119.62)}
    anew = Layouts(for_all=ColumnChoice(afresh=True))
    refused = survey.preview([path], None, SilentJob(), layouts=anew)
    assert (refused.duplicates, refusals(refused)) == (1, [("A3", 3, "error")])


@pytest.mark.parametrize("second", [[[], TITLE, *SLOPES], SLOPES])
def test_a_table_that_only_seems_to_have_names_is_refused_and_the_next_one_is_read(
    survey, tmp_path, second
):
    rows = [*FIRMS, *second]
    outcome = read(survey, workbook(tmp_path / "a.xlsx", rows))[1]
    assert accepted(outcome) == {("虚构北山滑坡", 119.24)}
    assert refusals(outcome) == [("A1", 1, "error")]
    (message,) = [i.message for i in outcome.issues if i.code == "no-name-column"]
    assert "“企业名称”像是名称" in message
    assert "--map 企业名称=隐患名称" in message
    assert listed(outcome)[:3] == [(1, "header"), (2, "unread"), (3, "unread")]
    assert outcome.accepted + len(outcome.skipped) == sum(map(bool, rows))


def test_the_refused_table_may_be_the_second_one(survey, tmp_path):
    outcome = read(survey, workbook(tmp_path / "a.xlsx", [*SLOPES, *FIRMS]))[1]
    assert accepted(outcome) == {("虚构北山滑坡", 119.24)}
    assert refusals(outcome) == [("A3", 3, "error")]
    assert listed(outcome) == [(1, "header"), (3, "header"), (4, "unread"), (5, "unread")]


def test_a_table_whose_names_have_an_unknown_header_does_not_swallow_the_next_one(survey, tmp_path):
    firms = [["楼宇名称", *FIRMS[0][1:]], *FIRMS[1:]]
    outcome = read(survey, workbook(tmp_path / "a.xlsx", [*firms, *SLOPES]))[1]
    assert accepted(outcome) == {("虚构北山滑坡", 119.24)}
    assert refusals(outcome) == [("A1", 1, "error")]
    assert "--map 楼宇名称=隐患名称" in outcome.issues[0].message


def test_tables_side_by_side_lend_each_other_no_names(survey, tmp_path):
    beside = [[*left, None, *right] for left, right in zip(FIRMS[:2], SLOPES, strict=True)]
    path = workbook(tmp_path / "a.xlsx", beside)
    _seen, outcome = read(survey, path)
    assert accepted(outcome) == {("虚构北山滑坡", 119.24)}
    assert refusals(outcome) == [("A1", 1, "error")]


def test_a_sheet_of_firms_beside_a_survey_is_refused_by_its_header(survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", SLOPES, FIRMS, [["姓名", "电话"], ["甲", "1"]])
    seen, outcome = read(survey, path)
    assert refusals(outcome) == [("A1", 1, "error")]
    assert [i.message for i in outcome.issues if i.code == "sheet-passed-over"] == [
        "工作表“表3”不像排查表（没有认出名称和坐标列），没有读入。"
    ]
    assert "2 行所在的表没有读入" in described(outcome, [], dry_run=False)
    (report,) = survey.write_reports(seen, outcome, tmp_path / "out.xlsx")
    book = load_workbook(report)
    assert "像是名称" in book["表2"]["A1"].comment.text
    told = [str(cell) for row in book["导入结果"].iter_rows(values_only=True) for cell in row]
    assert any("另有 2 行不是隐患" in text for text in told), "the two headers"


def test_a_table_of_nothing_but_units_names_the_unit_as_the_likeliest(survey, tmp_path):
    rows = [["责任单位", *FIRMS[0][1:]], *FIRMS[1:]]
    outcome = read(survey, workbook(tmp_path / "a.xlsx", rows))[1]
    assert refusals(outcome) == [("A1", 1, "error")]
    assert "--map 责任单位=隐患名称" in outcome.issues[0].message
    assert listed(outcome) == [(1, "header"), (2, "unread"), (3, "unread")]


@pytest.mark.parametrize("header", ["尾矿库名称", "管线名称", "桥梁名称", "林区名称", "隧道 名称"])
def test_things_that_are_the_hazard_themselves_name_it(survey, tmp_path, header):
    rows = [
        [header, "类别", "县区", "坐标系", "经度", "纬度"],
        ["虚构甲", "滑坡", "海港区", "CGCS2000", 119.6, 39.935],
    ]
    _seen, outcome = read(survey, workbook(tmp_path / "a.xlsx", rows))
    assert [hazard.name for hazard in outcome.hazards] == ["虚构甲"]


def test_beside_a_column_of_names_they_stay_what_they_are(survey, tmp_path):
    rows = [
        ["水库名称", "隐患名称", "类别", "县区", "坐标系", "经度", "纬度"],
        ["虚构水库", "虚构甲", "滑坡", "海港区", "CGCS2000", 119.6, 39.935],
    ]
    _seen, outcome = read(survey, workbook(tmp_path / "a.xlsx", rows))
    (hazard,) = outcome.hazards
    assert (hazard.name, dict(hazard.extras)) == ("虚构甲", {"水库名称": "虚构水库"})


def test_a_row_whose_name_begins_as_an_example_is_none_and_is_listed(survey, tmp_path):
    rows = [
        ["序号", "名称", "类别", "县区", "坐标系", "经度", "纬度"],
        [1, "示例：某某滑坡", "滑坡", "海港区", "CGCS2000", 119.6, 39.935],
        [2, "示例村三组滑坡", "滑坡", "海港区", "CGCS2000", 119.61, 39.935],
    ]
    _seen, outcome = read(survey, workbook(tmp_path / "a.xlsx", rows))
    assert [hazard.name for hazard in outcome.hazards] == ["示例村三组滑坡"]
    assert listed(outcome) == [(1, "header"), (2, "example")]


@pytest.mark.parametrize(
    "headers", [("X坐标(经度)", "Y坐标（纬度）"), ("X（经度）", "Y（纬度）"), ("经度X", "纬度Y")]
)
def test_letters_beside_the_words_for_degrees_say_nothing_of_north(survey, tmp_path, headers):
    rows = [
        ["名称", "类别", "县区", "坐标系", *headers],
        ["虚构甲", "滑坡", "海港区", "CGCS2000", 119.6, 39.935],
    ]
    _seen, outcome = read(survey, workbook(tmp_path / "a.xlsx", rows))
    assert outcome.accepted == 1
    assert [issue.code for issue in outcome.issues] == []
