"""The columns of the register, read once and shared by map and table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from qhd_riskmap.domain.feature_table import FeatureTable, empty_table
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.toolkit.job_runner import JobHandle, JobRunner


class FeatureStore(QObject):
    """Holds the newest `FeatureTable` and reloads it beside the window.

    Signals:
        replaced: Another table is in force.
        failed: Reading failed (the exception); the old table stays.
    """

    replaced = Signal()
    failed = Signal(object)

    def __init__(
        self,
        jobs: JobRunner,
        read: Callable[[], FeatureTable],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._read = read
        self._job: JobHandle | None = None
        self._again = False
        self.table = empty_table()
        self.loaded = False

    def reload(self) -> None:
        """Read the register anew; asked for during a reading, it reads once more afterwards."""
        if self._job is not None:
            self._again = True
            return
        self._job = self._jobs.start(
            self._load,
            title=_("正在读取登记库…"),
            on_success=self._take,
            on_failure=self._fail,
            quiet=self.loaded,
        )
        self._job.finished.connect(self._finish)

    def _load(self, _job: JobContext) -> FeatureTable:
        return self._read()

    def _take(self, table: FeatureTable) -> None:
        self.table = table
        self.loaded = True
        self.replaced.emit()

    def _fail(self, error: BaseException) -> None:
        self.failed.emit(error)

    def _finish(self) -> None:
        self._job = None
        if self._again:
            self._again = False
            self.reload()
