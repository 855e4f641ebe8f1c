"""Tasks through the service: made, moved, refused, noted, found and rolled up; each with its permission."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import shapely
from PIL import Image

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.overview import TaskFilter, roll_up, standing
from qhd_riskmap.domain.remediation.task import EventKind, PhotoStage, TaskState
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    MoveRefusedError,
    NotFoundError,
    PermissionDeniedError,
)
from qhd_riskmap.services.remediation import LONGEST_NOTE, RemediationService
from qhd_riskmap.services.reshaping import ReshapingService
from qhd_riskmap.services.work_calendar import WorkCalendarService
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
TODAY = date(2026, 11, 23)
DAY = date(2026, 11, 2)


class Today:
    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> date:
        return self.day


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304", unit="应急局"),
        clock=lambda: datetime(2026, 11, 23, 8, tzinfo=UTC),
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def today() -> Today:
    return Today()


@pytest.fixture
def service(register, today):
    return RemediationService(register, ACTOR, today=today)


def add_hazard(register, **changes) -> Hazard:
    hazard = Hazard(
        id=uuid4(), name="联峰山滑坡", type_key="geological", geometry=shapely.Point(119.47, 39.83),
        county="130304", unit="海滨镇政府", regulator="自然资源局",
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )  # fmt: skip
    with register.unit_of_work() as work:
        stored = work.hazards.add(replace(hazard, **changes), ACTOR)
        work.commit()
    return stored


@pytest.fixture
def hazard(register):
    return add_hazard(register)


@pytest.fixture
def task(service, hazard):
    return service.create(hazard.code, {"problem": "挡墙开裂"}, on=DAY)[0]


def photo(colour="red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "JPEG")
    return file.getvalue()


ASSIGN = {"owner": "王五", "deadline": "2026-11-20"}
FIVE = {"measures": "加固", "funds": 3.0, "fund_source": "县财政", "contingency": "撤人"}


def started(service, task, **assign):
    for move, values in (
        ("assess", {"grade": "ordinary"}),
        ("assign", {**ASSIGN, **assign}),
        ("start", FIVE),
    ):
        task, _changes = service.move(task.number, move, values, on=DAY)
    return task


def closed(service, task):
    task = started(service, task)
    service.attach(task.number, PhotoStage.AFTER, "后.jpg", photo())
    for move, values in (
        ("apply", {"done_on": "2026-11-10", "progress": "已加固"}),
        ("accept", {"acceptor": "李四", "opinion": "合格"}),
        ("close", {}),
    ):
        task, _changes = service.move(task.number, move, values, on=date(2026, 11, 12))
    return task


def test_a_task_goes_from_registration_to_closing(register, service, task, hazard):
    assert (task.number, task.owner_unit, task.regulator) == (
        "130304-ZG-2026-0001", "海滨镇政府", "自然资源局",
    )  # fmt: skip
    done = closed(service, task)
    assert (done.state, done.closed_on, done.percent) == (
        TaskState.CLOSED, date(2026, 11, 12), 100,
    )  # fmt: skip
    dossier = service.dossier(task.number)
    assert [event.move for event in dossier.events] == [
        "", "assess", "assign", "start", "apply", "accept", "close",
    ]  # fmt: skip
    assert dossier.events[5].detail == {"acceptor": "李四", "opinion": "合格"}
    assert (dossier.moves, len(dossier.files), dossier.line.files) == ((), 1, 1)
    assert dossier.hazard == hazard
    assert verify(register) == []
    with register.unit_of_work() as work:
        actions = [row.action for row in work.audit.of(str(task.id))]
    assert actions.count("task.move") == 6
    assert "task.file_add" in actions


def test_the_hazards_level_makes_all_five_necessary(register, service):
    red = add_hazard(register, level=RiskLevel.ORANGE)
    task, _changes = service.create(str(red.id), {"problem": "泄漏"}, on=DAY)
    service.move(task.number, "assess", {"grade": "ordinary"}, on=DAY)
    service.move(task.number, "assign", ASSIGN, on=DAY)
    assert "资金" in "".join(service.missing(task.number, "start", {"measures": "堵"}, on=DAY))
    with pytest.raises(MoveRefusedError, match="五落实") as caught:
        service.move(task.number, "start", {"measures": "堵"}, on=DAY)
    assert "预案" in caught.value.hint
    assert service.dossier(task.number).line.task.state is TaskState.ASSIGNED
    assert service.missing(task.number, "start", FIVE, on=DAY) == ()


def test_nothing_is_applied_for_without_a_file_and_accepted_evidence_stays(service, task):
    task = started(service, task)
    with pytest.raises(MoveRefusedError, match="照片"):
        service.move(task.number, "apply", {"done_on": "2026-11-10", "progress": "好"})
    entry, changes = service.attach(task.number, PhotoStage.BEFORE, "前.jpg", photo())
    assert (changes.tasks, changes.hazard_ids) == (True, (task.hazard_id,))
    assert service.file_content(entry.id) == photo()
    service.detach(entry.id)
    with pytest.raises(MoveRefusedError, match="照片"):
        service.move(task.number, "apply", {"done_on": "2026-11-10", "progress": "好"})
    entry, _changes = service.attach(task.number, PhotoStage.BEFORE, "前.jpg", photo())
    service.move(task.number, "apply", {"done_on": "2026-11-10", "progress": "好"})
    service.move(task.number, "accept", {"acceptor": "李四"})
    with pytest.raises(MoveRefusedError, match="依据"):
        service.detach(entry.id)


def test_an_extension_is_asked_for_approved_and_told(service, task):
    task = started(service, task)
    later, reason = "2026-12-20", "连日大雨"
    service.move(
        task.number, "extension_request", {"extension_to": later, "extension_reason": reason}
    )
    with pytest.raises(MoveRefusedError, match="本人"):
        service.move(task.number, "extension_approve", {"approver": "王五"})
    task, _changes = service.move(task.number, "extension_approve", {"approver": "孙局长"})
    assert task.deadline == date(2026, 12, 20)
    assert service.dossier(task.number).events[-1].detail == {"approver": "孙局长"}


def test_facts_are_corrected_until_somebody_has_decided_on_them(service, task):
    task, changes = service.update(
        task.number, {"problem": "挡墙开裂两处", "deadline": "2026-11-25"}
    )
    assert changes.tasks
    event = service.dossier(task.number).events[-1]
    assert (event.kind, event.detail) == (EventKind.EDIT, {"problem": "挡墙开裂", "deadline": None})
    same, nothing = service.update(task.number, {"problem": "挡墙开裂两处"})
    assert (same.revision, nothing.tasks) == (task.revision, False)
    task = started(service, task)
    with pytest.raises(MoveRefusedError, match="只能申请延期"):
        service.update(task.number, {"deadline": "2027-01-01"})
    with pytest.raises(InvalidInputError, match="办理时"):
        service.update(task.number, {"acceptor": "李四"})
    done = closed_from_started(service, task)
    with pytest.raises(MoveRefusedError, match="不能再改“整改措施”"):
        service.update(done.number, {"measures": "别的"})
    assert service.update(done.number, {"remark": "归档"})[0].remark == "归档"


def closed_from_started(service, task):
    service.attach(task.number, PhotoStage.AFTER, "后.jpg", photo())
    for move, values in (
        ("apply", {"done_on": "2026-11-10", "progress": "已加固"}),
        ("accept", {"acceptor": "李四"}),
        ("close", {}),
    ):
        task, _changes = service.move(task.number, move, values)
    return task


def test_progress_is_told_while_work_goes_on(service, task):
    with pytest.raises(MoveRefusedError, match="没有进展可报"):
        service.note(task.number, "开工")
    task = started(service, task)
    task, _changes = service.note(task.number, " 完成一半 ", percent=50, on=date(2026, 11, 5))
    assert (task.percent, task.progress) == (50, "完成一半")
    task, _changes = service.note(task.number, "继续")
    assert task.percent == 50
    events = service.dossier(task.number).events[-2:]
    assert [(e.kind, e.percent, e.text) for e in events] == [
        (EventKind.NOTE, 50, "完成一半"), (EventKind.NOTE, None, "继续"),
    ]  # fmt: skip
    for wrong in (
        {"text": " "},
        {"text": "字" * (LONGEST_NOTE + 1)},
        {"text": "好", "percent": 101},
    ):
        with pytest.raises(InvalidInputError):
            service.note(task.number, **wrong)
    with pytest.raises(InvalidInputError, match="将来"):
        service.note(task.number, "好", on=date(2027, 1, 1))


def test_who_looked_at_an_older_state_is_told_who_saved(register, service, task):
    other = RemediationService(register, Actor(name="李四"), today=lambda: TODAY)
    other.move(task.number, "assess", {"grade": "major"})
    with pytest.raises(ConflictError, match="李四"):
        service.move(task.number, "assess", {"grade": "ordinary"}, revision=task.revision)
    with pytest.raises(ConflictError):
        service.update(task.number, {"remark": "x"}, revision=task.revision)


def test_a_task_is_removed_and_brought_back_but_never_once_closed(register, service, task):
    assert service.remove(task.number).tasks
    assert not service.remove(task.number).tasks
    assert service.tasks() == []
    assert [each.number for each in service.removed()] == [task.number]
    dossier = service.dossier(task.number)
    assert (dossier.moves, dossier.line.late.stage) == ((), LateStage.NONE)
    with pytest.raises(MoveRefusedError, match="先恢复"):
        service.move(task.number, "assess", {"grade": "major"})
    with pytest.raises(MoveRefusedError, match="先恢复"):
        service.update(task.number, {"remark": "x"})
    assert service.restore(task.number).tasks
    done = closed(service, task)
    with pytest.raises(MoveRefusedError, match="留存"):
        service.remove(done.number)
    assert verify(register) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "隐患描述"),
        ({"problem": " "}, "隐患描述"),
        ({"problem": "x", "opinion": "y"}, "办理时"),
    ],
)
def test_a_task_without_a_problem_is_not_made(service, hazard, values, words):
    with pytest.raises(InvalidInputError, match=words):
        service.create(hazard.code, values)


def test_what_does_not_exist_is_said(service, hazard, task):
    with pytest.raises(NotFoundError):
        service.create("没有", {"problem": "x"})
    with pytest.raises(NotFoundError):
        service.move("没有", "assess", {})
    with pytest.raises(InvalidInputError, match="fly"):
        service.move(task.number, "fly", {})
    with pytest.raises(InvalidInputError, match="将来"):
        service.create(hazard.code, {"problem": "x"}, on=date(2027, 1, 1))


READER = frozenset({Permission.READ})


@pytest.mark.parametrize(
    ("permission", "call"),
    [
        (Permission.REMEDY, lambda s, n: s.create(n, {"problem": "x"})),
        (Permission.REMEDY, lambda s, n: s.update(n, {"remark": "x"})),
        (Permission.REMEDY, lambda s, n: s.move(n, "assess", {"grade": "major"})),
        (Permission.ACCEPT, lambda s, n: s.move(n, "accept", {"acceptor": "李四"})),
        (Permission.ACCEPT, lambda s, n: s.move(n, "close", {})),
        (Permission.SUPERVISE, lambda s, n: s.move(n, "supervise", {"supervision": "city"})),
        (Permission.SUPERVISE, lambda s, n: s.move(n, "extension_approve", {"approver": "x"})),
        (Permission.REMEDY, lambda s, n: s.note(n, "x")),
        (Permission.REMEDY, lambda s, n: s.attach(n, PhotoStage.AFTER, "a.jpg", photo())),
        (Permission.REMEDY, lambda s, _n: s.detach(uuid4())),
        (Permission.REMEDY, lambda s, n: s.remove(n)),
        (Permission.REMEDY, lambda s, n: s.restore(n)),
        (Permission.READ, lambda s, _n: s.tasks()),
        (Permission.READ, lambda s, n: s.dossier(n)),
        (Permission.READ, lambda s, n: s.missing(n, "assess", {})),
        (Permission.READ, lambda s, _n: s.removed()),
        (Permission.READ, lambda s, _n: s.calendar()),
        (Permission.READ, lambda s, _n: s.file_content(uuid4())),
    ],
)
def test_each_use_asks_for_its_permission(register, task, permission, call):
    allowed = frozenset(Permission) - {permission}
    service = RemediationService(register, Actor(name="李四", permissions=allowed), today=Today())
    with pytest.raises(PermissionDeniedError):
        call(service, task.number)


def test_tasks_are_found_by_state_place_type_unit_day_and_lateness(register, service, task, today):
    flood = add_hazard(register, type_key="flood", county="130322", name="山洪沟", unit="水务站")
    other, _changes = service.create(flood.code, {"problem": "淤积", "deadline": "2026-11-28"})
    late = started(service, task)

    def numbers(**wanted) -> list[str]:
        wanted = {k: frozenset(v) if isinstance(v, list) else v for k, v in wanted.items()}
        return [line.task.number for line in service.tasks(TaskFilter(**wanted))]

    assert numbers() == [late.number, other.number]
    assert numbers(states=[TaskState.RECTIFYING]) == [late.number]
    assert numbers(counties=["130322"]) == numbers(types=["flood"]) == [other.number]
    assert numbers(units=("水务",)) == numbers(search="山洪") == [other.number]
    assert numbers(stages=[LateStage.OVERDUE]) == [late.number]
    assert numbers(stages=[LateStage.SOON]) == [other.number]
    assert numbers(hazards=[flood.id]) == numbers(first=date(2026, 11, 3)) == [other.number]
    assert numbers(last=date(2026, 11, 3)) == numbers(search="王五") == [late.number]
    today.day = date(2026, 11, 20)
    assert numbers(stages=[LateStage.DUE]) == [late.number]
    (line,) = service.tasks(
        TaskFilter(stages=frozenset({LateStage.OVERDUE})), on=date(2026, 11, 28)
    )
    assert (line.task.number, line.late.days, line.late.step) == (late.number, 8, 7)


def test_standings_roll_up_to_hazard_unit_and_county(register, service, task, hazard):
    started(service, task)
    second, _changes = service.create(hazard.code, {"problem": "排水不畅"})
    service.move(second.number, "void", {"reason": "重复"})
    flood = add_hazard(register, type_key="flood", county="130322", unit="水务站")
    service.create(flood.code, {"problem": "淤积"})
    lines = service.tasks()
    by_hazard = roll_up(lines, lambda line: line.code)
    assert list(by_hazard) == [hazard.code, flood.code]
    found = by_hazard[hazard.code]
    assert (found.total, found.open, found.late.days) == (1, 1, 3)
    assert found.states == {TaskState.RECTIFYING: 1, TaskState.VOID: 1}
    assert found.stages == {LateStage.OVERDUE: 1, LateStage.NONE: 1}
    assert roll_up(lines, lambda line: line.county)["130322"].open == 1
    assert roll_up(lines, lambda line: line.unit)["水务站"].late.stage is LateStage.NONE
    assert standing([]).total == 0


def test_tasks_of_a_deleted_hazard_wait_with_it(register, service, task, hazard):
    with register.unit_of_work() as work:
        work.hazards.soft_delete(hazard.id, ACTOR, hazard.revision)
        work.commit()
    assert service.tasks() == []
    with register.unit_of_work() as work:
        work.hazards.restore(hazard.id, ACTOR)
        work.commit()
    assert [line.task.number for line in service.tasks()] == [task.number]


def test_tasks_go_with_a_hazard_that_is_merged_and_come_back_when_that_is_undone(
    register, service, task, hazard
):
    box = shapely.box(119.46, 39.82, 119.47, 39.83)
    first = add_hazard(register, name="滑坡一", geometry=box, level=RiskLevel.RED)
    second = add_hazard(register, name="滑坡二", geometry=shapely.box(119.47, 39.82, 119.48, 39.83))
    own, _changes = service.create(second.code, {"problem": "排水不畅"})
    reshaping = ReshapingService(register, ACTOR)
    merged = reshaping.merge([(first.id, first.revision), (second.id, second.revision)])
    assert service.dossier(own.number).hazard.id == merged.kept.id == first.id
    now = {each.id: each.revision for each in merged.after}
    back, changes = reshaping.settle(list(merged.before), revisions=now)
    assert changes.tasks
    assert service.dossier(own.number).hazard.id == second.id
    now = {each.id: each.revision for each in back}
    reshaping.settle(list(merged.after), revisions=now)
    assert service.dossier(own.number).hazard.id == first.id
    assert service.dossier(task.number).hazard.id == hazard.id
    assert verify(register) == []


def test_deadlines_may_be_given_in_working_days(register, service):
    days = WorkCalendarService(register, ACTOR)
    assert service.resolved_day("15个工作日", date(2026, 9, 25)) == "2026-10-22"
    assert service.resolved_day("15 工作日内", date(2026, 9, 25)) == "2026-10-22"
    assert service.resolved_day("2026-10-01", TODAY) == "2026-10-01"
    with pytest.raises(InvalidInputError):
        service.resolved_day("0个工作日", TODAY)
    assert days.set(date(2026, 10, 9), working=False, note="  全市   放假 ").tasks
    assert service.resolved_day("15个工作日", date(2026, 9, 25)) == "2026-10-23"
    assert [(d.day, d.note) for d in days.own_days()] == [(date(2026, 10, 9), "全市 放假")]
    assert not days.calendar().is_working(date(2026, 10, 9))
    days.clear(date(2026, 10, 9))
    assert days.own_days() == []
    with pytest.raises(InvalidInputError, match="200"):
        days.set(TODAY, working=True, note="字" * 201)
    reader = WorkCalendarService(register, Actor(name="李四", permissions=READER))
    for call in (lambda: reader.set(TODAY, working=True), lambda: reader.clear(TODAY)):
        with pytest.raises(PermissionDeniedError):
            call()
