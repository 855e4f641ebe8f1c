"""Struck-through cells are found by their style, in any spelling; a broken style table stops nothing."""

import re
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from qhd_riskmap.formats import sheet_guard
from qhd_riskmap.formats.struck_cells import struck_cells, struck_styles
from qhd_riskmap.formats.survey_sheet import read_survey


def struck_workbook(path, places=("B2",)):
    book = Workbook()
    for number in range(1, 4):
        book.active.append([number, f"{number}号沟", "泥石流"])
    book.active["C1"].font = Font(bold=True)
    for place in places:
        book.active[place].font = Font(strike=True)
    book.save(path)
    return path


def with_part(path, name, change):
    with zipfile.ZipFile(path) as old:
        parts = {each: old.read(each) for each in old.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for each, data in parts.items():
            new.writestr(each, data)
    return path


def struck(path):
    (sheet,) = read_survey(path)
    return sheet.struck


def test_the_cells_with_a_struck_font_are_told_and_no_other(tmp_path):
    assert struck(struck_workbook(tmp_path / "a.xlsx", ("B2", "C3"))) == {(2, 2), (3, 3)}


def test_a_workbook_without_struck_letters_has_none(tmp_path):
    assert struck(struck_workbook(tmp_path / "a.xlsx", ())) == frozenset()


@pytest.mark.parametrize(
    ("spelling", "counts"),
    [(b'<strike val="0"/>', False), (b'<strike val="false"/>', False), (b"<strike/>", True),
     (b'<strike val="true"/>', True)],
)  # fmt: skip
def test_a_strike_may_be_turned_off(tmp_path, spelling, counts):
    path = struck_workbook(tmp_path / "a.xlsx")
    with_part(path, "xl/styles.xml", lambda data: re.sub(rb"<strike[^>]*>", spelling, data))
    assert struck(path) == ({(2, 2)} if counts else frozenset())


@pytest.mark.parametrize(
    "styles",
    [b"<styleSheet><fonts><font><strike/>", b"strike", b'<!DOCTYPE a [<!ENTITY b "strike">]><a>&b;</a>',
     b'<a><fonts><font><strike/></font></fonts><cellXfs><xf fontId="x"/><xf/></cellXfs></a>'],
)  # fmt: skip
def test_a_style_table_that_cannot_be_read_stops_no_import(tmp_path, styles):
    path = with_part(struck_workbook(tmp_path / "a.xlsx"), "xl/styles.xml", lambda _data: styles)
    archive = sheet_guard.GuardedArchive(path.read_bytes(), path.name)
    assert struck_cells(archive, "xl/worksheets/sheet1.xml", struck_styles(archive)) == frozenset()


def test_a_cell_that_is_cut_by_two_pieces_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_guard, "_PIECE", 37)
    assert struck(struck_workbook(tmp_path / "a.xlsx")) == {(2, 2)}
