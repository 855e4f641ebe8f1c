"""Inspections on the command line."""

from __future__ import annotations

import subprocess

import openpyxl
import pytest
from PIL import Image

from qhd_riskmap.cli import inspection_arguments
from qhd_riskmap.domain.inspection.record import InspectionResult
from qhd_riskmap.domain.levels import RiskLevel


def test_the_grammar_knows_the_words_of_the_domain():
    assert tuple(each.value for each in InspectionResult) == inspection_arguments.RESULTS
    assert tuple(each.value for each in RiskLevel) == inspection_arguments.LEVELS


@pytest.fixture
def register(tmp_path, answer):
    path, sheet = tmp_path / "r.qhd", tmp_path / "s.csv"
    answer("init", path, "--county", "130304")
    sheet.write_text(
        "隐患名称,类别,经度,纬度,坐标系,责任单位,风险等级\n"
        "联峰山滑坡,地质灾害,119.47,39.83,国家2000,海滨镇政府,一般风险\n",
        encoding="utf-8",
    )
    answer("import", path, sheet)
    return path


def test_due_hazards_are_listed_and_an_inspection_is_recorded(register, answer):
    found = answer("inspections", register, "--on", "2099-01-01", "--route", "119.6,39.93")
    assert [each["name"] for each in found["due"]] == ["联峰山滑坡"]
    assert found["route_m"] > 20_000
    code = found["due"][0]["code"]
    done = answer(
        "inspect", register, code, "--on", "2020-01-01", "--by", "李四", "--result", "problems",
        "--finding", "挡墙开裂",
    )  # fmt: skip
    assert [task["number"] for task in answer("tasks", register)] == done["tasks"]
    other = answer("inspections", register, "--on", "2099-01-01", "--level", "red")
    assert other == {"due": [], "route_m": None}


def test_a_round_goes_out_and_comes_back(register, answer, tmp_path):
    pdf, book = tmp_path / "r.pdf", tmp_path / "r.xlsx"
    planned = answer(
        "round", register, "--on", "2020-01-02", "--start", "119.6,39.93", "--by", "李四",
        "--hazard", answer("inspections", register, "--on", "2099-01-01")["due"][0]["code"],
        "--out", pdf, "--out", book,
    )  # fmt: skip
    (stop,) = planned["stops"]
    assert stop["sheet"] == f"{planned['id']}-1"
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert answer("round", register, "--id", planned["id"]) == {**planned, "files": []}
    workbook = openpyxl.load_workbook(book)
    workbook["检查"]["M2"].value = "正常"
    workbook.save(book)
    assert answer("inspection-return", register, book, "--dry-run")["new"] == 1
    assert answer("inspection-return", register, book)["taken"] == 1
    again = answer("inspection-return", register, book)
    assert (again["taken"], again["recorded"]) == (0, 1)
    subprocess.run(
        ["pdftoppm", "-r", "120", "-png", "-f", "2", "-l", "2", "-singlefile", pdf, tmp_path / "s"],
        check=True,
    )
    scans = answer("inspection-scans", register, tmp_path / "s.png")
    assert (scans["attached"], scans["pages"][0]["sheet"]) == (1, stop["sheet"])


def test_what_stays_over_is_said_and_told_by_the_exit_code(register, command, tmp_path):
    Image.new("RGB", (30, 30)).save(tmp_path / "x.png")
    code, out, _err = command("inspection-scans", register, tmp_path / "x.png", "--dry-run")
    assert code == 2
    assert "没有找到检查单的二维码" in out


def test_undoing_an_import_stops_at_what_was_inspected_since(register, answer, command):
    code = answer("inspections", register, "--on", "2099-01-01")["due"][0]["code"]
    answer("inspect", register, code, "--on", "2020-01-01", "--by", "李四", "--result", "normal")
    (batch,) = answer("batches", register)
    status, _out, _err = command("undo-batch", register, batch["id"])
    assert status == 2
    undone = answer("undo-batch", register, batch["id"], "--edited", "keep")
    assert [(each["code"], each["reason"]) for each in undone["kept"]] == [
        (code, "已由 李四 检查过")
    ]
