"""Formulas without a stored result are found by address; stored results never are."""

import zipfile

import pytest
from openpyxl import Workbook

from qhd_riskmap.formats import sheet_guard, unsolved_formulas
from qhd_riskmap.formats.survey_sheet import read_survey


def with_cells(path, rows: str):
    """A workbook whose only sheet holds exactly this XML."""
    book = Workbook()
    book.active["A1"] = "x"
    book.save(path)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    assert content
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    head, _sep, rest = sheet.partition("<sheetData>")
    _old, _sep, foot = rest.partition("</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = f"{head}<sheetData>{rows}</sheetData>{foot}".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def unsolved(path):
    (sheet,) = read_survey(path)
    return sheet.unsolved


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2"><f>1+1</f></c>',
        '<c r="B2"><f>1+1</f><v/></c>',
        '<c r="B2"><f>1+1</f><v></v></c>',
        '<c r="B2" s="3" t="n"><f aca="false">IF(A1&lt;2,">","")</f><v /></c>',
        '<c s="1" r="B2"><f t="shared" si="0"/></c>',
        '<c r="B2" t="str"><f>A1</f></c>',
        '<c r="B2">\n <f t="array" ref="B2:B3">A1:A2</f>\n <v/>\n</c>',
    ],
)
def test_a_formula_without_a_result_is_told_by_its_cell(tmp_path, cell):
    row = f'<row r="1"><c r="A1"><v>5</v></c></row><row r="2">{cell}<c r="C2"><v>7</v></c></row>'
    path = with_cells(tmp_path / "a.xlsx", row)
    assert unsolved(path) == {(2, 2)}


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2"><f>1+1</f><v>2</v></c>',
        '<c r="B2" t="str"><f>IF(A1="","",A1)</f><v></v></c>',
        '<c r="B2" t="str"><f>A1</f><v>文字</v></c>',
        '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="B2"/>',
        '<c r="B2" s="2"></c>',
        '<c r="B2"><v>3</v></c>',
    ],
)
def test_a_stored_result_or_no_formula_is_not_told(tmp_path, cell):
    row = f'<row r="1"><c r="A1"><f>1</f><v>1</v></c></row><row r="2">{cell}</row>'
    assert unsolved(with_cells(tmp_path / "a.xlsx", row)) == frozenset()


def test_rows_of_nothing_but_such_formulas_are_rows(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["名称", "经度"])
    sheet["A3"], sheet["B3"] = "=A1", "=1+1"
    book.save(tmp_path / "a.xlsx")
    (read,) = read_survey(tmp_path / "a.xlsx")
    assert read.unsolved == {(3, 1), (3, 2)}
    assert (read.height, read.width) == (3, 2)


@pytest.mark.parametrize("piece", [97, 512, 2**22])
def test_cells_cut_by_a_piece_are_found_too(tmp_path, monkeypatch, piece):
    book = Workbook()
    for row in range(1, 60):
        book.active.cell(row, 1, f"名称{row}")
        book.active.cell(row, 2, "=1+1" if row % 3 else 7)
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(sheet_guard, "_PIECE", piece)
    assert unsolved(tmp_path / "a.xlsx") == {(row, 2) for row in range(1, 60) if row % 3}


def test_a_sheet_of_formulas_only_does_not_fill_memory(tmp_path, monkeypatch):
    book = Workbook()
    for row in range(1, 400):
        book.active.cell(row, 1, f"名称{row}")
        book.active.cell(row, 2, "=1+1")
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(unsolved_formulas, "MOST_TOLD", 50)
    monkeypatch.setattr(sheet_guard, "_PIECE", 1024)
    assert 50 <= len(unsolved(tmp_path / "a.xlsx")) < 100
