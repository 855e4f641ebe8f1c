"""Spoilt files of every format are read or refused: no crash, no hang, no half import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CHUNK = 500
FULL, SAMPLE = 20_000, 160


def _run(first: int, count: int) -> dict[str, object]:
    command = [sys.executable, "-X", "utf8", "-W", "error", str(HERE / "fuzz_imports.py")]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    done = subprocess.run(
        [*command, str(first), str(count)], capture_output=True, text=True, env=environment,
        timeout=600 + 12 * count, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    last = lines[-1] if lines else "nothing"
    assert done.returncode == 0, f"file {last} of the fuzz: {done.stderr[-3000:]}"
    found: dict[str, object] = json.loads(last)
    return found


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_spoilt_files_are_read_or_refused(soak):
    total = FULL if soak else SAMPLE
    chunks = [(first, min(CHUNK, total - first)) for first in range(0, total, CHUNK)]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda chunk: _run(*chunk), chunks))
    kinds: dict[str, int] = {}
    for outcome in outcomes:
        for kind, number in outcome["results"].items():
            kinds[kind] = kinds.get(kind, 0) + number
        assert outcome["peak_mb"] < 1500
    print(kinds, max(outcome["peak_mb"] for outcome in outcomes), "MB")
    assert sum(kinds.values()) == total
    assert set(kinds) == {"read", "refused"}
    assert min(kinds.values()) > total * 0.1, "spoilt too much or too little to tell anything"
