"""Finding on the map: the search box, and what lies under a click."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.domain.text_search import SEPARATOR, TextSearch
from tests.desk.conftest import SAMPLES, hazard_id, make_hazard, type_text


@pytest.fixture
def box(map_page, settled):
    settled(map_page.canvas)
    map_page.window().activateWindow()
    map_page.bench.search_box.start()
    settled()
    return map_page.bench.search_box


def ask(qtbot, box, text):
    box.clear()
    type_text(box, text)
    box.search()
    return [hit.title for hit in box.list.hits()]


def screen(canvas, lon, lat):
    x, y = canvas.viewport.to_screen(lon, lat)
    return QPoint(round(float(x)), round(float(y)))


# -- search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("液氨", "海港液氨库"),
        ("hgyak", "海港液氨库"),
        ("冷链", "海港液氨库"),
        ("13903350001", "石门泥石流"),
        ("石门镇", "石门泥石流"),
        ("130322-", "昌黎林区"),
    ],
)
def test_the_box_finds_by_every_name(qtbot, box, text, found):
    assert ask(qtbot, box, text) == [found]


def test_typing_drops_the_list_and_enter_flies_there(qtbot, box, map_page, desk, settled):
    canvas = map_page.canvas
    before = canvas.viewport
    qtbot.keyClicks(box, "hgyak")
    qtbot.waitUntil(box.list.isVisible, timeout=3000)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settled(canvas)
    assert desk.selection.current == hazard_id(2)
    assert canvas.viewport.resolution < before.resolution
    place = screen(canvas, 119.55, 39.95)
    assert canvas.rect().contains(place)
    assert not box.list.isVisible()


def test_the_arrows_walk_the_list_and_a_click_chooses(qtbot, box, desk, settled):
    titles = ask(qtbot, box, "海港")
    assert titles[:2] == ["海港区", "海港液氨库"]
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.list.currentRow() == 1
    qtbot.keyClick(box, Qt.Key.Key_Up)
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert box.list.currentRow() == 0
    spot = box.list.visualItemRect(box.list.item(1)).center()
    qtbot.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    settled()
    assert desk.selection.current == hazard_id(2)


def test_a_division_is_shown_whole(qtbot, box, map_page, settled):
    assert ask(qtbot, box, "青龙")[0] == "青龙满族自治县"
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settled(map_page.canvas)
    west, south, east, north = map_page.canvas.viewport.visible_bounds()
    assert (west, east) == (min(west, 118.8), max(east, 119.4))
    assert (south, north) == (min(south, 40.2), max(north, 40.6))


def test_a_coordinate_without_a_datum_asks_and_flies(qtbot, box, map_page, settled):
    titles = ask(qtbot, box, "119.55, 39.95")
    assert len(titles) == 3
    assert all("请选择" in hit.detail for hit in box.list.hits())
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settled(map_page.canvas)
    lon, lat = map_page.canvas.viewport.centre
    assert (lon, lat) == pytest.approx((119.5440, 39.9489), abs=2e-4)  # the GCJ-02 reading


def test_a_coordinate_with_its_datum_has_one_reading(qtbot, box, map_page, settled):
    assert len(ask(qtbot, box, "GPS 119°33′00″E 39°57′00″N")) == 1
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settled(map_page.canvas)
    assert map_page.canvas.viewport.centre == pytest.approx((119.55, 39.95), abs=1e-6)


def test_no_hit_says_so_and_enter_does_nothing(qtbot, box, desk):
    assert "没有找到" in ask(qtbot, box, "不存在的")[0]
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert desk.selection.current is None


def test_esc_closes_then_clears_then_gives_the_map_the_keyboard(qtbot, box, map_page):
    ask(qtbot, box, "海港")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.list.isVisible()
    assert box.text() == "海港"
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(map_page.canvas.hasFocus, timeout=2000)


def test_a_hazard_hidden_by_the_filter_is_shown_again(qtbot, box, map_page, desk, settled):
    map_page.filter_panel.choose({"county": frozenset({"130324"})})
    map_page._filter()
    assert map_page.model.rowCount() == 1
    ask(qtbot, box, "hgyak")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settled(map_page.canvas)
    assert map_page.model.rowCount() == len(SAMPLES)
    assert desk.selection.current == hazard_id(2)


def test_a_new_hazard_is_found_after_it_was_registered(qtbot, box, app, desk, settled):
    assert "没有找到" in ask(qtbot, box, "新滑坡")[0]
    new = make_hazard(
        9,
        name="新滑坡",
        type_key="geological",
        geometry=shapely.Point(119.5, 39.9),
        county="130302",
    )
    desk.announce(app.registry.create(new)[1])
    settled()
    box.search()
    settled()
    box.search()
    assert [hit.title for hit in box.list.hits()] == ["新滑坡"]


@pytest.mark.parametrize("typed", ["QX-2019-0087", "qx-2019-00", "ＱＸ－2019－0087"])
def test_the_code_of_another_office_leads_to_the_hazard(qtbot, box, desk, settled, typed):
    canvas = box.window().pages["map"].canvas
    new = make_hazard(
        9,
        name="气象局所报雷击点",
        type_key="geological",
        geometry=shapely.Point(119.31, 39.91),
        county="130306",
        alias_codes=("QX-2019-0087",),
    )
    desk.announce(desk.app.registry.create(new)[1])
    settled()
    ask(qtbot, box, typed)  # the index is read anew beside the window
    settled()
    assert ask(qtbot, box, typed) == ["气象局所报雷击点"]
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settled(canvas)
    assert desk.selection.current == hazard_id(9)
    assert canvas.place_at(canvas.width() / 2, canvas.height() / 2) == pytest.approx(
        (119.31, 39.91), abs=0.02
    )


def test_one_hundred_thousand_hazards_answer_between_two_keystrokes(qtbot, box, desk):
    count = 100_000
    ids = [f"id-{n}" for n in range(count)]
    names = [f"海港液氨库{n}" for n in range(count)]
    codes = [f"130302-YC-2026-{n:06d}" for n in range(count)]
    column = ["130302"] * count
    shapes = shapely.points(np.random.default_rng(1).uniform((119, 39), (120, 40), (count, 2)))
    desk.features.table = feature_table(
        ids=ids, codes=codes, names=names, type_keys=["ammonia_storage"] * count,
        levels=[1] * count, counties=column, units=column, townships=column,
        revisions=[1] * count, geometries=shapes,
    )  # fmt: skip
    desk.features.table.row_of("")
    texts = [SEPARATOR.join(parts).casefold() for parts in zip(names, codes, column, strict=True)]
    desk.search.index = TextSearch.of(ids, texts)
    for text in ("液氨", "2026-099999", "海港 99", "hgya"):
        box.setText(text)
        began = time.perf_counter()
        box.search()
        print(f"search box, 100,000 hazards, {text}: {(time.perf_counter() - began) * 1000:.1f} ms")
    box.setText("2026-099999")
    box.search()
    assert [hit.key for hit in box.list.hits()] == ["id-99999"]


# -- identify -------------------------------------------------------------------------------------


@pytest.fixture
def stack(app, window, desk, map_page, settled):
    """A point, a pipeline and an area at one place, the point in the middle of the map."""
    lon, lat = 119.30, 39.80
    around = [
        make_hazard(
            11,
            name="氨站",
            type_key="ammonia_storage",
            geometry=shapely.Point(lon, lat),
            county="130322",
        ),
        make_hazard(
            12,
            name="过境输油管",
            type_key="oil_gas_pipeline",
            geometry=shapely.LineString([(lon - 0.05, lat), (lon + 0.05, lat + 0.0001)]),
            county="130322",
        ),
        make_hazard(
            13,
            name="林区",
            type_key="forest_fire",
            geometry=shapely.box(lon - 0.03, lat - 0.02, lon + 0.03, lat + 0.03),
            county="130322",
        ),
    ]
    for each in around:
        app.registry.create(replace(each))
    desk.features.reload()
    settled()
    map_page.canvas.centre_on(lon, lat, 20_000)
    settled(map_page.canvas)
    return lon, lat


def test_a_click_lists_everything_stacked_there_with_the_reason(
    qtbot, stack, map_page, desk, settled
):
    canvas, panel = map_page.canvas, map_page.bench.identify_panel
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=screen(canvas, *stack))
    assert panel.isVisible()
    hits = panel.list.hits()
    assert [hit.title for hit in hits] == ["氨站", "过境输油管", "林区"]
    reasons = [hit.detail.split(" · ")[0] for hit in hits]
    assert reasons[0].startswith(("距此", "就在此处"))
    assert reasons[1].startswith("距管线")
    assert reasons[2] == "在区域内"
    assert "共 3 处" in panel.title.text()
    assert desk.selection.current == hazard_id(11)


def test_choosing_a_line_selects_and_a_double_click_flies(qtbot, stack, map_page, desk, settled):
    canvas, panel = map_page.canvas, map_page.bench.identify_panel
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=screen(canvas, *stack))
    spot = panel.list.visualItemRect(panel.list.item(2)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert desk.selection.current == hazard_id(13)
    assert panel.isVisible()
    before = canvas.viewport
    qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    settled(canvas)
    assert canvas.viewport != before
    assert desk.selection.ids == (hazard_id(13),)


def test_the_list_goes_when_one_or_nothing_is_there(qtbot, stack, map_page, settled):
    canvas, panel = map_page.canvas, map_page.bench.identify_panel
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=screen(canvas, *stack))
    assert panel.isVisible()
    qtbot.mouseClick(
        canvas, Qt.MouseButton.LeftButton, pos=screen(canvas, stack[0] + 0.01, stack[1] + 0.01)
    )
    assert not panel.isVisible()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=screen(canvas, *stack))
    assert panel.isVisible()
    qtbot.keyClick(panel.list, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_a_place_that_was_searched_for_is_marked_until_something_else_is_clicked(
    qtbot, box, map_page, settled
):
    canvas = map_page.canvas
    ask(qtbot, box, "高德 119.6, 39.93")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settled(canvas)
    lon, lat = map_page.bench.found_place
    place = screen(canvas, lon, lat)
    assert abs(place.x() - canvas.width() / 2) <= 1
    marked = canvas.grab().toImage().pixelColor(place)
    assert marked.hue() == pytest.approx(QColor("#7b1fa2").hue(), abs=6)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place + QPoint(120, 90))
    assert map_page.bench.found_place is None
    assert canvas.grab().toImage().pixelColor(place) != marked


def test_a_list_that_leaves_some_out_says_so(qtbot, box, desk, map_page, settled):
    canvas = map_page.canvas
    table = desk.features.table
    desk.search.index = TextSearch.of(
        tuple(str(table.ids[0]) for _n in range(80)), tuple("石门泥石流" for _n in range(80))
    )
    ask(qtbot, box, "石门")
    hits = box.list.hits()
    assert len(hits) == 61
    assert hits[-1].key is None
    assert "60" in hits[-1].title
    assert canvas.table is not None
