"""What template to make: for which types, for whom, as a workbook or on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_templates import TemplateOffice, TemplateTerms
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, size_on_screen, words
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_SIZE: Final = (760, 520)
_LONGEST_UNIT: Final = 60
_KINDS: Final = (
    (".xlsx", N_("Excel 表格：有下拉选项，填好后直接导入")),
    (".docx", N_("Word 纸质表：可在屏幕上填，也可打印")),
    (".pdf", N_("PDF 纸质表：打印后手填")),
)
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")


class TemplateDialog(QDialog):
    """Collects what a template is to hold.

    Signals:
        confirmed: Types, office and ending (sequence of `HazardType`, `TemplateOffice`, text).
    """

    confirmed = Signal(object, object, str)

    def __init__(self, terms: TemplateTerms, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("template-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("生成排查表模板"))
        size_on_screen(self, *_SIZE)
        self._terms = terms
        self.types = QListWidget()
        self.unit = QLineEdit()
        self.county = ChoiceBox()
        self.townships = QPlainTextEdit()
        self.kinds = QButtonGroup(self)
        self.verdict = words(name="template-verdict")
        self.ok = push_button(_("选择保存位置…"), "template-ok", self._confirm, primary=True)
        self._make_editors()
        self._lay_out()
        self._check()

    def _make_editors(self) -> None:
        self.types.setObjectName("template-types")
        self.types.setAccessibleName(_("隐患类型"))
        for kind in taxonomy().types:
            item = QListWidgetItem(_(kind.label), self.types)
            item.setData(Qt.ItemDataRole.UserRole, kind.key)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
        self.types.setCurrentRow(0)
        self.types.itemChanged.connect(self._check)
        self.unit.setObjectName("template-unit")
        self.unit.setMaxLength(_LONGEST_UNIT)
        self.unit.setPlaceholderText(_("发给哪个单位，可不填"))
        self.county.setObjectName("template-county")
        if len(self._terms.counties) > 1:
            self.county.addItem(_("本单位管辖的全部县区"), self._terms.division)
        for region in self._terms.counties:
            self.county.addItem(region.name, region.code)
        self.county.currentIndexChanged.connect(self._offer_townships)
        self.townships.setObjectName("template-townships")
        self.townships.setTabChangesFocus(True)
        self.townships.setPlaceholderText(_("乡镇下拉框的内容，用顿号或换行隔开；不填则不设下拉框"))
        self._offer_townships()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(SPACE_S)
        choose = QHBoxLayout()
        choose.addWidget(words(_("隐患类型（每类一张表）"), role="section", wrap=False), 1)
        for text, name, state in (
            (_("全选"), "template-all", Qt.CheckState.Checked),
            (_("全不选"), "template-none", Qt.CheckState.Unchecked),
        ):
            choose.addWidget(push_button(text, name, partial(self._tick_all, state)))
        left.addLayout(choose)
        left.addWidget(self.types, 1)
        right = QVBoxLayout()
        right.setSpacing(SPACE_S)
        form = QFormLayout()
        for text, editor in (
            (_("填报单位(&U)"), self.unit),
            (_("县区(&C)"), self.county),
            (_("乡镇(&T)"), self.townships),
        ):
            label = QLabel(text)
            label.setBuddy(editor)
            form.addRow(label, editor)
        right.addLayout(form)
        right.addWidget(words(_("做成什么"), role="section"))
        for number, (suffix, text) in enumerate(_KINDS):
            button = QRadioButton(_(text))
            button.setObjectName(f"template-kind{suffix.replace('.', '-')}")
            button.setChecked(number == 0)
            self.kinds.addButton(button, number)
            right.addWidget(button)
        right.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(SPACE_L)
        both.addLayout(left, 1)
        both.addLayout(right, 1)
        buttons = QDialogButtonBox()
        self.ok.setDefault(True)
        cancel = push_button(_("取消"), "template-cancel", self.reject)
        buttons.addButton(self.ok, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addLayout(both, 1)
        column.addWidget(self.verdict)
        column.addWidget(buttons)

    # -- what is asked for ----------------------------------------------------------------------

    def chosen_types(self) -> Sequence[HazardType]:
        """The types ticked."""
        items = [self.types.item(row) for row in range(self.types.count())]
        return [
            taxonomy().get(str(item.data(Qt.ItemDataRole.UserRole)))
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        ]

    def office(self) -> TemplateOffice:
        """Whom the template is for."""
        names = [name for name in _BETWEEN.split(self.townships.toPlainText()) if name]
        return TemplateOffice(
            unit=self.unit.text().strip(),
            division=str(self.county.currentData()),
            townships=tuple(dict.fromkeys(names)),
        )

    def _offer_townships(self, *_index: object) -> None:
        names = self._terms.townships.get(str(self.county.currentData()), ())
        self.townships.setPlainText(_("、").join(names))

    def _tick_all(self, state: Qt.CheckState, *_clicked: object) -> None:
        for row in range(self.types.count()):
            self.types.item(row).setCheckState(state)

    def _check(self, *_item: object) -> None:
        count = len(self.chosen_types())
        text = _("共 {n} 类。").format(n=count) if count else _("请至少选择一类隐患。")
        self.verdict.setText(text)
        set_role(self.verdict, "muted" if count else "warning")
        self.ok.setEnabled(count > 0)

    def _confirm(self) -> None:
        suffix = _KINDS[self.kinds.checkedId()][0]
        self.confirmed.emit(self.chosen_types(), self.office(), suffix)
        self.accept()
