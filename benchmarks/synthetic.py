"""The seeded set of 100,000 invented hazards on which drawing and exporting are measured.

80,000 points, 15,000 lines of 50 vertices and 5,000 polygons of 200 vertices around Qinhuangdao,
crowded together as real ones are. Nothing in it is a real place.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.domain.feature_table import FeatureTable, feature_table

BBOX = (118.5, 39.4, 119.9, 40.6)
POINTS, LINES, LINE_VERTICES, POLYGONS, RING_VERTICES = 80_000, 15_000, 50, 5_000, 200
SQUEEZE = 0.77  # a degree of longitude over one of latitude, at 40° N


def centres(random: np.random.Generator, count: int) -> np.ndarray:
    """Places of which 60 % gather around 120 uneven centres."""
    gathered = int(count * 0.6)
    low, high = BBOX[:2], BBOX[2:]
    towns = random.uniform(low, high, (120, 2))
    weights = random.dirichlet(np.full(120, 0.5))
    near = towns[random.choice(120, gathered, p=weights)] + random.normal(0, 0.04, (gathered, 2))
    places = np.vstack((near, random.uniform(low, high, (count - gathered, 2))))
    random.shuffle(places)
    return np.clip(places, low, high)


def geometries(seed: int = 42) -> np.ndarray:
    """The 100,000 geometries in CGCS2000 degrees."""
    random = np.random.default_rng(seed)
    points = shapely.points(centres(random, POINTS))
    return np.concatenate((points, _lines(random), _polygons(random)))


def _lines(random: np.random.Generator) -> np.ndarray:
    start = centres(random, LINES)
    heading = random.uniform(0, 2 * np.pi, (LINES, 1))
    heading = heading + np.cumsum(random.normal(0, 0.35, (LINES, LINE_VERTICES)), axis=1)
    step = random.uniform(0.0004, 0.0014, (LINES, 1))
    east = start[:, :1] + np.cumsum(np.cos(heading) * step, axis=1)
    north = start[:, 1:] + np.cumsum(np.sin(heading) * step * SQUEEZE, axis=1)
    return shapely.linestrings(np.stack((east, north), axis=2))


def _polygons(random: np.random.Generator) -> np.ndarray:
    middle = centres(random, POLYGONS)
    turn = np.linspace(0, 2 * np.pi, RING_VERTICES, endpoint=False)[None, :]
    radius = random.lognormal(math.log(0.005), 0.6, (POLYGONS, 1)).clip(0.0015, 0.03)
    wobble = random.normal(0, 0.012, (POLYGONS, RING_VERTICES))
    for wave in range(2, 9):
        phase = random.uniform(0, 2 * np.pi, (POLYGONS, 1))
        wobble += random.normal(0, 0.25 / wave, (POLYGONS, 1)) * np.cos(wave * turn + phase)
    reach = radius * (1 + wobble).clip(0.2)
    east = middle[:, :1] + reach * np.cos(turn)
    north = middle[:, 1:] + reach * np.sin(turn) * SQUEEZE
    return shapely.polygons(np.stack((east, north), axis=2))


def table(seed: int = 42) -> FeatureTable:
    """The set as the program's own columns: all types, one level in ten red."""
    random = np.random.default_rng(seed + 1)
    shapes = geometries(seed)
    count = len(shapes)
    empty = [""] * count
    columns: dict[str, Any] = {
        "ids": [f"{number:032x}" for number in range(count)],
        "codes": [f"130300-XX-2026-{number:06d}" for number in range(count)],
        "names": [f"隐患点{number:06d}" for number in range(count)],
        "type_keys": [TYPE_KEYS[index] for index in random.integers(0, len(TYPE_KEYS), count)],
        "levels": random.choice((1, 2, 3, 4), count, p=(0.1, 0.2, 0.3, 0.4)),
        "counties": empty, "units": empty, "townships": empty,
        "revisions": np.ones(count, dtype=np.int64),
        "geometries": shapes,
    }  # fmt: skip
    return feature_table(**columns)
