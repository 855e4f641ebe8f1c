"""Redraw of 100,000 hazards, 1280 by 800, beside QGIS on memory layers in the same run."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import synthetic
from qgis_process import NO_QGIS, run_qgis

from qhd_riskmap.cartography.gui_application import ensure_gui_application
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.viewport import Viewport

ZOOMS = {1: "full extent", 4: "1/16", 16: "1/256"}
REPEATS = 5
# The same drawing work as the rival: every symbol, one-pixel lines, plain fills, no names.
PLAIN = MapOptions(
    symbol_size=12, line_width=1, cluster=False, labels=False, hatch=False, dashes=False,
    anchor_symbols=False, basemap=False,
)  # fmt: skip


def measure() -> list[dict[str, Any]]:
    """One entry per extent: median seconds of both, and their ratio."""
    ensure_gui_application()
    table = synthetic.table()
    prepared = prepare(table)
    whole = Viewport.fit(synthetic.BBOX, 1280, 800)
    ours = {}
    for zoom in ZOOMS:
        viewport = whole.zoomed(zoom)
        render_image(prepared, None, viewport, PLAIN)  # thins once, like the rival's first pass
        ours[zoom] = statistics.median(_timed(prepared, viewport) for _ in range(REPEATS))
    with tempfile.TemporaryDirectory() as folder:
        rival = run_qgis("draw", table, Path(folder), REPEATS)
    return [_entry(zoom, ours[zoom], rival, len(table)) for zoom in ZOOMS]


def _timed(prepared: Any, viewport: Viewport) -> float:
    started = time.perf_counter()
    render_image(prepared, None, viewport, PLAIN)
    return time.perf_counter() - started


def _entry(zoom: int, ours: float, rival: dict[str, Any] | None, count: int) -> dict[str, Any]:
    seconds = statistics.median(rival["seconds"][str(zoom)]) if rival else None
    return {
        "name": f"canvas redraw, {ZOOMS[zoom]}",
        "ours_s": ours,
        "rival": f"QGIS {rival['version']} parallel job, memory layers" if rival else None,
        "rival_s": seconds,
        "ratio": ours / seconds if seconds else None,
        "n": count,
        "note": "median of 5, 1280x800, plain look on both sides" if rival else NO_QGIS,
    }


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))
