"""The one place where a task changes its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.remediation.flow import Flow, Move, flow
from qhd_riskmap.domain.remediation.requirements import (
    REQUIREMENTS,
    Circumstances,
    Proposal,
)
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.domain.remediation.task_fields import emptied, with_task_values
from qhd_riskmap.errors import InvalidInputError, MoveRefusedError
from qhd_riskmap.i18n import _

Values = Mapping[str, AttributeValue | None]


def find_move(key: str, known: Flow | None = None) -> Move:
    """The move of a key.

    Raises:
        InvalidInputError: There is none.
    """
    known = known or flow()
    if key not in known.moves:
        raise InvalidInputError(
            _("没有“{key}”这种办理。").format(key=key),
            hint=_("可用：{keys}。").format(
                keys="、".join(f"{m.key} {_(m.label)}" for m in known.moves.values())
            ),
        )
    return known.moves[key]


# What a move that keeps the state undoes or decides on: without it there is nothing to do.
_STANDING = frozenset({"extension_open", "supervised", "running", "halted"})


def possible_moves(task: RemediationTask, known: Flow | None = None) -> tuple[Move, ...]:
    """What may be done with a task as it stands; what is still missing for it is another matter."""
    if task.deleted_at is not None:
        return ()
    today = task.since
    proposal = Proposal(task=task, values={}, on=today, around=Circumstances(today=today))
    return tuple(
        move
        for move in (known or flow()).moves_from(task.state)
        if move.target is not None
        or not any(key in _STANDING and REQUIREMENTS[key](proposal) for key in move.needs)
    )


def missing(
    task: RemediationTask, move: Move, values: Values, on: date, around: Circumstances
) -> tuple[str, ...]:
    """Why a move cannot be made, one Chinese sentence each; empty when it can.

    Args:
        task: As it stands.
        move: What is wanted.
        values: Of the move's fields; others are refused.
        on: The day it happened.
        around: What else decides.
    """
    if task.deleted_at is not None:
        return (_("任务 {number} 已删除，请先恢复。").format(number=task.number),)
    if task.state not in move.sources:
        return (
            _("“{state}”的任务不能{move}；须是{states}的任务。").format(
                state=_(task.state.label),
                move=_(move.label),
                states="、".join(_(s.label) for s in TaskState if s in move.sources),
            ),
        )
    proposal = Proposal(task=_filled(task, move, values), values=values, on=on, around=around)
    found = [_odd_day(task, on, around.today), *(REQUIREMENTS[key](proposal) for key in move.needs)]
    return tuple(text for text in found if text)


def moved(
    task: RemediationTask, move: Move, values: Values, on: date, around: Circumstances
) -> RemediationTask:
    """The task after a move.

    Raises:
        MoveRefusedError: Something is missing; the error lists all of it.
    """
    reasons = missing(task, move, values, on, around)
    if reasons:
        raise MoveRefusedError(
            _("任务 {number} 不能{move}。").format(number=task.number, move=_(move.label)),
            reasons=reasons,
        )
    after = _filled(task, move, values)
    changes: dict[str, Any] = {"since": on, **move.sets}
    if move.target is not None:
        changes["state"] = move.target
    if move.stamps:
        changes[move.stamps] = on
    if move.moves_deadline:
        changes["deadline"] = after.extension_to
    return replace(emptied(after, move.clears), **changes)


def _filled(task: RemediationTask, move: Move, values: Values) -> RemediationTask:
    strange = sorted(values.keys() - set(move.fields))
    if strange:
        raise InvalidInputError(
            _("{move}时不填{keys}。").format(move=_(move.label), keys="、".join(strange)),
            hint=_("可填：{keys}。").format(keys="、".join(move.fields) or _("无")),
        )
    return with_task_values(task, values)


def _odd_day(task: RemediationTask, on: date, today: date) -> str:
    if on > today:
        return _("办理日期 {on} 在将来。").format(on=on.isoformat())
    if on < task.since:
        return _("办理日期 {on} 早于上一次办理的 {since}。").format(
            on=on.isoformat(), since=task.since.isoformat()
        )
    return ""
