"""The figures and what is due, on a register of 100,000 hazards with everything the loop adds to them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.loop_register import ON, fill_loop
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.figures import FigureScope, Population
from qhd_riskmap.services.figures import FigureService
from qhd_riskmap.services.inspection import InspectionService
from qhd_riskmap.storage.engine import open_register

HAZARDS, TASKS, INSPECTIONS = 100_000, 30_000, 60_000


def measure() -> list[dict[str, Any]]:
    """Counted for the first time, then what an officer does next; nothing to compare with."""
    with tempfile.TemporaryDirectory(prefix="qhd-bench-") as folder:
        path = Path(folder) / "big.qhd"
        fill_loop(path, HAZARDS, TASKS, INSPECTIONS)
        with open_register(path, passphrase=None) as register:
            figures = FigureService(register, Actor(name="bench"), today=lambda: ON)
            inspections = InspectionService(register, Actor(name="bench"), today=lambda: ON)
            scope = FigureScope(on=ON)
            county = FigureScope(on=ON, counties=frozenset({"130302"}))
            return [
                _timed(
                    "figures: hazards counted", lambda: figures.prepare(Population.HAZARD, scope)
                ),
                _timed("figures: tasks counted", lambda: figures.prepare(Population.TASK, scope)),
                _timed("figures: the page, counted before", lambda: figures.overview(scope)),
                _timed("figures: another county", lambda: figures.overview(county)),
                _timed("inspections: how many are due", lambda: inspections.standing(ON)),
                _timed("inspections: the list of a day", lambda: inspections.due(ON)),
            ]


def _timed(name: str, work: Callable[[], object]) -> dict[str, Any]:
    began = time.perf_counter()
    work()
    note = f"{TASKS} tasks, {INSPECTIONS} inspections"
    return {"name": name, "ours_s": time.perf_counter() - began, "n": HAZARDS, "note": note}
