"""Cold start of the desk to a drawn, usable map of 100,000 hazards, beside QGIS with the same layers.

Both programs run under Xvfb, in turn, each from the start of its process to the first picture on the
screen: ours by `start_probe`, QGIS by a script that quits at the first refresh of its canvas. Also in a
running process: from the file to the first full picture, ours from a register, QGIS's from a GeoPackage.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import synthetic
from qgis_process import NO_QGIS, SYSTEM_PYTHON, write_geometries
from register_set import fill_register

from qhd_riskmap.cartography.gui_application import ensure_gui_application
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.storage.first_look import first_table

HERE = Path(__file__).resolve().parent
REPEATS = 7
_SCREEN = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24"]
PLAIN = MapOptions(
    symbol_size=12, line_width=1, cluster=False, labels=False, hatch=False, dashes=False,
    anchor_symbols=False, basemap=False,
)  # fmt: skip


def measure() -> list[dict[str, Any]]:
    """Cold start and file to first picture, plain register; then what has no rival."""
    if shutil.which("xvfb-run") is None:
        raise SystemExit("xvfb-run is not installed (Debian: xvfb)")
    table = synthetic.table()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = folder / "plain.qhd"
        fill_register(plain, table)
        has_qgis = _make_project(table, folder)
        version = _qgis_version() if has_qgis else None
        starts = _starts(plain, len(table), folder, has_qgis=has_qgis)
        opened = _opened(plain)
        rival = _rival_opened(folder) if has_qgis else None
    drawn, theirs = min(starts["drawn"]), min(starts["qgis"], default=None)
    note = f"quickest of {REPEATS} each, in turn, under Xvfb 1366x768"
    return [
        _entry("cold start to the drawn map", drawn, theirs, f"{version} --noplugins", note),
        _entry("cold start to the filled table", min(starts["filled"]), None, None, note),
        _entry("file to first full picture", opened, rival, f"{version}, GeoPackage",
               f"quickest of {REPEATS}, 1280x800, process running"),
    ]  # fmt: skip


def _starts(plain: Path, count: int, folder: Path, *, has_qgis: bool) -> dict[str, list[float]]:
    home = folder / "home"
    home.mkdir(mode=0o700)
    ours = [sys.executable, "-X", "utf8", str(HERE / "start_probe.py"), str(plain), str(count)]
    theirs = ["qgis", "--nologo", "--noplugins", "--noversioncheck", "--code",
              str(HERE / "qgis_quit.py"), str(folder / "hazards.qgs")]  # fmt: skip
    our_place = {**os.environ, "QHD_RISKMAP_HOME": str(home / "desk")}
    # An installed program has its modules compiled; so has this one after the first turn.
    our_place.pop("PYTHONDONTWRITEBYTECODE", None)
    # QGIS starts its own Python by name: it must find the system's.
    their_place = {**os.environ, "PATH": "/usr/bin:/bin", "HOME": str(home),
                   "XDG_RUNTIME_DIR": str(home)}  # fmt: skip
    their_place.pop("PYTHONPATH", None)
    seconds: dict[str, list[float]] = {"drawn": [], "filled": [], "qgis": []}
    for turn in range(REPEATS + 1):  # the first one fills the disk cache and makes profiles
        said = _timed_words(ours, our_place)
        if turn:
            seconds["drawn"].append(said["drawn"])
            seconds["filled"].append(said["filled"])
        if has_qgis:
            said = _timed_words(theirs, their_place)
            if turn:
                seconds["qgis"].append(said["drawn"])
    return seconds


def _timed_words(command: Sequence[str], environment: dict[str, str]) -> dict[str, float]:
    """Seconds from the start of the process to each word it says, the screen being there already."""
    relay = (
        "import subprocess,sys,time\n"
        "t=time.perf_counter()\n"
        "p=subprocess.Popen(sys.argv[1:],stdout=subprocess.PIPE,stderr=subprocess.DEVNULL,text=True)\n"
        "for line in p.stdout: print(line.strip(),time.perf_counter()-t,flush=True)\n"
        "p.wait()\n"
    )
    done = subprocess.run(
        [*_SCREEN, sys.executable, "-c", relay, *command],
        capture_output=True, text=True, check=True, timeout=300, env=environment,
    )  # fmt: skip
    pairs = [line.split() for line in done.stdout.splitlines()]
    return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2}


def _opened(plain: Path) -> float:
    """Seconds from opening the register to the full picture, libraries loaded, quickest."""
    ensure_gui_application()
    whole = Viewport.fit(synthetic.BBOX, 1280, 800)
    seconds = []
    for _turn in range(REPEATS):
        with ThreadPoolExecutor(1) as beside:
            started = time.perf_counter()
            table = first_table(plain, None, beside)  # as the desk opens a register
            if table is None:
                raise SystemExit("the register was not read")
            render_image(prepare(table), None, whole, PLAIN)
            seconds.append(time.perf_counter() - started)
            _ = table.names  # the texts of the list, which the desk fills once the map is drawn
    return min(seconds)


def _make_project(table: Any, folder: Path) -> bool:
    if shutil.which("qgis") is None or not SYSTEM_PYTHON.exists():
        return False
    write_geometries(table, folder)
    return _qgis_script("make", folder) is not None


def _rival_opened(folder: Path) -> float:
    answer = _qgis_script("open", folder)
    return float(min(answer["seconds"]))


def _qgis_version() -> str:
    said = subprocess.run(
        ["qgis", "--version"], capture_output=True, text=True, check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"},
    ).stdout  # fmt: skip
    return said.split("'")[0].strip() or "QGIS"


def _qgis_script(what: str, folder: Path) -> Any:
    box = [str(edge) for edge in synthetic.BBOX]
    done = subprocess.run(
        [SYSTEM_PYTHON, HERE / "qgis_project.py", what, folder, str(REPEATS), *box],
        capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def _entry(
    name: str, ours: float, theirs: float | None, rival: str | None, note: str
) -> dict[str, Any]:
    return {
        "name": f"start, {name}", "ours_s": ours, "rival": rival if theirs else None,
        "rival_s": theirs, "ratio": ours / theirs if theirs else None, "n": 100_000,
        "note": note if theirs or rival is None else f"{note}; {NO_QGIS}",
    }  # fmt: skip


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))
