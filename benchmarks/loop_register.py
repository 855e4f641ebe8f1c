"""A register of many hazards with everything the loop adds: assessments, remediation tasks, inspections."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.bench_store import synthetic_hazards
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.engine import create_register

ON = date(2026, 11, 25)
_ACTOR = Actor(name="bench")
_STAMP = "2026-11-01T08:00:00+00:00"
_STATES = ("registered", "assigned", "rectifying", "pending", "accepted", "closed", "monitored")


def fill_loop(path: Path, hazards: int, tasks: int, inspections: int) -> None:
    """Make a new register; tasks and inspections are spread over it and over two years."""
    found = synthetic_hazards(hazards)
    chance, ids = random.Random(7), random.Random(8)
    with (
        create_register(path, passphrase=None, office=Office()) as register,
        register.unit_of_work() as work,
    ):
        work.hazards.add_many(found, _ACTOR)
        work.assessments.add_many([_assessment(each, ids) for each in found if each.level], _ACTOR)
        connection = work._transaction().writing()  # noqa: SLF001 - services take minutes for so many
        fids = [fid for (fid,) in connection.exec_driver_sql("SELECT fid FROM hazard ORDER BY fid")]
        connection.exec_driver_sql(
            "INSERT INTO remediation_task (id, number, hazard_fid, state, since, registered_on, problem,"
            " grade, owner_unit, deadline, assigned_on, done_on, accepted_on, closed_on, suspended, percent,"
            " revision, created_at, created_by, updated_at, updated_by)"
            " VALUES (?, ?, ?, ?, ?, ?, '护坡开裂', ?, ?, ?, ?, ?, ?, ?, 0, 0, 1, ?, 'bench', ?, 'bench')",
            list(_tasks(chance, ids, fids, tasks)),
        )
        connection.exec_driver_sql(
            "INSERT INTO inspection (id, hazard_fid, inspected_on, inspector, result, answers, recorded_at,"
            " recorded_by) VALUES (?, ?, ?, ?, 'normal', '[]', ?, 'bench')",
            [
                (
                    _uuid(ids), chance.choice(fids),
                    (ON - timedelta(days=chance.randrange(400))).isoformat(),
                    f"检查员{chance.randrange(40)}", _STAMP,
                )
                for _number in range(inspections)
            ],
        )  # fmt: skip
        work.commit()


def _assessment(hazard: Hazard, ids: random.Random) -> Assessment:
    if hazard.level is None:
        raise ValueError(hazard.id)
    return Assessment(
        id=UUID(int=ids.getrandbits(128), version=4), hazard_id=hazard.id, method="ls",
        method_version="2026.1", inputs={"likelihood": 3, "severity": 4}, score=12.0,
        level=hazard.level, reasons=("可能性 3，后果 4，R = 12",), assessor="bench",
        assessed_on=date(2025, 1 + hazard.id.int % 12, 1 + hazard.id.int % 28),
    )  # fmt: skip


def _tasks(
    chance: random.Random, ids: random.Random, fids: list[int], count: int
) -> Iterator[tuple[Any, ...]]:
    for number in range(count):
        begun = ON - timedelta(days=chance.randrange(700))
        deadline = begun + timedelta(days=chance.randrange(10, 90))
        done = begun + timedelta(days=chance.randrange(5, 120))
        state = chance.choice(_STATES)
        over = state in {"accepted", "closed"} and done <= ON
        if state in {"accepted", "closed"} and not over:
            state = "rectifying"
        ended = done.isoformat() if over else None
        yield (
            _uuid(ids), f"ZG-2026-{number:06d}", chance.choice(fids), state,
            min(done, ON).isoformat(), begun.isoformat(), chance.choice(("ordinary", "major")),
            f"示例单位{number % 2000}有限公司", deadline.isoformat(), begun.isoformat(), ended, ended,
            ended, _STAMP, _STAMP,
        )  # fmt: skip


def _uuid(ids: random.Random) -> str:
    return str(UUID(int=ids.getrandbits(128), version=4))
