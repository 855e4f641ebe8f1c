"""The message strip of the map: what the tool in hand expects, and how to finish."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS, theme


class EditStrip(QFrame):
    """One sentence, and the buttons that fit it.

    Signals:
        finish_wanted: Save the shape, or end the line being drawn.
        cancel_wanted: Give it up.
        mend_wanted: Mend its self-crossings.
    """

    finish_wanted = Signal()
    cancel_wanted = Signal()
    mend_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._map = parent
        # A click beside a button must not set a vertex underneath.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setObjectName("edit-strip")
        self.text = QLabel()
        self.text.setObjectName("edit-hint")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.finish = _button("edit-finish", _("保存"), self.finish_wanted)
        self.finish.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.cancel = _button("edit-cancel", _("放弃"), self.cancel_wanted)
        self.mend = _button("edit-mend", _("修复自相交…"), self.mend_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_XS, SPACE_S, SPACE_XS)
        row.setSpacing(SPACE_S)
        row.addWidget(self.text, 1)
        for button in (self.mend, self.finish, self.cancel):
            row.addWidget(button)
        self.hide()

    def show_state(
        self, words: str, *, trouble: bool, finish: str, cancel: str, mend: bool
    ) -> None:
        """Say something and offer the buttons whose words are not empty.

        Args:
            words: The sentence; "" hides the strip.
            trouble: It is a warning.
            finish: Word of the button that saves or ends.
            cancel: Word of the button that gives up.
            mend: Offer to mend.
        """
        self.text.setText(words)
        self.text.setAccessibleName(words)
        for button, word in ((self.finish, finish), (self.cancel, cancel)):
            button.setText(word or button.text())
            button.setVisible(bool(word))
        self.mend.setVisible(mend)
        self.restyle(trouble=trouble)
        self.setVisible(bool(words))
        self.place()

    def place(self) -> None:
        """At the top of the map, as wide as the sentence needs and the map allows."""
        room = self._map.width() - 2 * SPACE_M - _BESIDE
        self.text.setMinimumWidth(0)
        wanted = self.sizeHint().width()
        text = self.text.fontMetrics().horizontalAdvance(self.text.text()) + SPACE_M
        wanted = wanted - self.text.sizeHint().width() + text
        width = max(min(wanted, room), 160)
        self.setFixedWidth(width)
        self.resize(width, max(self.heightForWidth(width), self.sizeHint().height()))
        self.move(SPACE_M, SPACE_M)
        self.raise_()

    def restyle(self, *, trouble: bool = False) -> None:
        """Take the colours of the theme in force."""
        shown = theme()
        edge = shown.error if trouble else shown.accent
        ink = shown.error if trouble else shown.text
        self.setStyleSheet(
            f"QFrame#edit-strip {{ background: {shown.surface}; border: 1px solid {shown.line};"
            f" border-left: 4px solid {edge}; border-radius: 4px; }}"
            f" QLabel#edit-hint {{ color: {ink}; }}"
        )


# Room for the north arrow in the other corner.
_BESIDE = 56


def _button(name: str, word: str, signal: object) -> QPushButton:
    button = QPushButton(word)
    button.setObjectName(name)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the map keeps the keyboard
    button.clicked.connect(signal)
    return button
