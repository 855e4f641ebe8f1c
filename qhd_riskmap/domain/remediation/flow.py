"""The flow of remediation as data: states, moves and when a deadline counts.

``resources/rules/remediation.json`` holds it; this module reads it and refuses a file that is at odds
with itself, `machine` applies it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.remediation.task import Supervision, TaskState
from qhd_riskmap.resources import rules


class Clock(StrEnum):
    """What a deadline is compared with: the day asked about, the day the work was done, or nothing."""

    RUNS = "runs"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One thing that can be done with a task.

    Attributes:
        label: Chinese name (a gettext message id).
        sources: States it starts from.
        target: State it leads to; None keeps the state.
        permission: Who may do it.
        needs: Keys of requirements (`requirements.REQUIREMENTS`), all to be met.
        fields: Keys of the fields that are filled in on the way.
        stamps: Field that takes the day of the move, or "".
        sets: Field → value it is given.
        clears: Fields that become empty.
        moves_deadline: The deadline becomes the one asked for.
    """

    key: str
    label: str
    sources: frozenset[TaskState]
    target: TaskState | None
    permission: Permission
    needs: tuple[str, ...]
    fields: tuple[str, ...]
    stamps: str = ""
    sets: Mapping[str, AttributeValue]
    clears: tuple[str, ...] = ()
    moves_deadline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LateStep:
    """How late is how bad.

    Attributes:
        days: From so many days after the deadline.
        supervision: Level proposed for it; None for none.
    """

    days: int
    supervision: Supervision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The whole flow.

    Attributes:
        clocks: What the deadline is compared with, by state.
        moves: By key, in the order in which they are offered.
        remind_days: A reminder is due so many days before the deadline.
        steps: Of lateness, mildest first.
    """

    version: str
    clocks: Mapping[TaskState, Clock]
    moves: Mapping[str, Move]
    remind_days: int
    steps: tuple[LateStep, ...]

    def moves_from(self, state: TaskState) -> tuple[Move, ...]:
        """What may be done in a state, whatever else is missing."""
        return tuple(move for move in self.moves.values() if state in move.sources)

    def between(self, state: TaskState, target: TaskState) -> Move | None:
        """The move that leads from one state to another, None where there is none."""
        return next((m for m in self.moves_from(state) if m.target is target), None)


@cache
def flow() -> Flow:
    """The shipped flow."""
    return read_flow(rules("remediation"))


def read_flow(raw: Any) -> Flow:
    """The flow that a rule file describes.

    Raises:
        ValueError: A state is missing, named twice or unknown.
    """
    clocks = {TaskState(entry["key"]): Clock(entry["clock"]) for entry in raw["states"]}
    if set(clocks) != set(TaskState) or len(raw["states"]) != len(clocks):
        raise ValueError("every state is described once")
    moves = {entry["key"]: _move(entry) for entry in raw["moves"]}
    if len(moves) != len(raw["moves"]):
        raise ValueError("every move is described once")
    late = raw["lateness"]
    steps = sorted((_step(entry) for entry in late["steps"]), key=lambda step: step.days)
    return Flow(
        version=raw["version"],
        clocks=MappingProxyType(clocks),
        moves=MappingProxyType(moves),
        remind_days=int(late["remind_days"]),
        steps=tuple(steps),
    )


def _move(entry: Any) -> Move:
    return Move(
        key=entry["key"],
        label=entry["label"],
        sources=frozenset(TaskState(state) for state in entry["from"]),
        target=TaskState(entry["to"]) if entry["to"] else None,
        permission=Permission(entry["permission"]),
        needs=tuple(entry["needs"]),
        fields=tuple(entry["fields"]),
        stamps=entry.get("stamps", ""),
        sets=MappingProxyType(dict(entry.get("sets", {}))),
        clears=tuple(entry.get("clears", ())),
        moves_deadline=bool(entry.get("moves_deadline")),
    )


def _step(entry: Any) -> LateStep:
    word = entry["supervision"]
    return LateStep(days=int(entry["days"]), supervision=Supervision(word) if word else None)
