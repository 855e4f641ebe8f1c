"""Arguments that would destroy a file or give an unusable answer are refused in words."""

from __future__ import annotations

import json

import openpyxl
import pytest

from qhd_riskmap.cli.application import EXIT_USER_ERROR
from qhd_riskmap.geo.datums import from_cgcs2000
from qhd_riskmap.geo.references import parse_reference

PLACE = ["坐标系", "隐患名称", "隐患类别", "县区", "经度", "纬度"]


@pytest.fixture
def register(tmp_path, answer):
    path = tmp_path / "登记库.qhd"
    answer("init", path)
    return path


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "表.xlsx"
    book = openpyxl.Workbook()
    book.active.append(PLACE)
    book.active.append(["CGCS2000", "虚构北山滑坡", "滑坡", "海港区", 119.6, 39.935])
    book.active.append(["CGCS2000", "", "滑坡", "海港区", 119.6, 39.935])
    book.save(path)
    return path


def test_a_template_never_overwrites_a_register(register, command, answer):
    before = register.read_bytes()
    code, out, err = command("template", register, "--json")
    assert code == EXIT_USER_ERROR
    assert json.loads(out)["error"]["code"] == "output-file"
    assert "output-file: " in err
    assert register.read_bytes() == before
    assert answer("verify", register)["ok"] is True


def test_a_template_never_overwrites_a_register_called_xlsx(register, tmp_path, command):
    disguised = tmp_path / "库.xlsx"
    disguised.write_bytes(register.read_bytes())
    code, _out, err = command("template", disguised)
    assert code == EXIT_USER_ERROR
    assert "没有覆盖" in err
    assert disguised.read_bytes() == register.read_bytes()


def test_a_template_can_be_written_again(tmp_path, answer):
    for _again in range(2):
        assert answer("template", tmp_path / "模板.xlsx", "--type", "flood")["types"] == ["flood"]


@pytest.mark.parametrize("report", [".", "登记库.qhd", "退回.txt"])
def test_an_impossible_report_is_refused_before_anything_is_stored(
    register, sheet, command, answer, report
):
    code, _out, err = command("import", register, sheet, "--report", register.parent / report)
    assert (code, err.partition(":")[0]) == (EXIT_USER_ERROR, "output-file")
    assert answer("list", register) == []


@pytest.mark.parametrize("ending", [".xlsx", ".xlsm"])
def test_a_report_in_the_place_of_the_sheet_is_refused_before_anything_is_stored(
    register, sheet, command, answer, ending
):
    before = sheet.read_bytes()
    code, _out, err = command("import", register, sheet, "--report", sheet.with_suffix(ending))
    assert (code, err.partition(":")[0]) == (EXIT_USER_ERROR, "output-file")
    assert answer("list", register) == []
    assert sheet.read_bytes() == before


def test_coordinates_outside_a_reference_are_an_error_not_nan(command):
    code, out, err = command(
        "coords", "119.59,39.93", "--from", "EPSG:4549", "--to", "cgcs2000", "--json"
    )
    assert code == EXIT_USER_ERROR
    assert "NaN" not in out
    assert json.loads(out)["error"]["code"] == "invalid-input"
    assert "--from" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("list",), "缺少 DB"),
        (("list", "x.qhd", "--wrong"), "多出了不认识的 --wrong"),
        (("list", "x.qhd", "--level", "purple"), "--level 不能是 'purple'，可用："),
        (("move", "x.qhd", "1", "--lon", "a", "--lat", "1"), "--lon 的 'a' 不是数字"),
        (("list", "x.qhd", "--search"), "--search 后面缺少内容"),
        (("list", "x.qhd", "--bbox", "1"), "--bbox：“1”应写成"),
        (("release", "x.qhd", "o", "--ti", "a", "--approval", "1"), "--approval 写得太短"),
        (("frobnicate",), "命令 不能是 'frobnicate'"),
    ],
)
def test_a_wrong_command_line_is_explained_in_chinese(command, arguments, sentence):
    code, out, err = command(*arguments)
    assert (code, out) == (EXIT_USER_ERROR, "")
    assert sentence in err
    assert "argument" not in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--header-row", "99"), "没有第 99 行：各表最后一行是第 3 行"),
        (("--header-row", "0"), "应为从 1 起的行号"),
        (("--header-row", "-1"), "应为从 1 起的行号"),
        (("--datum", "EPSG:3857"), "表里的坐标是经纬度，不是平面坐标“网络墨卡托”"),
    ],
)
def test_what_no_sheet_can_give_is_refused_in_words(register, sheet, command, options, words):
    code, _out, err = command("import", register, sheet, *options)
    assert code == EXIT_USER_ERROR
    assert words in err


def plane_sheet(path, code, title=""):
    x, y = from_cgcs2000(119.6, 39.935, parse_reference(code))
    book = openpyxl.Workbook()
    book.active.append([title])
    book.active.append(["隐患名称", "隐患类别", "X", "Y"])
    book.active.append(["虚构北山滑坡", "滑坡", round(float(y), 3), round(float(x), 3)])
    book.save(path)
    return path


def test_a_datum_without_a_projection_is_refused_where_the_numbers_leave_it_open(
    register, tmp_path, command, answer
):
    path = plane_sheet(tmp_path / "平面.xlsx", "EPSG:4548")
    code, _out, err = command("import", register, path, "--datum", "cgcs2000")
    assert code == EXIT_USER_ERROR
    assert "定不出投影" in err
    assert answer("import", register, path, "--datum", "EPSG:4548")["accepted"] == 1


def test_web_mercator_is_converted_where_the_rows_fit_it(register, tmp_path, answer):
    path = plane_sheet(tmp_path / "墨卡托.xlsx", "EPSG:3857")
    assert answer("import", register, path, "--datum", "EPSG:3857")["accepted"] == 1
    (found,) = answer("list", register)
    assert (found["lon"], found["lat"]) == pytest.approx((119.6, 39.935), abs=1e-6)


def test_one_of_two_sheets_may_lack_what_was_asked_for_all(register, sheet, tmp_path, answer):
    path = plane_sheet(tmp_path / "平面.xlsx", "EPSG:4549")
    document = answer("import", register, sheet, path, "--datum", "EPSG:4549")
    assert (document["accepted"], document["undecided"]) == (1, 1)


def test_packed_degrees_are_asked_about_and_answered(register, tmp_path, answer, command):
    path = tmp_path / "台账.xlsx"
    book = openpyxl.Workbook()
    for row in (PLACE, ["CGCS2000", "虚构北山滑坡", "滑坡", "海港区", "119.3524", "39.5606"]):
        book.active.append(row)
    book.save(path)
    document = answer("import", register, path, "--datum", "cgcs2000")
    assert (document["accepted"], document["undecided"]) == (0, 1)
    assert document["datums"][0]["asks"] == "angles"
    assert "--angles packed" in command("import", register, path)[1]
    document = answer("import", register, path, "--angles", "packed")
    assert (document["accepted"], document["datums"][0]["angles"]) == (1, "packed")
    (found,) = answer("list", register)
    assert (found["lon"], found["lat"]) == pytest.approx((119.59, 39.935), abs=1e-6)
    code, _out, err = command("import", register, path, "--angles", "gon")
    assert code == EXIT_USER_ERROR
    assert "--angles" in err
