"""How the map shows its content: plane, graticule, and what stands for a crowd of symbols."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.settings import CROWD_RANGE, Settings
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import SPACE_XS

_CROWDS: Final = (
    ("clusters", N_("密集处合并显示")),
    ("density", N_("密集处显示密度图")),
    ("all", N_("全部逐个显示")),
)
_PLANES: Final = (
    (Projection.MERCATOR, N_("网络墨卡托")),
    (Projection.GK, N_("国家 2000 高斯 120°")),
)
_STEP: Final = 50


class ViewChoices(QWidget):
    """Shows and changes this desk's preferences about the map.

    Signals:
        changed: The look is to change.
        projection_chosen: Another plane (`Projection`).
    """

    changed = Signal()
    projection_chosen = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.crowd = QComboBox()
        self.crowd.setObjectName("view-crowd")
        self.crowd.setAccessibleName(_("隐患密集时"))
        for key, title in _CROWDS:
            self.crowd.addItem(_(title), key)
        self.crowd.setCurrentIndex(self.crowd.findData(settings.crowd))
        self.threshold = QSpinBox()
        self.threshold.setObjectName("view-crowd-above")
        self.threshold.setAccessibleName(_("视野内超过多少处算密集"))
        self.threshold.setRange(*CROWD_RANGE)
        self.threshold.setSingleStep(_STEP)
        self.threshold.setValue(settings.crowd_above)
        self.graticule = QCheckBox(_("经纬网"))
        self.graticule.setObjectName("view-graticule")
        self.graticule.setChecked(settings.graticule)
        self.plane = QComboBox()
        self.plane.setObjectName("view-plane")
        self.plane.setAccessibleName(_("显示投影"))
        for projection, title in _PLANES:
            self.plane.addItem(_(title), projection)
        self.plane.setCurrentIndex(self.plane.findData(self.projection))
        self._lay_out()
        self.crowd.currentIndexChanged.connect(self._keep)
        self.threshold.valueChanged.connect(self._keep)
        self.graticule.toggled.connect(self._keep)
        self.plane.currentIndexChanged.connect(self._keep_plane)
        self._enable()

    @property
    def projection(self) -> Projection:
        """The plane in force."""
        return Projection(self._settings.display)

    def options(self, options: MapOptions) -> MapOptions:
        """``options`` as chosen here."""
        crowd = self._settings.crowd
        return replace(
            options,
            cluster=crowd == "clusters",
            density=crowd == "density",
            cluster_threshold=self._settings.crowd_above,
            graticule=self._settings.graticule,
        )

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(words(_("视野内超过"), role="muted", wrap=False))
        above.addWidget(self.threshold, 1)
        above.addWidget(words(_("处"), role="muted", wrap=False))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.graticule)
        column.addWidget(self.crowd)
        column.addLayout(above)
        column.addWidget(words(_("显示投影"), role="section"))
        column.addWidget(self.plane)

    def _keep(self) -> None:
        self._settings.crowd = str(self.crowd.currentData())
        self._settings.crowd_above = self.threshold.value()
        self._settings.graticule = self.graticule.isChecked()
        self._enable()
        self.changed.emit()

    def _keep_plane(self) -> None:
        self._settings.display = str(Projection(self.plane.currentData()))
        self.projection_chosen.emit(self.projection)

    def _enable(self) -> None:
        self.threshold.setEnabled(self._settings.crowd != "all")
