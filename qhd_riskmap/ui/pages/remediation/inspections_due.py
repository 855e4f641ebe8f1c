"""The inspections of today beside the tasks of today: two counts that open their list on the 检查 page."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.domain.inspection.schedule import DueStage
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.count_links import CountLinks
from qhd_riskmap.ui.toolkit.desk import Desk

_CHIPS: Final = (
    (DueStage.LATE.value, DueStage.LATE.label, LateStage.OVERDUE),
    (DueStage.TODAY.value, DueStage.TODAY.label, LateStage.DUE),
)


class InspectionsDue(CountLinks):
    """Counts of the inspections that are late or due today."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_CHIPS, "inspections-due", _("到检查页看这些隐患"))
        self._desk = desk
        self.chosen.connect(self._open)

    def reload(self) -> None:
        """Count beside the window."""
        service = self._desk.app.inspections
        self._desk.run(
            lambda _job: service.standing(service.today()),
            title=_("正在读取应检查的隐患…"),
            on_success=lambda found: self.show_counts({s.value: n for s, n in found.items()}),
            quiet=True,
        )

    def changes(self, changes: Changes) -> None:
        """Due days follow inspections, assessments, hazards and rules."""
        if changes.inspections or changes.hazards or changes.rules:
            self.out_of_date()

    def _open(self, key: str) -> None:
        self._desk.rows_wanted.emit("inspection", (key,), _(DueStage(key).label))
