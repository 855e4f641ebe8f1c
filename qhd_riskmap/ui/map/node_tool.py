"""Moving, adding and deleting the vertices of the shape in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter

from qhd_riskmap.domain.sketch import TypedPlace
from qhd_riskmap.geo.heading import constrained, heading
from qhd_riskmap.geo.outline import Outline, Place, ShapeKind, VertexRef
from qhd_riskmap.geo.snapping import Snap
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.draw_tools import ENTER, measure_text
from qhd_riskmap.ui.map.edit_overlay import (
    handles,
    middles,
    paint_crossings,
    paint_numbers,
    paint_snap,
)
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.navigation_tools import PanTool

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

_REACH_PX: Final = 9.0
_BACKSPACES: Final = frozenset({Qt.Key.Key_Delete, Qt.Key.Key_Backspace})


class SessionTool(PanTool):
    """A tool that works on the shape in hand; taking it takes the selected hazard's shape."""

    edits = True
    writes = True

    def enter(self) -> None:
        """Take the selected hazard's shape in hand."""
        self.canvas.editor.want_selected()

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Another hazard may be chosen while nothing is changed."""
        editor = self.canvas.editor
        if editor.dirty:
            editor.say(_("先保存（回车）或放弃（Esc）现在的修改，再选别的隐患。"))
        else:
            super().clicked(place, event)
            editor.want_selected()

    def key_press(self, event: QKeyEvent) -> bool:
        """Enter saves, Esc gives up."""
        editor = self.canvas.editor
        if editor.sketch is None:
            return False
        if event.key() in ENTER:
            editor.save()
            return True
        if event.key() == Qt.Key.Key_Escape:
            editor.give_up()
            return True
        return False

    def instruction(self) -> str:
        """What to do first, or now."""
        if self.canvas.editor.sketch is None:
            return _("先点选一处隐患，再修改它的图形。")
        return self.session_words()

    def session_words(self) -> str:
        """What to do with the shape in hand."""
        raise NotImplementedError


class NodeTool(SessionTool):
    """Drag vertices, drag middles to add some, delete those chosen."""

    key = "nodes"
    title = N_("改节点")
    hint = N_("选中一处隐患后，拖动节点改形状；拖动边线中间的小点添加节点，Delete 删除")
    icon_name = "vector-polyline-edit"
    shortcut = "E"
    takes_numbers = True
    shows_nodes = True

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.snapped: Snap | None = None
        self._before: Outline | None = None
        self._carried: VertexRef | None = None
        self._new = False

    def session_words(self) -> str:
        """What can be done with vertices."""
        if self.chosen is not None:
            return _(
                "已选节点：拖动移动，Delete 删除，Tab 输入坐标或长度方位；回车保存，Esc 取消。"
            )
        return _("拖动节点移动，拖动边线中点添加，点节点后按 Delete 删除；回车保存，Esc 放弃。")

    # -- mouse ----------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Take up the vertex, or the middle, under the mouse."""
        super().press(event)
        sketch = self.canvas.editor.sketch
        self._carried = None
        if sketch is None or self._pressed is None or self.canvas.editor.busy:
            return
        self._before = sketch.outline
        self._carried = self._nearest(handles(sketch.outline, self.canvas.viewport))
        self._new = False
        if self._carried is None and sketch.kind is not ShapeKind.POINT:
            self._carried = self._nearest(middles(sketch.outline, self.canvas.viewport))
            self._new = self._carried is not None

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """Carry the vertex, or move the map where none was taken up."""
        sketch = self.canvas.editor.sketch
        if self._carried is None or self._before is None or sketch is None:
            super().drag(before, now, event)
            return
        place = self._aim(now, event.modifiers())
        sketch.show(self._edited(self._before, self._carried, place))

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """Make the change a step."""
        sketch, carried, before = self.canvas.editor.sketch, self._carried, self._before
        if carried is None or before is None or sketch is None:
            super().dropped(start, end, event)
            return
        after = sketch.outline
        sketch.show(before)
        sketch.change(after, _("添加节点") if self._new else _("移动节点"))
        self.chosen, self._carried, self.snapped = carried, None, None
        self.canvas.editor.tool_taken()

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Choose a vertex; beside the shape, choose another hazard."""
        if self._carried is None:
            self._choose(None)
            super().clicked(place, event)
        elif self._new:
            self._insert(self._carried, place)
        else:
            self._choose(self._carried)
        self._carried = None

    def double_click(self, place: QPointF) -> bool:
        """A vertex where the edge was double-clicked."""
        sketch = self.canvas.editor.sketch
        if sketch is None:
            return False
        ref = self._edge_at(sketch.outline, place)
        if ref is not None:
            self._insert(ref, place)
        return True

    def leave(self) -> None:
        """Put a vertex back that is being dragged."""
        sketch = self.canvas.editor.sketch
        if self._carried is not None and self._dragging and sketch is not None and self._before:
            sketch.show(self._before)
        super().leave()
        self.chosen = self._carried = self.snapped = None

    # -- keys -----------------------------------------------------------------------------------

    def key_press(self, event: QKeyEvent) -> bool:
        """Delete takes the chosen vertex away, with Shift its whole ring; Esc lets go first."""
        sketch = self.canvas.editor.sketch
        if sketch is None:
            return False
        if event.matches(QKeySequence.StandardKey.Paste):
            return False
        if event.key() in _BACKSPACES:
            self._delete(ring=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        if event.key() == Qt.Key.Key_Escape and (self._carried or self.chosen):
            if self._dragging and self._before is not None:
                sketch.show(self._before)
            self._carried, self._pressed, self._dragging = None, None, False
            self._choose(None)
            return True
        return super().key_press(event)

    def delete_ring(self) -> None:
        """Take the part or hole of the chosen vertex away."""
        self._delete(ring=True)

    def _delete(self, *, ring: bool) -> None:
        editor, ref = self.canvas.editor, self.chosen
        if ref is None or not self._still_there(ref):
            editor.say(_("先点一下要删除的节点。"))
            return
        if ring:
            done = editor.change(
                lambda outline: outline.without_ring(ref.part, ref.ring), _("删除部件")
            )
        elif editor.sketch is not None and editor.sketch.kind is ShapeKind.POINT:
            done = editor.change(lambda outline: outline.without_ring(ref.part, 0), _("删除节点"))
        else:
            done = editor.change(lambda outline: outline.without(ref), _("删除节点"))
        if done:
            self._choose(None)

    # -- numbers --------------------------------------------------------------------------------

    def step_typed(self) -> None:
        """Move the chosen vertex to a distance and direction from where it is."""
        editor, ref = self.canvas.editor, self.chosen
        constraint = editor.numbers.constraint()
        if ref is None or not self._still_there(ref):
            editor.say(_("先点一下要移动的节点。"))
        elif constraint.length_m is None or constraint.azimuth_deg is None:
            editor.say(_("请填上移动的长度和方位。"))
        else:
            editor.change(
                lambda outline: outline.with_moved(
                    ref, constrained(None, outline.at(ref), outline.at(ref), constraint)
                ),
                _("移动节点"),
            )
            editor.numbers.clear_step()

    def places_typed(self, places: list[TypedPlace]) -> None:
        """Move the chosen vertex to a typed coordinate."""
        editor, ref = self.canvas.editor, self.chosen
        if ref is None or not self._still_there(ref):
            editor.say(_("先点一下要移动的节点。"))
        elif len(places) != 1:
            editor.say(_("移动一个节点只要一个坐标。"))
        else:
            place = places[0].place
            editor.change(lambda outline: outline.with_moved(ref, place), _("移动节点"))
            self.canvas.show_places([place])

    # -- painting -------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """What the vertex was pulled to, and the numbers, while one is carried."""
        super().paint(painter)
        sketch = self.canvas.editor.sketch
        if sketch is None or self._carried is None or not self._dragging:
            return
        if sketch.outline.closed:
            paint_crossings(painter, sketch.crossings(), self.canvas.viewport)
        if self.snapped is not None:
            paint_snap(painter, self.snapped, self.canvas.viewport)
        paint_numbers(painter, self._here, self._numbers(sketch.outline, self._carried))

    def _numbers(self, outline: Outline, ref: VertexRef) -> list[str]:
        lines = []
        if self._before is not None and not self._new:
            azimuth, metres = heading(self._before.at(ref), outline.at(ref))
            lines.append(
                _("移动 {length}  方位 {azimuth:.1f}°").format(
                    length=length_text(metres), azimuth=azimuth
                )
            )
        if outline.kind is not ShapeKind.POINT and outline.complete:
            lines.append(measure_text(outline))
        if self.snapped is not None:
            lines.append(_("吸附到{what}").format(what=_(self.snapped.kind.label)))
        return lines or [_("添加节点")]

    # -- inside ---------------------------------------------------------------------------------

    def _nearest(self, spots: object) -> VertexRef | None:
        """The spot within reach of where the button went down."""
        at = self._pressed
        if at is None:
            return None
        found, best = None, _REACH_PX
        for ref, x, y in spots:  # type: ignore[attr-defined]
            away = float(np.hypot(x - at.x(), y - at.y()))
            if away <= best:
                found, best = ref, away
        return found

    def _edited(self, outline: Outline, ref: VertexRef, place: Place) -> Outline:
        if self._new:
            return outline.with_inserted(ref, place)
        return outline.with_moved(ref, place)

    def _insert(self, ref: VertexRef, pixel: QPointF) -> None:
        place = self.canvas.place_at(pixel.x(), pixel.y())
        if self.canvas.editor.change(
            lambda outline: outline.with_inserted(ref, place), _("添加节点")
        ):
            self._choose(ref)

    def _edge_at(self, outline: Outline, pixel: QPointF) -> VertexRef | None:
        """Where a vertex would be inserted for a pixel near an edge."""
        here = shapely.Point(pixel.x(), pixel.y())
        for part, number, ring in outline.rings():
            path = np.concatenate((ring, ring[:1])) if outline.closed else ring
            if len(path) < 2:  # noqa: PLR2004 - a point has no edge
                continue
            xs, ys = self.canvas.viewport.to_screen(path[:, 0], path[:, 1])
            pixels = np.column_stack((xs, ys))
            edges = shapely.linestrings(np.stack((pixels[:-1], pixels[1:]), axis=1))
            away = shapely.distance(edges, here)
            index = int(np.argmin(away))
            if away[index] <= _REACH_PX:
                return VertexRef(part, number, index + 1)
        return None

    def _aim(self, pixel: QPointF, modifiers: Qt.KeyboardModifier) -> Place:
        """Where the carried vertex goes: pulled to something, square to its neighbour, or free."""
        free = self.canvas.place_at(pixel.x(), pixel.y())
        ref, before = self._carried, self._before
        self.snapped = None
        if ref is None or before is None:
            return free
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            ring = before.parts[ref.part][ref.ring]
            if len(ring) > 1 and (ref.index > 0 or before.closed):
                neighbours = [
                    tuple(ring[(ref.index - back) % len(ring)].tolist()) for back in (2, 1)
                ]
                square = self.canvas.editor.numbers.constraint(square=True)
                return constrained(neighbours[0], neighbours[1], free, square)
        if not modifiers & Qt.KeyboardModifier.AltModifier:
            self.snapped = self.canvas.editor.snap(pixel.x(), pixel.y(), self._others())
        return self.snapped.place if self.snapped is not None else free

    def _others(self) -> list[object]:
        """The vertices that are not being carried."""
        if self._before is None or self._carried is None:
            return []
        spots = [
            ring if (part, number) != (self._carried.part, self._carried.ring) or self._new
            else np.delete(ring, self._carried.index, axis=0)
            for part, number, ring in self._before.rings()
        ]  # fmt: skip
        lonlat = np.concatenate(spots)
        return [shapely.multipoints(lonlat)] if len(lonlat) else []

    def _still_there(self, ref: VertexRef) -> bool:
        """Undo may have taken the chosen vertex away."""
        sketch = self.canvas.editor.sketch
        if sketch is None or ref.part >= len(sketch.outline.parts):
            return False
        rings = sketch.outline.parts[ref.part]
        return ref.ring < len(rings) and ref.index < len(rings[ref.ring])

    def _choose(self, ref: VertexRef | None) -> None:
        self.chosen = ref
        self.canvas.editor.tool_taken()
