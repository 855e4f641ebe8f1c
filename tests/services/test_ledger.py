"""The ledger goes out in the columns of the offices and comes back without a change."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import shapely
from openpyxl import load_workbook
from PIL import Image

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.ledger import ledger_headers, parse_ledger_code
from qhd_riskmap.domain.remediation.overview import TaskFilter
from qhd_riskmap.domain.remediation.task import EventKind, PhotoStage, TaskState
from qhd_riskmap.errors import OutputFileError, PermissionDeniedError, UnreadableFileError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.ledger import LedgerService
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
TODAY, DAY = date(2026, 11, 23), date(2026, 11, 2)
# DOMAIN §6.2, the first header of each line, in its order.
HEADERS = [
    "序号", "隐患编号", "排查时间", "单位名称", "县区", "隐患部位", "经度", "纬度", "隐患类别", "隐患描述", "整改前照片",
    "隐患等级", "风险等级", "可能后果", "判定依据", "整改措施", "整改资金（万元）", "整改责任人", "联系电话", "主管部门",
    "整改时限", "防范措施", "整改情况", "实际完成时间", "整改后照片", "验收人", "验收时间", "验收意见", "是否挂牌督办",
    "销号日期", "备注",
]  # fmt: skip


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304"),
        clock=lambda: datetime(2026, 11, 23, 8, tzinfo=UTC),
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def remediation(register):
    return RemediationService(register, ACTOR, today=lambda: TODAY)


@pytest.fixture
def ledger(register, remediation):
    return LedgerService(register, ACTOR, remediation)


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def hazard(register):
    made = Hazard(
        id=uuid4(), name="联峰山滑坡", type_key="geological", geometry=shapely.Point(119.4712345, 39.83),
        county="130304", township="海滨镇", address="草厂村东", level=RiskLevel.ORANGE,
        extras={"A栏": "东南", "坡向": "东", "可能造成的后果": "掩埋道路"},
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )  # fmt: skip
    with register.unit_of_work() as work:
        stored = work.hazards.add(made, ACTOR)
        work.commit()
    return stored


FULL = {
    "problem": "=HYPERLINK(\"x\")挡墙开裂\n第二行", "basis": "DZ/T 0286", "measures": "加固，-1 米以下",
    "funds": 12.5, "fund_source": "县财政", "owner_unit": "海滨镇政府", "owner": "王五",
    "phone": "13900000009", "regulator": "自然资源局", "deadline": "2026-11-20",
    "contingency": "雨天撤人", "remark": "007",
}  # fmt: skip


@pytest.fixture
def tasks(remediation, hazard):
    """One closed and supervised on the way, one just begun, one bare."""
    first, _c = remediation.create(hazard.code, FULL, on=DAY)
    second, _c = remediation.create(
        hazard.code, {"problem": "排水不畅", "owner_unit": "水务站"}, on=DAY
    )
    third, _c = remediation.create(hazard.code, {"problem": "1.50"}, on=DAY)
    remediation.attach(first.number, PhotoStage.BEFORE, "前.jpg", photo())
    remediation.attach(first.number, PhotoStage.AFTER, "后.jpg", photo())
    supervised = {"supervision": "city", "supervision_no": "督办〔2026〕3号"}
    for key, values in (
        ("assess", {"grade": "major"}), ("assign", {}), ("start", {}), ("supervise", supervised),
        ("apply", {"done_on": "2026-11-10", "progress": "已完成"}),
        ("accept", {"acceptor": "李四", "opinion": "合格"}), ("close", {}),
    ):  # fmt: skip
        on = DAY if key in {"assess", "assign", "start", "supervise"} else date(2026, 11, 12)
        first, _c = remediation.move(first.number, key, values, on=on)
    remediation.move(second.number, "assess", {"grade": "ordinary"}, on=DAY)
    return [first, second, third]


def cells(path):
    sheet = load_workbook(path).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def rewritten(path, out, changes):
    """The ledger as an officer sends it back: row (from 2) and header → value."""
    book = load_workbook(path)
    sheet = book.active
    places = {cell.value: cell.column for cell in sheet[1]}
    for (row, header), value in changes.items():
        sheet.cell(row=row, column=places[header], value=value)
    book.save(out)
    return out


def test_the_columns_are_exactly_those_of_the_offices(ledger, tasks, hazard, tmp_path):
    path = tmp_path / "台账.xlsx"
    assert ledger.export(path) == 3
    head, first, second, third = cells(path)
    assert head == HEADERS
    row = dict(zip(head, first, strict=True))
    assert row["隐患编号"] == f"{hazard.code}-Y01"
    assert row["排查时间"].date() == DAY
    assert row["隐患部位"] == "海滨镇草厂村东（联峰山滑坡）"
    assert (row["经度"], row["纬度"], row["整改资金（万元）"]) == (119.471234, 39.83, 12.5)
    assert (row["隐患等级"], row["风险等级"], row["可能后果"]) == (
        "重大事故隐患",
        "较大风险",
        "掩埋道路",
    )
    assert (row["整改前照片"], row["整改后照片"]) == ("前.jpg", "后.jpg")
    assert row["是否挂牌督办"] == "市级 督办〔2026〕3号"
    assert row["销号日期"].date() == date(2026, 11, 12)
    assert row["备注"] == "007"
    assert (second[1], third[1]) == (f"{hazard.code}-Y02", f"{hazard.code}-Y03")
    assert third[HEADERS.index("隐患描述")] == "1.50"


def test_texts_that_look_like_formulas_stay_texts(ledger, tasks, tmp_path):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    cell = load_workbook(path).active.cell(row=2, column=HEADERS.index("隐患描述") + 1)
    assert cell.data_type == "s"
    assert cell.value.startswith("=HYPERLINK")


def test_what_went_out_comes_back_without_a_change(register, ledger, tasks, remediation, tmp_path):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    before = remediation.tasks()
    reading = ledger.read(path)
    assert [answer.changes for answer in reading.answers] == [(), (), ()]
    assert (reading.unchanged, reading.unknown) == (3, 0)
    done, changes = ledger.update(path)
    assert (done.updated, changes.tasks) == (0, False)
    assert remediation.tasks() == before
    assert verify(register) == []


def test_a_ledger_that_cannot_be_put_on_record_is_taken_back(ledger, tasks, tmp_path, monkeypatch):
    def full(*_given):
        raise OSError("no space left")

    monkeypatch.setattr(AuditLog, "record", full)
    path = tmp_path / "台账.xlsx"
    with pytest.raises(OSError, match="no space"):
        ledger.export(path)
    assert not path.exists()


def test_what_was_written_into_it_is_told_and_taken_over(ledger, tasks, remediation, tmp_path):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    back = rewritten(
        path, tmp_path / "回.xlsx",
        {
            (3, "整改措施"): " 清淤 ", (3, "整改资金（万元）"): 2, (3, "整改情况"): "开工",
            (3, "整改时限"): date(2026, 12, 1), (3, "验收人"): "赵六", (2, "整改措施"): "别的",
            (4, "联系电话"): "打不通", (4, "整改资金（万元）"): "很多",
        },
    )  # fmt: skip
    reading = ledger.read(back)
    told = {a.row: [(c.label, c.before, c.after) for c in a.changes] for a in reading.answers}
    assert told[3] == [
        ("整改措施", "", "清淤"), ("整改资金（万元）", "", "2"), ("整改时限", "", "2026-12-01"),
        ("整改情况", "", "开工"), ("验收人", "", "赵六"),
    ]  # fmt: skip
    assert told[2] == [("整改措施", "加固，-1 米以下", "别的")]
    done, changes = ledger.update(back)
    assert (done.updated, changes.tasks) == (2, True)
    stored = remediation.dossier(tasks[1].number)
    task = stored.line.task
    assert (task.measures, task.funds, task.progress) == ("清淤", 2.0, "开工")
    assert (task.deadline, task.acceptor) == (date(2026, 12, 1), "")
    assert [e.kind for e in stored.events[-2:]] == [EventKind.EDIT, EventKind.NOTE]
    refusals = {a.row: "".join(a.refusals) for a in done.answers}
    assert "“验收人”要在整改页办理" in refusals[3]
    assert "“已销号”的任务不能再改“整改措施”" in refusals[2]
    assert "不是数字" in refusals[4]
    third = remediation.dossier(tasks[2].number).line.task
    assert (third.phone, third.funds) == ("打不通", None)


def test_a_ledger_tells_no_progress_of_a_task_that_is_closed(ledger, tasks, remediation, tmp_path):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    back = rewritten(path, tmp_path / "回.xlsx", {(2, "整改情况"): "又裂", (2, "备注"): "见附件"})
    done, _changes = ledger.update(back)
    assert "“已销号”的任务没有进展可报" in "".join(done.answers[0].refusals)
    task = remediation.dossier(tasks[0].number).line.task
    assert (task.progress, task.remark, done.updated) == ("已完成", "见附件", 1)


def test_an_emptied_progress_is_refused_and_said_while_other_facts_may_be_emptied(
    ledger, tasks, remediation, tmp_path
):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    filled = {(3, "整改情况"): "已开工", (3, "整改措施"): "清淤"}
    ledger.update(rewritten(path, tmp_path / "填.xlsx", filled))
    ledger.export(path)
    back = rewritten(path, tmp_path / "回.xlsx", {(3, "整改情况"): "", (3, "整改措施"): ""})
    answer = ledger.read(back).answers[1]
    assert [(c.label, c.after) for c in answer.changes] == [("整改措施", ""), ("整改情况", "")]
    said = ("“整改情况”是空的：报过的进展不会因此删去，有变化请写明。",)
    assert answer.refusals == said
    done, _changes = ledger.update(back)
    assert done.answers[1].refusals == said
    task = remediation.dossier(tasks[1].number).line.task
    assert (task.progress, task.measures, done.updated) == ("已开工", "", 1)


def test_a_refused_cell_does_not_keep_the_others_of_its_row(ledger, tasks, remediation, tmp_path):
    remediation.move(tasks[1].number, "assign", {"owner": "钱七", "deadline": "2026-12-01"})
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    back = rewritten(
        path, tmp_path / "回.xlsx", {(3, "整改时限"): "2027-12-01", (3, "整改情况"): "开工"}
    )
    done, _changes = ledger.update(back)
    task = remediation.dossier(tasks[1].number).line.task
    assert (task.progress, task.deadline) == ("开工", date(2026, 12, 1))
    assert done.answers[1].refusals == ("整改时限已经下达，只能申请延期。",)


def test_a_deadline_handed_out_is_not_moved_by_a_ledger(ledger, tasks, remediation, tmp_path):
    remediation.move(tasks[1].number, "assign", {"owner": "钱七", "deadline": "2026-12-01"})
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    back = rewritten(path, tmp_path / "回.xlsx", {(3, "整改时限"): "2027-12-01"})
    done, _changes = ledger.update(back)
    assert "只能申请延期" in "".join(done.answers[1].refusals)
    assert remediation.dossier(tasks[1].number).line.task.deadline == date(2026, 12, 1)


def test_rows_of_no_task_are_named(ledger, tasks, hazard, tmp_path):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    back = rewritten(
        path, tmp_path / "回.xlsx", {(2, "隐患编号"): f"{hazard.code}-Y09", (3, "隐患编号"): "乱写"}
    )
    reading = ledger.read(back)
    assert (reading.unknown, reading.unchanged) == (2, 1)
    document = reading.to_json()
    assert [row["task"] for row in document["changes"]] == [None, None]
    done, changes = ledger.update(back)
    assert (done.updated, changes.tasks) == (0, False)


def test_the_ledger_is_filtered_like_the_list(ledger, tasks, tmp_path):
    path = tmp_path / "台账.xlsx"
    wanted = TaskFilter(states=frozenset({TaskState.CLOSED}))
    assert ledger.export(path, wanted) == 1
    assert len(cells(path)) == 2
    assert ledger.read(path).unchanged == 1


def test_codes_stay_when_a_task_is_removed(ledger, tasks, remediation, hazard, tmp_path):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    remediation.remove(tasks[1].number)
    reading = ledger.read(path)
    assert [(a.code[-3:], a.task is None) for a in reading.answers] == [
        ("Y01", False), ("Y02", True), ("Y03", False),
    ]  # fmt: skip


def test_exporting_is_on_record_and_asks_for_permission(
    register, ledger, remediation, tasks, tmp_path
):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    with register.unit_of_work() as work:
        (entry,) = work.audit.of("台账.xlsx")
    assert (entry.action, entry.detail) == ("register.export", {"format": "ledger", "count": 3})
    with pytest.raises(OutputFileError, match="覆盖登记库"):
        ledger.export(register.path)
    for permission, call in (
        (Permission.EXPORT, lambda s: s.export(path)),
        (Permission.READ, lambda s: s.read(path)),
        (Permission.REMEDY, lambda s: s.update(path)),
    ):
        actor = Actor(name="李四", permissions=frozenset(Permission) - {permission})
        with pytest.raises(PermissionDeniedError):
            call(LedgerService(register, actor, remediation))


def test_a_file_without_a_ledger_is_refused(ledger, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("隐患名称,整改措施\n甲,乙\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="没有整改台账"):
        ledger.read(path)


def test_a_ledger_with_fewer_columns_and_titles_above_is_compared_by_what_it_has(
    ledger, tasks, hazard, tmp_path
):
    path = tmp_path / "a.csv"
    path.write_text(
        "2026年整改台账,,,,\n隐患编号,整改措施,整改时限,整改情况,是否挂牌督办\n"
        f"{hazard.code}-Y02,,,,\n{hazard.code}-Y03,,,,县级\n,合计,,,\n",
        encoding="utf-8",
    )
    reading = ledger.read(path)
    assert [(a.row, [c.label for c in a.changes]) for a in reading.answers] == [
        (3, []), (4, ["是否挂牌督办"]),
    ]  # fmt: skip


def test_the_import_of_surveys_sends_a_ledger_to_its_own_page(register, ledger, tasks, tmp_path):
    path = tmp_path / "台账.xlsx"
    ledger.export(path)
    outcome = SurveyImport(register, ACTOR, TODAY).preview([path], None, SilentJob()).outcome()
    assert outcome.accepted == 0
    assert [issue.code for issue in outcome.issues] == ["ledger-sheet"]
    assert "读回台账" in outcome.issues[0].message


def test_headers_and_codes_are_known_in_the_writing_of_people():
    assert ledger_headers(["", "隐患编号 ", "整改措施*", "整改时限：", "整改情况", "整改资金(万元)"]) == {
        "code": 1, "measures": 2, "deadline": 3, "progress": 4, "fund": 5,
    }  # fmt: skip
    assert ledger_headers(["隐患编号", "整改措施"]) is None
    assert parse_ledger_code(" 130304-DZ-2026-0001-Ｙ０２ ") == ("130304-DZ-2026-0001", 2)
    assert parse_ledger_code("130304-DZ-2026-0001") is None
