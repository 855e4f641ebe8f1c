"""Registers shapes that were drawn: asks what they are, and stores them as new hazards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import Hazard, Provenance
from qhd_riskmap.geo.outline import ShapeKind, kind_of
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.new_hazard_dialog import NewHazardDialog
from qhd_riskmap.ui.map.question_host import QuestionHost
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Added


class Registering(QObject):
    """New hazards from shapes."""

    def __init__(self, desk: Desk, canvas: MapCanvas, host: QuestionHost) -> None:
        super().__init__(host)
        self._desk = desk
        self._canvas = canvas
        self._host = host

    def ask(
        self, geometry: BaseGeometry, provenance: Provenance, then: Callable[[], object]
    ) -> None:
        """Ask what it is and register it; ``then`` puts the drawing down once it is stored."""
        dialog = NewHazardDialog(geometry, provenance, self._host.window)
        dialog.confirmed.connect(partial(self.create, then))
        if kind_of(geometry) is ShapeKind.POINT:
            # A point is drawn again with one click; lines and areas stay in hand.
            dialog.rejected.connect(then)
        self._host.show(dialog)

    def create(self, then: Callable[[], object], hazard: Hazard) -> None:
        """Store it; ``then`` is called once that is done."""
        registry = self._desk.app.registry

        def created(result: tuple[Hazard, Changes]) -> None:
            then()
            self._created(*result)

        self._desk.run(
            lambda _job: registry.create(hazard),
            title=_("正在登记…"),
            on_success=created,
            quiet=True,
        )

    def _created(self, hazard: Hazard, changes: Changes) -> None:
        words = _("登记“{name}”").format(name=hazard.name)
        self._desk.history.add(Added(words, (hazard.id,)), [hazard])
        self._desk.announce(changes)
        self._desk.selection.set([str(hazard.id)], by=self._canvas)
        self._desk.notify(
            _("已登记“{name}”，编号 {code}。").format(name=hazard.name, code=hazard.code), "success"
        )
