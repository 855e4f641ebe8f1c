"""Grades one hazard by any method: inputs, the level at once, its reasons, what would lower it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.grading.defaults import FactorDefault, Known, known_factors
from qhd_riskmap.domain.grading.factors import value_text
from qhd_riskmap.domain.grading.method import GradingMethod
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.worksheet import Occasion, Worksheet
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.assessment import AssessmentForm
from qhd_riskmap.ui.map.factor_form import FactorForm
from qhd_riskmap.ui.map.level_chip import LevelChip
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_WIDTH: Final = 980
_HEIGHT: Final = 640
_LEFT: Final = 540
_TEXT_LINES: Final = 2


class AssessDialog(QDialog):
    """Fill in, see the level, store the assessment.

    Signals:
        assessed: The officer confirmed (`AssessmentForm`).
        count_wanted: The receptors are to be asked for the factors of a method (its key).
    """

    assessed = Signal(object)
    count_wanted = Signal(str)

    def __init__(
        self,
        hazard: Hazard,
        methods: Mapping[str, GradingMethod],
        history: Sequence[Assessment],
        defaults: Iterable[FactorDefault] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("assess-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("风险评估"))
        self.resize(_WIDTH, _HEIGHT)
        self._hazard = hazard
        self._history = history
        self._defaults = tuple(defaults)
        self._methods = dict(sorted(methods.items(), key=lambda item: self._unfit(item[1])))
        self._forms: dict[str, FactorForm] = {}
        self.picker = QComboBox()
        self.picker.setObjectName("assess-method")
        self.picker.setAccessibleName(_("评估方法"))
        for key, method in self._methods.items():
            self.picker.addItem(_(method.label), key)
        self.stack = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(words(hazard.name, role="title"))
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self._left())
        split.addWidget(self._right())
        split.setSizes([_LEFT, _WIDTH - _LEFT])
        layout.addWidget(split, 1)
        layout.addWidget(self._buttons())
        self.picker.currentIndexChanged.connect(self._turn)
        self._choose_first()
        self._turn()

    @property
    def form(self) -> FactorForm:
        """The inputs of the method in front."""
        return self._form(str(self.picker.currentData()))

    def box(self, factor: str) -> QComboBox:
        """The drop-down of one factor of the method in front."""
        editor = self.form.editors[factor]
        if not isinstance(editor, QComboBox):
            raise TypeError(f"{factor} is typed, not chosen")
        return editor

    def take_method(self, key: str) -> None:
        """Bring a method to front."""
        self.picker.setCurrentIndex(self.picker.findData(key))

    def take_counted(self, key: str, counted: Mapping[str, Known]) -> None:
        """What the receptors say; nothing where none of the kinds needed are registered."""
        form = self._form(key)
        form.take_counted(counted)
        self._turn()
        if not counted:
            self.counted_note.setText(_("受体登记册里没有可用于本方法的内容，不能统计。"))

    def answer(self) -> AssessmentForm:
        """Everything filled in."""
        form = self.form
        experts = [
            name for name in self.experts.text().replace("，", "、").split("、") if name.strip()
        ]
        return AssessmentForm(
            method=form.method.key,
            inputs=form.values(),
            worksheet=Worksheet(
                counted={key: value_text(each.value) for key, each in form.counted.items()},
                overrides=dict.fromkeys(form.differing(), self.why_other.text().strip()),
                occasion=Occasion(self.occasion.currentData()),
                evidence=form.evidence(),
                opinion=self.opinion.toPlainText().strip(),
                measures=self.measures.toPlainText().strip(),
                experts=tuple(name.strip() for name in experts),
            ),
        )

    # -- building -------------------------------------------------------------------------------

    def _unfit(self, method: GradingMethod) -> int:
        """Methods made for this type of hazard first, those for others last."""
        if not method.types:
            return 1
        return 0 if self._hazard.type_key in method.types else 2

    def _left(self) -> QWidget:
        left = QWidget()
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, SPACE_S, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.picker)
        self.source = words(role="muted")
        layout.addWidget(self.source)
        layout.addLayout(self._counting())
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.addWidget(self.stack)
        column.addWidget(self._worksheet())
        column.addStretch(1)
        layout.addWidget(_scrolled(inner), 1)
        return left

    def _counting(self) -> QHBoxLayout:
        self.count_button = push_button(
            _("按受体统计填充"), "assess-count", self._ask_to_count, glyph="account-group-outline"
        )
        self.counted_note = words(role="muted", name="assess-counted")
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.count_button)
        row.addWidget(self.counted_note, 1)
        return row

    def _worksheet(self) -> QGroupBox:
        box = QGroupBox(_("底稿"))
        form = QFormLayout(box)
        form.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        self.occasion = QComboBox()
        self.occasion.setObjectName("assess-occasion")
        for occasion in Occasion:
            self.occasion.addItem(_(occasion.label), occasion.value)
        if self._history:
            self.occasion.setCurrentIndex(self.occasion.findData(Occasion.PERIODIC.value))
        self.experts = QLineEdit()
        self.experts.setObjectName("assess-experts")
        self.experts.setAccessibleName(_("参加专家"))
        self.experts.setPlaceholderText(_("姓名，用顿号隔开"))
        self.opinion = self._text("assess-opinion")
        self.measures = self._text("assess-measures")
        self.why_other = QLineEdit()
        self.why_other.setObjectName("assess-why-other")
        self.why_other.setAccessibleName(_("不采用统计值的理由"))
        self.why_other.setPlaceholderText(_("填的与统计不同时必须写明"))
        self.why_other.textChanged.connect(self._refresh)
        for label, editor in (
            (_("不采用统计值的理由"), self.why_other),
            (_("评估缘由"), self.occasion),
            (_("评估意见"), self.opinion),
            (_("拟采取措施"), self.measures),
            (_("参加专家"), self.experts),
        ):
            form.addRow(label, editor)
        return box

    def _text(self, name: str) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setObjectName(name)
        text.setTabChangesFocus(True)
        text.setFixedHeight(self.fontMetrics().lineSpacing() * _TEXT_LINES + SPACE_M)
        return text

    def _right(self) -> QWidget:
        self.chip = LevelChip()
        self.chip.setObjectName("assess-level")
        self.reasons = self._told("assess-reasons")
        self.lowering_title = words(_("怎样才能降级"), role="title", wrap=False)
        self.lowering = self._told("assess-lowering")
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(SPACE_S, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for widget in (self.chip, self.reasons, self.lowering_title, self.lowering):
            layout.addWidget(widget)
        layout.addStretch(1)
        return _scrolled(inner)

    @staticmethod
    def _told(name: str) -> QLabel:
        label = words(name=name)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        return label

    def _buttons(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText(_("保存评估结果"))
        self._ok.setObjectName("assess-save")
        self._ok.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(_("取消"))
        cancel.setObjectName("assess-cancel")
        buttons.accepted.connect(self._confirm)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        return row

    def _form(self, key: str) -> FactorForm:
        form = self._forms.get(key)
        if form is None:
            method = self._methods[key]
            form = FactorForm(method)
            last = next((each for each in self._history if each.method == key), None)
            if last is not None:
                form.fill(last.inputs)
            form.fill_known(known_factors(method, self._hazard, self._defaults))
            form.changed.connect(self._refresh)
            self._forms[key] = form
            self.stack.addWidget(form)
        return form

    def _choose_first(self) -> None:
        used = next((each.method for each in self._history if each.method in self._methods), None)
        if used is not None:
            self.take_method(used)

    # -- living ---------------------------------------------------------------------------------

    def _turn(self) -> None:
        form = self.form
        self.stack.setCurrentWidget(form)
        # The stack is as high as the method in front, not as the longest one.
        self.stack.setFixedHeight(form.sizeHint().height())
        method = form.method
        self.count_button.setEnabled(any(factor.exposure for factor in method.factors))
        self.counted_note.setText(
            _("已按受体填入 {n} 项，来源见各项下方。").format(n=len(form.counted))
            if form.counted
            else ""
        )
        self.source.setText(
            _("依据：{source}（规则版本 {version}）").format(
                source=method.citation.text, version=method.version
            )
        )
        self._refresh()

    def _refresh(self) -> None:
        form = self.form
        values = form.values()
        try:
            result = form.method.grade(values)
        except RiskMapError as why:
            self._ok.setEnabled(False)
            self.chip.show_level(0)
            self.reasons.setText(str(why))
            self._show_lowering("")
            return
        differing = form.differing()
        explained = not differing or bool(self.why_other.text().strip())
        self._ok.setEnabled(result.level is not None and explained)
        self.why_other.setToolTip(plain_tip("\n".join(differing.values())))
        self.chip.show_level(result.level.rank if result.level else 0)
        lines = list(result.reasons)
        labels = {factor.key: _(factor.label) for factor in form.method.factors}
        lines += [
            _("“{factor}”统计为 {counted}，与填的不同，请写明理由。").format(
                factor=labels[key], counted=counted
            )
            for key, counted in (differing.items() if not explained else ())
        ]
        self.reasons.setText("\n".join(lines))
        steps = form.method.lowerings(values)
        none = _("没有哪一个因素单独改变就能降级。")
        self._show_lowering("\n".join(f"• {step.text}" for step in steps) or none)

    def _show_lowering(self, text: str) -> None:
        self.lowering.setText(text)
        self.lowering_title.setVisible(bool(text))

    def _ask_to_count(self) -> None:
        self.count_wanted.emit(self.form.method.key)

    def _confirm(self) -> None:
        self.assessed.emit(self.answer())
        self.accept()


def _scrolled(inner: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
