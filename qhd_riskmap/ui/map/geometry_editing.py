"""Editing meets the desk: takes shapes in hand, keeps their steps, runs the edit menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import shapely
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.sketch import Sketch, SketchChange
from qhd_riskmap.geo.outline import Outline, ShapeKind, kind_of, outline_of
from qhd_riskmap.geo.shape_operations import dissolved
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.reshaping import drawn
from qhd_riskmap.settings import save_settings
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.draw_tools import DrawTool
from qhd_riskmap.ui.map.edit_dialogs import OffsetDialog
from qhd_riskmap.ui.map.edit_menu import Chosen, EditMenu
from qhd_riskmap.ui.map.edit_overlay import ink
from qhd_riskmap.ui.map.editor import NODES, MapEditor
from qhd_riskmap.ui.map.node_tool import NodeTool
from qhd_riskmap.ui.map.question_host import QuestionHost
from qhd_riskmap.ui.map.registering import Registering
from qhd_riskmap.ui.map.regroup_editing import RegroupEditing
from qhd_riskmap.ui.map.shape_saving import ShapeSaving
from qhd_riskmap.ui.toolkit.desk import Desk

_DRAWERS: Final = {
    ShapeKind.POINT: "draw-point",
    ShapeKind.LINE: "draw-line",
    ShapeKind.AREA: "draw-area",
}


class GeometryEditing(QObject):
    """What the map's editor asks for, done with the services of the desk.

    Signals:
        stored: The shape of a hazard was stored (`Hazard`): drafts typed over the former revision
            are no conflict with it.
    """

    stored = Signal(object)

    def __init__(self, desk: Desk, canvas: MapCanvas, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._canvas = canvas
        self._editor: MapEditor = canvas.editor
        self._host = QuestionHost(canvas, window)
        self.registering = Registering(desk, canvas, self._host)
        self._saving = ShapeSaving(desk, canvas, self._host, self.registering)
        self._regrouping = RegroupEditing(desk, canvas, self._host)
        for each in (self._saving, self._regrouping):
            each.stored.connect(self.stored)
        self.menu = EditMenu(self.chosen, window)
        self.menu.chosen.connect(self.operate)
        editor = self._editor
        editor.set_snap_px(desk.settings.snap_px)
        editor.numbers.snap_changed.connect(self._remember_snap)
        editor.open_wanted.connect(self._open)
        editor.drawn.connect(self._register)
        editor.recorded.connect(self._record)
        editor.ended.connect(desk.history.end_sketch)
        editor.given_up.connect(self._given_up)
        canvas.tool_changed.connect(self._tool_changed)
        desk.selection.changed.connect(self._selection_changed)
        desk.changed.connect(self._changed)

    @property
    def dialog(self) -> QDialog | None:
        """The question that is open."""
        return self._host.dialog

    # -- for the page ---------------------------------------------------------------------------

    def unsaved(self) -> str:
        """What closing now would lose."""
        sketch = self._editor.sketch
        if sketch is not None and sketch.dirty and sketch.hazard is not None:
            return _("“{name}”的图形修改尚未保存。").format(name=sketch.hazard.name)
        drawing = self._drawing()
        if drawing is not None and len(drawing.places) > 1:
            return _("正在画的图形尚未登记。")
        return ""

    def keep(self) -> dict[str, object]:
        """The shape in hand, for a page in another language."""
        sketch, drawing = self._editor.sketch, self._drawing()
        if sketch is not None and sketch.dirty:
            return {"sketch": (sketch.hazard, sketch.outline)}
        if drawing is not None and drawing.places:
            return {"sketch": (None, drawing.outline)}
        return {}

    def resume(self, state: dict[str, object]) -> None:
        """Go on with what the former page had in hand."""
        kept = state.get("sketch")
        if isinstance(kept, tuple):
            hazard, outline = kept
            self._bring_back(hazard, outline)

    def close_down(self) -> None:
        """The page goes: its vertices are no steps any more."""
        for sketch in (self._editor.sketch, self._canvas.tool.sketch):
            if sketch is not None:
                self._desk.history.end_sketch(sketch)

    def chosen(self) -> Chosen:
        """What the menu has to fit."""
        may = Permission.EDIT in self._desk.app.actor.permissions
        table = self._desk.features.table
        found = [table.row_of(each) for each in self._desk.selection.ids]
        rows = [row for row in found if row is not None]
        shapes = [table.geometries[row] for row in rows]
        if len(rows) == 1 and self._editor.sketch is not None:
            outline = self._editor.sketch.outline
            shapes = [outline.geometry()] if outline.complete else shapes
        return Chosen(
            count=len(rows),
            kinds=frozenset(kind_of(each) for each in shapes),
            types=frozenset(str(table.type_keys[row]) for row in rows),
            parts=len(shapely.get_parts(shapes[0])) if len(shapes) == 1 else 0,
            node=self._canvas.tool.chosen is not None,
            may_edit=may,
        )

    def operate(self, key: str) -> None:
        """Begin an operation of the edit menu."""
        deeds: dict[str, Callable[[], object]] = {
            "offset": partial(self._with_shape, self._ask_offset),
            "merge": self._regrouping.ask_merge,
            "dissolve": partial(self._with_shape, self._dissolve),
            "mend": partial(self._with_shape, self._mend),
            "delete-ring": self._delete_ring,
        }
        deed = deeds.get(key)
        if deed is not None:
            deed()
        else:
            self._canvas.take_tool(key)
        self._canvas.setFocus()

    def register_at(self, lon: float, lat: float) -> None:
        """Register a hazard at a place that was found otherwise."""
        point = shapely.Point(lon, lat)
        self.registering.ask(point, drawn(point), lambda: None)

    # -- taking in hand -------------------------------------------------------------------------

    def _open(self, hazard_id: str, then: Callable[[], object] = lambda: None) -> None:
        registry = self._desk.app.registry

        def opened(hazard: Hazard) -> None:
            if self._desk.selection.ids == (hazard_id,) and not self._editor.dirty:
                self._editor.begin(hazard)
                then()

        self._desk.run(
            lambda _job: registry.get(hazard_id),
            title=_("正在读取隐患…"),
            on_success=opened,
            quiet=True,
        )

    def _with_shape(self, deed: Callable[[], object]) -> None:
        """Do something with the shape of the selected hazard, taking it in hand first."""
        chosen = self._desk.selection.ids
        held = self._editor.sketch
        self._canvas.take_tool(NODES) if not self._canvas.tool.edits else None
        if held is not None and held.hazard is not None and (str(held.hazard.id),) == chosen:
            deed()
        elif len(chosen) == 1:
            self._open(chosen[0], deed)

    def _tool_changed(self, _key: str) -> None:
        if not self._canvas.tool.edits and not self._editor.dirty and self._editor.sketch:
            self._editor.end()

    def _selection_changed(self, _by: object) -> None:
        if self._editor.dirty or self._editor.busy:
            return
        if self._editor.sketch is not None and len(self._desk.selection) != 1:
            self._editor.end()
        if self._canvas.tool.edits:
            self._editor.want_selected()

    def _changed(self, changes: Changes) -> None:
        """The hazard in hand was stored otherwise: show the newest, unless it is being changed."""
        sketch = self._editor.sketch
        if sketch is None or sketch.hazard is None or not changes.hazards or self._editor.busy:
            return
        touched = not changes.hazard_ids or sketch.hazard.id in changes.hazard_ids
        if touched and not sketch.dirty:
            self._editor.end()
            if self._canvas.tool.edits:
                self._editor.want_selected()

    def _record(self, change: SketchChange) -> None:
        self._desk.history.add_sketched(change, change.sketch)

    def _given_up(self, sketch: Sketch) -> None:
        name = sketch.hazard.name if sketch.hazard is not None else ""
        words = (
            _("已放弃对“{name}”图形的修改。").format(name=name)
            if name
            else _("没有画完的图形已放下。")
        )
        self._desk.notify(
            words,
            action=_("恢复修改") if name else _("继续画"),
            callback=partial(self._bring_back, sketch.hazard, sketch.outline),
        )

    def _bring_back(self, hazard: Hazard | None, outline: Outline) -> None:
        if hazard is not None:
            self._desk.selection.set([str(hazard.id)], by=self)
            self._canvas.take_tool(NODES)
            self._editor.begin(hazard, outline)
            return
        self._canvas.take_tool(_DRAWERS[outline.kind])
        tool = self._canvas.tool
        if isinstance(tool, DrawTool):
            tool.take_up(outline)

    def _drawing(self) -> Sketch | None:
        tool = self._canvas.tool
        return tool.sketch if isinstance(tool, DrawTool) and tool.kept_when_left else None

    def _register(self, sketch: Sketch) -> None:
        tool = self._canvas.tool
        clear = tool.clear if isinstance(tool, DrawTool) else lambda: None
        self.registering.ask(sketch.outline.geometry(), sketch.provenance(), clear)

    # -- operations on the shape in hand --------------------------------------------------------

    def _dissolve(self) -> None:
        self._editor.change_geometry(dissolved, _("合并部件"))

    def _mend(self) -> None:
        if self._editor.wrong:
            self._editor.propose_mending()
        else:
            self._editor.say(_("图形没有自相交，不用修复。"))

    def _delete_ring(self) -> None:
        tool = self._canvas.tool
        if isinstance(tool, NodeTool):
            tool.delete_ring()

    def _ask_offset(self) -> None:
        sketch = self._editor.sketch
        if sketch is None or sketch.hazard is None:
            return
        dialog = OffsetDialog(sketch.hazard.name, sketch.outline.geometry(), self._host.window)
        dialog.previewed.connect(
            lambda shape: self._host.preview([(shape, ink())] if shape is not None else [])
        )
        dialog.as_new.clicked.connect(lambda: self._offset_as_new(dialog.result_shape))
        dialog.instead.clicked.connect(lambda: self._offset_instead(dialog.result_shape))
        self._host.show(dialog)
        dialog.preview()

    def _offset_as_new(self, shape: BaseGeometry | None) -> None:
        if shape is not None:
            self.registering.ask(shape, drawn(shape), lambda: None)
            self._host.preview([(shape, ink())])

    def _offset_instead(self, shape: BaseGeometry | None) -> None:
        if shape is not None:
            self._editor.change(lambda _outline: outline_of(shape), _("偏移"))

    # -- inside ---------------------------------------------------------------------------------

    def _remember_snap(self, pixels: int) -> None:
        self._desk.settings.snap_px = pixels
        save_settings(self._desk.settings)
