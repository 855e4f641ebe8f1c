"""What is due on the map: signs by lateness, the way of the round above them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.inspection.schedule import DueStage
from qhd_riskmap.i18n import _
from qhd_riskmap.services.inspection import DueInspection
from qhd_riskmap.ui.map.late_map import LateMap, LateSign
from qhd_riskmap.ui.pages.inspection.due_strip import SIGNS
from qhd_riskmap.ui.toolkit.theme import theme

Place = tuple[float, float]
_LABELS = {SIGNS[stage]: stage.label for stage in DueStage}
_DISC = 9.0
_HOME = 7.0
_AROUND = 0.02  # degrees around a round


class DueMap(LateMap):
    """Signs of inspections; a click tells the `DueInspection`, or a place while one is asked for.

    Signals:
        place_picked: A place was clicked: longitude, latitude in degrees.
    """

    place_picked = Signal(float, float)

    def __init__(self) -> None:
        super().__init__(_("应检查隐患分布"), _LABELS)
        self.picking = False
        self.start: Place | None = None
        self.way: list[Place] = []
        self.decorations.append(self._paint_way)

    def show_due(self, due: Sequence[DueInspection], table: FeatureTable) -> None:
        """Show what is due."""
        order = list(reversed(DueStage))
        signs = [
            LateSign(
                key=str(each.hazard.id), hazard_id=str(each.hazard.id), stage=SIGNS[each.stage],
                urgency=(order.index(each.stage), each.days_late), thing=each,
            )
            for each in due
        ]  # fmt: skip
        self.show_signs(signs, table)

    def show_way(self, start: Place | None, way: Sequence[Place]) -> None:
        """Draw a round, or only its start."""
        self.start, self.way = start, list(way)
        self.update()

    def look_at_way(self) -> None:
        """Bring the whole round into view."""
        if self.start is None:
            return
        lons, lats = zip(self.start, *self.way, strict=True)
        self.fit_bounds(
            (min(lons) - _AROUND, min(lats) - _AROUND, max(lons) + _AROUND, max(lats) + _AROUND)
        )

    def pick_place(self) -> None:
        """The next click is a place."""
        self.picking = True
        self.setCursor(Qt.CursorShape.CrossCursor)

    def select_at(self, x: float, y: float, *, more: bool = False) -> None:
        """A click tells which, or where."""
        if not self.picking:
            super().select_at(x, y, more=more)
            return
        self.picking = False
        self.unsetCursor()
        lon, lat = self.viewport.to_lonlat(x, y)
        self.place_picked.emit(float(lon), float(lat))

    def _paint_way(self, painter: QPainter) -> None:
        if self.start is None:
            return
        places = [self.start, *self.way]
        xs, ys = self.viewport.to_screen([p[0] for p in places], [p[1] for p in places])
        points = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        colour = QColor(theme().accent)
        if self.way:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine))
            painter.drawPolyline(QPolygonF([*points, points[0]]))
        painter.setPen(QPen(QColor(theme().surface), 1.5))
        painter.setBrush(colour)
        home = points[0]
        painter.drawRect(QRectF(home.x() - _HOME, home.y() - _HOME, 2 * _HOME, 2 * _HOME))
        for number, point in enumerate(points[1:], start=1):
            at = QPointF(point.x() + 1.3 * _DISC, point.y() - 1.3 * _DISC)
            painter.setPen(QPen(QColor(theme().surface), 1.5))
            painter.setBrush(colour)
            painter.drawEllipse(at, _DISC, _DISC)
            painter.setPen(QColor(theme().accent_text))
            box = QRectF(at.x() - _DISC, at.y() - _DISC, 2 * _DISC, 2 * _DISC)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(number))
