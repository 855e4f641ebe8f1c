"""Runs the benchmarks: ``python -m benchmarks [NAME] [--json]``.

Each ``bench_*.py`` offers ``measure()`` that returns one dictionary per measurement: name, ours_s, rival,
rival_s, ratio, n, note. Times are printed, never asserted: the ratio to a rival in the same run is what
can be compared between machines.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

KEYS = ("name", "ours_s", "rival", "rival_s", "ratio", "n", "note")


def main() -> int:
    """Run all benchmarks, or the named one."""
    names = sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
    )
    parser = argparse.ArgumentParser(prog="tasks.py bench")
    parser.add_argument("name", nargs="?", choices=names)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.json:
        print(f"{'measurement':<44}{'ours s':>10}{'rival s':>10}{'ratio':>8}  rival / note")
    for name in [options.name] if options.name else names:
        for entry in importlib.import_module(f"benchmarks.bench_{name}").measure():
            _print(entry, as_json=options.json)
    return 0


def _print(entry: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({key: entry.get(key) for key in KEYS}, ensure_ascii=False), flush=True)
        return
    rival_s, ratio = (
        f"{entry[k]:.3f}" if entry.get(k) is not None else "—" for k in ("rival_s", "ratio")
    )
    words = f"{entry.get('rival') or '—'}  {entry.get('note') or ''}"
    print(
        f"{entry['name']:<44}{entry['ours_s']:>10.3f}{rival_s:>10}{ratio:>8}  {words}", flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
