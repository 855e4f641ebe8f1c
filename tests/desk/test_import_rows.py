"""The preview row by row: issues on their cells, mending in place, filters, choice, the map of the batch."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton

from qhd_riskmap.services.survey_table import RowFate, RowFilter
from qhd_riskmap.ui.pages.survey_import.rows_table import FIRST_CELL

GOOD = ("北沟滑坡", "地质灾害", "卢龙县", "119.05", "39.95", "国家2000", "重大", "13903350001")
ODD_PHONE = ("南沟滑坡", "地质灾害", "卢龙县", "119.06", "39.96", "国家2000", "一般", "见通讯录")
NAMELESS = ("", "地质灾害", "卢龙县", "119.07", "39.97", "国家2000", "一般", "")
# Said to be in 昌黎县, but the numbers lie in 卢龙县.
ASTRAY = ("错放滑坡", "地质灾害", "昌黎县", "118.95", "40.05", "国家2000", "一般", "")
SPLIT = tuple(
    (f"{n}号林区", "森林火险", "", f"119.0{n}7357", f"40.3{n}8468", "", "低", "")
    for n in range(1, 5)
)


@pytest.fixture
def previewed(import_page, done, make_sheet):
    def preview(*rows):
        import_page.take_files([make_sheet("表.xlsx", *rows)])
        done()
        return import_page.review.rows

    return preview


def click(qtbot, page, name, kind=QPushButton):
    qtbot.mouseClick(page.findChild(kind, name), Qt.MouseButton.LeftButton)


def index_of(rows, header, number):
    model = rows.model
    titles = [
        model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())
    ]
    (place,) = model.places_of([rows.table.row_of(number)])
    return model.index(place, titles.index(header))


def write(qtbot, rows, header, number, text):
    """As an officer does: double click, type, Enter."""
    index = index_of(rows, header, number)
    rows.view.scrollTo(index)
    place = rows.view.visualRect(index).center()
    qtbot.mouseClick(rows.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(rows.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    editor = rows.view.viewport().findChild(QLineEdit)
    editor.setText(text)
    with qtbot.waitSignal(rows.mended):
        qtbot.keyClick(editor, Qt.Key.Key_Return)


def fates(rows):
    return [rows.table.fate(row) for row in range(len(rows.table))]


def on_map(view, row):
    x, y = view.viewport.to_screen(view.lon[row], view.lat[row])
    return QPoint(round(float(x)), round(float(y)))


def test_every_issue_colours_its_cell_and_says_why(previewed):
    rows = previewed(GOOD, ODD_PHONE, NAMELESS)
    phone = index_of(rows, "联系电话", 3)
    assert phone.data(Qt.ItemDataRole.BackgroundRole).alpha() > 0
    assert "见通讯录" in phone.data(Qt.ItemDataRole.ToolTipRole)
    assert index_of(rows, "联系电话", 2).data(Qt.ItemDataRole.BackgroundRole) is None
    name = index_of(rows, "隐患名称", 4)
    assert "缺少隐患名称" in name.data(Qt.ItemDataRole.ToolTipRole)
    assert (
        name.data(Qt.ItemDataRole.BackgroundRole).rgb()
        != phone.data(Qt.ItemDataRole.BackgroundRole).rgb()
    )
    assert fates(rows) == [RowFate.READY, RowFate.READY, RowFate.REJECTED]


def test_filters_count_and_show_their_rows(qtbot, import_page, previewed):
    rows = previewed(GOOD, ODD_PHONE, NAMELESS, ASTRAY, GOOD)
    texts = {wanted: rows.filters[wanted].text() for wanted in RowFilter}
    assert texts[RowFilter.ALL] == "全部 5"
    assert texts[RowFilter.ERRORS] == "错误 1"
    assert texts[RowFilter.QUARANTINED] == "隔离 1"
    assert texts[RowFilter.REPEATS] == "重复 1"
    for wanted, numbers in (
        ("errors", [4]),
        ("quarantined", [5]),
        ("repeats", [6]),
        ("warnings", [3]),
        ("all", [2, 3, 4, 5, 6]),
    ):
        click(qtbot, import_page, f"rows-filter-{wanted}", QToolButton)
        shown = [rows.model.index(n, 1).data() for n in range(rows.model.rowCount())]
        assert shown == [str(number) for number in numbers], wanted
    rows.search.setText("南沟")
    assert rows.model.rowCount() == 1


def test_a_cell_is_mended_in_place_checked_at_once_and_committed(
    qtbot, import_page, done, previewed
):
    rows = previewed(GOOD, NAMELESS)
    write(qtbot, rows, "隐患名称", 3, "西沟滑坡")
    done()
    assert fates(rows) == [RowFate.READY, RowFate.READY]
    assert import_page.commit_button.text() == "提交入库 2 条"
    click(qtbot, import_page, "import-commit")
    done()
    app = import_page.desk.app
    assert "西沟滑坡" in {hazard.name for hazard in app.registry.find()}
    with app.register.unit_of_work() as work:
        batch = work.batches.get(import_page.result.batch_id)
    assert batch.decisions["mended"] == [
        {"file": "表.xlsx", "sheet": "排查表", "cell": "A3", "was": "", "now": "西沟滑坡"}
    ]


def test_a_correction_can_be_taken_back(qtbot, import_page, done, previewed):
    rows = previewed(GOOD, NAMELESS)
    assert not rows.undo.isEnabled()
    write(qtbot, rows, "隐患名称", 3, "西沟滑坡")
    done()
    click(qtbot, import_page, "rows-undo")
    done()
    assert fates(rows) == [RowFate.READY, RowFate.REJECTED]
    assert index_of(rows, "隐患名称", 3).data() == ""


def test_rows_without_a_tick_stay_out_and_may_come_later(
    qtbot, import_page, done, previewed, make_sheet
):
    rows = previewed(GOOD, ODD_PHONE)
    box = rows.view.visualRect(rows.model.index(0, 0))
    qtbot.mouseClick(
        rows.view.viewport(),
        Qt.MouseButton.LeftButton,
        pos=QPoint(box.left() + 12, box.center().y()),
    )
    assert import_page.commit_button.text() == "提交入库 1 条"
    click(qtbot, import_page, "import-commit")
    done()
    names = {hazard.name for hazard in import_page.desk.app.registry.find()}
    assert "南沟滑坡" in names
    assert "北沟滑坡" not in names
    rows = previewed(GOOD, ODD_PHONE)
    assert fates(rows) == [RowFate.READY, RowFate.REPEATED]
    click(qtbot, import_page, "rows-none")
    assert not import_page.commit_button.isEnabled()
    click(qtbot, import_page, "rows-all")
    assert import_page.commit_button.text() == "提交入库 1 条"


def test_table_and_map_select_the_same_rows(qtbot, import_page, previewed):
    rows, view = previewed(GOOD, ODD_PHONE), import_page.review.map
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=on_map(view, 1))
    assert rows.chosen_rows() == [1]
    place = rows.view.visualRect(rows.model.index(0, FIRST_CELL)).center()
    qtbot.mouseClick(rows.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    ring = view.grab().toImage().pixelColor(on_map(view, 0) + QPoint(9, 0))
    assert ring.green() < 110 < ring.blue()  # violet


def test_a_quarantined_row_says_how_far_and_is_dragged_to_its_place(
    qtbot, import_page, done, previewed
):
    rows, view = previewed(GOOD, ASTRAY), import_page.review.map
    assert fates(rows) == [RowFate.READY, RowFate.QUARANTINED]
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=on_map(view, 1))
    assert "公里" in import_page.review.map_hint.text()
    view.fit_city()
    x, y = view.viewport.to_screen(119.15, 39.72)
    start, end = on_map(view, 1), QPoint(round(float(x)), round(float(y)))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in (start + (end - start) / 2, end):
        qtbot.mouseMove(view, step)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    done()
    assert fates(rows) == [RowFate.READY, RowFate.READY]
    click(qtbot, import_page, "import-commit")
    done()
    stored = {hazard.name: hazard for hazard in import_page.desk.app.registry.find()}
    assert stored["错放滑坡"].anchor() == pytest.approx((119.15, 39.72), abs=0.01)
    assert "118.95" in stored["错放滑坡"].provenance.original_text


def test_a_place_is_set_by_one_click_and_never_outside_the_region(
    qtbot, import_page, done, previewed
):
    rows, view = previewed(GOOD, ASTRAY), import_page.review.map
    said = import_page.notices
    rows.select_rows([1])
    (action,) = [a for a in rows.menu_for_rows().actions() if "指定位置" in a.text()]
    action.trigger()
    view.centre_on(110.0, 35.0)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert "不在本市" in said[-1][0]
    action.trigger()
    view.centre_on(119.15, 39.72)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    done()
    assert fates(rows) == [RowFate.READY, RowFate.READY]


def test_single_rows_get_a_reference_of_their_own(import_page, done, previewed):
    rows = previewed(*SPLIT)
    assert set(fates(rows)) == {RowFate.UNDECIDED}
    rows.select_rows([0, 2])
    (menu,) = [a.menu() for a in rows.menu_for_rows().actions() if a.menu() is not None]
    (baidu,) = [a for a in menu.actions() if a.text() == "百度地图"]
    baidu.trigger()
    done()
    assert fates(rows) == [
        RowFate.READY,
        RowFate.UNDECIDED,
        RowFate.READY,
        RowFate.UNDECIDED,
    ]
    assert rows.chosen_rows() == [0, 2]


def test_where_the_numbers_stood_is_drawn_beside_where_they_went(
    qtbot, import_page, done, previewed
):
    previewed(*SPLIT)
    review = import_page.review
    assert not review.before.isEnabled()
    click(qtbot, import_page, "datum-answer-0-gcj02")
    done()
    assert review.before.isEnabled()
    assert "换算移动约" in "".join(
        label.text() for label in review.cards.findChildren(type(review.map_hint))
    )
    view = review.map
    qtbot.waitUntil(lambda: view.frame is not None and not view.renderer.busy, timeout=10000)
    plain = view.grab().toImage()
    middle = QPoint(8, review.before.height() // 2)
    qtbot.mouseClick(review.before, Qt.MouseButton.LeftButton, pos=middle)
    shown = view.grab().toImage()
    x, y = view.viewport.to_screen(119.011357, 40.312468)
    at = QPoint(round(float(x)), round(float(y)))
    around = [QPoint(dx, dy) for dx in range(-5, 6) for dy in range(-5, 6)]
    assert any(shown.pixelColor(at + d) != plain.pixelColor(at + d) for d in around)


def test_a_point_at_the_other_end_of_the_country_does_not_shrink_the_map(previewed, import_page):
    far = ("远处滑坡", "地质灾害", "卢龙县", "100.00", "30.00", "国家2000", "一般", "")
    previewed(GOOD, far)
    view = import_page.review.map
    # The far point would make it tens of millions; the panel may be narrow.
    assert view.viewport.scale_denominator() < 3_000_000
    assert view.rect().contains(on_map(view, 0))
