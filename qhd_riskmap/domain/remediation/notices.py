"""Which notices the deadline clock owes on a day: each step of each deadline once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.domain.remediation.flow import Clock, Flow, flow
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import RemediationTask

REMIND: Final = "remind"
DUE: Final = "due"
_LATE: Final = "late-"
Told = tuple[UUID, date, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One day on which a deadline is told of.

    Attributes:
        key: ``remind``, ``due`` or ``late-N``.
        day: The day the notice is due.
    """

    key: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A task that must be told of.

    Attributes:
        line: The task as of the day of the notice.
        steps: Not told of yet, in order; the last is what the notice says, the others it makes good.
    """

    line: TaskLine
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as it was made.

    Attributes:
        number: ``{division}-TZ-{yyyy}-{seq}``.
        unit: The responsible unit; may be "".
        step: Key of the step.
        dated: The day on the paper.
        content: What fills the template, as it was then.
    """

    id: UUID
    number: str
    unit: str
    step: str
    dated: date
    content: Mapping[str, Any]
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNotice:
    """A notice with what came back of it.

    Attributes:
        title: Of the document.
        tasks: Numbers of its tasks, in order.
        signed: Those that somebody signed for.
    """

    number: str
    unit: str
    step: str
    dated: date
    title: str
    tasks: tuple[str, ...]
    signed: frozenset[str]

    @property
    def open(self) -> int:
        """How many of its tasks nobody signed for."""
        return len(self.tasks) - len(self.signed)


def steps_of(deadline: date, known: Flow | None = None) -> tuple[Step, ...]:
    """All days on which a deadline is told of, in order."""
    known = known or flow()
    return (
        Step(key=REMIND, day=deadline - timedelta(days=known.remind_days)),
        Step(key=DUE, day=deadline),
        *(
            Step(key=f"{_LATE}{step.days}", day=deadline + timedelta(days=step.days))
            for step in known.steps
        ),
    )


def owed_steps(task: RemediationTask, on: date, told: Collection[Told]) -> tuple[Step, ...]:
    """What a task must still be told on a day, missed days included; () when it is not open."""
    if task.deadline is None or task.deleted_at is not None:
        return ()
    if flow().clocks[task.state] is not Clock.RUNS:
        return ()
    deadline = task.deadline
    return tuple(
        step
        for step in steps_of(deadline)
        if step.day <= on and (task.id, deadline, step.key) not in told
    )


def owed(
    lines: Iterable[TaskLine], on: date, told: Collection[Told]
) -> dict[tuple[str, str], list[Owed]]:
    """The notices of a day: (unit, key of the step) → their tasks, units in order, gravest last."""
    found: dict[tuple[str, str], list[Owed]] = {}
    order: dict[tuple[str, str], tuple[str, timedelta]] = {}
    for line in lines:
        steps = owed_steps(line.task, on, told)
        if not steps or line.task.deadline is None:
            continue
        key = (line.unit, steps[-1].key)
        found.setdefault(key, []).append(Owed(line=line, steps=steps))
        order[key] = (line.unit, steps[-1].day - line.task.deadline)
    return {key: found[key] for key in sorted(found, key=order.__getitem__)}
