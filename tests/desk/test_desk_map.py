"""The map driven by mouse and keyboard."""

from __future__ import annotations

import threading
from uuid import UUID

import numpy as np
import pytest
import shapely
from pyproj import Geod
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from qhd_riskmap.cartography.map_painter import clusters_in_view
from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.hazard_tip import cluster_html
from qhd_riskmap.ui.toolkit.selection import Selection
from tests.desk.conftest import SAMPLES, hazard_id


@pytest.fixture
def canvas(map_page, settled):
    settled(map_page.canvas)
    return map_page.canvas


def pixel(canvas, lon, lat):
    x, y = canvas.viewport.to_screen(lon, lat)
    return QPoint(round(float(x)), round(float(y)))


def click(qtbot, canvas, place, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, modifier, place)


def drag(qtbot, canvas, start, end, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, modifier, start)
    # qtbot.mouseMove carries no button; a real move does.
    for part in (0.3, 0.7, 1.0):
        point = start + (end - start) * part
        move(canvas, point, modifier)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, modifier, end)


def move(canvas, point, modifier=Qt.KeyboardModifier.NoModifier):

    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(point),
        QPointF(canvas.mapToGlobal(point)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        modifier,
    )
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_click_selects_points_lines_and_areas(qtbot, canvas, desk, number):
    hazard = SAMPLES[number - 1]
    click(qtbot, canvas, pixel(canvas, *hazard.anchor()))
    assert desk.selection.ids == (hazard_id(number),)


def test_a_click_beside_the_symbol_takes_the_line(qtbot, canvas, desk, settled):
    canvas.fit_bounds(SAMPLES[2].geometry.bounds)
    settled(canvas)
    place = pixel(canvas, 119.41, 39.848)
    click(qtbot, canvas, place + QPoint(0, 3))
    assert desk.selection.ids == (hazard_id(3),)


def test_a_click_far_inside_an_area_takes_it(qtbot, canvas, desk, settled):
    canvas.fit_bounds(SAMPLES[3].geometry.bounds)
    settled(canvas)
    click(qtbot, canvas, pixel(canvas, 119.055, 39.705))
    assert desk.selection.ids == (hazard_id(4),)


def test_a_click_on_nothing_clears(qtbot, canvas, desk):
    click(qtbot, canvas, pixel(canvas, *SAMPLES[0].anchor()))
    assert len(desk.selection) == 1
    click(qtbot, canvas, pixel(canvas, 118.7, 40.5))
    assert len(desk.selection) == 0


def test_control_and_click_adds_and_takes_away(qtbot, canvas, desk):
    first, second = (pixel(canvas, *SAMPLES[k].anchor()) for k in (0, 1))
    click(qtbot, canvas, first)
    click(qtbot, canvas, second, Qt.KeyboardModifier.ControlModifier)
    assert set(desk.selection.ids) == {hazard_id(1), hazard_id(2)}
    click(qtbot, canvas, first, Qt.KeyboardModifier.ControlModifier)
    assert desk.selection.ids == (hazard_id(2),)


@pytest.mark.parametrize("tool", ["pan", "select"])
def test_a_box_selects_what_it_touches(qtbot, canvas, desk, tool):
    canvas.take_tool(tool)
    modifier = (
        Qt.KeyboardModifier.ShiftModifier if tool == "pan" else Qt.KeyboardModifier.NoModifier
    )
    before = canvas.viewport
    start, end = pixel(canvas, 118.98, 40.02), pixel(canvas, 119.30, 39.90)
    drag(qtbot, canvas, start, end, modifier)
    assert set(desk.selection.ids) == {hazard_id(1), hazard_id(5)}
    assert canvas.viewport == before


def test_dragging_moves_the_ground_with_the_mouse(qtbot, canvas, settled):
    place = canvas.place_at(300, 200)
    drag(qtbot, canvas, QPoint(300, 200), QPoint(380, 150))
    assert canvas.place_at(380, 150) == pytest.approx(place)
    settled(canvas)
    assert canvas.frame.viewport == canvas.viewport


def test_the_wheel_zooms_about_the_cursor(qtbot, canvas):
    before = canvas.viewport
    place = canvas.place_at(200, 150)
    wheel(canvas, QPoint(200, 150), 240)
    assert canvas.viewport.resolution < before.resolution
    assert canvas.place_at(200, 150) == pytest.approx(place)
    wheel(canvas, QPoint(200, 150), -240)
    assert canvas.viewport.resolution == pytest.approx(before.resolution)


def wheel(canvas, place, delta):
    event = QWheelEvent(
        QPointF(place),
        QPointF(canvas.mapToGlobal(place)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003
    )
    QApplication.sendEvent(canvas, event)


def test_the_keyboard_moves_zooms_and_takes_tools(qtbot, canvas):
    before = canvas.viewport
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.viewport.centre_x > before.centre_x
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.viewport.resolution < before.resolution
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.viewport == before
    for key, tool in (("L", "measure"), ("S", "select"), ("N", "draw-point"), ("H", "pan")):
        qtbot.keyClicks(canvas, key)
        assert canvas.tool.key == tool


def test_a_double_click_on_the_ground_zooms_in(qtbot, canvas):
    before = canvas.viewport.resolution
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=pixel(canvas, 118.7, 40.5))
    assert canvas.viewport.resolution == pytest.approx(before / 2)


def test_the_cursor_is_told_in_degrees(qtbot, canvas, window):
    move(canvas, QPoint(120, 90))
    assert window.status.coordinate.text() != "—"
    QApplication.sendEvent(canvas, leave_event())
    assert window.status.coordinate.text() == "—"


def leave_event():

    return QEvent(QEvent.Type.Leave)


def test_the_tool_tip_names_the_hazard_and_no_markup_of_its_name(qtbot, canvas, desk):
    canvas._show_tip(pixel(canvas, *SAMPLES[0].anchor()), QPoint(0, 0))
    assert "石门泥石流" in QToolTip.text()
    assert "重大风险" in QToolTip.text()
    canvas._show_tip(pixel(canvas, 118.7, 40.5), QPoint(0, 0))
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=3000)


def test_measuring_gives_the_length_on_the_ground(qtbot, canvas):
    canvas.take_tool("measure")
    for lon, lat in ((119.2, 39.9), (119.3, 39.9), (119.3, 40.0)):
        click(qtbot, canvas, pixel(canvas, lon, lat))
    corners = canvas.tool.points
    assert len(corners) == 3
    # pyproj on the CGCS2000 ellipsoid is the oracle.

    expected = Geod(a=6378137.0, rf=298.257222101).line_length(*zip(*corners, strict=True))
    assert canvas.tool.length_m() == pytest.approx(expected, rel=1e-9)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert len(canvas.tool.points) == 2
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool.points == []
    canvas.grab()


def test_drawing_a_point_registers_a_hazard(qtbot, canvas, map_page, desk, app, settled):  # noqa: PLR0917 - fixtures
    canvas.take_tool("draw-point")
    place = pixel(canvas, 119.25, 39.90)
    lon, lat = canvas.place_at(place.x(), place.y())
    click(qtbot, canvas, place)
    dialog = map_page.editing.dialog
    dialog.name.setText("新沟")
    dialog.kind.setCurrentIndex(dialog.kind.findData("flood"))
    dialog.findChild(object, "new-save").click()
    qtbot.waitUntil(lambda: len(app.registry.features()) == 6, timeout=5000)
    settled(canvas)
    (made,) = [h for h in app.registry.find() if h.name == "新沟"]
    assert made.anchor() == pytest.approx((lon, lat))
    assert made.code.startswith(made.county)
    assert desk.selection.ids == (str(made.id),)
    assert desk.errors == []


def test_a_point_outside_the_city_is_refused_with_advice(qtbot, map_page, desk, app, settled):
    map_page.editing.register_at(118.0, 38.0)
    map_page.editing.dialog.name.setText("远方")
    map_page.editing.dialog.findChild(object, "new-save").click()
    qtbot.waitUntil(lambda: bool(desk.errors), timeout=5000)
    assert desk.errors[0].hint
    assert len(app.registry.features()) == 5


def test_going_to_a_coordinate_centres_it(qtbot, canvas, map_page):
    map_page.ask_place()
    map_page.dialog.edit.setText("119°33′E 39°57′N")
    map_page.dialog.go.click()
    assert canvas.viewport.centre == pytest.approx((119.55, 39.95), abs=1e-6)
    assert canvas.viewport.scale_denominator() == pytest.approx(10_000, rel=0.01)


# -- rendering ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many():
    rng = np.random.default_rng(3)
    n = 60_000
    lon, lat = rng.uniform(118.7, 119.8, n), rng.uniform(39.4, 40.5, n)
    steps = np.cumsum(rng.normal(0, 0.002, (5_000, 40, 2)), axis=1)
    lines = shapely.linestrings(steps + np.column_stack((lon, lat))[:5_000, None, :])
    geometries = np.concatenate((lines, shapely.points(lon, lat)[5_000:]))
    return feature_table(
        ids=[str(UUID(int=k)) for k in range(n)],
        codes=[""] * n,
        names=[f"点{k}" for k in range(n)],
        type_keys=rng.choice(["flood", "geological", "haze"], n).tolist(),
        levels=rng.integers(0, 5, n),
        counties=["130302"] * n,
        units=[""] * n,
        townships=[""] * n,
        revisions=np.ones(n),
        geometries=geometries,
    )


@pytest.fixture
def big_canvas(qtbot, dressed, many):
    made = MapCanvas(Selection())
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    made.show_table(many)
    yield made
    made.close_down()


def test_closing_while_painting_leaves_no_thread(qtbot, big_canvas):
    qtbot.waitUntil(lambda: big_canvas.renderer.busy, timeout=5000)
    big_canvas.close_down()
    assert not [t for t in threading.enumerate() if t.name.startswith("map")]
    qtbot.wait(50)  # a late picture must reach nobody


def test_a_new_view_breaks_off_the_old_picture(qtbot, big_canvas):
    qtbot.waitUntil(lambda: big_canvas.frame is not None, timeout=20000)
    shown = []
    big_canvas.shown.connect(lambda frame: shown.append(frame.viewport))
    big_canvas.zoom(1.1)
    qtbot.waitUntil(lambda: big_canvas.renderer.busy, timeout=5000)
    broken_off = big_canvas.renderer._stop
    big_canvas.zoom(4)
    qtbot.waitUntil(broken_off.is_set, timeout=5000)
    qtbot.waitUntil(lambda: big_canvas.viewport in shown, timeout=20000)
    assert shown[-1] == big_canvas.viewport


def test_panning_is_shown_at_once_from_the_picture_there_is(qtbot, big_canvas):
    qtbot.waitUntil(lambda: big_canvas.frame is not None, timeout=20000)
    qtbot.waitUntil(lambda: not big_canvas.renderer.busy, timeout=20000)
    before = big_canvas.grab().toImage()
    frame = big_canvas.frame
    big_canvas.pan(-100, 0)
    after = big_canvas.grab().toImage()
    assert big_canvas.frame is frame
    for x, y in ((600, 300), (700, 420), (500, 500)):
        assert after.pixelColor(x - 100, y) == before.pixelColor(x, y)


def test_a_click_on_a_cluster_zooms_into_it(qtbot, big_canvas):
    qtbot.waitUntil(lambda: big_canvas.frame is not None, timeout=20000)
    scene = big_canvas.scene

    clusters = clusters_in_view(scene.prepared, big_canvas.viewport, big_canvas.options)
    centre = big_canvas.viewport.plane_to_screen(clusters.xy[:1])[0]
    before = big_canvas.viewport.resolution
    big_canvas.select_at(*centre.tolist())
    assert big_canvas.viewport.resolution < before
    assert len(big_canvas.selection) == 0


def test_a_cluster_tells_how_many_of_each_level_it_holds(qtbot, big_canvas):
    qtbot.waitUntil(lambda: big_canvas.frame is not None, timeout=20000)
    view, options, scene = big_canvas.viewport, big_canvas.options, big_canvas.scene
    clusters = clusters_in_view(scene.prepared, view, options)
    largest = int(clusters.counts.argmax())
    x, y = view.plane_to_screen(clusters.xy[largest : largest + 1])[0].tolist()
    levels = scene.cluster_levels(view, x, y, options)
    assert levels == tuple(clusters.by_level[largest].tolist())
    words = cluster_html(levels)
    assert str(sum(levels)) in words
    assert f"重大风险 {levels[1]}" in words
    assert scene.cluster_levels(view, -500, -500, options) == ()


def test_names_with_markup_stay_text(qtbot, dressed):
    table = feature_table(
        ids=["a"],
        codes=["c"],
        names=["<script>x</script><img src=x>"],
        type_keys=["flood"],
        levels=[1],
        counties=["130302"],
        units=[""],
        townships=[""],
        revisions=[1],
        geometries=np.array([shapely.Point(119.5, 39.9)], dtype=object),
    )
    made = MapCanvas(Selection())
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.show_table(table)
    qtbot.waitUntil(lambda: made.scene is not None and len(made.scene.table) == 1, timeout=10000)
    made._show_tip(pixel(made, 119.5, 39.9), QPoint(0, 0))
    assert "<script>" not in QToolTip.text()
    assert "&lt;script&gt;" in QToolTip.text()
    QToolTip.hideText()
    made.close_down()
