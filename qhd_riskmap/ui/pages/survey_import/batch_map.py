"""A small map of one table of a preview: its rows by what becomes of them, linked with the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_table import RowFate, TableRows
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.pick_tool import PickTool
from qhd_riskmap.ui.map.side_map import SideMap
from qhd_riskmap.ui.toolkit.theme import theme

FloatArray = npt.NDArray[np.float64]
_NEAR_PX: Final = 9.0
_RADIUS: Final = 4.5
_CELL_PX: Final = 3  # nearer than this, one sign stands for all
_MANY_SIGNS: Final = 2000
_MOST_SHIFTS: Final = 400
_PAD: Final = 0.01
_LEAST_SPAN: Final = 0.24  # degrees, some 25 km: a border of the county is in view
# Painted in this order: what comes in lies on top of what does not.
_FATE_COLOURS: Final = {
    RowFate.REJECTED: "error",
    RowFate.REPEATED: "muted",
    RowFate.QUARANTINED: "error",
    RowFate.UNDECIDED: "warning",
    RowFate.UPDATE: "accent",
    RowFate.READY: "success",
}
_NOWHERE: Final = np.empty(0)


class BatchMap(SideMap):
    """Shows, selects and moves the rows of a table.

    Signals:
        picked: Rows were clicked or framed (list of rows of the table).
        placed: A row was dragged or set: row, longitude, latitude.
    """

    picked = Signal(object)
    placed = Signal(int, float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batch-map")
        self.setAccessibleName(_("这一批在地图上的位置"))
        self.setMinimumSize(240, 160)
        self.rows: TableRows | None = None
        self.lon, self.lat = _NOWHERE, _NOWHERE
        self._before: tuple[FloatArray, FloatArray] = (_NOWHERE, _NOWHERE)
        self._with_before = False
        self._selected: list[int] = []
        self._drag: tuple[int, QPointF] | None = None
        self._picture: tuple[object, QPixmap] | None = None
        self._fitting = True
        self.decorations.append(self._paint_rows)
        self._hand = RowTool(self)
        self.borrow_tool(self._hand)

    # -- content --------------------------------------------------------------------------------

    def show_rows(self, rows: TableRows | None, *, fit: bool) -> None:
        """Show the rows of a table."""
        self.rows = rows
        self._selected = []
        if rows is None:
            self.lon, self.lat = _NOWHERE, _NOWHERE
            self._before = (_NOWHERE, _NOWHERE)
        else:
            self.lon, self.lat = rows.places
            self._before = rows.before
        if fit:
            self._fitting = True
            self.fit_rows()
        self.update()

    def show_before(self, *, on: bool) -> None:
        """Draw where the numbers would lie without conversion, too."""
        self._with_before = on
        self.update()

    def select_rows(self, rows: Sequence[int]) -> None:
        """Mark rows; a single one outside the view is brought into it."""
        self._selected = list(rows)
        if len(rows) == 1 and np.isfinite(self.lon[rows[0]]):
            self.show_places([(float(self.lon[rows[0]]), float(self.lat[rows[0]]))])
        self.update()

    def fit_rows(self) -> None:
        """Show the ground the rows lie on; rows far away do not shrink the rest."""
        ground = self.rows.ground if self.rows is not None else None
        if ground is None:
            self.fit_city()
            return
        west, south, east, north = ground
        # So much around them that an officer sees where in the county they are.
        side = max(_PAD, (_LEAST_SPAN - (east - west)) / 2)
        above = max(_PAD, (_LEAST_SPAN - (north - south)) / 2)
        self.fit_bounds((west - side, south - above, east + side, north + above))

    def ask_place(self, row: int) -> None:
        """The next click says where a row lies."""
        self.borrow_tool(_SetPlace(self, lambda lon, lat: self.placed.emit(row, lon, lat)))

    def hand_back(self) -> None:
        """Return to looking and dragging."""
        self.borrow_tool(self._hand)

    def pan(self, dx: float, dy: float) -> None:
        """From now on the officer says what is shown."""
        self._fitting = False
        super().pan(dx, dy)

    def zoom(self, factor: float, x: float | None = None, y: float | None = None) -> None:
        """From now on the officer says what is shown."""
        self._fitting = False
        super().zoom(factor, x, y)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """All rows stay in view until the officer moves the map."""
        super().resizeEvent(event)
        if self._fitting and len(self.lon):
            self.fit_rows()

    # -- asking ---------------------------------------------------------------------------------

    def row_at(self, x: float, y: float) -> int | None:
        """The row whose sign is nearest to a pixel, if it is near; marked ones go first."""
        if not len(self.lon):
            return None
        xs, ys = self.viewport.to_screen(self.lon, self.lat)
        away = np.hypot(xs - x, ys - y)
        away[self._selected] -= _NEAR_PX / 2
        away[~np.isfinite(away)] = np.inf
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= _NEAR_PX else None

    def movable(self, row: int) -> bool:
        """Whether a row's place is in question."""
        return self.rows is not None and self.rows.fate(row) in {
            RowFate.QUARANTINED,
            RowFate.REJECTED,
        }

    def select_at(self, x: float, y: float, *, more: bool = False) -> None:
        """A click tells which row."""
        row = self.row_at(x, y)
        found = [] if row is None else [row]
        self.picked.emit([*self._selected, *found] if more else found)

    def select_box(self, box: QRectF, *, more: bool = False) -> None:
        """A frame tells which rows."""
        xs, ys = self.viewport.to_screen(self.lon, self.lat)
        inside = (xs >= box.left()) & (xs <= box.right()) & (ys >= box.top()) & (ys <= box.bottom())
        found = np.flatnonzero(inside).tolist()
        self.picked.emit([*self._selected, *found] if more else found)

    def drag_row(self, row: int, place: QPointF | None) -> None:
        """Show a row under the mouse; None lets it go back."""
        self._drag = (row, place) if place is not None else None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The hand has keys of its own."""
        if not self.tool.key_press(event):
            super().keyPressEvent(event)

    # -- painting -------------------------------------------------------------------------------

    def _paint_rows(self, painter: QPainter) -> None:
        rows = self.rows
        if rows is None or not len(self.lon):
            return
        painter.drawPixmap(0, 0, self._signs_of(rows))
        for row in self._selected[:_MOST_SHIFTS]:
            place, fate = self._screen_place(row), rows.fate(row)
            if self._inside(np.array(place.x()), np.array(place.y())):
                _sign(painter, fate, place, QColor(getattr(theme(), _FATE_COLOURS[fate])))
                _ring(painter, place)
        if self._drag is not None:
            row, place = self._drag
            painter.setPen(QPen(QColor(theme().accent), 2, Qt.PenStyle.DashLine))
            painter.drawLine(self._screen_place(row), place)
            _sign(painter, RowFate.READY, place, QColor(theme().accent))

    def _screen_place(self, row: int) -> QPointF:
        x, y = self.viewport.to_screen(self.lon[row : row + 1], self.lat[row : row + 1])
        return QPointF(float(x[0]), float(y[0]))

    def _inside(self, xs: FloatArray, ys: FloatArray) -> npt.NDArray[np.bool_]:
        return (xs >= 0) & (xs <= self.width()) & (ys >= 0) & (ys <= self.height())

    def _signs_of(self, rows: TableRows) -> QPixmap:
        """The signs of all rows, painted once for the ground in view: the map repaints much oftener."""
        key = (rows, self.viewport, theme(), self._with_before, self.devicePixelRatioF())
        if self._picture is None or self._picture[0] != key:
            ratio = self.devicePixelRatioF()
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_all(painter, rows)
            painter.end()
            self._picture = (key, picture)
        return self._picture[1]

    def _paint_all(self, painter: QPainter, rows: TableRows) -> None:
        xs, ys = self.viewport.to_screen(self.lon, self.lat)
        inside = self._inside(xs, ys)
        if self._with_before:
            self._paint_shifts(painter, xs, ys)
        for fate, colour in _FATE_COLOURS.items():
            here = np.flatnonzero(inside & (rows.fates == fate))
            ink = QColor(getattr(theme(), colour))
            for x, y in _thinned(xs[here], ys[here]):
                _sign(painter, fate, QPointF(x, y), ink)

    def _paint_shifts(self, painter: QPainter, xs: FloatArray, ys: FloatArray) -> None:
        """Hollow signs where the numbers stand, with a line to where they were understood to be."""
        bx, by = self.viewport.to_screen(*self._before)
        moved = np.flatnonzero(np.isfinite(bx) & np.isfinite(xs) & (np.hypot(bx - xs, by - ys) > 1))
        colour = QColor(theme().text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        step = max(1, len(moved) // _MOST_SHIFTS)
        for row in moved[::step].tolist():
            was, now = QPointF(bx[row], by[row]), QPointF(xs[row], ys[row])
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
            painter.drawLine(was, now)
            painter.setPen(QPen(colour, 1.2))
            painter.drawEllipse(was, _RADIUS - 1, _RADIUS - 1)


class RowTool(PanTool):
    """Drags a misplaced row to where it belongs; elsewhere moves the map, a click selects."""

    key = "batch-rows"
    title = N_("看图")
    hint = N_("点一下选中该行；隔离的点可以直接拖到正确的位置")
    shortcut = ""

    def __init__(self, canvas: BatchMap) -> None:
        super().__init__(canvas)
        self._map = canvas
        self._held: int | None = None

    def press(self, event: QMouseEvent) -> None:
        """A misplaced row under the mouse is taken hold of."""
        super().press(event)
        if event.button() is Qt.MouseButton.LeftButton:
            row = self._map.row_at(event.position().x(), event.position().y())
            self._held = row if row is not None and self._map.movable(row) else None

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Move the row, else the map."""
        if self._held is None:
            super().drag(before, now, event)
        else:
            self._map.drag_row(self._held, now)

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """The row lies here."""
        row, self._held = self._held, None
        if row is None:
            super().dropped(start, end, event)
            return
        self._map.drag_row(row, None)
        self._map.placed.emit(row, *self._map.place_at(end.x(), end.y()))


class _SetPlace(PickTool):
    """Sets the place of one row; the hand of this map is taken afterwards, not a tool of the large one."""

    def __init__(self, canvas: BatchMap, picked: Callable[[float, float], object]) -> None:
        super().__init__(canvas, picked, "")
        self._map = canvas

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        del event
        self._map.hand_back()
        self._picked(*self._map.place_at(place.x(), place.y()))

    def key_press(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._map.hand_back()
            return True
        return False


def _thinned(xs: FloatArray, ys: FloatArray) -> list[tuple[float, float]]:
    """One place per few pixels: a hundred thousand rows are no more signs than the map has room for."""
    first = _first_in_cells(xs, ys, _CELL_PX)
    if len(first) > _MANY_SIGNS:
        # They cover the ground anyway; half as near they still do.
        first = _first_in_cells(xs, ys, 2 * _CELL_PX)
    return list(zip(xs[first].tolist(), ys[first].tolist(), strict=True))


def _first_in_cells(xs: FloatArray, ys: FloatArray, size: int) -> npt.NDArray[np.intp]:
    """Index of the first place in each cell of so many pixels."""
    across, down = (xs // size).astype(np.intp), (ys // size).astype(np.intp)
    cells = across * (int(down.max(initial=0)) + 1) + down
    first = np.full(int(cells.max(initial=0)) + 1, -1, np.intp)
    first[cells[::-1]] = np.arange(len(cells))[::-1]
    found: npt.NDArray[np.intp] = first[first >= 0]
    return found


def _sign(painter: QPainter, fate: RowFate, at: QPointF, colour: QColor) -> None:
    """Colour and shape say the same: circle in, cross back, square twice, triangle open, diamond misplaced."""
    painter.setPen(QPen(QColor(theme().surface), 1.2))
    painter.setBrush(colour)
    r = _RADIUS
    x, y = at.x(), at.y()
    if fate in {RowFate.READY, RowFate.UPDATE}:
        painter.drawEllipse(at, r, r)
    elif fate is RowFate.REPEATED:
        painter.drawRect(QRectF(x - r + 1, y - r + 1, 2 * r - 2, 2 * r - 2))
    elif fate is RowFate.UNDECIDED:
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - r - 1), QPointF(x + r, y + r), QPointF(x - r, y + r)])
        )
    elif fate is RowFate.QUARANTINED:
        r += 1.5
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)])
        )
    else:
        for pen in (QPen(QColor(theme().surface), 4), QPen(colour, 2)):
            painter.setPen(pen)
            painter.drawLine(QPointF(x - r, y - r), QPointF(x + r, y + r))
            painter.drawLine(QPointF(x - r, y + r), QPointF(x + r, y - r))


def _ring(painter: QPainter, at: QPointF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(QColor(255, 255, 255, 230), 5), QPen(QColor("#7b1fa2"), 2.5)):
        painter.setPen(pen)
        painter.drawEllipse(at, _RADIUS * 2, _RADIUS * 2)
