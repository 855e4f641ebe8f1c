"""What the preview says of each row and cell, and cells written over by the officer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_corrections import Corrections
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_table import (
    RowFate,
    RowFilter,
    preview_tables,
    seen_preview,
)
from qhd_riskmap.storage.engine import create_register

HEADERS = ("隐患名称", "类别", "县区", "经度", "纬度", "坐标系")
ROWS = (
    ("甲滑坡", "地质灾害", "卢龙县", "119.05", "39.95", "国家2000"),
    ("", "地质灾害", "卢龙县", "119.06", "39.96", "国家2000"),
    ("丙滑坡", "地质灾害", "昌黎县", "118.95", "40.05", "国家2000"),
    ("甲滑坡", "地质灾害", "卢龙县", "119.05", "39.95", "国家2000"),
    ("戊林区", "森林火险", "", "119.021357", "40.352468", ""),
    ("己滑坡", "地质灾害", "没有的县", "119.07", "39.97", "国家2000"),
)


@pytest.fixture
def table(tmp_path):
    book = openpyxl.Workbook()
    for row in (HEADERS, *ROWS):
        book.active.append(row)
    path = tmp_path / "表.xlsx"
    book.save(path)
    register = create_register(tmp_path / "库.sqlite", passphrase=None, office=Office(unit="局"))
    preview = SurveyImport(register, Actor(name="甲")).preview([path], None, SilentJob())
    (found,) = preview_tables(preview)
    yield found
    register.close()


def test_every_row_has_one_fate_and_filters_count_them(table):
    assert [table.fate(row) for row in range(len(table))] == [
        RowFate.READY,
        RowFate.REJECTED,
        RowFate.QUARANTINED,
        RowFate.REPEATED,
        RowFate.UNDECIDED,
        RowFate.READY,
    ]
    counts = table.counts()
    assert counts[RowFilter.ALL] == 6
    assert counts[RowFilter.READY] == 2
    assert counts[RowFilter.ERRORS] == 1
    assert table.shown_by(RowFilter.QUARANTINED).tolist() == [2]
    assert table.shown_by(RowFilter.REPEATS).tolist() == [3]
    assert table.shown_by(RowFilter.UNDECIDED).tolist() == [4]
    assert table.shown_by(RowFilter.WARNINGS).tolist() == [5]


def test_issues_stand_on_their_own_cell_only(table):
    (found,) = table.of_cell(1, 0)
    assert found.code == "no-name"
    assert table.of_cell(1, 1) == []
    assert table.of_cell(0, 0) == []
    assert table.text(2, 0) == "丙滑坡"
    assert table.texts(0)[2] == "丙滑坡"


def test_rows_are_found_by_their_number_and_open_rows_lie_where_their_numbers_say(table):
    assert table.row_of(4) == 2
    assert table.row_of(1) is None
    assert table.key(0)[1:] == ("Sheet", 2)
    lon, lat = table.places
    assert (lon[4], lat[4]) == (119.021357, 40.352468)
    assert np.isfinite(lon).all()
    assert table.before[0][0] == 119.05


def test_a_written_cell_replaces_the_senders_and_the_former_text_is_told():
    path = Path("表.xlsx")
    sheet = SurveySheet(
        file=path,
        name="甲",
        columns=(["名称", "一"], ["长度", None]),
        first_row=3,
        first_column=2,
        unsolved=frozenset({(4, 3)}),
    )
    fixes = Corrections(
        cells={
            (path, "甲", 4, 3): "12",
            (path, "乙", 4, 3): "elsewhere",
            (path, "甲", 99, 3): "below",
        }
    )
    mended, told = fixes.mended(sheet)
    assert mended.columns[1] == ["长度", "12"]
    assert mended.columns[0] is sheet.columns[0]
    assert mended.unsolved == frozenset()
    assert [cell.to_json() for cell in told] == [
        {"sheet": "甲", "cell": "C4", "was": "", "now": "12"}
    ]
    assert Corrections().mended(sheet) == (sheet, ())


def test_errors_of_a_spreadsheet_are_shown_in_their_cell_with_their_issue_until_written_over(
    tmp_path,
):
    book = openpyxl.Workbook()
    for row in (HEADERS, ("甲滑坡", "地质灾害", "卢龙县", "119.05", "#REF!", "国家2000")):
        book.active.append(row)
    path = tmp_path / "表.xlsx"
    book.save(path)
    register = create_register(tmp_path / "库.sqlite", passphrase=None, office=Office(unit="局"))
    importing = SurveyImport(register, Actor(name="甲"))
    (found,) = preview_tables(importing.preview([path], None, SilentJob()))
    assert found.text(0, 4) == "#REF!"
    assert found.texts(4) == ["#REF!"]
    assert found.texts(3) == ["119.05"]
    assert [issue.code for issue in found.of_cell(0, 4)] == ["error-value"]
    mended = Corrections(cells={(path, "Sheet", 2, 5): "39.95"})
    (found,) = preview_tables(importing.preview([path], None, SilentJob(), fixes=mended))
    assert (found.text(0, 4), found.of_cell(0, 4)) == ("39.95", [])
    assert found.fate(0) is RowFate.READY
    register.close()


def test_what_takes_long_of_a_preview_is_made_before_it_is_shown(tmp_path):
    book = openpyxl.Workbook()
    for row in (HEADERS, *ROWS):
        book.active.append(row)
    path = tmp_path / "表.xlsx"
    book.save(path)
    with create_register(tmp_path / "库.sqlite", passphrase=None, office=Office()) as register:
        importing = SurveyImport(register, Actor(name="甲"))
        preview = importing.preview([path], None, SilentJob())
        seen = seen_preview(preview)
        (found,) = seen.tables
        assert {"places", "before", "ground"} <= vars(found).keys()
        west, south, east, north = found.ground
        assert 118.95 < west < east < 119.1
        assert 39.9 < south < north < 40.4
        (repeat,) = seen.repeats
        assert (repeat.key, repeat.name) == ((path, "Sheet", 5), preview.repeats[0].hazard.name)
        assert repeat.other == preview.repeated[0]
        keys = [found.key(0), found.key(3), (path, "别的表", 2)]
        assert preview.left_by(keys) == len(preview.without(keys).candidates) == 1
        assert preview.without([]) is preview


def test_a_table_without_any_place_has_no_ground(table):
    nowhere = replace(table.reading.decision, places=None)
    assert replace(table, reading=replace(table.reading, decision=nowhere)).ground is None
