"""Counts the figures of today while nobody asks for anything, so that the page 统计 opens with them at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.desk import Desk

if TYPE_CHECKING:
    from qhd_riskmap.domain.figures import Population

_QUIET_MS: Final = 1_500


class FiguresAhead(QObject):
    """Waits for quiet, then counts one population after the other; any other job comes first."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._left: list[Population] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_QUIET_MS)
        self._timer.timeout.connect(self._count)
        if Permission.READ in desk.app.actor.permissions:
            desk.drawn.connect(self._want, Qt.ConnectionType.SingleShotConnection)
            desk.changed.connect(self._changed)
            desk.jobs.idle.connect(self._wait)

    def close_down(self) -> None:
        """Count no more."""
        self._left = []
        self._timer.stop()

    def _want(self) -> None:
        from qhd_riskmap.domain.figures import Population  # noqa: PLC0415 - after the map

        self._left = list(Population)
        self._wait()

    def _changed(self, changes: Changes) -> None:
        if changes.hazards or changes.tasks:
            self._want()

    def _wait(self) -> None:
        if self._left:
            self._timer.start()

    def _count(self) -> None:
        if self._desk.jobs.busy or not self._left:
            return  # the end of what runs asks again
        from qhd_riskmap.domain.figures import FigureScope  # noqa: PLC0415 - after the map

        population, service = self._left.pop(0), self._desk.app.figures
        self._desk.run(
            lambda _job: service.prepare(population, FigureScope(on=service.today())),
            title=_("正在统计…"),
            quiet=True,
        )
