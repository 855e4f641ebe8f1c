"""Carrying and turning the shape in hand as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from qhd_riskmap.domain.hazard import anchor_of
from qhd_riskmap.domain.sketch import TypedPlace
from qhd_riskmap.geo.geodesy import destination
from qhd_riskmap.geo.heading import heading
from qhd_riskmap.geo.outline import Outline, Place
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.edit_overlay import paint_numbers
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.node_tool import SessionTool

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

_TURN_STEP: Final = 15.0


class TransformTool(SessionTool):
    """A drag changes the whole shape; it is a step when the button goes up."""

    cursor = Qt.CursorShape.SizeAllCursor
    takes_numbers = True
    step_text: str

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._before: Outline | None = None
        self._words = ""

    def changed(self, outline: Outline, start: Place, end: Place, event: QMouseEvent) -> Outline:
        """The shape after a drag from one place to another; sets the words at the mouse."""
        raise NotImplementedError

    def press(self, event: QMouseEvent) -> None:
        """Take up the shape."""
        super().press(event)
        editor = self.canvas.editor
        ready = editor.sketch is not None and not editor.busy
        self._before = editor.sketch.outline if ready and editor.sketch is not None else None

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Show the shape as it would be; without one the map moves."""
        sketch = self.canvas.editor.sketch
        if self._before is None or sketch is None or self._pressed is None:
            super().drag(before, now, event)
            return
        start = self.canvas.place_at(self._pressed.x(), self._pressed.y())
        end = self.canvas.place_at(now.x(), now.y())
        sketch.show(self.changed(self._before, start, end, event))

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """Make it a step."""
        sketch, before = self.canvas.editor.sketch, self._before
        if before is None or sketch is None:
            super().dropped(start, end, event)
            return
        after = sketch.outline
        sketch.show(before)
        sketch.change(after, _(self.step_text))
        self._before = None

    def leave(self) -> None:
        """Put the shape back that is being dragged."""
        sketch = self.canvas.editor.sketch
        if self._dragging and self._before is not None and sketch is not None:
            sketch.show(self._before)
        super().leave()
        self._before = None

    def paint(self, painter: QPainter) -> None:
        """How far it is carried or turned."""
        super().paint(painter)
        if self._dragging and self._before is not None and self._words:
            paint_numbers(painter, self._here, [self._words])

    def centre(self) -> Place | None:
        """The point that stands for the shape in hand."""
        sketch = self.canvas.editor.sketch
        return anchor_of(sketch.outline.geometry()) if sketch is not None else None


class MoveTool(TransformTool):
    """Drag the shape to its right place."""

    key = "move"
    title = N_("平移")
    hint = N_("拖动选中的隐患，整体移到正确的位置；也可以输入长度和方位，或者中心点坐标")
    icon_name = "cursor-move"
    shortcut = "M"
    step_text = N_("平移")

    def session_words(self) -> str:
        """How to carry it."""
        return _("拖动图形整体移动，或者按 Tab 输入长度和方位；回车保存，Esc 放弃。")

    def changed(self, outline: Outline, start: Place, end: Place, event: QMouseEvent) -> Outline:
        """Carried by the drag."""
        del event
        azimuth, metres = heading(start, end)
        self._words = _("移动 {length}  方位 {azimuth:.1f}°").format(
            length=length_text(metres), azimuth=azimuth
        )
        return outline.shifted(start, end)

    def step_typed(self) -> None:
        """Carry it by a typed length and direction."""
        editor, centre = self.canvas.editor, self.centre()
        constraint = editor.numbers.constraint()
        if centre is None or constraint.length_m is None or constraint.azimuth_deg is None:
            editor.say(_("请填上移动的长度和方位。"))
            return
        end = destination(*centre, constraint.azimuth_deg, constraint.length_m)
        editor.change(lambda outline: outline.shifted(centre, end), _(self.step_text))
        editor.numbers.clear_step()

    def places_typed(self, places: list[TypedPlace]) -> None:
        """Carry its middle to a typed coordinate."""
        editor, centre = self.canvas.editor, self.centre()
        if centre is None or len(places) != 1:
            editor.say(_("平移只要一个坐标：图形中心点的新位置。"))
            return
        place = places[0].place
        editor.change(lambda outline: outline.shifted(centre, place), _(self.step_text))
        self.canvas.show_places([place])


class RotateTool(TransformTool):
    """Drag turns the shape about its middle."""

    key = "rotate"
    title = N_("旋转")
    hint = N_("绕中心点拖动旋转选中的图形；按住 Shift 每次转 15°，也可以在“方位”里输入转角")
    icon_name = "rotate-right"
    shortcut = ""
    step_text = N_("旋转")

    def session_words(self) -> str:
        """How to turn it."""
        return _("绕中心点拖动旋转，Shift 每次 15°，或者在“方位”里输入转角；回车保存，Esc 放弃。")

    def changed(self, outline: Outline, start: Place, end: Place, event: QMouseEvent) -> Outline:
        """Turned by the angle between the two places as seen from the middle."""
        about = anchor_of(outline.geometry())
        degrees = (heading(about, end)[0] - heading(about, start)[0] + 180.0) % 360.0 - 180.0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            degrees = _TURN_STEP * round(degrees / _TURN_STEP)
        self._words = _("旋转 {degrees:.1f}°").format(degrees=degrees)
        return outline.turned(degrees, about)

    def step_typed(self) -> None:
        """Turn it by the typed angle, clockwise."""
        editor, about = self.canvas.editor, self.centre()
        degrees = editor.numbers.constraint().azimuth_deg
        if about is None or degrees is None:
            editor.say(_("请在“方位”里填转角，顺时针为正。"))
            return
        editor.change(lambda outline: outline.turned(degrees, about), _(self.step_text))
        editor.numbers.clear_step()
