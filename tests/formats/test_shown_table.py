"""A table written as it stands on the screen."""

from __future__ import annotations

import csv
import time

import openpyxl
import pytest

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.shown_table import write_shown

TITLES = ["编号", "名称", "=标题"]
ROWS = [
    ["130302-DZ-2026-0001", "石门泥石流", "普通"],
    ["=1+1", "@SUM(A1)", "-2+3"],
    ["+86 139", "\t=1", "-12.5"],
    ["#N/A", "多\n行", "\x01控制"],
]
WIDTHS = [18, 30, 5]


def test_a_workbook_holds_texts_and_no_formula(tmp_path):
    path = tmp_path / "台账.xlsx"
    write_shown(path, TITLES, iter(ROWS), WIDTHS)
    sheet = openpyxl.load_workbook(path).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == TITLES
    assert cells[1:] == [*ROWS[:3], ["#N/A", "多\n行", "控制"]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["B"].width == 32


def test_a_text_file_opens_in_excel_and_runs_nothing(tmp_path):
    path = tmp_path / "台账.CSV"
    write_shown(path, TITLES, iter(ROWS), WIDTHS)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["编号", "名称", "'=标题"]
    assert rows[2] == ["'=1+1", "'@SUM(A1)", "'-2+3"]
    assert rows[3] == ["'+86 139", "'\t=1", "-12.5"]


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="不能导出"):
        write_shown(tmp_path / "台账.docx", TITLES, iter(ROWS), WIDTHS)
    assert list(tmp_path.iterdir()) == []


def test_twenty_thousand_rows(tmp_path):
    rows = [[f"{n}", f"隐患{n}", "示例单位"] for n in range(20_000)]
    for ending in ("csv", "xlsx"):
        began = time.perf_counter()
        write_shown(tmp_path / f"大.{ending}", TITLES, iter(rows), WIDTHS)
        print(f"20,000 rows to {ending}: {time.perf_counter() - began:.2f} s")
    assert (tmp_path / "大.csv").read_text(encoding="utf-8-sig").count("示例单位") == 20_000
