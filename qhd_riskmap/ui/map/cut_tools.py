"""Lines and areas drawn onto the shape in hand: to split, reshape, hole or extend it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.sketch import Sketch
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.outline import ShapeKind
from qhd_riskmap.geo.shape_operations import cut_out, reshape, split, with_part
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.draw_tools import DrawTool
from qhd_riskmap.ui.map.editor import NODES


class CutTool(DrawTool):
    """Draws something that changes the shape in hand, then hands over to the node tool."""

    edits = True
    kept_when_left = False
    first_words: str
    step_text: str

    def enter(self) -> None:
        """Take the selected hazard's shape in hand."""
        super().enter()
        self.canvas.editor.want_selected()

    def instruction(self) -> str:
        """What to draw."""
        if self.canvas.editor.sketch is None:
            return _("先点选一处隐患，再修改它的图形。")
        if self.sketch is not None and self.sketch.places:
            return super().instruction()
        return _(self.first_words)

    def key_press(self, event: QKeyEvent) -> bool:
        """With nothing drawn, Esc leads back to the nodes."""
        if super().key_press(event):
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.canvas.take_tool(NODES)
            return True
        return False

    def finished(self, sketch: Sketch) -> None:
        """Apply it; what cannot be done leaves the drawing in hand."""
        editor = self.canvas.editor
        if editor.sketch is None:
            editor.say(_("先选中一处隐患。"))
            return
        drawn = sketch.outline.geometry()
        if self.applied(drawn):
            self.clear()
            self.canvas.take_tool(NODES)

    def applied(self, drawn: BaseGeometry) -> bool:
        """Change the shape in hand; False if that cannot be done."""
        return self.canvas.editor.change_geometry(
            lambda geometry: self.result(geometry, drawn), _(self.step_text)
        )

    def result(self, geometry: BaseGeometry, drawn: BaseGeometry) -> BaseGeometry:
        """What the drawing makes of the shape."""
        raise NotImplementedError


class SplitTool(CutTool):
    """A line cuts the hazard in pieces."""

    key = "split"
    title = N_("分割")
    hint = N_("画一条线穿过选中的线或面，把它分成几块")
    icon_name = "box-cutter"
    shortcut = ""
    kind = ShapeKind.LINE
    first_words = N_("从图形外开始画分割线，穿过图形，在图形外双击结束。")
    step_text = N_("分割")

    def applied(self, drawn: BaseGeometry) -> bool:
        """Cut the shape and ask what the pieces are to be."""
        editor = self.canvas.editor
        if editor.sketch is None or editor.busy:
            return False
        if editor.dirty:
            editor.say(_("图形还有没保存的修改：请先保存，再分割。"))
            return False
        try:
            pieces = split(editor.sketch.outline.geometry(), drawn)
        except InvalidInputError as error:
            editor.say(str(error))
            return False
        editor.split_wanted.emit(pieces)
        return False  # the drawing stays until the question is answered


class ReshapeTool(CutTool):
    """A line gives an edge another course."""

    key = "reshape"
    title = N_("整形")
    hint = N_("画一条线，从边线的一处到另一处，边线改走新的走向")
    icon_name = "vector-curve"
    shortcut = ""
    kind = ShapeKind.LINE
    first_words = N_("画出边线的新走向：起点和终点都要压过原来的边线，双击结束。")
    step_text = N_("整形")

    def result(self, geometry: BaseGeometry, drawn: BaseGeometry) -> BaseGeometry:
        """The new course."""
        return reshape(geometry, drawn)


class HoleTool(CutTool):
    """An area is cut out of the shape in hand."""

    key = "hole"
    title = N_("挖洞")
    hint = N_("在选中的面里画一个范围，把它挖掉")
    icon_name = "vector-difference-ba"
    shortcut = ""
    kind = ShapeKind.AREA
    first_words = N_("在图形里面画出要挖掉的范围，双击结束。")
    step_text = N_("挖洞")

    def result(self, geometry: BaseGeometry, drawn: BaseGeometry) -> BaseGeometry:
        """The shape with the hole."""
        return cut_out(geometry, drawn)


class PartTool(CutTool):
    """One more part for the shape in hand."""

    key = "part"
    title = N_("增加部件")
    hint = N_("给选中的隐患再画一块，仍是同一条记录")
    icon_name = "vector-union"
    shortcut = ""
    first_words = N_("画出新的一块，双击结束；它和原来的图形是同一处隐患。")
    step_text = N_("增加部件")

    def shape_taken(self) -> None:
        """Draw what the shape in hand is made of."""
        self.clear()

    def drawn_kind(self) -> ShapeKind:
        """The same as the shape in hand."""
        sketch = self.canvas.editor.sketch
        return sketch.kind if sketch is not None else ShapeKind.AREA

    def result(self, geometry: BaseGeometry, drawn: BaseGeometry) -> BaseGeometry:
        """The shape with one more part."""
        return with_part(geometry, drawn)
