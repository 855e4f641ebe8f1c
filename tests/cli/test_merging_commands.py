"""Pairs that may be one thing on the command line: listed, told apart, merged."""

from __future__ import annotations

import json

import openpyxl
import pytest

HEADER = ["隐患名称", "隐患类别", "县区", "经度", "纬度", "坐标系", "详细位置", "责任单位"]
ROWS = (
    ["东沟滑坡", "滑坡", "青龙县", 118.95, 40.40, "国家2000", "东沟村", ""],
    ["东沟滑坡点", "滑坡", "青龙县", 118.9505, 40.40, "国家2000", "东沟村北", "东沟村委会"],
)


@pytest.fixture
def register(tmp_path, answer):
    path, sheet = tmp_path / "r.qhd", tmp_path / "表.xlsx"
    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    book.save(sheet)
    book.close()
    answer("init", path)
    answer("import", path, sheet)
    return path


def test_pairs_are_listed_told_apart_and_listed_again(register, answer):
    (pair,) = answer("look-alikes", register)["open"]
    assert (pair["earlier_name"], pair["later_name"]) == ("东沟滑坡", "东沟滑坡点")
    assert (pair["reason"], pair["type"]) == ("name", "geological")
    assert 40 < pair["metres"] < 45
    told = answer("look-alikes", register, "--apart", pair["key"])
    assert (told["open"], [each["key"] for each in told["apart"]]) == ([], [pair["key"]])
    assert len(answer("look-alikes", register, "--again", pair["key"])["open"]) == 1


def test_two_records_are_merged_as_said(register, answer, command):
    (pair,) = answer("look-alikes", register)["open"]
    old, new = pair["earlier"], pair["later"]
    seen = answer("merge", register, new, old, "--dry-run")
    assert {each["field"] for each in seen["fields"]} >= {"name", "address", "unit", "geometry"}
    assert not seen["merged"]
    assert len(answer("list", register)) == 2
    done = answer("merge", register, new, old, "--take", "name")
    assert (done["kept"], done["absorbed"], done["merged"]) == (new, old, True)
    kept = answer("show", register, old)  # the old code leads there
    assert (kept["code"], kept["name"]) == (new, "东沟滑坡")
    assert answer("look-alikes", register)["open"] == []
    code, out, _err = command("merge", register, new, new, "--json")
    assert code == 2
    assert json.loads(out)["error"]["code"] == "invalid-input"


def test_a_field_is_taken_by_the_name_the_comparison_shows(register, answer, command):
    (pair,) = answer("look-alikes", register)["open"]
    old, new = pair["earlier"], pair["later"]
    code, _out, err = command("merge", register, old, new, "--take", "颜色")
    assert code == 2
    assert "没有字段“颜色”" in err
    assert "名称（name）" in err
    answer("merge", register, old, new, "--take", "名称")
    assert answer("show", register, old)["name"] == "东沟滑坡点"
