"""The record table: columns, order, filter, clipboard; 100,000 rows."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from qhd_riskmap.domain.feature_table import empty_table, feature_table
from qhd_riskmap.domain.text_search import TextSearch
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.toolkit.facets import FacetIndex
from qhd_riskmap.ui.toolkit.record_columns import COLUMNS
from qhd_riskmap.ui.toolkit.record_table import (
    ID_ROLE,
    LEVEL_ROLE,
    RecordTableModel,
    tab_separated,
)
from qhd_riskmap.ui.toolkit.record_view import RecordView
from qhd_riskmap.ui.toolkit.register_search import rows_of
from qhd_riskmap.ui.toolkit.selection import Selection

KEYS = [column.key for column in COLUMNS]


def make_table(names, levels=None, units=None):
    n = len(names)
    geometries = np.array([shapely.Point(119 + k / 1000, 40) for k in range(n)], dtype=object)
    return feature_table(
        ids=[f"id-{k}" for k in range(n)],
        codes=[f"130302-DZ-2026-{k:04d}" for k in range(n)],
        names=names,
        type_keys=["geological" if k % 2 else "flood" for k in range(n)],
        levels=levels or [k % 5 for k in range(n)],
        counties=["130302" if k % 3 else "130322" for k in range(n)],
        units=units or ["水务局"] * n,
        townships=["石门镇"] * n,
        revisions=[1] * n,
        geometries=geometries,
    )


@pytest.fixture
def model(qapp):
    made = RecordTableModel()
    made.set_table(make_table(["石门", "海港", "昌黎", "北戴河", "抚宁", "青龙"]))
    return made


def cells(model, key):
    column = KEYS.index(key)
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_model_keeps_qts_rules(qtmodeltester, model):
    qtmodeltester.check(model)


def test_an_empty_model_keeps_qts_rules(qtmodeltester, qapp):
    made = RecordTableModel()
    made.set_table(empty_table())
    made.sort(0)
    qtmodeltester.check(made)


def test_names_sort_by_pinyin_like_excel(model):
    model.sort(KEYS.index("name"))
    assert cells(model, "name") == ["北戴河", "昌黎", "抚宁", "海港", "青龙", "石门"]
    model.sort(KEYS.index("name"), Qt.SortOrder.DescendingOrder)
    assert cells(model, "name")[0] == "石门"


def test_levels_sort_worst_first_and_ungraded_last(model):
    model.sort(KEYS.index("level"))
    assert cells(model, "level") == [
        "重大风险",
        "较大风险",
        "一般风险",
        "低风险",
        "未评级",
        "未评级",
    ]


@pytest.mark.parametrize("key", KEYS)
def test_every_column_sorts_without_losing_a_row(model, key):
    model.sort(KEYS.index(key))
    assert sorted(model.rows.tolist()) == list(range(6))


def test_leaving_the_order_returns_to_the_registers(model):
    model.sort(KEYS.index("name"))
    model.sort(-1)
    assert model.rows.tolist() == list(range(6))


def test_a_mask_hides_rows_and_the_order_stays(model):
    model.sort(KEYS.index("name"))
    model.set_mask(np.array([True, False, True, False, True, False]))
    assert cells(model, "name") == ["昌黎", "抚宁", "石门"]
    assert model.row_of("id-4") == 1
    assert model.row_of("id-1") is None
    assert model.row_of("unknown") is None
    assert len(model.shown_table()) == 3


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=6).map(lambda t: t or "空"), min_size=1, max_size=30), st.data())
def test_any_sort_and_mask_keeps_ids_and_rows_together(names, data):
    made = RecordTableModel()
    table = make_table(names)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names))))
    made.set_table(table, mask)
    made.sort(data.draw(st.sampled_from(range(len(KEYS)))))
    shown = [made.id_at(row) for row in range(made.rowCount())]
    assert sorted(shown) == sorted(table.ids[mask].tolist())
    for row, each in enumerate(shown):
        assert made.row_of(each) == row
        assert made.index(row, KEYS.index("name")).data() == names[table.row_of(each)]


def test_numbers_stand_right(model):
    lon = model.index(0, KEYS.index("lon")).data(Qt.ItemDataRole.TextAlignmentRole)
    assert lon & Qt.AlignmentFlag.AlignRight.value
    name = model.index(0, KEYS.index("name")).data(Qt.ItemDataRole.TextAlignmentRole)
    assert name & Qt.AlignmentFlag.AlignLeft.value


def test_a_level_is_written_out_and_readable_aloud(model):
    cell = model.index(1, KEYS.index("level"))
    assert cell.data(LEVEL_ROLE) == 1
    assert cell.data() == cell.data(Qt.ItemDataRole.AccessibleTextRole) == "重大风险"
    assert cell.data(ID_ROLE) == "id-1"
    assert model.index(1, KEYS.index("name")).data(LEVEL_ROLE) is None


def test_copied_cells_cannot_become_formulas(qapp):
    made = RecordTableModel()
    made.set_table(make_table(["=cmd()", "+1", "-2", "@x", "平\t常\n名"]))
    text = tab_separated(made, range(5), [KEYS.index("name"), KEYS.index("level")])
    lines = text.splitlines()
    assert lines[0] == "名称\t风险等级"
    assert [line.split("\t")[0] for line in lines[1:]] == [
        "'=cmd()",
        "'+1",
        "'-2",
        "'@x",
        "平 常 名",
    ]


@pytest.fixture
def view(qtbot, model, dressed):
    made = RecordView(model, Selection(), Settings(), name="test-table")
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def test_copying_takes_the_selected_rows(qtbot, view):
    view.selectRow(2)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert "昌黎" in lines[1]


def test_a_click_selects_and_the_selection_selects(qtbot, view):
    place = view.visualRect(view.records.index(1, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.linked.selection.ids == ("id-1",)
    view.linked.selection.set(["id-3", "id-4"])
    assert view.selected_rows() == [3, 4]


def test_the_selection_survives_sorting_and_hiding(view):
    view.linked.selection.set(["id-2"])
    view.records.sort(KEYS.index("name"))
    assert view.selected_rows() == [1]
    view.records.set_mask(np.array([True, True, False, True, True, True]))
    assert view.selected_rows() == []
    assert view.linked.selection.ids == ("id-2",)


def test_columns_can_be_chosen_and_are_remembered(qtbot, view, model):
    menu = view.column_menu()
    actions = {action.objectName(): action for action in menu.actions()}
    actions["column-unit"].setChecked(False)
    assert view.isColumnHidden(KEYS.index("unit"))
    assert not actions["column-name"].isEnabled()
    view.remember_layout()
    again = RecordView(model, Selection(), view._settings, name="test-table")
    qtbot.addWidget(again)
    assert again.isColumnHidden(KEYS.index("unit"))
    assert KEYS.index("unit") not in again.shown_columns()


def test_enter_opens_a_hazard(qtbot, view):
    view.selectRow(1)
    view.setCurrentIndex(view.records.index(1, 0))
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == ["id-1"]


# -- facets and search --------------------------------------------------------------------------


def test_counts_of_one_facet_follow_the_others():
    table = make_table([str(k) for k in range(30)])
    index = FacetIndex.of(table)
    wanted = {"type": frozenset({"flood"}), "level": frozenset({"1"})}
    mask = index.mask(wanted)
    expected = (table.type_keys == "flood") & (table.levels == 1)
    assert mask.tolist() == expected.tolist()
    by_type = index.counts("type", wanted)
    assert by_type["flood"] == int(expected.sum())
    assert by_type["geological"] == int(
        ((table.type_keys == "geological") & (table.levels == 1)).sum()
    )
    assert sum(index.counts("county", {}).values()) == 30


def test_a_search_index_of_another_moment_still_names_the_right_rows():
    table = make_table(["秦皇岛液氨储罐", "石门泥石流", "山洪沟"])
    ids = [*table.ids.tolist(), "gone"][::-1]
    index = TextSearch.of(ids, ["液氨", "山洪", "石门", "秦皇岛液氨"])
    assert rows_of(index, table, "液氨").tolist() == [True, False, False]
    assert rows_of(index, table, "没有").tolist() == [False, False, False]
    same = TextSearch.of(table.ids.tolist(), ["甲", "乙", "甲乙"])
    assert rows_of(same, table, "甲").tolist() == [True, False, True]


# -- size ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large():
    rng = np.random.default_rng(7)
    n = 100_000
    words = ["石门", "海港", "昌黎", "北戴河", "抚宁", "青龙", "卢龙", "山海关"]
    names = [f"{words[k % 8]}{k}号隐患点" for k in rng.permutation(n)]
    return feature_table(
        ids=[f"id-{k}" for k in range(n)],
        codes=[f"130302-DZ-2026-{k:06d}" for k in range(n)],
        names=names,
        type_keys=rng.choice(["geological", "flood", "haze"], n).tolist(),
        levels=rng.integers(0, 5, n),
        counties=rng.choice(["130302", "130322"], n).tolist(),
        units=rng.choice(["水务局", "林业局"], n).tolist(),
        townships=rng.choice(words, n).tolist(),
        revisions=np.ones(n),
        geometries=shapely.points(rng.uniform(119, 120, n), rng.uniform(39, 40, n)),
    )


def test_a_hundred_thousand_rows_make_no_call_per_row(qapp, large, monkeypatch):
    made = RecordTableModel()
    calls = []
    monkeypatch.setattr(made, "data", lambda *args: calls.append(args))
    made.set_table(large)
    made.sort(KEYS.index("name"))
    made.set_mask(large.levels == 1)
    assert made.rowCount() == int((large.levels == 1).sum())
    assert calls == []


def test_a_hundred_thousand_rows_sort_like_python(qapp, large):
    made = RecordTableModel()
    made.set_table(large)
    begun = time.perf_counter()
    made.sort(KEYS.index("name"))
    print(f"sort of 100,000 names: {time.perf_counter() - begun:.3f} s")
    expected = sorted(range(len(large)), key=lambda k: (large.names[k].encode("gb18030"), k))
    assert made.rows.tolist() == expected


def test_selecting_everything_does_not_ask_the_model_about_every_row(
    qtbot, register_page, monkeypatch
):
    asked = []
    real = RecordTableModel.rowCount
    columns = np.repeat(np.arange(len(register_page.desk.features.table)), 400)
    register_page.model.set_table(register_page.desk.features.table.take(columns))
    monkeypatch.setattr(
        RecordTableModel, "rowCount", lambda self, *given: asked.append(1) or real(self, *given)
    )
    register_page.table.selectAll()
    qtbot.wait(100)  # the header paints too
    assert len(register_page.table.selected_rows()) == 2000
    assert len(asked) < 2000
