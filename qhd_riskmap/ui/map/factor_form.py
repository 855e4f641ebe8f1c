"""The questions of one grading method, by heading: value, unit, source, and what the value rests on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.grading.defaults import Known
from qhd_riskmap.domain.grading.factors import Factor, value_text
from qhd_riskmap.domain.grading.method import GradingMethod
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.schema import FieldKind
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, words
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS

_TEXT_LINES: Final = 3
_SHORTEST_COMBO: Final = 18
Editor = QComboBox | QLineEdit | QPlainTextEdit


class FactorForm(QWidget):
    """One method's inputs.

    Signals:
        changed: Some value is another now.
    """

    changed = Signal()

    def __init__(self, method: GradingMethod, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.method = method
        self.editors: dict[str, Editor] = {}
        self._notes: dict[str, QLabel] = {}
        self.counted: dict[str, Known] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for heading, factors in groupby(method.factors, lambda factor: factor.group):
            box = QGroupBox(_(heading))
            form = QFormLayout(box)
            form.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
            form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            for factor in factors:
                self._add(form, factor)
            layout.addWidget(box)
        layout.addStretch(1)

    def values(self) -> dict[str, AttributeValue]:
        """What has been filled in, as chosen or typed."""
        found: dict[str, AttributeValue] = {}
        for key, editor in self.editors.items():
            value = _value(editor)
            if value is not None:
                found[key] = value
        return found

    def fill(self, values: Mapping[str, AttributeValue]) -> None:
        """Show values; others stay."""
        for key, value in values.items():
            if key in self.editors:
                _show(self.editors[key], value)

    def fill_known(self, known: Mapping[str, Known]) -> None:
        """Show what the register knows, with what it rests on; what is filled in stays."""
        filled = self.values()
        for key, each in known.items():
            if key in self.editors and key not in filled:
                _show(self.editors[key], each.value)
                self._note(key, each.evidence)

    def take_counted(self, counted: Mapping[str, Known]) -> None:
        """Show values counted from the receptors where nothing is filled in, and what they rest on."""
        filled = self.values()
        self.counted = dict(counted)
        for key, each in counted.items():
            if key not in self.editors:
                continue
            if key not in filled:
                _show(self.editors[key], each.value)
            self._note(key, each.evidence)

    def differing(self) -> dict[str, str]:
        """Factors whose value is not the counted one, with the counted one for people."""
        filled = self.values()
        found = {}
        for factor in self.method.factors:
            each = self.counted.get(factor.key)
            if each is None or factor.key not in filled:
                continue
            value = _read(factor, filled[factor.key])
            if value is None or value_text(value) != value_text(each.value):
                found[factor.key] = factor.described(each.value)
        return found

    def evidence(self) -> dict[str, str]:
        """What each value rests on, where something is said."""
        return {key: note.text() for key, note in self._notes.items() if note.text()}

    def _note(self, key: str, text: str) -> None:
        self._notes[key].setText(text)
        self._notes[key].setVisible(bool(text))

    def _add(self, form: QFormLayout, factor: Factor) -> None:
        editor = self._editor(factor)
        editor.setObjectName(f"factor-{self.method.key}-{factor.key}")
        editor.setAccessibleName(_(factor.label))
        source = _("依据：{source}").format(source=factor.citation.text)
        label = words(_(factor.label), wrap=False)
        label.setToolTip(plain_tip(source))
        tip = "\n".join(filter(None, (_(factor.help) if factor.help else "", source)))
        editor.setToolTip(plain_tip(tip))
        label.setBuddy(editor)
        row = QWidget()
        beside = QHBoxLayout()
        beside.setSpacing(SPACE_XS)
        beside.addWidget(editor, 1)
        marks = [factor.unit] if factor.unit else []
        if factor.citation.confidence.doubtful:
            marks.append("⚠")
        if marks:
            unit = QLabel(" ".join(marks))
            unit.setToolTip(plain_tip(source))
            beside.addWidget(unit)
        stack = QVBoxLayout(row)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(SPACE_XS)
        stack.addLayout(beside)
        note = words(role="muted")
        note.setVisible(False)
        stack.addWidget(note)
        self._notes[factor.key] = note
        self.editors[factor.key] = editor
        form.addRow(label, row)

    def _editor(self, factor: Factor) -> Editor:
        if factor.choices or factor.kind is FieldKind.BOOLEAN:
            return self._combo(factor)
        if factor.kind is FieldKind.TEXT:
            text = QPlainTextEdit()
            text.setPlaceholderText(_(factor.help) if factor.help else "")
            text.setTabChangesFocus(True)
            text.setFixedHeight(self.fontMetrics().lineSpacing() * _TEXT_LINES + SPACE_M)
            text.textChanged.connect(self.changed)
            return text
        line = QLineEdit()
        line.setPlaceholderText(_("不知道就留空"))
        line.textChanged.connect(self.changed)
        return line

    def _combo(self, factor: Factor) -> QComboBox:
        box = QComboBox()
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(_SHORTEST_COMBO)
        box.addItem(_("请选择…"), None)
        if factor.choices:
            for choice in factor.choices:
                text = f"{choice.value:g}" if isinstance(choice.value, float) else choice.value
                self._item(box, f"{_(text)} — {_(choice.text)}", choice.value)
        else:
            self._item(box, _("是"), value=True)
            self._item(box, _("否"), value=False)
        box.currentIndexChanged.connect(self.changed)
        return box

    @staticmethod
    def _item(box: QComboBox, text: str, value: AttributeValue) -> None:
        box.addItem(text, value)
        box.setItemData(box.count() - 1, plain_tip(text), Qt.ItemDataRole.ToolTipRole)


def _value(editor: Editor) -> AttributeValue | None:
    if isinstance(editor, QComboBox):
        data: AttributeValue | None = editor.currentData()
        return data
    text = editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()
    return text.strip() or None


def _show(editor: Editor, value: AttributeValue) -> None:
    if isinstance(editor, QComboBox):
        for place in range(1, editor.count()):
            data = editor.itemData(place)
            if type(data) is type(value) and data == value:
                editor.setCurrentIndex(place)
        return
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    if isinstance(editor, QLineEdit):
        editor.setText(text)
    else:
        editor.setPlainText(text.replace("；", "\n"))


def _read(factor: Factor, value: AttributeValue) -> AttributeValue | None:
    try:
        return factor.read(value)
    except InvalidInputError:
        return None
