"""Selecting by shapes and by attribute, measuring, buffers, bookmarks: by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication

from qhd_riskmap.domain.attribute_query import Comparison, condition
from qhd_riskmap.domain.record_fields import common_fields
from qhd_riskmap.geo.geodesy import distance_m
from tests.desk.conftest import hazard_id, type_text

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def canvas(map_page, settled):
    settled(map_page.canvas)
    return map_page.canvas


@pytest.fixture
def options(map_page):
    return map_page.bench.options


def at(canvas, lon, lat):
    x, y = canvas.viewport.to_screen(lon, lat)
    return QPoint(round(float(x)), round(float(y)))


def drag(canvas, start, end, keys=NONE):
    none = Qt.MouseButton.NoButton
    steps = [(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)]
    way = [start + (end - start) * part for part in (0.3, 0.7, 1.0)]
    steps += [(QEvent.Type.MouseMove, place, none, LEFT) for place in way]
    steps.append((QEvent.Type.MouseButtonRelease, end, LEFT, none))
    for kind, place, button, held in steps:
        here = QPointF(place)
        event = QMouseEvent(kind, here, canvas.mapToGlobal(here), button, held, keys)
        QApplication.sendEvent(canvas, event)


def click(qtbot, canvas, lon, lat, keys=NONE):
    qtbot.mouseClick(canvas, LEFT, keys, at(canvas, lon, lat))


def press(qtbot, options, name):
    button = options.findChild(object, name)
    qtbot.mouseClick(button, LEFT)


def chosen(canvas):
    return {int(each.replace("-", ""), 16) for each in canvas.selection.ids}


# -- shapes ---------------------------------------------------------------------------------------


def test_the_options_come_with_the_tool(qtbot, canvas, options):
    assert not options.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_S)
    assert options.isVisible()
    assert canvas.rect().contains(options.geometry())
    qtbot.keyClick(canvas, Qt.Key.Key_H)
    assert not options.isVisible()


def test_a_box_selects_shift_adds_and_ctrl_takes_away(canvas):
    canvas.take_tool("select")
    drag(canvas, at(canvas, 119.0, 40.0), at(canvas, 119.1, 39.9))
    assert chosen(canvas) == {1}
    drag(canvas, at(canvas, 119.2, 40.0), at(canvas, 119.6, 39.9), SHIFT)
    assert chosen(canvas) == {1, 2, 5}
    drag(canvas, at(canvas, 119.5, 40.0), at(canvas, 119.6, 39.9), CTRL)
    assert chosen(canvas) == {1, 5}


def test_a_polygon_selects_lines_and_areas_it_touches(qtbot, canvas, options):
    canvas.take_tool("select")
    press(qtbot, options, "select-shape-polygon")
    for lon, lat in ((119.10, 39.80), (119.10, 39.73), (119.44, 39.73), (119.44, 39.90)):
        click(qtbot, canvas, lon, lat)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert chosen(canvas) == {3, 4}


def test_a_polygon_can_be_taken_back_corner_by_corner(qtbot, canvas, options):
    canvas.take_tool("select")
    press(qtbot, options, "select-shape-polygon")
    click(qtbot, canvas, 119.0, 40.0)
    click(qtbot, canvas, 119.1, 40.0)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert len(canvas.tool._corners) == 1
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool._corners == []
    click(qtbot, canvas, 119.0, 40.0)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)  # one corner encloses nothing
    assert chosen(canvas) == set()


def test_a_circle_selects_what_is_within_its_radius_on_the_ground(qtbot, canvas, options):
    canvas.take_tool("select")
    press(qtbot, options, "select-shape-circle")
    middle = (119.15, 39.95)
    far = float(distance_m(*middle, 119.25, 39.95))
    assert far > float(distance_m(*middle, 119.05, 39.95)) - 1
    drag(canvas, at(canvas, *middle), at(canvas, 119.262, 39.95))
    assert chosen(canvas) == {1, 5}


def test_invert_and_all(qtbot, canvas, options):
    canvas.take_tool("select")
    canvas.selection.set([hazard_id(2)])
    press(qtbot, options, "select-invert")
    assert chosen(canvas) == {1, 3, 4, 5}
    press(qtbot, options, "select-all")
    assert chosen(canvas) == {1, 2, 3, 4, 5}
    press(qtbot, options, "select-invert")
    assert chosen(canvas) == set()


# -- attribute ------------------------------------------------------------------------------------


def test_hazards_are_selected_by_a_field(qtbot, canvas, options, map_page, settled):
    canvas.take_tool("select")
    press(qtbot, options, "select-attribute")
    dialog = map_page.bench.dialog
    dialog.field_box.setCurrentIndex([f.key for f in dialog._fields].index("unit"))
    type_text(dialog.value, "石门")
    qtbot.mouseClick(dialog.select_button, LEFT)
    settled()
    assert chosen(canvas) == {1}


def test_a_condition_adds_to_and_takes_from_the_selection(canvas, map_page, settled):
    fields = {field.key: field for field in common_fields()}
    unit = condition(fields["unit"], Comparison.CONTAINS, "公司")
    canvas.selection.set([hazard_id(1)])
    map_page.bench.select_by_attribute("", unit, "add")
    settled()
    assert chosen(canvas) == {1, 2, 3}
    map_page.bench.select_by_attribute("oil_gas_pipeline", unit, "remove")
    settled()
    assert chosen(canvas) == {1, 2}


def test_a_wrong_value_is_complained_of_in_the_dialog(qtbot, map_page):
    map_page.bench.ask_attribute()
    dialog = map_page.bench.dialog
    dialog.field_box.setCurrentIndex([f.key for f in dialog._fields].index("found_on"))
    type_text(dialog.value, "昨天")
    dialog.select()
    assert "不是日期" in dialog.complaint.text()
    assert dialog.isVisible()
    dialog.type_box.setCurrentIndex(dialog.type_box.findData("geological"))
    assert "threat_people" in [f.key for f in dialog._fields]
    dialog.reject()


# -- measuring ------------------------------------------------------------------------------------


def first_number(words, after):
    """The number that stands behind a word."""
    return float(words.partition(after)[2].split()[0])


def test_a_distance_has_its_bearing(qtbot, canvas):
    canvas.take_tool("measure")
    click(qtbot, canvas, 119.20, 39.90)
    click(qtbot, canvas, 119.20, 40.00)
    assert canvas.tool.result().endswith("方位 0.0°")
    click(qtbot, canvas, 119.30, 40.00)
    words = canvas.tool.result()
    # Clicks fall on whole pixels, some 300 m each.
    assert abs(first_number(words, "共 ") - 19.64) < 0.7
    assert "方位 9" in words or "方位 89" in words
    qtbot.keyClick(canvas, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == words


def test_an_area_is_told_in_square_kilometres_and_mu(qtbot, canvas, options):
    canvas.take_tool("measure")
    press(qtbot, options, "measure-area")
    for lon, lat in ((119.2, 39.9), (119.3, 39.9), (119.3, 40.0), (119.2, 40.0)):
        click(qtbot, canvas, lon, lat)
    words = canvas.tool.result()
    assert "km²" in words
    assert "亩" in words
    assert abs(first_number(words, "周长 ") - 39.27) < 1.4
    canvas.grab()  # paints
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool.result() == ""


def test_a_buffer_selects_what_lies_in_it(qtbot, canvas, options):
    canvas.take_tool("measure")
    press(qtbot, options, "measure-buffer")
    assert options.width_box.isVisible()
    click(qtbot, canvas, 119.16, 39.95)
    options.width_box.setValue(10_000)
    assert canvas.tool.result().startswith("周围 10.000 km，面积 31")
    qtbot.mouseClick(options.inside_button, LEFT)
    assert chosen(canvas) == {1, 5}
    canvas.grab()
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool.area is None


def test_a_buffer_goes_around_the_selected_hazards(qtbot, canvas, options):
    canvas.selection.set([hazard_id(3)])
    canvas.take_tool("measure")
    press(qtbot, options, "measure-buffer")
    options.width_box.setValue(18_000)
    qtbot.mouseClick(options.around_button, LEFT)
    qtbot.mouseClick(options.inside_button, LEFT)
    assert chosen(canvas) == {2, 3, 5}


# -- bookmarks ------------------------------------------------------------------------------------


def test_a_view_is_kept_found_again_and_deleted(canvas, map_page, desk, settled):
    marks = map_page.bench.bookmarks
    canvas.centre_on(119.3, 39.8, 50_000)
    kept = canvas.viewport
    marks.ask_name()
    marks.dialog.setTextValue("昌黎东")
    marks.dialog.accept()
    settled()
    assert [each.name for each in desk.app.bookmarks.all()] == ["昌黎东"]
    canvas.fit_city()
    marks._fill()
    action = marks.menu.actions()[-2]
    assert action.text() == "昌黎东"
    action.trigger()
    assert canvas.viewport.centre == pytest.approx(kept.centre, abs=1e-4)
    # The message bar has made the map lower: the ground is the same, seen from further away.
    shown = kept.height / canvas.viewport.height * kept.resolution
    assert canvas.viewport.resolution == pytest.approx(shown, rel=0.005)
    marks.remove(marks.bookmarks[0])
    settled()
    assert marks.bookmarks == ()
    marks.add(" ")
    settled()
    assert "书签名称" in desk.errors[0].message
