"""Who sent a sheet, what they said last time, where the question stands, what the answer tells them."""

from __future__ import annotations

import openpyxl
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton, QWidget

from qhd_riskmap.services.survey_table import RowFate
from qhd_riskmap.ui.toolkit.theme import theme
from tests.desk.conftest import type_text

GOOD = ("北沟滑坡", "地质灾害", "卢龙县", "119.05", "39.95", "国家2000", "重大", "13903350001")
SAME_PLACE = ("", "地质灾害", "卢龙县", "119.05", "39.95", "国家2000", "一般", "")


def asked(shift):
    """Nothing in these rows tells their datum."""
    return tuple(
        (
            f"{n}号林区{shift}",
            "森林火险",
            "",
            f"119.0{n}{shift + 5}357",
            f"40.3{n}8468",
            "",
            "低",
            "",
        )
        for n in range(1, 5)
    )


def press(qtbot, page, name):
    button = page.findChild(QPushButton, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def name_sender(qtbot, page, text):
    line = page.review.counts.office.box.lineEdit()
    line.setFocus()
    line.selectAll()
    type_text(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


@pytest.fixture
def looked(import_page, done):
    def look(path):
        import_page.take_files([path])
        done()
        return import_page.review

    return look


def suggestions(page):
    buttons = page.review.cards.findChildren(QPushButton)
    return [b.text() for b in buttons if "上次的回答" in b.text()]


def test_an_answer_comes_back_as_a_suggestion_for_its_sender_and_never_as_the_default(
    qtbot, import_page, done, looked, make_sheet
):
    page = import_page
    looked(make_sheet("一.xlsx", *asked(1)))
    office = page.review.counts.office.box
    assert office.currentText() == ""
    assert office.lineEdit().placeholderText() == "表里没写，可在此填写或选择"
    name_sender(qtbot, page, "青龙县林业局")
    done()
    assert page.session.sender == page.preview.sender == "青龙县林业局"
    assert suggestions(page) == []
    press(qtbot, page, "datum-answer-0-gcj02")
    done()
    press(qtbot, page, "import-commit")
    done()

    looked(make_sheet("二.xlsx", *asked(2)))
    assert suggestions(page) == [], "nobody has said yet who sent this one"
    box = page.review.counts.office.box
    assert [box.itemText(n) for n in range(box.count())] == ["青龙县林业局"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    done()
    assert suggestions(page) == ["高德/腾讯地图（该单位上次的回答）"]
    assert (page.preview.accepted, page.preview.undecided) == (0, 4)
    assert not page.commit_button.isEnabled()

    looked(make_sheet("三.xlsx", *asked(3)))
    name_sender(qtbot, page, "青龙县水务局")
    done()
    assert suggestions(page) == [], "another office, another habit"


def test_the_office_a_sheet_names_is_shown_and_used_without_being_asked(
    qtbot, import_page, done, looked, make_sheet
):
    title = ("青龙县林业局排查表", *[""] * 7)
    head = ("隐患名称", "类别", "县区", "经度", "纬度", "坐标系", "风险等级", "联系电话")
    looked(make_sheet("一.xlsx", head, *asked(1), headers=title))
    line = import_page.review.counts.office.box.lineEdit()
    assert line.placeholderText() == "按表里写的：青龙县林业局"
    press(qtbot, import_page, "datum-answer-0-bd09")
    done()
    press(qtbot, import_page, "import-commit")
    done()
    looked(make_sheet("二.xlsx", head, *asked(2), headers=title))
    assert suggestions(import_page) == ["百度地图（该单位上次的回答）"]
    assert import_page.preview.accepted == 0


@pytest.mark.parametrize("size", [(1366, 768), (1093, 614), (911, 512)])
def test_the_question_and_all_its_answers_are_seen_without_scrolling_on_a_small_screen(
    qtbot, window, make_sheet, size
):
    window.resize(*size)
    window.go_to("import")
    page = window.pages["import"]
    page.take_files([make_sheet("国土局.xlsx", GOOD), make_sheet("林业局.xlsx", *asked(1))])
    qtbot.waitUntil(lambda: page.preview is not None, timeout=30000)
    qtbot.wait(50)
    cards = page.review.cards
    seen = QRect(QPoint(0, 0), cards.viewport().size())
    answers = [
        b for b in cards.findChildren(QPushButton) if b.objectName().startswith("datum-answer-0-")
    ]
    assert len(answers) >= 4
    for button in answers:
        place = QRect(button.mapTo(cards.viewport(), QPoint(0, 0)), button.size())
        assert seen.contains(place), button.text()
        assert button.sizeHint().width() <= button.width(), f"{button.text()} is cut off"
    assert page.review.map.isVisible() == (size == (1366, 768))
    press(qtbot, page, "datum-answer-0-gcj02")
    qtbot.waitUntil(lambda: not page.progress.running, timeout=30000)
    assert page.review.map.isVisible()


def test_a_row_that_comes_in_is_not_hidden_by_one_that_is_sent_back(looked, make_sheet, settled):
    review = looked(
        make_sheet("表.xlsx", GOOD, SAME_PLACE, ("东沟滑坡", *GOOD[1:3], "119.2", *GOOD[4:]))
    )
    assert review.rows.table.fates.tolist()[:2] == [RowFate.READY, RowFate.REJECTED]
    view = review.map
    settled(view)
    x, y = view.viewport.to_screen(view.lon[0], view.lat[0])
    picture = view.grab().toImage()
    here = picture.pixelColor(round(float(x)), round(float(y)))
    assert here == QColor(theme().success)


def test_what_was_mended_on_the_page_stands_in_the_copy_for_the_sender(
    qtbot, import_page, done, looked, make_sheet
):
    path = make_sheet("表.xlsx", GOOD, ("", *SAME_PLACE[1:3], "119.07", *GOOD[4:]))
    review, target = looked(path), path.with_name("退回.xlsx")
    model = review.rows.model
    review.rows.view.setFocus()
    with qtbot.waitSignal(review.rows.mended):
        model.setData(model.index(1, 2), "西沟滑坡")
    done()
    assert import_page.preview.accepted == 2
    assert import_page.copies_button.isEnabled()
    import_page.write_copies(target)
    done()
    book = openpyxl.load_workbook(target)
    sheet = book["排查表"]
    assert sheet["A3"].value == "西沟滑坡"
    assert sheet["A3"].comment.text == "A3 原为空，已填为“西沟滑坡”"
    told = [[cell.value for cell in row] for row in book["导入结果"].iter_rows()]
    assert ["排查表", "A3", "改动", "原为空，已填为“西沟滑坡”"] in told
    book.close()


def test_how_degrees_are_written_is_asked_before_where_they_are_from(
    qtbot, import_page, done, looked, make_sheet
):
    page = import_page
    # 119.0412 and 40.2530 may as well be 119°04′12″ and 40°25′30″.
    rows = tuple(
        (f"{n}号林区", "森林火险", "", f"119.041{n}", f"40.253{n}", "", "低", "")
        for n in range(1, 4)
    )
    looked(make_sheet("一.xlsx", *rows))
    cards = page.review.cards
    assert cards.findChild(QPushButton, "datum-answer-0-gcj02") is None
    packed = cards.findChild(QPushButton, "datum-answer-0-packed")
    assert packed.text() == "度.分秒（119.3524 即 119°35′24″）"
    press(qtbot, page, "datum-answer-0-packed")
    done()
    assert cards.findChild(QPushButton, "datum-answer-0-packed") is None
    press(qtbot, page, "datum-answer-0-gcj02")
    done()
    assert (page.preview.accepted, page.preview.undecided) == (3, 0)
    assert page.preview.hazards[0].anchor() == pytest.approx((119.0642, 40.4249), abs=2e-3)
    press(qtbot, page, "datum-again-0")
    done()
    assert cards.findChild(QPushButton, "datum-answer-0-decimal") is not None
    assert page.preview.undecided == 3


def test_a_question_goes_before_the_map_where_there_is_no_room_for_both(
    qtbot, import_page, looked, make_sheet
):
    looked(make_sheet("林业局.xlsx", *asked(1)))
    review = import_page.review
    import_page.resize(1290, 900)
    qtbot.waitUntil(review.map.isVisible)
    # Something above takes the room; the panel itself keeps its size.
    size = review.size()
    spare = review.cards.parentWidget().height() - 430
    review.counts.setFixedHeight(review.counts.height() + spare)
    qtbot.waitUntil(lambda: not review.map.isVisible())
    assert review.cards.isVisible()
    assert review.size() == size


def test_the_tab_key_follows_the_eye_from_the_sender_to_the_question_to_the_rows(
    import_page, looked, make_sheet
):
    import_page.resize(1290, 900)  # room for the question and for the map
    looked(make_sheet("林业局.xlsx", *asked(1)))
    place = import_page.review.counts.office.box
    passed = []
    while not passed or (passed[-1] != "rows-table" and len(passed) < 200):
        place = place.nextInFocusChain()
        if place.isVisible() and place.focusPolicy() & Qt.FocusPolicy.TabFocus:
            passed.append(place.objectName())
    wanted = ["sheet-cards", "datum-answer-0-gcj02", "datum-answer-0-", "sheet-columns-0"]
    wanted += ["batch-map", "rows-filter-all", "rows-table"]
    assert [name for name in passed if name in wanted] == wanted
    for name in ("import-sender", "sheet-cards", "batch-map", "rows-table"):
        assert import_page.findChild(QWidget, name).accessibleName(), name
