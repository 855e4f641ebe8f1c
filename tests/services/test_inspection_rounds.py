"""Rounds through the services: planned, printed with QR codes, filled in, read back, scanned."""

from __future__ import annotations

import io
import subprocess
import zlib
from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import uuid4

import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.inspection.planned_round import read_mark, sheet_mark
from qhd_riskmap.domain.inspection.record import (
    Inspection,
    InspectionFileKind,
    InspectionResult,
    Verdict,
)
from qhd_riskmap.domain.inspection.returned_sheet import ANSWER_COLUMNS, VISIT_COLUMNS
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    InvalidInputError,
    NotFoundError,
    OutputFileError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.formats.qr_code import codes_in, qr_modules
from qhd_riskmap.formats.scanned_pages import scanned_pages
from qhd_riskmap.services.inspection import InspectionService
from qhd_riskmap.services.inspection_returns import InspectionReturns, ReturnState
from qhd_riskmap.services.inspection_rounds import RoundService
from qhd_riskmap.services.record_merge import RecordMergeService
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
READER = Actor(name="客", permissions=frozenset({Permission.READ}))
TODAY = date(2027, 11, 30)
HOME = (119.48, 39.83)
PLACES = ((119.47, 39.83), (119.60, 39.95), (119.50, 39.86))
NAMES = ("烟花仓库", "加油站", "鞭炮零售点")


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304", unit="示例应急局"),
        clock=lambda: datetime(2026, 11, 23, 4, tzinfo=UTC),
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def hazards(register):
    found = []
    with register.unit_of_work() as work:
        for name, place in zip(NAMES, PLACES, strict=True):
            hazard = Hazard(
                id=uuid4(), name=name, type_key="explosion", geometry=shapely.Point(place),
                county="130304", unit="海滨镇政府", contact="王五", phone="13900001111",
                level=RiskLevel.RED,
                provenance=Provenance(
                    original_text="", declared_reference="cgcs2000",
                    method=LocationMethod.IMPORTED, accuracy=AccuracyClass.SURVEYED_CGCS,
                ),
            )  # fmt: skip
            found.append(work.hazards.add(hazard, ACTOR))
        work.commit()
    return found


@pytest.fixture
def rounds(register):
    return RoundService(register, ACTOR, today=lambda: TODAY)


@pytest.fixture
def returns(register):
    return InspectionReturns(register, ACTOR, today=lambda: TODAY)


@pytest.fixture
def inspections(register):
    return InspectionService(register, ACTOR, today=lambda: TODAY)


@pytest.fixture
def planned(rounds, hazards):
    made, _changes = rounds.plan(
        [each.code for each in hazards], start=HOME, on=TODAY, inspector="李四", phone="13912345678"
    )
    return made


@pytest.fixture
def kit(register, returns, inspections, rounds, planned):
    """All of them at once."""
    return SimpleNamespace(
        register=register, returns=returns, inspections=inspections, rounds=rounds, planned=planned
    )


# --- planning ---------------------------------------------------------------------------------


def test_a_round_is_planned_in_the_order_of_the_way_and_kept(rounds, hazards, planned):
    near, far, between = hazards
    assert planned.stops in {(near.id, between.id, far.id), (far.id, between.id, near.id),
                             (near.id, far.id, between.id), (between.id, far.id, near.id)}  # fmt: skip
    assert 20_000 < planned.route_m < 40_000
    assert rounds.rounds() == [planned]
    paper = rounds.paper(planned.id)
    assert [stop.hazard.id for stop in paper.stops] == list(planned.stops)
    assert [stop.sheet for stop in paper.stops] == [f"{planned.id}-{n}" for n in (1, 2, 3)]
    assert paper.office == "示例应急局"
    assert {stop.due for stop in paper.stops} == {date(2026, 12, 23)}
    assert read_mark(paper.stops[0].mark) == (paper.stops[0].hazard.code, f"{planned.id}-1")


def test_the_same_hazard_named_twice_is_visited_once(rounds, hazards):
    one = hazards[0]
    made, _changes = rounds.plan([one.code, str(one.id)], start=HOME, on=TODAY)
    assert made.stops == (one.id,)


def test_what_cannot_be_planned_is_refused(register, rounds, hazards):
    with pytest.raises(InvalidInputError):
        rounds.plan([], start=HOME, on=TODAY)
    with pytest.raises(NotFoundError):
        rounds.plan(["130304-XX-2026-9999"], start=HOME, on=TODAY)
    reader = RoundService(register, READER)
    with pytest.raises(PermissionDeniedError):
        reader.plan([hazards[0].code], start=HOME, on=TODAY)
    with pytest.raises(NotFoundError):
        rounds.paper("ZZZZZZZZ")
    assert rounds.rounds() == []


def test_a_merged_stop_is_the_record_that_stands_for_it_and_a_deleted_one_is_left_out(
    register, rounds, hazards, planned
):
    merging = RecordMergeService(register, ACTOR)
    outcome = merging.merge(merging.compare(hazards[0].id, hazards[2].id))
    kept = outcome.after[0]
    stops = rounds.paper(planned.id).stops
    assert len(stops) == 3
    assert sum(stop.hazard.id == kept.id for stop in stops) == 2
    with register.unit_of_work() as work:
        work.hazards.soft_delete(hazards[1].id, ACTOR, hazards[1].revision)
        work.commit()
    assert len(rounds.paper(planned.id).stops) == 2


# --- paper ------------------------------------------------------------------------------------


def rendered(pdf, folder, dpi=150):
    done = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-png", str(pdf), str(folder / "page")],
        check=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0
    return [Image.open(path) for path in sorted(folder.glob("page-*.png"))]


@pytest.fixture
def printed(rounds, planned, tmp_path):
    path = tmp_path / "检查单.pdf"
    assert rounds.write(planned.id, path) == 3
    folder = tmp_path / "pages"
    folder.mkdir()
    return rendered(path, folder)


def test_every_printed_sheet_carries_a_qr_code_with_code_and_sheet_and_no_secret(
    rounds, planned, printed
):
    found = [codes_in(page) for page in printed]
    marks = [stop.mark for stop in rounds.paper(planned.id).stops]
    assert found[0] == []
    assert sorted({text for codes in found for text in codes}) == sorted(marks)
    assert all(len(codes) == 1 for codes in found[1:])
    assert not any(word in mark for mark in marks for word in ("王五", "1390", "李四", "烟花"))


def test_the_paper_says_what_is_asked_where_and_by_whom(rounds, planned, tmp_path):
    path = tmp_path / "r.pdf"
    rounds.write(planned.id, path)
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", str(path), "-"], check=True, capture_output=True
    )
    text = done.stdout.decode("utf-8")
    for word in (
        *NAMES,
        "检查路线",
        "李四",
        "签字",
        "库房间距",
        "民用爆炸物品安全管理条例",
        f"{planned.id}-3",
    ):
        assert word in text, word
    again = tmp_path / "again.pdf"
    rounds.write(planned.id, again)
    assert again.read_bytes() == path.read_bytes()


def test_paper_is_refused_over_the_register_and_in_other_formats(
    register, rounds, planned, tmp_path
):
    for path in (register.path, tmp_path / "x.txt", tmp_path):
        with pytest.raises(OutputFileError):
            rounds.write(planned.id, path)
    with pytest.raises(PermissionDeniedError):
        RoundService(register, READER).write(planned.id, tmp_path / "x.pdf")


# --- the workbook -----------------------------------------------------------------------------

VISIT = {column.key: number for number, column in enumerate(VISIT_COLUMNS, start=1)}
ANSWER = {column.key: number for number, column in enumerate(ANSWER_COLUMNS, start=1)}


@pytest.fixture
def workbook(rounds, planned, tmp_path):
    path = tmp_path / "检查.xlsx"
    rounds.write(planned.id, path)
    return path


def fill(path, visits=(), answers=()):
    """Set cells: (row, key, text) of both sheets."""
    book = openpyxl.load_workbook(path)
    for row, key, text in visits:
        book["检查"].cell(row, VISIT[key]).value = text
    for row, key, text in answers:
        book["检查项目"].cell(row, ANSWER[key]).value = text
    book.save(path)
    return path


def test_a_workbook_nobody_filled_in_records_nothing(returns, workbook):
    reading, changes = returns.take(workbook)
    assert [row.state for row in reading.rows] == [ReturnState.EMPTY] * 3
    assert not changes.inspections
    assert reading.issues == []


def test_the_cells_to_fill_have_lists_to_choose_from(workbook):
    book = openpyxl.load_workbook(workbook)
    lists = {rule.formula1 for name in ("检查", "检查项目")
             for rule in book[name].data_validations.dataValidation}  # fmt: skip
    assert lists == {'"正常,发现问题,未能到达"', '"合格,不合格,不适用"'}


def test_filled_rows_become_inspections_and_their_problems_tasks_once(kit, workbook):
    register, returns, inspections = kit.register, kit.returns, kit.inspections
    rounds, planned = kit.rounds, kit.planned
    fill(
        workbook,
        [(2, "result", "发现问题"), (2, "finding1", "门坏"), (2, "note", "另约"), (3, "result", "正常"),
         (3, "on", "2027年11月29日")],
        [(2, "verdict", "不合格"), (2, "note", "过期"), (3, "verdict", "√"), (4, "verdict", "不适用")],
    )  # fmt: skip
    first = returns.read(workbook)
    assert [row.state for row in first.rows] == [
        ReturnState.NEW,
        ReturnState.NEW,
        ReturnState.EMPTY,
    ]
    reading, changes = returns.take(workbook)
    assert (reading.taken, len(reading.tasks)) == (2, 1)
    assert changes.inspections
    assert changes.tasks
    stop = rounds.paper(planned.id).stops[0]
    (kept,) = inspections.history(stop.hazard.id)
    done = kept.inspection
    assert (done.sheet, done.inspector, done.phone, done.note) == (
        f"{planned.id}-1", "李四", "13912345678", "另约",
    )  # fmt: skip
    assert [(a.verdict, a.note) for a in done.answers] == [
        (Verdict.FAIL, "过期"), (Verdict.PASS, ""), (Verdict.NOT_APPLICABLE, ""),
    ]  # fmt: skip
    assert done.answers[0].question == stop.questions[0].text
    assert done.checklist == "2026.11"
    again, changes = returns.take(workbook)
    assert [row.state for row in again.rows] == [
        ReturnState.RECORDED, ReturnState.RECORDED, ReturnState.EMPTY,
    ]  # fmt: skip
    assert (again.taken, changes.inspections) == (0, False)
    fill(workbook, [(2, "finding2", "灯坏")])
    changed, _changes = returns.take(workbook)
    assert changed.rows[0].state is ReturnState.WRONG
    assert "已经登记过" in changed.issues[0].message
    with register.unit_of_work() as work:
        assert len(work.inspections.every()) == 2
    assert verify(register) == []


@pytest.mark.parametrize(
    ("filled", "cell", "words"),
    [
        (([(2, "result", "挺好")], []), "检查!M2", "正常、发现问题、未能到达"),
        (([(2, "result", "正常"), (2, "on", "昨天")], []), "检查!J2", "“昨天”不是日期"),
        (([(2, "result", "正常"), (2, "on", None)], []), "检查!J2", "没有填写检查日期"),
        (([(2, "result", "正常"), (2, "inspector", None)], []), "检查!K2", "没有填写检查人"),
        (([(2, "result", "正常"), (2, "on", "2099-01-01")], []), "检查!A2", "在将来"),
        (([(2, "result", "正常"), (2, "finding1", "门坏")], []), "检查!A2", "不符"),
        (([(2, "result", "正常"), (2, "sheet", "ZZZZZZZZ-1")], []), "检查!A2", "没有检查单"),
        (([(2, "result", "正常"), (2, "sheet", "甲")], []), "检查!A2", "不是检查单号"),
        (([(2, "result", "正常"), (2, "code", "130304-BZ-2026-0099")], []), "检查!A2", "不是"),
        (([(2, "result", "正常"), (2, "note", "=1+x")], []), "检查!Q2", "公式"),
        (([(2, "result", "正常")], [(2, "note", "=1+x")]), "检查项目!F2", "公式"),
        (([(2, "result", "正常")], [(2, "verdict", "行")]), "检查项目!E2", "结论应是"),
        (([(2, "result", "正常")], [(2, "note", "话")]), "检查项目!E2", "结论应是"),
        (([(2, "result", "正常")], [(2, "verdict", "合格"), (2, "key", None)]), "检查项目!G2", "标识"),
        (([(2, "result", "未能到达")], [(2, "verdict", "合格")]), "检查!A2", "未能到达"),
        (([(3, "result", "正常")], [(2, "verdict", "合格"), (2, "sheet", "YYYYYYYY-1")]), "检查项目!A2",
         "没有检查单"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_cell_and_good_rows_are_kept(
    returns, workbook, filled, cell, words
):
    visits, answers = filled
    fill(workbook, [(4, "result", "正常"), *visits], answers)
    reading, _changes = returns.take(workbook)
    assert [issue.cell for issue in reading.issues] == [cell]
    assert words in reading.issues[0].message
    good = [row for row in reading.rows if row.state is ReturnState.NEW]
    assert {row.visit.cell for row in good} >= {"检查!A4"}


def test_a_filled_row_without_its_sheet_is_told_and_a_blank_one_is_passed_over(returns, workbook):
    fill(workbook, [(2, "result", "正常"), (2, "sheet", None), (9, "result", "正常")])
    reading, _changes = returns.take(workbook)
    assert [issue.cell for issue in reading.issues][:2] == ["检查!A2", "检查!A9"]
    assert reading.taken == 0


def test_a_sheet_that_stands_there_twice_is_taken_once(returns, workbook, planned):
    fill(workbook, [(2, "result", "正常"), (3, "result", "正常"), (3, "sheet", f"{planned.id}-1")])
    reading, _changes = returns.take(workbook)
    assert reading.taken == 1
    assert [issue.cell for issue in reading.issues] == ["检查!A3"]


def test_other_workbooks_are_refused(register, returns, workbook, tmp_path):
    other = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["隐患名称", "经度"])
    book.save(other)
    with pytest.raises(UnreadableFileError, match="工作簿"):
        returns.read(other)
    reader = InspectionReturns(register, READER)
    reader.read(workbook)
    with pytest.raises(PermissionDeniedError):
        reader.take(workbook)


# --- scanned sheets ---------------------------------------------------------------------------


def scanned(pages, path):
    """Pages as a scanner's PDF: one picture a page, the second upside down."""
    turned = [page.convert("L").rotate(180 if at == 1 else 1.5, fillcolor=255)
              for at, page in enumerate(pages)]  # fmt: skip
    turned[0].save(path, "PDF", save_all=True, append_images=turned[1:], resolution=150)
    return path


def record_all(inspections, rounds, planned):
    for stop in rounds.paper(planned.id).stops:
        told = Inspection(
            on=TODAY, inspector="李四", result=InspectionResult.NORMAL, sheet=stop.sheet
        )
        inspections.record(str(stop.hazard.id), told)


def test_scanned_sheets_find_their_inspections_and_what_is_over_is_listed(kit, printed, tmp_path):
    register, returns, inspections = kit.register, kit.returns, kit.inspections
    rounds, planned = kit.rounds, kit.planned
    path = scanned(printed, tmp_path / "扫描.pdf")
    waiting = returns.match([path])
    assert [each.state for each in waiting] == [
        ReturnState.UNREADABLE, *[ReturnState.WAITING] * (len(printed) - 1),
    ]  # fmt: skip
    assert returns.attach([path])[1] == 0
    record_all(inspections, rounds, planned)
    pages, added, changes = returns.attach([path])
    assert [each.state for each in pages[1:]] == [ReturnState.NEW] * (len(printed) - 1)
    assert "没有找到" in pages[0].why
    assert added == len(printed) - 1
    assert changes.inspections
    for stop in rounds.paper(planned.id).stops:
        files = inspections.history(stop.hazard.id)[0].files
        assert {entry.kind for entry in files} == {InspectionFileKind.SCAN}
    again, added, changes = returns.attach([path])
    assert added == 0
    assert not changes.inspections
    assert {each.state for each in again[1:]} == {ReturnState.RECORDED}
    assert verify(register) == []


def qr_picture(text, side=300):
    dark = Image.fromarray(qr_modules(text)).convert("L").point(lambda value: 255 - value)
    page = Image.new("L", (side * 2, side * 2), 255)
    page.paste(dark.resize((side, side), Image.Resampling.NEAREST), (side // 2, side // 2))
    return page


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_photographs_of_sheets_are_matched_too(kit, tmp_path, ending):
    returns, inspections, rounds, planned = kit.returns, kit.inspections, kit.rounds, kit.planned
    record_all(inspections, rounds, planned)
    stop = rounds.paper(planned.id).stops[1]
    path = tmp_path / f"照.{ending}"
    qr_picture(stop.mark).convert("RGB").save(path)
    (page,), added, _changes = returns.attach([path])
    assert (page.state, page.sheet, added) == (ReturnState.NEW, stop.sheet, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [("https://example.com", "没有找到"), ("QHD1/130304-BZ-2026-0001/ZZZZZZZZ-1", "没有检查单")],
)  # fmt: skip
def test_codes_of_others_are_told(returns, planned, tmp_path, text, words):
    path = tmp_path / "x.png"
    qr_picture(text).save(path)
    (page,) = returns.match([path])
    assert page.inspection is None
    assert words in page.why


def test_a_code_copied_onto_another_hazards_sheet_is_told(
    returns, hazards, rounds, planned, tmp_path
):
    first, second, _third = rounds.paper(planned.id).stops
    path = tmp_path / "x.png"
    qr_picture(sheet_mark(second.hazard.code, first.sheet)).save(path)
    (page,) = returns.match([path])
    assert page.state is ReturnState.WRONG
    assert second.hazard.code in page.why


def test_a_sheet_of_a_record_that_was_merged_finds_the_one_that_stands_for_it(
    kit, hazards, tmp_path
):
    stops = {stop.hazard.id: stop for stop in kit.rounds.paper(kit.planned.id).stops}
    merging = RecordMergeService(kit.register, ACTOR)
    kept, gone = merging.merge(merging.compare(hazards[0].id, hazards[2].id)).after
    qr_picture(stops[gone.id].mark).save(tmp_path / "x.png")
    (page,) = kit.returns.match([tmp_path / "x.png"])
    assert (page.state, page.hazard.id) == (ReturnState.WAITING, kept.id)


def test_two_sheets_on_one_page_are_not_guessed(returns, rounds, planned, tmp_path):
    first, second, _third = rounds.paper(planned.id).stops
    both = Image.new("L", (1200, 600), 255)
    both.paste(qr_picture(first.mark), (0, 0))
    both.paste(qr_picture(second.mark), (600, 0))
    both.save(tmp_path / "x.png")
    (page,) = returns.match([tmp_path / "x.png"])
    assert page.state is ReturnState.UNREADABLE
    assert "几张" in page.why


def bomb_png():
    """A PNG that says it is 60,000 pixels square."""

    def chunk(kind, body):
        return (len(body).to_bytes(4, "big") + kind + body
                + zlib.crc32(kind + body).to_bytes(4, "big"))  # fmt: skip

    head = (60_000).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))


def bomb_pdf():
    """A PDF whose picture says it is 60,000 pixels square."""
    buffer = io.BytesIO()
    Image.new("L", (20, 20)).save(buffer, "PDF")
    assert b"/Width 20" in buffer.getvalue()
    return (
        buffer.getvalue()
        .replace(b"/Width 20", b"/Width 60000")
        .replace(b"/Height 20", b"/Height 60000")
    )


def protected_pdf():
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("秘密", algorithm="RC4-128")
    writer.write(buffer)
    return buffer.getvalue()


def blank_pdf():
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.png", bomb_png(), "大得不正常"), ("a.pdf", bomb_pdf(), "大得不正常"),
        ("b.pdf", b"%PDF-1.7\nnothing", "不是完好的 PDF"), ("c.pdf", b"GIF89a", "不是完好的 PDF"),
        ("d.pdf", protected_pdf(), "有密码"), ("e.pdf", blank_pdf(), "没有扫描图像"),
        ("f.tif", b"II*\x00", "应是 PDF、PNG 或 JPEG"), ("g.jpg", b"<svg/>", "不能作为附件"),
        ("h.png", b"\x89PNG\r\n\x1a\n", "不完整或已损坏"), ("i.jpg", b"", "空文件"),
    ],
)  # fmt: skip
def test_files_made_to_harm_or_broken_are_told_and_do_not_stop_the_others(
    kit, tmp_path, name, content, words
):
    returns, rounds, planned = kit.returns, kit.rounds, kit.planned
    bad, good = tmp_path / name, tmp_path / "好.png"
    bad.write_bytes(content)
    qr_picture(rounds.paper(planned.id).stops[0].mark).save(good)
    first, second = returns.match([bad, good])
    assert first.state is ReturnState.UNREADABLE
    assert words in first.why
    assert second.state is ReturnState.WAITING


def test_a_file_that_is_gone_is_told(returns, tmp_path):
    (page,) = returns.match([tmp_path / "没有.pdf"])
    assert "打不开" in page.why


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_damaged_pdfs_never_raise(tmp_path, data):
    buffer = io.BytesIO()
    qr_picture("QHD1/130304-BZ-2026-0001/ZZZZZZZZ-1", 60).save(buffer, "PDF")
    raw = bytearray(buffer.getvalue())
    for _each in range(data.draw(st.integers(1, 12))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.pdf"
    path.write_bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))])
    assert all(page.codes or page.problem or page.content for page in scanned_pages(path))


def test_findings_are_told_from_answers_that_became_tasks_later(
    returns, inspections, rounds, planned, workbook
):
    """Raising a task from a failed answer does not make the same workbook another one."""
    fill(workbook, [(2, "result", "发现问题")], [(2, "verdict", "不合格")])
    returns.take(workbook)
    stop = rounds.paper(planned.id).stops[0]
    done = inspections.history(stop.hazard.id)[0].inspection
    inspections.raise_task(done.id, done.failed[0].key)
    assert returns.read(workbook).rows[0].state is ReturnState.RECORDED
