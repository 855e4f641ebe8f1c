"""Runs the desk as the officer does and says on stdout when the map is drawn and usable.

    python -X utf8 benchmarks/start_probe.py REGISTER COUNT

Started by `bench_start`, which takes the time from the start of this process. Nothing is loaded here
before the program's own entry point. "drawn" is the first paint of the map widget that copies a
picture of all COUNT hazards to the window; "filled" is the first turn of the event loop afterwards in
which the table below the map has their rows too.
"""
# ruff: noqa: PLC0415 - the program decides what is loaded when, that is what is measured

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from qhd_riskmap import __main__ as program

COUNT = int(sys.argv[2])
_AGAIN_MS = 2


def _watched_desk(*arguments: Any) -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from qhd_riskmap.ui import application
    from qhd_riskmap.ui.map.canvas import MapCanvas

    paint = MapCanvas.paintEvent
    said: set[str] = set()

    def say(word: str) -> None:
        said.add(word)
        print(word, flush=True)

    def paint_and_tell(canvas: Any, event: Any) -> None:
        paint(canvas, event)
        if canvas.frame and len(canvas.frame.scene.table) == COUNT and "drawn" not in said:
            say("drawn")
            QTimer.singleShot(0, look_at_the_table)

    def look_at_the_table() -> None:
        window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main-window")
        if window.pages["map"].model.rowCount() < COUNT:
            QTimer.singleShot(_AGAIN_MS, look_at_the_table)
            return
        say("filled")
        os._exit(0)

    MapCanvas.paintEvent = paint_and_tell  # type: ignore[method-assign]
    return application.run_desk(*arguments)


if __name__ == "__main__":
    sys.argv[1:] = ["desk", sys.argv[1]]
    program._open_desk = _watched_desk  # noqa: SLF001 - the seam of the entry point
    sys.exit(program.main())
