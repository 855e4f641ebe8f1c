"""The 整改 page: board, list, calendar and map of the same tasks, worked on by mouse and keys."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
from PIL import Image
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.remediation.flow import flow
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.task import PhotoStage, TaskState
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.pages.remediation import RemediationPage
from qhd_riskmap.ui.pages.remediation.task_table import COLUMNS, TaskTable
from tests.desk.conftest import hazard_id, type_text

TODAY = date(2026, 11, 25)
DAY = date(2026, 11, 2)
S = TaskState


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def tasks(app, monkeypatch):
    """Four tasks: overdue, due in three days, waiting for acceptance, and just registered."""
    service = app.remediation
    monkeypatch.setattr(service, "_today", lambda: TODAY)

    def make(number, problem, deadline, steps):
        task, _changes = service.create(hazard_id(number), {"problem": problem}, on=DAY)
        values = {
            "assess": {"grade": "ordinary"},
            "assign": {"owner_unit": "示例单位", "owner": "王五", "deadline": deadline},
            "start": {"measures": "加固"},
            "apply": {"done_on": "2026-11-20", "progress": "完成"},
        }
        for key in steps:
            if key == "apply":
                service.attach(task.number, PhotoStage.AFTER, "后.jpg", photo())
            on = TODAY if key == "apply" else DAY
            task, _changes = service.move(task.number, key, values[key], on=on)
        return task

    return [
        make(5, "淤积", "2026-11-15", ("assess", "assign")),
        make(3, "标志桩缺失", "2026-11-28", ("assess", "assign", "start")),
        make(4, "隔离带不足", "2026-11-22", ("assess", "assign", "start", "apply")),
        make(1, "挡墙开裂", "", ()),
    ]


@pytest.fixture
def page(qtbot, desk, tasks):
    shown = RemediationPage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 660)
    shown.notices, shown.said = [], []
    desk.noticed.connect(lambda *said: shown.notices.append(said))
    desk.changed.connect(shown.said.append)
    desk.changed.connect(shown.changes)
    desk.features.reload()
    with qtbot.waitExposed(shown):
        shown.show()
    shown.activate()
    qtbot.waitUntil(lambda: len(shown.lines) == 4 and not desk.jobs.busy, timeout=20000)
    yield shown
    shown.close_down()


@pytest.fixture
def rest(qtbot, desk):
    def wait():
        qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=10000)
        qtbot.wait(10)
        qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=10000)

    return wait


def drag(qtbot, page, number, target):
    """Take a card with the mouse and let it go over another column."""
    column = next(c for c in page.board.columns.values() if c.model.row_of(number) is not None)
    view = column.view.viewport()
    place = column.view.visualRect(column.model.index(column.model.row_of(number))).center()
    over = page.board.columns[target]
    page.board.area.ensureWidgetVisible(over)
    end = view.mapFromGlobal(over.mapToGlobal(over.rect().center()))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseMove(view, place + QPoint(30, 4))
    qtbot.mouseMove(view, end)
    assert page.board.ghost.isVisible()
    looks = {c.state: c.property("drop") for c in page.board.columns.values()}
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert page.board.ghost.isHidden()
    return looks


def test_cards_stand_in_the_column_of_their_state_and_the_strip_counts(page, tasks):
    where = {s: [x.task.number for x in c.model.lines] for s, c in page.board.columns.items()}
    assert where[S.ASSIGNED] == [tasks[0].number]
    assert where[S.PENDING] == [tasks[2].number]
    assert where[S.REGISTERED] == [tasks[3].number]
    assert page.board.columns[S.ASSIGNED].heading.text() == "已交办 1"
    assert page.board.columns[S.CLOSED].view.isHidden()
    texts = {key: button.text() for key, button in page.strip.buttons.items()}
    assert texts == {
        "overdue": "逾期 1", "due": "今日到期 0", "soon": "即将到期 1", "pending": "待验收 1",
        "open": "未结 4", "all": "全部 4",
    }  # fmt: skip


def test_a_number_of_the_strip_filters_every_view(qtbot, page, tasks):
    qtbot.mouseClick(page.strip.buttons["overdue"], Qt.MouseButton.LeftButton)
    assert [x.task.number for x in page.shown()] == [tasks[0].number]
    page.show_view("list")
    assert page.table.tasks.rowCount() == 1
    page.show_view("map")
    assert len(page.map.lines) == 1
    page.show_view("list")
    qtbot.mouseClick(page.strip.buttons["pending"], Qt.MouseButton.LeftButton)
    assert [x.task.number for x in page.table.tasks.lines] == [tasks[2].number]


def test_search_and_county_narrow_it_down(qtbot, page, tasks):
    page.show_view("list")
    page.start_search()
    type_text(page.tools.search, "标志桩")
    qtbot.waitUntil(lambda: page.table.tasks.rowCount() == 1)
    assert page.tools.counted.text() == "1 项"
    page.tools.search.clear()
    page.tools.county.setCurrentIndex(page.tools.county.findData("130306"))
    assert [x.task.number for x in page.shown()] == [tasks[0].number]


def test_a_card_dragged_to_the_next_column_asks_for_the_step_and_takes_it(
    qtbot, page, tasks, rest, app
):
    looks = drag(qtbot, page, tasks[0].number, S.RECTIFYING)
    assert looks[S.RECTIFYING] == "yes"
    assert looks[S.CLOSED] == "no"
    dialog = page.dialog
    assert dialog.windowTitle() == "开始整改"
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    rest()
    assert dialog.reasons.text() == "请填写整改措施。"
    assert dialog.isVisible()
    type_text(dialog.form.editor("measures"), "清淤")
    dialog.day.set_day(TODAY)
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    rest()
    stored = app.remediation.dossier(tasks[0].number).line.task
    assert (stored.state, stored.measures, stored.started_on) == (S.RECTIFYING, "清淤", TODAY)
    assert page.board.columns[S.RECTIFYING].model.row_of(tasks[0].number) is not None
    assert page.panel.dossier.line.task.number == tasks[0].number
    assert "现为“整改中”" in page.notices[-1][0]


def test_a_card_dropped_where_it_cannot_go_is_told_where_it_can(qtbot, page, tasks, app):
    drag(qtbot, page, tasks[0].number, S.CLOSED)
    text, severity, *_rest = page.notices[-1]
    assert severity == "warning"
    assert "“已交办”的任务不能直接变为“已销号”" in text
    assert "整改中" in text
    assert page.dialog is None
    assert app.remediation.dossier(tasks[0].number).line.task.state is S.ASSIGNED


def test_a_drag_given_up_changes_nothing(qtbot, page, tasks):
    column = page.board.columns[S.ASSIGNED]
    view = column.view.viewport()
    place = column.view.visualRect(column.model.index(0)).center()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseMove(view, place + QPoint(40, 0))
    assert page.board.ghost.isVisible()
    qtbot.keyClick(column.view, Qt.Key.Key_Escape)
    assert page.board.ghost.isHidden()
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place)
    assert page.dialog is None
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseMove(view, place + QPoint(40, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place + QPoint(5, 0))
    assert page.dialog is None
    assert page.notices == []


def test_without_the_permission_a_step_is_refused_and_its_button_grey(
    qtbot, page, tasks, rest, app
):
    fewer = frozenset(Permission) - {Permission.ACCEPT}
    app.actor = replace(app.actor, permissions=fewer)
    page.panel._permissions = fewer
    drag(qtbot, page, tasks[2].number, S.ACCEPTED)
    assert "“整改验收”权限" in page.notices[-1][0]
    assert page.dialog is None
    page.open_task(tasks[2].number)
    rest()
    button = page.panel.findChild(QPushButton, "move-accept")
    assert not button.isEnabled()
    assert "整改验收" in button.toolTip()
    assert page.panel.findChild(QPushButton, "move-void").isEnabled()


def test_a_click_shows_the_task_with_its_steps_and_history(qtbot, page, tasks, rest):
    column = page.board.columns[S.PENDING]
    view = column.view.viewport()
    place = column.view.visualRect(column.model.index(0)).center()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    rest()
    panel = page.panel
    assert panel.isVisible()
    assert panel.title.text() == "昌黎林区"
    assert tasks[2].number in panel.subtitle.text()
    names = {b.objectName() for b in panel.findChildren(QPushButton)}
    assert {"move-accept", "move-reject"} <= names
    assert "move-supervision_end" not in names
    assert panel.files.count() == 1
    assert not panel.files.item(0).icon().isNull()
    assert panel.form.editor("measures").isReadOnly()
    assert not panel.form.editor("remark").isReadOnly()
    history = panel.findChild(QObject, "task-history").text()
    assert history.splitlines()[0].startswith("2026-11-25　申请验收")
    assert "登记" in history
    qtbot.mouseClick(panel.findChild(QPushButton, "task-close"), Qt.MouseButton.LeftButton)
    assert panel.isHidden()


def test_facts_are_corrected_and_saved(qtbot, page, tasks, rest, app):
    page.open_task(tasks[3].number)
    rest()
    type_text(page.panel.form.editor("remark"), "雨后复查")
    assert page.unsaved()
    type_text(page.panel.form.editor("deadline"), "明天")
    qtbot.mouseClick(page.panel.save_button, Qt.MouseButton.LeftButton)
    assert "不是日期" in page.panel.form.error_text("deadline")
    page.panel.form.editor("deadline").setText("2026-12-01")
    qtbot.mouseClick(page.panel.save_button, Qt.MouseButton.LeftButton)
    rest()
    stored = app.remediation.dossier(tasks[3].number).line.task
    assert (stored.remark, stored.deadline) == ("雨后复查", date(2026, 12, 1))
    assert page.unsaved() == ""


def test_what_somebody_else_saved_first_is_said(qtbot, page, tasks, rest, app):
    page.open_task(tasks[3].number)
    rest()
    app.remediation.update(tasks[3].number, {"basis": "别人写的"})
    type_text(page.panel.form.editor("remark"), "我写的")
    qtbot.mouseClick(page.panel.save_button, Qt.MouseButton.LeftButton)
    rest()
    text, _severity, action, callback = page.notices[-1]
    assert "先保存" in text
    assert action == "载入最新内容"
    callback()
    rest()
    assert page.panel.form.editor("basis").text() == "别人写的"


def test_progress_and_photos_are_added(qtbot, page, tasks, rest, app, tmp_path, monkeypatch):  # noqa: PLR0917
    page.open_task(tasks[1].number)
    rest()
    type_text(page.panel.note, "完成一半")
    page.panel.percent.setValue(50)
    qtbot.keyClick(page.panel.note, Qt.Key.Key_Return)
    rest()
    assert app.remediation.dossier(tasks[1].number).line.task.percent == 50
    path = tmp_path / "现场.jpg"
    path.write_bytes(photo())
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_a: ([str(path)], ""))
    button = page.panel.findChild(QPushButton, "task-add-before")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    rest()
    files = app.remediation.dossier(tasks[1].number).files
    assert [(f.stage, f.name) for f in files] == [(PhotoStage.BEFORE, "现场.jpg")]
    page.attach(PhotoStage.AFTER, [tmp_path / "没有.jpg"])
    rest()
    assert "没有.jpg" in page.notices[-1][0]


def test_a_photo_is_opened(qtbot, page, tasks, rest):
    class Opener(QObject):
        def __init__(self):
            super().__init__()
            self.urls = []

        @Slot(QUrl)
        def take(self, url):
            self.urls.append(url.toLocalFile())

    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "take")
    try:
        page.open_task(tasks[2].number)
        rest()
        page.panel.files.itemActivated.emit(page.panel.files.item(0))
        qtbot.waitUntil(lambda: bool(opener.urls), timeout=5000)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    with open(opener.urls[0], "rb") as file:  # noqa: PTH123 - a path that Qt gave
        assert file.read() == photo()


def test_the_list_sorts_by_lateness_and_copies_to_a_spreadsheet(qtbot, page, tasks, rest):
    page.show_view("list")
    model = page.table.tasks
    assert model.index(0, 0).data() == tasks[0].number
    page.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [model.index(row, 0).data() for row in range(4)] == sorted(t.number for t in tasks)
    page.table.selectRow(0)
    rest()
    assert page.panel.title.text() == "抚宁山洪沟"
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, row = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t") == [column.title for column in COLUMNS]
    assert row.split("\t")[:4] == [tasks[0].number, "已交办", "2026-11-15", "逾期 10 天"]


def test_copied_tasks_are_no_formulas_and_one_line_each(page, tasks, rest):
    page.show_view("list")
    rest()
    table = page.table
    hostile = [replace(line, unit="=HYPERLINK(1)", name="沟\n二") for line in table.tasks.lines[:1]]
    table.show_lines(hostile)
    table.selectRow(0)
    _head, row = table.copied().split("\n")
    cells = dict(zip([column.title for column in COLUMNS], row.split("\t"), strict=True))
    assert (cells["责任单位"], cells["隐患"]) == ("'=HYPERLINK(1)", "沟 二")


def test_the_choice_of_columns_is_remembered_and_copied(qtbot, page, tasks, rest, settings):
    page.show_view("list")
    menu = page.table.column_menu()
    titles = {action.text(): action for action in menu.actions()}
    assert not titles["整改编号"].isEnabled()
    titles["状态"].setChecked(False)
    assert page.table.isColumnHidden(1)
    page.table.selectRow(0)
    rest()
    assert "状态" not in page.table.copied().split("\n")[0]
    page.table.remember_layout()
    again = TaskTable(settings)
    qtbot.addWidget(again)
    assert again.isColumnHidden(1)
    settings.layouts["task_table"] = "99.x"
    other = TaskTable(settings)
    qtbot.addWidget(other)
    assert not other.isColumnHidden(1)


def test_tasks_roll_up_to_county_unit_and_hazard_and_a_row_opens_them(qtbot, page, tasks, rest):
    page.show_view("rollup")
    table = page.rollup.table

    def rows():
        texts = [[table.item(r, c).text() for c in range(9)] for r in range(table.rowCount())]
        return {row[0]: row[1:] for row in texts}

    assert rows()["抚宁区"] == ["1", "1", "1", "0", "0", "0", "0", "逾期 10 天"]
    assert rows()["昌黎县"] == ["1", "1", "0", "0", "0", "1", "0", "按期完工"]
    page.rollup.by.setCurrentIndex(1)
    assert rows()["示例单位"][:3] == ["3", "3", "1"]
    page.rollup.by.setCurrentIndex(2)
    hazards = rows()
    assert len(hazards) == 4
    assert any(name.startswith("抚宁山洪沟（") for name in hazards)
    page.rollup.by.setCurrentIndex(0)
    row = next(r for r in range(table.rowCount()) if table.item(r, 0).text() == "抚宁区")
    place = table.visualItemRect(table.item(row, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.tools.view == "list"
    assert page.tools.county.currentData() == "130306"
    assert [x.task.number for x in page.table.tasks.lines] == [tasks[0].number]
    page.tools.county.setCurrentIndex(0)
    page._open_group("unit", "示例单位")
    qtbot.waitUntil(lambda: page.table.tasks.rowCount() == 3)


def test_a_task_entered_by_mistake_is_removed_and_brought_back(qtbot, page, tasks, rest):
    page.open_task(tasks[3].number)
    rest()
    qtbot.mouseClick(page.panel.remove_button, Qt.MouseButton.LeftButton)
    rest()
    assert len(page.lines) == 3
    assert page.panel.isHidden()
    text, _severity, action, callback = page.notices[-1]
    assert (tasks[3].number in text, action) == (True, "撤销")
    callback()
    rest()
    assert len(page.lines) == 4


def test_days_off_are_changed_on_the_calendar(qtbot, page, rest, app):
    page.show_view("calendar")
    grid, day = page.month.grid, date(2026, 11, 27)
    assert grid.editable
    number = (day - grid.start()).days
    assert grid.day_at(grid.cell(number).center()) == day
    assert grid.day_at(QPoint(-5, -5)) is None
    names = {action.objectName(): action for action in grid.day_menu(day).actions()}
    names["day-off"].trigger()
    rest()
    assert not app.remediation.calendar().is_working(day)
    assert not grid.work.is_working(day)
    names["day-default"].trigger()
    rest()
    assert app.work_calendar.own_days() == []
    names["day-work"].trigger()
    rest()
    assert [d.working for d in app.work_calendar.own_days()] == [True]


def test_the_table_model_keeps_the_rules(qtmodeltester, page):
    qtmodeltester.check(page.table.tasks)
    qtmodeltester.check(page.board.columns[S.ASSIGNED].model)


def test_the_calendar_shows_deadlines_and_a_day_opens_them(qtbot, page, tasks, rest, app):
    page.show_view("calendar")
    grid = page.month.grid
    assert page.month.title.text() == "2026 年 11 月"
    assert {day.day for day in grid.days} == {15, 22, 28}
    number = (date(2026, 11, 28) - grid.start()).days
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell(number).center())
    rest()
    assert page.panel.title.text() == "北戴河输油管线"
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert (grid.day, grid.first.month) == (date(2026, 12, 5), 12)
    page.month.turn(1)
    assert page.month.title.text() == "2027 年 1 月"
    page.month.turn(-1)
    page.month.turn(-1)
    assert grid.first == date(2026, 11, 1)
    app.remediation.create(hazard_id(2), {"problem": "漏", "deadline": "2026-11-28"}, on=DAY)
    page.reload()
    rest()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell(number).center())
    assert page.stack.currentWidget() is page.table
    assert page.table.tasks.rowCount() == 2
    assert page.tools.counted.text() == "2026-11-28 到期 2 项"


def test_the_map_marks_hazards_by_lateness_and_a_click_opens_the_task(qtbot, page, tasks, rest):
    page.show_view("map")
    qtbot.waitUntil(lambda: page.map.frame is not None, timeout=10000)
    stages = [line.late.stage for line in page.map.lines]
    assert stages == [LateStage.NONE, LateStage.AHEAD, LateStage.SOON, LateStage.OVERDUE]
    xs, ys = page.map.viewport.to_screen(page.map.lon, page.map.lat)
    place = QPoint(round(xs[-1]), round(ys[-1]))
    qtbot.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=place)
    rest()
    assert page.panel.title.text() == "抚宁山洪沟"
    assert page.map.number == tasks[0].number
    assert page.map.line_at(2, 2) is None
    with qtbot.waitSignal(page.desk.page_wanted) as asked:
        button = page.panel.findChild(QPushButton, "task-place")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == ["map"]
    assert page.desk.selection.ids == (hazard_id(5),)


def test_tasks_changed_elsewhere_are_read_when_the_page_is_seen(qtbot, page, tasks, rest, app):
    page.hide()
    _task, changes = app.remediation.move(tasks[3].number, "void", {"reason": "重复"})
    page.changes(changes)
    rest()
    assert page.board.columns[S.VOID].model.rowCount() == 0
    page.show()
    page.activate()
    rest()
    qtbot.mouseClick(page.strip.buttons["all"], Qt.MouseButton.LeftButton)
    assert page.board.columns[S.VOID].model.rowCount() == 1
    app.remediation.remove(tasks[1].number)
    page.changes(Changes(tasks=True))
    rest()
    assert len(page.lines) == 3
    page.deeds.restore_removed()
    rest()
    assert len(page.lines) == 4


def test_view_filter_and_task_survive_a_change_of_language(qtbot, page, tasks, rest, desk):
    page.show_view("calendar")
    page.strip.press("all")
    page.open_task(tasks[1].number)
    rest()
    again = RemediationPage(desk)
    qtbot.addWidget(again)
    again.resume(page.keep())
    rest()
    assert (again.tools.view, again.strip.key, again.number) == ("calendar", "all", tasks[1].number)
    assert not again.panel.isHidden()
    again.restyle()
    again.close_down()


def test_enter_on_a_card_opens_it(qtbot, page, tasks, rest):
    view = page.board.columns[S.REGISTERED].view
    view.setCurrentIndex(view.model().index(0, 0))
    rest()
    page.panel.hide()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    rest()
    assert page.panel.isVisible()
    assert page.panel.title.text() == "石门泥石流"


def test_a_step_with_a_bad_day_or_field_stays_open(qtbot, page, tasks, rest):
    line = next(x for x in page.lines if x.task.number == tasks[0].number)
    page.ask_move(line, flow().moves["extension_request"])
    dialog = page.dialog
    dialog.day.line.setText("哪天")
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert "办理日期" in dialog.reasons.text()
    dialog.day.set_day(TODAY + timedelta(days=9))
    type_text(dialog.form.editor("extension_to"), "以后")
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert "不是日期" in dialog.form.error_text("extension_to")
    dialog.form.editor("extension_to").setText("2026-12-31")
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    rest()
    assert "在将来" in dialog.reasons.text()
    assert "延期理由" in dialog.reasons.text()
    qtbot.mouseClick(dialog.findChild(QPushButton, "task-cancel"), Qt.MouseButton.LeftButton)


def test_the_ledger_of_what_is_shown_goes_out_and_comes_back(  # noqa: PLR0917
    qtbot, page, tasks, rest, tmp_path, monkeypatch
):
    path = tmp_path / "台账.xlsx"
    qtbot.mouseClick(page.strip.buttons["overdue"], Qt.MouseButton.LeftButton)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: (str(path), ""))
    qtbot.mouseClick(page.tools.export_button, Qt.MouseButton.LeftButton)
    rest()
    assert "1 项" in page.notices[-1][0]
    book = openpyxl.load_workbook(path)
    sheet = book.active
    head = [cell.value for cell in sheet[1]]
    sheet.cell(row=2, column=head.index("整改措施") + 1, value="清淤")
    sheet.cell(row=2, column=head.index("验收人") + 1, value="赵六")
    book.save(path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a: (str(path), ""))
    qtbot.mouseClick(page.tools.read_button, Qt.MouseButton.LeftButton)
    rest()
    dialog = page.ledger.dialog
    assert "1 行有变化" in dialog.summary.text()
    texts = [[dialog.table.item(r, c).text() for c in (2, 4, 5)] for r in range(2)]
    assert texts[0] == ["整改措施", "清淤", ""]
    assert texts[1][:2] == ["验收人", "赵六"]
    assert "整改页办理" in texts[1][2]
    qtbot.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    rest()
    assert "更新了 1 项整改任务。另有 1 处" in page.notices[-1][0]
    line = next(x for x in page.lines if x.task.number == tasks[0].number)
    assert line.task.measures == "清淤"


def test_a_register_without_tasks_says_how_to_begin(qtbot, desk):
    shown = RemediationPage(desk)
    qtbot.addWidget(shown)
    shown.reload()
    qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=10000)
    assert shown.stack.currentWidget() is shown.empty
    with qtbot.waitSignal(desk.page_wanted) as asked:
        shown.empty.button.click()
    assert asked.args == ["map"]
    shown.close_down()


def test_the_form_of_a_hazard_shows_its_tasks_and_makes_new_ones(qtbot, window, settled, app):
    window.go_to("map")
    window.desk.selection.set([hazard_id(2)])
    panel = window.pages["map"].detail
    qtbot.waitUntil(lambda: panel.tasks is not None and panel.tasks.new_button.isEnabled())
    facts = panel.tasks
    assert facts.label.text() == "还没有整改任务。"
    assert facts.page_button.isHidden()
    qtbot.mouseClick(facts.new_button, Qt.MouseButton.LeftButton)
    dialog = facts.dialog
    assert dialog.form.editor("owner_unit").text() == "海港冷链公司"
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "隐患描述" in dialog.reasons.text())
    type_text(dialog.form.editor("problem"), "报警器失灵")
    dialog.form.editor("deadline").setText("15个工作日")
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "报警器失灵" in panel.tasks.label.text(), timeout=10000)
    (line,) = app.remediation.tasks()
    assert line.task.deadline == app.remediation.calendar().after(app.remediation.today(), 15)
    qtbot.mouseClick(panel.tasks.page_button, Qt.MouseButton.LeftButton)
    assert window.current_page().key == "remediation"
    settled()


def test_inspections_that_press_are_counted_and_opened_on_their_page(
    page, app, desk, rest, monkeypatch
):
    links, wanted = page.inspections, []
    desk.rows_wanted.connect(lambda *said: wanted.append(said))
    assert [button.isEnabled() for button in links.buttons.values()] == [False, False]
    ahead = app.inspections.due(date(2000, 1, 1), until=date.max)
    assert ahead
    first = min(each.due for each in ahead)
    monkeypatch.setattr(app.inspections, "_today", lambda: first)
    desk.announce(Changes(inspections=True))
    rest()
    n = sum(each.due == first for each in ahead)
    assert [button.text() for button in links.buttons.values()] == [
        "逾期未查 0 →",
        f"今日应查 {n} →",
    ]
    links.buttons["today"].click()
    assert wanted == [("inspection", ("today",), "今日应查")]
    monkeypatch.setattr(app.inspections, "_today", lambda: date(2200, 1, 1))
    links.refresh(date(2200, 1, 1))  # another day has begun
    rest()
    assert links.buttons["late"].text() == f"逾期未查 {len(ahead)} →"
