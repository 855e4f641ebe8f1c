"""A big area that takes dropped files, or asks for them when clicked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import RADIUS, SPACE_L, SPACE_S, theme

if TYPE_CHECKING:
    from qhd_riskmap.services.photo_matching import PhotoSource

_GLYPH: Final = 56
_DASHES: Final = (5, 4)
_MOST_FILES: Final = 500  # of a dropped folder


class DropArea(QFrame):
    """Says what it takes, and takes it.

    Signals:
        dropped: Files were dropped (list of paths).
        photos_dropped: A folder, an archive or files with nothing but photos were dropped.
        clicked: The area was clicked, or chosen by keyboard.
    """

    dropped = Signal(object)
    photos_dropped = Signal(object)
    clicked = Signal()

    def __init__(self, text: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drop-area")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)
        self._hot = False
        self._glyph = words()
        title = words(text, role="title")
        below = words(hint, role="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addStretch(1)
        for label in (self._glyph, title, below):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        column.addStretch(1)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        glyph = icon("file-upload-outline", colour="accent")
        self._glyph.setPixmap(glyph.pixmap(_GLYPH, _GLYPH))
        self.update()

    # -- Qt -------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        if has_files(event.mimeData()):
            event.acceptProposedAction()
            self._set_hot(hot=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went elsewhere."""
        self._set_hot(hot=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the files."""
        self._set_hot(hot=False)
        paths, photos = dropped_files(event.mimeData()), dropped_photos(event.mimeData())
        if photos is not None:
            event.acceptProposedAction()
            self.photos_dropped.emit(photos)
        elif paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click asks for files."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do the keys that press a button."""
        if event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed frame; full while files hover."""
        shown = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = self._hot or self.hasFocus()
        pen = QPen(QColor(shown.accent if marked else shown.border), 2 if marked else 1.5)
        pen.setDashPattern(_DASHES)
        painter.setPen(pen)
        painter.setBrush(QColor(shown.selected if self._hot else shown.surface))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), RADIUS * 2, RADIUS * 2)
        painter.end()
        super().paintEvent(event)

    def _set_hot(self, *, hot: bool) -> None:
        self._hot = hot
        self.update()


def dropped_files(data: QMimeData) -> list[Path]:
    """Local files of a drag, those of dropped folders included; no order but the sender's.

    An office keeps what came in by sender: folders within a dropped folder are looked into.
    """
    return list(_expanded(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()))


def has_files(data: QMimeData) -> bool:
    """Whether a drag brings local files or folders; nothing is opened while it hovers."""
    return any(url.isLocalFile() for url in data.urls())


def dropped_photos(data: QMimeData) -> PhotoSource | None:
    """What was dropped, where it is photos and nothing else: a folder, an archive, or files."""
    # The window takes files from the start; what reads photos is loaded when some are dropped.
    from qhd_riskmap.services.photo_matching import holds_photos  # noqa: PLC0415

    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if not paths or not all(holds_photos(path) for path in paths):
        return None
    if len(paths) == 1 and (paths[0].is_dir() or paths[0].suffix.lower() == ".zip"):
        return paths[0]
    files = tuple(path for path in paths if path.is_file() and path.suffix.lower() != ".zip")
    return files if len(files) == len(paths) else None


def _expanded(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from islice(_inside(path), _MOST_FILES)
        elif path.is_file():
            yield path


def _inside(folder: Path) -> Iterator[Path]:
    """All files of a folder, its own before those of the folders in it."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (path for name in sorted(names) if (path := Path(place, name)).is_file())
