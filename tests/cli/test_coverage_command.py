"""Survey coverage on the command line."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def register(tmp_path, answer):
    path = tmp_path / "r.qhd"
    answer("init", path)
    return path


def of(document, area, kind):
    return next(c for c in document["cells"] if (c["area"], c["type"]) == (area, kind))


def test_a_cell_is_recorded_and_the_whole_matrix_answered(register, answer):
    before = answer("coverage", register)
    assert {cell["standing"] for cell in before["cells"]} == {"unknown"}
    assert before["stale_after_months"] == 12
    after = answer(
        "coverage", register, "--actor", "张三", "--set", "130322", "flood", "surveyed",
        "--on", "2020-03-05", "--by", "勘查员", "--note", "汛前",
    )  # fmt: skip
    cell = of(after, "130322", "flood")
    assert cell.pop("recorded_at")
    assert cell == {
        "area": "130322", "name": "昌黎县", "county": "", "type": "flood", "standing": "stale",
        "found": 0, "contradicted": False, "surveyed_on": "2020-03-05", "surveyed_by": "勘查员",
        "note": "汛前", "recorded_by": "张三",
    }  # fmt: skip
    answer("coverage", register, "--set", "130322", "flood", "not_surveyed")
    assert of(answer("coverage", register), "130322", "flood")["standing"] == "not_surveyed"


def test_people_read_words_and_the_warning(register, command):
    code, out, _err = command("coverage", register, "--set", "130322", "flood", "not_surveyed")
    assert code == 0
    line = next(x for x in out.splitlines() if x.startswith("昌黎县") and "未排查" in x)
    assert "洪水" in line
    assert out.splitlines()[-1] == "未排查不等于没有隐患。"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--set", "130322", "flood", "maybe"),
        ("--set", "130322", "flood", "none", "--on", "2026-01-01"),
        ("--set", "130322", "flood", "surveyed", "--by", "甲"),
        ("--set", "130322", "ghost", "not_surveyed"),
        ("--set", "999999", "flood", "not_surveyed"),
        ("--note", "没有 --set"),
    ],
)
def test_what_cannot_be_recorded_is_said(register, command, answer, wrong):
    code, out, _err = command("coverage", register, *wrong, "--json")
    assert code == 2
    assert json.loads(out)["error"]["message"]
    assert {cell["standing"] for cell in answer("coverage", register)["cells"]} == {"unknown"}
