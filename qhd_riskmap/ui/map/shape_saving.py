"""Saves the shape in hand; asks whose shall hold where someone else saved first."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.sketch import Sketch
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.reshaping import Regrouping
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.edit_dialogs import conflict_box
from qhd_riskmap.ui.map.edit_overlay import theirs
from qhd_riskmap.ui.map.question_host import QuestionHost
from qhd_riskmap.ui.map.registering import Registering
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Restated


class ShapeSaving(QObject):
    """What happens to the shape in hand at the end.

    Signals:
        stored: The shape of a hazard was stored (`Hazard`).
    """

    stored = Signal(object)

    def __init__(
        self, desk: Desk, canvas: MapCanvas, host: QuestionHost, registering: Registering
    ) -> None:
        super().__init__(host)
        self._desk = desk
        self._canvas = canvas
        self._editor = canvas.editor
        self._host = host
        self._registering = registering
        self._editor.save_wanted.connect(self.save)

    def save(self, sketch: Sketch, revision: int | None = None) -> None:
        """Store the shape over the given revision, or over the one this desk knows of."""
        hazard = sketch.hazard
        if hazard is None:
            return
        service, geometry = self._desk.app.reshaping, sketch.outline.geometry()
        # What this desk stored itself since, by form or undo, is no conflict.
        known = self._desk.history.followed(hazard.id, hazard.revision)
        wanted = known if revision is None else revision
        self._editor.set_busy(busy=True)
        self._desk.run(
            lambda _job: service.set_geometry(hazard.id, geometry, revision=wanted),
            title=_("正在保存…"),
            on_success=self._saved,
            on_failure=partial(self._not_saved, sketch),
            quiet=True,
        )

    def _saved(self, outcome: Regrouping) -> None:
        before, after = outcome.before[0], outcome.kept
        self._editor.end()
        step = Restated(_("修改“{name}”的图形").format(name=after.name), before, after)
        self._tell(step, outcome, _("已保存“{name}”的图形。").format(name=after.name))
        if self._canvas.tool.edits and self._desk.selection.ids == (str(after.id),):
            self._editor.begin(after)

    def _tell(self, step: Restated, outcome: Regrouping, words: str) -> None:
        self._desk.history.add(step, outcome.after)
        self.stored.emit(outcome.kept)  # before the news, so that the form reads on from there
        self._desk.announce(outcome.changes)
        self._desk.notify(
            words,
            "success",
            action=_("撤销"),
            callback=partial(self._desk.history.undo_step, step),
        )

    def _not_saved(self, sketch: Sketch, error: BaseException) -> None:
        self._editor.set_busy(busy=False)
        if isinstance(error, ConflictError | NotFoundError) and sketch.hazard is not None:
            self._ask_whose(sketch, sketch.hazard, error)
        else:
            self._desk.show_error(error)

    def _ask_whose(
        self, sketch: Sketch, mine: Hazard, error: ConflictError | NotFoundError
    ) -> None:
        """Read what the other one saved, then ask."""
        registry = self._desk.app.registry

        def read(_job: JobContext) -> Hazard | None:
            try:
                return registry.get(mine.id)
            except NotFoundError:
                return None

        def ask(other: Hazard | None) -> None:
            if other is not None and not other.geometry.equals_exact(mine.geometry, 0.0):
                self._host.preview([(other.geometry, theirs())])
            box = conflict_box(mine, other, error.message, self._host.window)
            self._host.on_answer(box, "conflict-theirs", partial(self._take_theirs, mine))
            self._host.on_answer(box, "conflict-new", partial(self._as_new, sketch))
            if other is not None:
                self._host.on_answer(
                    box, "conflict-mine", partial(self.save, sketch, other.revision)
                )
            self._host.show(box)

        self._desk.run(read, title=_("正在读取隐患…"), on_success=ask, quiet=True)

    def _take_theirs(self, mine: Hazard) -> None:
        self._editor.give_up()
        self._desk.announce(Changes(hazards=True, hazard_ids=(mine.id,)))

    def _as_new(self, sketch: Sketch) -> None:
        self._registering.ask(sketch.outline.geometry(), sketch.provenance(), self._editor.end)
