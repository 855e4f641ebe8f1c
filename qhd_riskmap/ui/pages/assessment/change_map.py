"""What a rehearsed rule would do to colours, on a small map: the level now, and the level then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QWidget

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.i18n import _
from qhd_riskmap.services.rule_profiles import RehearsedHazard
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.side_map import SideMap
from qhd_riskmap.ui.toolkit.theme import LEVEL_FILLS, theme

_PAD: Final = 0.02
_SIDE: Final = 15.0
_NEAR_PX: Final = 18.0
_NOWHERE: npt.NDArray[np.float64] = np.empty(0)


class ChangeMap(SideMap):
    """Signs of two halves: level now, level then, each with its number.

    Signals:
        chosen: A sign was clicked (id of the hazard).
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("change-map")
        self.setAccessibleName(_("会变色的隐患"))
        self.setMinimumSize(260, 200)
        self.changed: list[RehearsedHazard] = []
        self._lon, self._lat = _NOWHERE, _NOWHERE
        self.marked = ""
        self.decorations.append(self._paint_signs)
        self.borrow_tool(PanTool(self))

    def show_changed(self, changed: Sequence[RehearsedHazard]) -> None:
        """Show what would change colour, all of it in view."""
        self.changed = list(changed)
        self.marked = ""
        self._lon, self._lat = _NOWHERE, _NOWHERE
        if self.changed:
            self._lon, self._lat = np.array([each.hazard.anchor() for each in self.changed]).T
            self.fit_bounds((
                float(self._lon.min()) - _PAD, float(self._lat.min()) - _PAD,
                float(self._lon.max()) + _PAD, float(self._lat.max()) + _PAD,
            ))  # fmt: skip
        self.update()

    def mark(self, hazard_id: str) -> None:
        """Ring one of them."""
        self.marked = hazard_id
        self.update()

    def select_at(self, x: float, y: float, *, more: bool = False) -> None:
        """A click tells which hazard."""
        del more
        near = []
        for each, at in self._places():
            away = (at - QPointF(x, y)).manhattanLength()
            if away <= _NEAR_PX:
                near.append((away, str(each.hazard.id)))
        if near:
            self.chosen.emit(min(near)[1])

    def select_box(self, box: QRectF, *, more: bool = False) -> None:
        """A frame chooses nothing here."""

    def _places(self) -> list[tuple[RehearsedHazard, QPointF]]:
        xs, ys = self.viewport.to_screen(self._lon, self._lat)
        spots = map(QPointF, xs.tolist(), ys.tolist())
        return list(zip(self.changed, spots, strict=True))

    def _paint_signs(self, painter: QPainter) -> None:
        for each, at in self._places():
            if not self.rect().contains(at.toPoint()):
                continue
            left = QRectF(at.x() - _SIDE, at.y() - _SIDE / 2, _SIDE, _SIDE)
            _paint_half(painter, left, each.before)
            _paint_half(painter, left.translated(_SIDE, 0), each.after)
            if str(each.hazard.id) == self.marked:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme().accent), 3))
                painter.drawRoundedRect(left.adjusted(-3, -3, _SIDE + 3, 3), 4, 4)


def _paint_half(painter: QPainter, box: QRectF, level: RiskLevel | None) -> None:
    """A square in the colour of a level with its number; empty where there is none."""
    fill, ink = LEVEL_FILLS[level] if level else (theme().surface, theme().muted)
    painter.setPen(QPen(QColor(theme().surface), 1))
    painter.setBrush(QColor(fill))
    painter.drawRect(box)
    font = QFont(painter.font())
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(level.rank) if level else "—")
