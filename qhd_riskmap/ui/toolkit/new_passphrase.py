"""A new passphrase, typed twice, with its strength and what forgetting it means."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import set_role, words
from qhd_riskmap.ui.toolkit.passphrase_strength import Strength, strength
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S

_INDENT: Final = 24
_ROLES: Final = {Strength.WEAK: "error", Strength.FAIR: "warning", Strength.GOOD: "success"}


class NewPassphrase(QWidget):
    """Two lines that must agree.

    Signals:
        edited: Something was typed.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first = self._line("passphrase-first", _("口令"))
        self.second = self._line("passphrase-second", _("再输一遍"))
        show = QCheckBox(_("显示口令"))
        show.setObjectName("passphrase-show")
        show.toggled.connect(self._reveal)
        self.meter = QProgressBar()
        self.meter.setObjectName("passphrase-meter")
        self.meter.setRange(0, len(Strength))
        self.meter.setTextVisible(False)
        self.meter.setFixedHeight(SPACE_S)
        self.meter.setAccessibleName(_("口令强度"))
        self.hint = words(role="muted", name="passphrase-hint")
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_M)
        form.setVerticalSpacing(SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(_("口令"), self.first)
        form.addRow(_("再输一遍"), self.second)
        form.addRow("", show)
        form.addRow(_("口令强度"), self.meter)
        form.addRow("", self.hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(_INDENT, 0, 0, 0)
        column.addLayout(form)
        column.addWidget(
            words(
                _("口令忘了就再也打不开，任何人都恢复不了。请抄写一份，封存在本单位保险柜里。"),
                role="warning",
                name="passphrase-warning",
            )
        )
        self._judge()

    def passphrase(self) -> str:
        """What was typed first."""
        return self.first.text()

    def complaint(self) -> str:
        """Why it cannot be used yet, or ""."""
        if not self.first.text():
            return _("请输入口令，或选择不加密。")
        if self.first.text() != self.second.text():
            return _("两次输入的口令不一样。")
        return ""

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(label)
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.textChanged.connect(self._typed)
        return line

    def _typed(self) -> None:
        self._judge()
        self.edited.emit()

    def _judge(self) -> None:
        text = self.first.text()
        if not text:
            self.meter.setValue(0)
            self.hint.setText(_("建议用四五个不相干的词，或 12 位以上的字母、数字和符号。"))
            set_role(self.hint, "muted")
            return
        grade = strength(text)
        advice = {
            Strength.WEAK: _("弱：容易被猜中，请再长一些。"),
            Strength.FAIR: _("中：可以用，再长一些更好。"),
            Strength.GOOD: _("强：不容易被猜中。"),
        }
        self.meter.setValue(int(grade) + 1)
        self.hint.setText(advice[grade])
        set_role(self.hint, _ROLES[grade])

    def _reveal(self, shown: bool) -> None:  # noqa: FBT001 - a Qt slot
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.first.setEchoMode(mode)
        self.second.setEchoMode(mode)
