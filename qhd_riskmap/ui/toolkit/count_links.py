"""What is pressing on a neighbouring page, as counts that open its list there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.count_strip import Chip
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.theme import SPACE_S


class CountLinks(QWidget):
    """Counts as buttons that are not pressed down: what they count stands elsewhere.

    Signals:
        opened: A count was clicked (its key).
    """

    opened = Signal(str)

    def __init__(self, chips: Sequence[Chip], name: str, tip: str) -> None:
        """Buttons with the object names ``<name>-<key>``, all counts 0 and nothing to open."""
        super().__init__()
        self.setObjectName(name)
        self._chips = tuple(chips)
        self._counts: Mapping[str, int] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self.buttons: dict[str, QToolButton] = {}
        for key, label, _stage in chips:
            button = QToolButton()
            button.setObjectName(f"{name}-{key}")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setAccessibleName(_(label))
            button.setToolTip(tip)
            button.clicked.connect(lambda _on=False, key=key: self.opened.emit(key))
            row.addWidget(button)
            self.buttons[key] = button
        self.show_counts({})

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show the counts by key; one that is not given is 0."""
        self._counts = counts
        for key, label, stage in self._chips:
            count, button = counts.get(key, 0), self.buttons[key]
            button.setText(f"{_(label)} {count} →")
            button.setEnabled(count > 0)
            colour = late_colour(stage).name() if stage is not None and count else ""
            button.setStyleSheet(f"QToolButton {{ color: {colour}; }}" if colour else "")

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.show_counts(self._counts)
