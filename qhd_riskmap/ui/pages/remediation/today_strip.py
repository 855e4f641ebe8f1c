"""What is pressing today; each number filters the page."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.overview import ENDED, Standing, TaskLine
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.theme import SPACE_S

CHIPS: Final = (
    ("overdue", N_("逾期"), LateStage.OVERDUE),
    ("due", N_("今日到期"), LateStage.DUE),
    ("soon", N_("即将到期"), LateStage.SOON),
    ("pending", N_("待验收"), None),
    ("open", N_("未结"), None),
    ("all", N_("全部"), None),
)
_STAGES: Final = {key: stage for key, _label, stage in CHIPS if stage is not None}


class TodayStrip(QWidget):
    """Counts as buttons, one of them pressed.

    Signals:
        chosen: Another count was pressed (its key).
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("today-strip")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self._found = Standing()
        self.buttons: dict[str, QToolButton] = {}
        for key, label, _stage in CHIPS:
            button = QToolButton()
            button.setObjectName(f"strip-{key}")
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setAccessibleName(_(label))
            button.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key))
            row.addWidget(button)
            self.buttons[key] = button
        row.addStretch(1)
        self.show_standing(self._found)
        self.press("open")

    @property
    def key(self) -> str:
        """The count that is pressed."""
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def press(self, key: str) -> None:
        """Press a count without telling."""
        self.buttons[key].setChecked(True)

    def show_standing(self, found: Standing) -> None:
        """Show the counts."""
        self._found = found
        for key, label, stage in CHIPS:
            count = _count(key, stage, found)
            button = self.buttons[key]
            button.setText(f"{_(label)} {count}")
            colour = late_colour(stage).name() if stage is not None and count else ""
            sheet = f"QToolButton {{ color: {colour}; font-weight: 600; }}" if colour else ""
            button.setStyleSheet(sheet)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.show_standing(self._found)


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
