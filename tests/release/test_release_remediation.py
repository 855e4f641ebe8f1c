"""Nothing of remediation reaches a public product, and the checker finds what an office puts into one."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date

import pytest
from release_county import ACTOR, TASK_MARKS, invented_hazards, invented_tasks, task_canaries
from test_release_canaries import everything_in, planted

from qhd_riskmap.domain.redaction import PublicHazard
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask
from qhd_riskmap.services.deadline_notices import DeadlineNoticeService
from qhd_riskmap.services.notice_receipts import ReceiptService
from qhd_riskmap.services.office_documents import DocumentService
from qhd_riskmap.services.release import edition_of, secrets_for
from qhd_riskmap.services.release_checker import check_bytes
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.services.release_secrets import Remedies, protected_of_task

# Days, states and counts are no texts; the last change is recorded under the officer's name.
_NO_TEXTS = {
    "id", "hazard_id", "number", "batch_id", "state", "since", "registered_on", "grade", "funds",
    "phone", "deadline", "supervision", "suspended", "percent", "assigned_on", "started_on", "done_on",
    "accepted_on", "closed_on", "extension_to", "revision", "created_at", "created_by", "updated_at",
    "updated_by", "deleted_at",
}  # fmt: skip


@pytest.fixture(scope="module")
def secrets(county):
    case = county.service._read(county.order())
    with county.register.unit_of_work() as work:
        tasks = work.tasks.every()
    return secrets_for(case.all_hazards, case.public, edition_of(case.order), Remedies(tasks=tasks))


def test_every_text_of_a_task_has_a_canary():
    assert {each.name for each in fields(RemediationTask)} == _NO_TEXTS | TASK_MARKS.keys()


def test_the_public_record_has_no_field_for_any_of_it():
    # Names that both have by chance: an identity, a unit, a level; none of them is filled from a task.
    assert {each.name for each in fields(PublicHazard)}.isdisjoint(
        {each.name for each in fields(RemediationTask)} - {"id"}
    )


@pytest.mark.parametrize("product", list(ProductFormat))
def test_no_canary_of_remediation_is_in_any_product(county, released, product):
    text = everything_in(released[product])
    squeezed = re.sub(r"\s", "", text)
    numbers = {task.number: "number" for task in county.tasks}
    wanted = {**task_canaries(county.tasks), **numbers}
    assert len(wanted) > 18 * len(county.hazards)
    assert {c: kind for c, kind in wanted.items() if c in text or c in squeezed} == {}


@pytest.mark.parametrize(
    "key",
    [
        "number", "phone", "problem", "measures", "contingency", "owner_unit", "owner", "deputy",
        "regulator", "acceptor", "supervision_no", "receiver", "extension_reason", "remark",
    ],
)  # fmt: skip
@pytest.mark.parametrize("product", [ProductFormat.GEOJSON, ProductFormat.HTML])
def test_the_checker_finds_what_was_put_into_a_product(county, released, secrets, product, key):
    text = getattr(county.tasks[7], key)
    path = released[product]
    leaks = check_bytes(planted(product, path.read_bytes(), text), path, secrets)
    bare = re.sub(r"\W", "", text).casefold()
    assert any(bare in re.sub(r"\W", "", leak.value).casefold() for leak in leaks)


def test_the_checker_knows_who_worked_on_a_task_and_what_its_history_keeps(office, tmp_path):
    hazard = invented_hazards()[0]
    office.add([hazard])
    office.remedy(invented_tasks([hazard]))
    told = {
        "approver": "批准人卫十", "reason": "密由撤销的缘故", "owner": "旧责任人冯九", "phone": "13966690001",
    }  # fmt: skip
    with office.register.unit_of_work() as work:
        task = office.tasks[0]
        work.tasks.save(
            task, task, ACTOR, kind=EventKind.EDIT, on=task.since,
            detail={**told, "funds": 3.5, "fund_source": "省级财政资金"},
        )  # fmt: skip
        work.commit()
    for text in (*told.values(), str(task.id)):
        path = tmp_path / "页面.html"
        path.write_text(f"<html><body><p>{text}</p></body></html>", encoding="utf-8")
        assert [leak.value for leak in office.service.check_files([path])] == [text]
    path.write_text("<html><body><p>省级财政资金</p></body></html>", encoding="utf-8")
    assert office.service.check_files([path]) == []


def test_the_checker_knows_who_signed_documents_and_receipts(office, tmp_path):
    hazard = invented_hazards()[0]
    office.add([hazard])
    office.remedy(invented_tasks([hazard]))
    number, day = office.tasks[0].number, date(2026, 4, 1)
    given = {
        "officer": "执法员沈十二", "officer_no": "冀秦执0312045", "officer2": "执法员韩十三",
        "officer2_no": "冀秦执0312046", "contact": "联系人杨十四", "contact_phone": "13966690002",
        "note": "密补充的内容在此",
    }  # fmt: skip
    documents = DocumentService(office.register, ACTOR)
    made, _changes = documents.make("record", [number], given, on=day)
    documents.make("record", [number], on=day)  # blanks to be filled in by hand are no secrets
    notices = DeadlineNoticeService(office.register, ACTOR).make(date(2027, 4, 1), tmp_path / "out")
    notice = notices.made[0]
    told = notice.content["tasks"][0]["number"]
    book = tmp_path / "回执.csv"
    book.write_text(
        f"通知编号,整改编号,签收人,签收日期,整改情况\n{notice.number},{told},签收人朱十五,2027-04-02,\n",
        encoding="utf-8",
    )
    receipts = ReceiptService(office.register, ACTOR, today=lambda: date(2027, 4, 2))
    assert receipts.take(book)[1].tasks
    for text in (*given.values(), made.document.number, notice.number, "签收人朱十五"):
        path = tmp_path / "页面.html"
        path.write_text(f"<html><body><p>{text}</p></body></html>", encoding="utf-8")
        assert office.service.check_files([path]) != [], text
    path.write_text("<html><body><p>＿＿＿＿＿＿ ______ —</p></body></html>", encoding="utf-8")
    assert office.service.check_files([path]) == []


@pytest.mark.parametrize("key", ["created_by", "updated_by"])
def test_the_officers_of_a_task_are_secrets(key):
    (hazard,) = invented_hazards()[:1]
    task = replace(invented_tasks([hazard])[0], **{key: "录入员褚十一"})
    assert ("person", "录入员褚十一") in set(protected_of_task(task))


def test_words_that_any_office_uses_are_no_secrets(county, secrets):
    assert not {text for text in secrets.texts if text.startswith(("密据", "密见", "密展", "密资"))}
