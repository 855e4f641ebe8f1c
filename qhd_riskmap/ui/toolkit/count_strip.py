"""What is pressing today as buttons with counts, one of them pressed; each filters its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.theme import SPACE_S

Chip = tuple[str, str, LateStage | None]
"""Key, words (``N_("…")``), and the stage whose colour they take."""


class CountRow(QWidget):
    """Counts as buttons in a row.

    Signals:
        chosen: A count was clicked (its key).
    """

    chosen = Signal(str)

    def __init__(self, chips: Sequence[Chip], name: str, prefix: str) -> None:
        """Buttons with the object names ``<prefix>-<key>``, without counts until they are known."""
        super().__init__()
        self.setObjectName(name)
        self._chips = tuple(chips)
        self._counts: Mapping[str, int] | None = None
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(SPACE_S)
        self.buttons: dict[str, QToolButton] = {}
        for key, label, _stage in chips:
            button = QToolButton()
            button.setObjectName(f"{prefix}-{key}")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setText(_(label))
            button.setAccessibleName(_(label))
            button.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key))
            self.row.addWidget(button)
            self.buttons[key] = button

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show the counts by key; one that is not given is 0."""
        self._counts = counts
        for key, label, stage in self._chips:
            count = counts.get(key, 0)
            self.buttons[key].setText(f"{_(label)} {count}")
            colour = late_colour(stage).name() if stage is not None and count else ""
            sheet = f"QToolButton {{ color: {colour}; font-weight: 600; }}" if colour else ""
            self.buttons[key].setStyleSheet(sheet)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        if self._counts is not None:
            self.show_counts(self._counts)


class CountStrip(CountRow):
    """Counts one of which is pressed: it filters its page."""

    def __init__(self, chips: Sequence[Chip], name: str, prefix: str) -> None:
        """None is pressed yet; names as those of `CountRow`."""
        super().__init__(chips, name, prefix)
        for button in self.buttons.values():
            button.setCheckable(True)
            button.setAutoExclusive(True)
        self.row.addStretch(1)

    @property
    def key(self) -> str:
        """The count that is pressed."""
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def press(self, key: str) -> None:
        """Press a count without telling."""
        self.buttons[key].setChecked(True)
