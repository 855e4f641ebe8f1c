"""Between the rows of remediation and the values of the domain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.domain.levels import HiddenDangerGrade, RiskLevel
from qhd_riskmap.domain.remediation.lateness import lateness
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import (
    EventKind,
    PhotoStage,
    RemediationTask,
    Supervision,
    TaskEvent,
    TaskFile,
    TaskState,
)

_DAYS: Final = frozenset(
    {
        "since", "registered_on", "deadline", "assigned_on", "started_on", "done_on", "accepted_on",
        "closed_on", "extension_to",
    }
)  # fmt: skip
_INSTANTS: Final = frozenset({"created_at", "updated_at", "deleted_at"})
# What one edit or move may change; the rest is set once.
CHANGING: Final = (
    "state", "since", "problem", "basis", "grade", "measures", "funds", "fund_source", "owner_unit",
    "owner", "phone", "deputy", "regulator", "deadline", "contingency", "supervision",
    "supervision_no", "suspended", "percent", "progress", "assigned_on", "started_on", "done_on",
    "accepted_on", "closed_on", "acceptor", "opinion", "extension_to", "extension_reason", "receiver",
    "remark", "revision", "updated_at", "updated_by", "deleted_at",
)  # fmt: skip
COLUMNS: Final = ("number", "registered_on", "created_at", "created_by", *CHANGING)
SELECT_TASKS: Final = (
    f"SELECT t.id, h.id, t.batch_id, {', '.join(f't.{name}' for name in COLUMNS)}"  # noqa: S608 - constants
    " FROM remediation_task t JOIN hazard h ON h.fid = t.hazard_fid"
)


def row_values(task: RemediationTask, names: Sequence[str]) -> tuple[Any, ...]:
    """The values of some columns."""
    return tuple(_stored(name, getattr(task, name)) for name in names)


def task_of(row: Sequence[Any]) -> RemediationTask:
    """The task of a row of `SELECT_TASKS`."""
    task_id, hazard_id, batch_id, *rest = row
    values = {name: _typed(name, value) for name, value in zip(COLUMNS, rest, strict=True)}
    return RemediationTask(
        id=UUID(task_id),
        hazard_id=UUID(hazard_id),
        batch_id=UUID(batch_id) if batch_id else None,
        **values,
    )


def line_of(row: Sequence[Any], on: date) -> TaskLine:
    """The task and its hazard's code, name, type, level, county, township, unit; number of files."""
    *own, code, name, type_key, rank, county, township, unit, files = row
    task = task_of(own)
    return TaskLine(
        task=task,
        code=code,
        name=name,
        type_key=type_key,
        level=RiskLevel.from_rank(rank) if rank else None,
        county=county,
        township=township,
        unit=task.owner_unit or unit,
        files=files,
        late=lateness(task, on),
    )


def event_of(row: Sequence[Any]) -> TaskEvent:
    """The event of a row: id, task, kind, move, states, day, percent, note, detail, at, by."""
    event_id, task_id, kind, move, before, after, on, percent, note, detail, at, by = row
    return TaskEvent(
        id=UUID(event_id),
        task_id=UUID(task_id),
        kind=EventKind(kind),
        move=move,
        before=TaskState(before),
        after=TaskState(after),
        on=date.fromisoformat(on),
        percent=percent,
        text=note,
        detail=json.loads(detail),
        recorded_at=datetime.fromisoformat(at),
        recorded_by=by,
    )


def file_of(row: Sequence[Any]) -> TaskFile:
    """The file of a row: id, task, stage, name, hash, type, size, thumbnail, added, removed."""
    file_id, task_id, stage, name, sha256, kind, size, thumbnail, at, by, gone_at, gone_by = row
    return TaskFile(
        id=UUID(file_id),
        task_id=UUID(task_id),
        stage=PhotoStage(stage),
        name=name,
        sha256=sha256,
        media_type=kind,
        size=size,
        thumbnail=bytes(thumbnail),
        added_at=datetime.fromisoformat(at),
        added_by=by,
        removed_at=datetime.fromisoformat(gone_at) if gone_at else None,
        removed_by=gone_by,
    )


def _stored(name: str, value: Any) -> Any:
    if name in _DAYS or name in _INSTANTS:
        return value.isoformat() if value is not None else None
    if name in {"grade", "supervision"}:
        return value.value if value is not None else ""
    if name == "state":
        return value.value
    return int(value) if name == "suspended" else value


def _typed(name: str, value: Any) -> Any:
    if name in _DAYS:
        return date.fromisoformat(value) if value else None
    if name in _INSTANTS:
        return datetime.fromisoformat(value) if value else None
    if name == "grade":
        return HiddenDangerGrade(value) if value else None
    if name == "supervision":
        return Supervision(value) if value else None
    if name == "state":
        return TaskState(value)
    return bool(value) if name == "suspended" else value
