"""A table with more in it than memory holds is refused early, in words; blank cells cost nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats import sheet_guard
from qhd_riskmap.formats.survey_sheet import read_survey

ROWS = [["名称", "经度"], *[[f"甲{n}", str(n)] for n in range(4)]]


def text_file(path, rows):
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")


def workbook(path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def page(path, rows):
    cells = "".join("<tr>" + "".join(f"<td>{t}</td>" for t in row) + "</tr>" for row in rows)
    path.write_text(f"<table>{cells}</table>", encoding="utf-8")


def placemarks(path, rows):
    marks = "".join(
        f"<Placemark><name>{row[0]}</name><Point><coordinates>119,39</coordinates></Point></Placemark>"
        for row in rows
    )
    path.write_text(f"<kml><Document>{marks}</Document></kml>", encoding="utf-8")


def features(path, rows):
    found = [
        {
            "type": "Feature",
            "properties": {"名称": row[0]},
            "geometry": {"type": "Point", "coordinates": [119, 39]},
        }
        for row in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": found}), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", text_file),
        ("a.xlsx", workbook),
        ("a.xls", page),
        ("a.kml", placemarks),
        ("a.geojson", features),
    ],
)
def test_every_kind_of_file_knows_the_limit(tmp_path, monkeypatch, name, write):
    path = tmp_path / name
    write(path, ROWS)
    assert read_survey(path)
    monkeypatch.setattr(sheet_guard, "MAX_FILLED", 8)
    with pytest.raises(UnreadableFileError, match="一次核对不了") as caught:
        read_survey(path)
    assert "拆成几个文件" in caught.value.hint


def test_cells_that_are_only_formatted_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_guard, "MAX_FILLED", 10)
    book = Workbook()
    for row in ROWS:
        book.active.append(row)
    for row in range(6, 40):
        book.active.cell(row, 1).font = Font(bold=True)
    book.save(tmp_path / "a.xlsx")
    (sheet,) = read_survey(tmp_path / "a.xlsx")
    assert sheet.rows[:5] == ROWS


def test_rows_and_columns_that_come_later_find_their_place(tmp_path, monkeypatch):
    monkeypatch.setattr("qhd_riskmap.formats.survey_text._ROWS_AT_ONCE", 2)
    path = tmp_path / "a.csv"
    path.write_text("名称\n甲,1\n乙\n丙,2,备注\n丁\n", encoding="gb18030")
    (sheet,) = read_survey(path)
    assert sheet.rows == [
        ["名称", "", ""], ["甲", "1", ""], ["乙", "", ""], ["丙", "2", "备注"], ["丁", "", ""],
    ]  # fmt: skip


def test_a_file_that_turns_out_to_be_gbk_only_at_its_end_is_read_as_such(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,x\n" + b"a,1\n" * 200_000 + "乙,2\n".encode("gb18030"))
    (sheet,) = read_survey(path)
    assert sheet.row(200_001) == ["乙", "2"]


def test_a_line_without_an_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("qhd_riskmap.formats.survey_text._LONGEST_LINE", 100)
    path = tmp_path / "a.csv"
    path.write_text("名称,经度\n" + "甲," * 80, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(path)


_CHILD = """
import sys
from pathlib import Path
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import read_survey
try:
    (sheet,) = read_survey(Path(sys.argv[1]))
    print(sheet.height)
except UnreadableFileError as error:
    print(error.message)
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
print(int(status["VmHWM"].split()[0]) // 1024)
"""
_LINE = "{n},第{n}号滑坡,滑坡,青龙县,118.9,40.3,CGCS2000,某某镇,某某村,某某单位,张三,13900000000,备注{n}"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(("rows", "answer"), [(150_000, "150001"), (1_000_000, "超过 250 万个")])
def test_a_text_file_of_any_length_takes_no_more_memory_than_it_may(tmp_path, rows, answer):
    path = tmp_path / "表.csv"
    with path.open("w", encoding="gb18030") as out:
        out.write("序号,隐患名称,隐患类别,县区,经度,纬度,坐标系,乡镇,位置,单位,联系人,电话,备注\n")
        out.writelines(_LINE.format(n=n) + "\n" for n in range(rows))
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", _CHILD, str(path)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip
    said, peak = done.stdout.split("\n")[:2]
    assert answer in said
    assert int(peak) < 700
