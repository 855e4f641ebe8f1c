"""Splits the hazard in hand and merges those selected, after a question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.regrouping import in_order_of_survival
from qhd_riskmap.geo.shape_operations import merge
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.reshaping import Regrouping
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.draw_tools import DrawTool
from qhd_riskmap.ui.map.edit_dialogs import merge_dialog, split_dialog
from qhd_riskmap.ui.map.edit_overlay import ink, piece_colour
from qhd_riskmap.ui.map.question_host import QuestionHost
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Regrouped


class RegroupEditing(QObject):
    """One hazard becomes several, or several become one.

    Signals:
        stored: The record that survived was stored (`Hazard`).
    """

    stored = Signal(object)

    def __init__(self, desk: Desk, canvas: MapCanvas, host: QuestionHost) -> None:
        super().__init__(host)
        self._desk = desk
        self._canvas = canvas
        self._editor = canvas.editor
        self._host = host
        self._editor.split_wanted.connect(self._ask_split)

    def _ask_split(self, pieces: Sequence[BaseGeometry]) -> None:
        sketch = self._editor.sketch
        if sketch is None or sketch.hazard is None:
            return
        colours = [piece_colour(number) for number in range(len(pieces))]
        self._host.preview(list(zip(pieces, colours, strict=True)))
        dialog = split_dialog(sketch.hazard, pieces, self._host.window)
        self._host.on_answer(dialog, "split-yes", partial(self._split, sketch.hazard, pieces))
        self._host.show(dialog)

    def _split(self, hazard: Hazard, pieces: Sequence[BaseGeometry]) -> None:
        service = self._desk.app.reshaping
        revision = self._desk.history.followed(hazard.id, hazard.revision)
        words = _("分割“{name}”").format(name=hazard.name)

        def done(outcome: Regrouping) -> None:
            codes = "、".join(each.code for each in outcome.after[1:])
            told = _("已分割“{name}”，新编号：{codes}。").format(name=hazard.name, codes=codes)
            self._regrouped(words, outcome, told)

        self._editor.set_busy(busy=True)
        self._desk.run(
            lambda _job: service.split(hazard.id, pieces, revision=revision),
            title=_("正在分割…"),
            on_success=done,
            on_failure=self._refused,
            quiet=True,
        )

    def ask_merge(self) -> None:
        """Merge the selected hazards, after a question."""
        if self._editor.dirty:
            self._editor.say(_("图形还有没保存的修改：请先保存，再合并。"))
            return
        registry, ids = self._desk.app.registry, self._desk.selection.ids

        def read(_job: JobContext) -> tuple[list[Hazard], BaseGeometry]:
            ordered = in_order_of_survival([registry.get(each) for each in ids])
            return ordered, merge([each.geometry for each in ordered])

        def ask(found: tuple[list[Hazard], BaseGeometry]) -> None:
            ordered, geometry = found
            self._host.preview([(geometry, ink())])
            dialog = merge_dialog(ordered, geometry, self._host.window)
            self._host.on_answer(dialog, "merge-yes", partial(self._merge, ordered))
            self._host.show(dialog)

        self._desk.run(read, title=_("正在读取隐患…"), on_success=ask, quiet=True)

    def _merge(self, ordered: Sequence[Hazard]) -> None:
        service = self._desk.app.reshaping
        words = _("合并到“{name}”").format(name=ordered[0].name)

        def done(outcome: Regrouping) -> None:
            kept = outcome.kept
            told = _("已合并为“{name}”（{code}）。").format(name=kept.name, code=kept.code)
            self._regrouped(words, outcome, told)

        self._desk.run(
            lambda _job: service.merge([(each.id, each.revision) for each in ordered]),
            title=_("正在合并…"),
            on_success=done,
            on_failure=self._refused,
            quiet=True,
        )

    def _regrouped(self, words: str, outcome: Regrouping, told: str) -> None:
        tool = self._canvas.tool
        if isinstance(tool, DrawTool):
            tool.clear()
        self._editor.end()
        step = Regrouped(words, self._desk.app.reshaping, outcome)
        self._desk.history.add(step, outcome.after)
        self.stored.emit(outcome.kept)
        # Before the others hear of it: the form must not ask for a hazard that is gone.
        self._desk.selection.set([str(outcome.kept.id)], by=self._canvas)
        self._desk.announce(outcome.changes)
        self._canvas.take_tool("select")
        self._desk.notify(
            told,
            "success",
            action=_("撤销"),
            callback=partial(self._desk.history.undo_step, step),
        )

    def _refused(self, error: BaseException) -> None:
        self._editor.set_busy(busy=False)
        self._desk.announce(Changes(hazards=True))
        self._desk.show_error(error)
