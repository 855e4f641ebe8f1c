"""Fixtures of the drawing tests: one application, the sheet font, tables of invented hazards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from qhd_riskmap.cartography import fonts
from qhd_riskmap.cartography.page_model import CountLabel, SheetContent
from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import feature_table

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def application(qapp):
    """The one application of the process; drawing code must not make a second."""
    return qapp


@pytest.fixture(scope="session")
def sheet_font(qapp):
    """The shipped font; made on the spot where set-up has not been run."""
    folder = ROOT / "resources" / "fonts"
    if not list(folder.glob("QhdSheetSans-*.otf")):
        assert os.environ.get("CI") != "true", "set-up must have made the sheet font"
        subprocess.run([sys.executable, ROOT / "resources" / "build_fonts.py"], check=True)
        fonts.sheet_font_family.cache_clear()
    family, ours = fonts.sheet_font_family()
    assert ours
    return family


def table_of(geometries, levels=None, types=None, names=None, sub_kinds=None):
    """A table of the given geometries; levels and types go round."""
    shapes = np.empty(len(geometries), dtype=object)
    shapes[:] = list(geometries)
    count = len(shapes)
    blank = [""] * count
    return feature_table(
        ids=[f"{number:032x}" for number in range(count)],
        codes=blank,
        names=names or [f"隐患点{number}" for number in range(count)],
        sub_kinds=sub_kinds,
        type_keys=types or [TYPE_KEYS[number % len(TYPE_KEYS)] for number in range(count)],
        levels=levels if levels is not None else [number % 5 for number in range(count)],
        counties=blank,
        units=blank,
        townships=blank,
        revisions=np.ones(count, dtype=np.int64),
        geometries=shapes,
    )


@pytest.fixture
def make_table():
    """The function `table_of`."""
    return table_of


@pytest.fixture(scope="session")
def mixed_table():
    """Sixty hazards of all types, levels and kinds inside the city."""
    random = np.random.default_rng(7)
    city = boundaries().city
    west, south, east, north = city.bounds
    places = [
        p
        for p in shapely.points(random.uniform((west, south), (east, north), (400, 2)))
        if city.contains(p)
    ][:60]
    shapes = []
    for number, place in enumerate(places):
        if number % 6 == 4:
            steps = random.normal(0, 0.01, (12, 2)).cumsum(axis=0)
            shapes.append(shapely.LineString(steps + np.array([place.x, place.y])))
        elif number % 6 == 5:
            shapes.append(place.buffer(0.03).difference(place.buffer(0.012)))
        else:
            shapes.append(place)
    return table_of(shapes)


@pytest.fixture
def sheet(mixed_table):
    """A full sheet: hazards, counts, notes, imprint."""
    counts = tuple(
        CountLabel(
            lon=county.representative_point().x, lat=county.representative_point().y,
            text=text, type_key=key,
        )
        for county in boundaries().counties.values()
        for text, key in (("液氨储罐 3", "ammonia_storage"), ("油气管道 12", "oil_gas_pipeline"))
    )  # fmt: skip
    return SheetContent(
        title="秦皇岛市地质灾害泥石流风险隐患分布图",
        subtitle="（2026年）",
        features=mixed_table,
        counts=counts,
        notes=("本图为示意图，位置经综合处理。", "泥石流、山体滑坡低风险点按网格公布。"),
        unit="秦皇岛市应急管理局",
        publisher="秦皇岛市人民政府",
        source="各县区风险隐患排查台账",
        data_date="2026-06-30",
        approval_line="审图号：冀S(2026)012号（示例）",
        disclaimer="图内界线不作为划界依据。",
    )
