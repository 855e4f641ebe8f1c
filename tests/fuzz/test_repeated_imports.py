"""A program that runs for weeks keeps nothing of the files it has read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
GROWTH_MB = 12  # a copy of what one round of the 40 files holds would be more


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_memory_does_not_grow_with_the_number_of_imports(soak):
    rounds = 100 if soak else 5
    command = [sys.executable, "-X", "utf8", str(HERE / "repeat_imports.py"), str(rounds)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=3000, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    first, *_between, last = found["resident_mb"][1:]
    print(found["files"] * rounds, "imports:", first, "→", last, "MB, peak", found["peak_mb"])
    assert found["files"] >= 40
    assert last - first < GROWTH_MB
