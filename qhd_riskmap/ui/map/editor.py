"""The editing session of the map: the shape in hand, what is said about it, and its previews.

Tools change the shape through it; the page reads and saves hazards for it. It outlives the tool:
while a shape is in hand the officer may pan, select and come back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPainter
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.sketch import Sketch, TypedPlace
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.outline import Outline, ShapeKind, empty_outline, outline_of
from qhd_riskmap.geo.shape_operations import mend
from qhd_riskmap.geo.snapping import Snap
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.edit_overlay import (
    ink,
    paint_crossings,
    paint_handles,
    paint_outline,
    paint_preview,
)
from qhd_riskmap.ui.map.edit_strip import EditStrip
from qhd_riskmap.ui.map.number_bar import NumberBar
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_XS

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

NODES: Final = "nodes"
_NO_SHAPES: NDArray[Any] = np.empty(0, dtype=object)
Preview = tuple[BaseGeometry, QColor]


class MapEditor(QObject):
    """The shape in hand.

    Signals:
        open_wanted: A hazard's shape is to be taken in hand (its id).
        save_wanted: The shape is to be saved (`Sketch`).
        drawn: A new shape is finished (`Sketch`).
        split_wanted: The hazard in hand is to be cut (list of pieces, largest first).
        recorded: An undoable change was made (`SketchChange`).
        ended: A shape went out of hand (`Sketch`); its changes are no steps any more.
        given_up: The officer gave up a changed shape (`Sketch`): it can be brought back.
        changed: Another shape is in hand, or it changed.
    """

    open_wanted = Signal(str)
    save_wanted = Signal(object)
    drawn = Signal(object)
    split_wanted = Signal(object)
    recorded = Signal(object)
    ended = Signal(object)
    given_up = Signal(object)
    changed = Signal()

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.sketch: Sketch | None = None
        self.busy = False
        self.previews: Sequence[Preview] = ()
        self._trouble = ""
        self._mending: Outline | None = None
        self._crowded = False
        self.strip = EditStrip(canvas)
        self.strip.finish_wanted.connect(self._finish)
        self.strip.cancel_wanted.connect(self._cancel)
        self.strip.mend_wanted.connect(self.propose_mending)
        self.numbers = NumberBar(canvas)
        self.numbers.constrained.connect(canvas.update)
        self.numbers.stepped.connect(self._stepped)
        self.numbers.typed.connect(self._typed)
        self.numbers.troubled.connect(self.say)
        self.numbers.left.connect(canvas.setFocus)
        self.numbers.snap_changed.connect(self._snap_from)

    # -- the shape ------------------------------------------------------------------------------

    def new_sketch(self, kind: ShapeKind) -> Sketch:
        """A shape to be drawn; its changes are recorded like those of any other."""
        return Sketch(empty_outline(kind), recorded=self.recorded.emit, shown=self._shown)

    def want_selected(self) -> None:
        """Take the shape of the one selected hazard in hand, if none is or that one is another."""
        chosen = self._canvas.selection.ids
        held = self.sketch.hazard if self.sketch is not None else None
        if self.busy or (self.sketch is not None and self.sketch.dirty):
            return
        if len(chosen) == 1 and (held is None or str(held.id) != chosen[0]):
            self.open_wanted.emit(chosen[0])

    def begin(self, hazard: Hazard, outline: Outline | None = None) -> None:
        """Take a hazard's shape in hand; ``outline`` is how far it had been changed before."""
        self.end()
        self.sketch = Sketch.of(hazard, recorded=self.recorded.emit, shown=self._shown)
        self._canvas.snapper.register.left_out = str(hazard.id)
        if outline is not None:
            self.sketch.change(outline, _("恢复修改"))
        self._canvas.tool.shape_taken()
        self._shown()
        self._uncover()

    def end(self) -> None:
        """Put the shape down, saved or not."""
        sketch, self.sketch = self.sketch, None
        self._canvas.snapper.register.left_out = None
        self.previews, self._mending, self.busy = (), None, False
        if sketch is not None:
            self.ended.emit(sketch)
        self._shown()

    def give_up(self) -> None:
        """Drop the changes; the officer can have them back."""
        sketch = self.sketch
        if sketch is None or self.busy:
            return
        dirty = sketch.dirty
        self.end()
        if dirty:
            self.given_up.emit(sketch)

    def save(self) -> None:
        """Ask for the shape to be saved; one that crosses itself is not."""
        sketch = self.sketch
        if sketch is None or self.busy:
            return
        if not sketch.dirty:
            self.end()
        elif self.wrong:
            self.say(_("图形自相交，标红处要先改好：移动节点，或者点“修复自相交”。"))
        else:
            self.save_wanted.emit(sketch)

    def change(self, make: Callable[[Outline], Outline], text: str) -> bool:
        """Change the shape in hand; what cannot be done is said in the strip."""
        if self.sketch is None or self.busy:
            return False
        try:
            self.sketch.change(make(self.sketch.outline), text)
        except InvalidInputError as error:
            self.say(str(error))
            return False
        return True

    def change_geometry(self, make: Callable[[BaseGeometry], BaseGeometry], text: str) -> bool:
        """Like `change`, for operations on whole geometries."""
        return self.change(lambda outline: outline_of(make(outline.geometry())), text)

    @property
    def dirty(self) -> bool:
        """Whether a changed shape is in hand."""
        return self.sketch is not None and self.sketch.dirty

    @property
    def active(self) -> Sketch | None:
        """What clicks change: what the tool is drawing, or else the shape in hand."""
        return self._canvas.tool.sketch or self.sketch

    @property
    def wrong(self) -> bool:
        """Whether what clicks change is an area that crosses itself."""
        active = self.active
        return active is not None and active.outline.closed and bool(active.crossings())

    # -- mending --------------------------------------------------------------------------------

    def propose_mending(self) -> None:
        """Show what mending would make of the shape; asked a second time, do it."""
        active = self.active
        if active is None or self.busy:
            return
        if self._mending is not None:
            active.change(self._mending, _("修复自相交"))
            if active is not self.sketch:
                self._canvas.tool.finish()
            return
        try:
            geometry = mend(active.outline.geometry())
        except InvalidInputError as error:
            self.say(str(error))
            return
        self._trouble = ""
        self._mending = outline_of(geometry)
        self.previews = [(geometry, ink())]
        self._refresh()

    def drop_proposal(self) -> bool:
        """Forget a mending that was only shown; True if there was one."""
        if self._mending is None:
            return False
        self._mending, self.previews = None, ()
        self._refresh()
        return True

    # -- snapping -------------------------------------------------------------------------------

    def snap(self, x: float, y: float, own: Sequence[Any] = ()) -> Snap | None:
        """What a pixel is pulled to."""
        shapes = _NO_SHAPES
        if own:
            shapes = np.empty(len(own), dtype=object)
            shapes[:] = own
        return self._canvas.snapper.snap(self._canvas.viewport, x, y, shapes)

    def set_snap_px(self, pixels: int) -> None:
        """The officer's snapping distance."""
        self.numbers.snap.setValue(pixels)
        self._snap_from(pixels)

    def _snap_from(self, pixels: int) -> None:
        self._canvas.snapper.tolerance_px = pixels

    # -- saying ---------------------------------------------------------------------------------

    def say(self, words: str) -> None:
        """Say what went wrong until something else happens."""
        self._trouble = words
        self._refresh()

    def set_busy(self, *, busy: bool) -> None:
        """The register is at work on the shape: it must not change meanwhile."""
        self.busy = busy
        self.tool_taken()

    def tool_taken(self) -> None:
        """Another tool is in hand."""
        self._trouble = ""
        self._refresh()

    def show_previews(self, previews: Sequence[Preview]) -> None:
        """Show shapes that are not in force, in their colours; none clears them."""
        self.previews = previews
        self._canvas.update()

    def place_widgets(self) -> None:
        """The map has another size."""
        self.strip.place()
        below = self.strip.geometry().bottom() + SPACE_XS
        self.numbers.place(SPACE_M if self.strip.isHidden() else below)

    @property
    def covered_px(self) -> int:
        """How much of the map's upper edge the strip and the numbers cover."""
        bars = [bar for bar in (self.strip, self.numbers) if not bar.isHidden()]
        return max((bar.geometry().bottom() + SPACE_XS for bar in bars), default=0)

    def _uncover(self) -> None:
        """Move the map so that the shape in hand shows below the bars, if there is room for it."""
        if self.sketch is None or not self.sketch.outline.complete:
            return
        viewport = self._canvas.viewport
        west, south, east, north = self.sketch.outline.geometry().bounds
        xs, ys = viewport.to_screen([west, east], [north, south])
        top, foot = float(ys[0]), float(ys[1])
        beside = float(xs[1]) < 0 or float(xs[0]) > viewport.width
        if beside or foot < 0 or top > viewport.height:
            return  # not in view at all
        wanted = self.covered_px + SPACE_M - top
        room = viewport.height - SPACE_M - foot
        if (step := min(wanted, room)) > 0:
            self._canvas.pan(0, step)

    def restyle(self) -> None:
        """The theme changed."""
        self.numbers.restyle()
        self._refresh()

    def paint(self, painter: QPainter) -> None:
        """The shape in hand and what is proposed for it."""
        viewport = self._canvas.viewport
        for geometry, colour in self.previews:
            paint_preview(painter, geometry, viewport, colour)
        if self.sketch is None:
            return
        paint_outline(painter, self.sketch.outline, viewport)
        if self.sketch.outline.closed:
            paint_crossings(painter, self.sketch.crossings(), viewport)
        tool = self._canvas.tool
        if tool.shows_nodes:
            few = paint_handles(
                painter, self.sketch.outline, viewport, chosen=tool.chosen, halfway=True
            )
            self._crowd(crowded=not few)

    def _crowd(self, *, crowded: bool) -> None:
        if crowded != self._crowded:
            self._crowded = crowded
            self._refresh()

    # -- inside ---------------------------------------------------------------------------------

    def _shown(self) -> None:
        self._trouble = ""
        if self._mending is not None:
            self._mending, self.previews = None, ()
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        tool = self._canvas.tool
        words = self._trouble or self._words()
        mending = self._mending is not None
        self.strip.show_state(
            words,
            trouble=bool(self._trouble) or self.wrong,
            finish=self._finish_word(),
            cancel=_("放弃") if not self.busy and (tool.finish_word() or self.dirty) else "",
            mend=self.wrong,
        )
        self.strip.mend.setText(_("照此修复") if mending else _("修复自相交…"))
        idle = tool.edits and self.sketch is None
        self.numbers.setVisible(tool.takes_numbers and not idle and not self.busy)
        self.place_widgets()
        self._canvas.update()

    def _words(self) -> str:
        tool = self._canvas.tool
        hazard = self.sketch.hazard if self.sketch is not None else None
        if self._mending is not None:
            return _("虚线是修复后的图形，请核对；满意就点“照此修复”，按 Esc 不修复。")
        if self.busy:
            return _("正在保存…")
        words = tool.instruction()
        if self._crowded and tool.shows_nodes:
            words = _("节点太密，放大后才显示。")
        if not words and hazard is not None:
            words = _("正在修改“{name}”的图形。").format(name=hazard.name)
        if self.wrong:
            words = _("图形自相交（标红处）：移动或退回标红处的节点，或者点“修复自相交”。")
        return words

    def _finish_word(self) -> str:
        if self.busy:
            return ""
        word = self._canvas.tool.finish_word()
        return word or (_("保存") if self.dirty and not self.wrong else "")

    def _finish(self) -> None:
        if self._canvas.tool.finish_word():
            self._canvas.tool.finish()
        else:
            self.save()

    def _cancel(self) -> None:
        if self._canvas.tool.finish_word():
            self._canvas.tool.cancel()
        else:
            self.give_up()

    def _stepped(self) -> None:
        self._canvas.tool.step_typed()

    def _typed(self, places: list[TypedPlace]) -> None:
        self._canvas.tool.places_typed(places)


def vertices_of(outline: Outline, skip: int | None = None) -> list[Any]:
    """The vertices of an outline as one shape to snap to; ``skip`` is the number of one left out."""
    places = [ring for _part, _number, ring in outline.rings()]
    if not places:
        return []
    lonlat = np.concatenate(places)
    if skip is not None:
        lonlat = np.delete(lonlat, skip, axis=0)
    return [shapely.multipoints(lonlat)] if len(lonlat) else []
