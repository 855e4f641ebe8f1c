"""Hazards on a map by how late something of theirs is: a task, an inspection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.side_map import SideMap
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS, theme

_NEAR_PX: Final = 10.0
_RADIUS: Final = 6.0
_PAD: Final = 0.02
_NOWHERE: npt.NDArray[np.float64] = np.empty(0)


_STAGES: Final = {stage: stage.label for stage in LateStage}


@dataclass(frozen=True, slots=True, kw_only=True)
class LateSign:
    """One thing to be shown.

    Attributes:
        key: By which it is marked.
        hazard_id: Where it stands.
        urgency: The greater one stands on top, and for its hazard.
        thing: What a click tells.
    """

    key: str
    hazard_id: str
    stage: LateStage
    urgency: tuple[int, int]
    thing: Any


class LateMap(SideMap):
    """Signs by lateness; a click tells which.

    Signals:
        chosen: A sign was clicked (the thing, the most urgent of its hazard).
    """

    chosen = Signal(object)

    def __init__(
        self,
        accessible: str,
        labels: Mapping[LateStage, str] = _STAGES,
        parent: QWidget | None = None,
    ) -> None:
        """An empty map.

        Args:
            accessible: What it shows.
            labels: Words of the legend.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.setObjectName("late-map")
        self.setAccessibleName(accessible)
        self.setMinimumSize(320, 240)
        self.signs: list[LateSign] = []
        self._labels = labels
        self.lon, self.lat = _NOWHERE, _NOWHERE
        self.number = ""
        self._fitted = False
        self.decorations.append(self._paint_signs)
        self.borrow_tool(PanTool(self))

    @property
    def lines(self) -> list[Any]:
        """What is shown, the most urgent last."""
        return [sign.thing for sign in self.signs]

    def show_signs(self, signs: Sequence[LateSign], table: FeatureTable) -> None:
        """Show the most urgent sign of each hazard, the most urgent on top."""
        urgent: dict[str, LateSign] = {}
        for sign in sorted(signs, key=lambda each: each.urgency):
            urgent.pop(sign.hazard_id, None)
            urgent[sign.hazard_id] = sign
        rows = [(sign, table.row_of(key)) for key, sign in urgent.items()]
        placed = [(sign, row) for sign, row in rows if row is not None]
        self.signs = [sign for sign, _row in placed]
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
        """Mark a sign by its key."""
        self.number = number
        self.update()

    def line_at(self, x: float, y: float) -> Any:
        """The thing whose sign is nearest to a pixel, if it is near; the most urgent of several."""
        if not self.signs:
            return None
        xs, ys = self.viewport.to_screen(self.lon, self.lat)
        away = np.hypot(xs - x, ys - y)
        near = np.flatnonzero(away <= max(float(away.min()), 1.0) + 1.0)
        nearest = int(near[-1])
        return self.signs[nearest].thing if away[nearest] <= _NEAR_PX else None

    def select_at(self, x: float, y: float, *, more: bool = False) -> None:
        """A click tells which."""
        del more
        line = self.line_at(x, y)
        if line is not None:
            self.chosen.emit(line)

    def select_box(self, box: QRectF, *, more: bool = False) -> None:
        """A frame chooses nothing here."""

    def _paint_signs(self, painter: QPainter) -> None:
        if self.signs:
            xs, ys = self.viewport.to_screen(self.lon, self.lat)
            inside = (xs >= 0) & (xs <= self.width()) & (ys >= 0) & (ys <= self.height())
            for row in np.flatnonzero(inside).tolist():
                sign, at = self.signs[row], QPointF(xs[row], ys[row])
                paint_sign(painter, sign.stage, at)
                if sign.key == self.number:
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(QColor(theme().accent), 3))
                    painter.drawEllipse(at, _RADIUS * 2, _RADIUS * 2)
        self._paint_legend(painter)

    def _paint_legend(self, painter: QPainter) -> None:
        stages = [stage for stage in reversed(LateStage) if stage in self._labels]
        metrics = painter.fontMetrics()
        width = max(metrics.horizontalAdvance(_(self._labels[stage])) for stage in stages)
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
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), _(self._labels[stage]))
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
