"""The 统计 page: numbers of the register, each of which opens exactly its rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import docx
import openpyxl
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.cell_mapping import read_cells
from qhd_riskmap.domain.figures import Population
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.pages.statistics import StatisticsPage
from tests.desk.conftest import type_text

DAY = date(2099, 11, 25)


@pytest.fixture
def tasks(app):
    """A closed task in October, an open and a late one in November."""
    with app.register.unit_of_work() as work:
        for number, state, day, changes in (
            (1, TaskState.CLOSED, date(2099, 10, 1), {"done_on": date(2099, 10, 9), "closed_on": date(2099, 10, 12)}),
            (1, TaskState.RECTIFYING, date(2099, 11, 2), {"deadline": date(2099, 11, 20), "owner_unit": "甲单位"}),
            (5, TaskState.REGISTERED, date(2099, 11, 3), {}),
        ):  # fmt: skip
            task = RemediationTask(
                id=uuid4(), hazard_id=UUID(int=number), problem="裂缝", state=state, since=day,
                registered_on=day,
            )  # fmt: skip
            work.tasks.add(replace(task, **changes), app.actor)
        work.commit()


@pytest.fixture
def page(window, tasks, app, monkeypatch, settled):
    monkeypatch.setattr(app.figures, "_today", lambda: DAY)
    window.go_to("statistics")
    settled()
    shown = window.pages["statistics"]
    assert isinstance(shown, StatisticsPage)
    return shown


def cell(page, key, row, head):
    """Row and column of a number, and its text."""
    table = page.tables[key]
    page.tabs.setCurrentWidget(table)
    rows = [table.item(at, 0).text() for at in range(table.rowCount())]
    heads = [table.horizontalHeaderItem(at).text() for at in range(table.columnCount())]
    place = rows.index(row), heads.index(head)
    return place, table.item(*place).text()


def click(qtbot, page, key, row, head):
    table = page.tables[key]
    place, _text = cell(page, key, row, head)
    table.scrollToItem(table.item(*place))
    middle = table.visualItemRect(table.item(*place)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_the_page_is_in_the_rail_and_shows_the_figures(page):
    assert cell(page, "headline", "应整改", "数值")[1] == "3"
    assert cell(page, "headline", "整改率", "数值")[1] == "33.3 %"
    assert cell(page, "headline", "逾期未整改", "数值")[1] == "1"
    assert cell(page, "headline", "应整改", "上月同日")[1] == "1"
    assert cell(page, "headline", "整改率", "比上月同日")[1] == "-66.7 个百分点"
    assert "分子" in cell(page, "headline", "整改率", "口径")[1]
    assert cell(page, "counties", "合计", "在册隐患")[1] == "5"
    assert cell(page, "months", "2099-10", "已整改")[1] == "1"
    assert cell(page, "open-units", "甲单位", "逾期未整改")[1] == "1"


def test_a_page_that_is_still_counting_says_so(window, tasks, app, monkeypatch, settled):
    settled()
    monkeypatch.setattr(app.figures, "_today", lambda: DAY)
    window.go_to("statistics")
    page = window.pages["statistics"]
    assert page.overview is None
    assert page.note.text() == "正在统计…"
    settled()
    assert page.note.text().startswith("各数按统计日推算")


def test_a_number_of_tasks_opens_exactly_its_tasks(qtbot, window, page, settled):
    click(qtbot, page, "headline", "未整改", "数值")
    settled()
    remediation = window.pages["remediation"]
    assert window.current_page() is remediation
    assert len(remediation.shown()) == 2
    assert {line.task.state for line in remediation.shown()} == {
        TaskState.RECTIFYING, TaskState.REGISTERED,
    }  # fmt: skip
    assert remediation.tools.view == "list"
    assert remediation.table.tasks.rowCount() == 2
    assert "未整改" in remediation.chosen.label.text()
    qtbot.mouseClick(remediation.chosen.button, Qt.MouseButton.LeftButton)
    assert len(remediation.shown()) == 3
    assert not remediation.chosen.isVisible()


def test_a_number_of_hazards_opens_exactly_its_hazards(qtbot, window, page, settled):
    register = window.pages["register"]
    register.search.setText("海港")
    page.tabs.setCurrentWidget(page.tables["grades"])
    click(qtbot, page, "grades", "合计", "重大风险")
    settled()
    assert window.current_page() is register
    assert register.model.shown_table().ids.tolist() == [str(UUID(int=1))]
    assert "合计 重大风险" in register.chosen.label.text()
    qtbot.mouseClick(register.clear_button, Qt.MouseButton.LeftButton)
    assert len(register.model.rows) == 5
    assert not register.chosen.isVisible()


def test_a_past_month_opens_what_was_so_then(qtbot, window, page, settled):
    click(qtbot, page, "months", "2099-10", "应整改")
    settled()
    (line,) = window.pages["remediation"].shown()
    assert line.task.state is TaskState.CLOSED


def test_enter_opens_the_number_in_hand_and_words_open_nothing(qtbot, window, page, settled):
    table = page.tables["headline"]
    place, _text = cell(page, "headline", "整改率", "口径")
    table.setCurrentCell(*place)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    settled()
    assert window.current_page() is page
    table.setCurrentCell(place[0], 1)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    settled()
    assert len(window.pages["remediation"].shown()) == 3


def test_day_county_and_type_narrow_what_is_counted(qtbot, page, settled):
    page.scope_bar.county.setCurrentIndex(page.scope_bar.county.findData("130306"))
    page.scope_bar.type.setCurrentIndex(page.scope_bar.type.findData("flood"))
    qtbot.waitUntil(lambda: cell(page, "headline", "应整改", "数值")[1] == "1", timeout=5000)
    assert cell(page, "headline", "在册隐患", "数值")[1] == "1"
    page.scope_bar.clear()
    page.scope_bar.day.line.clear()
    type_text(page.scope_bar.day.line, "2099-10-15")
    qtbot.waitUntil(lambda: cell(page, "headline", "整改率", "数值")[1] == "100.0 %", timeout=5000)
    page.scope_bar.first.set_day(date(2099, 12, 1))
    page.scope_bar.last.set_day(date(2099, 1, 1))
    assert page.scope_bar.scope() is None  # turned round: nothing is counted until it is put right
    page.reload()
    page.scope_bar.day.line.setText("昨天")
    page.open_rows(page.tables["headline"].table.rows[0][1].target)
    settled()


def test_numbers_follow_the_register(app, desk, page, settled):
    with app.register.unit_of_work() as work:
        work.tasks.add(
            RemediationTask(
                id=uuid4(), hazard_id=UUID(int=2), problem="裂缝", since=DAY, registered_on=DAY
            ),
            app.actor,
        )
        work.commit()
    desk.announce(Changes(tasks=True))
    settled()
    assert cell(page, "headline", "应整改", "数值")[1] == "4"


def test_the_table_in_front_is_copied_and_exported(qtbot, page, tmp_path, settled, monkeypatch):
    page.tabs.setCurrentWidget(page.tables["counties"])
    qtbot.keyClick(page.tables["counties"], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:2] == ["县区", "在册隐患"]
    path = tmp_path / "统计.xlsx"
    monkeypatch.setattr(
        "qhd_riskmap.ui.pages.statistics.page.QFileDialog.getSaveFileName",
        lambda *_given: (str(path.with_suffix("")), ""),
    )
    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    settled()
    sheet = openpyxl.load_workbook(path).active
    assert [each.value for each in sheet[1]][:2] == ["县区", "在册隐患"]
    assert sheet.max_row == len(lines)


def test_who_may_not_export_cannot_press_the_button(app, desk, qtbot):
    object.__setattr__(app.actor, "permissions", frozenset({Permission.READ}))
    shown = StatisticsPage(desk)
    qtbot.addWidget(shown)
    assert not shown.export_button.isEnabled()
    shown.close_down()


def test_another_language_keeps_tab_and_scope(window, page, settled):
    page.scope_bar.county.setCurrentIndex(page.scope_bar.county.findData("130306"))
    page.tabs.setCurrentIndex(3)
    state = page.keep()
    page.scope_bar.clear()
    page.tabs.setCurrentIndex(0)
    page.resume(state)
    assert page.scope_bar.scope() == state["scope"]
    assert page.tabs.currentIndex() == 3
    page.restyle()
    settled()


def test_the_report_of_the_day_shown_is_written(qtbot, page, tmp_path, settled, monkeypatch):
    path = tmp_path / "月报.docx"
    monkeypatch.setattr(
        "qhd_riskmap.ui.pages.statistics.page.QFileDialog.getSaveFileName",
        lambda *_given: (str(path), ""),
    )
    qtbot.mouseClick(page.report_button, Qt.MouseButton.LeftButton)
    settled()
    said = "\n".join(paragraph.text for paragraph in docx.Document(path).paragraphs)
    assert "2099年11月风险隐患排查治理情况报告" in said
    assert page.desk.errors == []


@pytest.fixture
def dialog(qtbot, page, settled):
    qtbot.mouseClick(page.form_button, Qt.MouseButton.LeftButton)
    settled()
    return page.form


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "汇总"
    book.create_sheet("二表")
    path = tmp_path / "省厅.xlsx"
    book.save(path)
    return path


def set_row(dialog, row, cell, figure, **others):
    dialog.rows.item(row, 1).setText(cell)
    for key, value in {"figure": figure, **others}.items():
        combo = dialog.rows._combo(row, key)
        combo.setCurrentIndex(combo.findData(value))


def test_a_form_is_described_kept_and_filled(dialog, workbook, tmp_path, settled, app):
    dialog.open_workbook(workbook)
    settled()
    assert dialog.rows.rowCount() == 1
    assert dialog.rows._combo(0, "sheet").currentText() == "汇总"
    set_row(dialog, 0, "b2", "tasks")
    dialog.add_button.click()
    set_row(dialog, 1, "B3", "hazards", county="130306", level="")
    dialog.rows._combo(1, "sheet").setEditText("二表")
    dialog.name.setEditText("省厅月报")
    dialog.save_button.click()
    settled()
    assert "已保存" in dialog.message.text()
    (kept,) = app.summary_forms.mappings()
    assert [cell.place for cell in kept.cells] == ["汇总!B2", "二表!B3"]
    out = tmp_path / "填好.xlsx"
    dialog.fill(out)
    settled()
    book = openpyxl.load_workbook(out)
    assert (book["汇总"]["B2"].value, book["二表"]["B3"].value) == (3, 1)
    assert "2 个单元格" in dialog.message.text()
    handed = tmp_path / "月报.json"
    app.summary_forms.write_file("省厅月报", handed)
    dialog.forget_button.click()
    settled()
    assert app.summary_forms.mappings() == []
    assert dialog.rows.rowCount() == 0
    dialog.read(handed)
    settled()
    assert dialog.rows.rowCount() == 2
    dialog.rows.selectRow(0)
    dialog.remove_button.click()
    assert dialog.rows.rowCount() == 1


def test_what_is_wrong_with_a_form_is_said_in_the_dialog(
    qtbot, dialog, workbook, tmp_path, settled
):
    qtbot.mouseClick(dialog.fill_button, Qt.MouseButton.LeftButton)
    assert "请先选择汇总表" in dialog.message.text()
    dialog.open_workbook(tmp_path / "没有.xlsx")
    settled()
    assert "找不到文件" in dialog.message.text()
    dialog.open_workbook(workbook)
    settled()
    dialog.rows.item(0, 1).setText("甲")
    dialog.save()
    assert "不是单元格" in dialog.message.text()
    dialog.rows.item(0, 1).setText("B2")
    dialog.name.setEditText(" ")
    dialog.save()
    settled()
    assert "名称" in dialog.message.text()
    dialog.fill(workbook)
    settled()
    assert "不能覆盖原表" in dialog.message.text()
    assert dialog._desk.errors == []


def test_a_kept_form_is_there_again(qtbot, page, app, settled):
    app.summary_forms.save("市局", read_cells([{"sheet": "汇总", "cell": "B2", "figure": "rate"}]))
    app.summary_forms.save("省厅", read_cells([{"sheet": "汇总", "cell": "B9", "figure": "late"}]))
    page.open_form()
    settled()
    assert dialog_cells(page) == ["B2"]
    page.form.name.setCurrentIndex(1)
    page.form.name.activated.emit(1)
    assert dialog_cells(page) == ["B9"]


def dialog_cells(page):
    return [entry["cell"] for entry in page.form.rows.entries()]


@pytest.fixture
def charts(qtbot, page, settled):
    page.tabs.setCurrentWidget(page.charts)
    settled()
    qtbot.waitUntil(lambda: bool(page.charts.picture.marks()), timeout=20000)
    return page.charts


def test_a_bar_opens_exactly_its_rows(qtbot, window, charts, settled):
    assert charts.choice.count() == 5
    mark = next(m for m in charts.picture.marks() if m.series == 0)  # the red ones
    place = QPointF((mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2)
    qtbot.mouseMove(charts.picture, place.toPoint())
    assert charts.picture.cursor().shape() is Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(charts.picture, QPoint(2, 2))
    assert charts.picture.cursor().shape() is Qt.CursorShape.ArrowCursor
    qtbot.mouseClick(charts.picture, Qt.MouseButton.LeftButton, pos=place.toPoint())
    settled()
    register = window.pages["register"]
    assert window.current_page() is register
    assert register.model.shown_table().ids.tolist() == [str(UUID(int=1))]


def test_a_point_of_a_month_opens_its_tasks(qtbot, window, charts, settled):
    charts.choice.setCurrentIndex(3)
    settled()
    qtbot.waitUntil(lambda: any(m.category == 11 for m in charts.picture.marks()), timeout=20000)
    mark = next(m for m in charts.picture.marks() if (m.series, m.category) == (1, 11))
    place = QPoint(round((mark.left + mark.right) / 2), round((mark.top + mark.bottom) / 2))
    qtbot.mouseClick(charts.picture, Qt.MouseButton.LeftButton, pos=place)
    settled()
    (line,) = window.pages["remediation"].shown()
    assert line.unit == "甲单位"


def test_a_chart_follows_theme_and_size_and_is_saved(qtbot, window, charts, tmp_path, settled):
    before = charts.picture.grab().toImage().pixelColor(3, 3).name()
    window.set_theme("dark")
    settled()
    qtbot.waitUntil(
        lambda: charts.picture.grab().toImage().pixelColor(3, 3).name() != before, timeout=20000
    )
    window.set_theme("light")
    for name, start in (("图.png", b"\x89PNG"), ("图.svg", b"<?xml")):
        charts.save(tmp_path / name)
        settled()
        assert (tmp_path / name).read_bytes().startswith(start)
    charts.save(tmp_path / "图.gif")
    settled()
    assert "gif" in str(window.desk.errors[0])


def test_figures_are_counted_ahead_while_nobody_asks_for_anything(
    qtbot, window, app, desk, settled
):
    counted = []
    prepare = app.figures.prepare

    def told(population, scope):
        counted.append(population)
        prepare(population, scope)

    app.figures.prepare = told
    desk.announce(Changes(tasks=True))
    settled()
    assert counted == []  # not before it has been quiet for a while
    qtbot.waitUntil(lambda: set(counted) == set(Population), timeout=10000)
    settled()
    desk.announce(Changes(office=True))
    window.figures_ahead._count()
    assert len(counted) == len(Population)  # nothing that is counted was changed
    desk.announce(Changes(hazards=True))
    settled()
    window.figures_ahead.close_down()
    qtbot.wait(1700)
    assert len(counted) == len(Population)
