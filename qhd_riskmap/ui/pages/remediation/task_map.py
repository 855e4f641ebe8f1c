"""The hazards that are being remedied on the map, by how late their most urgent task is."""

from __future__ import annotations

from collections.abc import Sequence

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.late_map import LateMap, LateSign


class TaskMap(LateMap):
    """Signs of tasks; a click tells the `TaskLine`."""

    def __init__(self) -> None:
        super().__init__(_("整改任务分布"))

    def show_lines(self, lines: Sequence[TaskLine], table: FeatureTable) -> None:
        """Show the most urgent task of each hazard."""
        signs = [
            LateSign(
                key=line.task.number, hazard_id=str(line.task.hazard_id), stage=line.late.stage,
                urgency=line.late.urgency, thing=line,
            )
            for line in lines
        ]  # fmt: skip
        self.show_signs(signs, table)
