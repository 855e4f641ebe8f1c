"""Small parts every page is put together from: labels, buttons, cards, roles of the style sheet."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_FRAME = 24  # what the window system puts around a window


def words(text: str = "", *, role: str = "", name: str = "", wrap: bool = True) -> QLabel:
    """A label that shows ``text`` literally: names from sheets may carry mark-up.

    Args:
        text: What it says.
        role: ``title``, ``section``, ``muted``, ``error``, ``warning``, ``success`` or "".
        name: Object name.
        wrap: Break long sentences.
    """
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    if name:
        label.setObjectName(name)
    return label


def plain_tip(text: str) -> str:
    """A tip that shows ``text`` literally: Qt would render mark-up in names from sheets."""
    if "<" not in text:
        return text
    return f"<qt>{escape(text, quote=False).replace(chr(10), '<br>')}</qt>"


def push_button(
    text: str,
    name: str,
    callback: Callable[[], object],
    *,
    glyph: str = "",
    primary: bool = False,
) -> QPushButton:
    """A button with its object name, icon and what it does."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)
    if glyph:
        button.setIcon(icon(glyph, colour="accent_text" if primary else "text"))
        button.setIconSize(QSize(18, 18))
    if primary:
        button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
    button.clicked.connect(callback)
    return button


def set_role(label: QWidget, role: str) -> None:
    """Give a label another role of the style sheet."""
    set_look(label, "role", role)


def set_look(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet reads, and let it read it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def card(*parts: QWidget | QLayout, name: str = "panel") -> QFrame:
    """A panel with the parts below each other."""
    frame = QFrame()
    frame.setObjectName(name)
    column = QVBoxLayout(frame)
    column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
    column.setSpacing(SPACE_S)
    for part in parts:
        if isinstance(part, QLayout):
            column.addLayout(part)
        else:
            column.addWidget(part)
    return frame


def glyph_label(name: str, size: int, *, colour: str = "accent") -> QLabel:
    """An icon as a picture."""
    label = QLabel()
    label.setPixmap(icon(name, colour=colour).pixmap(size, size))
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def size_on_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window a size, or as much of it as a scaled small screen has room for."""
    room = window.screen().availableGeometry().size()
    window.resize(min(width, room.width() - _FRAME), min(height, room.height() - 2 * _FRAME))
