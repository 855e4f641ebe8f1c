"""The order of layers, by a mouse that really drags: pressed, moved, let go over another row.

Qt's offscreen platform cannot drag, so there the test runs itself once more under a virtual screen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.desk.test_layers import drop, dropped, layers, shapefile, stored

__all__ = ["dropped", "layers"]  # fixtures
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
STEP_MS = 40


def dragged(qtbot, view, start, end):
    """Drag inside a list with events at its window; those during the drag come from timers."""
    window, port = view.window().windowHandle(), view.viewport()

    def at(place):
        return port.mapTo(view.window(), place)

    way = [start + (end - start) * share / 4 for share in range(1, 5)] + [end]

    def go_on():
        if way:
            QTest.mouseMove(window, at(way.pop(0)))
            QTimer.singleShot(STEP_MS, go_on)
        else:
            QTest.mouseRelease(
                window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(end)
            )

    QTest.mousePress(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(start))
    QTimer.singleShot(2 * STEP_MS, go_on)
    for pixels in (8, 12, 16):  # farther than a click may shake: the drag begins
        QTest.mouseMove(window, at(start + QPoint(3, pixels if end.y() > start.y() else -pixels)))
    qtbot.wait(12 * STEP_MS)


def elsewhere(request):
    """Run the calling test under a virtual screen."""
    program = shutil.which("xvfb-run")
    if program is None:
        pytest.skip("a drag needs a screen; Debian: xvfb")
    command = [program, "-a", "-s", "-screen 0 1400x900x24", sys.executable, "-X", "utf8", "-m",
               "pytest", "-q", "-p", "no:cacheprovider", request.node.nodeid]  # fmt: skip
    place = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=180, env=place,
        cwd=Path(request.config.rootpath),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_layer_dragged_by_the_mouse_lies_there_on_the_map_and_in_the_register(request, qapp):
    del qapp
    if QGuiApplication.platformName() == "offscreen":
        elsewhere(request)
        return
    request.getfixturevalue("dropped")
    qtbot, map_page, found, folder = map(
        request.getfixturevalue, ("qtbot", "map_page", "layers", "tmp_path")
    )
    for number, name in enumerate(("乙", "丙"), start=2):
        drop(map_page.canvas, shapefile(folder / f"{name}.shp"))
        qtbot.waitUntil(lambda n=number: len(found.stack.layers) == n, timeout=10000)
    shown = found.panel.list
    rows = [shown.visualItemRect(shown.item(row)) for row in range(3)]
    assert [shown.item(row).text() for row in range(3)] == ["丙", "乙", "片区"]

    dragged(qtbot, shown, rows[0].center(), rows[2].center() + QPoint(0, rows[2].height() // 2 - 2))
    qtbot.waitUntil(lambda: [e.name for e in stored(found)] == ["丙", "片区", "乙"], timeout=5000)
    assert [shown.item(row).text() for row in range(3)] == ["乙", "片区", "丙"]
    assert [each.layer.name for each in found.stack.layers] == ["丙", "片区", "乙"]

    # Back up again, and a drag that ends where it began changes nothing.
    dragged(qtbot, shown, rows[2].center(), rows[0].center() - QPoint(0, rows[0].height() // 2 - 2))
    qtbot.waitUntil(lambda: [e.name for e in stored(found)] == ["片区", "乙", "丙"], timeout=5000)
    dragged(qtbot, shown, rows[1].center(), rows[1].center() + QPoint(6, 0))
    qtbot.wait(200)
    assert [shown.item(row).text() for row in range(3)] == ["丙", "乙", "片区"]
    assert [e.name for e in stored(found)] == ["片区", "乙", "丙"]
