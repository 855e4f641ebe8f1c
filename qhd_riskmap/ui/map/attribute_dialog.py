"""Selects hazards by one of their fields."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.attribute_query import Comparison, Condition, comparisons, condition
from qhd_riskmap.domain.record_fields import bulk_fields, choice_words, common_fields
from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.selection import ADD, REMOVE, REPLACE
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_WIDTH: Final = 440
_HOW: Final = (
    (REPLACE, N_("重新选择")),
    (ADD, N_("加入已选")),
    (REMOVE, N_("从已选中减去")),
)


class AttributeDialog(QDialog):
    """Type, field, comparison, value.

    Signals:
        wanted: Select by this: type key or "", `Condition`, how it joins the selection.
    """

    wanted = Signal(str, object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attribute-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("按属性选择"))
        self.setMinimumWidth(_WIDTH)
        self._fields: tuple[Field, ...] = ()
        self.type_box = _box("attribute-type", _("类型"))
        self.type_box.addItem(_("全部类型"), "")
        for each in taxonomy().types:
            self.type_box.addItem(type_label(each.key), each.key)
        self.field_box = _box("attribute-field", _("项目"))
        self.comparison_box = _box("attribute-comparison", _("条件"))
        self.value = QLineEdit()
        self.value.setObjectName("attribute-value")
        self.value.setAccessibleName(_("内容"))
        self.choice = _box("attribute-choice", _("内容"))
        self.how = _box("attribute-how", _("方式"))
        for key, words in _HOW:
            self.how.addItem(_(words), key)
        self.complaint = QLabel()
        self.complaint.setObjectName("attribute-complaint")
        self.complaint.setProperty("role", "error")
        self.complaint.setWordWrap(True)
        self.complaint.setTextFormat(Qt.TextFormat.PlainText)
        self._form = form = QFormLayout()
        for words, widget in (
            (_("类型"), self.type_box),
            (_("项目"), self.field_box),
            (_("条件"), self.comparison_box),
            (_("内容"), self.value),
            (_("内容"), self.choice),
            (_("方式"), self.how),
        ):
            form.addRow(words, widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addLayout(form)
        layout.addWidget(self.complaint)
        layout.addWidget(self._buttons())
        self.type_box.currentIndexChanged.connect(self._take_type)
        self.field_box.currentIndexChanged.connect(self._take_field)
        self.comparison_box.currentIndexChanged.connect(self._take_comparison)
        self._take_type()

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self.select_button = QPushButton(_("选择"))
        self.select_button.setObjectName("attribute-select")
        self.select_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.select_button.setDefault(True)
        self.select_button.clicked.connect(self.select)
        close = QPushButton(_("取消"))
        close.clicked.connect(self.reject)
        box.addButton(self.select_button, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        return box

    def select(self) -> None:
        """Say what to select, or what is wrong with the entry."""
        field = self._field()
        text = self.value.text()
        if field.kind is FieldKind.CHOICE:
            text = str(self.choice.currentData())
        try:
            wanted = condition(field, self._comparison(), text)
        except InvalidInputError as error:
            self.complaint.setText(error.message)
            return
        self.wanted.emit(str(self.type_box.currentData()), wanted, str(self.how.currentData()))
        self.accept()

    def _field(self) -> Field:
        return self._fields[self.field_box.currentIndex()]

    def _comparison(self) -> Comparison:
        return Comparison(str(self.comparison_box.currentData()))

    def _take_type(self) -> None:
        type_key = str(self.type_box.currentData())
        name, *common = common_fields()
        others = bulk_fields([type_key]) if type_key else tuple(common)
        self._fields = (name, *others)
        self.field_box.clear()
        for field in self._fields:
            self.field_box.addItem(field.header)

    def _take_field(self) -> None:
        if self.field_box.currentIndex() < 0:
            return
        field = self._field()
        self.comparison_box.clear()
        for each in comparisons(field):
            self.comparison_box.addItem(_(each.label), str(each))
        self.choice.clear()
        words = choice_words().get(field.key, {})
        for value in field.choices:
            self.choice.addItem(words.get(value, value), value)

    def _take_comparison(self) -> None:
        if self.comparison_box.currentIndex() < 0:
            return
        self.complaint.clear()
        needed = self._comparison().needs_value
        chosen = self._field().kind is FieldKind.CHOICE
        self.value.setEnabled(needed and not chosen)
        self.choice.setEnabled(needed and chosen)
        self._form.setRowVisible(self.value, not chosen)
        self._form.setRowVisible(self.choice, chosen)


def attribute_words(wanted: Condition, found: int) -> str:
    """What was selected, for a message."""
    return _("{condition}：选中 {number:,} 处").format(condition=wanted.words(), number=found)


def _box(name: str, words: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(words)
    return box
