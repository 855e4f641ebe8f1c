"""What is drawn over the map while a tool is in use, and the ways around with mouse and menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QColor, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QMessageBox

from tests.desk.conftest import SAMPLES, hazard_id
from tests.desk.test_desk_map import click, move, pixel

VIOLET = QColor("#7b1fa2")


@pytest.fixture
def canvas(map_page, settled):
    settled(map_page.canvas)
    return map_page.canvas


def violet_pixels(canvas):
    image = canvas.grab().toImage()
    return sum(
        image.pixelColor(x, y) == VIOLET
        for x in range(0, image.width(), 1)
        for y in range(0, image.height(), 3)
    )


def held(qtbot, canvas, start, end, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, modifier, start)
    move(canvas, start + (end - start) / 2, modifier)
    move(canvas, end, modifier)


@pytest.mark.parametrize("number", [1, 3, 4])
def test_the_selected_hazard_is_outlined(canvas, desk, settled, number):
    geometry = SAMPLES[number - 1].geometry
    canvas.fit_bounds(geometry.bounds)
    settled(canvas)
    assert violet_pixels(canvas) == 0
    desk.selection.set([hazard_id(number)])
    assert violet_pixels(canvas) > 10


def test_the_rubber_band_is_drawn_while_it_is_stretched(qtbot, canvas):
    canvas.take_tool("select")
    before = canvas.grab().toImage()
    held(qtbot, canvas, QPoint(60, 60), QPoint(200, 180))
    band = canvas.grab().toImage()
    assert band.pixelColor(130, 120) != before.pixelColor(130, 120)
    assert band.pixelColor(230, 120) == before.pixelColor(230, 120)
    canvas.take_tool("select")
    assert canvas.grab().toImage() == before


def test_a_carried_hazard_shows_its_way(qtbot, canvas, desk):
    desk.selection.set([hazard_id(4)])
    canvas.take_tool("move")
    qtbot.waitUntil(lambda: canvas.editor.sketch is not None, timeout=5000)
    start = pixel(canvas, *SAMPLES[3].anchor())
    before = canvas.grab().toImage()
    held(qtbot, canvas, start, start + QPoint(60, 40))
    after = canvas.grab().toImage()
    beside = start + QPoint(60, 40)  # nothing was there
    assert after.pixelColor(beside) != before.pixelColor(beside)
    canvas.take_tool("pan")
    assert canvas.tool.key == "pan"


def test_the_move_tool_drags_the_ground_where_no_hazard_is(qtbot, canvas):
    canvas.take_tool("move")
    place = canvas.place_at(40, 40)
    held(qtbot, canvas, QPoint(40, 40), QPoint(90, 70))
    assert canvas.place_at(90, 70) == pytest.approx(place)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 70))


def test_the_measured_line_follows_the_mouse_until_the_end(qtbot, canvas):
    canvas.take_tool("measure")
    move(canvas, QPoint(50, 50))
    canvas.grab()
    click(qtbot, canvas, QPoint(60, 60))
    move(canvas, QPoint(200, 120))
    assert violet_pixels(canvas) > 20
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 120))
    ended = canvas.tool.points
    click(qtbot, canvas, QPoint(100, 100))
    assert len(canvas.tool.points) == 1
    assert canvas.tool.points != ended


def test_the_middle_button_drags_with_any_tool(qtbot, canvas):
    canvas.take_tool("draw-point")
    place = canvas.place_at(100, 100)
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    move(canvas, QPoint(160, 130))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(160, 130))
    move(canvas, QPoint(10, 10))
    assert canvas.place_at(160, 130) == pytest.approx(place)


def test_a_double_click_on_a_hazard_goes_to_it(qtbot, canvas, desk):
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, *SAMPLES[1].anchor()))
    assert desk.selection.ids == (hazard_id(2),)
    assert canvas.viewport.centre == pytest.approx(SAMPLES[1].anchor(), abs=1e-4)


def test_clicking_a_stack_again_goes_through_it(qtbot, canvas, desk, app, settled):
    lon, lat = SAMPLES[0].anchor()
    app.registry.move(hazard_id(5), lon=lon, lat=lat)
    desk.features.reload()
    settled(canvas)
    qtbot.waitUntil(lambda: canvas.anchor_of(hazard_id(5)) == pytest.approx((lon, lat)))
    settled(canvas)
    seen = []
    for _turn in range(3):
        place = pixel(canvas, lon, lat)
        click(qtbot, canvas, place)
        seen.append(desk.selection.current)
        settled(canvas)
    assert set(seen) == {hazard_id(1), hazard_id(5)}
    assert seen[0] == seen[2]


def test_zoom_buttons_and_fits(qtbot, canvas, map_page, desk):
    before = canvas.viewport.resolution
    for name, smaller in (("map-zoom-in", True), ("map-zoom-out", False)):
        map_page.findChild(QAbstractButton, name).click()
        assert (canvas.viewport.resolution < before) is smaller
        before = canvas.viewport.resolution
    desk.selection.set([hazard_id(1), hazard_id(2)])
    map_page.findChild(QAbstractButton, "map-fit-selection").click()
    for number in (1, 2):
        assert canvas.rect().contains(pixel(canvas, *SAMPLES[number - 1].anchor()))
    map_page.findChild(QAbstractButton, "map-fit-city").click()
    assert canvas.rect().contains(pixel(canvas, 119.2, 40.6))


def test_escape_clears_the_selection(qtbot, canvas, desk):
    desk.selection.set([hazard_id(1)])
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert len(desk.selection) == 0
    qtbot.keyClick(canvas, Qt.Key.Key_F7)  # not the map's


def test_a_selection_outside_the_view_is_brought_in(canvas, desk, settled):
    canvas.centre_on(118.8, 40.5, 20_000)
    settled(canvas)
    desk.selection.set([hazard_id(2)])
    assert canvas.rect().contains(pixel(canvas, *SAMPLES[1].anchor()))


def test_a_hazard_can_be_registered_where_a_coordinate_points(qtbot, map_page):
    map_page.ask_place()
    map_page.dialog.edit.setText("119.55, 39.95")
    map_page.dialog.new.click()
    assert map_page.editing.dialog.objectName() == "new-hazard-dialog"
    map_page.editing.dialog.reject()


def test_a_narrow_window_gives_the_form_the_room_of_the_filters(qtbot, window, map_page, desk):
    window.resize(911, 512)
    qtbot.waitUntil(lambda: map_page.width() < 1000)
    desk.selection.set([hazard_id(1)])
    assert not map_page.filter_panel.isVisible()
    assert map_page.detail.isVisible()
    assert window.width() <= 911
    assert window.height() <= 512


# -- window -------------------------------------------------------------------------------------


def test_recent_registers_can_be_opened_again(qtbot, window, desk, settings, tmp_path):
    settings.remember(tmp_path / "旧.sqlite")
    window._fill_menus()
    menu = window.findChildren(QMenu, "menu-recent")[-1]
    with qtbot.waitSignal(window.open_wanted) as wanted:
        menu.actions()[0].trigger()
    assert wanted.args == [(tmp_path / "旧.sqlite").resolve()]


def test_files_dropped_on_the_window_go_to_the_page_that_takes_them(qtbot, window, tmp_path):
    sheet = tmp_path / "表.csv"
    sheet.write_text("名称,经度,纬度\n", encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(sheet))])
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    assert window.current_page().key == "import"


@pytest.mark.parametrize(("button", "lost"), [("放弃修改并关闭", True), ("返回", False)])
def test_leaving_unsaved_edits_is_asked_once(qtbot, window, button, lost):
    def press():
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        choice = next(each for each in box.buttons() if each.text() == button)
        QTest.mouseClick(choice, Qt.MouseButton.LeftButton)

    QTimer.singleShot(100, press)
    assert type(window).confirm_loss(window, "有修改") is lost


def test_the_system_scheme_is_followed_only_when_wished(window, desk):
    desk.settings.theme = "light"
    before = window.status
    window._system_scheme_changed()
    assert window.status is before
    desk.settings.theme = "system"
    window._system_scheme_changed()
    assert window.status is not before
    window.set_theme("light")
