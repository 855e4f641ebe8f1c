"""How many inspections are late, due today, this week, this month; each number filters the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from qhd_riskmap.domain.inspection.schedule import DueStage
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.i18n import N_
from qhd_riskmap.services.inspection import DueInspection
from qhd_riskmap.ui.toolkit.count_strip import CountStrip

ALL: Final = "all"
SIGNS: Final = {
    DueStage.LATE: LateStage.OVERDUE,
    DueStage.TODAY: LateStage.DUE,
    DueStage.WEEK: LateStage.SOON,
    DueStage.MONTH: LateStage.AHEAD,
    DueStage.LATER: LateStage.NONE,
}
_CHIPS: Final = (
    *((s.value, s.label, SIGNS[s]) for s in DueStage if s is not DueStage.LATER),
    (ALL, N_("全部"), None),
)


class DueStrip(CountStrip):
    """Counts of inspections; all are shown first."""

    def __init__(self) -> None:
        super().__init__(_CHIPS, "due-strip", "due")
        self.press(ALL)

    def takes(self, each: DueInspection) -> bool:
        """Whether the pressed count shows an inspection."""
        return self.key in {ALL, each.stage.value}

    def show_due(self, due: Sequence[DueInspection]) -> None:
        """Count them."""
        counts = Counter(each.stage.value for each in due)
        self.show_counts({**counts, ALL: len(due)})
