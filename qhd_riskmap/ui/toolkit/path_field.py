"""A line for a path with its button; typing and choosing are equal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import push_button
from qhd_riskmap.ui.toolkit.theme import SPACE_S

Chooser = Callable[[QWidget, Path], str]


class PathField(QWidget):
    """Shows and takes one path.

    Signals:
        edited: The path is another one.
    """

    edited = Signal()

    def __init__(
        self, name: str, label: str, choose: Chooser, parent: QWidget | None = None
    ) -> None:
        """Build the line.

        Args:
            name: Object name of the line; the button's is ``<name>-browse``.
            label: Accessible name.
            choose: Asks for a path, given the parent and the path shown; "" when given up.
            parent: Qt parent.
        """
        super().__init__(parent)
        self._choose = choose
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setAccessibleName(label)
        self.line.textChanged.connect(self.edited)
        self.button = push_button(_("浏览…"), f"{name}-browse", self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    def text(self) -> str:
        """What stands in the line, without padding."""
        return self.line.text().strip()

    def path(self) -> Path | None:
        """The path, or None while the line is empty."""
        return Path(self.text()) if self.text() else None

    def set_path(self, path: Path) -> None:
        """Show a path."""
        self.line.setText(str(path))
        self.line.setCursorPosition(len(self.line.text()))

    def _browse(self) -> None:
        chosen = self._choose(self, self.path() or Path())
        if chosen:
            self.set_path(Path(chosen))


def choose_folder(title: str) -> Chooser:
    """A chooser of folders."""

    def ask(parent: QWidget, shown: Path) -> str:
        return QFileDialog.getExistingDirectory(parent, title, str(shown))

    return ask


def choose_new_file(title: str, kinds: str) -> Chooser:
    """A chooser of files to be written."""

    def ask(parent: QWidget, shown: Path) -> str:
        return QFileDialog.getSaveFileName(parent, title, str(shown), kinds)[0]

    return ask
