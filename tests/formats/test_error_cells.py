"""Errors of a spreadsheet are found wherever a cell may hold one."""

import re
import zipfile

import pytest
from openpyxl import Workbook

from qhd_riskmap.formats import error_cells
from qhd_riskmap.formats.error_cells import error_named, is_error, without_errors
from qhd_riskmap.formats.survey_sheet import read_survey


@pytest.mark.parametrize(
    "text", ["#N/A", "#REF!", "#value!", "#DIV/0!", "#NAME?", "#NUM!", "#SPILL!", "Err:502", "####"]
)
def test_what_spreadsheets_write_is_an_error(text):
    assert is_error(text)


@pytest.mark.parametrize(
    "text", ["", "#1储罐", "#", "##", "N/A", "#N/A 见备注", "Error", "#REF!" * 9]
)
def test_other_texts_are_not(text):
    assert not is_error(text)


def test_codes_of_old_workbooks_have_texts():
    assert [error_named(code) for code in (0, 7, 15, 23, 29, 36, 42, 99)] == [
        "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#N/A",
    ]  # fmt: skip


def test_texts_are_cleared_and_told_by_their_place():
    columns, found = without_errors(
        [["a", "#REF!", None], ["b", "c", ""]], (3, 2), {(9, 9): "#N/A"}
    )
    assert columns == (["a", None, None], ["b", "c", ""])
    assert found == {(4, 2): "#REF!", (9, 9): "#N/A"}


def sheet_with(path, *cells):
    book = Workbook()
    for place, value in cells:
        book.active[place] = value
    book.save(path)
    return path


def rewritten(path, change):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_cells_of_a_workbook_with_and_without_a_formula(tmp_path):
    path = sheet_with(tmp_path / "a.xlsx", ("A1", "名称"), ("B2", "#N/A"), ("C3", "=1/0"))
    formula = rb'<c r="C3"[^>]*><f>1/0</f><v ?/?>(</v>)?</c>'
    stored = b"<c r='C3' t='e'><f>1/0</f><v>#DIV/0!</v></c>"
    rewritten(path, lambda xml: re.sub(formula, stored, xml))
    (sheet,) = read_survey(path)
    assert sheet.failed == {(2, 2): "#N/A", (3, 3): "#DIV/0!"}
    assert (sheet.height, sheet.width) == (3, 3)


def test_a_workbook_of_many_pieces_loses_none(tmp_path, monkeypatch):
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard._PIECE", 700)
    cells = [(f"A{row}", "#REF!" if row % 3 == 0 else f"名称{row}") for row in range(1, 90)]
    (sheet,) = read_survey(sheet_with(tmp_path / "a.xlsx", *cells))
    assert set(sheet.failed) == {(row, 1) for row in range(3, 90, 3)}


def test_no_more_are_told_than_a_sender_can_use(tmp_path, monkeypatch):
    monkeypatch.setattr(error_cells, "MOST_TOLD", 5)
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard._PIECE", 700)
    cells = [(f"A{row}", "#REF!") for row in range(1, 90)]
    (sheet,) = read_survey(sheet_with(tmp_path / "a.xlsx", *cells))
    assert 5 <= len(sheet.failed) < 60
