"""A cell far off the table of a workbook is named and left out, and costs next to nothing."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats import sheet_guard, sheet_pieces, stray_cells
from qhd_riskmap.formats.survey_sheet import read_survey

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
FAR = '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'
MOST_MB = 60
PEAK = """
import resource, sys
from pathlib import Path
import fastexcel, polars
from qhd_riskmap.formats.survey_sheet import read_survey
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_survey(Path(sys.argv[1]))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def table(rows: int, columns: int) -> str:
    """Rows of a table, every cell with its own address in it."""
    letters = [get_column_letter(number) for number in range(1, columns + 1)]
    return "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{c}{row}" t="str"><v>{c}{row}</v></c>' for c in letters)
        + "</row>"
        for row in range(1, rows + 1)
    )


def made(path: Path, body: str, after: str = "") -> Path:
    base = BytesIO()
    openpyxl.Workbook().save(base)
    with (
        zipfile.ZipFile(base) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            text = f'<worksheet xmlns="{NS}"><sheetData>{body}</sheetData>{after}</worksheet>'
            new.writestr(name, text if name == SHEET else old.read(name))
    return path


@pytest.mark.parametrize(
    ("extra", "stray"),
    [
        (FAR, ((1048576, 16384),)),
        ('<row r="1000000"><c r="A1000000"><v>7</v></c></row>', ((1000000, 1),)),
        ('<row r="60"><c r="XFC60" s="0"/><c r="XFD60"><f>1+1</f></c></row>' + FAR,
         ((60, 16384), (1048576, 16384))),
    ],
)  # fmt: skip
def test_the_table_is_read_and_the_stray_cells_are_named(tmp_path, extra, stray):
    path = made(tmp_path / "a.xlsx", table(50, 5) + extra)
    (sheet,) = read_survey(path)
    assert sheet.stray == stray
    assert (sheet.height, sheet.width, sheet.address(0, 0)) == (50, 5, "A1")
    assert sheet.row(49) == ["A50", "B50", "C50", "D50", "E50"]
    assert sheet.unread == frozenset()


def test_a_stray_cell_beside_a_row_takes_nothing_of_the_row_with_it(tmp_path):
    body = table(20, 4).replace("</row>", '<c r="XFD7" t="str"><v>x</v></c></row>', 7)
    body = body.replace('<c r="XFD7" t="str"><v>x</v></c>', "", 6)
    (sheet,) = read_survey(made(tmp_path / "a.xlsx", body))
    assert sheet.stray == ((7, 16384),)
    assert [sheet.row(n)[3] for n in (5, 6, 7)] == ["D6", "D7", "D8"]


def test_only_the_sheet_with_the_stray_cell_is_read_without_it_and_merged_blocks_stay(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "甲"
    for name in ("甲", "乙"):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for row in range(1, 6):
            sheet.append([f"{name}{row}", "镇", "县"])
        sheet.merge_cells("B2:B3")
    book["乙"]["XFD1048576"] = "。"
    book["甲"]["H9"] = "旁注"
    book.save(tmp_path / "a.xlsx")
    first, second = read_survey(tmp_path / "a.xlsx")
    assert (first.stray, second.stray) == ((), ((1048576, 16384),))
    assert first.rows[8][7] == "旁注"
    assert second.rows[4] == ["乙5", "镇", "县"]
    assert len(first.merged) == len(second.merged) == 1


@pytest.mark.parametrize(
    "body",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row>' + FAR,  # no table
        table(2, 10_000),
        table(5, 5) + "".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(2000, 2100)),
        table(5, 5) + "<row><c><v>1</v></c></row>" + FAR,  # places not told
        table(5, 5) + '<row r="99"><c r="ZZZ99"><v>1</v></c></row>',  # no such column
        table(5, 5) + '<row r="2000000"><c r="A2000000"><v>1</v></c></row>',
    ],
)
def test_what_is_more_than_a_slip_stays_refused(tmp_path, body):
    begun = time.perf_counter()
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(made(tmp_path / "a.xlsx", body))
    assert time.perf_counter() - begun < 5


def test_a_remark_some_rows_below_or_beside_belongs_to_the_sheet(tmp_path):
    body = table(50, 5) + '<row r="900"><c r="CA900"><v>7</v></c></row>'
    (sheet,) = read_survey(made(tmp_path / "a.xlsx", body))
    assert (sheet.stray, sheet.height, sheet.width) == ((), 900, 79)


def test_a_large_sheet_read_in_pieces_goes_without_its_stray_cell_too(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_pieces, "_WORTH_IT", 1000)
    monkeypatch.setattr(sheet_guard, "_PIECE", 4000)
    (sheet,) = read_survey(made(tmp_path / "a.xlsx", table(400, 6) + FAR))
    assert sheet.stray == ((1048576, 16384),)
    assert [sheet.row(n) for n in range(400)] == [
        [f"{c}{n + 1}" for c in "ABCDEF"] for n in range(400)
    ]


def test_a_part_too_large_to_be_copied_is_judged_as_before(tmp_path, monkeypatch):
    monkeypatch.setattr(stray_cells, "_MOST_BYTES", 100)
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(made(tmp_path / "a.xlsx", table(50, 5) + FAR))


@pytest.mark.skipif(sys.platform == "win32", reason="no peak of memory from the standard library")
def test_a_stray_cell_costs_no_memory(tmp_path):
    body = table(300, 22) + '<row r="1000000"><c r="V1000000"><v>7</v></c></row>'
    path = made(tmp_path / "a.xlsx", body)
    run = [sys.executable, "-X", "utf8", "-c", PEAK, str(path)]
    told = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60)
    assert float(told.stdout) < MOST_MB
