"""A sentence that keeps to one line: what has no room is cut, and told by a tip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from qhd_riskmap.ui.toolkit.page_parts import plain_tip


class OneLine(QLabel):
    """A label beside a title, which on a small or enlarged screen gives way instead of growing tall.

    Args:
        text: What it says, literally.
        role: As for `page_parts.words`.
        name: Object name.
        parent: Qt parent.
    """

    def __init__(
        self, text: str = "", *, role: str = "", name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        if name:
            self.setObjectName(name)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Say something else."""
        self._whole = " ".join(text.split())
        self.setAccessibleName(self._whole)
        self.updateGeometry()
        self._fit()

    def text(self) -> str:
        """All it says, whatever there is room for."""
        return self._whole

    def sizeHint(self) -> QSize:
        """Room for all."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, self._height())

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut to the new width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Cut to the new letters."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _height(self) -> int:
        return self.fontMetrics().height()

    def _fit(self) -> None:
        room = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room)
        if shown != super().text():
            super().setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")
