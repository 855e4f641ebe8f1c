"""Passing messages beside the menus: what was done, and a button to undo it where there is one.

They lie over the empty end of the menu bar and push nothing aside: a map that jumps while somebody
draws on it, and jumps back some seconds later, makes him click beside what he means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QToolButton,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import RADIUS, SPACE_L, SPACE_S, SPACE_XS, theme

_SHOWN_MS: Final = 8000
_NARROWEST: Final = 360
_GLYPHS: Final = {
    "info": "information-outline",
    "success": "check-circle-outline",
    "warning": "alert-circle-outline",
}


class MessageBar(QFrame):
    """Shows one message; a newer one replaces it, and it goes by itself."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)
        self.setObjectName("message-bar")
        self._glyph = QLabel()
        self._text = QLabel()
        self._text.setObjectName("message-text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._button = QPushButton()
        self._button.setObjectName("message-action")
        self._button.clicked.connect(self._act)
        self._close = QToolButton()
        self._close.setObjectName("message-close")
        self._close.setIcon(icon("close"))
        self._close.setToolTip(_("关闭"))
        self._close.setAccessibleName(_("关闭消息"))
        self._close.clicked.connect(self.hide)
        self._action: Callable[[], object] | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_S, 0, SPACE_XS, 0)
        layout.addWidget(self._glyph)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def text(self) -> str:
        """The message shown last."""
        return self._text.text()

    def show_message(
        self,
        text: str,
        severity: str = "info",
        *,
        action: str = "",
        callback: Callable[[], object] | None = None,
    ) -> None:
        """Show ``text``; with ``action`` also a button that calls ``callback``."""
        colour = {"success": "success", "warning": "warning"}.get(severity, "accent")
        glyph = icon(_GLYPHS.get(severity, _GLYPHS["info"]), colour=colour)
        self._glyph.setPixmap(glyph.pixmap(20, 20))
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._action = callback
        self.restyle()
        self._place()
        self.show()
        self.raise_()
        # A message with a button stays until it is used or closed.
        if action:
            self._timer.stop()
        else:
            self._timer.start(_SHOWN_MS)

    def page_changed(self) -> None:
        """A message without a button belongs to the page it came from."""
        if self._action is None:
            self.hide()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        shown = theme()
        self.setStyleSheet(
            f"QFrame#message-bar {{ background: {shown.raised};"
            f" border: 1px solid {shown.border}; border-radius: {RADIUS}px; }}"
            f" QFrame#message-bar QPushButton {{ padding: 0px {SPACE_S}px; min-height: 18px; }}"
            f" QFrame#message-bar QToolButton {{ padding: 1px; }}"
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """From the last menu to the edge of the window; lower only where the words need it."""
        menus = self._window.menuBar()
        last = menus.actionGeometry(menus.actions()[-1]).right() if menus.actions() else 0
        width = max(self._window.width() - last - SPACE_L - SPACE_S, _NARROWEST)
        self.setFixedWidth(width)
        height = max(self.heightForWidth(width), menus.height() - 2)
        self.setFixedHeight(height)
        self.move(self._window.width() - width - SPACE_S, 1)

    def _act(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()
