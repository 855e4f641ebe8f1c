"""Statistics on the command line."""

from __future__ import annotations

import json

import pytest
from openpyxl import Workbook, load_workbook

from qhd_riskmap.domain.figures import FIGURES


@pytest.fixture
def register(tmp_path, answer):
    path = tmp_path / "r.qhd"
    answer("init", path, "--county", "130304")
    sheet = tmp_path / "表.csv"
    sheet.write_text(
        "名称,类型,经度,纬度,县区,发现日期,风险等级\n"
        "联峰山滑坡,地质灾害,119.47,39.83,北戴河区,2026-01-05,红\n"
        "戴河内涝点,洪水,119.44,39.81,北戴河区,2026-02-05,蓝\n"
        "鸽子窝崩塌,地质灾害,119.52,39.83,北戴河区,2026-02-06,橙\n",
        encoding="utf-8",
    )
    assert answer("import", path, sheet, "--datum", "cgcs2000")["accepted"] == 3
    code = answer("list", path)[0]["code"]
    answer("remedy", path, code, "new", "--set", "problem=挡墙开裂", "--on", "2026-03-01")
    return path


def test_all_figures_with_counties_trend_and_units(register, answer):
    found = answer("figures", register, "--on", "2099-06-30")
    assert found["on"] == "2099-06-30"
    figures = {each["key"]: each for each in found["figures"]}
    assert figures.keys() == FIGURES.keys()
    assert figures["hazards"]["value"] == 3
    assert figures["rate"] == {**figures["rate"], "value": 0, "n": 1, "part": 0}
    assert "分子" in figures["rate"]["definition"]
    assert found["counties"][0]["county"] == "130304"
    assert {(each["type"], each["level"], each["n"]) for each in found["graded"]} == {
        ("geological", "red", 1), ("flood", "blue", 1), ("geological", "orange", 1),
    }  # fmt: skip
    assert len(found["trend"]) == 12
    assert found["units"][0]["open"] == 1


def test_a_number_opens_its_rows(register, answer):
    rows = answer("figures", register, "--on", "2099-06-30", "--rows", "hazards", "--at", "level=1")
    assert rows["population"] == "hazard"
    listed = {each["id"]: each["name"] for each in answer("list", register)}
    assert [listed[each] for each in rows["rows"]] == ["联峰山滑坡"]
    tasks = answer("figures", register, "--month", "2099-06", "--rows", "open", "--type", "flood")
    assert tasks["rows"] == []


def test_public_numbers_merge_what_is_small(register, answer):
    found = answer("figures", register, "--on", "2099-06-30", "--public")
    assert found["k"] == 3
    assert found["tasks"] == []  # a single task tells of one place
    assert found["withheld"] == 1


def test_people_read_the_definitions(register, command):
    code, out, _err = command("figures", register, "--on", "2099-06-30")
    assert code == 0
    assert "已整改（分子）除以应整改（分母）" in out
    assert "北戴河区" in out
    code, out, _err = command("figures", register, "--public")
    assert code == 0
    assert "不宜公开的隐患不计" in out
    code, out, _err = command("figures", register, "--rows", "hazards", "--at", "unit=无")
    assert (code, out.splitlines()) == (0, ["共 0 条。"])


@pytest.mark.parametrize(
    "wrong",
    [
        ("--rows", "总数"),
        ("--rows", "tasks", "--at", "县=1"),
        ("--rows", "tasks", "--at", "level=红"),
        ("--rows", "tasks", "--at", "day=昨天"),
        ("--at", "level=1"),
        ("--month", "2026-13"),
        ("--from", "2026-05-01", "--to", "2026-01-01"),
        ("--county", "999999"),
        ("--type", "ghost"),
    ],
)
def test_what_cannot_be_asked_is_said(register, command, wrong):
    code, out, _err = command("figures", register, *wrong, "--json")
    assert code == 2
    assert json.loads(out)["error"]["message"]


@pytest.fixture
def form(tmp_path):
    book = Workbook()
    book.active.title = "汇总"
    path = tmp_path / "省厅.xlsx"
    book.save(path)
    return path


def test_a_form_is_filled_by_a_saved_mapping_or_a_file(register, form, tmp_path, answer):
    table = tmp_path / "对应.csv"
    table.write_text("工作表,单元格,指标,等级\n汇总,B2,在册隐患,红\n汇总,B3,未整改,\n", "utf-8")
    saved = answer("form-cells", register, "月报", "--save", table)
    assert [cell["cell"] for cell in saved[0]["cells"]] == ["B2", "B3"]
    handed = tmp_path / "月报.json"
    answer("form-cells", register, "月报", "--export", handed)
    for cells, name in (("月报", "一.xlsx"), (handed, "二.xlsx"), (table, "三.xlsx")):
        done = answer(
            "fill-form", register, form, tmp_path / name, "--cells", cells, "--on", "2099-06-30"
        )
        assert [each["text"] for each in done["cells"]] == ["1", "1"]
        sheet = load_workbook(tmp_path / name)["汇总"]
        assert (sheet["B2"].value, sheet["B3"].value) == (1, 1)
    assert answer("form-cells", register, "月报", "--remove") == []


def test_people_read_what_was_filled_and_what_is_kept(register, form, tmp_path, command):
    assert command("form-cells", register)[1].splitlines() == ["没有对应关系。"]
    table = tmp_path / "对应.csv"
    table.write_text("工作表,单元格,指标\n汇总,B2,office\n", "utf-8")
    code, out, _err = command("form-cells", register, "月报", "--save", table)
    assert (code, out.splitlines()[0]) == (0, "月报：1 个单元格")
    code, out, _err = command(
        "fill-form", register, form, tmp_path / "o.xlsx", "--cells", "月报", "--month", "2026-10"
    )
    assert (code, out.splitlines()[-1][-11:]) == (0, "填写了 1 个单元格。")


@pytest.mark.parametrize(
    "wrong",
    [
        ("fill-form", "{form}", "{out}", "--cells", "没有"),
        ("fill-form", "{form}", "{form}", "--cells", "{table}"),
        ("form-cells", "--remove"),
        ("form-cells", "没有"),
    ],
)
def test_what_cannot_be_filled_is_said(register, form, tmp_path, command, wrong):
    table = tmp_path / "对应.csv"
    table.write_text("工作表,单元格,指标\n汇总,B2,tasks\n", "utf-8")
    names = {"form": form, "out": tmp_path / "o.xlsx", "table": table}
    name, *rest = (part.format(**names) for part in wrong)
    code, out, _err = command(name, register, *rest, "--json")
    assert code == 2
    assert json.loads(out)["error"]["message"]


def test_lists_of_risk_points_and_major_dangers_go_out_and_come_back(register, tmp_path, answer):
    path = tmp_path / "风险点清单.xlsx"
    done = answer("risk-list", register, path, "--type", "geological", "--level", "red")
    assert done["rows"] == 1
    assert answer("risk-list", register, path)["rows"] == 3
    assert answer("risk-list", register, path, "--read") == {
        "rows": 3, "unchanged": 3, "unknown": 0, "updated": 0, "changes": [],
    }  # fmt: skip
    book = load_workbook(path)
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("责任单位") + 1).value = "新单位"
    sheet.cell(3, heads.index("位置") + 1).value = "别处"
    sheet.cell(4, heads.index("风险点编号") + 1).value = "没有"
    book.save(path)
    taken = answer("risk-list", register, path, "--update")
    assert (taken["updated"], taken["unknown"]) == (1, 1)
    assert taken["changes"][1]["fields"][0]["refusal"]
    major = tmp_path / "重大隐患清单.xlsx"
    assert answer("ledger", register, major, "--major")["rows"] == 0


def test_people_read_what_a_risk_list_says_otherwise(register, tmp_path, command):
    path = tmp_path / "清单.xlsx"
    assert command("risk-list", register, path)[1].strip().endswith("3 处。")
    book = load_workbook(path)
    book.active.cell(2, 2).value = "没有-01"
    book.active.cell(3, 3).value = "新名"
    book.save(path)
    code, out, _err = command("risk-list", register, path, "--read")
    assert code == 0
    assert "登记库里没有这处隐患" in out
    assert "→ 新名" in out
    assert out.splitlines()[-1] == "共 3 行，1 行没有变化，更新 0 处。"


def test_a_chart_is_written_to_a_file(register, tmp_path, answer, command):
    for name, start in (("图.png", b"\x89PNG"), ("图.svg", b"<?xml")):
        path = tmp_path / name
        done = answer("figures", register, "--on", "2099-06-30", "--chart", "grades", "--out", path)
        assert done == {"files": [str(path)]}
        assert path.read_bytes().startswith(start)
    for wrong in (
        ("--chart", "rates"),
        ("--out", tmp_path / "x.png"),
        ("--chart", "rates", "--out", tmp_path / "x.gif"),
    ):
        code, _out, err = command("figures", register, *wrong)
        assert (code, err[:13]) == (2, "invalid-input")
