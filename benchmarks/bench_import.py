"""Import of a survey sheet: fully checked into an encrypted register, beside a bare ``ogr2ogr``."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import regions
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

HEADERS = (
    "统一编号", "隐患名称", "类别", "省", "市", "县区", "乡镇", "详细位置", "经度（高德）", "纬度（高德）",
    "高程", "规模等级", "险情等级", "威胁人数", "威胁财产", "发现日期", "责任单位", "联系电话", "风险等级",
    "治理状态", "范围坐标", "备注",
)  # fmt: skip
KINDS = ("滑坡", "崩塌", "泥石流", "地面塌陷", "地裂缝", "不稳定斜坡")
SIZES = ("特大型", "大型", "中型", "小型")
LEVELS = ("重大", "较大", "一般", "低")
VRT = """<OGRVRTDataSource><OGRVRTLayer name="排查表"><SrcDataSource>{path}</SrcDataSource>
<SrcLayer>排查表</SrcLayer><GeometryType>wkbPoint</GeometryType><LayerSRS>EPSG:4490</LayerSRS>
<GeometryField encoding="PointFromColumns" x="经度（高德）" y="纬度（高德）"/></OGRVRTLayer></OGRVRTDataSource>
"""


def measure(rows: int = 100_000) -> list[dict[str, Any]]:
    """Time both on one sheet of ``rows`` × 22, 30 % of the rows with a ring, GCJ-02."""
    with TemporaryDirectory() as folder:
        sheet = Path(folder) / "排查表.xlsx"
        write_sheet(sheet, rows)
        ours, stages = _timed(lambda: _import(sheet, Path(folder) / "register.qhd", rows))
        rival, _nothing = _timed(lambda: _ogr2ogr(sheet, Path(folder)))
    note = "，".join(f"{name} {seconds:.2f}" for name, seconds in stages.items())
    return [
        {
            "name": f"import {rows} x {len(HEADERS)}",
            "ours_s": ours,
            "rival": "ogr2ogr XLSX → SpatiaLite, unchecked",
            "rival_s": rival,
            "ratio": ours / rival if rival else None,
            "n": rows,
            "note": note,
        }
    ]


def write_sheet(path: Path, rows: int) -> None:
    """An invented sheet: every row in the county it declares."""
    rng = np.random.default_rng(7)
    west, south, east, north = boundaries().city.bounds
    lon = np.empty(0)
    lat = np.empty(0)
    codes = np.empty(0, dtype=object)
    while len(lon) < rows:
        x, y = rng.uniform(west, east, rows), rng.uniform(south, north, rows)
        found = boundaries().counties_of(x, y)
        # A county test of a place shifted by GCJ-02 must still hold.
        steady = (found != "") & (found == boundaries().counties_of(x - 0.0065, y - 0.0014))
        lon, lat = np.append(lon, x[steady]), np.append(lat, y[steady])
        codes = np.append(codes, found[steady])
    names = {region.code: region.name for region in regions().current()}
    book = Workbook(write_only=True)
    sheet = book.create_sheet("排查表")
    sheet.append(HEADERS)
    first = date(2005, 1, 1)
    for i in range(rows):
        x, y = float(lon[i]), float(lat[i])
        ring = None
        if i % 10 < 3:
            count = int(rng.integers(6, 11))
            angles = np.sort(rng.uniform(0, 2 * math.pi, count))
            radii = rng.uniform(0.0003, 0.0012, count)
            pairs = zip(angles, radii, strict=True)
            ring = ";".join(
                f"{x + r * math.cos(a):.6f},{y + r * math.sin(a):.6f}" for a, r in pairs
            )
        kind = KINDS[int(rng.integers(6))]
        sheet.append(
            (
                f"QHD{i:09d}", f"示例村{i}号{kind}", kind, "河北省", "秦皇岛市", names[codes[i]],
                f"示例{i % 40}镇", f"示例村{i % 977}组屋后斜坡，距公路 {i % 900} 米", round(x, 7), round(y, 7),
                round(float(rng.uniform(1, 1500)), 1), SIZES[i % 4], SIZES[(i // 4) % 4],
                int(rng.integers(0, 300)), round(float(rng.uniform(0, 5000)), 2),
                (first + timedelta(days=int(rng.integers(0, 7000)))).isoformat(), f"示例单位{i % 300}",
                f"1390000{i % 10000:04d}", LEVELS[i % 4], ("治理中", "未治理", "已治理")[i % 3], ring,
                "坡体前缘见裂缝，建议加强监测" if i % 3 == 0 else None,
            )
        )  # fmt: skip
    book.save(path)


def _import(sheet: Path, register: Path, rows: int) -> dict[str, float]:
    stages: dict[str, float] = {}
    start = time.perf_counter()
    with create_register(register, passphrase="benchmark", office=Office()) as opened:  # noqa: S106
        survey = SurveyImport(opened, Actor(name="bench"))
        stages["open"] = time.perf_counter() - start
        preview = survey.preview([sheet], datum=None, job=SilentJob())
        stages["preview"] = time.perf_counter() - start - stages["open"]
        outcome = survey.commit(preview, SilentJob())
        stages["commit"] = time.perf_counter() - start - stages["open"] - stages["preview"]
    if outcome.accepted < rows * 0.99:
        print(outcome.issues[:3], file=sys.stderr)
        raise SystemExit(f"only {outcome.accepted} of {rows} rows were accepted")
    return stages


def _ogr2ogr(sheet: Path, folder: Path) -> dict[str, float]:
    vrt = folder / "sheet.vrt"
    vrt.write_text(VRT.format(path=sheet), encoding="utf-8")
    target = folder / "rival.sqlite"
    command = ["ogr2ogr", "-f", "SQLite", "-dsco", "SPATIALITE=YES", str(target), str(vrt)]
    subprocess.run(command, check=True, capture_output=True)
    return {}


def _timed(work: Callable[[], dict[str, float]]) -> tuple[float, dict[str, float]]:
    start = time.perf_counter()
    stages = work()
    return time.perf_counter() - start, stages


if __name__ == "__main__":
    for line in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000):
        print(line)
