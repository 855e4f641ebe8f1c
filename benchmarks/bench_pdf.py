"""A3 PDF of 100,000 hazards, beside a QGIS layout export in the same run."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import synthetic
from qgis_process import NO_QGIS, run_qgis

from qhd_riskmap.cartography.page_export import export_pdf
from qhd_riskmap.cartography.page_model import SheetContent

REPEATS = 2


def measure() -> list[dict[str, Any]]:
    """One entry: best of two on both sides; ours is the whole sheet with legend and searchable text."""
    table = synthetic.table()
    content = SheetContent(
        title="十万隐患点导出测试", features=table, extent=synthetic.BBOX, names=False,
        anchor_symbols=False,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = min(_timed(content, folder / "ours.pdf") for _ in range(REPEATS))
        size = (folder / "ours.pdf").stat().st_size / 1e6
        rival = run_qgis("pdf", table, folder, REPEATS)
        rival_size = (folder / "qgis.pdf").stat().st_size / 1e6 if rival else 0.0
    seconds = min(rival["seconds"]["pdf"]) if rival else None
    return [
        {
            "name": "PDF A3 export",
            "ours_s": ours,
            "rival": f"QGIS {rival['version']} layout" if rival else None,
            "rival_s": seconds,
            "ratio": ours / seconds if seconds else None,
            "n": len(table),
            "note": f"vector; {size:.1f} MB, rival {rival_size:.1f} MB" if rival else NO_QGIS,
        }
    ]


def _timed(content: SheetContent, path: Path) -> float:
    started = time.perf_counter()
    export_pdf(content, path)
    return time.perf_counter() - started


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))
