"""GCJ-02 → WGS84: a million points against the exact libraries that convert one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import coord_convert.transform as coord_convert
import geocoordinates_ffi as geocoordinates
import numpy as np

from qhd_riskmap.geo.datums import bd09_to_wgs84, gcj02_to_wgs84

POINTS = 1_000_000
SAMPLE = 20_000
ROUNDS = 3


def measure() -> list[dict[str, Any]]:
    """Best of three interleaved rounds; the rivals run on a sample and are scaled up."""
    lon, lat = np.random.default_rng(2014).uniform((118.5, 39.4), (119.9, 40.65), (POINTS, 2)).T
    pairs = list(zip(lon[:SAMPLE].tolist(), lat[:SAMPLE].tolist(), strict=True))

    def geocoordinates_gcj() -> None:
        for x, y in pairs:
            geocoordinates.gcj02_to_wgs84_refined(geocoordinates.Gcj02(lon=x, lat=y))

    def geocoordinates_bd() -> None:
        for x, y in pairs:
            geocoordinates.bd09_to_wgs84_refined(geocoordinates.Bd09(lon=x, lat=y))

    def coord_convert_gcj() -> None:
        for x, y in pairs:
            coord_convert.gcj2wgs(x, y)

    return [
        _compared(
            "gcj02_to_wgs84",
            lambda: gcj02_to_wgs84(lon, lat),
            "geocoordinates-rs",
            geocoordinates_gcj,
        ),
        _compared(
            "gcj02_to_wgs84", lambda: gcj02_to_wgs84(lon, lat), "coord-convert", coord_convert_gcj
        ),
        _compared(
            "bd09_to_wgs84", lambda: bd09_to_wgs84(lon, lat), "geocoordinates-rs", geocoordinates_bd
        ),
    ]


def _compared(
    name: str, ours: Callable[[], object], rival: str, theirs: Callable[[], object]
) -> dict[str, Any]:
    rounds = [(_seconds(ours), _seconds(theirs)) for _round in range(ROUNDS)]
    ours_s = min(first for first, _second in rounds)
    rival_s = min(second for _first, second in rounds) * POINTS / SAMPLE
    return {
        "name": name,
        "ours_s": round(ours_s, 3),
        "rival": rival,
        "rival_s": round(rival_s, 3),
        "ratio": round(ours_s / rival_s, 4),
        "n": POINTS,
        "note": f"exact inverse both; rival measured on {SAMPLE} points and scaled",
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
