"""Selecting 100,000 hazards by polygon and identifying at a place, beside QGIS's spatial filter."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import shapely
import synthetic
from qgis_process import NO_QGIS, SYSTEM_PYTHON, has_qgis, write_geometries

from qhd_riskmap.domain.place_index import PlaceIndex

HERE = Path(__file__).resolve().parent
REPEATS = 9
CORNERS = [[118.9, 39.7], [119.5, 39.65], [119.6, 40.1], [119.2, 40.35], [118.85, 40.0]]
REACH_DEG = 0.0005  # the rival takes a box
REACH_M = 55.0  # ours measures on the ground and tells why each is listed
PLACES = 200


def measure() -> list[dict[str, Any]]:
    """Both against layers in memory and against the GeoPackage; the spatial index is built before."""
    table = synthetic.table()
    tree = shapely.STRtree(table.geometries)
    index = PlaceIndex(table, tree, table.dimensions)
    rows = np.random.default_rng(7).choice(len(table), PLACES, replace=False)
    places = table.anchors[rows].tolist()
    area = shapely.Polygon(CORNERS)
    select, chosen = min(_timed(lambda: len(index.touching(area))) for _ in range(REPEATS))
    identify, found = min(
        _timed(lambda: sum(len(_at(index, place)) for place in places)) for _ in range(REPEATS)
    )
    identify /= PLACES
    boxes = [shapely.box(x - REACH_DEG, y - REACH_DEG, x + REACH_DEG, y + REACH_DEG)
             for x, y in places]  # fmt: skip
    filtered, met = min(
        _timed(lambda: sum(len(index.touching(box)) for box in boxes)) for _ in range(REPEATS)
    )
    filtered /= PLACES
    rival = _rival(table, places)
    entries = []
    for source, words in (("memory", "memory layers"), ("package", "GeoPackage")):
        for name, ours, count, key in (
            ("select by polygon", select, chosen, "select"),
            ("spatial filter at a point", filtered, met, "identify"),
            ("identify at a point, with distance and reason", identify, found, "identify"),
        ):
            theirs, theirs_found = rival[source][key] if rival else (None, None)
            note = f"{count} found" + (f", rival {theirs_found}" if rival else f"; {NO_QGIS}")
            entries.append(
                {
                    "name": f"pick, {name}",
                    "ours_s": ours,
                    "rival_s": theirs,
                    "rival": f"QGIS {rival['version']}, {words}" if rival else None,
                    "ratio": ours / theirs if theirs else None,
                    "n": len(table),
                    "note": note,
                }
            )
    return entries


def _at(index: PlaceIndex, place: list[float]) -> Any:
    return index.identify(place[0], place[1], points_m=REACH_M, lines_m=REACH_M)


def _timed(work: Any) -> tuple[float, int]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def _rival(table: Any, places: list[list[float]]) -> dict[str, Any] | None:
    if not has_qgis():
        return None
    box = [str(edge) for edge in synthetic.BBOX]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_geometries(table, folder)
        wanted = {"polygon": CORNERS, "places": places, "reach": REACH_DEG}
        (folder / "pick.json").write_text(json.dumps(wanted), encoding="ascii")
        for what in ("make", "pick"):
            done = subprocess.run(
                [SYSTEM_PYTHON, HERE / "qgis_project.py", what, folder, str(REPEATS), *box],
                capture_output=True, text=True, check=True, timeout=900,
            )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))
