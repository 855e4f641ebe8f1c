"""What lies on and around the map: rings, legend, search results, and what a reader may touch."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely
from conftest import SAMPLES, hazard_id
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QScrollArea, QToolButton, QWidget

from qhd_riskmap.cartography.legend import SignKind, legend_entries
from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.domain.late_value import Late
from qhd_riskmap.ui.main_window import MainWindow
from qhd_riskmap.ui.map.legend_plate import HIGHEST, WIDEST
from qhd_riskmap.ui.map.selection_rings import SelectionRings

READER = Actor(name="只读", permissions=frozenset({Permission.READ}))


# -- rings --------------------------------------------------------------------------------------


@pytest.fixture
def crowded(map_page, settled):
    """The map with all its hazards in one cluster."""
    canvas = map_page.canvas
    settled(canvas)
    options = replace(canvas.options, cluster=True, cluster_threshold=1, cluster_cell=2000.0)
    canvas.set_options(options)
    settled(canvas)
    return canvas


def rings(canvas, *numbers):
    ids = tuple(hazard_id(each) for each in numbers)
    return SelectionRings().rings(canvas.frame, canvas.table, ids, canvas.viewport)


def test_the_ring_of_a_hazard_in_a_cluster_goes_around_the_cluster(crowded):
    groups = crowded.frame.groups.get()
    assert len(groups) < len(SAMPLES)
    ringed = {each for number in range(1, 6) for each in rings(crowded, number)}
    centres = crowded.viewport.plane_to_screen(groups.xy).tolist()
    for ring in ringed:
        assert min(abs(ring.x - x) + abs(ring.y - y) for x, y in centres) < 0.01
    anchors = [crowded.viewport.to_screen(*crowded.anchor_of(hazard_id(n))) for n in range(1, 6)]
    assert any(all(abs(ring.x - x) + abs(ring.y - y) > 5 for x, y in anchors) for ring in ringed), (
        "no ring left the place of its hazard"
    )


def test_outlining_makes_no_geometry_objects_of_a_map(map_page):
    canvas, made = map_page.canvas, []

    def geometries():
        made.append(True)
        return canvas.table.geometries

    table = replace(canvas.table, _geometries=Late(geometries))
    frame = replace(canvas.frame, scene=replace(canvas.frame.scene, table=table))
    by_kind = {int(dim): str(key) for dim, key in zip(table.dimensions, table.ids, strict=True)}
    for ids in ((), (by_kind[0],)):
        assert not SelectionRings().outlines(frame, table, ids, canvas.viewport)
    (area,) = SelectionRings().outlines(frame, table, (by_kind[2],), canvas.viewport)
    assert (area[0] == area[-1]).all()
    lon, lat = canvas.viewport.to_lonlat(area[:, 0], area[:, 1])
    assert shapely.Polygon(np.column_stack((lon, lat))).equals_exact(
        SAMPLES[3].geometry.normalize(), 1e-6, normalize=True
    )
    assert made == []


def test_hazards_of_one_cluster_share_a_ring(crowded):
    groups = crowded.frame.groups.get()
    assert len(rings(crowded, 1, 2, 3, 4, 5)) == len(groups)


def test_the_ring_follows_the_map_before_the_next_picture(crowded):
    (before,) = rings(crowded, 1)
    crowded.pan(37, -11)
    (after,) = rings(crowded, 1)
    assert (after.x - before.x, after.y - before.y) == pytest.approx((37, -11))


def test_close_up_the_ring_is_at_the_symbol(map_page, settled):
    canvas = map_page.canvas
    settled(canvas)
    assert canvas.frame.groups.get() is None
    (ring,) = rings(canvas, 2)
    x, y = canvas.viewport.to_screen(*canvas.anchor_of(hazard_id(2)))
    assert (ring.x, ring.y) == pytest.approx((float(x), float(y)))
    assert rings(canvas, 99) == []


def test_the_ring_is_painted_on_the_cluster(crowded, desk, settled):
    desk.selection.set([hazard_id(4)])
    settled(crowded)
    (ring,) = rings(crowded, 4)
    picture = crowded.grab().toImage()
    colour = picture.pixelColor(round(ring.x), round(ring.y - ring.radius))
    assert colour.name() == "#7b1fa2"


# -- legend -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(700, 420), (1058, 453), (1600, 760)])
def test_a_legend_of_everything_takes_a_fraction_of_the_map(map_page, settled, size):
    settled(map_page.canvas)
    plate = map_page.canvas.legend_plate
    plate.show()
    plate.show_entries(many_signs())
    plate.place(*size)
    assert plate.width() <= size[0] * WIDEST
    assert plate.height() <= size[1] * HIGHEST
    assert plate.width() * plate.height() <= size[0] * size[1] / 6
    assert plate.y() + plate.height() <= size[1]


def test_the_legend_on_the_map_rolls_up_and_down_by_a_click(qtbot, map_page, settled):
    settled(map_page.canvas)
    plate, before = map_page.canvas.legend_plate, map_page.canvas.viewport
    plate.show()
    open_height = plate.height()
    qtbot.mouseClick(plate.title, Qt.MouseButton.LeftButton)
    assert plate.height() <= plate.title.height() + 8 < open_height
    assert f"（{len(plate.entries)}）" in plate.title.text()
    qtbot.mouseClick(plate.title, Qt.MouseButton.LeftButton)
    assert plate.height() == open_height
    assert map_page.canvas.viewport == before
    assert map_page.canvas.tool.key == "pan"


def many_signs():
    return legend_entries([(key, 1 + n % 4, SignKind.POINT) for n, key in enumerate(TYPE_KEYS)])


# -- search results and time --------------------------------------------------------------------


def test_search_results_drop_below_the_tool_bar(qtbot, window, map_page, desk):
    box = map_page.bench.search_box
    desk.search.want()
    qtbot.waitUntil(lambda: desk.search.index is not None, timeout=10000)
    box.setFocus()
    box.setText("石门")
    box.search()
    bar = map_page.toolbar
    foot = bar.mapTo(window, QPoint(0, bar.height())).y()
    assert box.list.isVisible()
    assert box.list.y() >= foot


def test_the_time_slider_covers_nothing_of_the_map(qtbot, map_page, settled):
    time_bar, canvas = map_page.bench.time, map_page.canvas
    map_page.bench.toggle_time()
    qtbot.waitUntil(time_bar.isVisible, timeout=10000)
    settled(canvas)
    foot = time_bar.mapTo(map_page, QPoint(0, time_bar.height())).y()
    assert canvas.mapTo(map_page, QPoint(0, 0)).y() >= foot
    time_bar.close_bar()
    assert not time_bar.isVisible()


# -- a reader -----------------------------------------------------------------------------------


@pytest.fixture
def reader_window(qtbot, app, desk):
    """The window of an officer who may only look."""
    app.actor = READER
    shown = MainWindow(desk)
    shown.resize(1366, 768)
    with qtbot.waitExposed(shown):
        shown.show()
    qtbot.waitUntil(lambda: desk.features.complete and not desk.jobs.busy, timeout=20000)
    yield shown
    shown.close()
    desk.jobs.shutdown()


def test_a_reader_is_told_why_he_may_not_draw(qtbot, reader_window, desk):
    page = reader_window.pages["map"]
    said = []
    desk.noticed.connect(lambda *words: said.append(words[0]))
    for key in ("draw-point", "draw-line", "draw-area", "nodes"):
        button = page.findChild(QToolButton, f"tool-{key}")
        assert not button.isEnabled()
        assert "没有“编辑”权限" in button.toolTip()
        qtbot.keyClick(page.canvas, page.canvas.tool_named(key).shortcut)
        assert page.canvas.tool.key == "pan"
    assert len(said) == 4
    assert all("没有“编辑”权限" in each for each in said)
    assert page.findChild(QToolButton, "tool-measure").isEnabled()


def test_a_reader_reads_the_form(qtbot, reader_window, desk):
    page = reader_window.pages["map"]
    desk.selection.set([hazard_id(1)])
    qtbot.waitUntil(lambda: page.detail.hazard is not None, timeout=5000)
    assert page.detail.findChild(QLineEdit, "field-name").isReadOnly()
    assert not page.detail.findChild(QComboBox, "field-status").isEnabled()
    for name in ("detail-delete", "detail-assess", "detail-save"):
        button = page.detail.findChild(QPushButton, name)
        assert not button.isEnabled()
        assert "权限" in button.toolTip()
    assert page.detail.findChild(QPushButton, "detail-history-open").isEnabled()


def test_a_reader_finds_a_place_but_registers_nothing(qtbot, reader_window):
    page = reader_window.pages["map"]
    page.ask_place("119.6, 39.93")
    assert page.dialog.go.isEnabled()
    assert not page.dialog.new.isEnabled()
    assert "没有“编辑”权限" in page.dialog.new.toolTip()
    page.dialog.reject()


# -- messages and bars never push the map ---------------------------------------------------------


def test_a_message_moves_nothing_and_stands_beside_the_menus(qtbot, window, map_page, settled):
    settled(map_page.canvas)
    before = map_page.canvas.mapTo(window, QPoint(0, 0)), map_page.canvas.size()
    bar = window.message_bar
    bar.show_message("已保存。", "success", action="撤销", callback=lambda: None)
    assert bar.isVisible()
    assert (map_page.canvas.mapTo(window, QPoint(0, 0)), map_page.canvas.size()) == before
    menus = window.menuBar()
    last = menus.actionGeometry(menus.actions()[-1])
    assert bar.x() > menus.mapTo(window, last.topRight()).x()
    assert bar.geometry().right() <= window.width()
    assert bar.geometry().bottom() <= menus.height() + 4
    long = "“石门泥石流”刚被其他经办人修改过，您的修改没有保存，请核对后重新输入。" * 4
    bar.show_message(long, "warning")
    assert bar.heightForWidth(bar.width()) <= bar.height()
    window.resize(1100, 700)
    assert bar.geometry().right() <= 1100


def test_a_shape_in_hand_shows_below_the_bars(qtbot, map_page, desk, settled):
    canvas = map_page.canvas
    settled(canvas)
    desk.selection.set([hazard_id(4)])
    settled(canvas)
    # The area touches the upper edge, where the bars of editing will be.
    west, _south, east, north = SAMPLES[3].geometry.bounds
    canvas.centre_on((west + east) / 2, north, 150_000)
    canvas.pan(0, -canvas.height() / 2 + 5)
    canvas.take_tool("nodes")
    qtbot.waitUntil(lambda: canvas.editor.sketch is not None, timeout=5000)
    _x, y = canvas.viewport.to_screen(west, north)
    assert canvas.editor.covered_px > 0
    assert float(y) >= canvas.editor.covered_px
    canvas.fit_selection()
    ys = [float(canvas.viewport.to_screen(west, lat)[1]) for lat in (north, _south)]
    assert canvas.editor.covered_px < ys[0] < ys[1] < canvas.height()
    canvas.take_tool("pan")


def test_every_selected_hazard_in_view_is_ringed_however_many_there_are(qtbot, dressed):
    count = 900
    places = np.linspace((119.0, 39.8), (119.5, 40.1), count)
    table = feature_table(
        ids=[f"id-{n}" for n in range(count)],
        codes=[""] * count,
        names=[""] * count,
        type_keys=["flood"] * count,
        levels=[1] * count,
        counties=["130302"] * count,
        units=[""] * count,
        townships=[""] * count,
        revisions=[1] * count,
        geometries=shapely.points(places),
    )
    view = Viewport.fit((118.9, 39.7, 119.6, 40.2), 900, 600)
    found = SelectionRings().rings(None, table, tuple(table.ids.tolist()), view)
    assert len(found) == count
    near = view.centred_on(119.0, 39.8).at_scale(20_000)
    few = SelectionRings().rings(None, table, tuple(table.ids.tolist()), near)
    assert 0 < len(few) < 50
    assert all(-1 <= ring.x <= 901 and -1 <= ring.y <= 601 for ring in few)


@pytest.mark.parametrize("width", [420, 480, 620, 900])
def test_the_fields_of_the_numeric_bar_never_overlap(map_page, settled, width):
    canvas = map_page.canvas
    settled(canvas)
    canvas.take_tool("draw-line")
    canvas.resize(width, 400)
    bar = canvas.editor.numbers
    bar.place(40)
    bar.layout().activate()
    shown = [each for each in bar.findChildren(QWidget) if each.parent() is bar]
    boxes = sorted(
        (each.geometry() for each in shown if not each.isHidden()), key=lambda box: box.left()
    )
    assert len(boxes) >= 4
    assert all(a.right() < b.left() for a, b in itertools.pairwise(boxes))
    assert boxes[-1].right() <= bar.width()
    assert bar.geometry().right() <= width
    canvas.take_tool("pan")


def test_every_form_fits_its_panel_with_its_photos(map_page, desk, app, settled):
    hazard = app.registry.get(hazard_id(4))
    endless = replace(hazard.provenance, original_text="119.738989,40.088819;" * 9)
    app.registry.update(replace(hazard, provenance=endless, extras={"说明": "x" * 300}))
    for number in range(1, len(SAMPLES) + 1):
        desk.selection.set([hazard_id(number)])
        settled()
        scroll = map_page.detail.findChild(QScrollArea, "detail-scroll")
        assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()


def test_the_print_dialog_fits_a_small_screen(map_page, window, settled):
    settled(map_page.canvas)
    window.resize(911, 512)
    map_page.ask_print()
    dialog = map_page.dialog
    assert dialog.width() <= 911
    assert dialog.height() <= 512
    assert dialog.minimumSizeHint().height() <= 512
    dialog.reject()


def test_a_reader_changes_nothing_in_the_ledger(qtbot, reader_window, desk):
    reader_window.go_to("register")
    page = reader_window.pages["register"]
    desk.selection.set([hazard_id(1)])
    for name in ("register-delete", "register-bulk", "register-export"):
        button = page.findChild(QPushButton, name)
        assert not button.isEnabled()
        assert "权限" in button.toolTip()
    assert page.findChild(QPushButton, "register-map").isEnabled()
