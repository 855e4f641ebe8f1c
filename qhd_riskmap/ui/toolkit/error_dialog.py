"""Failures as people need them: what happened, what to do, details to copy; never a traceback.

A `RiskMapError` carries its own advice. Anything else is a bug: it goes to the log with its
traceback, and the dialog says where the log is.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap import __version__
from qhd_riskmap.errors import JobCancelledError, RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.settings import log_dir
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M

_log = logging.getLogger(__name__)
_TEXT_WIDTH = 440
_ICON_SIZE = 36


class ErrorDialog(QDialog):
    """One failure. Build it with the exception, then `open` it; it never blocks."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._known = isinstance(error, RiskMapError)
        self.setWindowTitle(_("操作没有完成") if self._known else _("程序出错"))
        message, hint = describe(error)
        self.detail = _detail(error)

        words = QVBoxLayout()
        words.setSpacing(SPACE_M)
        words.addWidget(_text(message, "error-message", bold=True))
        if hint:
            words.addWidget(_text(hint, "error-hint"))
        mark = QLabel()
        glyph = icon("alert-outline" if self._known else "bug-outline", colour="warning")
        mark.setPixmap(glyph.pixmap(_ICON_SIZE, _ICON_SIZE))
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        top = QHBoxLayout()
        top.setSpacing(SPACE_L)
        top.addWidget(mark)
        top.addLayout(words, 1)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addLayout(top)
        layout.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        close = QPushButton(_("知道了"))
        close.setObjectName("error-close")
        close.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        close.setDefault(True)
        close.clicked.connect(self.accept)
        box.addButton(close, QDialogButtonBox.ButtonRole.AcceptRole)
        copy = QPushButton(_("复制详情"))
        copy.setObjectName("error-copy")
        copy.clicked.connect(self._copy)
        box.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        if not self._known:
            folder = QPushButton(_("打开日志文件夹"))
            folder.setObjectName("error-log-folder")
            folder.clicked.connect(_open_log_folder)
            box.addButton(folder, QDialogButtonBox.ButtonRole.ActionRole)
        return box

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.detail)


def show_error(error: BaseException, parent: QWidget | None = None) -> ErrorDialog | None:
    """Log bugs, ignore cancellations, and open the dialog for everything else."""
    if isinstance(error, JobCancelledError):
        return None
    if not isinstance(error, RiskMapError):
        _log.error("unexpected failure", exc_info=error)
    dialog = ErrorDialog(error, parent)
    dialog.open()
    return dialog


def describe(error: BaseException) -> tuple[str, str]:
    """What happened and what to do next, in the language in force."""
    if isinstance(error, RiskMapError):
        return error.message, error.hint
    return (
        _("程序遇到了没有预料到的问题，刚才的操作没有完成，已登记的数据没有受影响。"),
        _("详细记录在日志文件夹：{folder}。请把“复制详情”的内容发给维护人员。").format(
            folder=log_dir()
        ),
    )


def _detail(error: BaseException) -> str:
    message, hint = describe(error)
    if isinstance(error, RiskMapError):
        parts = [f"[{error.code}] {message}", hint, error.detail]
    else:
        parts = [message, f"{type(error).__name__}: {error}"]
    parts.append(f"qhd-riskmap {__version__}")
    return "\n".join(part for part in parts if part)


def _text(words: str, name: str, *, bold: bool = False) -> QLabel:
    label = QLabel(words)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)  # names from sheets may carry mark-up
    label.setWordWrap(True)
    label.setMinimumWidth(_TEXT_WIDTH)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if bold:
        font = label.font()
        font.setBold(True)
        label.setFont(font)
    return label


def _open_log_folder() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_dir())))
