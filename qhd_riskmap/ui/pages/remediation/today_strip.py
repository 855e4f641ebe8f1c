"""What is pressing today; each number filters the page."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.overview import ENDED, Standing, TaskLine
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.i18n import N_
from qhd_riskmap.ui.toolkit.count_strip import CountStrip

CHIPS: Final = (
    ("overdue", N_("逾期"), LateStage.OVERDUE),
    ("due", N_("今日到期"), LateStage.DUE),
    ("soon", N_("即将到期"), LateStage.SOON),
    ("pending", N_("待验收"), None),
    ("open", N_("未结"), None),
    ("all", N_("全部"), None),
)
_STAGES: Final = {key: stage for key, _label, stage in CHIPS if stage is not None}


class TodayStrip(CountStrip):
    """Counts of tasks; the open ones are shown first."""

    def __init__(self) -> None:
        super().__init__(CHIPS, "today-strip", "strip")
        self.press("open")

    def show_standing(self, found: Standing) -> None:
        """Show the counts."""
        self.show_counts({key: _count(key, stage, found) for key, _label, stage in CHIPS})


def _count(key: str, stage: LateStage | None, found: Standing) -> int:
    if stage is not None:
        return found.stages.get(stage, 0)
    if key == "pending":
        return found.states.get(TaskState.PENDING, 0)
    return found.open if key == "open" else sum(found.states.values())


def takes(key: str, line: TaskLine) -> bool:
    """Whether a pressed count shows a task."""
    if key in _STAGES:
        return line.late.stage is _STAGES[key]
    if key == "pending":
        return line.task.state is TaskState.PENDING
    return key == "all" or line.task.state not in ENDED
