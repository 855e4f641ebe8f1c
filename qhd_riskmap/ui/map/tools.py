"""What the mouse does on the map. Few tools, each with one job."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.overlay import paint_box, paint_measured, paint_note

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

_CLICK_PX: Final = 4.0
_KILOMETRE: Final = 1000.0


class Tool:
    """A way to use the mouse.

    Attributes:
        key: Stable key.
        title: ``N_()`` name.
        hint: ``N_()`` sentence for the tool tip.
        icon_name: Glyph.
        shortcut: One key, in force while the map has the focus.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str]
    icon_name: ClassVar[str]
    shortcut: ClassVar[str]
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.ArrowCursor

    def __init__(self, canvas: MapCanvas) -> None:
        self.canvas = canvas
        self._pressed: QPointF | None = None
        self._here = QPointF()
        self._dragging = False

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._dragging = False

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved."""
        before, self._here = self._here, event.position()
        if self._pressed is None:
            return
        if not self._dragging:
            far = self._here - self._pressed
            self._dragging = abs(far.x()) + abs(far.y()) > _CLICK_PX
            before = self._pressed
        if self._dragging:
            self.drag(before, self._here, event)

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None:
            return
        start, self._pressed = self._pressed, None
        if self._dragging:
            self._dragging = False
            self.dropped(start, event.position(), event)
        else:
            self.clicked(event.position(), event)

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """A click without a drag: selects."""
        more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.canvas.select_at(place.x(), place.y(), more=more)

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """The mouse moves with the button down."""

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """The drag ended."""

    def double_click(self, place: QPointF) -> bool:
        """A double click; True if the tool used it."""
        del place
        return False

    def key_press(self, event: QKeyEvent) -> bool:
        """A key; True if the tool used it."""
        del event
        return False

    def leave(self) -> None:
        """Another tool is taken."""
        self._pressed = None
        self._dragging = False

    def paint(self, painter: QPainter) -> None:
        """Draw over the map."""


class PanTool(Tool):
    """Drag moves the map, a click selects, Shift and drag selects a box."""

    key = "pan"
    title = N_("漫游")
    hint = N_("拖动地图；点一下选中；按住 Shift 拖出方框可框选")
    icon_name = "hand-back-right-outline"
    shortcut = "H"
    cursor = Qt.CursorShape.OpenHandCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._box: QRectF | None = None

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Shift the map, or stretch the box."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or self._box is not None:
            self._box = QRectF(self._pressed or now, now).normalized()
            self.canvas.update()
        else:
            self.canvas.pan(now.x() - before.x(), now.y() - before.y())

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """Select what is in the box."""
        if self._box is not None:
            self._box = None
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.canvas.select_box(QRectF(start, end).normalized(), more=more)

    def leave(self) -> None:
        """Forget the box."""
        super().leave()
        self._box = None

    def paint(self, painter: QPainter) -> None:
        """The rubber band."""
        if self._box is not None:
            paint_box(painter, self._box)


class SelectTool(PanTool):
    """Drag selects a box, a click selects one hazard."""

    key = "select"
    title = N_("选择")
    hint = N_("点一下选中一处；拖出方框选中多处；按住 Ctrl 增减")
    icon_name = "select-drag"
    shortcut = "S"
    cursor = Qt.CursorShape.ArrowCursor

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Stretch the box."""
        del before, event
        self._box = QRectF(self._pressed or now, now).normalized()
        self.canvas.update()


class DrawPointTool(PanTool):
    """A click places a new hazard."""

    key = "draw-point"
    title = N_("画点")
    hint = N_("在地图上点一下，登记一处新的隐患")
    icon_name = "map-marker-plus-outline"
    shortcut = "N"
    cursor = Qt.CursorShape.CrossCursor

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Offer the place."""
        del event
        lon, lat = self.canvas.place_at(place.x(), place.y())
        self.canvas.point_drawn.emit(lon, lat)


class MoveTool(PanTool):
    """Drag the selected hazard to its right place."""

    key = "move"
    title = N_("移动")
    hint = N_("先选中一处隐患，再把它拖到正确的位置，松手后确认")
    icon_name = "cursor-move"
    shortcut = "M"
    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._carried: str | None = None

    def press(self, event: QMouseEvent) -> None:
        """Take up the hazard under the mouse; the selected one is preferred."""
        super().press(event)
        hits = self.canvas.hits_at(event.position().x(), event.position().y())
        chosen = [each for each in hits if each in self.canvas.selection]
        self._carried = next(iter(chosen or hits), None)

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Carry the hazard, or move the map where nothing was taken up."""
        if self._carried is None:
            super().drag(before, now, event)
        else:
            self.canvas.update()

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """Ask to move the hazard here."""
        carried, self._carried = self._carried, None
        if carried is None:
            super().dropped(start, end, event)
            return
        anchor = self.canvas.anchor_of(carried)
        if anchor is None:
            return
        x, y = self.canvas.viewport.to_screen(*anchor)
        lon, lat = self.canvas.place_at(
            float(x) + end.x() - start.x(), float(y) + end.y() - start.y()
        )
        self.canvas.selection.set([carried], by=self.canvas)
        self.canvas.move_wanted.emit(carried, lon, lat)
        self.canvas.update()

    def leave(self) -> None:
        """Put it back."""
        super().leave()
        self._carried = None

    def paint(self, painter: QPainter) -> None:
        """A line from where it was."""
        super().paint(painter)
        if self._carried is None or not self._dragging or self._pressed is None:
            return
        start = self.canvas.place_at(self._pressed.x(), self._pressed.y())
        end = self.canvas.place_at(self._here.x(), self._here.y())
        metres = float(distance_m(*start, *end))
        paint_measured(
            painter,
            [start, end],
            self.canvas.viewport,
            _("移动 {length}").format(length=length_text(metres)),
        )


class MeasureTool(PanTool):
    """Clicks measure a distance on the ground."""

    key = "measure"
    title = N_("量测")
    hint = N_("依次点击量取距离；双击或按 Esc 结束")
    icon_name = "ruler"
    shortcut = "L"
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._points: list[tuple[float, float]] = []
        self._ended = False

    @property
    def points(self) -> list[tuple[float, float]]:
        """The corners set, longitude and latitude."""
        return list(self._points)

    def length_m(self, points: list[tuple[float, float]] | None = None) -> float:
        """Geodesic length along the corners, metres."""
        corners = self._points if points is None else points
        return sum(
            float(distance_m(*first, *second)) for first, second in itertools.pairwise(corners)
        )

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Set a corner; after the end, begin anew."""
        del event
        if self._ended:
            self._points, self._ended = [], False
        self._points.append(self.canvas.place_at(place.x(), place.y()))
        self.canvas.update()

    def move(self, event: QMouseEvent) -> None:
        """The open end follows the mouse."""
        super().move(event)
        if self._points and not self._ended:
            self.canvas.update()

    def double_click(self, place: QPointF) -> bool:
        """End; the first click of the pair has set the last corner."""
        del place
        self._ended = True
        self.canvas.update()
        return True

    def key_press(self, event: QKeyEvent) -> bool:
        """Esc ends, and clears what is ended; Backspace takes the last corner back."""
        if event.key() == Qt.Key.Key_Escape and self._points:
            if self._ended:
                self._points = []
            self._ended = not self._ended
            self.canvas.update()
            return True
        if event.key() == Qt.Key.Key_Backspace and self._points:
            self._points.pop()
            self.canvas.update()
            return True
        return False

    def leave(self) -> None:
        """Forget the corners."""
        super().leave()
        self._points, self._ended = [], False

    def paint(self, painter: QPainter) -> None:
        """The line and its length."""
        super().paint(painter)
        if not self._points:
            paint_note(painter, self._here, _("点击起点")) if not self._here.isNull() else None
            return
        corners = list(self._points)
        if not self._ended:
            corners.append(self.canvas.place_at(self._here.x(), self._here.y()))
        text = length_text(self.length_m(corners))
        paint_measured(painter, corners, self.canvas.viewport, text)


TOOLS: Final = (PanTool, SelectTool, DrawPointTool, MoveTool, MeasureTool)


def length_text(metres: float) -> str:
    """A length for people.

    >>> length_text(12.34), length_text(12345.6)
    ('12.3 m', '12.346 km')
    """
    return f"{metres:.1f} m" if metres < _KILOMETRE else f"{metres / _KILOMETRE:.3f} km"
