"""Asks for the passphrase of an encrypted register."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

MAX_TRIES: Final = 3
_WIDTH: Final = 400


class PassphraseDialog(QDialog):
    """Takes a passphrase; whoever opened it tries it out and answers by `refuse` or `accept`.

    Signals:
        submitted: A passphrase to try.
    """

    submitted = Signal(str)

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("passphrase-dialog")
        self.setWindowTitle(_("输入口令"))
        self.setMinimumWidth(_WIDTH)
        self.tries = 0
        question = QLabel(_("登记库“{name}”已加密，请输入口令。").format(name=path.name))
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setWordWrap(True)
        self.edit = QLineEdit()
        self.edit.setObjectName("passphrase-edit")
        self.edit.setAccessibleName(_("口令"))
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.textChanged.connect(self._typed)
        show = QCheckBox(_("显示口令"))
        show.setObjectName("passphrase-show")
        show.toggled.connect(self._reveal)
        self.message = QLabel()
        self.message.setObjectName("passphrase-message")
        self.message.setProperty("role", "error")
        self.message.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.open_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.open_button.setText(_("打开"))
        self.open_button.setObjectName("passphrase-open")
        self.open_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.open_button.setEnabled(False)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(_("取消"))
        cancel.setObjectName("passphrase-cancel")
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        for widget in (question, self.edit, show, self.message, buttons):
            layout.addWidget(widget)

    def refuse(self) -> None:
        """The passphrase was wrong: say so, and give up after `MAX_TRIES`."""
        self.tries += 1
        left = MAX_TRIES - self.tries
        if left <= 0:
            self.reject()
            return
        self.message.setText(
            _("口令不对，还可以再试 {left} 次。请注意大小写和输入法。").format(left=left)
        )
        self.set_waiting(waiting=False)
        self.edit.selectAll()
        self.edit.setFocus()

    def set_waiting(self, *, waiting: bool) -> None:
        """While the register is being opened nothing can be typed."""
        self.edit.setEnabled(not waiting)
        self.open_button.setEnabled(not waiting and bool(self.edit.text()))
        if waiting:
            self.message.setText(_("正在打开…"))

    def _typed(self, text: str) -> None:
        self.open_button.setEnabled(bool(text))

    def _reveal(self, shown: bool) -> None:  # noqa: FBT001 - a Qt slot
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.edit.setEchoMode(mode)

    def _submit(self) -> None:
        if self.edit.text():
            self.set_waiting(waiting=True)
            self.submitted.emit(self.edit.text())
