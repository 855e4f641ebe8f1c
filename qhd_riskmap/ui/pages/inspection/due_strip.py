"""How many inspections are late, due today, this week, this month; each number filters the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from qhd_riskmap.domain.inspection.schedule import DueStage
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.inspection import DueInspection
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.theme import SPACE_S

ALL: Final = "all"
SIGNS: Final = {
    DueStage.LATE: LateStage.OVERDUE,
    DueStage.TODAY: LateStage.DUE,
    DueStage.WEEK: LateStage.SOON,
    DueStage.MONTH: LateStage.AHEAD,
    DueStage.LATER: LateStage.NONE,
}
_CHIPS: Final = (
    *((stage.value, stage.label) for stage in DueStage if stage is not DueStage.LATER),
    (ALL, N_("全部")),
)


class DueStrip(QWidget):
    """Counts as buttons, one of them pressed.

    Signals:
        chosen: Another count was pressed.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("due-strip")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self.buttons: dict[str, QToolButton] = {}
        for key, label in _CHIPS:
            button = QToolButton()
            button.setObjectName(f"due-{key}")
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setAccessibleName(_(label))
            button.clicked.connect(self.chosen)
            row.addWidget(button)
            self.buttons[key] = button
        row.addStretch(1)
        self._counts: dict[str, int] = {}
        self.show_counts(())
        self.press(ALL)

    @property
    def key(self) -> str:
        """The count that is pressed."""
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def press(self, key: str) -> None:
        """Press a count without telling."""
        self.buttons[key].setChecked(True)

    def takes(self, each: DueInspection) -> bool:
        """Whether the pressed count shows an inspection."""
        return self.key in {ALL, each.stage.value}

    def show_counts(self, due: Sequence[DueInspection]) -> None:
        """Count them."""
        self._counts = {key: sum(each.stage.value == key for each in due) for key, _label in _CHIPS}
        self._counts[ALL] = len(due)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        for key, label in _CHIPS:
            count = self._counts[key]
            self.buttons[key].setText(f"{_(label)} {count}")
            colour = late_colour(SIGNS[DueStage(key)]).name() if key != ALL and count else ""
            sheet = f"QToolButton {{ color: {colour}; font-weight: 600; }}" if colour else ""
            self.buttons[key].setStyleSheet(sheet)
