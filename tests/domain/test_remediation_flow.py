"""The flow of remediation: every move of the table works, every other one is refused with its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qhd_riskmap.domain.levels import HiddenDangerGrade, RiskLevel
from qhd_riskmap.domain.remediation.flow import Clock, flow, read_flow
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.machine import find_move, missing, moved, possible_moves
from qhd_riskmap.domain.remediation.requirements import (
    REQUIREMENTS,
    Circumstances,
    five_missing,
    is_strict,
    same_person,
)
from qhd_riskmap.domain.remediation.task import (
    EventKind,
    PhotoStage,
    RemediationTask,
    Supervision,
    TaskState,
)
from qhd_riskmap.domain.remediation.task_fields import (
    EVENT_ONLY,
    choice_labels,
    read_task_texts,
    shown_value,
    task_field,
    task_values,
    with_task_values,
)
from qhd_riskmap.errors import InvalidInputError, MoveRefusedError
from qhd_riskmap.resources import rules

DAY = date(2026, 3, 2)
TODAY = date(2026, 4, 1)
AROUND = Circumstances(today=TODAY, evidence=1, level=RiskLevel.RED)
S = TaskState

# Written by hand, not read from the rule file: a slip there must not agree with itself.
TABLE = {
    ("registered", "assess"): "assessed",
    ("assessed", "assign"): "assigned",
    ("monitored", "assign"): "assigned",
    ("assigned", "start"): "rectifying",
    ("rectifying", "apply"): "pending",
    ("pending", "accept"): "accepted",
    ("pending", "reject"): "rejected",
    ("rejected", "redo"): "rectifying",
    ("accepted", "close"): "closed",
    ("transferred", "take_back"): "registered",
    ("accepted", "resume"): "accepted",
    **{
        (s, m): s
        for m in ("extension_request", "extension_approve", "extension_refuse")
        for s in ("assigned", "rectifying", "rejected")
    },
    **{
        (s, m): s
        for m in ("supervise", "suspend")
        for s in ("registered", "assessed", "assigned", "rectifying", "pending", "rejected", "monitored")
    },
    **{
        (s, "supervision_end"): s
        for s in (
            "registered", "assessed", "assigned", "rectifying", "pending", "accepted", "rejected",
            "monitored",
        )
    },
    **{
        (s, "transfer"): "transferred"
        for s in ("registered", "assessed", "assigned", "rectifying", "rejected")
    },
    **{(s, "monitor"): "monitored" for s in ("assessed", "assigned", "rectifying", "rejected")},
    **{
        (s, "void"): "void"
        for s in (
            "registered", "assessed", "assigned", "rectifying", "pending", "rejected", "monitored",
            "transferred",
        )
    },
}  # fmt: skip
MOVES = tuple(flow().moves)
VALUES = {
    "grade": "major", "problem": "挡墙开裂", "basis": "依据", "owner_unit": "示例村委会", "owner": "王五",
    "phone": "13900000009", "deputy": "赵六", "regulator": "应急局", "deadline": "2026-06-30",
    "measures": "加固", "funds": 3.5, "fund_source": "县财政", "contingency": "撤人",
    "done_on": "2026-03-30", "progress": "已加固", "acceptor": "李四", "opinion": "合格",
    "extension_to": "2026-07-30", "extension_reason": "汛期", "approver": "孙局长", "reason": "理由",
    "supervision": "county", "supervision_no": "督办〔2026〕1号", "receiver": "水务局",
}  # fmt: skip


def a_task(state: TaskState = S.REGISTERED, **changes) -> RemediationTask:
    """Complete, so that the state alone decides."""
    plain = RemediationTask(
        id=UUID(int=1), hazard_id=UUID(int=2), number="1303-ZG-2026-0001", since=DAY,
        registered_on=DAY, state=state, started_on=DAY,
    )  # fmt: skip
    filled = with_task_values(plain, {k: v for k, v in VALUES.items() if k != "supervision_no"})
    return replace(filled, **changes)


def prepared(state: TaskState, key: str) -> RemediationTask:
    """As the move wants it beside the state."""
    return a_task(state, suspended=key == "resume", supervision=Supervision.CITY)


def values_for(key: str) -> dict:
    return {name: VALUES[name] for name in flow().moves[key].fields}


@pytest.mark.parametrize("key", MOVES)
@pytest.mark.parametrize("state", list(TaskState))
def test_the_whole_table_both_ways(state, key):
    task, move = prepared(state, key), find_move(key)
    target = TABLE.get((state.value, key))
    if target is None:
        with pytest.raises(MoveRefusedError) as caught:
            moved(task, move, values_for(key), TODAY, AROUND)
        assert f"“{state.label}”" in caught.value.reasons[0]
        assert move.label in caught.value.message
        assert missing(task, move, values_for(key), TODAY, AROUND) == caught.value.reasons
    else:
        after = moved(task, move, values_for(key), TODAY, AROUND)
        assert (after.state.value, after.since) == (target, TODAY)
        assert move in flow().moves_from(state)


def test_the_table_names_only_moves_and_states_that_exist():
    assert {key for _state, key in TABLE} == set(MOVES)
    assert {S(s) for s, _key in TABLE} | {S(t) for t in TABLE.values()} == set(TaskState)
    assert all(set(move.needs) <= REQUIREMENTS.keys() for move in flow().moves.values())
    for move in flow().moves.values():
        assert all(task_field(name) for name in move.fields)
        assert all(name in RemediationTask.__dataclass_fields__ for name in move.clears)


def test_every_state_can_be_reached_and_only_acceptance_leads_to_the_end():
    reached, front = {S.REGISTERED}, [S.REGISTERED]
    while front:
        for move in flow().moves_from(front.pop()):
            if move.target is not None and move.target not in reached:
                reached.add(move.target)
                front.append(move.target)
    assert reached == set(TaskState)
    into = [m for m in flow().moves.values() if m.target is S.CLOSED]
    assert [m.sources for m in into] == [frozenset({S.ACCEPTED})]
    assert flow().moves_from(S.CLOSED) == flow().moves_from(S.VOID) == ()
    assert flow().between(S.ASSIGNED, S.RECTIFYING) is flow().moves["start"]
    assert flow().between(S.CLOSED, S.RECTIFYING) is None


def reasons(task, key, values=None, on=TODAY, around=AROUND) -> str:
    given_values = values_for(key) if values is None else values
    return "".join(missing(task, find_move(key), given_values, on, around))


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("owner_unit", "责任（"), ("owner", "责任（"), ("measures", "措施（"), ("funds", "资金（"),
        ("fund_source", "资金（"), ("deadline", "时限（"), ("contingency", "预案（"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("level", [RiskLevel.RED, RiskLevel.ORANGE])
def test_serious_work_does_not_begin_before_all_five_stand(field, word, level):
    task = with_task_values(a_task(S.ASSIGNED, grade=HiddenDangerGrade.ORDINARY), {field: None})
    around = replace(AROUND, level=level)
    assert word in reasons(task, "start", {}, around=around)
    if field == "measures":
        return  # ordinary work needs measures too
    assert reasons(task, "start", {}, around=replace(AROUND, level=RiskLevel.YELLOW)) == ""
    major = replace(task, grade=HiddenDangerGrade.MAJOR)
    assert word in reasons(major, "start", {}, around=replace(AROUND, level=None))


def test_funds_of_nothing_are_funds():
    task = a_task(S.ASSIGNED, funds=0.0, fund_source="无需资金")
    assert five_missing(task) == ()
    assert reasons(task, "start", {}) == ""


@pytest.mark.parametrize("acceptor", ["王五", " 王 五 ", "王　五"])
@pytest.mark.parametrize("key", ["accept", "reject"])
def test_nobody_accepts_his_own_work(acceptor, key):
    text = reasons(a_task(S.PENDING), key, {"acceptor": acceptor, "opinion": "合格"})
    assert "不能是整改责任人“王五”本人" in text
    closing = a_task(S.ACCEPTED, acceptor=acceptor)
    assert "本人" in reasons(closing, "close")


def test_a_missing_acceptor_is_said_and_a_blank_name_is_nobody():
    assert "请填写验收人" in reasons(a_task(S.PENDING, acceptor=""), "accept", {"opinion": "合格"})
    assert not same_person("", "")
    assert not same_person("王五", "李四")


@pytest.mark.parametrize(("state", "key"), [("rectifying", "apply"), ("pending", "accept"), ("accepted", "close")])  # fmt: skip
def test_without_evidence_nothing_is_accepted(state, key):
    assert "照片" in reasons(a_task(S(state)), key, around=replace(AROUND, evidence=0))


@pytest.mark.parametrize(
    ("state", "key", "changes", "values", "words"),
    [
        ("registered", "assess", {"problem": ""}, {}, "隐患描述"),
        ("registered", "assess", {"grade": None}, {}, "隐患等级"),
        ("assessed", "assign", {"owner": ""}, {}, "责任单位和整改责任人"),
        ("assessed", "assign", {"deadline": None}, {}, "请填写整改时限"),
        ("assessed", "assign", {}, {"deadline": "2026-03-31"}, "早于办理日期 2026-04-01"),
        ("rectifying", "apply", {"done_on": None}, {}, "实际完成时间"),
        ("rectifying", "apply", {}, {"done_on": "2026-04-02"}, "晚于申请日期"),
        ("rectifying", "apply", {}, {"done_on": "2026-03-01"}, "早于开始整改"),
        ("rectifying", "apply", {"progress": ""}, {}, "整改情况"),
        ("pending", "reject", {"opinion": ""}, {}, "验收意见"),
        ("assigned", "extension_request", {"extension_to": None}, {}, "延期至哪一天"),
        ("assigned", "extension_request", {}, {"extension_to": "2026-06-30"}, "不晚于现在的时限"),
        ("assigned", "extension_request", {"deadline": date(2026, 3, 5)}, {"extension_to": "2026-03-31"}, "早于办理日期"),
        ("assigned", "extension_request", {"extension_reason": ""}, {}, "延期理由"),
        ("assigned", "extension_approve", {"extension_to": None}, {"approver": "孙局长"}, "没有待批"),
        ("assigned", "extension_approve", {}, {}, "请填写批准人"),
        ("assigned", "extension_approve", {}, {"approver": "王五"}, "批准人不能是"),
        ("assigned", "extension_refuse", {}, {"approver": "孙局长", "reason": " "}, "请填写理由"),
        ("assigned", "supervise", {"supervision": None}, {}, "督办级别"),
        ("assigned", "supervision_end", {"supervision": None}, {"reason": "好了"}, "不必解除"),
        ("assigned", "suspend", {"suspended": True}, {"reason": "险"}, "还没有解除"),
        ("accepted", "close", {"suspended": True}, {}, "同意恢复"),
        ("accepted", "resume", {}, {"approver": "孙局长"}, "不必恢复"),
        ("assigned", "transfer", {"receiver": ""}, {"reason": "不归我管"}, "接收部门"),
        ("assigned", "monitor", {"contingency": ""}, {"reason": "难"}, "防范措施"),
    ],
)  # fmt: skip
def test_each_refusal_says_what_is_missing(state, key, changes, values, words):
    text = reasons(a_task(S(state), **changes), key, values)
    assert words in text


def test_all_reasons_come_at_once():
    text = reasons(a_task(S.REGISTERED, problem="", grade=None), "assess", {})
    assert "隐患描述" in text
    assert "隐患等级" in text


def test_days_are_in_order():
    task = a_task(S.REGISTERED)
    assert "在将来" in reasons(task, "assess", on=TODAY + timedelta(days=1))
    assert "早于上一次办理" in reasons(task, "assess", on=DAY - timedelta(days=1))
    assert reasons(task, "assess", on=DAY) == ""


def test_what_there_is_nothing_to_decide_on_is_not_offered():
    def offered(**changes):
        plain = a_task(S.ASSIGNED, extension_to=None, supervision=None)
        return [move.key for move in possible_moves(replace(plain, **changes))]

    assert offered() == [
        "start", "extension_request", "supervise", "suspend", "transfer", "monitor", "void",
    ]  # fmt: skip
    assert "supervision_end" in offered(supervision=Supervision.CITY)
    assert {"extension_approve", "extension_refuse"} <= set(offered(extension_to=DAY))
    assert "suspend" not in offered(suspended=True)
    done = a_task(S.ACCEPTED, supervision=None, suspended=True)
    assert [move.key for move in possible_moves(done)] == ["close", "resume"]
    gone = a_task(deleted_at=datetime(2026, 3, 3, tzinfo=UTC))
    assert possible_moves(gone) == ()


def test_a_removed_task_is_brought_back_first():
    gone = a_task(deleted_at=datetime(2026, 3, 3, tzinfo=UTC))
    assert "先恢复" in reasons(gone, "assess")


def test_only_the_moves_own_fields_are_taken():
    with pytest.raises(InvalidInputError, match="acceptor"):
        missing(a_task(), find_move("assess"), {"acceptor": "李四"}, TODAY, AROUND)
    with pytest.raises(InvalidInputError, match="无"):
        missing(a_task(S.ACCEPTED), find_move("close"), {"acceptor": "李四"}, TODAY, AROUND)
    with pytest.raises(InvalidInputError, match="assess 评估"):
        find_move("fly")
    with pytest.raises(InvalidInputError, match="problem"):
        task_field("height")


def test_an_extension_moves_the_deadline_when_approved_and_not_before():
    asked = moved(a_task(S.ASSIGNED), find_move("extension_request"), values_for("extension_request"), TODAY, AROUND)  # fmt: skip
    assert (asked.deadline, asked.extension_to) == (date(2026, 6, 30), date(2026, 7, 30))
    given_it = moved(asked, find_move("extension_approve"), {"approver": "孙局长"}, TODAY, AROUND)
    assert (given_it.deadline, given_it.extension_to, given_it.extension_reason) == (
        date(2026, 7, 30), None, "",
    )  # fmt: skip
    refused = moved(asked, find_move("extension_refuse"), {"approver": "孙局长", "reason": "不必"}, TODAY, AROUND)  # fmt: skip
    assert (refused.deadline, refused.extension_to) == (date(2026, 6, 30), None)


def test_work_begun_again_forgets_what_was_claimed_done():
    rejected = moved(a_task(S.PENDING, percent=100), find_move("reject"), values_for("reject"), TODAY, AROUND)  # fmt: skip
    again = moved(rejected, find_move("redo"), values_for("redo"), TODAY, AROUND)
    assert (again.done_on, again.acceptor, again.opinion, again.percent) == (None, "", "", 0)


def test_stamps_and_settings_follow_the_moves():
    task = a_task(S.ASSESSED)
    task = moved(task, find_move("assign"), values_for("assign"), TODAY, AROUND)
    task = moved(task, find_move("suspend"), {"reason": "险"}, TODAY, AROUND)
    assert (task.assigned_on, task.suspended) == (TODAY, True)
    task = moved(task, find_move("start"), values_for("start"), TODAY, AROUND)
    task = moved(task, find_move("apply"), {**values_for("apply"), "done_on": "2026-04-01"}, TODAY, AROUND)  # fmt: skip
    assert (task.started_on, task.percent, task.done_on) == (TODAY, 100, TODAY)
    task = moved(task, find_move("accept"), values_for("accept"), TODAY, AROUND)
    task = moved(task, find_move("resume"), {"approver": "孙局长"}, TODAY, AROUND)
    task = moved(task, find_move("close"), {}, TODAY, AROUND)
    assert (task.accepted_on, task.closed_on, task.suspended) == (TODAY, TODAY, False)


MAYBE = st.sampled_from([*VALUES.items(), ("acceptor", "王五"), ("approver", "王五"), ("funds", None), ("owner", None), ("deadline", "2026-03-03"), ("problem", ""), ("measures", None), ("grade", "ordinary")])  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(MOVES),
        st.lists(MAYBE, max_size=24).map(dict),
        st.integers(min_value=-2, max_value=12),
        st.integers(min_value=0, max_value=1),
        st.sampled_from([None, *RiskLevel]),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(steps=STEPS)
def test_whatever_is_tried_in_whatever_order_a_task_never_lies(steps):
    task = RemediationTask(
        id=UUID(int=1), hazard_id=UUID(int=2), number="n", since=DAY, registered_on=DAY
    )
    for key, given_values, days, evidence, level in steps:
        move, on = find_move(key), task.since + timedelta(days=days)
        values = {k: v for k, v in given_values.items() if k in move.fields}
        around = Circumstances(today=DAY + timedelta(days=60), evidence=evidence, level=level)
        found = missing(task, move, values, on, around)
        if found:
            with pytest.raises(MoveRefusedError):
                moved(task, move, values, on, around)
            continue
        after = moved(task, move, values, on, around)
        assert TABLE[task.state.value, key] == after.state.value
        assert after.since == on >= task.since
        check(after, level)
        task = after
    assert json.dumps(task_values(task), ensure_ascii=False)


def check(task: RemediationTask, level: RiskLevel | None) -> None:
    days = [task.assigned_on, task.started_on, task.accepted_on, task.closed_on]
    known = [day for day in days[:2] if day is not None]
    assert known == sorted(known)
    if task.state in {S.PENDING, S.ACCEPTED, S.CLOSED}:
        assert task.done_on is not None
        assert task.done_on >= task.started_on
    if task.state in {S.ACCEPTED, S.CLOSED}:
        assert task.acceptor
        assert not same_person(task.acceptor, task.owner)
        assert task.accepted_on >= task.done_on
        assert task.accepted_on >= task.assigned_on
    if task.state is S.CLOSED:
        assert task.closed_on >= task.accepted_on
        assert not task.suspended
    if task.state is S.RECTIFYING and task.started_on == task.since and is_strict(task, level):
        assert five_missing(task) == ()


def test_values_travel_as_plain_texts_and_come_back():
    task = a_task(S.CLOSED, supervision=Supervision.PROVINCE, funds=0.0)
    plain = task_values(task)
    assert plain["deadline"] == "2026-06-30"
    assert plain["supervision"] == "province"
    assert with_task_values(a_task(S.CLOSED), plain) == task
    assert EVENT_ONLY.isdisjoint(plain)
    assert task_values(with_task_values(task, {"grade": None, "remark": ""}))["grade"] is None


def test_texts_are_read_and_what_cannot_be_read_is_said():
    values, bad = read_task_texts({"owner": " 王五 ", "funds": "很多", "remark": "", "phone": "1"})
    assert values == {"owner": "王五", "remark": None, "phone": "1"}
    assert len(bad) == 1
    assert "很多" in bad[0]
    with pytest.raises(InvalidInputError, match="colour"):
        read_task_texts({"colour": "red"})


def test_values_are_shown_in_words():
    assert shown_value("grade", "major") == "重大事故隐患"
    assert shown_value("supervision", "city") == "市级"
    assert (shown_value("funds", 12.0), shown_value("remark", None)) == ("12", "")
    assert shown_value("funds", 1_234_567.89) == "1234567.89"
    assert shown_value("measures", "加固") == "加固"
    assert choice_labels()["supervision"]["township"] == "乡镇级"


def test_every_state_and_stage_has_a_name_of_its_own():
    for kind in (TaskState, Supervision, EventKind, PhotoStage, LateStage):
        assert len({each.label for each in kind}) == len(kind)


def test_a_rule_file_at_odds_with_itself_is_refused():
    raw = rules("remediation")
    with pytest.raises(ValueError, match="state"):
        read_flow({**raw, "states": raw["states"][1:]})
    with pytest.raises(ValueError, match="state"):
        read_flow({**raw, "states": [*raw["states"], raw["states"][0]]})
    with pytest.raises(ValueError, match="move"):
        read_flow({**raw, "moves": [*raw["moves"], raw["moves"][0]]})
    assert flow().clocks[S.PENDING] is Clock.DONE
