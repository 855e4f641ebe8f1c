"""The navigation rail: one button per page, icon above word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page import PageEntry
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_WIDTH: Final = 76
_ICON: Final = QSize(24, 24)


class NavigationRail(QFrame):
    """Shows the pages in order.

    Signals:
        chosen: Key of the page clicked.
    """

    chosen = Signal(str)

    def __init__(self, pages: Sequence[PageEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(_("页面导航"))
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XS, SPACE_S, SPACE_XS, SPACE_S)
        layout.setSpacing(SPACE_XS)
        for number, page in enumerate(pages, start=1):
            button = self._button(page, number)
            group.addButton(button)
            layout.addWidget(button)
            self._buttons[page.key] = button
        layout.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words to the tips where a low screen has no room for all of them."""
        super().resizeEvent(event)
        self._word_buttons(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        wanted = sum(button.sizeHint().height() + SPACE_XS for button in self._buttons.values())
        if wanted + SPACE_S > self.contentsRect().height():
            self._word_buttons(Qt.ToolButtonStyle.ToolButtonIconOnly)

    def _word_buttons(self, style: Qt.ToolButtonStyle) -> None:
        for button in self._buttons.values():
            button.setToolButtonStyle(style)

    def show_current(self, key: str) -> None:
        """Mark the page in front."""
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> QToolButton:
        """The button of one page."""
        return self._buttons[key]

    def _button(self, page: PageEntry, number: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"rail-{page.key}")
        button.setProperty("rail", True)  # noqa: FBT003 - Qt's signature
        button.setCheckable(True)
        button.setText(_(page.title))
        button.setIcon(page.icon())
        button.setIconSize(_ICON)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setToolTip(_("{page}（Ctrl+{number}）").format(page=_(page.title), number=number))
        button.setAccessibleName(_(page.title))
        button.clicked.connect(lambda: self.chosen.emit(page.key))
        return button
