"""Tasks, their history, numbers, files and the office's days keep what was entered, whatever happens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from qhd_riskmap.domain.attachment import FileContent
from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.remediation.task import (
    EventKind,
    PhotoStage,
    RemediationTask,
    Supervision,
    TaskState,
)
from qhd_riskmap.domain.remediation.workdays import CalendarDay
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.storage.engine import open_register
from qhd_riskmap.storage.verify import verify

DAY = date(2026, 3, 2)


def a_task(hazard, **changes) -> RemediationTask:
    plain = RemediationTask(
        id=uuid4(), hazard_id=hazard.id, since=DAY, registered_on=DAY, problem="挡墙'开裂\"; --"
    )
    return replace(plain, **changes)


def a_full_task(hazard) -> RemediationTask:
    return a_task(
        hazard, state=TaskState.CLOSED, since=date(2026, 5, 6), basis="依据", measures="加固\n第二行",
        grade=HiddenDangerGrade.MAJOR, funds=12.5, fund_source="县财政", owner_unit="村委会",
        owner="王五", phone="13900000009", deputy="赵六", regulator="应急局",
        deadline=date(2026, 4, 30), contingency="撤人", supervision=Supervision.CITY,
        supervision_no="督办〔2026〕3号", suspended=True, percent=100, progress="做完了",
        assigned_on=DAY, started_on=DAY, done_on=date(2026, 4, 1), accepted_on=date(2026, 4, 2),
        closed_on=date(2026, 5, 6), acceptor="李四", opinion="合格", extension_to=date(2026, 5, 1),
        extension_reason="下雨", receiver="水务局", remark="备注",
    )  # fmt: skip


@pytest.fixture
def hazard(register, actor, hazard_maker):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        work.commit()
    return stored


@pytest.fixture
def task(register, actor, hazard):
    with register.unit_of_work() as work:
        stored = work.tasks.add(a_task(hazard), actor)
        work.commit()
    return stored


def live(work):
    return [line.task for line in work.tasks.lines(DAY)]


def moved(work, task, actor, **changes):
    return work.tasks.save(
        task, replace(task, **changes), actor, kind=EventKind.MOVE, on=DAY, move="assess",
        text="说明", detail={"grade": "major", "funds": 1.5, "owner": None},
    )  # fmt: skip


def test_every_field_of_a_task_comes_back(register, actor, hazard, reopened):
    wanted = a_full_task(hazard)
    with register.unit_of_work() as work:
        stored = work.tasks.add(wanted, actor)
        work.commit()
    assert stored.number == "1303-ZG-2026-0001"
    with reopened(register).unit_of_work() as work:
        assert work.tasks.get(stored.number) == work.tasks.require(str(stored.id)) == stored
        assert work.tasks.of_hazard(hazard.id) == live(work) == [stored]
    assert replace(
        stored, number="", revision=0, created_at=None, created_by="", updated_at=None, updated_by=""
    ) == wanted  # fmt: skip


def test_a_change_has_its_event_its_revision_and_its_audit_row(register, actor, other, task):
    with register.unit_of_work() as work:
        after = moved(work, task, other, state=TaskState.ASSESSED, grade=HiddenDangerGrade.MAJOR)
        work.commit()
    assert (after.revision, after.updated_by) == (2, "李四")
    with register.unit_of_work() as work:
        created, event = work.tasks.events(task.id)
        audit = work.audit.of(str(task.id))
    assert (created.kind, created.after) == (EventKind.CREATE, TaskState.REGISTERED)
    assert (event.kind, event.move, event.before, event.after, event.on) == (
        EventKind.MOVE, "assess", TaskState.REGISTERED, TaskState.ASSESSED, DAY,
    )  # fmt: skip
    assert event.detail == {"grade": "major", "funds": 1.5, "owner": None}
    assert [row.action for row in audit] == ["task.add", "task.move"]
    assert verify(register) == []


def test_who_saves_second_is_refused_and_changes_nothing(register, actor, other, task):
    with register.unit_of_work() as work:
        first = moved(work, task, actor, state=TaskState.ASSESSED)
        work.commit()
    with register.unit_of_work() as work:
        with pytest.raises(ConflictError, match=task.number):
            moved(work, task, other, problem="另一句")
        work.commit()
    with register.unit_of_work() as work:
        assert work.tasks.require(task.number) == first
        assert len(work.tasks.events(task.id)) == 2


def test_a_task_needs_a_live_hazard(register, actor, hazard):
    with register.unit_of_work() as work:
        with pytest.raises(NotFoundError):
            work.tasks.add(a_task(replace(hazard, id=uuid4())), actor)
        work.hazards.soft_delete(hazard.id, actor, 1)
        with pytest.raises(NotFoundError):
            work.tasks.add(a_task(hazard), actor)
        assert live(work) == []
        with pytest.raises(NotFoundError):
            work.tasks.require("1303-ZG-2026-0001")


def test_numbers_have_no_gap_after_a_failure_and_begin_anew_each_year(
    register, actor, hazard, clock
):
    with register.unit_of_work() as work:
        work.tasks.add(a_task(hazard), actor)
        work.rollback()
        first = work.tasks.add(a_task(hazard), actor)
        work.commit()
        clock.at = clock.at.replace(year=2027)
        second = work.tasks.add(a_task(hazard), actor)
        work.commit()
    assert [first.number, second.number] == ["1303-ZG-2026-0001", "1303-ZG-2027-0001"]
    assert verify(register) == []


DESK = """
import sys
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.storage.engine import open_register
day = date(2026, 3, 2)
with open_register(Path(sys.argv[1]), passphrase=None) as register:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(int(sys.argv[3])):
        with register.unit_of_work() as work:
            work.lock()
            task = RemediationTask(
                id=uuid4(), hazard_id=UUID(sys.argv[2]), since=day, registered_on=day)
            work.tasks.add(task, Actor(name="desk"))
            if n % 3 == 0:
                work.rollback()
                continue
            work.commit()
"""


def test_two_desks_draw_numbers_without_gap_or_repeat(register, hazard, python_process):
    register.close()
    desks = [python_process(DESK, str(register.path), str(hazard.id), "15") for _ in range(2)]
    for desk in desks:
        assert desk.stdout.readline().strip() == "ready"
    for desk in desks:
        desk.stdin.write("\n")
        desk.stdin.flush()
    for desk in desks:
        _out, err = desk.communicate(timeout=60)
        assert desk.returncode == 0, err
    with open_register(register.path, passphrase=None) as again:
        with again.unit_of_work() as work:
            numbers = sorted(int(t.number[-4:]) for t in live(work))
        assert numbers == list(range(1, 21))
        assert verify(again) == []


def test_the_tasks_of_an_import_come_and_go_together(register, actor, hazard, sql):
    batch = uuid4()
    sql(
        register,
        "INSERT INTO batch (id, imported_at, imported_by, decisions, counts)"
        " VALUES (?, '2026-01-01', 'x', '{}', '{}')",
        (str(batch),),
    )
    with register.unit_of_work() as work:
        assert work.tasks.add_many([], [], batch, actor) == []
        two = work.tasks.add_many([a_task(hazard), a_full_task(hazard)], ["a", "b"], batch, actor)
        work.commit()
    assert [t.number[-4:] for t in two] == ["0001", "0002"]
    with register.unit_of_work() as work:
        assert work.tasks.of_batch(batch) == two
        assert work.tasks.known_sources([hazard.id]) == {(hazard.id, "a"), (hazard.id, "b")}
        work.tasks.remove_many([], actor, "nothing", restore=False)
        work.tasks.remove_many(two, actor, str(batch), restore=False)
        work.commit()
    with register.unit_of_work() as work:
        assert live(work) == work.tasks.of_hazard(hazard.id) == []
        gone = work.tasks.removed()
        assert [t.id for t in gone] == [t.id for t in two]
        assert work.tasks.of_hazard(hazard.id, deleted=True) == gone
        assert work.tasks.known_sources([hazard.id]) == set()
        again = work.tasks.add_many([a_task(hazard)], ["a"], batch, actor)
        work.commit()
        with pytest.raises(ConflictError, match="重复"):
            work.tasks.remove_many(gone[:1], actor, str(batch), restore=True)
        work.tasks.remove_many(gone[1:], actor, str(batch), restore=True)
        work.commit()
        assert [t.id for t in live(work)] == [gone[1].id, again[0].id]
    assert verify(register) == []


def test_files_of_a_task_are_kept_once_and_removed_softly(register, actor, task):
    photo = FileContent(content=b"jpeg", media_type="image/jpeg", thumbnail=b"small")
    with register.unit_of_work() as work:
        work.attachments.add(task.hazard_id, "前.jpg", photo, actor)
        entry = work.task_files.add(task.id, PhotoStage.BEFORE, "前.jpg", photo, actor)
        after = work.task_files.add(task.id, PhotoStage.AFTER, "后.jpg", photo, actor)
        with pytest.raises(ConflictError, match="整改前"):
            work.task_files.add(task.id, PhotoStage.BEFORE, "又.jpg", photo, actor)
        with pytest.raises(NotFoundError):
            work.task_files.add(uuid4(), PhotoStage.BEFORE, "前.jpg", photo, actor)
        with pytest.raises(NotFoundError):
            work.task_files.require(uuid4())
        work.commit()
    with register.unit_of_work() as work:
        assert work.task_files.of(task.id) == [entry, after]
        assert work.task_files.count(task.id) == 2
        assert work.task_files.counts() == {task.id: 2}
        assert work.task_files.content(entry.id) == b"jpeg"
        gone = work.task_files.remove(entry.id, actor)
        with pytest.raises(NotFoundError):
            work.task_files.remove(entry.id, actor)
        work.commit()
    assert (gone.removed_by, gone.stage) == ("张三", PhotoStage.BEFORE)
    with register.unit_of_work() as work:
        assert work.task_files.of(task.id) == [after]
        assert [f.id for f in work.task_files.of(task.id, removed=True)] == [entry.id, after.id]
    assert verify(register) == []


def test_the_offices_own_days_are_kept_and_taken_back(register, actor, reopened):
    first = CalendarDay(day=date(2027, 2, 6), working=True, note="调休")
    with register.unit_of_work() as work:
        work.work_days.set(first, actor)
        work.work_days.set(replace(first, working=False), actor)
        work.work_days.set(replace(first, day=date(2027, 1, 1), working=False, note=""), actor)
        work.commit()
    with reopened(register).unit_of_work() as work:
        assert [(d.day.isoformat(), d.working, d.note) for d in work.work_days.all()] == [
            ("2027-01-01", False, ""), ("2027-02-06", False, "调休"),
        ]  # fmt: skip
        work.work_days.clear(date(2027, 2, 6), actor)
        work.commit()
        assert len(work.work_days.all()) == 1
        assert [row.action for row in work.audit.of("2027-02-06")] == [
            "calendar.set", "calendar.set", "calendar.clear",
        ]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM remediation_task",
        "DELETE FROM remediation_event",
        "UPDATE remediation_event SET note = 'x'",
        "UPDATE remediation_task SET percent = 101",
        "UPDATE remediation_task SET state = 'closed'",
    ],
)
def test_the_file_itself_guards_the_history(register, task, sql, statement):
    with pytest.raises(Exception, match=r"stay|softly|change|CHECK"):
        sql(register, statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE remediation_task SET state = 'rectifying'", "与现在的状态不符"),
        ("UPDATE remediation_task SET revision = 2", "办理记录不完整"),
        ("UPDATE remediation_task SET state = 'maybe'", "不认识"),
        ("UPDATE remediation_task SET number = '1303-ZG-2026-0003'", "缺号"),
        ("UPDATE remediation_task SET number = 'x'", "写法不对"),
        ("UPDATE number_series SET next_number = 9", "缺号"),
    ],
)
def test_verify_names_what_was_tampered_with(register, task, sql, statement, words):
    assert verify(register) == []
    sql(register, statement)
    assert any(words in problem for problem in verify(register))


def test_verify_names_a_step_that_the_flow_does_not_know(register, actor, task):
    with register.unit_of_work() as work:
        moved(work, task, actor, state=TaskState.PENDING)
        work.commit()
    (problem,) = verify(register)
    assert task.number in problem
    assert "不允许" in problem


def test_details_are_canonical_json(register, actor, task, sql):
    with register.unit_of_work() as work:
        moved(work, task, actor, problem="新")
        work.commit()
    ((text,),) = sql(register, "SELECT detail FROM remediation_event WHERE revision = 2")
    assert json.loads(text) == {"grade": "major", "funds": 1.5, "owner": None}
    assert UUID(str(task.id))
