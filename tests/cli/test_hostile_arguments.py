"""Arguments that would destroy a file or give an unusable answer are refused in words."""

from __future__ import annotations

import json

import openpyxl
import pytest

from qhd_riskmap.cli.application import EXIT_USER_ERROR

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
