"""What an empty page says: one sentence, and the one button that starts the work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_L

_ICON = 56


class EmptyNote(QWidget):
    """Stands where a table or a map would be."""

    def __init__(
        self,
        sentence: str,
        button: str,
        start: Callable[[], object],
        *,
        icon_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("empty-note")
        self._icon_name = icon_name
        self._glyph = QLabel()
        self._glyph.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = QLabel(sentence)
        words.setObjectName("empty-sentence")
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(button)
        self.button.setObjectName("empty-start")
        self.button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self._start = start
        self.button.clicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_L)
        layout.addStretch(1)
        layout.addWidget(self._glyph)
        layout.addWidget(words)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(2)
        self.restyle()

    def _clicked(self) -> None:
        self._start()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        glyph = icon(self._icon_name, colour="muted")
        self._glyph.setPixmap(glyph.pixmap(_ICON, _ICON))
