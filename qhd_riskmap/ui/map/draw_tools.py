"""Drawing with clicks: new hazards, and the lines that cut, reshape and add to the shape in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter

from qhd_riskmap.domain.sketch import Sketch, TypedPlace
from qhd_riskmap.geo.crossings import crossings
from qhd_riskmap.geo.geodesy import area_m2, length_m
from qhd_riskmap.geo.heading import constrained, heading
from qhd_riskmap.geo.outline import Outline, Place, ShapeKind, outline_of_places
from qhd_riskmap.geo.snapping import Snap
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.edit_overlay import (
    paint_crossings,
    paint_handles,
    paint_numbers,
    paint_outline,
    paint_snap,
)
from qhd_riskmap.ui.map.editor import vertices_of
from qhd_riskmap.ui.map.measures import area_text, length_text
from qhd_riskmap.ui.map.navigation_tools import PanTool

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

_CLOSES_FROM: Final = 3
ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class DrawTool(PanTool):
    """Clicks set vertices, a double click ends; a drag moves the map as always."""

    cursor = Qt.CursorShape.CrossCursor
    takes_numbers = True
    writes = True
    kind: ClassVar[ShapeKind]
    kept_when_left: ClassVar[bool] = True

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.snapped: Snap | None = None
        self._tip: Place | None = None
        self._modifiers = Qt.KeyboardModifier.NoModifier

    # -- what subclasses say --------------------------------------------------------------------

    def drawn_kind(self) -> ShapeKind:
        """What is being drawn."""
        return self.kind

    def finished(self, sketch: Sketch) -> None:
        """The shape is finished; the sketch stays in hand until `clear`."""
        self.canvas.editor.drawn.emit(sketch)

    # -- life -----------------------------------------------------------------------------------

    def enter(self) -> None:
        """Begin with nothing drawn."""
        self.sketch = self.canvas.editor.new_sketch(self.drawn_kind())

    def leave(self) -> None:
        """Put down what was being drawn."""
        super().leave()
        sketch, self.sketch = self.sketch, None
        self.snapped = self._tip = None
        if sketch is not None:
            self.canvas.editor.ended.emit(sketch)
            if self.kept_when_left and len(sketch.places) > 1:
                self.canvas.editor.given_up.emit(sketch)

    def clear(self) -> None:
        """The shape went where it belongs; draw the next one."""
        sketch, self.sketch = self.sketch, self.canvas.editor.new_sketch(self.drawn_kind())
        if sketch is not None:
            self.canvas.editor.ended.emit(sketch)
        self.canvas.editor.tool_taken()

    def take_up(self, outline: Outline) -> None:
        """Go on with a shape that had been put down."""
        if self.sketch is not None:
            self.sketch.change(outline, _("继续绘制"))

    # -- mouse ----------------------------------------------------------------------------------

    def move(self, event: QMouseEvent) -> None:
        """The open end follows the mouse."""
        super().move(event)
        self._modifiers = event.modifiers()
        if not self._dragging:
            self._tip = self._aim(event.position())
            self.canvas.update()

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Set a vertex; on the first one of an area, end."""
        if self.sketch is None:
            return
        self._modifiers = event.modifiers()
        aimed = self._aim(place)
        if self._closes(aimed):
            self.finish()
            return
        self.sketch.append([aimed], _("添加节点"))
        self._vertex_set()

    def double_click(self, place: QPointF) -> bool:
        """End; the first click of the pair has set the last vertex."""
        del place
        self.finish()
        return True

    def key_press(self, event: QKeyEvent) -> bool:
        """Enter ends, Backspace takes a vertex back, Esc gives up, Ctrl+V pastes coordinates."""
        sketch = self.sketch
        if sketch is None:
            return False
        if event.matches(QKeySequence.StandardKey.Paste):
            self.canvas.editor.numbers.take(QGuiApplication.clipboard().text())
            return True
        if event.key() in ENTER:
            self.finish()
        elif event.key() == Qt.Key.Key_Backspace and sketch.places:
            sketch.take_back(_("退回一点"))
        elif event.key() == Qt.Key.Key_Escape and sketch.places:
            self.cancel()
        else:
            return False
        return True

    # -- numbers --------------------------------------------------------------------------------

    def step_typed(self) -> None:
        """Set the vertex that the typed length and direction give; the mouse gives what lacks."""
        sketch = self.sketch
        constraint = self.canvas.editor.numbers.constraint()
        if sketch is None or not sketch.places:
            self.canvas.editor.say(_("先点出起点，再输入长度和方位。"))
        elif constraint.length_m is None and constraint.azimuth_deg is None:
            self.canvas.editor.say(_("长度和方位请填数字，例如 120.5 和 45。"))
        elif constraint.length_m is not None and constraint.azimuth_deg is not None:
            end = constrained(None, sketch.places[-1], sketch.places[-1], constraint)
            sketch.append([end], _("添加节点"))
            self._vertex_set()
        else:
            self.canvas.setFocus()  # the mouse gives the rest

    def places_typed(self, places: list[TypedPlace]) -> None:
        """Set vertices where coordinates say."""
        if self.sketch is None:
            return
        self.sketch.append_typed(places, _("输入坐标"))
        self.canvas.show_places([each.place for each in places])
        self._vertex_set()

    # -- ending ---------------------------------------------------------------------------------

    def finish_word(self) -> str:
        """Offered as soon as something is drawn."""
        return _("完成") if self.sketch is not None and self.sketch.places else ""

    def finish(self) -> None:
        """End the shape, if it is one."""
        sketch = self.sketch
        if sketch is None or not sketch.places:
            return
        if not sketch.outline.complete:
            self.canvas.editor.say(_("图形还没有画完：线至少要两个点，面至少要三个不同的点。"))
        elif sketch.outline.closed and sketch.crossings():
            self.canvas.editor.say(_("图形自相交（标红处）：按退格键退回，或者点“修复自相交”。"))
        else:
            self._tip = None  # nothing follows the mouse into the form
            self.finished(sketch)

    def cancel(self) -> None:
        """Give up what is drawn; Ctrl+Z brings it back while the tool is in hand."""
        if self.sketch is not None:
            self.sketch.change(outline_of_places(self.drawn_kind(), []), _("放弃绘制"))

    # -- painting -------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """What is drawn, where the next vertex would be, and the numbers."""
        super().paint(painter)
        sketch, viewport = self.sketch, self.canvas.viewport
        if sketch is None:
            return
        paint_outline(painter, sketch.outline, viewport, tip=self._tip)
        shown = self._with_tip(sketch)
        if sketch.places:
            paint_handles(painter, sketch.outline, viewport)
        crossing = crossings(shown) if shown.closed else None
        if crossing:
            paint_crossings(painter, crossing, viewport)
        if self.snapped is not None:
            paint_snap(painter, self.snapped, viewport)
        lines = [*self._step_numbers(sketch), *self._whole_numbers(shown, wrong=bool(crossing))]
        if lines and self._tip is not None and self.canvas.underMouse():
            paint_numbers(painter, self._here, lines)

    def _with_tip(self, sketch: Sketch) -> Outline:
        if self._tip is None or not sketch.places:
            return sketch.outline
        return outline_of_places(sketch.kind, [*sketch.places, self._tip])

    def _step_numbers(self, sketch: Sketch) -> list[str]:
        """Length and direction of the next step, and what it is pulled to."""
        places = sketch.places
        lines = []
        if places and self._tip is not None and sketch.kind is not ShapeKind.POINT:
            azimuth, metres = heading(places[-1], self._tip)
            lines.append(
                _("{length}  方位 {azimuth:.1f}°").format(
                    length=length_text(metres), azimuth=azimuth
                )
            )
        if self.snapped is not None:
            lines.append(_("吸附到{what}").format(what=_(self.snapped.kind.label)))
        return lines

    @staticmethod
    def _whole_numbers(shown: Outline, *, wrong: bool) -> list[str]:
        """Length or area of the whole; a shape that crosses itself has none worth the name."""
        if wrong:
            return [_("图形自相交")]
        if shown.vertex_count() > 2 and shown.complete:  # noqa: PLR2004 - one step says its own
            return [measure_text(shown)]
        return []

    # -- inside ---------------------------------------------------------------------------------

    def _aim(self, pixel: QPointF) -> Place:
        """Where a vertex would go: constrained, or pulled to something near, or under the mouse."""
        editor = self.canvas.editor
        places = self.sketch.places if self.sketch is not None else []
        free = self.canvas.place_at(pixel.x(), pixel.y())
        square = bool(self._modifiers & Qt.KeyboardModifier.ShiftModifier)
        constraint = editor.numbers.constraint(square=square)
        self.snapped = None
        if places and constraint:
            before = places[-2] if len(places) > 1 else None
            return constrained(before, places[-1], free, constraint)
        if not self._modifiers & Qt.KeyboardModifier.AltModifier:
            own = (
                vertices_of(self.sketch.outline, len(places) - 1) if self.sketch and places else []
            )
            self.snapped = editor.snap(pixel.x(), pixel.y(), own)
        return self.snapped.place if self.snapped is not None else free

    def _closes(self, place: Place) -> bool:
        places = self.sketch.places if self.sketch is not None else []
        closed = self.drawn_kind() is ShapeKind.AREA
        return closed and len(places) >= _CLOSES_FROM and place == places[0]

    def _vertex_set(self) -> None:
        self.canvas.editor.numbers.clear_step()
        if self.drawn_kind() is ShapeKind.POINT:
            self.finish()

    def instruction(self) -> str:
        """What the next click does."""
        if self.sketch is None or not self.sketch.places:
            return _("点击起点；也可以按 Ctrl+V 粘贴坐标。")
        return _(
            "点击添加节点，双击或回车结束，退格删除上一点，Shift 画直角，Tab 输入长度方位，Esc 放弃。"
        )


class DrawPointTool(DrawTool):
    """A click places a new hazard."""

    key = "draw-point"
    title = N_("画点")
    hint = N_("在地图上点一下，登记一处新的隐患")
    icon_name = "map-marker-plus-outline"
    shortcut = "N"
    kind = ShapeKind.POINT

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Every click is a hazard of its own, also after one that was refused."""
        self.clear()
        super().clicked(place, event)

    def places_typed(self, places: list[TypedPlace]) -> None:
        """So is every entry."""
        self.clear()
        super().places_typed(places)

    def instruction(self) -> str:
        """One click."""
        return _("在隐患的位置点一下；也可以按 Ctrl+V 粘贴坐标。")


class DrawLineTool(DrawTool):
    """Clicks draw a new line."""

    key = "draw-line"
    title = N_("画线")
    hint = N_("依次点击画一条线，双击结束，登记一处新的隐患")
    icon_name = "vector-polyline-plus"
    shortcut = "K"
    kind = ShapeKind.LINE


class DrawAreaTool(DrawTool):
    """Clicks draw a new area."""

    key = "draw-area"
    title = N_("画面")
    hint = N_("依次点击画一个范围，双击结束，登记一处新的隐患")
    icon_name = "vector-polygon"
    shortcut = "P"
    kind = ShapeKind.AREA


def measure_text(outline: Outline) -> str:
    """Length of a line, area and girth of an area, on the ground."""
    geometry = outline.geometry()
    if outline.kind is ShapeKind.AREA:
        return _("面积 {area}  周长 {length}").format(
            area=area_text(area_m2(geometry)), length=length_text(length_m(geometry))
        )
    return _("全长 {length}").format(length=length_text(length_m(geometry)))
