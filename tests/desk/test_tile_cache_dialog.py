"""The tiles kept on this computer: their size is told, the limit moves, clearing asks first."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from qhd_riskmap.settings import load_settings


@pytest.fixture
def dialog(qtbot, map_page, desk, settled):
    settled(map_page.canvas)
    cache = desk.app.layers.tiles.cache
    for column in range(3):
        cache.put("https://a.b/{z}/{x}/{y}", 5, column, 7, b"x" * 1024 * 1024)
    map_page.layers.panel.cache_wanted.emit()
    opened = map_page.layers.tile_keeping.dialog
    qtbot.waitUntil(lambda: "MB" in opened.size_label.text(), timeout=5000)
    yield opened
    if map_page.layers.tile_keeping.dialog is opened:
        opened.reject()


def test_the_room_taken_is_told(dialog):
    assert dialog.size_label.text() == "3.0 MB"
    assert (dialog.megabytes.value(), dialog.days.value()) == (500, 30)


def test_clearing_asks_first_and_then_leaves_nothing(qtbot, dialog, desk):
    cache = desk.app.layers.tiles.cache
    dialog.clear_button.click()
    assert cache.size() == 3 * 1024 * 1024
    assert "断网" in dialog.question.text()
    dialog.question.findChild(QPushButton, "tile-cache-clear-yes").click()
    qtbot.waitUntil(lambda: dialog.size_label.text() == "0.0 MB", timeout=5000)
    assert cache.size() == 0
    assert not list(cache.folder.rglob("*.tile"))
    assert not dialog.clear_button.isEnabled()


def test_limit_age_and_network_are_kept_and_in_force_at_once(dialog, desk, settings):
    dialog.megabytes.setValue(1)
    dialog.days.setValue(7)
    dialog.online.setChecked(True)
    dialog.findChild(QPushButton, "tile-cache-ok").click()
    kept = load_settings()
    assert (kept.tile_cache_mb, kept.tile_cache_days, kept.online_tiles) == (1, 7, True)
    tiles = desk.app.layers.tiles
    assert (tiles.cache.limit_bytes, tiles.cache.days, tiles.allowed) == (1024 * 1024, 7, True)
    tiles.cache.put("https://a.b/{z}/{x}/{y}", 5, 9, 7, b"y" * 1024)
    assert tiles.cache.size() <= 1024 * 1024
