"""Map widget and whole window: response, stalls, memory, table, cost per hazard; no rivals.

Each set runs in a process of its own under Xvfb.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import synthetic
from register_set import fill_register

HERE = Path(__file__).resolve().parent
PANNING_S = 30.0
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def measure() -> list[dict[str, Any]]:
    """Blits, stalls and memory of the mixed set; first picture and memory of 1,000 to a million points."""
    mixed = _probe("mixed", PANNING_S)
    stalls = sorted(mixed["stalls_ms"])
    entries = [
        _entry(
            "pan blit", mixed["blit_ms"]["pan"] / 1000, 100_000, "window repainted, quickest of 20"
        ),
        _entry(
            "zoom blit", mixed["blit_ms"]["zoom"] / 1000, 100_000, "window repainted, quickest of 20"
        ),
        _entry(
            "longest stall while painting and panning", statistics.median(stalls) / 1000, 100_000,
            f"median of 5 runs of {PANNING_S:.0f} s: " + ", ".join(f"{s:.0f}" for s in stalls) + " ms",
        ),
        _entry("first picture", mixed["first_s"], 100_000, _memory(mixed)),
    ]  # fmt: skip
    for size in SIZES:
        found = _probe(str(size), 0.0)
        each = found["first_s"] / size * 1e6
        pan = found["blit_ms"]["pan"]
        note = f"{each:.2f} µs each, pan {pan:.1f} ms, {_memory(found)}"
        entries.append(_entry("first picture, points only", found["first_s"], size, note))
    return entries + _window()


def _window() -> list[dict[str, Any]]:
    """The whole window on a register of the mixed set."""
    with tempfile.TemporaryDirectory() as folder:
        register = Path(folder) / "plain.qhd"
        table = synthetic.table()
        fill_register(register, table)
        found = _answer("window_probe.py", register, len(table), PANNING_S)
    stalls = sorted(run["wall_ms"] for run in found["panning"])
    used = max(run["cpu_ms"] for run in found["panning"])
    entries = [
        _entry(
            "whole window, longest stall while panning", statistics.median(stalls) / 1000, len(table),
            f"median of 5 runs of {PANNING_S:.0f} s: " + ", ".join(f"{s:.0f}" for s in stalls)
            + f" ms; processor time of the window's thread in one turn at most {used:.0f} ms",
        ),
        _entry("whole window at rest", found["filled_s"], len(table), _memory(found)),
        _entry("table opens, painted", found["open_ms"] / 1000, len(table), ""),
    ]  # fmt: skip
    for name, words in (("sort", "table sorts"), ("filter", "table filters")):
        times = found["table"][f"{name}_ms"]
        slowest = max(times, key=lambda column: times[column])
        note = f"slowest of {len(times)} columns ({slowest}), first time, painted"
        entries.append(_entry(words, times[slowest] / 1000, len(table), note))
    for name, stall in found["marking"].items():
        note = f"processor time {stall['cpu_ms']:.0f} ms"
        entries.append(_entry(f"stall: {name}", stall["wall_ms"] / 1000, len(table), note))
    return entries


def _memory(found: dict[str, Any]) -> str:
    memory = found["memory_mb"]
    return f"process {memory['now']:.0f} MB, at most {memory['most']:.0f} MB" if memory else ""


def _probe(what: str, seconds: float) -> Any:
    return _answer("canvas_probe.py", what, seconds)


def _answer(program: str, *arguments: object) -> Any:
    command = [sys.executable, "-X", "utf8", str(HERE / program), *map(str, arguments)]
    if shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1366x868x24", *command]
    place = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=900, env=place
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def _entry(name: str, seconds: float, count: int, note: str) -> dict[str, Any]:
    return {
        "name": f"desk, {name}", "ours_s": seconds, "rival": None, "rival_s": None, "ratio": None,
        "n": count, "note": note,
    }  # fmt: skip


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))
