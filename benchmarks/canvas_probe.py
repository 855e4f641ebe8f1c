"""One map widget on its own: first picture, pan and zoom response, stalls and memory; prints JSON.

    python -X utf8 benchmarks/canvas_probe.py mixed|POINTS SECONDS

Started by `bench_desk` in a process of its own, so that memory is that of this set alone.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import synthetic
from PySide6.QtCore import QEventLoop, QTimer

from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.domain.feature_table import TEXT_COLUMNS, FeatureTable, table_of_arrays, texts
from qhd_riskmap.domain.flat_shapes import FlatShapes
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.application import prepare_application
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.toolkit.selection import Selection

TICK_MS = 16
PATIENCE_S = 120.0


def points_table(count: int) -> FeatureTable:
    """So many points around Qinhuangdao, as a register's first look hands them over."""
    random = np.random.default_rng(42)
    places = synthetic.centres(random, count)
    none = np.empty(0, np.int64)
    kinds = texts([TYPE_KEYS[index] for index in random.integers(0, len(TYPE_KEYS), count)])
    columns = {name: (lambda: texts([""] * count)) for name in TEXT_COLUMNS}
    columns["ids"] = lambda: texts([f"{row:032x}" for row in range(count)])
    columns["type_keys"] = lambda: kinds
    flat = FlatShapes(
        size=count, point_rows=np.arange(count), points=places,
        line_rows=none, lines=np.empty((0, 2)), line_offsets=np.zeros(1, np.int64),
        ring_rows=none, rings=np.empty((0, 2)), ring_offsets=np.zeros(1, np.int64),
        other_rows=none, others=np.empty(0, object), bounds=np.column_stack((places, places)),
    )  # fmt: skip
    levels = random.choice((1, 2, 3, 4), count, p=(0.1, 0.2, 0.3, 0.4)).astype(np.int8)
    return table_of_arrays(
        levels=levels, revisions=np.ones(count, np.int64), flat=flat, columns=columns
    )


def memory_mb() -> dict[str, float]:
    """Resident now and at most, megabytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    lines = dict(line.split(":", 1) for line in status.read_text("ascii").splitlines())
    return {
        key: int(lines[name].split()[0]) / 1000
        for key, name in (("now", "VmRSS"), ("most", "VmHWM"))
    }


def wait_for_picture(canvas: MapCanvas, rows: int) -> float:
    """Seconds until the widget shows a picture of all ``rows`` in its present view."""
    started = time.perf_counter()
    loop = QEventLoop()
    canvas.shown.connect(loop.quit)
    while time.perf_counter() - started < PATIENCE_S:
        if canvas.frame is not None and len(canvas.frame.scene.table) == rows:
            break
        QTimer.singleShot(1000, loop.quit)
        loop.exec()
    canvas.repaint()
    return time.perf_counter() - started


def blits(canvas: MapCanvas) -> dict[str, float]:
    """Milliseconds to paint the widget after a pan and after a zoom, quickest of 20."""
    found = {"pan": [], "zoom": []}
    for turn in range(20):
        for name, change in (
            ("pan", lambda: canvas.pan(7, -5)),
            ("zoom", lambda turn=turn: canvas.zoom(1.1 if turn % 2 else 1 / 1.1)),
        ):
            change()
            started = time.perf_counter()
            canvas.repaint()
            found[name].append((time.perf_counter() - started) * 1000)
    return {name: min(values) for name, values in found.items()}


def longest_stall(canvas: MapCanvas, seconds: float) -> float:
    """The longest gap between two ticks of the event loop while the map pans and is painted, ms."""
    loop, gaps, last = QEventLoop(), [], [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        gaps.append((now - last[0]) * 1000)
        last[0] = now
        turn = len(gaps)
        canvas.pan(6 if turn // 60 % 2 else -6, 4 if turn // 90 % 2 else -4)
        if turn % 150 == 0:
            canvas.zoom(2.0 if turn // 150 % 2 else 0.5)

    timer = QTimer()
    timer.setInterval(TICK_MS)
    timer.timeout.connect(tick)
    timer.start()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()
    timer.stop()
    return max(gaps[1:], default=0.0)


def main() -> None:
    """Measure one set."""
    what, seconds = sys.argv[1], float(sys.argv[2])
    application = prepare_application(Settings(theme="light"))
    table = synthetic.table() if what == "mixed" else points_table(int(what))
    canvas = MapCanvas(Selection())
    canvas.resize(1280, 800)
    canvas.show()
    application.processEvents()
    wait_for_picture(canvas, 0)
    canvas.show_table(table)
    answer = {"first_s": wait_for_picture(canvas, len(table)), "blit_ms": blits(canvas)}
    answer["stalls_ms"] = [longest_stall(canvas, seconds) for _ in range(5 if seconds else 0)]
    answer["memory_mb"] = memory_mb()
    canvas.close_down()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
