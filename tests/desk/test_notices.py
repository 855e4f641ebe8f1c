"""Notices, receipts, documents and the calendar on the 整改 page, and the word at start-up."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QPushButton, QSystemTrayIcon

from qhd_riskmap.domain.inspection.schedule import DueStage
from qhd_riskmap.domain.remediation.overview import Standing, standing
from qhd_riskmap.domain.remediation.task import PhotoStage
from qhd_riskmap.ui.pages.remediation import RemediationPage
from qhd_riskmap.ui.toolkit.due_notice import DueNotice, due_words
from tests.desk.conftest import hazard_id, type_text

TODAY = date(2026, 11, 25)
DAY = date(2026, 11, 2)


@pytest.fixture
def task(app, monkeypatch):
    service = app.remediation
    for each in (service, app.receipts, app.documents):
        monkeypatch.setattr(each, "_today", lambda: TODAY)
    made, _changes = service.create(hazard_id(5), {"problem": "淤积"}, on=DAY)
    service.move(made.number, "assess", {"grade": "ordinary"}, on=DAY)
    values = {"owner_unit": "示例单位", "owner": "王五", "deadline": "2026-11-18"}
    return service.move(made.number, "assign", values, on=DAY)[0]


@pytest.fixture
def page(qtbot, desk, task):
    shown = RemediationPage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 660)
    shown.said = []
    desk.noticed.connect(lambda *said: shown.said.append(said))
    desk.changed.connect(shown.changes)
    desk.features.reload()
    with qtbot.waitExposed(shown):
        shown.show()
    shown.activate()
    qtbot.waitUntil(lambda: len(shown.lines) == 1 and not desk.jobs.busy, timeout=20000)
    yield shown
    shown.close_down()


@pytest.fixture
def opened(monkeypatch):
    """What was handed to other programs."""
    found = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: found.append(url) or True)
    return found


@pytest.fixture
def rest(qtbot, desk):
    def wait():
        qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=20000)
        qtbot.wait(10)
        qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=20000)

    return wait


def retype(line, text):
    line.clear()
    type_text(line, text)


def press(qtbot, parent, name):
    qtbot.mouseClick(parent.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def test_the_clock_runs_from_the_page_and_receipts_come_back(qtbot, page, rest, opened, monkeypatch):  # fmt: skip
    out = page.desk.app.path.parent / "通知夹"
    (task,) = page.lines
    press(qtbot, page, "task-notices")
    rest()
    dialog = page.notices.dialog
    assert dialog.day.day() == TODAY
    retype(dialog.folder.line, str(out))
    press(qtbot, dialog, "notice-open")
    assert "还没有这个文件夹" in dialog.summary.text()
    press(qtbot, dialog, "notice-make")
    rest()
    assert "新生成 1 份通知" in dialog.summary.text()
    assert dialog.table.item(0, 3).text() == "逾期 7 天"
    assert (dialog.table.item(0, 4).text(), dialog.table.item(0, 5).text()) == ("1", "0")
    kinds = sorted(path.suffix for path in out.iterdir())
    assert kinds == [".docx", ".pdf", ".xlsx", ".xlsx"]
    press(qtbot, dialog, "notice-open")
    assert opened == [QUrl.fromLocalFile(str(out))]
    press(qtbot, dialog, "notice-make")
    rest()
    assert "新生成 0 份通知，这一天已有 1 份" in dialog.summary.text()
    (receipt,) = out.glob("*回执.xlsx")
    book = openpyxl.load_workbook(receipt)
    book.active["F2"], book.active["G2"], book.active["H2"] = "李四", TODAY, "已清淤"
    book.active.append([book.active["A2"].value, "没有的任务", "", "", "", "李四", TODAY, ""])
    book.save(receipt)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_given: ([str(receipt)], ""))
    press(qtbot, dialog, "notice-read")
    rest()
    assert "新的 1，已登记 0，未填 0，有误 1" in dialog.summary.text()
    assert "第 3 行" in dialog.problems.item(0).text()
    assert dialog.table.item(0, 5).text() == "1"
    assert page.desk.app.remediation.dossier(task.task.number).line.task.progress == "已清淤"
    retype(dialog.day.line, "下周")
    press(qtbot, dialog, "notice-make")
    assert "请填写通知日期" in dialog.summary.text()
    press(qtbot, dialog, "notice-close")
    assert page.notices.dialog is None


def test_a_broken_template_is_told_and_the_button_is_back(qtbot, page, rest, tmp_path, desk):
    own = desk.app.path.parent / "文书模板" / "整改通知书.docx"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(b"noise")
    troubles = []
    desk.troubled.connect(troubles.append)
    page.notices.ask()
    rest()
    dialog = page.notices.dialog
    press(qtbot, dialog, "notice-make")
    rest()
    assert "整改通知书.docx" in str(troubles[0])
    assert dialog.make.isEnabled()
    dialog.reject()


def test_the_calendar_is_written_from_the_page(page, rest, tmp_path, monkeypatch):
    path = tmp_path / "时限"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(path), ""))
    page.notices.ask_calendar()
    rest()
    text = path.with_suffix(".ics").read_text(encoding="utf-8")
    assert "DTSTART;VALUE=DATE:20261118" in text
    assert text.count("SUMMARY:整改到期") == 1
    assert text.count("UID:inspection-") > 0
    assert f"{text.count('BEGIN:VEVENT')} 项" in page.said[-1][0]


def test_a_document_is_made_for_the_task_in_hand_and_opened(qtbot, page, rest, task, opened):
    page.open_task(task.number)
    rest()
    press(qtbot, page.panel, "task-document")
    rest()
    dialog = page.documents.dialog
    dialog.kind.setCurrentIndex(dialog.kind.findData("review"))
    assert not dialog.make.isEnabled()
    assert "还没有验收" in dialog.why.text()
    dialog.kind.setCurrentIndex(dialog.kind.findData("rectify"))
    retype(dialog.fields["officer"], "李四")
    retype(dialog.day.line, "哪天")
    press(qtbot, dialog, "document-make")
    assert "请填写落款日期" in dialog.why.text()
    retype(dialog.day.line, "2026-11-25")
    press(qtbot, dialog, "document-make")
    rest()
    (file,) = page.desk.app.remediation.dossier(task.number).files
    assert file.stage is PhotoStage.DOCUMENT
    assert file.name.startswith("责令限期整改指令书_")
    assert page.panel.files.count() == 1
    text, _severity, action, callback = page.said[-1]
    assert file.name in text
    assert action == "打开"
    callback()
    assert opened[0].toLocalFile().endswith(file.name)
    page.documents.ask(task.number)
    rest()
    assert page.documents.dialog.fields["officer"].text() == "李四"
    press(qtbot, page.documents.dialog, "document-template")
    rest()
    own = page.desk.app.path.parent / "文书模板" / "现场检查记录.docx"
    assert own.is_file()
    assert opened[-1] == QUrl.fromLocalFile(str(own))
    page.documents.dialog.reject()


# The platform of the tests knows no tray; on a desk its part is Qt's.
@pytest.mark.qt_log_ignore(
    "systemTrayWindowChanged", "does not support raise", "propagateSizeHints"
)
def test_what_is_due_is_said_by_the_tray_where_there_is_one(qtbot, page, desk, app, monkeypatch):
    said = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _tray, *given: said.append(given))
    notice = DueNotice(desk, page)
    wanted = []
    desk.page_wanted.connect(wanted.append)
    notice.tell(standing(app.remediation.tasks()), {DueStage.TODAY: 2, DueStage.LATER: 9})
    assert said[0][1] == "逾期 1 项；今日应检查 2 处"
    assert notice.tray.toolTip() == said[0][1]
    notice.tray.messageClicked.emit()
    assert wanted == ["remediation"]
    assert notice.tray is None


@pytest.mark.qt_log_ignore("does not support raise", "propagateSizeHints")
def test_without_a_tray_the_window_says_it_and_nothing_due_is_not_said(qtbot, page, desk, rest, monkeypatch):  # fmt: skip
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    notice = DueNotice(desk, page)
    notice.look_up()
    rest()
    text, _severity, action, callback = page.said[-1]
    assert (text, action) == ("逾期 1 项", "去整改页")
    wanted = []
    desk.page_wanted.connect(wanted.append)
    callback()
    assert wanted == ["remediation"]
    before = len(page.said)
    notice.tell(Standing(), {DueStage.LATER: 3})
    assert len(page.said) == before
    assert due_words(Standing()) == ""
    notice.tell(Standing(), {DueStage.LATE: 3})
    text, _severity, action, callback = page.said[-1]
    assert (text, action) == ("逾期未查 3 处", "去检查页")
    callback()
    assert wanted == ["remediation", "inspection"]


def test_provisions_show_how_far_they_may_be_trusted_and_are_corrected_where_they_are_used(
    qtbot, page, rest, task
):
    page.open_task(task.number)
    rest()
    page.documents.ask(task.number)
    rest()
    dialog = page.documents.dialog
    dialog.kind.setCurrentIndex(dialog.kind.findData("rectify"))
    assert "第六十五条" in dialog.law.text()
    assert "可信度中，请核对原文" in dialog.law.text()
    press(qtbot, dialog, "document-laws")
    rest()
    laws = page.documents.laws
    table = laws.panel.editor.table
    row = next(at for at, each in enumerate(table.rows()) if each.get("key") == "rectify")
    table.item(row, 1).setText("《安全生产法》（2021）第六十五条第一款第二项")
    box = table.cellWidget(row, 2)
    box.setCurrentIndex(box.findData("seen"))
    laws.panel.reason.setText("已核对原文")
    laws.panel.adopt_button.click()
    rest()
    laws.reject()
    rest()
    assert page.documents.laws is None
    assert dialog.law.text() == "依据：《安全生产法》（2021）第六十五条第一款第二项"
    press(qtbot, dialog, "document-make")
    rest()
    (made,) = page.desk.app.documents.of_task(task.number)
    assert made.content["law"] == "《安全生产法》（2021）第六十五条第一款第二项"
