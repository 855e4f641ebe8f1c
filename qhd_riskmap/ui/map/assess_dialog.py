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

from qhd_riskmap.domain.grading.defaults import FactorDefault, known_factors
from qhd_riskmap.domain.grading.method import GradingMethod
from qhd_riskmap.domain.grading.result import GradingResult
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.worksheet import Occasion, Worksheet
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.assessment import AssessmentForm
from qhd_riskmap.ui.map.factor_form import FactorForm
from qhd_riskmap.ui.map.level_chip import LevelChip
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_WIDTH: Final = 980
_HEIGHT: Final = 640
_LEFT: Final = 540
_TEXT_LINES: Final = 2


class AssessDialog(QDialog):
    """Fill in, see the level, store the assessment.

    Signals:
        assessed: The officer confirmed (`AssessmentForm`).
    """

    assessed = Signal(object)

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
        self._result_of_method: GradingResult | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self._title(hazard))
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

    @staticmethod
    def _title(hazard: Hazard) -> QLabel:
        title = QLabel(hazard.name)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setProperty("role", "title")
        title.setWordWrap(True)
        return title

    def _left(self) -> QWidget:
        left = QWidget()
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, SPACE_S, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.picker)
        self.source = QLabel()
        self.source.setProperty("role", "muted")
        self.source.setWordWrap(True)
        layout.addWidget(self.source)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.addWidget(self.stack)
        column.addWidget(self._worksheet())
        column.addStretch(1)
        layout.addWidget(_scrolled(inner), 1)
        return left

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
        self.experts.setPlaceholderText(_("姓名，用顿号隔开"))
        self.opinion = self._text("assess-opinion")
        self.measures = self._text("assess-measures")
        for label, editor in (
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
        self.reasons = self._words("assess-reasons")
        self.lowering_title = QLabel(_("怎样才能降级"))
        self.lowering_title.setProperty("role", "title")
        self.lowering = self._words("assess-lowering")
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(SPACE_S, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for widget in (self.chip, self.reasons, self.lowering_title, self.lowering):
            layout.addWidget(widget)
        layout.addStretch(1)
        return _scrolled(inner)

    @staticmethod
    def _words(name: str) -> QLabel:
        words = QLabel()
        words.setObjectName(name)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        return words

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
        self._ok.setEnabled(result.level is not None)
        self.chip.show_level(result.level.rank if result.level else 0)
        self.reasons.setText("\n".join(result.reasons))
        steps = form.method.lowerings(values)
        none = _("没有哪一个因素单独改变就能降级。") if form.method.factors else ""
        self._show_lowering("\n".join(f"• {step.text}" for step in steps) or none)

    def _show_lowering(self, text: str) -> None:
        self.lowering.setText(text)
        self.lowering_title.setVisible(bool(text))

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
