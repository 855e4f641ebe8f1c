"""Grades one hazard: factors with their explanations, the level and its reasons at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.grading.method import Factor, GradingResult, ProductMethod
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.level_chip import LevelChip
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_WIDTH: Final = 560
_REASON_LINES: Final = 5
Preview = Callable[[str, Mapping[str, float]], GradingResult]


class AssessDialog(QDialog):
    """Choose factors, see the level, store the assessment.

    Signals:
        assessed: The officer confirmed: method key and factor values.
    """

    assessed = Signal(str, object)

    def __init__(
        self,
        hazard: Hazard,
        methods: Mapping[str, ProductMethod],
        preview: Preview,
        history: Sequence[Assessment],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("assess-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("风险评估"))
        self.setMinimumWidth(_WIDTH)
        self._preview = preview
        self._tabs = QTabWidget()
        self._tabs.setObjectName("assess-methods")
        self._boxes: list[tuple[str, dict[str, QComboBox]]] = []
        for key, method in methods.items():
            last = next((each for each in history if each.method == key), None)
            self._tabs.addTab(self._page(method, last), _(method.label))
        self._tabs.currentChanged.connect(self._refresh)

        title = QLabel(hazard.name)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setProperty("role", "title")
        title.setWordWrap(True)
        self.chip = LevelChip()
        self.chip.setObjectName("assess-level")
        self.reasons = QLabel()
        self.reasons.setObjectName("assess-reasons")
        self.reasons.setTextFormat(Qt.TextFormat.PlainText)
        self.reasons.setWordWrap(True)
        self.reasons.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reasons.setMinimumHeight(self.fontMetrics().lineSpacing() * _REASON_LINES)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        for widget in (title, self._tabs, self.chip, self.reasons, self._buttons()):
            layout.addWidget(widget)
        self._choose_last_method(history)
        self._refresh()

    def box(self, factor: str) -> QComboBox:
        """The drop-down of one factor of the method in front."""
        return self._boxes[self._tabs.currentIndex()][1][factor]

    def inputs(self) -> dict[str, float]:
        """Factors chosen so far, of the method in front."""
        boxes = self._boxes[self._tabs.currentIndex()][1]
        return {
            key: float(box.currentData())
            for key, box in boxes.items()
            if box.currentData() is not None
        }

    def take_method(self, key: str) -> None:
        """Bring a method to front."""
        self._tabs.setCurrentIndex([name for name, _boxes in self._boxes].index(key))

    def _page(self, method: ProductMethod, last: Assessment | None) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_S)
        boxes: dict[str, QComboBox] = {}
        for factor in method.factors:
            box = self._factor_box(method.key, factor, last)
            label = QLabel(_(factor.label))
            label.setBuddy(box)
            layout.addWidget(label)
            layout.addWidget(box)
            boxes[factor.key] = box
        source = QLabel(
            _("依据：{source}（规则版本 {version}）").format(
                source=_(method.source), version=method.version
            )
        )
        source.setProperty("role", "muted")
        source.setWordWrap(True)
        layout.addWidget(source)
        layout.addStretch(1)
        self._boxes.append((method.key, boxes))
        return page

    def _factor_box(self, method: str, factor: Factor, last: Assessment | None) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"factor-{method}-{factor.key}")
        box.setAccessibleName(_(factor.label))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.addItem(_("请选择…"), None)
        for choice in factor.choices:
            text = f"{choice.value:g} — {_(choice.text)}"
            box.addItem(text, choice.value)
            box.setItemData(box.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
        if last is not None and factor.key in last.inputs:
            place = box.findData(float(last.inputs[factor.key]))
            box.setCurrentIndex(max(0, place))
        box.currentIndexChanged.connect(self._refresh)
        return box

    def _choose_last_method(self, history: Sequence[Assessment]) -> None:
        known = [key for key, _boxes in self._boxes]
        used = next((each.method for each in history if each.method in known), None)
        if used is not None:
            self.take_method(used)

    def _buttons(self) -> QDialogButtonBox:
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
        return buttons

    def _refresh(self) -> None:
        key, boxes = self._boxes[self._tabs.currentIndex()]
        inputs = self.inputs()
        complete = len(inputs) == len(boxes)
        self._ok.setEnabled(complete)
        if complete:
            result = self._preview(key, inputs)
            self.chip.show_level(result.level.rank)
            self.reasons.setText("\n".join(result.reasons))
        else:
            self.chip.show_level(0)
            self.reasons.setText(_("选好全部因素后，这里立即显示等级和理由。"))

    def _confirm(self) -> None:
        self.assessed.emit(self._boxes[self._tabs.currentIndex()][0], self.inputs())
        self.accept()
