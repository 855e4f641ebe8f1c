"""Remediation on the command line: the same services, one JSON document each."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from qhd_riskmap.cli import remediation_arguments
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.task import PhotoStage, TaskState


@pytest.fixture
def register(tmp_path, answer):
    path = tmp_path / "r.qhd"
    answer("init", path, "--county", "130304")
    sheet = tmp_path / "s.csv"
    sheet.write_text(
        "隐患名称,类别,经度,纬度,坐标系,责任单位,风险等级\n"
        "联峰山滑坡,地质灾害,119.47,39.83,国家2000,海滨镇政府,一般风险\n",
        encoding="utf-8",
    )
    assert answer("import", path, sheet)["accepted"] == 1
    return path


@pytest.fixture
def code(register, answer):
    return answer("list", register)[0]["code"]


@pytest.fixture
def number(register, answer, code):
    made = answer(
        "remedy", register, code, "new", "--set", "problem=挡墙开裂", "--set", "funds=1.5万元",
        "--on", "2026-03-02",
    )  # fmt: skip
    return made["number"]


def test_the_grammar_knows_the_words_of_the_domain():
    assert tuple(s.value for s in TaskState) == remediation_arguments.STATES
    assert tuple(s.value for s in LateStage) == remediation_arguments.LATE_STAGES
    own = {PhotoStage.DOCUMENT}  # the office makes them, nobody adds one
    given = tuple(s.value for s in PhotoStage if s not in own)
    assert given == remediation_arguments.PHOTO_STAGES


def test_a_task_is_made_worked_on_and_closed(register, answer, code, number, tmp_path):
    assert number.startswith("130304-ZG-")
    picture = tmp_path / "整改后.png"
    Image.new("RGB", (8, 8), "teal").save(picture)

    def do(action, *values, on="2026-03-02", **more):
        extra = [part for key, value in more.items() for part in (f"--{key}", value)]
        pairs = [part for value in values for part in ("--set", value)]
        return answer("remedy", register, number, action, *pairs, "--on", on, *extra)

    do("assess", "grade=ordinary")
    assigned = do("assign", "owner=王五", "deadline=15个工作日")
    assert assigned["deadline"] == "2026-03-23"
    assert "start" in assigned["moves"]
    do("start", "measures=加固")
    do("note", on="2026-03-10", text="一半", percent="50")
    file = do("file", file=picture, stage="after")
    assert [(p["stage"], p["name"]) for p in file["photos"]] == [("after", picture.name)]
    late = answer("tasks", register, "--late", "overdue", "--on", "2026-03-30")
    assert [(t["number"], t["late"]) for t in late] == [
        (number, {"stage": "overdue", "days": 7, "step": 7, "supervision": "county"})
    ]
    do("apply", "done_on=2026-03-20", "progress=完成", on="2026-03-20")
    do("accept", "acceptor=李四", "opinion=合格", on="2026-03-21")
    done = do("close", on="2026-03-22")
    assert (done["state"], done["closed_on"], done["moves"]) == ("closed", "2026-03-22", [])
    assert [e["move"] for e in done["events"]][-3:] == ["apply", "accept", "close"]
    shown = answer("task", register, number, "--on", "2027-01-01")
    assert shown["late"]["stage"] == "none"
    assert answer("verify", register) == {"ok": True, "problems": []}
    groups = answer("tasks", register, "--by", "county")
    assert [(g["group"], g["total"], g["open"]) for g in groups] == [("130304", 1, 0)]
    assert answer("tasks", register, "--by", "hazard")[0]["group"] == code


def test_a_refusal_says_everything_that_is_missing(register, command, number):
    status, out, err = command("remedy", register, number, "assign", "--json")
    assert status == 2
    error = json.loads(out)["error"]
    assert error["code"] == "move-refused"
    assert "“已登记”的任务不能交办" in error["hint"]
    assert "move-refused" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("edit", "--set", "height=3"), "height"),
        (("edit", "--set", "remark"), "栏目=内容"),
        (("edit", "--set", "deadline=明天"), "不是日期"),
        (("edit", "--set", "grade=huge"), "可选项"),
        (("file",), "--file"),
        (("file", "--file", "没有.jpg"), "没有.jpg"),
        (("fly",), "fly"),
    ],
)
def test_wrong_words_are_said(register, command, number, arguments, words):
    status, _out, err = command("remedy", register, number, *arguments)
    assert status == 2
    assert words in err


def test_tasks_are_listed_removed_and_restored(register, answer, command, code, number):
    answer("remedy", register, number, "edit", "--set", "remark=雨后", "--set", "funds=")
    listed = answer(
        "tasks", register, "--hazard", code, "--search", "挡墙", "--state", "registered"
    )
    assert [(t["remark"], t["funds"], t["unit"]) for t in listed] == [("雨后", None, "海滨镇政府")]
    assert answer("tasks", register, "--county", "130322") == []
    assert answer("tasks", register, "--type", "flood", "--unit", "x") == []
    assert answer("tasks", register, "--from", "2026-03-03") == []
    assert len(answer("tasks", register, "--to", "2026-03-03")) == 1
    assert answer("remedy", register, number, "remove")["removed"] is True
    assert answer("tasks", register) == []
    assert answer("remedy", register, number, "restore")["removed"] is False
    status, out, _err = command("tasks", register)
    assert status == 0
    assert number in out
    assert "共 1 项" in out
    assert "海滨镇政府" in command("tasks", register, "--by", "unit")[1]
    assert "北戴河区" in command("tasks", register, "--by", "county")[1]
    shown = command("task", register, number)[1]
    assert "可办理：assess 评估" in shown
    assert "隐患描述：挡墙开裂" in shown


def test_days_off_are_changed_and_counted(register, answer, command):
    answer("workdays", register, "--set", "2026-10-09", "off", "--note", "全市放假")
    found = answer("workdays", register, "--from", "2026-09-30", "--days", "2")
    assert found["days"] == [{"day": "2026-10-09", "working": False, "note": "全市放假"}]
    assert (found["end"], found["known"]) == ("2026-10-10", True)
    assert 2026 in found["years"]
    answer("workdays", register, "--set", "2026-10-09", "default")
    assert answer("workdays", register)["days"] == []
    answer("workdays", register, "--set", "2026-10-09", "work")
    out = command("workdays", register, "--from", "2040-01-01", "--days", "1")[1]
    assert "2026-10-09 上班" in out
    assert "只按星期计算" in out


@pytest.mark.parametrize(
    "wrong",
    [
        ("--days", "3"),
        ("--note", "x"),
        ("--set", "昨天", "off"),
        ("--set", "2026-10-09", "maybe"),
        ("--from", "2026-10-09", "--days", "0"),
    ],
)
def test_odd_questions_about_days_are_refused(register, command, wrong):
    assert command("workdays", register, *wrong)[0] == 2


def test_the_ledger_goes_out_and_comes_back(register, answer, command, number, tmp_path):
    path = tmp_path / "台账.xlsx"
    assert answer("ledger", register, path, "--state", "registered")["rows"] == 1
    same = answer("ledger", register, path, "--read")
    assert (same["rows"], same["unchanged"], same["changes"]) == (1, 1, [])
    answer("remedy", register, number, "edit", "--set", "measures=加固")
    found = answer("ledger", register, path, "--read")
    (row,) = found["changes"]
    assert (row["task"], row["fields"]) == (
        number, [{"key": "measures", "label": "整改措施", "before": "加固", "after": ""}],
    )  # fmt: skip
    assert answer("ledger", register, path, "--update")["updated"] == 1
    assert "1 行没有变化" in command("ledger", register, path, "--read")[1]
    assert "：1 项" in command("ledger", register, path)[1]
    answer("remedy", register, number, "remove")
    assert "没有这项整改任务" in command("ledger", register, path, "--read")[1]
    answer("remedy", register, number, "restore")
    answer("remedy", register, number, "edit", "--set", "measures=换填")
    assert "整改措施：换填 → —" in command("ledger", register, path, "--read")[1]
