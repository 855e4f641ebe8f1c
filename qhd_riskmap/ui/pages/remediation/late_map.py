"""The hazards that are being remedied on the map, by how late their most urgent task is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.side_map import SideMap
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS, theme

_NEAR_PX: Final = 10.0
_RADIUS: Final = 6.0
_PAD: Final = 0.02
_NOWHERE: npt.NDArray[np.float64] = np.empty(0)


class LateMap(SideMap):
    """Signs by lateness; a click tells which task.

    Signals:
        chosen: A sign was clicked (`TaskLine`, the most urgent of its hazard).
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("late-map")
        self.setAccessibleName(_("整改任务分布"))
        self.setMinimumSize(320, 240)
        self.lines: list[TaskLine] = []
        self.lon, self.lat = _NOWHERE, _NOWHERE
        self.number = ""
        self._fitted = False
        self.decorations.append(self._paint_signs)
        self.borrow_tool(PanTool(self))

    def show_lines(self, lines: Sequence[TaskLine], table: FeatureTable) -> None:
        """Show the most urgent task of each hazard, the most urgent on top."""
        urgent: dict[str, TaskLine] = {}
        for line in sorted(lines, key=lambda each: each.late.urgency):
            key = str(line.task.hazard_id)
            urgent.pop(key, None)
            urgent[key] = line
        rows = [(line, table.row_of(key)) for key, line in urgent.items()]
        placed = [(line, row) for line, row in rows if row is not None]
        self.lines = [line for line, _row in placed]
        anchors = table.anchors[[row for _line, row in placed]] if placed else np.empty((0, 2))
        self.lon, self.lat = anchors[:, 0], anchors[:, 1]
        if placed and not self._fitted:
            self._fitted = True
            self.fit_bounds((
                float(self.lon.min()) - _PAD, float(self.lat.min()) - _PAD,
                float(self.lon.max()) + _PAD, float(self.lat.max()) + _PAD,
            ))  # fmt: skip
        self.update()

    def select(self, number: str) -> None:
        """Mark the sign of a task."""
        self.number = number
        self.update()

    def line_at(self, x: float, y: float) -> TaskLine | None:
        """The task whose sign is nearest to a pixel, if it is near; the most urgent of several."""
        if not self.lines:
            return None
        xs, ys = self.viewport.to_screen(self.lon, self.lat)
        away = np.hypot(xs - x, ys - y)
        near = np.flatnonzero(away <= max(float(away.min()), 1.0) + 1.0)
        nearest = int(near[-1])
        return self.lines[nearest] if away[nearest] <= _NEAR_PX else None

    def select_at(self, x: float, y: float, *, more: bool = False) -> None:
        """A click tells which task."""
        del more
        line = self.line_at(x, y)
        if line is not None:
            self.chosen.emit(line)

    def select_box(self, box: QRectF, *, more: bool = False) -> None:
        """A frame chooses nothing here."""

    def _paint_signs(self, painter: QPainter) -> None:
        if self.lines:
            xs, ys = self.viewport.to_screen(self.lon, self.lat)
            inside = (xs >= 0) & (xs <= self.width()) & (ys >= 0) & (ys <= self.height())
            for row in np.flatnonzero(inside).tolist():
                line, at = self.lines[row], QPointF(xs[row], ys[row])
                paint_sign(painter, line.late.stage, at)
                if line.task.number == self.number:
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(QColor(theme().accent), 3))
                    painter.drawEllipse(at, _RADIUS * 2, _RADIUS * 2)
        self._paint_legend(painter)

    def _paint_legend(self, painter: QPainter) -> None:
        stages = list(reversed(LateStage))
        metrics = painter.fontMetrics()
        width = max(metrics.horizontalAdvance(_(stage.label)) for stage in stages)
        step = metrics.height() + SPACE_XS
        box = QRectF(
            SPACE_M, SPACE_M, width + 4 * SPACE_M, len(stages) * step + 2 * SPACE_S - SPACE_XS
        )
        painter.setPen(QPen(QColor(theme().line), 1))
        ground = QColor(theme().surface)
        ground.setAlpha(235)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        top = box.top() + SPACE_S
        for stage in stages:
            paint_sign(painter, stage, QPointF(box.left() + SPACE_M, top + metrics.height() / 2))
            painter.setPen(QColor(theme().text))
            place = QRectF(box.left() + 2 * SPACE_M, top, width + SPACE_M, metrics.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), _(stage.label))
            top += step


def paint_sign(painter: QPainter, stage: LateStage, at: QPointF) -> None:
    """Colour and shape say the same: diamond overdue, square today, triangle soon, circle ahead."""
    painter.setPen(QPen(QColor(theme().surface), 1.5))
    painter.setBrush(late_colour(stage))
    x, y, r = at.x(), at.y(), _RADIUS
    if stage is LateStage.OVERDUE:
        r += 2
        corners = [QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)]
        painter.drawPolygon(QPolygonF(corners))
    elif stage is LateStage.DUE:
        painter.drawRect(QRectF(x - r, y - r, 2 * r, 2 * r))
    elif stage is LateStage.SOON:
        corners = [QPointF(x, y - r - 1), QPointF(x + r, y + r), QPointF(x - r, y + r)]
        painter.drawPolygon(QPolygonF(corners))
    else:
        small = r - 1 if stage is LateStage.AHEAD else r - 3
        painter.drawEllipse(at, small, small)
