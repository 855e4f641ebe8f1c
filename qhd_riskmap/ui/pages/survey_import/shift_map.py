"""A map of many places and where they come to lie: hollow before, full after, a line between."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.side_map import SideMap
from qhd_riskmap.ui.toolkit.theme import theme

Points = npt.NDArray[np.float64]
_RADIUS: Final = 4.0
_MOST_LINES: Final = 400
_MOST_SIGNS: Final = 3000
_PAD: Final = 0.01
_NOWHERE: Final = np.empty((0, 2))


class ShiftMap(SideMap):
    """Can be moved and nothing else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shift-map")
        self.setAccessibleName(_("换算前后的位置"))
        self.setMinimumSize(260, 200)
        self.before, self.after = _NOWHERE, _NOWHERE
        self._marked: int | None = None
        self.decorations.append(self._paint_shift)

    def show_shift(self, before: Points, after: Points) -> None:
        """Show places, (n, 2) degrees each, and bring them into view."""
        self.before, self.after = before, after
        self._marked = None
        both = np.concatenate([before, after])
        if len(both):
            near = boundaries().inside_context(both[:, 0], both[:, 1])
            shown = both[near] if near.any() else both
            west, south = (np.quantile(shown, 0.01, axis=0) - _PAD).tolist()
            east, north = (np.quantile(shown, 0.99, axis=0) + _PAD).tolist()
            self.fit_bounds((west, south, east, north))
        self.update()

    def mark(self, row: int | None) -> None:
        """Bring one of them into view, with a ring."""
        self._marked = row
        if row is not None:
            self.show_places([tuple(self.before[row].tolist()), tuple(self.after[row].tolist())])
        self.update()

    def _paint_shift(self, painter: QPainter) -> None:
        if not len(self.before):
            return
        bx, by = self.viewport.to_screen(self.before[:, 0], self.before[:, 1])
        ax, ay = self.viewport.to_screen(self.after[:, 0], self.after[:, 1])
        inside = (ax >= 0) & (ax <= self.width()) & (ay >= 0) & (ay <= self.height())
        inside |= (bx >= 0) & (bx <= self.width()) & (by >= 0) & (by <= self.height())
        rows = np.flatnonzero(inside)
        text, accent = QColor(theme().text), QColor(theme().accent)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for row in _some(rows, _MOST_LINES):
            was, now = QPointF(bx[row], by[row]), QPointF(ax[row], ay[row])
            painter.setPen(QPen(text, 1, Qt.PenStyle.DotLine))
            painter.drawLine(was, now)
            painter.setPen(QPen(text, 1.2))
            painter.drawEllipse(was, _RADIUS, _RADIUS)
        painter.setPen(QPen(QColor(theme().surface), 1))
        painter.setBrush(accent)
        for row in _some(rows, _MOST_SIGNS):
            painter.drawEllipse(QPointF(ax[row], ay[row]), _RADIUS, _RADIUS)
        if self._marked is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor("#7b1fa2"), 2.5))
            at = QPointF(ax[self._marked], ay[self._marked])
            painter.drawEllipse(at, _RADIUS * 2, _RADIUS * 2)


def _some(rows: npt.NDArray[np.intp], most: int) -> list[int]:
    """Evenly few of many: more signs than that cover the map and take too long."""
    chosen: list[int] = rows[:: max(1, -(-len(rows) // most))].tolist()
    return chosen
