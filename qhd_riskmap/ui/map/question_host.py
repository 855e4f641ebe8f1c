"""Shows the questions of editing, one at a time, with what they are about on the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.editor import Preview


class QuestionHost(QObject):
    """Owner of the open question.

    Attributes:
        window: What questions are shown over.
        dialog: The open question, or None.
    """

    def __init__(self, canvas: MapCanvas, window: QWidget) -> None:
        super().__init__(window)
        self._canvas = canvas
        self.window = window
        self.dialog: QDialog | None = None

    def show(self, dialog: QDialog) -> None:
        """Ask; previews go when it is answered."""
        self.dialog = dialog
        dialog.finished.connect(partial(self._closed, dialog))
        dialog.open()

    def preview(self, shapes: Sequence[Preview]) -> None:
        """Show what it is about."""
        self._canvas.editor.show_previews(shapes)

    @staticmethod
    def on_answer(dialog: QDialog, name: str, deed: Callable[[], object]) -> None:
        """What the button called ``name`` does, if the question has one."""
        button = dialog.findChild(QPushButton, name)
        if button is not None:
            button.clicked.connect(lambda *_clicked: deed())

    def _closed(self, dialog: QDialog, _result: int) -> None:
        if self.dialog is dialog:
            self.dialog = None
        self.preview([])
        self._canvas.setFocus()
