"""A table of things told by functions: sorted, searched, ticked, copied, and never squeezed to nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable


@dataclass(frozen=True)
class Thing:
    name: str
    metres: float


THINGS = [Thing("东沟", 12.5), Thing("西沟\n二组", 3.0), Thing("=cmd()", 100.0)]
COLUMNS = (
    ListColumn(title="名称", text=lambda t: t.name, width=0),
    ListColumn(
        title="相距", text=lambda t: f"{t.metres:g} m", key=lambda t: t.metres, width=80, right=True
    ),
)


@pytest.fixture
def ticked():
    return {"东沟"}


@pytest.fixture
def table(qtbot, dressed, ticked):
    model = ListModel(COLUMNS, checked=lambda t: None if t.metres > 50 else t.name in ticked)
    model.show_rows(THINGS)
    view = ListTable(model, "things", "东西")
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(400, 200)
    with qtbot.waitExposed(view):
        view.show()
    return view


def names(table):
    return [thing.name for thing in table.list_model.shown()]


def test_the_model_keeps_the_rules_of_qt(qtmodeltester, table):
    qtmodeltester.check(table.list_model, force_py=True)


def test_numbers_are_sorted_as_numbers_and_the_order_given_returns(table):
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [t.metres for t in table.list_model.shown()] == [3.0, 12.5, 100.0]
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [t.metres for t in table.list_model.shown()] == [100.0, 12.5, 3.0]
    table.list_model.sort(-1)
    assert table.list_model.shown() == THINGS


def test_what_is_searched_for_is_found_in_any_column(table):
    table.list_model.set_text("12.5")
    assert names(table) == ["东沟"]
    table.list_model.set_text("沟")
    assert len(names(table)) == 2


def test_a_tick_is_told_and_only_what_may_be_ticked_has_one(qtbot, table, ticked):
    model = table.list_model
    role = Qt.ItemDataRole.CheckStateRole
    assert [model.index(row, 0).data(role) for row in range(3)][2] is None
    assert not model.flags(model.index(2, 0)) & Qt.ItemFlag.ItemIsUserCheckable
    assert not model.setData(model.index(2, 0), Qt.CheckState.Checked, role)
    with qtbot.waitSignal(model.ticked) as told:
        model.setData(model.index(1, 0), Qt.CheckState.Checked, role)
    assert told.args == [[THINGS[1]], True]


def test_lines_are_joined_and_copied_cells_are_no_formulas(qtbot, table):
    assert table.model().index(1, 0).data() == "西沟 二组"
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == [
        "名称\t相距",
        "东沟\t12.5 m",
        "西沟 二组\t3 m",
        "'=cmd()\t100 m",
    ]


def test_rows_are_opened_by_mouse_and_keyboard(qtbot, table):
    opened = []
    table.opened.connect(opened.append)
    assert table.choose(lambda thing: thing.metres == 3.0)
    assert table.current() is THINGS[1]
    qtbot.keyClick(table, Qt.Key.Key_Return)
    place = table.visualRect(table.model().index(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [THINGS[1], THINGS[0]]
    assert not table.choose(lambda thing: thing.name == "nowhere")


def test_the_selection_is_told_in_the_order_shown(table):
    table.selectAll()
    assert table.selected() == THINGS
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    table.selectAll()
    assert [t.metres for t in table.selected()] == [100.0, 12.5, 3.0]
    table.clearSelection()
    table.setCurrentIndex(table.model().index(-1, -1))
    assert table.selected() == []
    assert table.current() is None


def test_a_column_that_shares_the_room_is_never_squeezed_to_nothing(table):
    assert table.columnWidth(0) > 200
    table.resize(150, 200)
    assert table.columnWidth(0) == 130
    table.resize(500, 200)
    assert table.columnWidth(0) > 300
