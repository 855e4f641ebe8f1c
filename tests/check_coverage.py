"""Fails when coverage falls: 100 % of branches for ``domain`` and ``geo``, 90 % over all."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PERFECT = ("qhd_riskmap/domain/", "qhd_riskmap/geo/")
OVERALL = 90.0


def main() -> int:
    """Report and judge; returns the exit code."""
    coverage = [sys.executable, "-m", "coverage"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([*coverage, "json", "--quiet", "-o", str(report)], check=True)
        measured = json.loads(report.read_text(encoding="utf-8"))
    failures = [
        f"{name}: {entry['summary']['percent_covered']:.1f} % instead of 100 %, missing {_missing(entry)}"
        for name, entry in measured["files"].items()
        if name.replace("\\", "/").startswith(PERFECT) and entry["summary"]["percent_covered"] < 100
    ]
    total = measured["totals"]["percent_covered"]
    if total < OVERALL:
        failures.append(f"overall coverage {total:.1f} % is below {OVERALL} %")
        weak = sorted(
            measured["files"].items(), key=lambda item: item[1]["summary"]["missing_lines"]
        )
        failures += [
            f"  {name}: {entry['summary']['percent_covered']:.1f} %" for name, entry in weak[-12:]
        ]
    print(f"coverage {total:.1f} % (branches included)")
    print("\n".join(failures))
    return 1 if failures else 0


def _missing(entry: dict) -> str:
    return f"lines {entry['missing_lines'][:8]} branches {entry['missing_branches'][:8]}"


if __name__ == "__main__":
    sys.exit(main())
