"""The 检查 page: what is due as list and map, a round, the form, what comes back, the rules."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.inspection.record import (
    Answer,
    Finding,
    Inspection,
    InspectionResult,
    Verdict,
)
from qhd_riskmap.domain.inspection.schedule import DueStage
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.map.inspection_facts import InspectionFacts
from qhd_riskmap.ui.pages.inspection import InspectionPage
from qhd_riskmap.ui.pages.inspection.return_actions import page_rows
from tests.desk.conftest import hazard_id, type_text

TODAY = date(2099, 4, 20)
HOME = (119.5, 39.9)


@pytest.fixture
def page(qtbot, desk, app, monkeypatch):
    """The page on a day on which the red, the yellow and the ungraded hazards are due."""
    for service in (app.inspections, app.rounds, app.inspection_returns):
        monkeypatch.setattr(service, "_today", lambda: TODAY)
    visit(app, 2, on=date(2099, 4, 19))
    visit(app, 3, on=date(2098, 10, 20))
    visit(app, 4, on=date(2099, 1, 24), inspector="王五")
    shown = InspectionPage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 660)
    shown.notices = []
    desk.noticed.connect(lambda *said: shown.notices.append(said[0]))
    desk.changed.connect(shown.changes)
    desk.features.reload()
    with qtbot.waitExposed(shown):
        shown.show()
    shown.activate()
    qtbot.waitUntil(lambda: len(shown.due) == 4 and not desk.jobs.busy, timeout=20000)
    yield shown
    shown.close_down()


def visit(app, number, *, on, inspector="李四", **changes):
    told = Inspection(on=on, inspector=inspector, result=InspectionResult.NORMAL, **changes)
    return app.inspections.record(hazard_id(number), told)


@pytest.fixture
def rest(qtbot, desk):
    def wait():
        qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=10000)
        qtbot.wait(10)
        qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=10000)

    return wait


def names(page):
    return [each.hazard.name for each in page.shown()]


def test_what_is_due_is_listed_the_longest_due_first_and_counted(page):
    assert names(page) == ["石门泥石流", "抚宁山洪沟", "北戴河输油管线", "昌黎林区"]
    texts = {key: button.text() for key, button in page.strip.buttons.items()}
    assert texts == {
        "late": "逾期未查 2", "today": "今日应查 1", "week": "本周应查 1", "month": "本月应查 0",
        "all": "全部 4",
    }  # fmt: skip
    model = page.table.list_model
    shown = [model.index(2, column).data() for column in range(model.columnCount())]
    assert shown[:4] == ["北戴河输油管线", "2099-04-20", "今日应查", "定期检查"]
    assert model.index(3, 3).data() == "防火期内巡查"


def test_a_number_and_the_boxes_narrow_list_and_map(qtbot, page):
    qtbot.mouseClick(page.strip.buttons["late"], Qt.MouseButton.LeftButton)
    assert names(page) == ["石门泥石流", "抚宁山洪沟"]
    page.tools.county.setCurrentIndex(page.tools.county.findData("130306"))
    assert names(page) == ["抚宁山洪沟"]
    page.show_view("map")
    assert [each.hazard.name for each in page.map.lines] == ["抚宁山洪沟"]
    page.tools.county.setCurrentIndex(0)
    page.strip.press("all")
    page.tools.inspector.setCurrentIndex(page.tools.inspector.findData("王五"))
    assert names(page) == ["昌黎林区"]
    page.tools.inspector.setCurrentIndex(0)
    page.tools.type.setCurrentIndex(page.tools.type.findData("flood"))
    assert names(page) == ["抚宁山洪沟"]
    page.tools.type.setCurrentIndex(0)
    page.tools.township.setCurrentIndex(page.tools.township.findData("石门镇"))
    assert names(page) == ["石门泥石流"]


def test_the_map_colours_by_lateness_and_a_click_chooses_the_row(qtbot, page):
    page.show_view("map")
    stages = {sign.thing.hazard.name: sign.stage for sign in page.map.signs}
    assert stages["石门泥石流"] is LateStage.OVERDUE
    assert stages["北戴河输油管线"] is LateStage.DUE
    assert stages["昌黎林区"] is LateStage.SOON
    qtbot.waitUntil(lambda: page.map.frame is not None, timeout=10000)
    xs, ys = page.map.viewport.to_screen(page.map.lon, page.map.lat)
    last = len(page.map.signs) - 1
    page.map.select_at(float(xs[last]), float(ys[last]))
    assert page.table.current().hazard.id == page.map.lines[last].hazard.id


def tick(page, *wanted):
    model = page.table.list_model
    for row in range(model.rowCount()):
        if model.row_at(row).hazard.name in wanted:
            model.setData(
                model.index(row, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole
            )


@pytest.fixture
def planned(qtbot, page, rest):
    tick(page, "石门泥石流", "抚宁山洪沟", "北戴河输油管线")
    assert page.round.chosen.text() == "已勾选 3 处"
    page.round.set_start(HOME)
    page.round.inspector.setText("赵六")
    qtbot.mouseClick(page.round.plan_button, Qt.MouseButton.LeftButton)
    rest()
    return page.round.paper


def test_a_round_goes_to_what_is_ticked_and_is_drawn(page, planned):
    assert page.round.stops.list_model.rowCount() == 3
    assert page.tools.view == "map"
    assert page.map.start == HOME
    assert len(page.map.way) == 3
    xs, ys = page.map.viewport.to_screen(*zip(HOME, *page.map.way, strict=True))
    assert ((xs > 0) & (xs < page.map.width()) & (ys > 0) & (ys < page.map.height())).all()
    assert "3 处，全长" in page.round.length.text()
    assert planned.planned.inspector == "赵六"
    assert page.round.earlier.count() == 2
    page.map.grab()  # the way is painted without complaint


def test_the_start_is_clicked_on_the_map_or_typed(qtbot, page):
    qtbot.mouseClick(page.round.pick_button, Qt.MouseButton.LeftButton)
    assert page.map.picking
    x, y = page.map.viewport.to_screen(119.4, 39.8)
    page.map.select_at(float(x), float(y))
    assert not page.map.picking
    lon, lat = page.round.start_place()
    assert (lon, lat) == (pytest.approx(119.4, abs=1e-5), pytest.approx(39.8, abs=1e-5))
    for text in ("", "甲", "200,39", "119"):
        page.round.start.setText(text)
        assert page.round.start_place() is None
    page.plan()
    assert "起点应写成" in page.notices[-1]


def test_the_paper_of_a_round_is_written_and_a_former_round_is_shown_again(
    page, planned, rest, tmp_path, monkeypatch
):
    book = tmp_path / "填写.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_all: (str(book), ""))
    page.round.book_button.click()
    rest()
    assert openpyxl.load_workbook(book)["检查"].max_row == 4
    pdf = tmp_path / "打印"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_all: (str(pdf), ""))
    page.round.print_button.click()
    rest()
    assert pdf.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")
    page.round.show_paper(None)
    assert not page.round.print_button.isEnabled()
    page.round.earlier.activated.emit(1)
    rest()
    assert page.round.paper.planned.id == planned.planned.id


def test_what_is_shown_is_exported_as_it_stands(page, rest, tmp_path, monkeypatch):
    path = tmp_path / "应检查"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_all: (str(path), ""))
    page.strip.press("late")
    page.show_view("list")
    page.ask_export()
    rest()
    sheet = openpyxl.load_workbook(path.with_suffix(".xlsx")).active
    assert [cell.value for cell in sheet[1]][:3] == ["编号", "隐患", "应检查日期"]
    assert [sheet.cell(row, 2).value for row in range(2, sheet.max_row + 1)] == names(page)


# --- the form ---------------------------------------------------------------------------------


@pytest.fixture
def form(page, rest):
    page.table.choose(lambda each: each.hazard.name == "石门泥石流")
    page.record_button.click()
    rest()
    return page.inspecting.dialog


def answer(form, row, verdict):
    box = form.verdict_box(row)
    box.setCurrentIndex(box.findData(verdict.value))


def test_an_inspection_is_recorded_with_answers_findings_and_photos(
    app, page, form, rest, tmp_path
):
    photo = tmp_path / "裂缝.png"
    Image.new("RGB", (20, 20), "red").save(photo)
    answer(form, 0, Verdict.FAIL)
    answer(form, 1, Verdict.FAIL)
    assert form.outcome.currentText() == "发现问题"
    form.table.item(0, 3).setText("新裂缝 3 毫米")
    form.task_tick(1).setChecked(False)
    form.pass_all()
    type_text(form.problems, "  坡脚堆土 \n\n")
    form.add_photos([photo, photo])
    assert form.photo_list.text() == "裂缝.png"
    form.ok.click()
    rest()
    (done,) = app.inspections.history(found_id(app))
    problems = [task.problem for task in tasks(app)]
    assert problems[0].endswith("：新裂缝 3 毫米")
    assert problems[1] == "坡脚堆土"
    assert len(problems) == 2
    assert tasks(app)[0].basis
    assert len(done.inspection.failed) == 2
    assert len(done.inspection.answers) == len(app.inspections.checklists().of("geological"))
    assert [entry.name for entry in done.files] == ["裂缝.png"]
    assert "生成 2 项整改任务" in page.notices[-1]
    assert "石门泥石流" not in names(page)


def found_id(app):
    return app.registry.get(hazard_id(1)).id


def tasks(app):
    return [line.task for line in app.remediation.tasks()]


def test_what_cannot_be_is_said_in_the_form_and_nothing_typed_is_lost(app, form, rest, tmp_path):
    form.inspector.setText(" ")
    form.ok.click()
    rest()
    assert "请填写检查人" in form.reasons.text()
    form.inspector.setText("李四")
    form.day.set_day(None)
    form.ok.click()
    assert "检查日期" in form.reasons.text()
    form.day.set_day(TODAY)
    form.add_photos([tmp_path / "x.svg"])
    (tmp_path / "x.svg").write_text("<svg/>", encoding="utf-8")
    form.ok.click()
    rest()
    assert "不能作为附件" in form.reasons.text()
    assert app.inspections.history(found_id(app)) == []
    form.reject()


def test_without_a_row_the_button_says_what_to_do(page):
    page.table.clearSelection()
    page.record_button.click()
    assert "请先在列表或地图上选一处" in page.notices[-1]


def test_a_stop_of_a_round_is_recorded_on_its_sheet(app, page, planned, rest):
    stop = planned.stops[0]
    page.round.record_wanted.emit(stop)
    rest()
    page.inspecting.dialog.ok.click()
    rest()
    (done, *_earlier) = app.inspections.history(stop.hazard.id)
    assert done.inspection.sheet == stop.sheet


# --- what comes back --------------------------------------------------------------------------


def test_a_workbook_comes_back_through_a_look_at_its_rows(
    page, planned, rest, tmp_path, monkeypatch
):
    book = tmp_path / "b.xlsx"
    page.write_paper(book)
    rest()
    workbook = openpyxl.load_workbook(book)
    workbook["检查"]["M2"].value = "正常"
    workbook["检查"]["M3"].value = "挺好"
    workbook.save(book)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_all: (str(book), ""))
    page.returns.ask_workbook()
    rest()
    dialog = page.returns.dialog
    assert "可以登记 1 处" in dialog.summary.text()
    assert [dialog.table.item(row, 0).text() for row in range(3)] == [
        "检查!A2",
        "检查!M3",
        "检查!A4",
    ]
    dialog.take.click()
    rest()
    service = page.desk.app.inspections
    assert service.history(planned.stops[0].hazard.id)[0].inspection.sheet == planned.stops[0].sheet
    assert "登记了 1 次检查" in page.notices[-1]
    assert "另有 1 处错误" in page.notices[-1]


def test_scans_are_listed_page_by_page(app, page, rest, tmp_path, monkeypatch):
    path = tmp_path / "x.png"
    Image.new("RGB", (60, 60), "white").save(path)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_all: ([str(path)], ""))
    page.returns.ask_scans()
    rest()
    dialog = page.returns.dialog
    assert not dialog.take.isEnabled()
    assert dialog.table.item(0, 0).text() == "x.png"
    assert page_rows(app.inspection_returns.match([path]))[0][-1] == "没有找到检查单的二维码。"
    dialog.reject()


# --- the rules --------------------------------------------------------------------------------


def test_intervals_are_changed_in_place_and_what_is_due_follows(app, page, rest):
    page.show_view("rules")
    panel = page.rules.intervals
    assert "双重预防" in panel.source.text()
    panel.editor.months.item(0, 2).setText("9")
    panel.editor.seasons.item(1, 4).setText("")
    assert not panel.adopt_button.isEnabled()
    panel.reason.setText("市局要求")
    panel.adopt_button.click()
    rest()
    known = app.inspections.rules()
    assert (known.version, known.months["yellow"]) == ("2026.11+1", 9)
    assert [season.during is None for season in known.seasons] == [False, True]
    assert names(page) == ["石门泥石流", "抚宁山洪沟"]
    assert "2026.11+1" in panel.source.text()


def test_an_interval_that_cannot_be_is_refused_with_its_place(qtbot, desk, page, rest):
    troubles = []
    desk.troubled.connect(troubles.append)
    panel = page.rules.intervals
    panel.editor.months.item(0, 0).setText("每天")
    panel.reason.setText("试")
    panel.adopt_button.click()
    rest()
    assert "months.red" in str(troubles[0])


def test_a_season_of_the_office_is_added_and_another_taken_away(app, page, rest):
    panel = page.rules.intervals
    editor = panel.editor
    editor.seasons.setCurrentCell(0, 0)
    editor.remove_season()
    editor.add_season()
    row = editor.seasons.rowCount() - 1
    for column, text in enumerate(
        ("国庆", "10-01", "10-07", "15", "", "", "烟花爆竹、爆炸", "市局通知")
    ):
        editor.seasons.item(row, column).setText(text)
    panel.reason.setText("节前检查")
    panel.adopt()
    rest()
    assert app.inspections.rules().version == "2026.11"  # no type has that name
    editor.seasons.item(row, 6).setText("爆炸，食品安全")
    panel.adopt()
    rest()
    fire, holiday = app.inspections.rules().seasons
    assert (fire.label, holiday.label, holiday.start) == ("防火期", "国庆", (10, 1))
    assert holiday.types == {"explosion", "food_safety"}
    assert (holiday.before.label, holiday.before.days, holiday.citation.source) == (
        "国庆前检查", 15, "市局通知",
    )  # fmt: skip


def test_questions_are_added_reworded_and_taken_away(app, page, rest):
    panel = page.rules.checklists
    editor = panel.editor
    editor.kind.setCurrentIndex(editor.kind.findData("flood"))
    before = editor.table.rowCount()
    editor.table.setCurrentCell(0, 0)
    editor.remove()
    editor.add()
    editor.table.item(before - 1, 0).setText("备用电源已试机")
    editor.table.item(before - 1, 1).setText("本单位规定")
    editor.kind.setCurrentIndex(0)
    panel.reason.setText("增补")
    panel.adopt()
    rest()
    asked = app.inspections.checklists().types["flood"]
    assert len(asked) == before
    assert (asked[-1].key, asked[-1].text, asked[-1].source) == (
        "own_1",
        "备用电源已试机",
        "本单位规定",
    )


# --- the hazard's own form --------------------------------------------------------------------


@pytest.fixture
def facts(qtbot, desk, app, rest):
    told = Inspection(
        on=date(2026, 11, 24), inspector="李四", result=InspectionResult.PROBLEMS, note="已告知",
        answers=(Answer(key="crack", question="没有新裂缝", verdict=Verdict.FAIL, note="有"),),
    )  # fmt: skip
    app.inspections.record(hazard_id(1), told, [Finding(problem="门坏")])
    shown = InspectionFacts(desk, app.registry.get(hazard_id(1)))
    qtbot.addWidget(shown)
    rest()
    return shown


def test_the_hazard_shows_its_inspections_and_a_failed_answer_becomes_a_task_by_one_click(
    app, desk, facts, rest, tmp_path
):
    assert "2026-11-24　发现问题　李四　不合格 1 项　整改 1 项" in facts.label.text()
    facts.show_all()
    history = facts.history
    assert "已告知" in history.facts.text()
    button = history.answers.cellWidget(0, 3)
    button.click()
    rest()
    assert sorted(task.problem for task in tasks(app)) == ["没有新裂缝：有", "门坏"]
    assert history.answers.cellWidget(0, 3) is None
    assert history.answers.item(0, 3).text()
    photo = tmp_path / "a.png"
    Image.new("RGB", (9, 9)).save(photo)
    history.attach([photo])
    rest()
    assert history.files.item(0).text() == "照片　a.png"
    history.files.setCurrentRow(0)
    history.remove_button.click()
    rest()
    assert history.files.count() == 0
    history.reject()


def test_who_may_only_read_sees_everything_and_changes_nothing(qtbot, desk, app, rest):
    app.actor = type(app.actor)(name="客", permissions=frozenset({Permission.READ}))
    shown = InspectionPage(desk)
    qtbot.addWidget(shown)
    shown.activate()
    rest()
    for button in (
        shown.record_button,
        shown.round.plan_button,
        shown.rules.intervals.adopt_button,
    ):
        assert not button.isEnabled()
    shown.close_down()


def test_state_and_language(page, planned, rest):
    page.show_view("map")
    page.strip.press("late")
    kept = page.keep()
    page.show_view("list")
    page.strip.press("all")
    page.round.show_paper(None)
    page.resume(kept)
    rest()
    assert page.round.paper == planned
    assert (page.tools.view, page.strip.key) == ("map", "late")
    page.restyle()
    assert [command.id for command, _do in page.commands()] == [
        "inspection.return",
        "inspection.scans",
        "inspection.export",
    ]


def test_tasks_that_press_are_counted_and_opened_on_their_page(page, app, desk, monkeypatch, rest):
    monkeypatch.setattr(app.remediation, "_today", lambda: TODAY)
    made = []
    for number, deadline in ((1, "2099-04-01"), (2, "2099-04-20"), (3, "2099-04-21")):
        task, _changes = app.remediation.create(
            hazard_id(number), {"problem": "开裂"}, on=date(2099, 3, 1)
        )
        for move, values in (
            ("assess", {"grade": "ordinary"}),
            ("assign", {"owner_unit": "示例单位", "owner": "王五", "deadline": deadline}),
        ):
            app.remediation.move(task.number, move, values, on=date(2099, 3, 1))
        made.append(task.number)
    wanted = []
    desk.rows_wanted.connect(lambda *said: wanted.append(said))
    page.tasks.buttons["overdue"].click()
    assert wanted == []  # nothing is counted yet, nothing opens
    desk.announce(Changes(tasks=True))
    rest()
    texts = [button.text() for button in page.tasks.buttons.values()]
    assert texts == ["整改逾期 1 →", "整改今日到期 1 →"]
    page.tasks.buttons["overdue"].click()
    page.tasks.buttons["due"].click()
    assert wanted == [("task", (made[0],), "整改逾期"), ("task", (made[1],), "整改今日到期")]


def test_a_count_of_another_page_opens_its_inspections_whatever_was_asked_for_before(page):
    page.tools.county.setCurrentIndex(page.tools.county.findData("130304"))
    page.show_view("rules")
    page.show_rows("今日应查", ("today",))
    assert page.strip.key == "today"
    assert page.stack.currentWidget() is page.table
    assert names(page) == [each.hazard.name for each in page.due if each.stage is DueStage.TODAY]
    assert len(names(page)) == 1
