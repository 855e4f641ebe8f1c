"""The columns of the register, read once and shared by map and table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from qhd_riskmap.domain.feature_table import FeatureTable, empty_table
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.toolkit.facets import FacetIndex
from qhd_riskmap.ui.toolkit.job_runner import JobHandle, JobRunner


class FeatureStore(QObject):
    """Holds the newest `FeatureTable` with its `FacetIndex`, and reloads them beside the window.

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
        self.facets = FacetIndex.of(self.table)
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

    def _load(self, _job: JobContext) -> tuple[FeatureTable, FacetIndex]:
        table = self._read()
        table.row_of("")  # builds the row numbers here and not in the first click
        return table, FacetIndex.of(table)

    def _take(self, loaded: tuple[FeatureTable, FacetIndex]) -> None:
        self.table, self.facets = loaded
        self.loaded = True
        self.replaced.emit()

    def _fail(self, error: BaseException) -> None:
        self.failed.emit(error)

    def _finish(self) -> None:
        self._job = None
        if self._again:
            self._again = False
            self.reload()
