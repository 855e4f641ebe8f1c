"""A formula without a stored result and an error are called that, not a missing value."""

import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

HEADERS = ["序号", "隐患名称", "类别", "经度(GPS)", "纬度(GPS)", "威胁人数", "自定列"]
GOOD = [1, "东沟滑坡", "滑坡", 118.95, 40.407, 12, "x"]


@pytest.fixture
def look(tmp_path):
    """Preview a sheet of these rows: accepted, rejected, issues by cell."""

    def preview(*rows, before=()):
        book = Workbook()
        for line in (*before, HEADERS, *rows):
            book.active.append(list(line))
        book.save(tmp_path / "a.xlsx")
        with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
            survey = SurveyImport(register, Actor(name="张三"), date(2014, 7, 1))
            found = survey.preview([tmp_path / "a.xlsx"], datum=None, job=SilentJob())
        return found.accepted, found.rejected, [(i.cell, i.code) for i in found.issues], found

    return preview


def changed(column: str, value):
    """Another hazard with one cell changed."""
    row = [2, "西沟滑坡", "滑坡", 118.96, 40.41, 15, "y"]
    row["ABCDEFG".index(column)] = value
    return row


@pytest.mark.parametrize("column", ["B", "C", "D", "E"])
def test_where_name_type_or_place_hang_on_it_the_row_comes_back_for_this_one_reason(look, column):
    accepted, rejected, issues, found = look(GOOD, changed(column, "=Sheet2!A1"))
    assert (accepted, rejected) == (1, 1)
    assert issues == [(f"{column}3", "formula-without-value")]
    assert "公式" in found.issues[0].message
    assert HEADERS["ABCDEFG".index(column)] in found.issues[0].message
    assert "保存" in found.issues[0].message


@pytest.mark.parametrize("column", ["F", "G"])
def test_elsewhere_the_row_is_taken_with_a_warning(look, column):
    accepted, rejected, issues, _found = look(GOOD, changed(column, "=Sheet2!A1"))
    assert (accepted, rejected) == (2, 0)
    assert issues[0] == (f"{column}3", "formula-without-value")
    assert all(code != "missing" for cell, code in issues if cell == f"{column}3")


def test_a_running_number_is_nobodys_loss(look):
    _accepted, rejected, issues, _found = look(changed("A", "=ROW()-1"))
    assert (rejected, issues) == (0, [])


def test_a_row_of_formulas_alone_is_not_passed_over(look):
    _accepted, rejected, issues, _found = look(
        GOOD, [2, "=X!B2", "=X!C2", "=X!D2", "=X!E2", None, None], [None, *["=X!B3"] * 4]
    )
    assert rejected == 2
    assert [cell for cell, _code in issues] == [f"{c}{r}" for r in (3, 4) for c in "BCDE"]
    assert {code for _cell, code in issues} == {"formula-without-value"}


def test_titles_and_totals_may_be_formulas(look):
    accepted, rejected, issues, _found = look(
        GOOD, ["合计", "=COUNTA(B2:B3)"], before=[["=TODAY()", "排查表"]]
    )
    assert (accepted, rejected, issues) == (1, 0, [])


@pytest.mark.parametrize("column", ["B", "C", "D", "E"])
@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_an_error_where_name_type_or_place_should_stand_rejects_the_row(look, column, text):
    accepted, rejected, issues, found = look(GOOD, changed(column, text))
    assert (accepted, rejected) == (1, 1)
    assert issues == [(f"{column}3", "error-value")]
    assert text in found.issues[0].message
    assert HEADERS["ABCDEFG".index(column)] in found.issues[0].message


@pytest.mark.parametrize("column", ["F", "G"])
def test_an_error_elsewhere_is_a_warning_that_names_cell_and_error(look, column):
    accepted, rejected, issues, found = look(GOOD, changed(column, "#REF!"))
    assert (accepted, rejected) == (2, 0)
    assert issues[0] == (f"{column}3", "error-value")
    assert "#REF!" in found.issues[0].message
    assert all(code != "missing" for cell, code in issues if cell == f"{column}3")
    assert "#REF!" not in str(found.candidates[1].hazard)


def test_errors_in_a_running_number_or_a_total_are_nobodys_loss(look):
    _accepted, rejected, issues, _found = look(
        changed("A", "#REF!"), ["合计", None, None, None, None, "#VALUE!", None]
    )
    assert (rejected, issues) == (0, [])


@pytest.mark.parametrize("ending", [".csv", ".txt"])
def test_errors_that_a_sheet_was_saved_with_as_text_are_errors(tmp_path, ending):
    lines = [HEADERS, changed("B", "#NAME?"), changed("F", "Err:502"), changed("F", "#####")]
    path = tmp_path / f"a{ending}"
    path.write_text("\n".join(",".join(map(str, line)) for line in lines), encoding="utf-8")
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        found = SurveyImport(register, Actor(name="张三")).preview([path], None, SilentJob())
    told = {i.cell: i.code for i in found.issues if i.code == "error-value"}
    assert told == {"B2": "error-value", "F3": "error-value", "F4": "error-value"}
    assert found.rejected == 1


def test_an_ods_formula_without_a_stored_result_is_told_like_that_of_a_workbook(tmp_path):
    rows = [HEADERS, GOOD, changed("B", None), changed("F", None)]
    cells = ["".join(_ods_cell(v, formula=v is None) for v in row) for row in rows]
    content = _ODS.format(rows="".join(f"<table:table-row>{c}</table:table-row>" for c in cells))
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        found = SurveyImport(register, Actor(name="张三")).preview([path], None, SilentJob())
    told = [(i.cell, i.code) for i in found.issues if i.code == "formula-without-value"]
    assert told == [("B3", "formula-without-value"), ("F4", "formula-without-value")]
    assert (found.accepted + found.duplicates, found.rejected) == (2, 1)


def _ods_cell(value, *, formula):
    if formula:
        return '<table:table-cell table:formula="of:=[.Z1]"/>'
    return (
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    )


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="表">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)
