"""The deadline clock: each notice once, none lost, numbered without gaps, whatever days it runs on."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import openpyxl
import pytest
import shapely
from docx import Document
from pypdf import PdfReader

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.notices import owed_steps, steps_of
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.errors import OutputFileError, UnreadableFileError
from qhd_riskmap.services.deadline_notices import DeadlineNoticeService
from qhd_riskmap.services.record_merge import RecordMergeService
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.storage.engine import create_register, open_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
FIRST = date(2026, 1, 1)
DEADLINE = date(2026, 3, 20)


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304", unit="应急局"),
        clock=lambda: datetime(2026, 1, 1, 8, tzinfo=UTC),
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def service(register):
    return DeadlineNoticeService(register, ACTOR)


def add_task(register, deadline=DEADLINE, unit="海滨镇政府", **changes) -> RemediationTask:
    hazard = Hazard(
        id=uuid4(), name="联峰山滑坡", type_key="geological", geometry=shapely.Point(119.47, 39.83),
        county="130304", unit="海滨镇政府",
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )  # fmt: skip
    facts = {"problem": "挡墙开裂", "state": TaskState.ASSIGNED, **changes}
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard, ACTOR)
        task = work.tasks.add(
            RemediationTask(
                id=uuid4(), hazard_id=stored.id, since=FIRST, registered_on=FIRST,
                deadline=deadline, owner_unit=unit, **facts,
            ),
            ACTOR,
        )  # fmt: skip
        work.commit()
    return task


def told(notices):
    """(task, step) of every notice, with the day it was made on and the day it was due."""
    return [
        (task["number"], step, notice.dated)
        for notice in notices
        for task in notice.content["tasks"]
        for step in task["covers"]
    ]


def test_a_year_run_day_by_day_tells_each_deadline_on_its_day_and_once(register, service, tmp_path):
    units = ("甲镇", "乙镇", "")
    tasks = [add_task(register, FIRST + timedelta(40 + 70 * n), units[n % 3]) for n in range(4)]
    found = []
    for day in range(365):
        found += told(service.make(FIRST + timedelta(day), tmp_path / "out").made)
    wanted = [
        (task.number, step.key, step.day) for task in tasks for step in steps_of(task.deadline)
    ]
    assert sorted(found) == sorted(wanted)
    assert verify(register) == []


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_skips_of_days_tell_each_step_once(register, service, tmp_path, seed):
    chosen = random.Random(seed)
    tasks = [add_task(register, FIRST + timedelta(chosen.randrange(10, 40))) for _ in range(3)]
    days = [*chosen.sample(range(70), 12), 80]
    made = [service.make(FIRST + timedelta(day), tmp_path / "out") for day in days]
    found = Counter(told(notice for each in made for notice in each.made))
    assert max(found.values()) == 1
    assert sorted((number, step) for number, step, _day in found) == sorted(
        (task.number, step.key) for task in tasks for step in steps_of(task.deadline)
    )
    assert verify(register) == []


def test_the_same_day_twice_makes_one_notice_and_keeps_the_papers(register, service, tmp_path):
    add_task(register, problem="=1+1")
    first = service.make(DEADLINE, tmp_path)
    (notice,) = first.made
    assert notice.number == "130304-TZ-2026-0001"
    paper = first.documents[notice.number]
    text = "\n".join(c.text for t in Document(str(paper)).tables for r in t.rows for c in r.cells)
    assert "=1+1" in text
    printed = "".join(PdfReader(paper.with_suffix(".pdf")).pages[0].extract_text().split())
    assert [word in printed for word in (notice.number, "=1+1", "海滨镇政府", "签收人")] == [
        True
    ] * 4
    receipt = next(path for path in first.files if path.name.endswith("回执.xlsx"))
    cell = openpyxl.load_workbook(receipt).active["D2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    listing = next(path for path in first.files if path.name.startswith("通知清单"))
    for each in (receipt, listing):
        each.write_bytes(b"filled in")
    paper.unlink()
    again = service.make(DEADLINE, tmp_path)
    assert (again.made, [each.number for each in again.already]) == ((), [notice.number])
    assert paper.exists()
    assert [each.read_bytes() for each in (receipt, listing)] == [b"filled in"] * 2
    assert again.files == (paper,)


def test_a_missed_week_is_caught_up_in_the_gravest_notice(register, service, tmp_path):
    add_task(register)
    (notice,) = service.make(DEADLINE + timedelta(9), tmp_path).made
    (task,) = notice.content["tasks"]
    assert (notice.step, task["days"], task["supervision"]) == ("late-7", 9, "县级")
    assert task["covers"] == ["remind", "due", "late-1", "late-7"]


@pytest.mark.parametrize(
    "changes",
    [
        {"deadline": None},
        {"state": TaskState.VOID},
        {"deleted_at": datetime(2026, 1, 2, tzinfo=UTC)},
    ],
)
def test_who_is_not_open_is_told_nothing(changes):
    facts = {"deadline": DEADLINE, "state": TaskState.ASSIGNED, **changes}
    task = RemediationTask(id=uuid4(), hazard_id=uuid4(), since=FIRST, registered_on=FIRST, **facts)
    assert owed_steps(task, date(2027, 1, 1), set()) == ()


def test_a_broken_template_is_named_and_uses_up_no_number(register, service, tmp_path):
    add_task(register)
    own = tmp_path / "文书模板" / "整改通知书.docx"
    own.parent.mkdir()
    document = Document()
    document.add_paragraph("{{ nobody }}")
    document.save(str(own))
    with pytest.raises(UnreadableFileError, match=r"整改通知书\.docx 有误"):
        service.make(DEADLINE, tmp_path / "out")
    own.unlink()
    assert service.make(DEADLINE, tmp_path / "out").made[0].number.endswith("-0001")
    assert verify(register) == []


def test_a_folder_that_cannot_be_is_said_and_the_next_run_writes_the_papers(
    register, service, tmp_path
):
    add_task(register)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputFileError):
        service.make(DEADLINE, tmp_path / "file")
    again = service.make(DEADLINE, tmp_path / "out")
    assert again.made == ()
    assert all(path.exists() for path in again.documents.values())


def test_two_desks_at_once_make_each_notice_once_without_gaps(register, tmp_path):
    for unit in ("甲镇", "乙镇", "丙镇"):
        add_task(register, unit=unit)

    def desk(name):
        with open_register(register.path, passphrase=None) as own:
            own_service = DeadlineNoticeService(own, Actor(name=name))
            days = [DEADLINE + timedelta(n) for n in range(3)]
            return [n for day in days for n in own_service.make(day, tmp_path / name).made]

    with ThreadPoolExecutor(2) as desks:
        made = [notice for found in desks.map(desk, ("甲", "乙")) for notice in found]
    numbers = sorted(notice.number for notice in made)
    assert numbers == [f"130304-TZ-2026-{n:04d}" for n in range(1, len(numbers) + 1)]
    assert max(Counter((number, step) for number, step, _day in told(made)).values()) == 1
    assert verify(register) == []


def test_a_gap_in_the_numbers_is_found(register, service, tmp_path):
    add_task(register)
    service.make(DEADLINE, tmp_path)
    with register.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE number_series SET next_number = 9 WHERE kind = 'notice'")
    assert any("通知编号" in problem for problem in verify(register))


def test_the_command_tells_what_was_made(register, tmp_path, capsys):
    add_task(register)
    arguments = ["remind", str(register.path), "--on", "2026-03-13", "--out", str(tmp_path / "o")]
    assert run(arguments, lambda *_given: None) == 0
    assert "新生成 1 份通知" in capsys.readouterr().out
    assert run(arguments, lambda *_given: None) == 0
    assert "没有重复生成" in capsys.readouterr().out


def test_merged_hazards_keep_their_notices_and_tell_nothing_twice(register, service, tmp_path):
    tasks = [add_task(register), add_task(register)]
    service.make(DEADLINE, tmp_path)
    merging = RecordMergeService(register, ACTOR)
    compared = merging.compare(*(task.hazard_id for task in tasks))
    merging.merge(compared)
    with register.unit_of_work() as work:
        moved = work.tasks.of_hazard(compared.survivor.id)
    assert {task.number for task in moved} == {task.number for task in tasks}
    assert service.make(DEADLINE + timedelta(0), tmp_path).made == ()
    (late,) = service.make(DEADLINE + timedelta(1), tmp_path).made
    assert {task["code"] for task in late.content["tasks"]} == {compared.survivor.code}
    with register.unit_of_work() as work:
        work.tasks.follow(compared.absorbed.id, ACTOR, back=True)
        work.commit()
    assert service.make(DEADLINE + timedelta(1), tmp_path).made == ()
    assert len(service.make(DEADLINE + timedelta(7), tmp_path).made) == 1
    assert verify(register) == []


def test_a_task_removed_and_brought_back_is_not_told_again(register, service, tmp_path):
    task = add_task(register)
    service.make(DEADLINE, tmp_path)
    tasks = RemediationService(register, ACTOR)
    tasks.remove(task.number)
    assert service.make(DEADLINE + timedelta(1), tmp_path).made == ()
    tasks.restore(task.number)
    (notice,) = service.make(DEADLINE + timedelta(1), tmp_path).made
    assert notice.content["tasks"][0]["covers"] == ["late-1"]
