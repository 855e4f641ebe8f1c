"""How a task stands against its deadline on a given day: derived each time, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qhd_riskmap.domain.remediation.flow import Clock, Flow, flow
from qhd_riskmap.domain.remediation.task import RemediationTask, Supervision
from qhd_riskmap.i18n import N_, _


class LateStage(StrEnum):
    """In the order of urgency."""

    NONE = "none"
    AHEAD = "ahead"
    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    LateStage.NONE: N_("不计时限"),
    LateStage.AHEAD: N_("未到期"),
    LateStage.SOON: N_("即将到期"),
    LateStage.DUE: N_("今日到期"),
    LateStage.OVERDUE: N_("逾期"),
}
_ORDER = {stage: at for at, stage in enumerate(LateStage)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """A task against its deadline.

    Attributes:
        days: Days after the deadline, negative before it; 0 where no deadline counts.
        step: Days of the step reached (1, 7, 15), 0 before the first.
        supervision: Level that the step proposes, where it is higher than the one in force.
        done: The work is done and no day counts any more; ``days`` is how it was done.
    """

    stage: LateStage
    days: int = 0
    step: int = 0
    supervision: Supervision | None = None
    done: bool = False

    @property
    def urgency(self) -> tuple[int, int]:
        """Greater is more urgent."""
        return (_ORDER[self.stage], self.days)


NOT_LATE = Lateness(stage=LateStage.NONE)


def lateness(task: RemediationTask, on: date, known: Flow | None = None) -> Lateness:
    """How a task stands on a day.

    Work that was done waits for acceptance at the office's pace: it is as late as it was done.

    Args:
        task: The task.
        on: The day asked about.
        known: The flow, None for the shipped one.
    """
    known = known or flow()
    clock = known.clocks[task.state]
    if task.deadline is None or clock is Clock.STOPPED or task.deleted_at is not None:
        return NOT_LATE
    done = task.done_on or task.accepted_on
    day = min(on, done) if clock is Clock.DONE and done is not None else on
    days = (day - task.deadline).days
    finished = clock is Clock.DONE and done is not None and done <= on
    if clock is Clock.DONE and days <= 0:
        return Lateness(stage=LateStage.AHEAD, days=days, done=finished)
    if days > 0:
        step = next((s for s in reversed(known.steps) if days >= s.days), None)
        proposed = step.supervision if step is not None else None
        return Lateness(
            stage=LateStage.OVERDUE,
            days=days,
            step=step.days if step is not None else 0,
            supervision=_higher(proposed, task.supervision),
            done=finished,
        )
    if days == 0:
        return Lateness(stage=LateStage.DUE)
    soon = days >= -known.remind_days
    return Lateness(stage=LateStage.SOON if soon else LateStage.AHEAD, days=days)


def worst(found: Iterable[Lateness]) -> Lateness:
    """The most urgent of several; `NOT_LATE` for none."""
    return max(found, key=lambda each: each.urgency, default=NOT_LATE)


def late_text(late: Lateness) -> str:
    """逾期 12 天, 今日到期, 还有 3 天, 按期完工, or what stands instead of a deadline."""
    if late.done:
        return _("逾期 {n} 天完工").format(n=late.days) if late.days > 0 else _("按期完工")
    if late.stage is LateStage.OVERDUE:
        return _("逾期 {n} 天").format(n=late.days)
    if late.days < 0:
        return _("还有 {n} 天").format(n=-late.days)
    return _(late.stage.label)


def _higher(proposed: Supervision | None, present: Supervision | None) -> Supervision | None:
    order = list(Supervision)
    if proposed is None or (present is not None and order.index(present) >= order.index(proposed)):
        return None
    return proposed
