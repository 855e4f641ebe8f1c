"""What every page may count on: services, jobs, selection, shared columns, messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.toolkit.feature_store import FeatureStore
from qhd_riskmap.ui.toolkit.history import History
from qhd_riskmap.ui.toolkit.job_runner import JobHandle, JobRunner
from qhd_riskmap.ui.toolkit.register_search import RegisterSearch
from qhd_riskmap.ui.toolkit.selection import Selection

if TYPE_CHECKING:
    from qhd_riskmap.bootstrap import App

T = TypeVar("T")


class Desk(QObject):
    """One open register on one desk.

    Signals:
        changed: A service changed something (`Changes`).
        page_wanted: A page asks for another one by key.
        place_wanted: A coordinate stands in a search box; show its place (the text).
        rows_wanted: The rows behind a number: what they are (``hazard``, ``task``, ``inspection``),
            their ids or numbers (of inspections how urgent they are), a title.
        noticed: A message for the bar: text, severity (``info``, ``success``, ``warning``), word of
            its button or "", what the button does or None.
        troubled: An error for the dialog (the exception).
        pointed: The map's cursor: longitude, latitude in CGCS2000 degrees; NaN when it left.
        scaled: The map's scale denominator.
        drawn: A picture of the register's hazards is on the screen.
    """

    changed = Signal(object)
    page_wanted = Signal(str)
    place_wanted = Signal(str)
    rows_wanted = Signal(str, object, str)
    noticed = Signal(str, str, str, object)
    troubled = Signal(object)
    pointed = Signal(float, float)
    scaled = Signal(float)
    drawn = Signal()

    def __init__(self, app: App, jobs: JobRunner, settings: Settings) -> None:
        super().__init__()
        self.app = app
        self.jobs = jobs
        self.settings = settings
        self.selection = Selection(self)
        self.history = History(self)
        self.features = FeatureStore(jobs, app.features, self)
        self.features.failed.connect(self.show_error)
        self.drawn.connect(self.features.index)
        self.search = RegisterSearch(self)

    def run(
        self,
        work: Callable[[JobContext], T],
        *,
        title: str,
        on_success: Callable[[T], object] | None = None,
        on_failure: Callable[[BaseException], object] | None = None,
        on_cancel: Callable[[], object] | None = None,
        database: bool = True,
        quiet: bool = False,
    ) -> JobHandle:
        """Run ``work`` beside the window; see `JobRunner.start`."""
        return self.jobs.start(
            work,
            title=title,
            on_success=on_success,
            on_failure=on_failure or self.show_error,
            on_cancel=on_cancel,
            database=database,
            quiet=quiet,
        )

    def announce(self, changes: Changes) -> None:
        """Tell every view what a service changed; the shared columns reload where needed."""
        if changes.hazards:
            self.features.reload()
        self.changed.emit(changes)

    def go_to(self, page_key: str) -> None:
        """Bring another page to front."""
        self.page_wanted.emit(page_key)

    def notify(
        self,
        text: str,
        severity: str = "info",
        *,
        action: str = "",
        callback: Callable[[], object] | None = None,
    ) -> None:
        """Show a passing message; with ``action`` also a button that calls ``callback``."""
        self.noticed.emit(text, severity, action, callback)

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong and what to do."""
        self.troubled.emit(error)
