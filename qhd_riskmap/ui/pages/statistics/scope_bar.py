"""Which day and which part of the register is counted."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from qhd_riskmap.domain.figures import FigureScope
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.page_parts import push_button
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S

_PAUSE_MS = 300
_DAY_WIDTH = 132


class ScopeBar(QWidget):
    """Day, period, county and type.

    Signals:
        changed: Something else is to be counted.
    """

    changed = Signal()

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scope-bar")
        self.day = DateField("scope-day", _("统计日"))
        self.day.set_day(today)
        self.first = DateField("scope-first", _("登记日期不早于"))
        self.last = DateField("scope-last", _("登记日期不晚于"))
        self.county = _combo("scope-county", _("县区"), _("全部县区"))
        for region in regions().current():
            self.county.addItem(_(region.name), region.code)
        self.type = _combo("scope-type", _("隐患类型"), _("全部类型"))
        for kind in taxonomy().types:
            self.type.addItem(_(kind.label), kind.key)
        self.clear_button = push_button(
            _("全部"), "scope-clear", self.clear, glyph="filter-off-outline"
        )
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._tell)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for label, fields in (
            (_("统计日"), (self.day,)),
            (_("登记时段"), (self.first, self.last)),
        ):
            row.addWidget(QLabel(label))
            for field in fields:
                field.setFixedWidth(_DAY_WIDTH)
                field.edited.connect(self._timer.start)
                row.addWidget(field)
            row.addSpacing(SPACE_M)
        for combo in (self.county, self.type):
            combo.currentIndexChanged.connect(self._timer.start)
            row.addWidget(combo)
        row.addWidget(self.clear_button)
        row.addStretch(1)

    def scope(self) -> FigureScope | None:
        """What is asked for; None while a day is being typed or the period is turned round."""
        day, first, last = self.day.day(), self.first.day(), self.last.day()
        turned = first is not None and last is not None and first > last
        if day is None or self.first.bad() or self.last.bad() or turned:
            return None
        county, kind = str(self.county.currentData()), str(self.type.currentData())
        return FigureScope(
            on=day,
            counties=frozenset({county} if county else ()),
            types=frozenset({kind} if kind else ()),
            first=first,
            last=last,
        )

    def clear(self) -> None:
        """The whole register."""
        self.first.set_day(None)
        self.last.set_day(None)
        self.county.setCurrentIndex(0)
        self.type.setCurrentIndex(0)

    def close_down(self) -> None:
        """Tell nothing any more."""
        self._timer.stop()

    def _tell(self) -> None:
        if self.scope() is not None:
            self.changed.emit()


def _combo(name: str, label: str, everything: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setAccessibleName(label)
    combo.addItem(everything, "")
    return combo
