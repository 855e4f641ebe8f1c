"""Receipts come back: each row once, wrong ones told with their place, what was done stands on the task."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import openpyxl
import pytest
import shapely

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.receipts import ReceiptStatus
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask, TaskState
from qhd_riskmap.errors import PermissionDeniedError, UnreadableFileError
from qhd_riskmap.services.deadline_notices import DeadlineNoticeService
from qhd_riskmap.services.notice_receipts import ReceiptService
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
FIRST = date(2026, 1, 1)
DEADLINE = date(2026, 3, 20)
TODAY = date(2026, 4, 1)


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304", unit="应急局"),
        clock=lambda: datetime(2026, 4, 1, 8, tzinfo=UTC),
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def service(register):
    return ReceiptService(register, ACTOR, today=lambda: TODAY)


@pytest.fixture
def tasks(register):
    with register.unit_of_work() as work:
        hazard = work.hazards.add(
            Hazard(
                id=uuid4(), name="联峰山滑坡", type_key="geological", county="130304",
                geometry=shapely.Point(119.47, 39.83), unit="海滨镇政府",
                provenance=Provenance(
                    original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
                    accuracy=AccuracyClass.SURVEYED_CGCS,
                ),
            ),
            ACTOR,
        )  # fmt: skip
        made = [
            work.tasks.add(
                RemediationTask(
                    id=uuid4(), hazard_id=hazard.id, since=FIRST, registered_on=FIRST,
                    deadline=DEADLINE, problem=problem, state=TaskState.ASSIGNED,
                ),
                ACTOR,
            )
            for problem in ("挡墙开裂", "排水沟堵塞")
        ]  # fmt: skip
        work.commit()
    return made


@pytest.fixture
def receipt(register, tasks, tmp_path):
    found = DeadlineNoticeService(register, ACTOR).make(DEADLINE, tmp_path / "out")
    (path,) = (each for each in found.files if each.suffix == ".xlsx" and "回执" in each.name)
    return path


def filled(receipt, *rows, name="交回.xlsx", column=6):
    """The receipt with 签收人, 签收日期, 整改情况 of its rows filled in."""
    book = openpyxl.load_workbook(receipt)
    book.active.cell(row=1, column=9, value="备注")  # the unit's own column, and a line below
    book.active.cell(row=9, column=6, value="经办：赵六")
    for at, values in enumerate(rows, start=2):
        for place, value in enumerate(values, start=column):
            book.active.cell(row=at, column=place, value=value)
    path = receipt.with_name(name)
    book.save(path)
    return path


def statuses(reading):
    return [answer.status for answer in reading.answers]


def test_a_receipt_closes_the_loop_and_twice_is_once(register, service, tasks, receipt):
    path = filled(receipt, ("李四", date(2026, 3, 22), "已加固"), ("李四", "2026年3月22日", None))
    assert statuses(service.read(path)) == [ReceiptStatus.NEW] * 2
    reading, changes = service.take(path)
    assert statuses(reading) == [ReceiptStatus.NEW] * 2
    assert changes.tasks
    shown = RemediationService(register, ACTOR, today=lambda: TODAY)
    first, second = (shown.dossier(task.number) for task in tasks)
    assert (first.line.task.progress, second.line.task.progress) == ("已加固", "")
    event = first.events[-1]
    (notice,) = service.notices()
    assert (event.kind, event.on, event.text) == (EventKind.RECEIPT, date(2026, 3, 22), "已加固")
    assert event.detail == {"notice": notice.number, "signer": "李四"}
    assert (notice.open, notice.signed) == (0, {task.number for task in tasks})
    with register.unit_of_work() as work:
        assert [e.action for e in work.audit.of(notice.number)] == ["notice.receipt"] * 2
        before = work.audit.recent(1)
    again, changes = service.take(path)
    assert statuses(again) == [ReceiptStatus.KNOWN] * 2
    assert not changes.tasks
    with register.unit_of_work() as work:
        assert work.audit.recent(1) == before
    assert verify(register) == []


def test_rows_nobody_filled_are_left_and_part_of_a_notice_stays_open(service, tasks, receipt):
    reading, _changes = service.take(filled(receipt, ("李四", "2026-03-22", "")))
    assert statuses(reading) == [ReceiptStatus.NEW, ReceiptStatus.BLANK]
    assert service.notices()[0].open == 1


def test_an_older_receipt_does_not_take_the_place_of_a_later_report(
    register, service, tasks, receipt
):
    shown = RemediationService(register, ACTOR, today=lambda: TODAY)
    shown.note(tasks[0].number, "已完工", percent=100, on=date(2026, 3, 30))
    service.take(filled(receipt, ("李四", "2026-03-22", "刚开工")))
    dossier = shown.dossier(tasks[0].number)
    assert dossier.line.task.progress == "已完工"
    assert dossier.events[-1].text == "刚开工"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("", "2026-03-22", "x"), "没有填签收人"),
        (("李" * 61, "2026-03-22", ""), "签收人超过 60 字"),
        (("李四", "", ""), "没有填签收日期"),
        (("李四", "下周", ""), "“下周”不是日期"),
        (("李四", "2026-03-01", ""), "早于通知日期 2026-03-20"),
        (("李四", "2026-04-02", ""), "签收日期 2026-04-02 在将来"),
        (("李四", "2026-03-22", "长" * 2001), "整改情况超过 2000 字"),
    ],
)
def test_a_row_filled_wrong_is_told_and_the_others_are_taken(
    service, tasks, receipt, values, words
):
    reading, _changes = service.take(filled(receipt, values, ("王五", "2026-03-22", "完成")))
    wrong, good = reading.answers
    assert (wrong.status, good.status) == (ReceiptStatus.REFUSED, ReceiptStatus.NEW)
    assert words in "".join(wrong.reasons)
    assert wrong.line.row == 2


def test_numbers_that_do_not_belong_are_told(register, service, tasks, receipt):
    path = filled(receipt, ("130304-TZ-2026-9999",), (None, "130304-ZG-2026-9999"), column=1)
    wrong = ["".join(answer.reasons) for answer in service.take(path)[0].answers]
    assert "没有通知“130304-TZ-2026-9999”" in wrong[0]
    assert "没有任务“130304-ZG-2026-9999”" in wrong[1]


def test_a_removed_task_takes_no_receipt(register, service, tasks, receipt):
    RemediationService(register, ACTOR, today=lambda: TODAY).remove(tasks[0].number)
    reading, _changes = service.take(filled(receipt, ("李四", "2026-03-22", "")))
    assert reading.answers[0].reasons == ("任务已被删除。",)


def test_formulas_and_markup_are_texts(register, service, tasks, receipt):
    hostile = "<b>{{ 7*7 }}</b>@SUM(1)"
    service.take(filled(receipt, ("@李四", "2026-03-22", hostile)))
    shown = RemediationService(register, ACTOR, today=lambda: TODAY).dossier(tasks[0].number)
    assert (shown.line.task.progress, shown.events[-1].detail["signer"]) == (hostile, "@李四")


@pytest.mark.parametrize("content", [b"", b"noise", "隐患名称,经度\n甲,119\n".encode()])
def test_what_is_no_receipt_is_said(service, tmp_path, content):
    path = tmp_path / "回.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError):
        service.take(path)


def test_a_file_that_is_no_receipt_is_refused_before_any_other_is_stored(
    service, tasks, receipt, tmp_path
):
    good = filled(receipt, ("李四", "2026-03-22", "已加固"))
    other = tmp_path / "通知清单.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["通知编号", "责任单位"])
    book.active.append(["1303-TZ-2026-0001", "海滨镇政府"])
    book.save(other)
    with pytest.raises(UnreadableFileError, match="不是通知的回执"):
        service.take_all([good, other])
    assert service.notices()[0].signed == set()
    [(reading, changes)] = service.take_all([good])
    assert (reading.count(ReceiptStatus.NEW), changes.tasks) == (1, True)


def test_who_may_only_read_cannot_take_a_receipt(register, tasks, receipt):
    reader = Actor(name="甲", permissions=frozenset({Permission.READ}))
    with pytest.raises(PermissionDeniedError):
        ReceiptService(register, reader).take(receipt)


def test_the_next_notice_still_comes_when_a_receipt_came(
    register, service, tasks, receipt, tmp_path
):
    service.take(filled(receipt, ("李四", "2026-03-22", "")))
    made = (
        DeadlineNoticeService(register, ACTOR).make(DEADLINE + timedelta(1), tmp_path / "out").made
    )
    assert [notice.step for notice in made] == ["late-1"]


def test_the_commands_take_a_receipt_and_list_notices(register, tasks, receipt, capsys):
    path = filled(receipt, ("李四", "2026-03-22", "已加固"), ("", "2026-03-22", ""))
    name = str(register.path)
    assert run(["receipt", name, str(path), "--check"], lambda *_given: None) == 0
    assert run(["notices", name, "--open"], lambda *_given: None) == 0
    assert "共 1 份通知" in capsys.readouterr().out
    assert run(["receipt", name, str(path)], lambda *_given: None) == 0
    out = capsys.readouterr().out
    assert "第 3 行：没有填签收人。" in out
    assert "新的 1" in out
    assert run(["receipt", name, str(path)], lambda *_given: None) == 0
    assert "已登记 1" in capsys.readouterr().out
    assert run(["task", name, tasks[0].number], lambda *_given: None) == 0
    assert "已加固" in capsys.readouterr().out


def test_a_receipt_for_a_task_the_notice_did_not_tell_of_is_found(
    register, service, tasks, receipt
):
    service.take(filled(receipt, ("李四", "2026-03-22", "")))
    assert verify(register) == []
    with register.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER deadline_notice_task_no_delete")
        connection.exec_driver_sql("DELETE FROM deadline_notice_task")
    assert any("没有列出的任务" in problem for problem in verify(register))
