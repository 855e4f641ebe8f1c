"""Every grading method, sign-off, tables and rules on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from qhd_riskmap.domain.grading.method import SHIPPED

CASES = Path(__file__).parents[1] / "data" / "grading" / "cases.csv"
SHEET = (
    "隐患名称,隐患类型,县区,经度,纬度,坐标系\n虚构滑坡点,地质灾害,海港区,119.60,39.935,CGCS2000\n"
)


@pytest.fixture
def register(answer, tmp_path):
    """A register with one hazard; returns its path and the hazard's id."""
    sheet = tmp_path / "表.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    db = tmp_path / "库.qhd"
    answer("init", db)
    answer("import", db, sheet)
    (hazard,) = answer("list", db)
    return db, hazard["id"]


def first_case(key):
    with CASES.open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["method"] == key and row["level"])


@pytest.mark.parametrize("key", SHIPPED)
def test_every_method_grades_with_json(register, answer, key):
    db, hazard = register
    case = first_case(key)
    parts = case["inputs"].split("|" if "|" in case["inputs"] else ";")
    given = [word for part in parts for word in ("--set", part)]
    found = answer("assess", db, hazard, "--method", key, *given, "--on", "2026-03-01")
    assert (found["level"], found["assessment"]["band"]) == (case["level"], case["band"])
    assert found["assessment"]["next_review"] > "2026-03-01"


def test_what_is_missing_is_named_and_nothing_is_stored(register, command):
    db, hazard = register
    code, out, err = command(
        "assess", db, hazard, "--method", "gb18218", "--set", "substances=液氨:40", "--json"
    )
    assert code == 2
    assert json.loads(out)["error"]["code"] == "not-gradable"
    assert "500 m" in err


def test_a_whole_worksheet_is_given_and_signed(register, answer, command):
    db, hazard = register
    found = answer(
        "assess", db, hazard, "--method", "ls", "--set", "L=4", "--set", "S=5", "--after", "L=1",
        "--evidence", "L=现场", "--opinion", "属实", "--measures", "削坡", "--expert", "张工",
        "--occasion", "periodic", "--next-review", "2026-09-01", "--on", "2026-03-01", "--known",
    )["assessment"]  # fmt: skip
    assert found["residual_level"] == "blue"
    assert found["worksheet"]["experts"] == ["张工"]
    assert "可能性 L由 4 降到 3" in found["lowering"][0]["text"]
    signed = answer("sign", db, hazard, "--opinion", "同意", "--actor", "李局")
    assert (signed["level"], signed["signed_by"]) == ("red", "李局")
    assert command("sign", db, hazard, "--actor", "李局")[0] == 2


def test_a_factor_given_twice_is_refused(register, command):
    db, hazard = register
    assert command("assess", db, hazard, "--method", "ls", "--set", "L=4", "--set", "L=5")[0] == 2
    assert command("assess", db, hazard, "--method", "ls", "--set", "L")[0] == 2


def test_a_table_and_defaults(register, answer, command, tmp_path):
    db, _hazard = register
    defaults = tmp_path / "默认.csv"
    defaults.write_text("区域,方法,因素,取值,依据\n海港区,ls,S,5,普查\n", encoding="utf-8")
    assert answer("factor-defaults", db, defaults)[0]["value"] == "5"
    table = tmp_path / "评估.csv"
    table.write_text("名称,方法,L\n虚构滑坡点,ls,4\n", encoding="utf-8")
    done = answer("assess-table", db, table, "--out", tmp_path / "果.xlsx")
    assert done["stored"]
    assert done["rows"][0]["assessment"]["level"] == "red"
    assert (tmp_path / "果.xlsx").stat().st_size > 1000
    table.write_text("名称,方法,L\n没有的,ls,4\n", encoding="utf-8")
    code, out, _err = command("assess-table", db, table)
    assert code == 2
    assert "对应 0 处隐患" in out


def test_rules_are_listed_exported_rehearsed_and_adopted(register, answer, command, tmp_path):
    db, hazard = register
    answer("assess", db, hazard, "--method", "ls", "--set", "L=3", "--set", "S=4")
    assert [each["key"] for each in answer("rules", db)] == list(SHIPPED)
    path = tmp_path / "ls.json"
    answer("rules", db, "ls", "--export", path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["grades"][1]["minimum"] = 12
    path.write_text(json.dumps(raw), encoding="utf-8")
    (changed,) = answer("rules", db, "--rehearse", path)["changed"]
    assert (changed["before"], changed["after"]) == ("yellow", "orange")
    assert "变色 1 处" in command("rules", db, "--rehearse", path)[1]
    done = answer("rules", db, "--adopt", path, "--reason", "试", "--regrade")
    assert (done["version"], done["regraded"]) == ("2026.1+1", [hazard])
    assert [each["version"] for each in answer("rules", db, "ls")] == ["2026.1", "2026.1+1"]
    assert command("rules", db, "--export", path)[0] == 2
    assert command("rules", db, "--rehearse", path, "--adopt", path)[0] == 2


def test_settings_are_tried_out_before_they_are_adopted(register, answer, command, tmp_path):
    db, hazard = register
    path = tmp_path / "设置.json"
    answer("rules", db, "assessment", "--export", path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["default_radius_m"] = 900
    path.write_text(json.dumps(raw), encoding="utf-8")
    found = answer("rules", db, "--rehearse", path)
    (changed,) = found["changed"]
    assert (found["examined"], changed["id"]) == (1, hazard)
    assert (changed["before"]["reach_m"], changed["after"]["reach_m"]) == (500.0, 900.0)
    assert "有变化的 1 处" in command("rules", db, "--rehearse", path)[1]
    assert answer("rules", db, "--adopt", path, "--reason", "试")["version"].endswith("+1")
    assert answer("rules", db, "--rehearse", path)["changed"] == []


def test_receptors_are_loaded_counted_and_fed(register, answer, command, tmp_path):
    db, hazard = register
    sheet = tmp_path / "受体.csv"
    sheet.write_text(
        "名称,类别,人数,户数,经度,纬度\n甲村,村庄,60,20,119.601,39.936\n乙村,村庄,,,119.602,39.936\n",
        encoding="utf-8",
    )
    code, out, _err = command("receptors", db, sheet, "--dry-run")
    assert (code, "缺少人数" in out) == (2, True)
    assert answer("receptors", db) == []
    assert command("receptors", db, sheet)[0] == 2
    (only,) = answer("receptors", db)
    assert (only["class"], only["people"], only["households"]) == ("village", 60, 20)
    out = tmp_path / "范围.geojson"
    found = answer("exposure", db, hazard, "--zone", "erg:1005:truck:night", "--geojson", out)
    assert (found["people"], found["inside"][0]["name"]) == (60, "甲村")
    assert len(json.loads(out.read_text(encoding="utf-8"))["features"]) == 2
    assert "甲村" in command("exposure", db, hazard)[1]
    blown = answer(
        "exposure", db, hazard, "--zone", "erg:1005:truck", "--wind-from", "45"
    )  # fmt: skip
    assert blown["people"] == 60  # inside the isolation circle
    odd = command("exposure", db, hazard, "--zone", "erg:1005:truck", "--wind-from", "nan")
    assert odd[0] == 2
    assert answer("exposure", db)[0]["people"] == 60
    assert command("exposure", db, "--zone", "radius:5")[0] == 2
    graded = (
        "assess",
        db,
        hazard,
        "--method",
        "gb18218",
        "--set",
        "substances=液氨:40",
        "--exposure",
    )
    document = answer(*graded)["assessment"]
    assert (document["score"], document["worksheet"]["counted"]) == (12, {"persons": "60"})
    assert command(*graded, "--set", "persons=5")[0] == 2
    answer(*graded, "--set", "persons=5", "--override", "persons=已搬迁")
    assert answer("receptors", db, "--remove", only["id"]) == []
    assert "还没有录入受体" in command("exposure", db, hazard)[1]
    assert command("receptors", db, "--remove", "x")[0] == 2


def test_the_worksheet_is_written_with_the_assessment_or_later(register, answer, command, tmp_path):
    db, hazard = register
    first, later = tmp_path / "底稿.docx", tmp_path / "底稿.pdf"
    assert command("worksheet", db, hazard, later)[0] == 2  # not assessed yet
    graded = ("assess", db, hazard, "--method", "ls", "--set", "L=4", "--set", "S=5")
    answer(*graded, "--worksheet", first)
    assert answer("worksheet", db, hazard, later) == {"files": [str(later)]}
    assert first.read_bytes()[:2] == b"PK"
    assert later.read_bytes()[:5] == b"%PDF-"
    broken = tmp_path / "坏.docx"
    broken.write_bytes(b"nothing")
    code, _out, err = command("worksheet", db, hazard, first, "--template", broken)
    assert (code, "unreadable-file" in err) == (2, True)
