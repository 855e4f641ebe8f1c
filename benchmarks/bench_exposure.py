"""10,000 hazards against 100,000 receptors: which lie within reach, against geopandas."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import geopandas
import numpy as np
import shapely

from qhd_riskmap.geo.reach import within_reach

HAZARDS, RECEPTORS, ROUNDS = 10_000, 100_000, 5
CITY = ((118.5, 39.4), (119.9, 40.65))
PLANE = 4528  # CGCS2000, 3-degree zone 40


def measure() -> list[dict[str, Any]]:
    """Best of interleaved rounds, from degrees to pairs; the rival has to project them first."""
    random = np.random.default_rng(2014)
    hazards = shapely.points(random.uniform(*CITY, (HAZARDS, 2)))
    receptors = shapely.points(random.uniform(*CITY, (RECEPTORS, 2)))
    reach = random.choice([200.0, 500.0, 1000.0, 1600.0], HAZARDS)
    left = geopandas.GeoDataFrame(geometry=hazards, crs=4490)
    right = geopandas.GeoDataFrame(geometry=receptors, crs=4490)
    flat = left.to_crs(PLANE), right.to_crs(PLANE)

    def ours() -> int:
        return len(within_reach(hazards, reach, receptors)[0])

    def rival() -> int:
        projected = left.to_crs(PLANE), right.to_crs(PLANE)
        return len(geopandas.sjoin(*projected, predicate="dwithin", distance=reach))

    def without_projecting() -> int:
        return len(geopandas.sjoin(*flat, predicate="dwithin", distance=reach))

    return [
        _compared("receptors within reach", ours, "geopandas sjoin dwithin", rival),
        _compared("receptors within reach", ours, "the same, projected before", without_projecting),
    ]


def _compared(
    name: str, ours: Callable[[], int], rival: str, theirs: Callable[[], int]
) -> dict[str, Any]:
    rounds = [(_seconds(ours), _seconds(theirs)) for _round in range(ROUNDS)]
    ours_s = min(first for first, _second in rounds)
    rival_s = min(second for _first, second in rounds)
    note = f"{ours()} pairs, {theirs()} by the rival's plane"
    return {
        "name": name, "ours_s": ours_s, "rival": rival, "rival_s": rival_s,
        "ratio": ours_s / rival_s, "n": HAZARDS, "note": note,
    }  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
