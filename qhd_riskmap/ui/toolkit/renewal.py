"""Reads something again when it is asked to, and once more where it was asked meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from qhd_riskmap.ui.toolkit.job_runner import JobHandle


class Renewal(QObject):
    """One reading at a time.

    Args:
        start: Starts the reading.
        parent: Whoever shows what is read; with it the asking ends.
    """

    def __init__(self, start: Callable[[], JobHandle], parent: QObject) -> None:
        super().__init__(parent)
        self._start = start
        self._running = self._again = False

    def ask(self) -> None:
        """Read now; asked for during a reading, once more afterwards."""
        if self._running:
            self._again = True
            return
        self._start().finished.connect(self._finish)
        self._running = True

    def _finish(self) -> None:
        self._running = False
        if self._again:
            self._again = False
            self.ask()
