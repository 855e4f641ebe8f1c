"""Import of survey sheets: fully checked into an encrypted register.

Beside a bare unchecked ``ogr2ogr``, beside openpyxl with an object-relational mapper (what a Python
program does by default), four files at once, ten thousand rows into a register of a million, and how
soon a cancelled import is rolled back.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlcipher3.dbapi2 as driver
from openpyxl import Workbook, load_workbook
from sqlalchemy import Integer, Text, create_engine
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import regions
from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.services.candidate_columns import as_candidates
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register, open_register
from qhd_riskmap.storage.fresh_ids import fresh_ids
from qhd_riskmap.storage.hazard_columns import HazardColumns

_FILES = 4
_ROUNDS = 3  # each beside a run of the rival's: other work on the machine disturbs both
_WORD = "benchmark"
_TABLES = ("batch", "hazard", "assessment", "batch_row")  # where the rows of a sheet end up

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
    """Time all on sheets of ``rows`` × 22, 30 % of the rows with a ring, GCJ-02."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        sheets = [folder / f"排查表{number}.xlsx" for number in range(_FILES)]
        for number, sheet in enumerate(sheets):
            write_sheet(sheet, rows, seed=7 + number)
        entries = [_one(sheets[0], rows, folder)]
        entries.append(_floor(sheets[0], rows, folder))
        entries.append(_several(sheets, rows, folder))
        entries.append(_beside_orm(sheets[0], rows, folder))
        entries.append(_memory(sheets[0], rows))
        entries.append(_cancelled(sheets[0], rows, folder))
        entries.append(_appended(rows, folder))
    return entries


def _one(sheet: Path, rows: int, folder: Path) -> dict[str, Any]:
    rounds = [_round(sheet, rows, folder, number) for number in range(_ROUNDS)]
    ours, rival, stages = sorted(rounds, key=lambda each: each[0].wall / each[1].wall)[_ROUNDS // 2]
    note = "，".join(f"{name} {seconds:.2f}" for name, seconds in stages.items())
    note = f"goal 1.3; {_processor(ours, rival)}; {note}"
    title = "ogr2ogr XLSX → SpatiaLite, unchecked"
    return _entry(f"import {rows} x {len(HEADERS)}", ours.wall, title, rival.wall, rows, note)


def _round(
    sheet: Path, rows: int, folder: Path, number: int
) -> tuple[_Spent, _Spent, dict[str, float]]:
    """One import and one run of the rival."""
    start = _spent()
    stages = _import([sheet], folder / f"register{number}.qhd", rows)
    ours = _spent().since(start)
    start = _spent()
    _ogr2ogr(sheet, folder / f"rival{number}.sqlite")
    return ours, _spent().since(start), stages


def _floor(sheet: Path, rows: int, folder: Path) -> dict[str, Any]:
    """What no checking at all would leave: the guarded reading, and the same records put in as they are.

    Nothing is checked, converted, numbered, folded for the search or audited, no foreign key looked up,
    no spatial index made; one bare statement per table, in one transaction, encrypted, with its indexes.
    """
    rounds = []
    for number in range(_ROUNDS):
        start = _spent()
        read_survey(sheet)
        read = _spent().since(start)
        with (
            open_register(folder / "register0.qhd", passphrase=_WORD) as opened,
            closing(opened.connect_anew()) as source,
        ):
            records = {table: _records(source, table) for table in _TABLES}
        start = _spent()
        _write_bare(folder / f"floor{number}.qhd", records)
        written = _spent().since(start)
        del records
        start = _spent()
        _ogr2ogr(sheet, folder / f"floor{number}.sqlite")
        rounds.append((read, written, _spent().since(start)))
    read, written, rival = sorted(rounds, key=lambda each: each[0].wall + each[1].wall)[
        _ROUNDS // 2
    ]
    processor = read.processor + written.processor
    note = (
        f"read {read.wall:.2f}, written {written.wall:.2f};"
        f" processor {read.processor:.2f} + {written.processor:.2f} = {processor:.2f} s,"
        f" {processor / rival.processor:.2f}"
    )
    title = "ogr2ogr XLSX → SpatiaLite, unchecked"
    return _entry(
        "floor: read, put in bare", read.wall + written.wall, title, rival.wall, rows, note
    )


def _records(source: Any, table: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
    return found


def _write_bare(path: Path, records: dict[str, list[tuple[Any, ...]]]) -> None:
    """Records into a new register, without guards and the write-ahead log."""
    with create_register(path, passphrase=_WORD, office=Office()) as opened:
        opened.engine.dispose()
        with closing(opened.connect_anew()) as target:
            target.execute("PRAGMA journal_mode = DELETE").fetchall()
            target.execute("PRAGMA foreign_keys = OFF")
            target.execute("BEGIN IMMEDIATE")
            for table, rows in records.items():
                for (name,) in target.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?",
                    (table,),
                ).fetchall():
                    target.execute(f'DROP TRIGGER "{name}"')
                marks = ", ".join("?" * len(rows[0]))
                target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
            target.execute("COMMIT")


def _several(sheets: list[Path], rows: int, folder: Path) -> dict[str, Any]:
    rounds = []
    for number in range(_ROUNDS):
        start = _spent()
        stages = _import(sheets, folder / f"several{number}.qhd", rows * len(sheets))
        ours = _spent().since(start)
        start = _spent()
        for at, sheet in enumerate(sheets):
            _ogr2ogr(sheet, folder / f"several{number}-{at}.sqlite")
        rounds.append((ours, _spent().since(start), stages))
    ours, rival, stages = sorted(rounds, key=lambda each: each[0].wall / each[1].wall)[_ROUNDS // 2]
    note = "，".join(f"{name} {seconds:.2f}" for name, seconds in stages.items())
    note = f"goal 1.0; {_processor(ours, rival)}; {note}"
    title = f"ogr2ogr {len(sheets)} times"
    return _entry(f"import {len(sheets)} files of {rows}", ours.wall, title, rival.wall, rows, note)


@dataclass(frozen=True)
class _Spent:
    """Seconds of the clock, and of the processor by this process and those it waited for."""

    wall: float
    processor: float

    def since(self, start: _Spent) -> _Spent:
        """What passed since then."""
        return _Spent(self.wall - start.wall, self.processor - start.processor)


def _spent() -> _Spent:
    return _Spent(time.perf_counter(), sum(os.times()[:4]))


def _processor(ours: _Spent, rival: _Spent) -> str:
    """Processor seconds of both and their ratio, which other work on the machine disturbs least."""
    ratio = ours.processor / rival.processor
    return f"processor {ours.processor:.2f} to {rival.processor:.2f} s, {ratio:.2f}"


def _beside_orm(sheet: Path, rows: int, folder: Path) -> dict[str, Any]:
    start = _spent()
    _import([sheet], folder / "beside.qhd", rows)
    ours = _spent().since(start)
    start = _spent()
    _orm(sheet, folder / "orm.sqlite")
    rival = _spent().since(start)
    title = "openpyxl + SQLAlchemy ORM, unchecked"
    note = f"goal 0.2; {_processor(ours, rival)}"
    return _entry(f"import {rows} by columns", ours.wall, title, rival.wall, rows, note)


def _memory(sheet: Path, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.bench_import", "--peak", str(sheet), str(rows)]
    start = time.perf_counter()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    note = f"goal 700 MB; peak {int(output.split()[-1]) / 1024:.0f} MB"
    spent = time.perf_counter() - start
    return _entry(f"import {rows}, whole process", spent, None, None, rows, note)


def _cancelled(sheet: Path, rows: int, folder: Path) -> dict[str, Any]:
    """Seconds from the wish to stop, late in the writing, to a register as it was."""
    job = _Impatient(stop_at=0.6)
    with create_register(folder / "cancelled.qhd", passphrase=_WORD, office=Office()) as opened:
        survey = SurveyImport(opened, Actor(name="bench"))
        preview = survey.preview([sheet], datum=None, job=SilentJob())
        try:
            survey.commit(preview, job)
        except JobCancelledError:
            spent = time.perf_counter() - job.stopped_at
        with opened.unit_of_work() as work:
            left = work.hazards.count()
    return _entry(
        "cancel late in the writing", spent, None, None, rows, f"goal 1 s; {left} rows left"
    )


def _appended(rows: int, folder: Path) -> dict[str, Any]:
    """A tenth of a sheet into an empty register, and into one of ten sheets."""
    small, large = rows // 10, rows * 10
    sheet, filling = folder / "small.xlsx", folder / "filling.xlsx"
    write_sheet(sheet, small, seed=99)
    start = _spent()
    empty, _stages = _timed(lambda: _import([sheet], folder / "small.qhd", small))
    alone = _spent().since(start)
    write_sheet(filling, rows, seed=100)
    with create_register(folder / "large.qhd", passphrase=_WORD, office=Office()) as opened:
        survey = SurveyImport(opened, Actor(name="bench"))
        preview = survey.preview([filling], datum=None, job=SilentJob())
        columns = as_candidates(preview.candidates).hazards
        for number in range(10):
            facts = {
                **columns.facts,
                "id": fresh_ids(len(columns)),
                "name": [f"{number} {name}" for name in columns.facts["name"]],
                "alias_codes": ["[]"] * len(columns),
                "batch_id": [None] * len(columns),
            }
            with opened.unit_of_work() as work:
                work.hazards.add_columns(
                    HazardColumns(facts=facts, geometries=columns.geometries), Actor(name="bench")
                )
                work.commit()
        del preview, columns, facts
        start = _spent()
        full, stages = _timed(lambda: _run(SurveyImport(opened, Actor(name="bench")), [sheet]))
        appended = _spent().since(start)
    note = "，".join(f"{name} {seconds:.2f}" for name, seconds in stages.items())
    note = f"goal 2.0; {_processor(appended, alone)}; {note}"
    title = "the same into an empty register"
    return _entry(f"append {small} to {large}", full, title, empty, small, note)


class _Watched(SilentJob):
    """A job that knows when all was checked and the rest was written."""

    writing_at = 0.0

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Notice the first report of writing."""
        if not self.writing_at and note == "写入登记库":
            self.writing_at = time.perf_counter()


class _Impatient:
    """A job whose user stops it part of the way."""

    def __init__(self, stop_at: float) -> None:
        self.stopped_at = 0.0
        self._stop_at = stop_at

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Stop once far enough."""
        if done > total * self._stop_at:
            self.stopped_at = time.perf_counter()
            raise JobCancelledError(note)


def _entry(  # noqa: PLR0917 - one row of a table
    name: str, ours: float, rival: str | None, rival_s: float | None, n: int, note: str
) -> dict[str, Any]:
    ratio = ours / rival_s if rival_s else None
    return {
        "name": name, "ours_s": ours, "rival": rival, "rival_s": rival_s, "ratio": ratio, "n": n, "note": note,
    }  # fmt: skip


def write_sheet(path: Path, rows: int, seed: int = 7) -> None:
    """An invented sheet: every row in the county it declares."""
    rng = np.random.default_rng(seed)
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
                f"QHD{seed:03d}{i:09d}", f"示例村{seed}{i:06d}号{kind}", kind, "河北省", "秦皇岛市", names[codes[i]],
                f"示例{i % 40}镇", f"示例村{i % 977}组屋后斜坡，距公路 {i % 900} 米", round(x, 7), round(y, 7),
                round(float(rng.uniform(1, 1500)), 1), SIZES[i % 4], SIZES[(i // 4) % 4],
                int(rng.integers(0, 300)), round(float(rng.uniform(0, 5000)), 2),
                (first + timedelta(days=int(rng.integers(0, 7000)))).isoformat(), f"示例单位{i % 300}",
                f"1390000{i % 10000:04d}", LEVELS[i % 4], ("治理中", "未治理", "已治理")[i % 3], ring,
                "坡体前缘见裂缝，建议加强监测" if i % 3 == 0 else None,
            )
        )  # fmt: skip
    book.save(path)


def _import(sheets: list[Path], register: Path, rows: int) -> dict[str, float]:
    start = time.perf_counter()
    with create_register(register, passphrase=_WORD, office=Office()) as opened:
        survey = SurveyImport(opened, Actor(name="bench"))
        stages = {"open": time.perf_counter() - start}
        stages |= _run(survey, sheets, rows)
    return stages


def _run(survey: SurveyImport, sheets: list[Path], rows: int = 0) -> dict[str, float]:
    """As the command line does: straight, nobody looks in between."""
    start = time.perf_counter()
    job = _Watched()
    _preview, outcome = survey.straight(sheets, datum=None, job=job)
    read = job.writing_at or start
    if outcome.accepted < rows * 0.99:
        print(outcome.issues[:3], file=sys.stderr)
        raise SystemExit(f"only {outcome.accepted} of {rows} rows were accepted")
    return {"checked": read - start, "written": time.perf_counter() - read}


def _orm(sheet: Path, target: Path) -> dict[str, float]:
    """The way most programs go: a row, an object, a flush; plain file, one unique index."""

    class Base(DeclarativeBase):
        """Rows of the rival."""

    columns = {f"c{index}": mapped_column(Text, unique=index == 0) for index in range(len(HEADERS))}
    row_type: Any = type(
        "Row",
        (Base,),
        {"__tablename__": "row", "id": mapped_column(Integer, primary_key=True), **columns},
    )
    engine = create_engine(f"sqlite:///{target}", module=driver)
    Base.metadata.create_all(engine)
    book = load_workbook(sheet, read_only=True)
    with Session(engine) as session:
        rows = book.active.iter_rows(min_row=2, values_only=True)
        session.add_all(
            row_type(**{f"c{i}": None if v is None else str(v) for i, v in enumerate(values)})
            for values in rows
        )
        session.commit()
    engine.dispose()
    return {}


def _ogr2ogr(sheet: Path, target: Path) -> None:
    vrt = target.with_suffix(".vrt")
    vrt.write_text(VRT.format(path=sheet), encoding="utf-8")
    command = ["ogr2ogr", "-f", "SQLite", "-dsco", "SPATIALITE=YES", str(target), str(vrt)]
    subprocess.run(command, check=True, capture_output=True)


def _timed(work: Callable[[], dict[str, float]]) -> tuple[float, dict[str, float]]:
    start = time.perf_counter()
    stages = work()
    return time.perf_counter() - start, stages


def _peak(sheet: Path, rows: int) -> int:
    """KiB the import of one sheet takes at most, this process included.

    `resource` would count what the parent held when it forked.
    """
    with TemporaryDirectory() as folder:
        _import([sheet], Path(folder) / "register.qhd", rows)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        print(_peak(Path(sys.argv[2]), int(sys.argv[3])))
    else:
        for line in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000):
            print(line, flush=True)
