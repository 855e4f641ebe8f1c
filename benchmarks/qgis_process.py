"""Starts the QGIS side of a drawing benchmark, if QGIS is installed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import synthetic

from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.domain.feature_table import FeatureTable

SYSTEM_PYTHON = Path("/usr/bin/python3")
NO_QGIS = "QGIS is not installed (Debian: python3-qgis)"


def run_qgis(what: str, table: FeatureTable, folder: Path, repeats: int) -> dict[str, Any] | None:
    """Sorted seconds per picture and the version, or None without QGIS."""
    if not has_qgis():
        return None
    write_geometries(table, folder)
    script = Path(__file__).with_name("qgis_rival.py")
    box = [str(edge) for edge in synthetic.BBOX]
    done = subprocess.run(
        [SYSTEM_PYTHON, script, what, folder, str(repeats), *box],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def has_qgis() -> bool:
    """Whether Debian's Python knows QGIS."""
    if not SYSTEM_PYTHON.exists():
        return False
    probe = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def write_geometries(table: FeatureTable, folder: Path) -> None:
    """Leave the geometries with their style numbers where the QGIS scripts look for them."""
    number = {key: index for index, key in enumerate(TYPE_KEYS)}
    styles = (table.levels.astype(int) - 1) * len(TYPE_KEYS)
    styles = styles + np.array([number[key] for key in table.type_keys.tolist()])
    wkb = shapely.to_wkb(table.geometries, hex=True)
    dimensions = shapely.get_dimensions(table.geometries)
    for dimension, kind in enumerate(("Point", "LineString", "Polygon")):
        rows = np.nonzero(dimensions == dimension)[0]
        lines = [f"{styles[row]} {wkb[row]}" for row in rows]
        (folder / f"{kind}.txt").write_text("\n".join(lines), encoding="ascii")
