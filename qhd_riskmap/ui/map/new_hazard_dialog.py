"""Registers a new hazard whose shape was drawn on the map or typed as coordinates."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.hazard import Hazard, Provenance, anchor_of
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.geo.coordinate_text import format_dms
from qhd_riskmap.i18n import _
from qhd_riskmap.services.register import new_hazard_id
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_WIDTH: Final = 400


class NewHazardDialog(QDialog):
    """Asks for name, type and sub-kind; everything else is filled in on the form afterwards.

    Signals:
        confirmed: The new `Hazard`.
    """

    confirmed = Signal(object)

    def __init__(
        self, geometry: BaseGeometry, provenance: Provenance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("new-hazard-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("登记新的隐患"))
        self.setMinimumWidth(_WIDTH)
        self._geometry = geometry
        self._provenance = provenance
        self.name = QLineEdit()
        self.name.setObjectName("new-name")
        self.name.setAccessibleName(_("名称"))
        self.name.textChanged.connect(self._typed)
        self.kind = QComboBox()
        self.kind.setObjectName("new-type")
        self.kind.setAccessibleName(_("类型"))
        for each in taxonomy().types:
            self.kind.addItem(type_label(each.key), each.key)
        self.kind.currentIndexChanged.connect(self._fill_sub_kinds)
        self.sub_kind = QComboBox()
        self.sub_kind.setObjectName("new-sub-kind")
        self.sub_kind.setAccessibleName(_("小类"))
        place = QLabel(_("位置：{dms}").format(dms=format_dms(*anchor_of(geometry))))
        place.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addWidget(place)
        for words, widget in (
            (_("名称 *"), self.name),
            (_("类型 *"), self.kind),
            (_("小类"), self.sub_kind),
        ):
            label = QLabel(words)
            label.setBuddy(widget)
            layout.addWidget(label)
            layout.addWidget(widget)
        layout.addSpacing(SPACE_S)
        layout.addWidget(self._buttons())
        self._fill_sub_kinds()
        self.name.setFocus()

    def hazard(self) -> Hazard:
        """The hazard as entered."""
        return Hazard(
            id=new_hazard_id(),
            name=self.name.text().strip(),
            type_key=str(self.kind.currentData()),
            sub_kind=str(self.sub_kind.currentData() or ""),
            geometry=self._geometry,
            provenance=self._provenance,
            county="",
        )

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText(_("登记"))
        self._ok.setObjectName("new-save")
        self._ok.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self._ok.setEnabled(False)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(_("取消"))
        cancel.setObjectName("new-cancel")
        buttons.accepted.connect(self._confirm)
        buttons.rejected.connect(self.reject)
        return buttons

    def _typed(self, text: str) -> None:
        self._ok.setEnabled(bool(text.strip()))

    def _fill_sub_kinds(self) -> None:
        self.sub_kind.clear()
        self.sub_kind.addItem("", "")
        for word in taxonomy().get(str(self.kind.currentData())).sub_kinds:
            self.sub_kind.addItem(_(word), word)
        self.sub_kind.setEnabled(self.sub_kind.count() > 1)

    def _confirm(self) -> None:
        if self.name.text().strip():
            self.confirmed.emit(self.hazard())
            self.accept()
