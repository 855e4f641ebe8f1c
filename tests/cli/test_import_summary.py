"""What people read after `import`: first of all what was not taken in and what to do about it."""

import pytest
from openpyxl import Workbook

HEADERS = ["隐患名称", "类别", "县区", "经度", "纬度", "坐标系"]


def sheet(path, rows):
    book = Workbook()
    book.active.append(HEADERS)
    for number, (name, datum) in enumerate(rows):
        place = (118.9 + number / 50, 40.35 + number / 70)
        book.active.append([name, "滑坡", "青龙县", *place, datum])
    book.save(path)
    return path


@pytest.fixture
def register(tmp_path, answer):
    answer("init", tmp_path / "r.qhd", "--unit", "示例办")
    return tmp_path / "r.qhd"


def test_rows_not_taken_in_are_the_first_line_and_the_exit_code_stays_0(
    register, command, tmp_path
):
    path = sheet(
        tmp_path / "a.xlsx", [("东沟滑坡", "国家2000"), (None, "国家2000"), (None, "国家2000")]
    )
    code, out, _err = command("import", register, path)
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "【注意】2 行没有入库：退回 2，坐标系未定 0，所在的表读不了 0。"
    assert lines[1].startswith("下一步：")
    assert "--report" in lines[2]
    assert not any("--datum" in line for line in lines[:3])
    assert lines[-1].startswith("接收 1，退回 2")


def test_undecided_rows_are_told_how_to_come_in(register, command, tmp_path):
    path = sheet(tmp_path / "a.xlsx", [("东沟滑坡", None), ("西沟滑坡", None)])
    _code, out, _err = command(
        "import", register, path, "--dry-run", "--report", tmp_path / "o.xlsx"
    )
    lines = out.splitlines()
    assert lines[0] == "【注意】2 行不会入库：退回 0，坐标系未定 2，所在的表读不了 0。"
    assert "--datum" in lines[2]
    assert not any("加 --report" in line for line in lines)


def test_what_to_write_for_which_answer_and_the_last_one_of_the_sender_are_told(
    register, command, answer, tmp_path
):
    first = sheet(tmp_path / "a.xlsx", [("东沟滑坡", None), ("西沟滑坡", None)])
    answer("import", register, first, "--sender", "青龙镇", "--datum", "gcj02")
    second = sheet(tmp_path / "b.xlsx", [("北沟滑坡", None), ("南沟滑坡", None)])
    _code, out, _err = command("import", register, second, "--sender", "青龙镇", "--dry-run")
    written = next(line for line in out.splitlines() if line.startswith("--datum 可写："))
    assert "gcj02 火星坐标（高德、腾讯）、bd09 百度坐标" in written
    assert "“青龙镇”上次的回答是 火星坐标（高德、腾讯），这次请核对后再用。" in out
    assert "--angles" not in out


def test_rows_of_a_table_that_cannot_be_used_count_too(register, command, tmp_path):
    path = sheet(tmp_path / "a.xlsx", [("东沟滑坡", "国家2000")])
    book = Workbook()
    book.active.append(["类别", "县区", "经度", "纬度", "坐标系"])
    book.active.append(["滑坡", "青龙县", 118.9, 40.35, "国家2000"])
    book.save(tmp_path / "b.xlsx")
    _code, out, _err = command("import", register, path, tmp_path / "b.xlsx")
    assert out.splitlines()[0].startswith(
        "【注意】1 行没有入库：退回 0，坐标系未定 0，所在的表读不了 1"
    )


def test_nothing_is_said_where_all_came_in(register, command, tmp_path):
    path = sheet(tmp_path / "a.xlsx", [("东沟滑坡", "国家2000")])
    _code, out, _err = command("import", register, path)
    assert "【注意】" not in out


def test_a_file_that_cannot_be_read_is_named_before_all_else(register, command, tmp_path):
    good = sheet(tmp_path / "a.xlsx", [("东沟滑坡", "国家2000"), (None, "国家2000")])
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"PK\x03\x04" + b"\0" * 60)
    code, out, _err = command("import", register, bad, good)
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "【注意】1 个文件没有读进来：坏.xlsx。原因见下面各条。"
    assert lines[1].startswith("【注意】1 行没有入库")
    assert any(line.startswith("坏.xlsx［错误］") for line in lines)


def test_many_files_that_cannot_be_read_are_counted_and_the_first_named(
    register, command, tmp_path
):
    good = sheet(tmp_path / "a.xlsx", [("东沟滑坡", "国家2000")])
    bad = [tmp_path / f"{number:02}.xlsx" for number in range(12)]
    for path in bad:
        path.write_bytes(b"")
    _code, out, _err = command("import", register, good, *bad)
    first = out.splitlines()[0]
    assert first.startswith("【注意】12 个文件没有读进来：00.xlsx、")
    assert "09.xlsx 等。" in first
