"""The register beside GDAL: bulk load of 100,000 hazards, windows, and the whole as columns."""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import shapely

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
)
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.backup import export_plain
from qhd_riskmap.storage.engine import Register, create_register

COUNT = 100_000
REPEATS = 3
WEST, SOUTH, EAST, NORTH = 118.8, 39.5, 119.9, 40.6
WINDOW = (119.0, 39.8, 119.275, 40.075)  # a sixteenth of the area
COUNTIES = ("130302", "130303", "130304", "130306", "130321", "130322", "130324")
TYPES = ("geological", "flood", "forest_fire", "hazardous_chemicals", "oil_gas_pipeline")
PLACES = ("海港区", "山海关区", "北戴河区", "抚宁区", "青龙满族自治县", "昌黎县", "卢龙县")
KINDS = ("滑坡", "山洪沟", "林区", "化工厂", "输气管道")
_ACTOR = Actor(name="bench")


def measure() -> list[dict[str, Any]]:
    """Bulk add, window, all features and bulk reading."""
    hazards = synthetic_hazards(COUNT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "hazards.geojsonl"
        _write_lines(hazards, source)
        entries = [_bulk(hazards, source, folder)]
        with _filled(hazards, folder / "store.qrm") as register:
            entries += [_window(register, folder), _features(register)]
    return entries


def synthetic_hazards(count: int, seed: int = 1) -> list[Hazard]:
    """Invented hazards: 70 % points, 30 % areas of 6 to 10 corners; half the fields filled."""
    rng, ids = np.random.default_rng(seed), random.Random(seed)
    lon, lat = rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)
    shapes = np.empty(count, dtype=object)
    shapes[:] = shapely.points(lon, lat)
    for row in range(count):
        if row % 10 >= 7:
            turn = np.linspace(0, 2 * np.pi, int(rng.integers(6, 11)), endpoint=False)
            reach = rng.uniform(0.001, 0.004)
            ring = np.c_[lon[row] + reach * np.cos(turn), lat[row] + reach * np.sin(turn)]
            shapes[row] = shapely.Polygon(ring)
    levels = (None, *RiskLevel)
    return [
        Hazard(
            id=UUID(int=ids.getrandbits(128), version=4),
            name=f"{PLACES[row % 7]}{KINDS[row % 5]}{row}号隐患点",
            type_key=TYPES[row % 5],
            geometry=shapes[row],
            provenance=Provenance(
                original_text=f"{lon[row]:.6f},{lat[row]:.6f}",
                declared_reference="gcj02",
                method=LocationMethod.CONVERTED,
                accuracy=AccuracyClass.GCJ_CONVERTED,
            ),
            county=COUNTIES[row % 7],
            township=f"第{row % 80}镇",
            address=f"{PLACES[row % 7]}第{row % 80}镇{row % 900}村东{row % 300}米",
            unit=f"示例单位{row % 2000}有限公司",
            contact=f"联系人{row % 3000}",
            phone=f"1390335{row % 10000:04d}",
            found_on=date(2014, 1 + row % 12, 1 + row % 28),
            attributes={
                "threatened_people": row % 300,
                "scale": "小型",
                "assets": row % 1000 * 1.5,
            },
            level=levels[row % 5],
            status=HazardStatus.ASSESSED if row % 5 else HazardStatus.REGISTERED,
        )
        for row in range(count)
    ]


def _filled(hazards: list[Hazard], path: Path) -> Register:
    register = create_register(path, passphrase="秘密口令", office=Office())  # noqa: S106 - a sample
    with register.unit_of_work() as work:
        work.hazards.add_many(hazards, _ACTOR)
        work.commit()
    return register


def _bulk(hazards: list[Hazard], source: Path, folder: Path) -> dict[str, Any]:
    ours, theirs = [], []
    for round_number in range(REPEATS):
        path = folder / f"bulk{round_number}.qrm"
        register = create_register(path, passphrase="秘密口令", office=Office())  # noqa: S106
        ours.append(_timed(lambda register=register: _add(register, hazards)))  # type: ignore[misc]  # bound now
        register.close()
        target = folder / f"ogr{round_number}.sqlite"
        theirs.append(_ogr2ogr(source, target))
        path.unlink()
        target.unlink(missing_ok=True)
    return _entry(
        "store: bulk add, encrypted",
        ours,
        "ogr2ogr GeoJSONSeq → SpatiaLite, plain",
        theirs,
        "ours: codes, audit, unique keys, search text, packed index; theirs parses its file",
    )


def _add(register: Register, hazards: list[Hazard]) -> None:
    with register.unit_of_work() as work:
        work.hazards.add_many(hazards, _ACTOR)
        work.commit()


def _window(register: Register, folder: Path) -> dict[str, Any]:
    plain = folder / "plain.sqlite"
    export_plain(register, plain)
    wanted = HazardFilter(bbox=WINDOW)
    ours = [_timed(lambda: _read(register, wanted)) for _ in range(REPEATS)]
    command = ["ogrinfo", "-q", str(plain), "hazard", "-spat", *map(str, WINDOW)]
    theirs = _rival(command)
    return _entry(
        "store: window of 1/16 as columns, encrypted",
        ours,
        "ogrinfo -spat on the plain copy",
        theirs,
        "theirs starts a process and prints; ours makes geometries",
    )


def _features(register: Register) -> dict[str, Any]:
    ours = [_timed(lambda: _read(register, HazardFilter())) for _ in range(REPEATS)]
    return _entry("store: all features as columns, encrypted", ours, None, [], "")


def _read(register: Register, wanted: HazardFilter) -> None:
    with register.unit_of_work() as work:
        work.hazards.features(wanted)


def _ogr2ogr(source: Path, target: Path) -> float | None:
    command = ["ogr2ogr", "-f", "SQLite", "-dsco", "SPATIALITE=YES", "-dsco", "INIT_WITH_EPSG=NO",
               "-a_srs", "EPSG:4490", "-nlt", "GEOMETRY", "-gt", "200000",
               str(target), f"GeoJSONSeq:{source}"]  # fmt: skip
    times = _rival(command, repeats=1)
    return times[0] if times else None


def _rival(command: list[str], repeats: int = REPEATS) -> list[float]:
    if shutil.which(command[0]) is None:
        return []

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return [_timed(run) for _ in range(repeats)]


def _write_lines(hazards: list[Hazard], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for hazard in hazards:
            values = {
                "uuid": str(hazard.id), "name": hazard.name, "type_key": hazard.type_key,
                "county": hazard.county, "township": hazard.township, "address": hazard.address,
                "unit": hazard.unit, "contact": hazard.contact, "phone": hazard.phone,
                "found_on": str(hazard.found_on), "level": hazard.level,
                "original": hazard.provenance.original_text, **hazard.attributes,
            }  # fmt: skip
            shape = shapely.geometry.mapping(hazard.geometry)
            feature = {"type": "Feature", "properties": values, "geometry": shape}
            file.write(json.dumps(feature, ensure_ascii=False) + "\n")


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _entry(
    name: str, ours: list[float], rival: str | None, theirs: list[float | None], note: str
) -> dict[str, Any]:
    known = [seconds for seconds in theirs if seconds is not None]
    ours_s = statistics.median(ours)
    rival_s = statistics.median(known) if known else None
    return {
        "name": name,
        "ours_s": ours_s,
        "rival": rival if known else None,
        "rival_s": rival_s,
        "ratio": ours_s / rival_s if rival_s else None,
        "n": COUNT,
        "note": note,
    }
