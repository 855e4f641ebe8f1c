"""Runs long work beside the window; the only place where Qt meets threads.

Work is a plain function of a `JobContext`. Everything that opens the register goes to one worker, so
writes are serialised; pure computing goes to a second pool. A `JobHandle` is created, kept, emitted
through and destroyed by the GUI thread; the worker knows its number only and emits through the
`JobRunner`, which outlives every worker (docs/adr/0006).
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal

from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext

T = TypeVar("T")
_REPORTS_PER_SECOND: Final = 20
_log = logging.getLogger(__name__)


class JobHandle(QObject):
    """One running piece of work, seen from the window."""

    progressed = Signal(int, int, str)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(self, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.done = False
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next report; what it had begun is rolled back."""
        self._stop.set()

    @property
    def cancelling(self) -> bool:
        """Whether `cancel` was called."""
        return self._stop.is_set()

    def _settle(self, future: Future[Any]) -> None:
        self.done = True
        if future.cancelled():
            self.cancelled.emit()
            return
        error = future.exception()
        if error is None:
            self.succeeded.emit(future.result())
        elif isinstance(error, JobCancelledError):
            self.cancelled.emit()
        else:
            self.failed.emit(error)


class _Context:
    """The job's end of the pipe; lives on the worker thread."""

    def __init__(self, report: Callable[[int, int, str], object], stop: threading.Event) -> None:
        self._report = report
        self._stop = stop
        self._next_report = 0.0

    def check(self) -> None:
        if self._stop.is_set():
            raise JobCancelledError(_("操作已取消。"))

    def advance(self, done: int, total: int, note: str = "") -> None:
        self.check()
        now = time.monotonic()
        if now < self._next_report and done < total:
            return
        self._next_report = now + 1 / _REPORTS_PER_SECOND
        self._report(done, total, note)


class JobRunner(QObject):
    """Starts jobs and waits for them at the end.

    Signals:
        started: A job began (`JobHandle`); the status bar shows the newest one.
        unhandled: A job failed and its starter gave no ``on_failure`` (the exception).
        idle: The last running job ended.
    """

    started = Signal(object)
    unhandled = Signal(object)
    idle = Signal()
    _reported = Signal(int, int, int, str)
    _settled = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        queued = Qt.ConnectionType.QueuedConnection
        self._reported.connect(self._forward, queued)
        self._settled.connect(self._settle, queued)
        self._numbers = itertools.count()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="register")
        self._computing = ThreadPoolExecutor(1, thread_name_prefix="computing")
        self._running: dict[int, tuple[JobHandle, Future[Any]]] = {}
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether any job is waiting or running."""
        return bool(self._running)

    def start(
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
        """Run ``work`` beside the window; call from the GUI thread only.

        Args:
            work: Called on a worker with its context.
            title: What the status bar says is running.
            on_success: Called on the GUI thread with the result.
            on_failure: Called on the GUI thread with the exception; without it `unhandled` is
                emitted and the window shows the error.
            on_cancel: Called on the GUI thread once a cancelled job has rolled back.
            database: Whether the work opens the register.
            quiet: True for work too short and frequent to show in the status bar.

        Raises:
            RuntimeError: The runner is shut down.
        """
        if self._closed:
            raise RuntimeError("the job runner is shut down")
        handle = JobHandle(title, self)
        if on_success is not None:
            handle.succeeded.connect(on_success)
        handle.failed.connect(on_failure or self.unhandled.emit)
        if on_cancel is not None:
            handle.cancelled.connect(on_cancel)
        number = next(self._numbers)
        context = _Context(partial(self._reported.emit, number), handle._stop)  # noqa: SLF001
        pool = self._database if database else self._computing
        future = pool.submit(_run, work, context)
        self._running[number] = (handle, future)
        if not quiet:
            self.started.emit(handle)
        future.add_done_callback(partial(self._settled.emit, number))
        return handle

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for handle, future in list(self._running.values()):
            handle.cancel()
            future.cancel()

    def shutdown(self, last: Callable[[], object] | None = None) -> None:
        """Cancel what runs and wait for it; afterwards no thread of ours is left.

        Args:
            last: Called at the very end on the register's worker, e.g. to close the file.
        """
        if self._closed:
            return
        self._closed = True
        self.cancel_all()
        if last is not None:
            self._database.submit(last)
        self._database.shutdown(wait=True)
        self._computing.shutdown(wait=True)
        # What the workers emitted last still waits in the queue; delivered to a runner that is
        # being destroyed it would reach objects that are gone.
        self._reported.disconnect()
        self._settled.disconnect()
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall.value)
        for handle, _future in self._running.values():
            handle.done = True
        self._running.clear()

    def _forward(self, number: int, done: int, total: int, note: str) -> None:
        if number in self._running:
            self._running[number][0].progressed.emit(done, total, note)

    def _settle(self, number: int, future: Future[Any]) -> None:
        handle = self._running[number][0]
        handle._settle(future)  # noqa: SLF001 - both ends of one pipe
        self._running.pop(number, None)  # a handler may have ended the program
        if not self._running:
            self.idle.emit()
        handle.finished.emit()
        handle.deleteLater()


def _run(work: Callable[[JobContext], T], context: _Context) -> T:
    context.check()  # cancelled while it waited for its turn
    return work(context)
