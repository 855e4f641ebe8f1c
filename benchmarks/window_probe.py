"""The whole window on a register: its table, marking and selecting, stalls while it pans; prints JSON.

    python -X utf8 benchmarks/window_probe.py REGISTER COUNT SECONDS

Started by `bench_desk` in a process of its own. Every stall is the longest gap between two turns of the
event loop, told twice: by the clock, and by the processor time the window's thread used in that gap,
which other work on the machine does not lengthen.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from canvas_probe import memory_mb
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from qhd_riskmap.bootstrap import open_app
from qhd_riskmap.services.first_look import FirstLook
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.application import prepare_application
from qhd_riskmap.ui.main_window import MainWindow
from qhd_riskmap.ui.toolkit.column_values import ColumnFilter
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_runner import JobRunner

TICK_MS = 4
FRAME_MS = 16
PATIENCE_S = 120.0
RUNS = 5


class Watch:
    """Gaps of the event loop."""

    def __init__(self) -> None:
        self.gaps: list[tuple[float, float]] = []
        self._last = (0.0, 0.0)

    def run(self, seconds: float, *deeds: tuple[int, Callable[[], object]]) -> dict[str, float]:
        """Turn the loop so long; each deed is done after its milliseconds. The longest gap, ms."""
        self.gaps, self._last = [], (time.perf_counter(), time.thread_time())
        loop, timer = QEventLoop(), QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(TICK_MS)
        timer.timeout.connect(self._tick)
        timer.start()
        for after, deed in deeds:
            QTimer.singleShot(after, deed)
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()
        timer.stop()
        wall, cpu = (max(column) for column in zip(*self.gaps, strict=True))
        return {"wall_ms": wall, "cpu_ms": cpu}

    def _tick(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        self.gaps.append(((now[0] - self._last[0]) * 1000, (now[1] - self._last[1]) * 1000))
        self._last = now


def wait_until(reached: Callable[[], bool]) -> None:
    """Turn the event loop until something holds."""
    limit = time.perf_counter() + PATIENCE_S
    loop = QEventLoop()
    while not reached():
        if time.perf_counter() > limit:
            raise SystemExit("the window never came to rest")
        QTimer.singleShot(10, loop.quit)
        loop.exec()


def clocked(deed: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    deed()
    return (time.perf_counter() - started) * 1000


def table_work(view: Any) -> dict[str, Any]:
    """Opening, sorting and filtering by every visible column, each shown at once; milliseconds."""
    model = view.records
    picture = QImage(view.size(), QImage.Format.Format_RGB32)

    def shown() -> None:
        view.render(picture)

    shown()
    found: dict[str, Any] = {"sort_ms": {}, "filter_ms": {}, "choices_ms": {}}
    for number in view.shown_columns():
        key = model.columns[number].key
        found["sort_ms"][key] = clocked(
            lambda n=number: (view.sortByColumn(n, Qt.SortOrder.AscendingOrder), shown())
        )
        text = model.text_at(model.rowCount() // 2, number)
        column = model.columns[number]
        if not column.number:
            found["choices_ms"][key] = clocked(lambda n=number: model.choices(n))
        wanted = ColumnFilter(lowest=1.0) if column.number else ColumnFilter(contains=text[:2])
        found["filter_ms"][key] = clocked(
            lambda n=number, w=wanted: (model.set_filter(n, w), shown())
        )
        model.clear_filters()
    view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    return found


def panning(watch: Watch, canvas: Any, seconds: float) -> dict[str, float]:
    """The longest gap while the map pans at sixty pictures a second and is painted anew."""
    turns = [0]

    def step() -> None:
        turns[0] += 1
        turn = turns[0]
        canvas.pan(6 if turn // 60 % 2 else -6, 4 if turn // 90 % 2 else -4)
        if turn % 150 == 0:
            canvas.zoom(2.0 if turn // 150 % 2 else 0.5)

    timer = QTimer()
    timer.setInterval(FRAME_MS)
    timer.timeout.connect(step)
    timer.start()
    found = watch.run(seconds)
    timer.stop()
    return found


def marking(watch: Watch, window: Any, canvas: Any, table: Any) -> dict[str, Any]:
    """Marking one hazard on the map and in the table, many by a rectangle, all, none; first and again."""
    found: dict[str, Any] = {}
    middle = QPoint(canvas.width() // 2, canvas.height() // 2)
    ids = table.records.ids_at(list(range(0, table.records.rowCount(), 5)))
    page = window.pages["map"]

    def click_map(offset: int) -> None:
        QTest.mouseClick(
            canvas,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            middle + QPoint(offset, 0),
        )

    def click_table(row: int) -> None:
        place = QPointF(60, 14 + 28 * row).toPoint()
        QTest.mouseClick(
            table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place
        )

    deeds: tuple[tuple[str, Callable[[int], object]], ...] = (
        ("click on the map", lambda turn: click_map(3 * turn)),
        ("click in the table", click_table),
        ("a fifth of all", lambda turn: window.desk.selection.set(ids[turn:], by=page)),
        ("all in the table", lambda _turn: table.selectAll()),
        ("none", lambda _turn: window.desk.selection.clear(by=page)),
    )
    for name, deed in deeds:
        for turn, when in enumerate(("first", "again")):
            found[f"{name}, {when}"] = watch.run(1.5, (200, lambda d=deed, t=turn: d(t)))
            wait_until(lambda: not window.desk.jobs.busy and not canvas.renderer.busy)
            if name.startswith("all"):
                window.desk.selection.clear(by=page)
    return found


def main() -> None:
    """Measure one register."""
    path, count, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    application = prepare_application(Settings(theme="light"))
    started = time.perf_counter()
    app = open_app(path, None, "测量", FirstLook(path, None, loaded=True))
    jobs = JobRunner()
    desk = Desk(app, jobs, Settings(theme="light"))
    window = MainWindow(desk)
    window.resize(1366, 768)
    window.show()
    application.processEvents()
    page = window.pages["map"]
    canvas, table = page.canvas, page.table
    wait_until(lambda: canvas.frame is not None and len(canvas.frame.scene.table) == count)
    answer: dict[str, Any] = {"drawn_s": time.perf_counter() - started}
    wait_until(lambda: page.model.rowCount() == count)
    answer["filled_s"] = time.perf_counter() - started
    wait_until(lambda: desk.features.complete and not jobs.busy and not canvas.renderer.busy)
    watch = Watch()
    watch.run(1.0)
    answer["idle"] = watch.run(2.0)
    answer["memory_mb"] = memory_mb()
    answer["open"] = watch.run(
        3.0, (200, lambda: answer.__setitem__("open_ms", clocked(lambda: register(window, count))))
    )
    answer["table"] = table_work(window.pages["register"].table)
    window.go_to("map")
    watch.run(0.5)
    answer["marking"] = marking(watch, window, canvas, table)
    answer["panning"] = [panning(watch, canvas, seconds) for _ in range(RUNS if seconds else 0)]
    print(json.dumps(answer), flush=True)
    os._exit(0)


def register(window: Any, count: int) -> None:
    """Bring the page of the table to front for the first time, and paint it."""
    window.go_to("register")
    view = window.pages["register"].table
    view.repaint()
    if view.records.rowCount() != count:
        raise SystemExit("the table is not filled")


main()
