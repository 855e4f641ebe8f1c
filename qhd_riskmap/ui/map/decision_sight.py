"""Two small maps side by side: where a record lies, and what the public would see of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from qhd_riskmap.cartography.place_picture import around, place_picture
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.redaction import PublicHazard
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS, theme

_SIDE: Final = QSize(300, 230)
_MARGIN_DEG: Final = 0.012  # about a kilometre


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is shown for one class.

    Attributes:
        truth: Where the record lies.
        public: What the public would see of it; None where it is not drawn.
        told: The same in words.
    """

    truth: QImage
    public: QImage | None
    told: str


def sight_of(
    hazard: Hazard,
    shown: PublicHazard | None,
    release_class: ReleaseClass,
    *,
    ratio: float,
    dark: bool,
) -> Sight:
    """Draw both with one frame; beside the window, not in it."""
    geometries = [hazard.geometry, *([shown.geometry] if shown else [])]
    frame, size = around(geometries, _MARGIN_DEG), (_SIDE.width(), _SIDE.height())
    truth = place_picture(
        hazard.geometry, hazard.type_key, hazard.level, frame, size, ratio=ratio, dark=dark
    )
    public = None
    if shown is not None:
        public = place_picture(
            shown.geometry, shown.type_key, shown.level, frame, size, ratio=ratio, dark=dark
        )
    return Sight(truth=truth, public=public, told=_told(hazard, shown, release_class))


def _told(hazard: Hazard, shown: PublicHazard | None, release_class: ReleaseClass) -> str:
    if shown is None:
        if release_class is ReleaseClass.COUNT:
            area = _(regions().get(hazard.county).name) if hazard.county else ""
            return _("不画在图上，只计入{area}的数量；数量过少时与其他区域合并。").format(area=area)
        return _("任何公开成果里都没有这一条。")
    away = float(distance_m(*hazard.anchor(), *shown.anchor()))
    name = _("公开名称“{name}”").format(name=shown.name) if shown.name else _("名称不公开")
    return _("公开位置在 {cell:.0f} 米网格上，离登记位置约 {away:.0f} 米；{name}。").format(
        cell=shown.cell_m, away=away, name=name
    )


class DecisionSight(QWidget):
    """The two maps with their captions and a line of words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.truth = self._picture("decision-truth", _("登记的位置"))
        self.public = self._picture("decision-public", _("公众看到的"))
        self.told = words(role="muted", name="decision-told")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        for column, picture in enumerate((self.truth, self.public)):
            grid.addWidget(words(picture.accessibleName(), role="section"), 0, column)
            grid.addWidget(picture, 1, column)
        grid.addWidget(self.told, 2, 0, 1, 2)

    def wait(self) -> None:
        """Another class is being drawn."""
        self.told.setText(_("正在画…"))

    def show_sight(self, sight: Sight) -> None:
        """Show what was drawn."""
        self.truth.setPixmap(QPixmap.fromImage(sight.truth))
        if sight.public is None:
            self.public.clear()
            self.public.setText(_("图上没有"))
        else:
            self.public.setPixmap(QPixmap.fromImage(sight.public))
        self.told.setText(sight.told)

    @staticmethod
    def _picture(name: str, caption: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setAccessibleName(caption)
        label.setFixedSize(_SIDE)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setStyleSheet(f"border: 1px solid {theme().line}; color: {theme().muted};")
        return label
