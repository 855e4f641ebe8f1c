"""The office's documents: each kind made from its template, numbered without gaps, kept with its tasks."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import shapely
from docx import Document
from pypdf import PdfReader

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.documents import (
    GIVEN,
    ITEM_PLACEHOLDERS,
    PLACEHOLDERS,
    document_kinds,
    shipped_patterns,
)
from qhd_riskmap.domain.remediation.task import (
    EventKind,
    PhotoStage,
    RemediationTask,
    Supervision,
    TaskState,
)
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    MoveRefusedError,
    NotFoundError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.formats.document_template import check
from qhd_riskmap.resources import resource
from qhd_riskmap.services.deadline_notices import DeadlineNoticeService
from qhd_riskmap.services.office_documents import DocumentService
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
FIRST, TODAY = date(2026, 1, 5), date(2026, 4, 1)
WRITER = Path("/usr/lib/libreoffice/program/libswlo.so")
KINDS = [kind.key for kind in document_kinds()]
GIVEN_ALL = {key: f"{key}填" for key in GIVEN}


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304", unit="示例应急局"),
        clock=lambda: datetime(2026, 4, 1, 8, tzinfo=UTC),
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def service(register):
    return DocumentService(register, ACTOR, today=lambda: TODAY)


def add_task(register, unit="海滨镇政府", **changes) -> RemediationTask:
    hazard = Hazard(
        id=uuid4(), name="联峰山滑坡", type_key="geological", geometry=shapely.Point(119.47, 39.83),
        county="130304", township="海滨镇", address="草厂村东", unit=unit,
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )  # fmt: skip
    facts = {
        "problem": "挡墙开裂",
        "state": TaskState.ASSIGNED,
        "deadline": date(2026, 3, 20),
        **changes,
    }
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard, ACTOR)
        task = work.tasks.add(
            RemediationTask(
                id=uuid4(), hazard_id=stored.id, since=FIRST, registered_on=FIRST, **facts
            ),
            ACTOR,
        )
        work.commit()
    return task


@pytest.fixture
def full(register):
    """A task that has all that any document needs."""
    task = add_task(
        register, state=TaskState.ACCEPTED, basis="条款一", grade=HiddenDangerGrade.MAJOR,
        measures="加固挡墙", funds=1.5, fund_source="财政", owner="李四", phone="13912345678",
        regulator="自然资源局", contingency="撤离路线", supervision=Supervision.COUNTY,
        progress="已完工", done_on=date(2026, 3, 18), accepted_on=date(2026, 3, 19), acceptor="王五",
        opinion="符合要求", receiver="水务局", owner_unit="海滨镇政府",
    )  # fmt: skip
    with register.unit_of_work() as work:
        for move, detail in (
            ("extension_request", {"extension_reason": "雨季停工"}),
            ("extension_approve", {"approver": "赵局"}),
        ):
            task = work.tasks.save(
                task, task, ACTOR, kind=EventKind.MOVE, on=TODAY, move=move,
                detail=detail,
            )  # fmt: skip
        work.commit()
    return task


def text_of(content):
    document = Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_with_its_slots_filled(register, service, full, tmp_path, kind):
    made, changes = service.make(kind, [full.number], GIVEN_ALL, on=TODAY)
    text = text_of(made.content)
    title = next(k.title for k in document_kinds() if k.key == kind)
    numbered = bool(next(k.series for k in document_kinds() if k.key == kind))
    assert changes.tasks
    wanted = (title, "海滨镇政府", "联峰山滑坡", "挡墙开裂", "2026年4月1日", "示例应急局")
    assert [words for words in wanted if words not in text] == []
    assert "{{" not in text
    assert "{%" not in text
    assert ("〔2026〕1号" in text) is numbered
    files = service.save(made, tmp_path / "出")
    printed = "".join("".join(p.extract_text().split()) for p in PdfReader(files[1]).pages)
    assert title in printed
    assert "挡墙开裂" in printed
    dossier = RemediationService(register, ACTOR, today=lambda: TODAY).dossier(full.number)
    (file,) = dossier.files
    assert (file.stage, file.name) == (PhotoStage.DOCUMENT, files[0].name)
    assert [d.kind for d in service.of_task(full.number)] == [kind]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("rectify", ("最晚2026年3月20日", "60 日", "officer填", "officer2_no填", "第六十五条")),
        ("supervise", ("县级挂牌督办", "撤离路线", "1.5 财政", "自然资源局")),
        ("extension", ("雨季停工", "同意延期", "赵局")),
        ("transfer", ("水务局：",)),
        ("acceptance", ("验收合格", "王五", "2026年3月19日", "符合要求")),
        ("inform", ("北戴河区海滨镇草厂村东", "contact填", "note填")),
    ],
)
def test_what_a_kind_is_for_stands_in_it(service, full, kind, words):
    made, _changes = service.make(kind, [full.number], GIVEN_ALL)
    text = text_of(made.content)
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("rectify", "还没有整改时限"), ("supervise", "还没有挂牌督办"), ("review", "还没有验收"),
        ("close", "还没有验收合格"), ("transfer", "还没有移交"), ("extension", "还没有批准或不同意延期"),
        ("report", "还没有整改情况"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_uses_up_no_number(register, service, kind, words):
    task = add_task(register, deadline=None)
    with pytest.raises(MoveRefusedError) as caught:
        service.make(kind, [task.number])
    assert words in "".join(caught.value.reasons)
    assert any(words in reason for reason in service.possible([task.number])[kind])
    assert service.possible([task.number])["record"] == ()
    assert verify(register) == []


def test_shipped_templates_use_known_placeholders_and_all_of_them_are_given(service, full):
    shape = {**dict.fromkeys(PLACEHOLDERS), "items": [dict.fromkeys(ITEM_PLACEHOLDERS)]}
    for kind in document_kinds():
        assert check(resource("templates", kind.template), shape) == []
        made, _changes = service.make(kind.key, [full.number])
        assert made.document.content.keys() == PLACEHOLDERS.keys()
        assert made.document.content["items"][0].keys() == ITEM_PLACEHOLDERS.keys()


def test_a_document_of_several_tasks_hangs_on_each_and_units_are_not_mixed(register, service):
    first, second, other = add_task(register), add_task(register), add_task(register, unit="乙镇")
    made, _changes = service.make("notice", [first.number, second.number, first.number])
    assert made.document.tasks == (first.number, second.number)
    assert [len(service.of_task(t.number)) for t in (first, second, other)] == [1, 1, 0]
    with pytest.raises(InvalidInputError, match="乙镇、海滨镇政府"):
        service.make("notice", [first.number, other.number])


def test_the_office_s_own_documents_are_no_evidence(register, service):
    task = add_task(register, state=TaskState.RECTIFYING, measures="加固", owner="李四")
    service.make("notice", [task.number])
    shown = RemediationService(register, ACTOR, today=lambda: TODAY)
    values = {"done_on": date(2026, 3, 30), "progress": "完成"}
    assert any("照片" in reason for reason in shown.missing(task.number, "apply", values))


def test_a_broken_template_of_the_office_is_named_and_uses_up_no_number(register, service):
    task = add_task(register)
    path = service.copy_template("notice")
    assert service.check_templates() == {"隐患整改通知书.docx": []}
    document = Document(str(path))
    document.add_paragraph("{{ untt }}")
    document.save(str(path))
    (fault,) = service.check_templates()["隐患整改通知书.docx"]
    assert "是不是“unit”" in fault
    with pytest.raises(UnreadableFileError, match=r"隐患整改通知书\.docx 有误.*untt"):
        service.make("notice", [task.number])
    assert service.copy_template("notice") == path
    path.unlink()
    made, _changes = service.make("notice", [task.number])
    assert made.document.number == "冀秦北应急整改〔2026〕1号"
    assert verify(register) == []


def test_kinds_of_one_series_share_its_numbers_and_each_year_begins_anew(service, full):
    made = [
        service.make(kind, [full.number], on=day)[0].document.number
        for kind, day in (
            ("notice", TODAY), ("forest_notice", TODAY), ("supervise", TODAY),
            ("notice", date(2027, 1, 4)), ("report", TODAY),
        )
    ]  # fmt: skip
    assert made == [
        "冀秦北应急整改〔2026〕1号", "冀秦北应急整改〔2026〕2号", "冀秦北应急督办〔2026〕1号",
        "冀秦北应急整改〔2027〕1号", "",
    ]  # fmt: skip


def test_the_office_writes_its_numbers_its_own_way(service, full):
    service.set_pattern("责令限期整改指令书", "（戴）安责改〔{year}〕{n}号")
    made, _changes = service.make("rectify", [full.number])
    assert made.document.number == "（戴）安责改〔2026〕1号"
    with pytest.raises(ConflictError):
        service.set_pattern("notice", "（戴）安责改〔{year}〕{n}号")
    for wrong in ("无号", "{year}{n}{who}", "{n}号", "{year}{", "{year}{n}" + "长" * 60):
        with pytest.raises(InvalidInputError):
            service.set_pattern("notice", wrong)
    with pytest.raises(InvalidInputError, match="不编文号"):
        service.set_pattern("report", "{year}{n}")


def test_a_removed_task_gets_no_document(register, service):
    task = add_task(register)
    RemediationService(register, ACTOR, today=lambda: TODAY).remove(task.number)
    with pytest.raises(MoveRefusedError) as caught:
        service.make("record", [task.number])
    assert list(caught.value.reasons) == [f"任务 {task.number} 已被删除。"]
    assert service.of_task(task.number) == []


def test_two_patterns_that_meet_in_one_number_are_refused(service, full):
    service.set_pattern("rectify", "甲{year}{n}1")
    service.set_pattern("notice", "甲{year}1{n}")
    service.make("rectify", [full.number])
    with pytest.raises(ConflictError, match="已经用过"):
        service.make("notice", [full.number])


def test_who_signed_last_is_offered_for_the_next(service, full):
    assert service.last_given() == {}
    service.make("rectify", [full.number], {"officer": "李四", "officer_no": "冀123", "note": "急"})
    assert service.last_given() == {"officer": "李四", "officer_no": "冀123"}


def test_what_is_no_kind_no_field_or_no_permission_is_refused(register, service, full):
    with pytest.raises(NotFoundError):
        service.make("letter", [full.number])
    with pytest.raises(InvalidInputError):
        service.make("notice", [full.number], {"who": "x"})
    with pytest.raises(InvalidInputError):
        service.make("notice", [full.number], {"note": "长" * 2001})
    with pytest.raises(InvalidInputError):
        service.make("notice", [])
    reader = Actor(name="甲", permissions=frozenset({Permission.READ}))
    with pytest.raises(PermissionDeniedError):
        DocumentService(register, reader).make("notice", [full.number])


def test_hostile_texts_stay_texts_in_documents_and_names(register, service, tmp_path):
    task = add_task(register, unit="<w:p>{{ 7*7 }}&../../x", problem="{% for %}=1+1\x01")
    made, _changes = service.make("notice", [task.number], {"note": "</w:t>"})
    text = text_of(made.content)
    assert "<w:p>{{ 7*7 }}&../../x" in text
    assert "{% for %}=1+1" in text
    for path in service.save(made, tmp_path / "出"):
        assert path.parent == tmp_path / "出"


_DESK = """
import sys
from pathlib import Path
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.services.office_documents import DocumentService
from qhd_riskmap.storage.engine import open_register
with open_register(Path(sys.argv[1]), passphrase=None) as register:
    service = DocumentService(register, Actor(name=sys.argv[3]))
    for _ in range(4):
        print(service.make("notice", [sys.argv[2]])[0].document.content["ordinal"])
"""


def test_two_desks_number_without_gaps_or_repeats(register):
    task = add_task(register)
    desks = [
        subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", _DESK, str(register.path), task.number, name],
            stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )
        for name in ("甲", "乙")
    ]  # fmt: skip
    made = [desk.communicate(timeout=120)[0].split() for desk in desks]
    assert [desk.returncode for desk in desks] == [0, 0]
    assert sorted(int(n) for numbers in made for n in numbers) == list(range(1, 9))
    assert verify(register) == []


def test_a_gap_in_a_series_is_found(register, service, full):
    service.make("notice", [full.number])
    with register.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE number_series SET next_number = 9 WHERE kind = 'document-notice'"
        )
    assert any("文号（notice）" in problem for problem in verify(register))


def test_the_patterns_of_the_series_are_all_different():
    assert len(set(shipped_patterns().values())) == len(shipped_patterns())
    assert {kind.series for kind in document_kinds()} - {""} == set(shipped_patterns())


def test_the_commands(register, full, tmp_path, capsys):
    name = str(register.path)

    def answer(*arguments):
        assert run([*arguments, "--json"], lambda *_given: None) == 0
        return json.loads(capsys.readouterr().out)

    made = answer(
        "document", name, "rectify", full.number, "--set", "officer=李四", "--on", "2026-04-01",
        "--out", str(tmp_path / "出"),
    )  # fmt: skip
    assert made["number"] == "（冀秦北）应急责改〔2026〕1号"
    assert [path.rpartition(".")[2] for path in made["files"]] == ["docx", "pdf"]
    assert [d["number"] for d in answer("documents", name, "--task", full.number)] == [
        made["number"]
    ]
    assert answer("documents", name, "--placeholders")["items.problem"] == "隐患描述"
    assert answer("documents", name, "--check") == {}
    assert answer("documents", name, "--copy", "rectify")["template"].endswith("指令书.docx")
    assert answer("documents", name, "--check") == {"责令限期整改指令书.docx": []}
    kinds = answer("documents", name, "--pattern", "rectify", "安责改〔{year}〕{n}号")["kinds"]
    assert {k["key"]: k["pattern"] for k in kinds}["rectify"] == "安责改〔{year}〕{n}号"
    assert run(["documents", name], lambda *_given: None) == 0
    assert run(["documents", name, "--check"], lambda *_given: None) == 0
    assert "正确" in capsys.readouterr().out
    assert run(["document", name, "rectify", full.number, "--set", "x"], lambda *_given: None) == 2


def han_of(path) -> str:
    """The Chinese letters of a PDF in no order: programs lay out each their own way."""
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    return "".join(sorted(letter for letter in text if "\u4e00" <= letter <= "\u9fff"))


@pytest.mark.soak
@pytest.mark.skipif(not WRITER.exists(), reason="LibreOffice Writer is not installed")
def test_libreoffice_prints_the_same_words_on_as_many_pages(register, service, full, tmp_path, soak):  # fmt: skip
    out = tmp_path / "出"
    for kind in KINDS if soak else ("rectify", "supervise"):
        service.save(service.make(kind, [full.number], {"officer": "李四"})[0], out)
    add_task(register)
    DeadlineNoticeService(register, ACTOR).make(TODAY, out)
    papers = sorted(out.glob("*.docx"))
    command = [
        "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
        "pdf", "--outdir", str(tmp_path / "writer"), *map(str, papers),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    assert papers
    for paper in papers:
        theirs, ours = tmp_path / "writer" / f"{paper.stem}.pdf", paper.with_suffix(".pdf")
        assert han_of(theirs) == han_of(ours), paper.name
        assert len(PdfReader(theirs).pages) == len(PdfReader(ours).pages), paper.name
