"""The tasks of today beside the inspections of today: two counts that open their list on the 整改 page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qhd_riskmap.domain.figures import Population
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.overview import TaskFilter
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.count_links import CountLinks
from qhd_riskmap.ui.toolkit.desk import Desk

_CHIPS: Final = (
    (LateStage.OVERDUE.value, N_("整改逾期"), LateStage.OVERDUE),
    (LateStage.DUE.value, N_("整改今日到期"), LateStage.DUE),
)
_LABELS: Final = {key: label for key, label, _stage in _CHIPS}
_STAGES: Final = frozenset(stage for _key, _label, stage in _CHIPS)


class TasksDue(CountLinks):
    """Counts of the tasks that are late or due today."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_CHIPS, "tasks-due", _("到整改页看这些任务"))
        self._desk = desk
        self._numbers: Mapping[str, tuple[str, ...]] = {}
        self.chosen.connect(self._open)

    def reload(self) -> None:
        """Count beside the window."""
        service = self._desk.app.remediation
        self._desk.run(
            lambda _job: service.tasks(TaskFilter(stages=_STAGES)),
            title=_("正在读取整改任务…"),
            on_success=lambda lines: self._show(
                {
                    stage.value: tuple(x.task.number for x in lines if x.late.stage is stage)
                    for stage in _STAGES
                }
            ),
            quiet=True,
        )

    def changes(self, changes: Changes) -> None:
        """Tasks change with their hazards, too."""
        if changes.tasks or changes.hazards:
            self.out_of_date()

    def _show(self, numbers: Mapping[str, tuple[str, ...]]) -> None:
        self._numbers = numbers
        self.show_counts({key: len(each) for key, each in numbers.items()})

    def _open(self, key: str) -> None:
        self._desk.rows_wanted.emit(Population.TASK.value, self._numbers[key], _(_LABELS[key]))
