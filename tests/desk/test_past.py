"""The past on the desk: revisions side by side, restored; the levels of a past day on the map."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QPushButton

from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.domain.timeline import DAY_S, timeline
from qhd_riskmap.services.history import PastOfAll
from qhd_riskmap.ui.map.time_slider import table_of_day
from tests.desk.conftest import SAMPLES, hazard_id


@pytest.fixture
def changed(app):
    """The slide, renamed, moved, assessed, with a file."""
    slide = app.registry.get(hazard_id(1))
    slide, _changes = app.registry.update(replace(slide, name="石门泥石流（改）", unit="水务局"))
    app.registry.move(hazard_id(1), lon=119.06, lat=39.955)
    app.assessment.assess(hazard_id(1), "ls", {"L": 1, "S": 1}, on=date(2026, 1, 2))
    app.attachments.attach(slide.id, "记录.txt", "现场".encode())
    return slide


@pytest.fixture
def dialog(qtbot, changed, map_page, desk, settled):
    settled()
    desk.features.reload()
    desk.selection.set([hazard_id(1)])
    settled()
    qtbot.mouseClick(map_page.detail.history_button, Qt.MouseButton.LeftButton)
    settled()
    opened = map_page.bench.dialog
    yield opened
    opened.close()


def titles(dialog):
    return [hit.title for hit in dialog.list.hits()]


def choose(dialog, title):
    dialog.list.setCurrentRow(next(n for n, t in enumerate(titles(dialog)) if t.startswith(title)))


def differences(dialog):
    table = dialog.table
    return {
        table.item(row, 0).text(): (table.item(row, 1).text(), table.item(row, 2).text())
        for row in range(table.rowCount())
    }


def test_all_revisions_and_files_are_listed_newest_first(dialog):
    assert [t for t in titles(dialog) if t.startswith("第")] == [
        "第 4 版　评估",
        "第 3 版　修改",
        "第 2 版　修改",
        "第 1 版　登记",
    ]
    assert titles(dialog)[0] == "添加 记录.txt"
    assert dialog.chosen().revision == 4  # the newest revision, not the file
    assert "测试员" in dialog.list.hit_at(0).detail


def test_a_revision_tells_what_it_changed_in_chinese(dialog):
    choose(dialog, "第 2 版")
    assert differences(dialog) == {
        "名称": ("石门泥石流", "石门泥石流（改）"),
        "责任单位": ("石门镇人民政府", "水务局"),
    }
    choose(dialog, "第 3 版")
    assert "移动 1019" in differences(dialog)["位置和图形"][1]
    choose(dialog, "第 4 版")
    assert differences(dialog)["风险等级"] == ("重大风险", "低风险")
    dialog.against_now.setChecked(True)
    choose(dialog, "第 1 版")
    assert differences(dialog)["名称"] == ("石门泥石流", "石门泥石流（改）")


def test_before_the_first_revision_nothing_was_registered(dialog):
    captions = [label.text() for label in dialog.maps._captions]
    assert captions[0] == "之前"
    choose(dialog, "第 1 版")
    assert dialog.maps._captions[0].text() == "之前（还没有登记）"


def test_before_and_after_stand_side_by_side_and_move_together(qtbot, dialog, settled):
    choose(dialog, "第 3 版")
    former, later = dialog.maps.former, dialog.maps.later
    settled(later)
    settled(former)
    assert former.table.anchors[0] == pytest.approx((119.05, 39.95))
    assert later.table.anchors[0] == pytest.approx((119.06, 39.955))
    later.pan(40, 30)
    assert former.viewport.centre == pytest.approx(later.viewport.centre, abs=1e-9)
    picture = later.grab().toImage()
    later._ghost = None
    assert later.grab().toImage() != picture  # the ghost was in it


def test_a_revision_is_restored_as_a_new_one_and_undone(qtbot, dialog, app, desk, settled):
    choose(dialog, "第 4 版")
    assert not dialog.restore_button.isEnabled()
    choose(dialog, "第 1 版")
    qtbot.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    next(b for b in dialog.dialog.buttons() if b.objectName() == "confirm-restore-yes").click()
    settled()
    stored = app.registry.get(hazard_id(1))
    assert (stored.name, stored.unit, stored.revision) == ("石门泥石流", "石门镇人民政府", 5)
    assert stored.anchor() == pytest.approx((119.05, 39.95))
    assert stored.level.rank == 4  # the assessment stays
    assert "第 5 版　修改" in titles(dialog)
    assert dialog.chosen().revision == 5
    desk.history.undo()
    settled()
    assert app.registry.get(hazard_id(1)).name == "石门泥石流（改）"


# -- time slider ----------------------------------------------------------------------------------


@pytest.fixture
def bar(qtbot, map_page, changed, desk, settled):
    settled()
    map_page.bench.toggle_time()
    settled(map_page.canvas)
    return map_page.bench.time


def shown(map_page):
    table = map_page.canvas.table
    return dict(zip(table.names.tolist(), table.levels.tolist(), strict=True))


def test_the_slider_shows_the_levels_of_a_past_day(qtbot, bar, map_page, settled):
    assert bar.isVisible()
    assert len(shown(map_page)) == len(SAMPLES)
    assert bar.day() == datetime.now(UTC).astimezone().date()
    bar.edit.setDate(QDate(2026, 1, 2))
    qtbot.waitUntil(lambda: not bar._timer.isActive(), timeout=3000)
    assert shown(map_page) == {"石门泥石流（改）": 4}
    assert bar.counts.text().split() == ["低风险", "1"]
    bar.edit.setDate(QDate(2014, 3, 5))
    qtbot.waitUntil(lambda: not bar._timer.isActive(), timeout=3000)
    assert shown(map_page) == {"石门泥石流（改）": 0}
    settled(map_page.canvas)


def test_filters_hold_for_the_past_too(qtbot, bar, map_page):
    map_page.filter_panel.choose({"county": frozenset({"130302"})})
    qtbot.waitUntil(lambda: not bar._timer.isActive(), timeout=3000)
    assert set(shown(map_page)) == {"海港液氨库"}


def test_playing_runs_to_today_and_stops(qtbot, bar):
    bar.play_button.click()
    assert bar.slider.value() < bar.slider.maximum()
    bar.slider.setValue(bar.slider.maximum() - 1)
    bar._step()
    assert bar.slider.value() == bar.slider.maximum()
    assert not bar._player.isActive()


def test_closing_shows_the_present_again(qtbot, bar, map_page, settled):
    bar.edit.setDate(QDate(2026, 1, 2))
    qtbot.waitUntil(lambda: not bar._timer.isActive(), timeout=3000)
    map_page.bench.toggle_time()
    settled(map_page.canvas)
    assert not bar.isVisible()
    assert len(shown(map_page)) == len(SAMPLES)


def test_one_hundred_thousand_hazards_on_another_day():
    count = 100_000
    random = np.random.default_rng(5)
    ids = [f"id-{n}" for n in range(count)]
    column = ["130302"] * count
    table = feature_table(
        ids=ids, codes=ids, names=ids, type_keys=["flood"] * count, levels=[1] * count,
        counties=column, units=column, townships=column, revisions=[1] * count,
        geometries=shapely.points(random.uniform((119, 39), (120, 40), (count, 2))),
    )  # fmt: skip
    line = timeline(
        ids=ids,
        hazards=np.tile(np.arange(count), 3),
        instants=random.integers(0, 1000 * DAY_S, 3 * count),
        levels=random.integers(0, 5, 3 * count),
        alive=np.ones(3 * count, dtype=bool),
    )
    past = PastOfAll(table, line)
    for wanted in ({}, {"county": frozenset({"130302"}), "level": frozenset({"1"})}):
        began = time.perf_counter()
        found = table_of_day(past, date(1970, 1, 1) + timedelta(days=700), wanted)
        print(f"100,000 hazards on a past day: {(time.perf_counter() - began) * 1000:.0f} ms")
        assert 0 < len(found) < count


@pytest.mark.parametrize("way", ["button", "escape"])
def test_the_past_is_closed_by_its_button_and_by_escape(qtbot, dialog, way):
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    if way == "escape":
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    else:
        qtbot.mouseClick(dialog.findChild(QPushButton, "history-close"), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
