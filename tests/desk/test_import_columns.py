"""The columns of a sheet as they were understood, and the officer's word on them, by mouse and keyboard."""

from __future__ import annotations

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox

from qhd_riskmap.domain.survey_headers import NO_CHOICE
from qhd_riskmap.ui.pages.survey_import.columns_dialog import ColumnsDialog
from qhd_riskmap.ui.pages.survey_import.columns_view import MEANING, FieldBox
from tests.desk.conftest import type_text

TITLES = ("卢龙县林业局2014年隐患排查表",)
ODD = ("序号", "点名儿", "灾种", "GPS甲", "GPS乙", "联糸人", "资金（元）", "甲乙")
ROWS = tuple(
    (n, f"{n}号林区", "森林火险", 118.90 + n / 100, 39.95, "李四", 20000, "张三") for n in (1, 2)
)


@pytest.fixture
def odd_sheet(tmp_path):
    def make(name, *rows):
        book = openpyxl.Workbook()
        book.active.title = "表"
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        book.close()
        return tmp_path / name

    return make


@pytest.fixture
def opened(qtbot, import_page, done):
    """Preview a file and open the dialog of its first table."""

    def opening(path):
        import_page.take_files([path])
        done()
        return open_dialog(qtbot, import_page)

    return opening


def open_dialog(qtbot, page):
    button = page.findChild(QPushButton, "sheet-columns-0")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ColumnsDialog)
    assert dialog is not None
    qtbot.waitExposed(dialog)
    return dialog


def press(qtbot, parent, name):
    button = parent.findChild(QPushButton, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def row_of(dialog, header):
    return next(n for n, c in enumerate(dialog.model.columns) if c.header == header)


def cells(dialog, header):
    row = row_of(dialog, header)
    return [dialog.model.index(row, place).data() for place in range(dialog.model.columnCount())]


def said(dialog):
    return dialog.findChild(QLabel, "columns-status").text()


def write(qtbot, dialog, header, text):
    """As at the keyboard: on the row, Enter, a part of the field's name, Enter."""
    table = dialog.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(row_of(dialog, header), MEANING))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    box = table.viewport().findChild(FieldBox)
    box.lineEdit().selectAll()
    type_text(box.lineEdit(), text)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.viewport().findChild(FieldBox) is None, timeout=3000)


def choose(qtbot, dialog, header, key):
    """As by mouse: a click on the meaning opens the list, a click chooses from it."""
    table = dialog.table
    index = table.model().index(row_of(dialog, header), MEANING)
    table.scrollTo(index)
    place = table.visualRect(index).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    box = table.viewport().findChild(FieldBox)
    qtbot.waitUntil(box.view().isVisible, timeout=3000)
    view = box.view()
    item = view.model().index(box.findData(key, Qt.ItemDataRole.UserRole), 0)
    view.scrollTo(item)
    view.setCurrentIndex(item)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.viewport().findChild(FieldBox) is None, timeout=3000)


def test_every_column_says_what_it_is_taken_for_how_that_was_found_and_its_unit(opened, odd_sheet):
    dialog = opened(odd_sheet("a.xlsx", TITLES, ODD, *ROWS))
    assert cells(dialog, "序号")[:4] == ["A", "序号", "序号", "列名相同"]
    assert cells(dialog, "灾种")[2:4] == ["类别", "常用别名"]
    assert cells(dialog, "联糸人")[2:4] == ["保留为附加属性", "没认出"]
    assert cells(dialog, "资金(元)")[2:5] == ["整改资金", "常用别名", "元 → 万元（×0.0001）"]
    assert cells(dialog, "点名儿")[5] == "1号林区　2号林区"
    assert said(dialog).startswith("还缺：隐患名称；坐标")
    assert dialog.preview.index(1, 1).data() == "点名儿"
    assert dialog.preview.headerData(1, Qt.Orientation.Vertical) == "2"
    heading = dialog.preview.index(1, 1).data(Qt.ItemDataRole.FontRole)
    assert heading.bold()
    assert dialog.preview.index(2, 1).data(Qt.ItemDataRole.FontRole) is None


def test_the_card_counts_unrecognised_columns_and_says_what_is_missing(
    import_page, done, odd_sheet
):
    import_page.take_files([odd_sheet("a.xlsx", TITLES, ODD, *ROWS)])
    done()
    button = import_page.findChild(QPushButton, "sheet-columns-0")
    assert button.text() == "列对应…（5 列没认出）"
    texts = "".join(x.text() for x in import_page.review.cards.findChildren(QLabel))
    assert "还缺：隐患名称；坐标" in texts
    assert import_page.focusWidget() is button, "there is nothing else to do"


def test_columns_are_corrected_by_keyboard_the_preview_reruns_and_the_sheet_is_remembered(
    qtbot, import_page, done, opened, odd_sheet
):
    dialog = opened(odd_sheet("a.xlsx", TITLES, ODD, *ROWS))
    assert import_page.preview.accepted == 0
    write(qtbot, dialog, "点名儿", "隐患名称")
    write(qtbot, dialog, "GPS甲", "经度")
    assert "还缺：坐标" in said(dialog)
    write(qtbot, dialog, "GPS乙", "纬度")
    assert said(dialog).startswith("名称、坐标、类型都有了")
    assert cells(dialog, "GPS甲")[2:4] == ["经度", "您指定"]
    press(qtbot, dialog, "columns-ok")
    done()
    assert import_page.preview.accepted == 2
    assert import_page.review.tabs.currentWidget() is import_page.review.rows
    assert import_page.review.rows.model.rowCount() == 2
    press(qtbot, import_page, "import-commit")
    done()
    rows = ((3, "3号林区", "森林火险", 118.97, 39.97, "李四", 1, ""),)
    again = opened(odd_sheet("b.xlsx", ODD, *rows))
    assert cells(again, "GPS甲")[2:4] == ["经度", "以前更正过"]
    with import_page.desk.app.register.unit_of_work() as work:
        (stored,) = work.survey_mappings.list()
    # The sheet names its office, the officer named none.
    assert (stored.sender, stored.fields["点名儿"]) == ("卢龙县林业局", "name")
    press(qtbot, again, "columns-reset")
    assert cells(again, "GPS甲")[2:4] == ["保留为附加属性", "没认出"]
    assert not again.reset.isEnabled()
    press(qtbot, again, "columns-ok")
    done()
    assert import_page.preview.accepted == 0, "as if nobody had ever explained it"


def test_columns_are_chosen_from_the_list_by_mouse(qtbot, opened, odd_sheet):
    dialog = opened(odd_sheet("a.xlsx", TITLES, ODD, *ROWS))
    choose(qtbot, dialog, "甲乙", "contact")
    assert cells(dialog, "甲乙")[2:4] == ["联系人", "您指定"]
    choose(qtbot, dialog, "甲乙", "")
    assert cells(dialog, "甲乙")[2:4] == ["保留为附加属性", "您指定"]


def test_a_field_given_to_another_column_leaves_the_one_that_had_it(qtbot, opened, odd_sheet):
    head = ("名称", "类别", "经度", "纬度", "GPS经")
    dialog = opened(odd_sheet("a.xlsx", head, ("甲沟", "泥石流", 118.9, 39.9, 118.95)))
    write(qtbot, dialog, "GPS经", "经度")
    assert cells(dialog, "GPS经")[2] == "经度"
    assert cells(dialog, "经度")[2] == "保留为附加属性"
    press(qtbot, dialog, "columns-reset")
    assert cells(dialog, "经度")[2:4] == ["经度", "列名相同"]
    assert dialog.choice == NO_CHOICE


def test_words_that_name_no_field_change_nothing(qtbot, opened, odd_sheet):
    dialog = opened(odd_sheet("a.xlsx", TITLES, ODD, *ROWS))
    write(qtbot, dialog, "甲乙", "没有这种字段")
    assert cells(dialog, "甲乙")[2:4] == ["保留为附加属性", "没认出"]
    assert dialog.choice == NO_CHOICE


def test_swapped_axes_are_put_right_in_one_step(qtbot, import_page, done, opened, odd_sheet):
    head = ("名称", "类别", "经度(GPS)", "纬度(GPS)")
    dialog = opened(odd_sheet("a.xlsx", head, ("甲沟", "泥石流", 39.95, 118.95)))
    press(qtbot, dialog, "columns-swap")
    assert cells(dialog, "经度(GPS)")[2:4] == ["纬度", "您指定"]
    assert cells(dialog, "纬度(GPS)")[2] == "经度"
    press(qtbot, dialog, "columns-ok")
    done()
    assert import_page.session.layouts
    (place,) = [h.anchor() for h in import_page.preview.hazards]
    assert place == pytest.approx((118.95, 39.95), abs=1e-3)


def test_the_header_row_is_pointed_at_by_double_click_or_by_keyboard(
    qtbot, import_page, done, opened, odd_sheet
):
    plain = ("甲", "乙", "丙", "丁")
    path = odd_sheet("a.xlsx", ("某某县",), plain, ("东沟", "泥石流", 118.95, 39.95))
    dialog = opened(path)
    assert said(dialog) == "还缺：表头。"
    table = dialog.rows
    place = table.visualRect(dialog.preview.index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert dialog.findChild(QSpinBox, "columns-header-row").value() == 2
    assert [c.header for c in dialog.model.columns] == list(plain)
    table.setFocus()
    table.setCurrentIndex(dialog.preview.index(0, 0))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert dialog.choice.header_row == 1
    qtbot.keyClick(dialog.header, Qt.Key.Key_Up)
    assert dialog.choice.header_row == 2
    for header, name in zip(plain, ("隐患名称", "类别", "经度", "纬度"), strict=True):
        write(qtbot, dialog, header, name)
    press(qtbot, dialog, "columns-ok")
    done()
    assert import_page.preview.undecided + import_page.preview.accepted == 1
    again = open_dialog(qtbot, import_page)
    assert again.choice.header_row == 2, "what was said is there again"
    press(qtbot, again, "columns-cancel")


def test_a_header_of_two_rows_can_be_said(qtbot, opened, odd_sheet):
    rows = (("甲", "位置", ""), ("", "乙", "丙"), ("东沟", 118.95, 39.95))
    dialog = opened(odd_sheet("a.xlsx", *rows))
    qtbot.keyClick(dialog.header, Qt.Key.Key_Up)
    qtbot.keyClick(dialog.deep, Qt.Key.Key_Up)
    assert (dialog.choice.header_row, dialog.choice.header_depth) == (1, 2)
    assert [c.header for c in dialog.model.columns] == ["甲", "位置乙", "位置丙"]


def test_the_type_of_a_sheet_that_does_not_say_it_is_asked_and_given(
    qtbot, import_page, done, opened, odd_sheet
):
    head = ("名称", "经度(GPS)", "纬度(GPS)")
    dialog = opened(odd_sheet("点.xlsx", head, ("甲处", 118.95, 39.95)))
    assert "还缺：隐患类型" in said(dialog)
    assert import_page.preview.accepted == 0
    box = dialog.type_box
    box.setFocus()
    while box.currentData() != "forest_fire":
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert said(dialog).startswith("名称、坐标、类型都有了")
    press(qtbot, dialog, "columns-ok")
    done()
    assert [h.type_key for h in import_page.preview.hazards] == ["forest_fire"]


def test_a_type_taken_from_the_title_stands_on_the_card_and_is_corrected_in_the_dialog(
    qtbot, import_page, done, opened, odd_sheet
):
    head = ("名称", "经度(GPS)", "纬度(GPS)")
    dialog = opened(odd_sheet("点.xlsx", ("尾矿库排查表",), head, ("甲处", 118.95, 39.95)))
    card = import_page.findChild(QLabel, "sheet-type-0")
    assert card.text() == "类型：据标题“尾矿库排查表”认作其他（矿山尾矿库）"
    assert dialog.type_box.currentText() == "自动（其他）"
    box = dialog.type_box
    box.setFocus()
    while box.currentData() != "flood":
        qtbot.keyClick(box, Qt.Key.Key_Down)
    press(qtbot, dialog, "columns-ok")
    done()
    assert [h.type_key for h in import_page.preview.hazards] == ["flood"]
    assert import_page.findChild(QLabel, "sheet-type-0") is None


def test_cancelling_the_dialog_changes_nothing(qtbot, import_page, opened, odd_sheet):
    dialog = opened(odd_sheet("a.xlsx", TITLES, ODD, *ROWS))
    before = import_page.preview
    write(qtbot, dialog, "点名儿", "隐患名称")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert import_page.preview is before
    assert import_page.session.layouts == {}


def test_tables_of_one_sheet_are_told_apart_and_counted_each_for_itself(
    qtbot, import_page, done, opened, odd_sheet
):
    head = ("名称", "类别", "经度(GPS)", "纬度(GPS)")
    one, two = ("东沟", "泥石流", 118.95, 40.4), ("西沟", "泥石流", 118.97, 40.42)
    first = odd_sheet("a.xlsx", head, one)
    import_page.take_files([first])
    done()
    press(qtbot, import_page, "import-commit")
    done()
    rows = (("一、北片",), head, one, (), ("二、南片",), head, two)
    dialog = opened(odd_sheet("b.xlsx", *rows))
    assert dialog.windowTitle() == "列对应：b.xlsx · 表（A1 起）"
    assert any("有几个表" in label.text() for label in dialog.findChildren(QLabel))
    press(qtbot, dialog, "columns-cancel")
    texts = [label.text() for label in import_page.review.cards.findChildren(QLabel)]
    counts = [text for text in texts if text.startswith("可入库")]
    assert [text.split(" · ")[:3] for text in counts] == [
        ["可入库 0", "退回 0", "重复 1"],
        ["可入库 1", "退回 0", "重复 0"],
    ]
    names = [text for text in texts if text.startswith("b.xlsx")]
    sheets = import_page.review.rows.sheets
    assert [sheets.itemText(n) for n in range(sheets.count())] == names
    assert len(set(names)) == 2


def test_names_and_values_from_a_sheet_are_shown_literally_in_tips_too(
    import_page, opened, odd_sheet
):
    nasty = "<img src=x><b>乙</b>"
    head = ("名称", "类别", "经度(GPS)", "纬度(GPS)", nasty)
    dialog = opened(odd_sheet("a.xlsx", head, (nasty, "泥石流", 118.95, 40.4, nasty)))
    tip = Qt.ItemDataRole.ToolTipRole
    models = (dialog.model, dialog.preview, import_page.review.rows.model)
    tips = [
        str(model.index(row, column).data(tip))
        for model in models
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]
    assert sum("&lt;img src=x&gt;" in text for text in tips) >= 5
    assert not any("<img" in text for text in tips)


def test_a_sheet_beside_the_survey_can_be_said_to_be_one_too(qtbot, import_page, done, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "一季度"
    for row in (("名称", "类别", "经度(GPS)", "纬度(GPS)"), ("甲沟", "泥石流", 118.95, 40.4)):
        book.active.append(row)
    other = book.create_sheet("二季度")
    for row in (("叫啥", "啥类", "GPS一", "GPS二"), ("乙沟", "泥石流", 118.97, 40.42)):
        other.append(row)
    book.save(tmp_path / "两季.xlsx")
    book.close()
    import_page.take_files([tmp_path / "两季.xlsx"])
    done()
    assert import_page.preview.accepted == 1
    texts = [label.text() for label in import_page.review.cards.findChildren(QLabel)]
    assert any("不像排查表" in text for text in texts)
    press(qtbot, import_page, "sheet-columns-1")
    dialog = import_page.findChild(ColumnsDialog)
    assert dialog.windowTitle() == "列对应：两季.xlsx · 二季度"
    qtbot.keyClick(dialog.header, Qt.Key.Key_Up)
    for header, name in (
        ("叫啥", "隐患名称"),
        ("啥类", "类别"),
        ("GPS一", "经度"),
        ("GPS二", "纬度"),
    ):
        write(qtbot, dialog, header, name)
    press(qtbot, dialog, "columns-ok")
    done()
    assert import_page.preview.accepted == 2
    assert import_page.preview.passed_over == ()
