"""Many tasks at once: with their hazards, chosen, and rolled up to hazard, unit and county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.levels import HiddenDangerGrade, RiskLevel
from qhd_riskmap.domain.remediation.lateness import NOT_LATE, Lateness, LateStage, worst
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.i18n import N_

ENDED = frozenset({TaskState.CLOSED, TaskState.VOID, TaskState.TRANSFERRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """A task with what lists show of its hazard, as of a day.

    Attributes:
        code: Permanent code of the hazard.
        unit: The task's responsible unit, or else the hazard's.
        files: Photos and files of the task.
        late: Against its deadline on the day asked about.
    """

    task: RemediationTask
    code: str
    name: str
    type_key: str
    level: RiskLevel | None
    county: str
    township: str
    unit: str
    files: int = 0
    late: Lateness = NOT_LATE


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks are wanted; what is empty lets all through.

    Attributes:
        units: Parts of the responsible unit's name.
        stages: Of lateness on the day asked about.
        grades: Of the problem; tasks not yet assessed have none.
        numbers: 整改编号 of exactly these tasks; None lets all through.
        search: Part of number, code, name, problem or owner.
        first: Registered on this day or later.
        last: Registered on this day or before.
    """

    states: frozenset[TaskState] = frozenset()
    counties: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()
    stages: frozenset[LateStage] = frozenset()
    grades: frozenset[HiddenDangerGrade] = frozenset()
    hazards: frozenset[UUID] = frozenset()
    numbers: frozenset[str] | None = None
    search: str = ""
    first: date | None = None
    last: date | None = None

    def takes(self, line: TaskLine) -> bool:
        """Whether a line is wanted."""
        task = line.task
        return (
            (not self.states or task.state in self.states)
            and (not self.counties or line.county in self.counties)
            and (not self.types or line.type_key in self.types)
            and (not self.units or any(part in line.unit for part in self.units))
            and (not self.stages or line.late.stage in self.stages)
            and (not self.grades or task.grade in self.grades)
            and (self.numbers is None or task.number in self.numbers)
            and (not self.hazards or task.hazard_id in self.hazards)
            and (self.first is None or task.registered_on >= self.first)
            and (self.last is None or task.registered_on <= self.last)
            and self._found_in(line)
        )

    def _found_in(self, line: TaskLine) -> bool:
        task, wanted = line.task, self.search.casefold()
        texts = (task.number, line.code, line.name, task.problem, task.owner, line.unit)
        return not wanted or any(wanted in text.casefold() for text in texts)


ALL_TASKS = TaskFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How several tasks stand together.

    Attributes:
        states: Tasks by state.
        stages: Tasks by lateness.
        late: The most urgent.
    """

    states: Mapping[TaskState, int] = field(default_factory=dict)
    stages: Mapping[LateStage, int] = field(default_factory=dict)
    late: Lateness = NOT_LATE

    @property
    def total(self) -> int:
        """All tasks but withdrawn ones."""
        return sum(n for state, n in self.states.items() if state is not TaskState.VOID)

    @property
    def open(self) -> int:
        """Tasks that this office still has to see to."""
        return sum(n for state, n in self.states.items() if state not in ENDED)


# What a roll-up counts, in the order of its columns.
COUNTS: Final[tuple[tuple[str, Callable[[Standing], int]], ...]] = (
    (N_("合计"), lambda found: found.total),
    (N_("未结"), lambda found: found.open),
    (N_("逾期"), lambda found: found.stages.get(LateStage.OVERDUE, 0)),
    (N_("今日到期"), lambda found: found.stages.get(LateStage.DUE, 0)),
    (N_("即将到期"), lambda found: found.stages.get(LateStage.SOON, 0)),
    (N_("待验收"), lambda found: found.states.get(TaskState.PENDING, 0)),
    (N_("已销号"), lambda found: found.states.get(TaskState.CLOSED, 0)),
)
# What tasks are rolled up to.
GROUP_KEYS: Final[Mapping[str, Callable[[TaskLine], str]]] = MappingProxyType(
    {
        "county": lambda line: line.county,
        "unit": lambda line: line.unit,
        "hazard": lambda line: line.code,
    }
)


def roll_up(lines: Iterable[TaskLine], key: Callable[[TaskLine], str]) -> dict[str, Standing]:
    """The standing of each group, in the order in which groups first appear."""
    groups: dict[str, list[TaskLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return {name: standing(group) for name, group in groups.items()}


def standing(lines: Iterable[TaskLine]) -> Standing:
    """How some tasks stand together."""
    kept = list(lines)
    return Standing(
        states=Counter(line.task.state for line in kept),
        stages=Counter(line.late.stage for line in kept),
        late=worst(line.late for line in kept),
    )
