"""Where the time of a release of 100,000 hazards goes, beside the bare work with geopandas.

The rival reads the same records, rounds their vertices to 100 m, looks their counties up and writes:
nothing is left out, judged, counted or compared. Half of the set lies outside the city, which costs us the
way to the nearest division; a real register has few of those.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from benchmarks.register_set import fill_register
from benchmarks.synthetic import table
from qhd_riskmap.domain.blocked_texts import blocked_texts, kept_names
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.differencing import Disclosure, SafeCounts
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING
from qhd_riskmap.domain.public_areas import public_areas
from qhd_riskmap.domain.public_counts import CountArea
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.public_geometry import off_grid
from qhd_riskmap.domain.redaction import PublicSet, redact_and_place, release_class
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.services.release_products import write_product
from qhd_riskmap.storage.engine import open_register

RELEASES = 10
_CELL_M = 100.0
_WRITTEN = (ProductFormat.CSV, ProductFormat.GEOJSON, ProductFormat.GPKG)


def measure() -> list[dict[str, Any]]:
    """Stage by stage; the last entry is all of ours but the differencing beside the rival."""
    stages: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="qhd-bench-") as name:
        folder = Path(name)
        records = table()
        fill_register(folder / "big.qhd", records)
        _as_layer(records, folder / "rival.gpkg")
        with (
            open_register(folder / "big.qhd", passphrase=None) as register,
            register.unit_of_work() as work,
        ):
            hazards = _timed(stages, "reading", lambda: work.hazards.find(EVERYTHING))
        public = _redacted(stages, hazards)
        _preflight_parts(stages, hazards, public)
        _written(stages, public, folder)
        ours = sum(stage["ours_s"] for stage in stages)
        _timed(stages, "numbers beside 10 releases", lambda: _guarded(hazards, public))
        began = time.perf_counter()
        _bare(folder)
        rival_s = time.perf_counter() - began
    total = {
        "name": "release: reading to csv, GeoJSON, gpkg", "ours_s": ours, "rival_s": rival_s,
        "rival": "geopandas, the bare work", "ratio": ours / rival_s, "n": len(records),
        "note": "without the checker that re-opens files",
    }  # fmt: skip
    return [*stages, total]


def _timed(stages: list[dict[str, Any]], name: str, work: Callable[[], Any]) -> Any:
    began, busy = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - began, time.process_time() - busy
    stages.append({"name": f"release: {name}", "ours_s": wall, "note": f"processor {cpu:.2f} s"})
    return result


def _redacted(stages: list[dict[str, Any]], hazards: list[Hazard]) -> PublicSet:
    rules, areas = release_rules(), public_areas()
    public: PublicSet = _timed(
        stages, "redaction", lambda: redact_and_place(hazards, rules=rules, areas=areas)
    )[0]
    return public


def _preflight_parts(
    stages: list[dict[str, Any]], hazards: list[Hazard], public: PublicSet
) -> None:
    rules = release_rules()
    kept = _timed(stages, "names that stay in", lambda: kept_names(hazards, rules))
    _timed(stages, "free texts", lambda: blocked_texts(hazards, rules, kept=kept))
    shown = public.hazards
    _timed(stages, "off the grid", lambda: [off_grid(h.geometry, h.cell_m) for h in shown])
    _timed(stages, "hash of the content", lambda: public.content_hash)


def _guarded(hazards: list[Hazard], public: PublicSet) -> None:
    """The numbers of the city, where ten earlier releases have told each a little less."""
    areas = public_areas()
    told = public.counts
    earlier = [Disclosure(number=f"2026-{n:03d}", counts=told[n:]) for n in range(RELEASES)]
    divisions = {
        code: CountArea(code=code, name=name, parent=areas.city)
        for code, name in areas.county_names.items()
    }
    cells = [
        (hazard.type_key, divisions[hazard.county])
        for hazard in hazards
        if release_class(hazard) is ReleaseClass.COUNT
    ]
    guard = SafeCounts(areas.city.code, areas.county_names, earlier, release_rules().small_cell_k)
    guard.count(cells, areas.city.code)


def _written(stages: list[dict[str, Any]], public: PublicSet, folder: Path) -> None:
    edition = Edition(
        title="秦皇岛市风险隐患分布图", unit="秦皇岛市应急管理局", publisher="秦皇岛市人民政府办公室",
        source="各部门排查成果", data_date=date(2026, 10, 31), approval_no="示例S(2026)001号",
        draft=False,
    )  # fmt: skip
    for product in _WRITTEN:
        path = folder / f"ours{product.ending}"

        def write(product: ProductFormat = product, path: Path = path) -> None:
            write_product(product, public, edition, path)

        _timed(stages, f"writing {product.value}", write)


def _as_layer(records: FeatureTable, path: Path) -> None:
    columns = {"name": list(records.names), "type": list(records.type_keys)}
    layer = geopandas.GeoDataFrame(columns, geometry=list(records.geometries), crs="EPSG:4490")
    layer.to_file(path, driver="GPKG")


def _bare(folder: Path) -> None:
    layer = geopandas.read_file(folder / "rival.gpkg").to_crs("EPSG:4549")
    layer.geometry = shapely.transform(
        layer.geometry.to_numpy(), lambda xy: np.floor(xy / _CELL_M + 0.5) * _CELL_M
    )
    counties = geopandas.GeoDataFrame(
        {"county": list(boundaries().counties)},
        geometry=list(boundaries().counties.values()), crs="EPSG:4490",
    )  # fmt: skip
    layer = layer.to_crs("EPSG:4490")
    places = layer.set_geometry(layer.geometry.representative_point())
    joined = places.sjoin(counties, how="left", predicate="intersects")
    layer["county"] = joined.county[~joined.index.duplicated()]
    layer.drop(columns="geometry").to_csv(folder / "rival.csv")
    layer.to_file(folder / "rival.geojson", driver="GeoJSON")
    layer.to_file(folder / "rival_out.gpkg", driver="GPKG")
