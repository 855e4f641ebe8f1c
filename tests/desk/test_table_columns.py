"""Columns of the fields of single types, and selections too scattered for Qt's selection model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QLineEdit, QMenu, QPushButton

from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.ui.toolkit.column_values import ColumnFilter
from qhd_riskmap.ui.toolkit.linked_rows import MOST_RUNS
from qhd_riskmap.ui.toolkit.record_table import RecordTableModel
from qhd_riskmap.ui.toolkit.record_view import RecordView
from qhd_riskmap.ui.toolkit.selection import Selection
from qhd_riskmap.ui.toolkit.theme import theme
from tests.desk.conftest import hazard_id

# -- fields of single types -----------------------------------------------------------------------


@pytest.fixture
def filled(app, desk, register_page, settled):
    """A landslide that threatens 30, a flood that threatens 7, a tank that is a major source."""
    for number, attributes in (
        (1, {"threat_people": 30, "scale_grade": "中型", "volume_m3": 1250.5}),
        (5, {"threat_people": 7, "is_reservoir": False, "depth_m": 3.0}),
        (2, {"is_major_source": True}),
    ):
        hazard = app.registry.get(hazard_id(number))
        _stored, changes = app.registry.update(replace(hazard, attributes=attributes))
        desk.announce(changes)
    settled()
    return register_page.table


def number_of(view, key):
    return [column.key for column in view.records.columns].index(f"attribute-{key}")


def texts(view, key):
    column = number_of(view, key)
    return {
        view.records.id_at(row): view.records.text_at(row, column)
        for row in range(view.records.rowCount())
    }


def test_every_field_of_every_type_can_be_chosen_as_a_column(filled):
    menu = filled.column_menu()
    for each in taxonomy().types:
        below = menu.findChild(QMenu, f"columns-{each.key}")
        below.aboutToShow.emit()
        assert [action.objectName() for action in below.actions()] == [
            f"column-attribute-{field.key}" for field in each.fields
        ]
        assert all(action.text().strip() for action in below.actions())


def test_a_field_chosen_in_the_menu_is_read_and_shown(filled, settled):
    column = number_of(filled, "threat_people")
    assert filled.isColumnHidden(column)
    menu = filled.column_menu()
    below = menu.findChild(QMenu, "columns-geological")
    below.aboutToShow.emit()
    (action,) = [a for a in below.actions() if a.objectName() == "column-attribute-threat_people"]
    action.trigger()
    settled()
    assert not filled.isColumnHidden(column)
    shown = texts(filled, "threat_people")
    assert shown[hazard_id(1)] == "30"
    assert shown[hazard_id(5)] == "7"
    assert shown[hazard_id(2)] == ""
    again = filled.column_menu()
    assert "（1）" in again.findChild(QMenu, "columns-flood").title()


def test_numbers_of_a_field_sort_and_filter_as_numbers_with_the_empty_last(filled, settled):
    column = number_of(filled, "threat_people")
    filled.show_column(column, on=True)
    settled()
    model = filled.records
    for order, first in (
        (Qt.SortOrder.AscendingOrder, ["7", "30"]),
        (Qt.SortOrder.DescendingOrder, ["30", "7"]),
    ):
        filled.sortByColumn(column, order)
        shown = [model.text_at(row, column) for row in range(model.rowCount())]
        assert shown == [*first, "", "", ""]
    model.set_filter(column, ColumnFilter(lowest=10))
    assert [model.id_at(row) for row in range(model.rowCount())] == [hazard_id(1)]


def test_words_yes_and_no_and_fractions_are_shown_as_in_the_form(filled, settled):
    for key in ("scale_grade", "is_major_source", "is_reservoir", "volume_m3", "depth_m"):
        filled.show_column(number_of(filled, key), on=True)
    settled()
    assert texts(filled, "scale_grade")[hazard_id(1)] == "中型"
    assert texts(filled, "is_major_source")[hazard_id(2)] == "是"
    assert texts(filled, "is_reservoir")[hazard_id(5)] == "否"
    assert texts(filled, "volume_m3")[hazard_id(1)] == "1250.5"
    assert texts(filled, "depth_m")[hazard_id(5)] == "3"


def test_a_filter_on_a_field_that_is_not_read_yet_hides_nothing(filled):
    model = filled.records
    model.set_filter(number_of(filled, "aqi_peak"), ColumnFilter(lowest=1))
    assert model.rowCount() == 5
    model.sort(number_of(filled, "aqi_peak"))
    assert model.rowCount() == 5


def edit(qtbot, view, number, key):
    view.show_column(number_of(view, key), on=True)
    row = view.records.row_of(hazard_id(number))
    index = view.records.index(row, number_of(view, key))
    view.scrollTo(index)
    view.setCurrentIndex(index)
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editors = view.viewport().findChildren(QLineEdit) + view.viewport().findChildren(QComboBox)
    # One that was closed just now still waits to be deleted.
    shown = [e for e in editors if e.objectName() == "cell-editor" and e.isVisible()]
    return shown[-1] if shown else None


def finish(qtbot, editor, settled):
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.wait(50)  # the delegate commits after the key has been dealt with
    settled()


def test_a_field_of_the_type_is_edited_in_its_cell_with_the_checks_of_the_form(
    qtbot, filled, app, desk, settled
):
    for key in ("threat_people", "scale_grade", "is_major_source"):
        filled.show_column(number_of(filled, key), on=True)
    settled()
    editor = edit(qtbot, filled, 1, "threat_people")
    assert editor.text() == "30"
    editor.setText("很多人")
    finish(qtbot, editor, settled)
    assert app.registry.get(hazard_id(1)).attributes["threat_people"] == 30
    editor = edit(qtbot, filled, 1, "threat_people")
    editor.setText("45")
    finish(qtbot, editor, settled)
    assert app.registry.get(hazard_id(1)).attributes["threat_people"] == 45
    assert texts(filled, "threat_people")[hazard_id(1)] == "45"
    desk.history.undo()
    settled()
    assert app.registry.get(hazard_id(1)).attributes["threat_people"] == 30
    box = edit(qtbot, filled, 2, "is_major_source")
    assert box.currentData() == "是"
    box.setCurrentIndex(box.findData("否"))
    finish(qtbot, box, settled)
    assert app.registry.get(hazard_id(2)).attributes["is_major_source"] is False
    assert desk.errors == []


def test_a_field_that_the_type_does_not_have_cannot_be_edited(qtbot, filled, settled):
    filled.show_column(number_of(filled, "scale_grade"), on=True)
    settled()
    assert edit(qtbot, filled, 5, "scale_grade") is None
    assert edit(qtbot, filled, 1, "scale_grade").currentData() == "中型"


# -- scattered selections -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many():
    count = 3 * MOST_RUNS
    return feature_table(
        ids=[f"id-{n}" for n in range(count)],
        codes=[f"130302-DZ-2026-{n:06d}" for n in range(count)],
        names=[f"隐患{n}" for n in range(count)],
        type_keys=["geological"] * count,
        levels=[1] * count,
        counties=["130302"] * count,
        units=[""] * count,
        townships=[""] * count,
        revisions=[1] * count,
        geometries=shapely.points(np.linspace(119, 120, count), np.full(count, 40.0)),
    )


@pytest.fixture
def scattered(qtbot, dressed, settings, many):
    """A table in which every second hazard is selected on the map: more runs than Qt can bear."""
    model, selection = RecordTableModel(), Selection()
    view = RecordView(model, selection, settings, name="many")
    qtbot.addWidget(view)
    view.resize(900, 500)
    model.set_table(many)
    with qtbot.waitExposed(view):
        view.show()
    selection.set(many.ids[::2].tolist(), by="map")
    return view, selection


def test_all_rows_of_a_scattered_selection_are_marked(scattered, many):
    view, selection = scattered
    assert view.selected_rows() == list(range(0, len(many), 2))
    view.scrollToTop()
    picture = view.viewport().grab().toImage()
    edge = view.viewport().width() - 4

    def ground(row):
        return picture.pixelColor(edge, view.rowViewportPosition(row) + 3)

    # Qt's selection model does not know the first rows; they look selected all the same.
    assert [ground(row) == QColor(theme().selected) for row in range(6)] == [True, False] * 3
    assert len(selection) == len(many) // 2


def click(qtbot, view, row, modifier=Qt.KeyboardModifier.NoModifier):
    view.scrollTo(view.records.index(row, 1))
    place = view.visualRect(view.records.index(row, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_a_row_added_to_a_scattered_selection_loses_none_of_it(qtbot, scattered, many):
    view, selection = scattered
    before = set(selection.ids)
    click(qtbot, view, len(many) - 5, Qt.KeyboardModifier.ControlModifier)
    assert set(selection.ids) == before | {f"id-{len(many) - 5}"}
    click(qtbot, view, len(many) - 5, Qt.KeyboardModifier.ControlModifier)
    assert set(selection.ids) == before


def test_a_plain_click_replaces_a_scattered_selection(qtbot, scattered, many):
    view, selection = scattered
    click(qtbot, view, len(many) - 6)
    assert selection.ids == (f"id-{len(many) - 6}",)
    assert view.selected_rows() == [len(many) - 6]


def test_copying_takes_the_whole_scattered_selection(scattered, many, qapp):
    view, _selection = scattered
    view.copy()
    assert qapp.clipboard().text().count("\n") == len(many) // 2 + 1


# -- deleted hazards ------------------------------------------------------------------------------


def test_a_deleted_row_is_chosen_and_restored_by_clicks(qtbot, register_page, app, desk, settled):
    hazard = app.registry.get(hazard_id(3))
    desk.announce(app.registry.delete(hazard.id, revision=hazard.revision))
    settled()
    register_page.trash.click()
    settled()
    view = register_page.table
    assert view.records.rowCount() == 1
    click(qtbot, view, 0)
    settled()
    assert desk.selection.ids == (hazard_id(3),)
    restore = register_page.findChild(QPushButton, "register-restore")
    assert restore.isEnabled()
    qtbot.mouseClick(restore, Qt.MouseButton.LeftButton)
    settled()
    assert app.registry.get(hazard_id(3)).name == "北戴河输油管线"
    assert desk.errors == []
