"""Registers and hazards for the storage tests."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
import shapely

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.engine import create_register, open_register

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = '王\'s "口令"; --长长长 🔑'
PROVENANCE = Provenance(
    original_text="119°36′E, 39°54′N",
    declared_reference="gcj02",
    method=LocationMethod.CONVERTED,
    accuracy=AccuracyClass.GCJ_CONVERTED,
)
COUNTIES = ("130302", "130303", "130304", "130306", "130321", "130322", "130324")
TYPES = ("geological", "flood", "forest_fire", "hazardous_chemicals", "oil_gas_pipeline")


class Ticking:
    """A clock that moves one second at every look."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def a_hazard(**changes) -> Hazard:
    plain = Hazard(
        id=uuid4(),
        name="北戴河区联峰山滑坡",
        type_key="geological",
        geometry=shapely.Point(119.47, 39.83),
        provenance=PROVENANCE,
        county="130304",
    )
    return replace(plain, **changes)


def a_full_hazard(**changes) -> Hazard:
    """Every field filled with something that could go wrong on the way."""
    return a_hazard(
        sub_kind="滑坡",
        township="海滨镇",
        address="草厂村东 200 米；'引号' \"双\" \\ 换行\n下一行",
        unit="示例化工有限公司",
        regulator="应急管理局",
        contact="李四",
        phone="13900000001",
        found_on=date(2014, 3, 5),
        attributes={"threatened_people": 12, "scale": "小型", "slope": 35.5, "monitored": True},
        extras={"坡向": "东南", "=公式": "-1+1"},
        level=RiskLevel.ORANGE,
        status=HazardStatus.ASSESSED,
        notes="备注",
        alias_codes=("旧-001", "DZ130304"),
        **changes,
    )


def many(count: int, *, seed: int = 7) -> list[Hazard]:
    """Hazards of every geometry type all over the city."""
    random = np.random.default_rng(seed)
    lon = random.uniform(118.9, 119.8, count)
    lat = random.uniform(39.5, 40.5, count)
    return [
        a_hazard(
            id=UUID(int=int(random.integers(2**62)) << 64 | row),
            name=f"隐患{row}",
            type_key=TYPES[row % len(TYPES)],
            county=COUNTIES[row % len(COUNTIES)],
            geometry=_shape(row, float(lon[row]), float(lat[row])),
        )
        for row in range(count)
    ]


def _shape(row: int, x: float, y: float):
    line = shapely.LineString([(x, y), (x + 0.01, y + 0.02), (x + 0.02, y)])
    area = shapely.Point(x, y).buffer(0.004, quad_segs=2)
    match row % 10:
        case 7:
            return area
        case 8:
            return line
        case 9 if row % 3 == 0:
            return shapely.MultiPolygon([area, shapely.box(x + 0.01, y, x + 0.02, y + 0.01)])
        case 9 if row % 3 == 1:
            return shapely.MultiLineString([line, [(x, y - 0.01), (x, y - 0.02)]])
        case 9:
            return shapely.MultiPoint([(x, y), (x + 0.01, y)])
        case _:
            return shapely.Point(x, y)


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def actor() -> Actor:
    return Actor(name="张三")


@pytest.fixture
def other() -> Actor:
    return Actor(name="李四")


@pytest.fixture
def register(tmp_path, clock):
    """A plain register, because deriving a key at every test takes time."""
    folder = tmp_path / "县局 数据 (测试)"
    folder.mkdir()
    with create_register(
        folder / "登记库.qrm", passphrase=None, office=Office(unit="应急局"), clock=clock
    ) as made:
        yield made


@pytest.fixture
def encrypted(tmp_path, clock):
    with create_register(
        tmp_path / "加密 库.qrm", passphrase=PASSPHRASE, office=Office(), clock=clock
    ) as made:
        yield made


@pytest.fixture
def hazard_maker():
    return a_hazard


@pytest.fixture
def full_hazard_maker():
    return a_full_hazard


@pytest.fixture
def many_hazards():
    return many


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture
def sql():
    """Run one statement behind the register's back, in a transaction of its own."""

    def run(register, statement, parameters=()):
        connection = register.connect_anew()
        try:
            return connection.execute(statement, parameters).fetchall()
        finally:
            connection.close()

    return run


@pytest.fixture
def reopened():
    """Close a register and open its file again."""
    opened = []

    def again(register, passphrase=None):
        register.close()
        opened.append(open_register(register.path, passphrase=passphrase))
        return opened[-1]

    yield again
    for item in opened:
        item.close()


@pytest.fixture
def python_process():
    """Start a Python process on a piece of code; it ends with the test."""
    running = []

    def start(code: str, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            encoding="utf-8",
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()
