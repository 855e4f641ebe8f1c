"""Redraw of 100,000 hazards, 1280 by 800, beside QGIS on memory layers in the same run."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QColor, QImage, QPainter

sys.path.insert(0, str(Path(__file__).resolve().parent))

import synthetic
from qgis_process import NO_QGIS, run_qgis

from qhd_riskmap.cartography.gui_application import ensure_gui_application
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.prepared import PreparedFeatures, prepare
from qhd_riskmap.cartography.viewport import Viewport

ZOOMS = {1: "full extent", 4: "1/16", 16: "1/256"}
REPEATS = 9
MB = 1_000_000
# The same drawing work as the rival: every symbol, one-pixel lines, plain fills, no names.
PLAIN = MapOptions(
    symbol_size=12, line_width=1, cluster=False, labels=False, hatch=False, dashes=False,
    anchor_symbols=False, basemap=False,
)  # fmt: skip


def measure() -> list[dict[str, Any]]:
    """One entry per extent against the rival, then what has no rival: preparing, first frame, pan.

    The quickest of several runs on both sides: what else the machine does only ever adds.
    """
    ensure_gui_application()
    table = synthetic.table()
    prepared, preparing = _clocked(lambda: prepare(table))
    whole = Viewport.fit(synthetic.BBOX, 1280, 800)
    frame, first = _clocked(lambda: render_image(prepared, None, whole, PLAIN))
    ours = {}
    for zoom in ZOOMS:
        viewport = whole.zoomed(zoom)
        render_image(prepared, None, viewport, PLAIN)  # thins once, like the rival's first pass
        ours[zoom] = _quickest(partial(render_image, prepared, None, viewport, PLAIN))
    pan = _pan(frame)
    alone = [
        _alone("hazards prepared to paint", preparing, len(table), _memory(prepared)),
        _alone("first frame, nothing thinned yet", first, len(table), "full extent, one run"),
        _alone("pan, last frame moved", pan, len(table), f"{1000 * pan:.2f} ms, quickest of 9"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        rival = run_qgis("draw", table, Path(folder), REPEATS)
    return [*(_entry(zoom, ours[zoom], rival, len(table)) for zoom in ZOOMS), *alone]


def _clocked(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _quickest(work: Callable[[], Any]) -> float:
    return min(_clocked(work)[1] for _ in range(REPEATS))


def _pan(frame: QImage) -> float:
    """Seconds to show the last frame moved by some pixels, as the window does until the next is ready."""
    window = QImage(frame.size(), QImage.Format.Format_RGB32)

    def move() -> None:
        painter = QPainter(window)
        painter.fillRect(window.rect(), QColor("#FFFFFF"))
        painter.drawImage(37, -21, frame)
        painter.end()

    return _quickest(move)


def _memory(prepared: PreparedFeatures) -> str:
    """What the arrays take, and the most the process ever took."""
    layers = (prepared.lines, prepared.polygons)
    arrays = [a for x in layers for a in (x.rows, x.styles, x.bounds, x.full.xy, x.full.offsets)]
    marks = prepared.marks
    arrays += [prepared.styles, prepared.bounds, marks.xy, marks.styles, marks.rows, marks.lonlat]
    note = f"arrays to paint {sum(a.nbytes for a in arrays) / MB:.0f} MB"
    peak = peak_memory()
    return note + (f", process at most {peak / MB:.0f} MB" if peak else "")


def peak_memory() -> int | None:
    """Bytes of the process at its largest so far; None where the system does not tell (Windows)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _alone(name: str, seconds: float, count: int, note: str) -> dict[str, Any]:
    entry = {"name": f"canvas, {name}", "ours_s": seconds, "rival": None, "rival_s": None}
    return {**entry, "ratio": None, "n": count, "note": note}


def _entry(zoom: int, ours: float, rival: dict[str, Any] | None, count: int) -> dict[str, Any]:
    seconds = min(rival["seconds"][str(zoom)]) if rival else None
    return {
        "name": f"canvas redraw, {ZOOMS[zoom]}",
        "ours_s": ours,
        "rival": f"QGIS {rival['version']} parallel job, memory layers" if rival else None,
        "rival_s": seconds,
        "ratio": ours / seconds if seconds else None,
        "n": count,
        "note": "quickest of 9, 1280x800, plain look on both sides" if rival else NO_QGIS,
    }


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))
