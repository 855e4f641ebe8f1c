"""Remediation columns of a sheet become tasks with the batch, once, and go with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from qhd_riskmap.cli.surveys import described
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.domain.remediation.workdays import CalendarDay
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.services.survey_batches import BatchService, Edited
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
TODAY = date(2014, 7, 1)
BASE = ["隐患名称", "类别", "县区", "经度", "纬度", "坐标系"]
REMEDY = ["隐患描述", "整改措施", "整改资金（万元）", "责任单位", "整改责任人", "整改时限", "整改情况", "验收人", "验收时间", "验收意见", "销号日期"]  # fmt: skip
PLACES = [(118.90 + 0.02 * n, 40.35 + 0.015 * n) for n in range(4)]
NAMES = ["东沟滑坡", "西沟滑坡", "南沟滑坡", "北沟滑坡"]
ROWS = [
    ["挡墙开裂", "加固挡墙", 12.5, "示例村", "王五", "2014-06-30", "正在施工", "", "", "", ""],
    ["排水不畅", "清淤", 0, "示例村", "王五", "2014-05-30", "已完成", "李四", "2014-06-02", "合格", "2014-06-03"],
    ["落石", "", "", "", "", "", "", "", "", "", "2014-06-03"],
    ["", "", "", "", "", "", "", "", "", "", ""],
]  # fmt: skip


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield opened


@pytest.fixture
def survey(register):
    return SurveyImport(register, ACTOR, TODAY)


@pytest.fixture
def remediation(register):
    return RemediationService(register, ACTOR, today=lambda: TODAY)


def sheet(path: Path, remedies=ROWS, headers=REMEDY, count=4) -> Path:
    book = Workbook()
    page = book.active
    page.append([*BASE, *headers])
    for name, place, more in zip(NAMES[:count], PLACES, remedies, strict=False):
        page.append([name, "滑坡", "青龙县", *place, "国家2000", *more])
    book.save(path)
    return path


def imported(survey, path):
    preview = survey.preview([path], None, SilentJob())
    return preview, survey.commit(preview, SilentJob())


def test_rows_become_tasks_in_the_states_they_prove(register, survey, remediation, tmp_path):
    preview, outcome = imported(survey, sheet(tmp_path / "a.xlsx"))
    assert (preview.outcome().tasks, outcome.tasks, outcome.accepted) == (3, 3, 4)
    assert outcome.to_json()["tasks"] == 3
    assert survey.changes(outcome).tasks
    assert "整改任务 3 项" in described(outcome, [], dry_run=False)
    first, second, third = remediation.tasks()
    assert (first.name, first.task.state, first.task.funds) == (
        "东沟滑坡",
        TaskState.RECTIFYING,
        12.5,
    )
    assert (first.task.deadline, first.task.owner, first.late.days) == (
        date(2014, 6, 30),
        "王五",
        1,
    )
    assert (second.task.state, second.task.closed_on) == (TaskState.CLOSED, date(2014, 6, 3))
    assert (third.task.state, third.task.closed_on, third.task.problem) == (
        TaskState.REGISTERED, None, "落石",
    )  # fmt: skip
    assert all(line.task.batch_id == outcome.batch_id for line in (first, second, third))
    doubts = [issue for issue in outcome.issues if issue.code == "remedy-not-proven"]
    assert [(d.row, d.cell) for d in doubts] == [(4, "M4")]
    assert "没有按销号登记" in doubts[0].message
    assert outcome.hazards[0].extras["整改措施"] == "加固挡墙"
    assert verify(register) == []


def test_the_same_sheet_again_makes_nothing_twice(survey, remediation, tmp_path):
    imported(survey, sheet(tmp_path / "a.xlsx"))
    _preview, again = imported(survey, sheet(tmp_path / "b.xlsx"))
    assert (again.tasks, again.accepted, again.batch_id) == (0, 0, None)
    assert len(remediation.tasks()) == 3


def test_a_task_that_was_removed_does_not_come_back_with_its_old_row(survey, remediation, tmp_path):
    imported(survey, sheet(tmp_path / "a.xlsx"))
    remediation.remove(remediation.tasks()[0].task.number)
    _preview, again = imported(survey, sheet(tmp_path / "b.xlsx"))
    assert again.tasks == 0


def test_a_later_sheet_brings_tasks_to_records_of_the_register(survey, remediation, tmp_path, register):  # fmt: skip
    _preview, first = imported(survey, sheet(tmp_path / "bare.xlsx", [[]] * 4, headers=[]))
    assert first.tasks == 0
    preview, second = imported(survey, sheet(tmp_path / "a.xlsx"))
    assert (preview.accepted, preview.outcome().tasks, second.tasks) == (0, 3, 3)
    assert second.batch_id is not None
    lines = remediation.tasks()
    assert [line.task.hazard_id for line in lines] == [h.id for h in first.hazards[:3]]
    _preview, third = imported(survey, sheet(tmp_path / "c.xlsx"))
    assert third.tasks == 0
    left_out = survey.preview(
        [sheet(tmp_path / "d.xlsx", [["新问题", "新措施"]])], None, SilentJob()
    )
    assert len(left_out.tasks) == 1
    assert left_out.without(left_out.tasks.keys()).tasks == {}
    assert verify(register) == []


def test_risk_control_measures_are_no_remediation(survey, remediation, tmp_path):
    _preview, outcome = imported(
        survey,
        sheet(tmp_path / "a.xlsx", [["设警示牌", "否"], ["巡查", "县级"]], ["管控措施", "是否挂牌督办"], 2),
    )  # fmt: skip
    (line,) = remediation.tasks()
    assert (line.name, line.task.measures, line.task.supervision) == ("西沟滑坡", "巡查", "county")
    assert outcome.hazards[0].extras["管控措施"] == "设警示牌"


@pytest.mark.parametrize("word", ["否", "未", "×", "未 挂 牌", "没有"])
def test_a_column_that_denies_supervision_makes_no_task(survey, remediation, tmp_path, word):
    _preview, outcome = imported(
        survey, sheet(tmp_path / "a.xlsx", [[word]], ["是否挂牌督办"], count=1)
    )
    assert (outcome.accepted, outcome.tasks, remediation.tasks()) == (1, 0, [])
    assert outcome.hazards[0].extras["是否挂牌督办"] == word


def test_a_column_of_people_and_telephones_is_no_remediation_and_keeps_its_text(
    survey, remediation, tmp_path
):
    _preview, outcome = imported(
        survey, sheet(tmp_path / "a.xlsx", [["王五 13800000000"]], ["责任人及电话"], count=1)
    )
    assert (outcome.accepted, outcome.tasks, remediation.tasks()) == (1, 0, [])
    assert outcome.hazards[0].extras["责任人及电话"] == "王五 13800000000"


def test_a_batch_taken_back_takes_its_tasks_along(register, survey, remediation, tmp_path):
    _preview, outcome = imported(survey, sheet(tmp_path / "a.xlsx"))
    batches = BatchService(register, ACTOR)
    undone = batches.undo(outcome.batch_id)
    assert undone.changes.tasks
    assert remediation.tasks() == []
    batches.revert(outcome.batch_id, undone.change.id)
    assert len(remediation.tasks()) == 3
    batches.undo(outcome.batch_id)
    _preview, again = imported(survey, sheet(tmp_path / "a.xlsx"))
    assert (again.accepted, again.tasks, len(remediation.tasks())) == (4, 3, 3)
    assert verify(register) == []


def test_tasks_brought_to_older_records_are_taken_back_and_brought_again(
    register, survey, remediation, tmp_path
):
    imported(survey, sheet(tmp_path / "bare.xlsx", [[]] * 4, headers=[]))
    _preview, outcome = imported(survey, sheet(tmp_path / "a.xlsx"))
    batches = BatchService(register, ACTOR)
    worked = remediation.tasks()[2].task
    remediation.move(worked.number, "assess", {"grade": "ordinary"})
    undone = batches.undo(outcome.batch_id)
    assert undone.changed == 2
    assert [row.reason for row in undone.kept] == [f"整改任务 {worked.number} 已办理过"]
    assert [line.task.number for line in remediation.tasks()] == [worked.number]
    back = batches.revert(outcome.batch_id, undone.change.id)
    assert (back.changed, back.changes.tasks) == (2, True)
    assert len(remediation.tasks()) == 3
    assert verify(register) == []


def test_a_record_whose_task_was_worked_on_is_asked_about(register, survey, remediation, tmp_path):
    _preview, outcome = imported(survey, sheet(tmp_path / "a.xlsx"))
    number = remediation.tasks()[2].task.number
    remediation.move(number, "assess", {"grade": "ordinary"})
    batches = BatchService(register, ACTOR)
    with pytest.raises(ConflictError, match="南沟滑坡"):
        batches.undo(outcome.batch_id)
    undone = batches.undo(outcome.batch_id, Edited.KEEP)
    assert number in undone.kept[0].reason
    assert [line.task.number for line in remediation.tasks()] == [number]


def test_odd_days_are_said_and_prove_nothing(survey, remediation, tmp_path):
    rows = [
        ["问题", "措施", "", "村", "王五", "尽快", "", "李四", "2015-01-01", "合格", "2015-01-02"]
    ]
    _preview, outcome = imported(survey, sheet(tmp_path / "a.xlsx", rows, count=1))
    (line,) = remediation.tasks()
    assert (line.task.state, line.task.deadline, line.task.accepted_on) == (
        TaskState.REGISTERED, None, None,
    )  # fmt: skip
    codes = {issue.code for issue in outcome.issues}
    assert {"not-a-date", "unlikely-date", "remedy-not-proven"} <= codes


def deadline_sheet(path, wordings, *, found=None, title=None):
    book = Workbook()
    page = book.active
    if title:
        page.append([title])
    days = ["排查时间"] if found else []
    page.append([*BASE, *days, "隐患描述", "整改时限"])
    for name, place, text in zip(NAMES, PLACES, wordings, strict=False):
        own = [found] if found else []
        page.append([name, "滑坡", "青龙县", *place, "国家2000", *own, "落石", text])
    book.save(path)
    return path


def deadlines_of(survey, remediation, path):
    _preview, outcome = imported(survey, path)
    days = {line.name: line.task.deadline for line in remediation.tasks()}
    told = [(i.cell, i.code, i.severity.value) for i in outcome.issues if "整改时限" in i.message]
    return [days.get(name) for name in NAMES], told, outcome


def test_a_deadline_that_is_a_month_is_its_last_day(survey, remediation, tmp_path):
    path = deadline_sheet(tmp_path / "a.xlsx", ["2014年3月", "2014.2", "2014年3月5日"])
    days, told, _outcome = deadlines_of(survey, remediation, path)
    assert days[:3] == [date(2014, 3, 31), date(2014, 2, 28), date(2014, 3, 5)]
    assert told == []


def test_wordings_of_a_deadline_count_from_the_day_of_the_survey(survey, remediation, tmp_path):
    wordings = ["30日内", "立即", "15个工作日内", "2014年底前"]
    path = deadline_sheet(tmp_path / "a.xlsx", wordings, found="2014-03-05")
    days, told, outcome = deadlines_of(survey, remediation, path)
    assert days == [date(2014, 4, 4), date(2014, 3, 5), date(2014, 3, 26), date(2014, 12, 31)]
    assert told == [(f"I{row}", "deadline-counted", "info") for row in (2, 3, 4)]
    assert [hazard.extras["整改时限"] for hazard in outcome.hazards] == wordings


def test_without_a_column_of_days_the_day_of_the_sheet_counts(survey, remediation, tmp_path):
    title = "青龙县隐患排查表（依据2013年12月1日通知，填表日期：2014年6月20日）"
    path = deadline_sheet(tmp_path / "a.xlsx", ["3个月内", "6月底前"], title=title)
    days, told, _outcome = deadlines_of(survey, remediation, path)
    assert days[:2] == [date(2014, 9, 20), date(2014, 6, 30)]
    assert [code for _cell, code, _severity in told] == ["deadline-counted"] * 2


@pytest.mark.parametrize(
    "case",
    [
        (None, None, "30日内"),
        (
            "填报：2014年6月20日，上报：2014年6月21日",
            None,
            "30日内",
        ),
        ("填报日期：2014年9月1日", None, "30日内"),  # to come
        (None, "2014-03-05", "汛期前"),
        (None, "2014-03-05", "2月底前"),
        (None, "2013-12-20", "15个工作日内"),
    ],
)
def test_a_deadline_that_cannot_be_computed_names_its_cell_and_keeps_its_text(
    survey, remediation, tmp_path, case
):
    title, found, wording = case
    path = deadline_sheet(tmp_path / "a.xlsx", [wording], title=title, found=found)
    days, told, outcome = deadlines_of(survey, remediation, path)
    assert days == [None] * 4
    cell = ("I" if found else "H") + ("3" if title else "2")
    assert told == [(cell, "not-a-date", "warning")]
    assert outcome.hazards[0].extras["整改时限"] == wording


def test_the_offices_own_working_days_count(register, survey, remediation, tmp_path):
    with register.unit_of_work() as work:
        work.work_days.set(CalendarDay(day=date(2014, 3, 6), working=False), ACTOR)
        work.commit()
    path = deadline_sheet(tmp_path / "a.xlsx", ["1个工作日内"], found="2014-03-05")
    days, _told, _outcome = deadlines_of(survey, remediation, path)
    assert days[0] == date(2014, 3, 7)
