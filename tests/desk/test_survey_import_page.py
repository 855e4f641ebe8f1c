"""The 导入 page with real sheets and a real register."""

from __future__ import annotations

import threading
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QToolButton

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.i18n import ENGLISH
from qhd_riskmap.resources import activate_language
from qhd_riskmap.services.survey_import import ImportOutcome
from qhd_riskmap.ui.pages.survey_import import SurveyImportPage
from qhd_riskmap.ui.pages.survey_import.left_out import left_out_words, sorted_out
from qhd_riskmap.ui.pages.survey_import.outcome_panel import OutcomePanel
from qhd_riskmap.ui.toolkit.drop_area import dropped_files
from qhd_riskmap.ui.toolkit.keyed_table import harmless_cell

GOOD = ("北沟滑坡", "地质灾害", "卢龙县", "119.05", "39.95", "国家2000", "重大", "13903350001")
ODD_PHONE = ("南沟滑坡", "地质灾害", "卢龙县", "119.06", "39.96", "国家2000", "一般", "见通讯录")
NAMELESS = ("", "地质灾害", "卢龙县", "119.07", "39.97", "国家2000", "一般", "")
FAR = ("远处滑坡", "地质灾害", "卢龙县", "100.05", "30.95", "国家2000", "一般", "")
# Without a word about the datum, and in the middle of a county, nothing can be decided.
ASKED = tuple(
    (f"{n}号林区", "森林火险", "", f"119.0{n}7357", f"40.3{n}8468", "", "低", "")
    for n in range(1, 5)
)


@pytest.fixture
def page(import_page):
    return import_page


def press(qtbot, page, name, kind=QPushButton):
    button = page.findChild(kind, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def count(page, key):
    return page.review.counts.findChild(QLabel, f"count-{key}").text()


def messages(page):
    return [issue.message for issue in page.review.issue_model.shown()]


def texts_of(widget):
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def drop(target, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = QPointF(target.rect().center())
    enter = QDragEnterEvent(
        place.toPoint(),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(target, enter)
    event = QDropEvent(
        place,
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(target, event)
    return enter.isAccepted()


def test_the_empty_page_teaches_and_offers_the_start(page):
    assert page.stack.currentWidget() is page.start
    said = texts_of(page.start)
    assert "把排查表拖到这里，或点此选择" in said
    assert "绝不乱猜" in said
    assert not page.commit_button.isVisible()
    assert page.start.choose.isVisible()


def test_a_dropped_sheet_is_previewed_and_nothing_is_stored(page, done, make_sheet, app):
    before = len(app.registry.features())
    assert drop(page.start.area, make_sheet("表.xlsx", GOOD, ODD_PHONE, NAMELESS))
    done()
    assert page.stack.currentWidget() is page.review
    assert (count(page, "accepted"), count(page, "rejected")) == ("2", "1")
    assert page.commit_button.text() == "提交入库 2 条"
    assert any("名称" in message for message in messages(page))
    assert len(app.registry.features()) == before
    assert "2" in page.unsaved()


def test_commit_stores_all_good_rows_at_once_and_shows_them_on_the_map(
    qtbot, page, done, make_sheet
):
    app, desk = page.desk.app, page.desk
    page.take_files([make_sheet("表.xlsx", GOOD, ODD_PHONE, NAMELESS)])
    done()
    changes, pages = [], []
    desk.changed.connect(changes.append)
    desk.page_wanted.connect(pages.append)
    press(qtbot, page, "import-commit")
    done()
    assert page.stack.currentWidget() is page.outcome
    assert page.outcome.headline.text() == "已入库 2 条隐患"
    assert [change.hazards for change in changes] == [True]
    names = {hazard.name for hazard in app.registry.find()}
    assert {"北沟滑坡", "南沟滑坡"} <= names
    assert page.unsaved() == ""
    press(qtbot, page, "outcome-map")
    assert pages == ["map"]
    assert set(desk.selection.ids) == {str(hazard.id) for hazard in page.result.hazards}
    press(qtbot, page, "outcome-again")
    assert page.stack.currentWidget() is page.start


def test_the_same_file_twice_changes_nothing_and_says_so(qtbot, page, done, make_sheet, app):
    path = make_sheet("表.xlsx", GOOD)
    page.take_files([path])
    done()
    press(qtbot, page, "import-commit")
    done()
    stored = len(app.registry.features())
    page.take_files([path])
    done()
    assert (count(page, "accepted"), count(page, "duplicates")) == ("0", "1")
    assert not page.commit_button.isEnabled()
    assert any("导入过" in message for message in messages(page))
    assert len(app.registry.features()) == stored


def test_issues_can_be_filtered_searched_and_sorted(qtbot, page, done, make_sheet):
    page.take_files([make_sheet("表.xlsx", GOOD, ODD_PHONE, NAMELESS, FAR)])
    done()
    model = page.review.issue_model
    everything = model.rowCount()
    page.review.tabs.setCurrentWidget(page.review.issue_tab)
    press(qtbot, page, "issue-filter-error", QToolButton)
    assert {issue.severity for issue in model.shown()} <= {Severity.WARNING, Severity.INFO}
    assert 0 < model.rowCount() < everything
    press(qtbot, page, "issue-filter-error", QToolButton)
    page.review.search.setText("见通讯录")
    assert [issue.cell for issue in model.shown()] == ["H3"]
    page.review.search.clear()
    page.review.issues.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    ranks = [list(Severity).index(issue.severity) for issue in model.shown()]
    assert ranks == sorted(ranks)


def test_a_double_click_on_an_issue_leads_to_its_cell_in_the_senders_table(
    qtbot, page, done, make_sheet
):
    page.take_files([make_sheet("表.xlsx", GOOD, ODD_PHONE)])
    done()
    page.review.tabs.setCurrentWidget(page.review.issue_tab)
    page.review.search.setText("见通讯录")
    view = page.review.issues
    place = view.visualRect(view.model().index(0, 4)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    rows = page.review.rows
    assert page.review.tabs.currentWidget() is rows
    assert rows.view.currentIndex().data() == "见通讯录"
    assert [int(rows.table.numbers[row]) for row in rows.chosen_rows()] == [3]


def test_an_undecided_sheet_is_asked_in_the_officers_words_and_the_answer_decides(
    qtbot, page, done, make_sheet, app
):
    asked = make_sheet("林业局.xlsx", *ASKED)
    page.take_files([asked, make_sheet("国土局.xlsx", GOOD)])
    done()
    assert (count(page, "accepted"), count(page, "undecided")) == ("1", "4")
    assert "坐标从哪里来的？" in texts_of(page.review.cards)
    answers = [
        button.text()
        for button in page.review.cards.findChildren(QPushButton)
        if button.objectName().startswith("datum-answer-")
    ]
    assert answers[:2] == ["高德/腾讯地图", "百度地图"]
    assert answers[-1] == "不清楚"
    press(qtbot, page, "datum-answer-0-gcj02")
    done()
    assert (count(page, "accepted"), count(page, "undecided")) == ("5", "0")
    assert "火星坐标（高德、腾讯）（按您的回答）" in texts_of(page.review.cards)
    press(qtbot, page, "import-commit")
    done()
    stored = {hazard.name: hazard for hazard in app.registry.find()}
    # The answer shifts its own sheet by some hundred metres, and no other sheet.
    moved = stored["1号林区"]
    assert moved.provenance.declared_reference == "gcj02"
    assert 0.003 < 119.017357 - moved.anchor()[0] < 0.01
    assert stored["北沟滑坡"].anchor() == pytest.approx((119.05, 39.95), abs=1e-9)


def test_not_knowing_leaves_the_rows_out_and_says_how_to_bring_them_in(
    qtbot, page, done, make_sheet
):
    page.take_files([make_sheet("林业局.xlsx", *ASKED)])
    done()
    press(qtbot, page, "datum-answer-0-")
    assert "4 行先不入库" in texts_of(page.review.cards)
    assert not page.commit_button.isEnabled()
    assert page.stack.currentWidget() is page.review


def test_rows_that_name_their_own_system_keep_it_when_the_sheet_is_answered(
    qtbot, page, done, make_sheet, app
):
    page.take_files([make_sheet("混合.xlsx", *ASKED, GOOD)])
    done()
    press(qtbot, page, "datum-answer-0-bd09")
    done()
    press(qtbot, page, "import-commit")
    done()
    stored = {hazard.name: hazard for hazard in app.registry.find()}
    assert stored["北沟滑坡"].anchor() == pytest.approx((119.05, 39.95), abs=1e-9)
    assert stored["2号林区"].provenance.declared_reference == "bd09"


def test_annotated_copies_are_written_before_and_after_the_commit(
    qtbot, page, done, make_sheet, monkeypatch
):
    path = make_sheet("表.xlsx", GOOD, NAMELESS)
    page.take_files([path])
    done()
    target = path.with_name("退回.xlsx")
    proposed = []

    def answer(_parent, _title, path, _kinds):
        proposed.append(Path(path).name)
        return str(target), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    press(qtbot, page, "import-copies")
    done()
    assert proposed == ["表_退回标注.xlsx"]
    book = openpyxl.load_workbook(target)
    notes = [c.comment.text for row in book["排查表"].iter_rows() for c in row if c.comment]
    book.close()
    assert any("名称" in note for note in notes)
    assert "打开所在文件夹" in page.notices[-1]
    target.unlink()
    press(qtbot, page, "import-commit")
    done()
    press(qtbot, page, "outcome-copies")
    done()
    assert target.exists()


def test_a_file_that_is_no_sheet_is_refused_in_words(page, tmp_path):
    picture = tmp_path / "照片.jpg"
    picture.write_bytes(b"\xff\xd8\xff")
    assert not page.take_files([picture])
    assert "不是排查表" in page.notices[-1][0]
    lock = tmp_path / "~$表.xlsx"
    lock.write_bytes(b"")
    assert not page.take_files([lock])
    assert page.stack.currentWidget() is page.start


def test_one_broken_file_does_not_stop_the_others(page, done, make_sheet, tmp_path):
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    page.take_files([make_sheet("好.xlsx", GOOD), broken])
    done()
    assert count(page, "accepted") == "1"
    assert "这个文件读不了" in texts_of(page.review.cards)
    assert any(issue.file == "坏.xlsx" for issue in page.review.issue_model.shown())


def test_only_broken_files_lead_back_to_the_start(page, done, desk, tmp_path):
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    page.take_files([broken])
    done()
    assert [error.code for error in desk.errors] == ["unreadable-file"]
    assert page.stack.currentWidget() is page.start
    assert page.start.isEnabled()


def test_reading_can_be_cancelled(qtbot, page, done, make_sheet):
    page.take_files([make_sheet(f"{n}.xlsx", GOOD) for n in range(4)])
    assert page.progress.isVisible()
    assert not page.stack.isEnabled()
    press(qtbot, page, "job-cancel")
    done()
    assert page.stack.currentWidget() is page.start
    assert page.stack.isEnabled()
    assert "一次可以选多个文件" in page.subtitle.text()
    assert "登记库没有变化" in page.notices[-1][0]


def test_a_cancelled_commit_stores_nothing(qtbot, page, done, make_sheet):
    app, desk = page.desk.app, page.desk
    page.take_files([make_sheet("表.xlsx", GOOD)])
    done()
    before = len(app.registry.features())
    gate = threading.Event()
    desk.jobs.start(lambda _job: gate.wait(20), title="占着登记库", quiet=True)
    press(qtbot, page, "import-commit")
    press(qtbot, page, "job-cancel")
    gate.set()
    done()
    assert "已取消入库" in page.notices[-1][0]
    assert page.stack.currentWidget() is page.review
    assert len(app.registry.features()) == before


def test_a_click_or_a_key_on_the_area_asks_for_files(qtbot, page, done, make_sheet, monkeypatch):
    path = make_sheet("表.xlsx", GOOD)
    asked = []

    def answer(*_args):
        asked.append(1)
        return [str(path)], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", answer)
    qtbot.mouseClick(page.start.area, Qt.MouseButton.LeftButton)
    done()
    assert page.paths == (path,)
    page.begin()
    qtbot.keyClick(page.start.area, Qt.Key.Key_Space)
    done()
    assert len(asked) == 2


def test_dropped_folders_bring_their_files(make_sheet, tmp_path):
    make_sheet("a.xlsx", GOOD)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path)), QUrl("https://example.org/b.xlsx")])
    assert [path.name for path in dropped_files(data)] == [
        entry.name for entry in sorted(tmp_path.iterdir()) if entry.is_file()
    ]


def test_folders_within_a_dropped_folder_are_looked_into(page, done, make_sheet, tmp_path):
    (tmp_path / "各乡镇" / "石门镇").mkdir(parents=True)
    make_sheet("各乡镇/石门镇/表.xlsx", GOOD)
    assert drop(page.start.area, tmp_path / "各乡镇")
    done()
    assert count(page, "accepted") == "1"


def test_what_is_no_survey_among_dropped_files_is_named_not_left_out_silently(
    page, done, make_sheet, tmp_path
):
    for name in ("说明.docx", "~$表.xlsx", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"x")
    names = ("表.xlsx", "说明.docx", "~$表.xlsx", "Thumbs.db")
    make_sheet("表.xlsx", GOOD)
    page.take_files([tmp_path / name for name in names])
    done()
    assert [said[0] for said in page.notices] == ["1 个文件不是排查表，没有读：说明.docx"]
    assert count(page, "accepted") == "1"


def test_parts_of_a_shapefile_are_not_called_left_out(tmp_path):
    names = ["险段.shp", "险段.dbf", "险段.shp.xml", "别的.dbf", *(f"{n}.doc" for n in range(6))]
    surveys, others = sorted_out([tmp_path / name for name in names])
    assert [path.name for path in surveys] == ["险段.shp"]
    assert others[0].name == "别的.dbf"
    assert left_out_words(others) == (
        "7 个文件不是排查表，没有读：别的.dbf、0.doc、1.doc、2.doc、3.doc 等"
    )


def test_a_file_that_could_not_be_read_is_still_named_when_the_rest_is_in(
    qtbot, page, done, make_sheet, tmp_path
):
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"")
    page.take_files([make_sheet("表.xlsx", GOOD), bad])
    done()
    press(qtbot, page, "import-commit")
    done()
    assert page.outcome.unread.isVisible()
    assert page.outcome.unread.text() == "1 个文件没有读进来：坏.xlsx"


def test_no_line_of_the_outcome_is_cut_off_in_english(qtbot, desk, make_sheet):
    activate_language(ENGLISH)
    panel = OutcomePanel()
    qtbot.addWidget(panel)
    panel.resize(1240, 400)
    panel.show_outcome(
        ImportOutcome(accepted=1, rejected=2, duplicates=0, undecided=3, issues=(), datums=())
    )
    for button in (panel.show_map, panel.copies, panel.look_alikes):
        button.show()
    with qtbot.waitExposed(panel):
        panel.show()
    rest = panel.rest
    assert rest.height() >= rest.heightForWidth(rest.width())


def test_files_dropped_on_the_map_land_in_import(qtbot, window, make_sheet):
    window.go_to("map")
    drop(window, make_sheet("表.xlsx", GOOD))
    assert window.current_page().key == "import"
    page = window.pages["import"]
    qtbot.waitUntil(lambda: page.preview is not None, timeout=30000)
    assert page.preview.accepted == 1


def test_another_language_keeps_files_and_answers(qtbot, page, done, make_sheet, desk):
    path = make_sheet("林业局.xlsx", *ASKED)
    page.take_files([path])
    done()
    press(qtbot, page, "datum-answer-0-gcj02")
    done()
    state = page.keep()
    activate_language(ENGLISH)
    again = SurveyImportPage(desk)
    qtbot.addWidget(again)
    again.resume(state)
    qtbot.waitUntil(lambda: again.preview is not None, timeout=30000)
    assert again.preview.accepted == 4
    again.close_down()


def test_names_from_a_sheet_are_shown_literally(page, done, make_sheet):
    nasty = ("<b>粗</b><img src=x>", *GOOD[1:7], "见<b>册</b>")
    page.take_files([make_sheet("<i>表.xlsx", nasty)])
    done()
    label = next(x for x in page.review.cards.findChildren(QLabel) if "<i>表" in x.text())
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_copied_issues_are_no_formulas(page, done, make_sheet):
    page.take_files([make_sheet("表.xlsx", GOOD, ODD_PHONE, NAMELESS)])
    done()
    page.review.issues.selectAll()
    page.review.issues.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + page.review.issue_model.rowCount()
    assert harmless_cell("=1+1") == "'=1+1"
    assert harmless_cell(" a\nb ") == "a b"


def test_the_keyboard_opens_and_copies_issues(qtbot, page, done, make_sheet):
    page.take_files([make_sheet("表.xlsx", GOOD, ODD_PHONE)])
    done()
    page.review.search.setText("见通讯录")
    view = page.review.issues
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "H3" in QGuiApplication.clipboard().text()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert page.review.rows.view.currentIndex().data() == "见通讯录"


def test_more_files_may_be_dropped_on_a_preview(page, done, make_sheet):
    page.take_files([make_sheet("一.xlsx", GOOD)])
    done()
    drop(page, make_sheet("二.xlsx", ODD_PHONE))
    done()
    assert [path.name for path in page.paths] == ["二.xlsx"]
    assert count(page, "accepted") == "1"


def test_another_theme_keeps_the_preview(page, done, make_sheet):
    page.take_files([make_sheet("林业局.xlsx", *ASKED)])
    done()
    page.restyle()
    assert "坐标从哪里来的？" in texts_of(page.review.cards)
    assert page.stack.currentWidget() is page.review


def test_one_file_needs_no_column_of_file_names(page, done, make_sheet):
    page.take_files([make_sheet("一.xlsx", ODD_PHONE)])
    done()
    assert page.review.issues.isColumnHidden(1)
    page.take_files([make_sheet("一.xlsx", ODD_PHONE), make_sheet("二.xlsx", NAMELESS, ODD_PHONE)])
    done()
    assert not page.review.issues.isColumnHidden(1)


def test_the_page_brings_its_commands(page):
    assert [command.id for command, _run in page.commands()] == ["import.choose", "import.template"]
