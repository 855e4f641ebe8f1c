"""The map widget itself: response, stalls, memory and the cost per hazard; these have no rival.

Each set runs in a process of its own under Xvfb.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

PROBE = Path(__file__).resolve().parent / "canvas_probe.py"
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
    return entries


def _memory(found: dict[str, Any]) -> str:
    memory = found["memory_mb"]
    return f"process {memory['now']:.0f} MB, at most {memory['most']:.0f} MB" if memory else ""


def _probe(what: str, seconds: float) -> Any:
    command = [sys.executable, "-X", "utf8", str(PROBE), what, str(seconds)]
    if shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1366x868x24", *command]
    place = {**os.environ, "PYTHONPATH": str(PROBE.parents[1])}
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
