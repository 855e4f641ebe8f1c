"""What a sheet's remediation columns prove, and what they only claim."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.remediation.lateness import lateness
from qhd_riskmap.domain.remediation.sheet_proof import SheetRemedy, proven_task
from qhd_riskmap.domain.remediation.task import Supervision, TaskState

FOUND = date(2014, 3, 5)
HAZARD = UUID(int=7)
S = TaskState
OUT = {"owner_unit": "村委会", "owner": "王五", "measures": "加固"}
DEADLINE = {"deadline": date(2014, 6, 30)}
DONE = {**DEADLINE, "done_on": date(2014, 6, 1)}
ACCEPTED = {**DONE, "accepted_on": date(2014, 6, 2)}
CLOSED = {**ACCEPTED, "closed_on": date(2014, 6, 3)}
YES = {**OUT, "acceptor": "李四", "opinion": "合格"}


def proven(facts, days, **more):
    return proven_task(SheetRemedy(facts=facts, days=days, found_on=FOUND, **more), HAZARD)


@pytest.mark.parametrize(
    ("facts", "days", "grade", "state", "doubt"),
    [
        ({"measures": "加固"}, {}, "", S.REGISTERED, ""),
        ({"problem": "开裂"}, {}, "一般", S.ASSESSED, ""),
        ({"problem": "开裂"}, {}, "说不清", S.REGISTERED, ""),
        (OUT, DEADLINE, "", S.ASSIGNED, ""),
        ({"owner": "王五"}, DEADLINE, "", S.ASSIGNED, ""),
        (OUT, {}, "", S.REGISTERED, ""),
        ({**OUT, "progress": "尚未整改"}, DEADLINE, "", S.ASSIGNED, ""),
        ({**OUT, "progress": "正在施工"}, DEADLINE, "", S.RECTIFYING, ""),
        ({**OUT, "progress": "部分完成，未完工"}, DEADLINE, "", S.RECTIFYING, ""),
        ({**OUT, "progress": "已完成整改"}, DEADLINE, "", S.PENDING, ""),
        (OUT, DONE, "", S.PENDING, ""),
        (YES, ACCEPTED, "", S.ACCEPTED, ""),
        ({**YES, "opinion": "验收通过，同意销号"}, CLOSED, "", S.CLOSED, ""),
        ({**YES, "opinion": "不合格，退回"}, ACCEPTED, "", S.REJECTED, ""),
        ({**YES, "opinion": "不合格", "acceptor": ""}, ACCEPTED, "", S.PENDING, ""),
        (OUT, {**DONE, "closed_on": date(2014, 6, 3)}, "", S.PENDING, "没有验收人"),
        ({**YES, "acceptor": "王 五"}, CLOSED, "", S.PENDING, "验收人就是整改责任人"),
        (YES, {**DONE, "closed_on": date(2014, 6, 3)}, "", S.PENDING, "没有验收时间"),
        ({**YES, "opinion": ""}, CLOSED, "", S.PENDING, "验收意见不是合格"),
        ({**YES, "opinion": "不合格"}, CLOSED, "", S.REJECTED, "验收意见不是合格"),
        (YES, {**CLOSED, "closed_on": date(2014, 6, 1)}, "", S.ACCEPTED, "销号日期早于验收时间"),
        (YES, {**CLOSED, "accepted_on": date(2014, 5, 31)}, "", S.PENDING, "早于实际完成时间"),
        ({**OUT, "opinion": "合格"}, DONE, "", S.PENDING, "写了验收，但没有验收人、没有验收时间"),
    ],
)  # fmt: skip
def test_the_state_is_the_one_the_columns_prove(facts, days, grade, state, doubt):
    found = proven(facts, days, grade=grade)
    assert found.task.state is state
    assert doubt in "".join(found.doubts)
    assert bool(found.doubts) is bool(doubt)


def test_what_is_not_believed_is_not_stored_as_a_fact():
    task = proven({**YES, "acceptor": "王五"}, CLOSED).task
    assert (task.closed_on, task.accepted_on, task.done_on) == (None, None, date(2014, 6, 1))
    assert (task.since, task.registered_on, task.percent) == (date(2014, 6, 1), FOUND, 100)


def test_nothing_is_invented():
    task = proven({"measures": "加固", "remark": ""}, {}).task
    assert (task.hazard_id, task.measures, task.since) == (HAZARD, "加固", FOUND)
    assert (task.owner, task.deadline, task.grade, task.problem, task.percent) == ("", None, None, "", 0)  # fmt: skip
    assert proven({}, {}, grade="重大事故隐患").task.grade is HiddenDangerGrade.MAJOR


def test_an_accepted_task_without_a_day_of_completion_is_as_late_as_its_acceptance():
    task = proven(YES, {**DEADLINE, "accepted_on": date(2014, 7, 2)}).task
    assert task.state is S.ACCEPTED
    assert lateness(task, date(2026, 1, 1)).days == 2


@pytest.mark.parametrize(
    ("text", "level", "number", "doubt"),
    [
        ("", None, "", False), ("否", None, "", False), ("无", None, "", False),
        ("县级", Supervision.COUNTY, "", False), ("区级挂牌", Supervision.COUNTY, "", False),
        ("市级 秦安督办〔2014〕3号", Supervision.CITY, "秦安督办〔2014〕3号", False),
        ("省安委办督办", Supervision.PROVINCE, "", False), ("乡镇", Supervision.TOWNSHIP, "", False),
        ("是", None, "", True), ("督办[2014]12号", None, "督办[2014]12号", True),
    ],
)  # fmt: skip
def test_supervision_is_read_or_asked_for(text, level, number, doubt):
    found = proven(OUT, {}, supervise=text)
    assert (found.task.supervision, found.task.supervision_no) == (level, number)
    assert bool(found.doubts) is doubt


def test_a_task_is_known_again_by_what_is_wrong_and_what_is_to_be_done():
    first = proven({**OUT, "problem": "开 裂"}, DEADLINE)
    later = proven({**OUT, "problem": "开裂", "progress": "完成"}, {**DONE})
    other = proven({**OUT, "problem": "渗水"}, DEADLINE)
    assert first.source == later.source != other.source
