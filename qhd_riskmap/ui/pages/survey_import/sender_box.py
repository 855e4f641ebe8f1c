"""Who sent the files: named by the officer, suggested by the sheets and by earlier imports."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLabel, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_preview import ImportPreview
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_LONGEST: Final = 60
_WIDTH: Final = 260


class SenderBox(QWidget):
    """One line to write or choose the office in.

    Signals:
        named: The officer says who sent the files ("" leaves it to the sheets).
    """

    named = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sender = ""
        self.box = ChoiceBox()
        self.box.setObjectName("import-sender")
        self.box.setAccessibleName(_("报送单位"))
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setMinimumWidth(_WIDTH)
        self.box.setToolTip(
            _("坐标来源和列的更正按报送单位记住，下次作为建议；不填则按各表自己写的单位")
        )
        finder = self.box.completer()
        if finder is not None:
            finder.setFilterMode(Qt.MatchFlag.MatchContains)
            finder.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        label = QLabel(_("报送单位(&S)"))
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(label)
        row.addWidget(self.box)
        self.box.activated.connect(self._tell)
        line = self.box.lineEdit()
        if line is not None:
            line.setAccessibleName(_("报送单位"))
            line.setMaxLength(_LONGEST)
            line.setClearButtonEnabled(True)
            line.editingFinished.connect(self._tell)

    def show_preview(self, preview: ImportPreview) -> None:
        """Show who is taken for the sender, and whom else it could be."""
        self._sender = preview.sender
        told = dict.fromkeys(datum.sender for datum in preview.datums if datum.sender)
        offered = dict.fromkeys((*told, *preview.senders))
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItems([name for name in offered if name])
            self.box.setCurrentIndex(self.box.findText(preview.sender))
            self.box.setEditText(preview.sender)
        line = self.box.lineEdit()
        if line is not None:
            line.setPlaceholderText(
                _("按表里写的：{names}").format(names=_("、").join(told))
                if told
                else _("表里没写，可在此填写或选择")
            )
            line.setCursorPosition(0)

    def _tell(self, *_row: object) -> None:
        text = self.box.currentText().strip()
        if text != self._sender:
            self._sender = text
            self.named.emit(text)
