"""The columns of the register, read once and shared by map and table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from qhd_riskmap.domain.feature_table import TEXT_COLUMNS, FeatureTable, empty_table
from qhd_riskmap.domain.late_value import Late
from qhd_riskmap.formats.one_heap import give_back_freed
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.toolkit.facets import FacetIndex
from qhd_riskmap.ui.toolkit.job_runner import JobHandle, JobRunner
from qhd_riskmap.ui.toolkit.record_table import make_ready_to_sort
from qhd_riskmap.ui.toolkit.renewal import Renewal


class FeatureStore(QObject):
    """Holds the newest `FeatureTable` with its `FacetIndex`, and reloads them beside the window.

    The first table comes as it was read, so that the map can be drawn at once; its texts and facets
    follow when `index` asks for them. Later tables come complete.

    Signals:
        replaced: Another table is in force.
        indexed: The texts and facets of the table are there too.
        failed: Reading failed (the exception); the old table stays.
    """

    replaced = Signal()
    indexed = Signal()
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
        self._renewal = Renewal(self._read_anew, self)
        self.table = empty_table()
        self._facets = Late.given(FacetIndex.of(self.table))
        self.loaded = False
        self.complete = False
        self._indexing = False

    @property
    def facets(self) -> FacetIndex:
        """Filter choices of the table."""
        return self._facets.get()

    def reload(self) -> None:
        """Read the register anew; asked for during a reading, it reads once more afterwards."""
        self._renewal.ask()

    def _read_anew(self) -> JobHandle:
        return self._jobs.start(
            self._load if self.loaded else self._load_bare,
            title=_("正在读取登记库…"),
            on_success=self._take,
            on_failure=self._fail,
            quiet=self.loaded,
        )

    def index(self) -> None:
        """Have texts and facets of the first table made, once it is drawn."""
        if self.complete or self._indexing or not self.loaded:
            return
        self._indexing = True
        table, facets = self.table, self._facets
        self._jobs.start(
            lambda _job: (table, _completed(table, facets)),
            title=_("正在读取登记库…"),
            on_success=self._take_index,
            on_failure=self._fail,
            database=False,
            quiet=True,
        )

    def _load_bare(self, _job: JobContext) -> tuple[FeatureTable, Late[FacetIndex], bool]:
        table = self._read()
        return table, Late(lambda: FacetIndex.of(table)), False

    def _load(self, job: JobContext) -> tuple[FeatureTable, Late[FacetIndex], bool]:
        table, facets, _bare = self._load_bare(job)
        return table, _completed(table, facets), True

    def _take(self, loaded: tuple[FeatureTable, Late[FacetIndex], bool]) -> None:
        self.table, self._facets, self.complete = loaded
        self.loaded = True
        self.replaced.emit()
        if self.complete:
            self._tell_complete()

    def _take_index(self, made: tuple[FeatureTable, Late[FacetIndex]]) -> None:
        self._indexing = False
        if made[0] is self.table:
            self.complete = True
            self._tell_complete()

    def _tell_complete(self) -> None:
        self.indexed.emit()
        table = self.table
        self._jobs.start(
            lambda _job: _made_ready(table),
            title=_("正在准备…"),
            database=False,
            quiet=True,
        )

    def _fail(self, error: BaseException) -> None:
        self._indexing = False
        self.failed.emit(error)


def _made_ready(table: FeatureTable) -> None:
    """What a click may want next; then memory goes back that the reading took."""
    make_ready_to_sort(table)
    give_back_freed()


def _completed(table: FeatureTable, facets: Late[FacetIndex]) -> Late[FacetIndex]:
    """Make what the first click would otherwise wait for."""
    for name in TEXT_COLUMNS:
        getattr(table, name)
    table.row_of("")
    facets.get()
    return facets
