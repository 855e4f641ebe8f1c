"""Looks at one photo; nothing is written to disk for it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageReader, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from qhd_riskmap.domain.attachment import Attachment
from qhd_riskmap.i18n import _

_SHARE: Final = 0.8
_SMALLEST: Final = QSize(320, 240)


class PhotoViewer(QDialog):
    """The photo, as large as the window."""

    def __init__(self, entry: Attachment, content: bytes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photo-viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(entry.name)
        self.setMinimumSize(_SMALLEST)
        screen = QGuiApplication.primaryScreen().availableGeometry().size()
        room = QSize(int(screen.width() * _SHARE), int(screen.height() * _SHARE))
        self.image = read_photo(content, room)
        self._label = QLabel()
        self._label.setObjectName("photo")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setAccessibleName(entry.name)
        self._label.setMinimumSize(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._label)
        if self.image.isNull():
            self._label.setText(_("这张图片不能显示，请另存后用其他程序打开。"))
            self.resize(_SMALLEST)
        else:
            self.resize(self.image.size().expandedTo(_SMALLEST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the photo to the window."""
        super().resizeEvent(event)
        if not self.image.isNull():
            fitted = self.image.scaled(
                self.size(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self._label.setPixmap(QPixmap.fromImage(fitted))


def read_photo(content: bytes, room: QSize) -> QImage:
    """Decode a photo upright, no larger than ``room``; null where Qt cannot."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and (size.width() > room.width() or size.height() > room.height()):
        # Asked for before decoding: a JPEG of 100 megapixels is unpacked at an eighth.
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
