"""Working in the table as in Excel: filter, freeze, choose columns, edit cells, edit many, export."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit

from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.ui.toolkit.column_values import ColumnFilter, ColumnValues
from qhd_riskmap.ui.toolkit.record_columns import COLUMNS
from qhd_riskmap.ui.toolkit.record_table import RecordTableModel
from qhd_riskmap.ui.toolkit.record_view import RecordView
from qhd_riskmap.ui.toolkit.selection import Selection
from tests.desk.conftest import SAMPLES, hazard_id, type_text

KEYS = [column.key for column in COLUMNS]
NAME, LEVEL, UNIT, LON = (KEYS.index(key) for key in ("name", "level", "unit", "lon"))
PHONE, STATUS, FOUND = (KEYS.index(key) for key in ("phone", "status", "found_on"))


def names(view):
    return [view.records.text_at(row, NAME) for row in range(view.records.rowCount())]


@pytest.fixture
def view(register_page, settled):
    settled()
    return register_page.table


def open_filter(qtbot, view, column):
    header = view.horizontalHeader()
    view.scrollTo(view.records.index(0, column))
    place = header.funnel_rect(column).center()
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    return view.popup


def item(popup, text):
    found = [
        popup.list.item(row)
        for row in range(popup.list.count())
        if popup.list.item(row).text().startswith(text)
    ]
    assert len(found) == 1
    return found[0]


def untick(popup, text):
    item(popup, text).setCheckState(Qt.CheckState.Unchecked)


# -- column filter --------------------------------------------------------------------------------


def test_a_click_on_the_funnel_filters_and_does_not_sort(qtbot, view, register_page):
    before = names(view)
    popup = open_filter(qtbot, view, LEVEL)
    assert popup.isVisible()
    assert names(view) == before
    shown = [popup.list.item(row).text().split("　")[0] for row in range(popup.list.count())]
    assert shown == ["（全选）", "重大风险", "较大风险", "一般风险", "低风险", "未评级"]
    item(popup, "（全选）").setCheckState(Qt.CheckState.Unchecked)
    item(popup, "重大").setCheckState(Qt.CheckState.Checked)
    qtbot.mouseClick(popup.done, Qt.MouseButton.LeftButton)
    assert names(view) == ["石门泥石流"]
    assert "显示 1 条" in register_page.count.text()
    register_page.clear_button.click()
    assert names(view) == before


def test_search_in_the_pop_up_and_enter_filters_by_text(qtbot, view):
    popup = open_filter(qtbot, view, NAME)
    type_text(popup.search, "液氨")
    assert popup.list.count() == 2
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    assert names(view) == ["海港液氨库"]
    assert view.records.filters == {NAME: ColumnFilter(contains="液氨")}
    again = open_filter(qtbot, view, NAME)
    assert again.search.text() == "液氨"
    again.findChild(type(again.done), "filter-clear").click()
    assert len(names(view)) == len(SAMPLES)


def test_numbers_are_filtered_by_a_range(qtbot, view):
    popup = open_filter(qtbot, view, LON)
    qtbot.keyClicks(popup.lowest, "119.2")
    qtbot.keyClicks(popup.highest, "119.5")
    popup.accept()
    assert set(names(view)) == {"北戴河输油管线", "抚宁山洪沟"}


def test_filters_of_several_columns_hold_together_and_counts_follow(qtbot, view):
    popup = open_filter(qtbot, view, LEVEL)
    untick(popup, "重大")
    popup.accept()
    popup = open_filter(qtbot, view, NAME)
    assert popup.list.count() == 1 + 4  # everything but the red one
    popup.close()


def test_the_filter_opens_by_keyboard(qtbot, view):
    view.setCurrentIndex(view.records.index(0, UNIT))
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert view.popup.isVisible()
    assert view.popup.accessibleName() == "筛选：责任单位"
    qtbot.keyClick(view.popup, Qt.Key.Key_Escape)


def test_the_pop_up_sorts(qtbot, view):
    popup = open_filter(qtbot, view, NAME)
    popup.findChild(type(popup.done), "filter-sort-descending").click()
    assert names(view) == sorted(names(view), key=lambda n: n.encode("gb18030"), reverse=True)


def test_the_map_shows_what_the_table_below_it_shows(map_page, settled):
    settled(map_page.canvas)
    map_page.model.set_filter(NAME, ColumnFilter(contains="液氨"))
    settled(map_page.canvas)
    assert map_page.canvas.scene.table.names.tolist() == ["海港液氨库"]


VALUE = st.sampled_from(["", "甲", "乙", "甲乙", "A", "a", "10"])


@given(st.lists(VALUE, max_size=30), st.sets(VALUE), st.sampled_from(["", "甲", "a", "1"]))
def test_a_filter_keeps_exactly_the_rows_that_python_would(values, labels, part):
    column = np.array(values, dtype=object)
    made = ColumnValues.of(column, str)
    for wanted in (None, frozenset(labels)):
        mask = made.mask(ColumnFilter(labels=wanted, contains=part))
        assert mask.tolist() == [
            (wanted is None or value in wanted) and part.casefold() in value.casefold()
            for value in values
        ]
    assert made.counts() == {value: values.count(value) for value in values}
    ranks = made.ranks()
    assert np.argsort(ranks, kind="stable").tolist() == sorted(
        range(len(values)), key=lambda k: (values[k].encode("gb18030"), k)
    )


# -- columns --------------------------------------------------------------------------------------


def test_a_chosen_column_is_read_and_can_be_sorted_and_filtered(qtbot, view, settled):
    assert view.isColumnHidden(PHONE)
    view.show_column(PHONE, on=True)
    settled()
    row = names(view).index("石门泥石流")
    assert view.records.text_at(row, PHONE) == "13903350001"
    view.sortByColumn(PHONE, Qt.SortOrder.DescendingOrder)
    assert names(view)[0] == "石门泥石流"
    view.records.set_filter(PHONE, ColumnFilter(contains="139"))
    assert names(view) == ["石门泥石流"]


def test_a_chosen_column_follows_changes(qtbot, view, app, desk, settled):
    view.show_column(STATUS, on=True)
    settled()
    desk.announce(
        app.assessment.assess(hazard_id(5), "ls", {"L": 3, "S": 3}, on=date(2026, 1, 2))[2]
    )
    settled()
    assert view.records.text_at(names(view).index("抚宁山洪沟"), STATUS) == "已评估"


def test_frozen_columns_stand_still(qtbot, view, register_page):
    register_page.window().resize(800, 600)
    view.frozen.freeze(2)
    frozen = view.frozen
    assert frozen.isVisible()
    assert [c for c in range(len(KEYS)) if not frozen.isColumnHidden(c)] == [0, 1]
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    assert frozen.columnViewportPosition(0) == 0
    assert frozen.width() == view.columnWidth(0) + view.columnWidth(1)
    spot = frozen.visualRect(frozen.model().index(2, 1)).center()
    qtbot.mouseClick(frozen.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert register_page.desk.selection.ids == (view.records.id_at(2),)
    view.frozen.freeze(0)
    assert not frozen.isVisible()


def test_the_layout_is_remembered_per_officer(qtbot, view, settings, dressed):
    view.show_column(PHONE, on=True)
    view.horizontalHeader().moveSection(view.horizontalHeader().visualIndex(NAME), 0)
    view.frozen.freeze(1)
    view.setColumnWidth(NAME, 333)
    view.remember_layout()

    def made(officer):
        table = RecordView(
            RecordTableModel(), Selection(), settings, name="register-table", officer=officer
        )
        qtbot.addWidget(table)
        return table

    same, other = made("测试员"), made("别人")
    assert same.shown_columns()[0] == NAME
    assert PHONE in same.shown_columns()
    assert (same.columnWidth(NAME), same.frozen.count) == (333, 1)
    assert other.shown_columns()[0] == 0
    assert other.frozen.count == 0
    same.reset_columns()
    assert same.shown_columns() == other.shown_columns()


def test_a_layout_of_another_program_version_is_left_alone(qtbot, settings, dressed):
    settings.layouts["t/甲"] = "3.1.AAAA"
    table = RecordView(RecordTableModel(), Selection(), settings, name="t", officer="甲")
    qtbot.addWidget(table)
    assert table.frozen.count == 0


# -- cells ----------------------------------------------------------------------------------------


def edit(qtbot, view, name, column):
    row = names(view).index(name)
    view.setCurrentIndex(view.records.index(row, column))
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editors = view.viewport().findChildren(QLineEdit) + view.viewport().findChildren(QComboBox)
    return next(each for each in editors if each.objectName() == "cell-editor")


def test_a_cell_is_edited_in_place_stored_and_undone(qtbot, view, app, desk, settled):
    editor = edit(qtbot, view, "石门泥石流", UNIT)
    assert editor.text() == "石门镇人民政府"
    editor.clear()
    type_text(editor, "石门镇政府")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settled()
    assert app.registry.get(hazard_id(1)).unit == "石门镇政府"
    assert view.records.text_at(names(view).index("石门泥石流"), UNIT) == "石门镇政府"
    desk.history.undo()
    settled()
    assert app.registry.get(hazard_id(1)).unit == "石门镇人民政府"
    assert desk.errors == []


def test_what_cannot_be_stored_is_refused_at_the_cell(qtbot, view, app, settled):
    view.show_column(FOUND, on=True)
    settled()
    for column, text in ((FOUND, "昨天"), (NAME, " ")):
        editor = edit(qtbot, view, "石门泥石流", column)
        editor.clear()
        type_text(editor, text)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        settled()
    stored = app.registry.get(hazard_id(1))
    assert (stored.revision, stored.name) == (1, "石门泥石流")


def test_a_choice_is_edited_by_a_list(qtbot, view, app, settled):
    view.show_column(STATUS, on=True)
    settled()
    editor = edit(qtbot, view, "石门泥石流", STATUS)
    editor.setCurrentIndex(editor.findText("已销号"))
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settled()
    assert app.registry.get(hazard_id(1)).status == "closed"


def test_columns_that_may_not_be_edited_open_no_editor(qtbot, view):
    for key in ("code", "level", "type", "lon", "revision", "updated_by"):
        index = view.records.index(0, KEYS.index(key))
        assert not view.records.flags(index) & Qt.ItemFlag.ItemIsEditable


def test_somebody_elses_change_is_not_overwritten(qtbot, view, app, desk, settled):
    editor = edit(qtbot, view, "石门泥石流", UNIT)
    app.registry.update(changed(app))
    editor.clear()
    type_text(editor, "我的")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settled()
    assert app.registry.get(hazard_id(1)).unit == "别人的"
    assert len(desk.errors) == 1
    assert view.records.text_at(names(view).index("石门泥石流"), UNIT) == "别人的"


def changed(app):
    return replace(app.registry.get(hazard_id(1)), unit="别人的")


# -- many -----------------------------------------------------------------------------------------


@pytest.fixture
def bulk(qtbot, view, register_page, settled):
    view.selectAll()
    qtbot.mouseClick(register_page.bulk_button, Qt.MouseButton.LeftButton)
    return register_page.dialog


def choose_field(dialog, key):
    dialog.field_box.setCurrentIndex(dialog.field_box.findData(key))


def test_a_field_of_all_selected_is_previewed_applied_and_undone(qtbot, bulk, app, desk, settled):
    choose_field(bulk, "unit")
    type_text(bulk.form.editor("unit"), "林业局")
    qtbot.waitUntil(bulk.apply_button.isEnabled, timeout=5000)
    assert "将修改 4 处；1 处已是此内容" in bulk.note.text()
    cells = [[bulk.table.item(r, c).text() for c in (1, 2, 3)] for r in range(4)]
    assert ["石门泥石流", "石门镇人民政府", "林业局"] in cells
    qtbot.mouseClick(bulk.apply_button, Qt.MouseButton.LeftButton)
    settled()
    assert {each.unit for each in app.registry.find()} == {"林业局"}
    assert desk.history.undo_text == "批量修改责任单位，4 处"
    desk.history.undo()
    settled()
    assert {each.unit for each in app.registry.find()} == {each.unit for each in SAMPLES}
    desk.history.redo()
    settled()
    assert {each.unit for each in app.registry.find()} == {"林业局"}
    assert desk.errors == []


def test_a_bad_value_is_marked_and_nothing_can_be_applied(qtbot, bulk, settled):
    choose_field(bulk, "found_on")
    type_text(bulk.form.editor("found_on"), "昨天")
    bulk.look()
    settled()
    assert not bulk.apply_button.isEnabled()
    assert "不是日期" in bulk.form.error_text("found_on")
    bulk.empty_box.setChecked(True)
    qtbot.waitUntil(bulk.apply_button.isEnabled, timeout=5000)
    assert "将修改 1 处" in bulk.note.text()


def test_conflicts_are_listed_and_the_rest_is_stored(qtbot, bulk, app, settled):
    choose_field(bulk, "unit")
    type_text(bulk.form.editor("unit"), "林业局")
    qtbot.waitUntil(bulk.apply_button.isEnabled, timeout=5000)
    app.registry.update(changed(app))
    bulk.apply()
    settled()
    assert bulk.isVisible()
    assert "1 处刚被别人改过" in bulk.note.text()
    assert bulk.table.item(0, 1).text() == "石门泥石流"
    assert app.registry.get(hazard_id(1)).unit == "别人的"
    assert app.registry.get(hazard_id(2)).unit == "林业局"
    bulk.reject()


def test_nothing_selected_says_so(window, map_page, settled):
    settled()
    map_page.bulk_edit()
    assert map_page.dialog is None


# -- out ------------------------------------------------------------------------------------------


def test_what_is_shown_is_exported_as_it_stands(qtbot, view, register_page, tmp_path, settled):
    view.show_column(PHONE, on=True)
    settled()
    for key in ("lon", "lat", "shape"):
        view.show_column(KEYS.index(key), on=False)
    view.horizontalHeader().moveSection(view.horizontalHeader().visualIndex(NAME), 0)
    view.records.set_filter(NAME, ColumnFilter(contains="液氨"))
    register_page.export_shown(tmp_path / "显示.xlsx")
    settled()
    rows = [list(row) for row in openpyxl.load_workbook(tmp_path / "显示.xlsx").active.values]
    assert rows[0][:2] == ["名称", "编号"]
    assert "联系电话" in rows[0]
    assert "经度" not in rows[0]
    assert [row[0] for row in rows[1:]] == ["海港液氨库"]


def test_copying_guards_against_formulas(qtbot, view, settled):
    type_text(edit(qtbot, view, "石门泥石流", NAME), "=1+1")
    qtbot.keyClick(view.viewport().findChild(QLineEdit), Qt.Key.Key_Return)
    settled()
    view.selectRow(names(view).index("=1+1"))
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].startswith("编号\t名称")
    assert "\t'=1+1\t" in lines[1]


# -- both ways, and size --------------------------------------------------------------------------


def test_many_selected_on_the_map_are_selected_in_the_table_and_back(window, map_page, settled):
    settled(map_page.canvas)
    chosen = [hazard_id(n) for n in (1, 3, 5)]
    map_page.canvas.selection.set(chosen, by=map_page.canvas)
    rows = map_page.table.selected_rows()
    assert {map_page.model.id_at(row) for row in rows} == set(chosen)
    map_page.table.selectAll()
    assert len(map_page.desk.selection) == len(SAMPLES)


@pytest.fixture(scope="module")
def large():
    count = 100_000
    random = np.random.default_rng(3)
    return feature_table(
        ids=[f"id-{n}" for n in range(count)],
        codes=[f"130302-DZ-2026-{n:06d}" for n in range(count)],
        names=[f"隐患{random.integers(count)}" for _n in range(count)],
        type_keys=["geological", "flood"] * (count // 2),
        levels=random.integers(0, 5, count),
        counties=["130302", "130324"] * (count // 2),
        units=[f"单位{n % 997}" for n in range(count)],
        townships=[f"镇{n % 97}" for n in range(count)],
        revisions=[1] * count,
        geometries=shapely.points(random.uniform((119, 39), (120, 40), (count, 2))),
    )


def test_the_first_click_finds_ready_what_it_needs(qtbot, map_page, desk, settled, monkeypatch):
    """Order of the columns and tree of the places were made beside the window, also after a change."""
    for _turn in range(2):
        settled(map_page.canvas)
        qtbot.wait(100)  # the picture is looked at first
        settled(map_page.canvas)
        scene = map_page.canvas.scene
        with monkeypatch.context() as patch:
            patch.setattr(ColumnValues, "of", lambda *_: pytest.fail("told apart in the window"))
            patch.setattr(shapely, "STRtree", lambda *_: pytest.fail("tree made in the window"))
            for number in map_page.table.shown_columns():
                if not map_page.model.columns[number].number:
                    map_page.table.sortByColumn(number, Qt.SortOrder.AscendingOrder)
            assert scene.tree is not None
        desk.features.reload()


def test_one_hundred_thousand_rows_open_sort_and_filter_at_once(qtbot, dressed, settings, large):
    model = RecordTableModel()
    began = time.perf_counter()

    def lap(what):
        nonlocal began
        now = time.perf_counter()
        print(f"100,000 rows, {what}: {(now - began) * 1000:.0f} ms")
        began = time.perf_counter()

    table = RecordView(model, Selection(), settings, name="large")
    qtbot.addWidget(table)
    table.resize(1200, 700)
    model.set_table(large)
    with qtbot.waitExposed(table):
        table.show()
    lap("open and show")
    for key in ("name", "unit", "level", "lon"):
        table.sortByColumn(KEYS.index(key), Qt.SortOrder.AscendingOrder)
        lap(f"sort by {key}")
    for key in ("unit", "name"):
        model.choices(KEYS.index(key))
        lap(f"values of {key} for the pop-up")
    model.set_filter(UNIT, ColumnFilter(contains="99"))
    lap("filter by text")
    model.set_filter(LON, ColumnFilter(lowest=119.5))
    lap("filter by range as well")
    expected = [
        n for n in range(len(large)) if "99" in large.units[n] and large.anchors[n, 0] >= 119.5
    ]
    assert sorted(model.rows.tolist()) == expected
    model.clear_filters()
    table.ask_filter(NAME)
    lap("open the pop-up of 60,000 names")
    assert table.popup.list.count() == 501
    table.popup.close()
    table.frozen.freeze(2)
    lap("freeze")
    table.selectAll()
    lap("select everything")
    table.linked.selection.set(large.ids[20_000:60_000].tolist())
    lap("follow 40,000 selected on the map")
    assert len(table.selected_rows()) > 2000
