"""The row of tools above what is due: which view, which hazards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.inspection import DueInspection
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S
from qhd_riskmap.ui.toolkit.view_switch import ViewSwitch

VIEWS: Final = (
    ("list", N_("列表"), "table-large"),
    ("map", N_("地图"), "map-outline"),
    ("rules", N_("周期和检查表"), "tune"),
)
_WIDEST: Final = 130


class DueTools(QWidget):
    """Chooses view and hazards.

    Signals:
        view_chosen: Another view was asked for (its key).
        filtered: Other hazards are wanted.
    """

    view_chosen = Signal(str)
    filtered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("due-tools")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self.views = ViewSwitch(VIEWS, "inspection-view")
        self.views.chosen.connect(self.view_chosen)
        row.addWidget(self.views)
        row.addSpacing(SPACE_M)
        self.county = self._box("due-county", _("县区"), _("全部县区"))
        self.township = self._box("due-township", _("乡镇"), _("全部乡镇"))
        self.type = self._box("due-type", _("类型"), _("全部类型"))
        self.inspector = self._box("due-inspector", _("上次检查人"), _("全部检查人"))
        for region in regions().current():
            self.county.addItem(_(region.name), region.code)
        for kind in taxonomy().types:
            self.type.addItem(_(kind.label), kind.key)
        self.counted = words("", role="muted", name="due-count", wrap=False)
        self._boxes = (self.county, self.township, self.type, self.inspector)
        for widget in self._boxes:
            row.addWidget(widget)
            widget.currentIndexChanged.connect(self.filtered)
        row.addWidget(self.counted)
        row.addStretch(1)

    def _box(self, name: str, accessible: str, everything: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(accessible)
        box.setMaximumWidth(_WIDEST)
        box.addItem(everything, "")
        return box

    @property
    def view(self) -> str:
        """Key of the view in front."""
        return self.views.key

    def show_view(self, key: str) -> None:
        """Press the button of a view without telling."""
        self.views.press(key)

    def show_everything(self) -> None:
        """Let all through, without telling."""
        for box in self._boxes:
            box.blockSignals(True)  # noqa: FBT003 - Qt's signature
            box.setCurrentIndex(0)
            box.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def offer(self, due: Sequence[DueInspection]) -> None:
        """The townships and inspectors that occur can be chosen."""
        self._refill(self.township, {each.hazard.township for each in due})
        self._refill(self.inspector, {each.inspector for each in due})

    def _refill(self, box: QComboBox, texts: Iterable[str]) -> None:
        before = str(box.currentData())
        box.blockSignals(True)  # noqa: FBT003 - Qt's signature
        while box.count() > 1:
            box.removeItem(1)
        for text in sorted(filter(None, texts)):
            box.addItem(text, text)
        box.setCurrentIndex(max(0, box.findData(before)))
        box.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def takes(self, each: DueInspection) -> bool:
        """Whether all boxes let a hazard through."""
        hazard = each.hazard
        pairs = (
            (self.county, hazard.county), (self.township, hazard.township),
            (self.type, hazard.type_key), (self.inspector, each.inspector),
        )  # fmt: skip
        return all(box.currentData() in {"", value} for box, value in pairs)
