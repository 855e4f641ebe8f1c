"""Buttons of which one is pressed: which view of a page is in front."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_S

View = tuple[str, str, str]
"""Key, title (``N_("…")``) and glyph."""


class ViewSwitch(QWidget):
    """One button a view.

    Signals:
        chosen: Another view was asked for (its key).
    """

    chosen = Signal(str)

    def __init__(self, views: Sequence[View], prefix: str) -> None:
        """Buttons with the object names ``<prefix>-<key>``; the first is pressed."""
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for key, title, glyph in views:
            button = QToolButton()
            button.setObjectName(f"{prefix}-{key}")
            button.setText(_(title))
            button.setIcon(icon(glyph))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.clicked.connect(partial(self.chosen.emit, key))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[key] = button
        self.press(views[0][0])

    @property
    def key(self) -> str:
        """Key of the view in front."""
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def press(self, key: str) -> None:
        """Press the button of a view without telling."""
        self.buttons[key].setChecked(True)
