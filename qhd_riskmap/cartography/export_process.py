"""Exports in a child process: Qt holds the interpreter lock for seconds while it finishes a PDF.

The child is started by ``spawn`` everywhere, as Windows does, and needs `freeze_support` in
``__main__`` of a frozen program. Contents travel as plain arrays and dataclasses.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.cartography.canvas import Cancelled, never_cancelled
from qhd_riskmap.cartography.page_export import Progress, export_here
from qhd_riskmap.cartography.page_model import ExportJob, PlacedSheet
from qhd_riskmap.errors import JobCancelledError, OutputFileError, RiskMapError
from qhd_riskmap.i18n import _, language
from qhd_riskmap.resources import activate_language

_POLL_S: Final = 0.1
_FAREWELL_S: Final = 10.0


Work = Callable[[Progress], Any]
"""What the child shall do; must be picklable, e.g. a `functools.partial` of a function of a module."""


def export_in_child(
    jobs: Sequence[ExportJob],
    progress: Progress | None = None,
    cancelled: Cancelled = never_cancelled,
) -> list[PlacedSheet]:
    """Write several files in one child process and wait for it.

    Args:
        jobs: The files.
        progress: Called in this thread with (done, total, file name).
        cancelled: Asked about ten times a second; a stopped child leaves no half file.

    Returns:
        What stands where on each sheet, in the order of ``jobs``.

    Raises:
        JobCancelledError: ``cancelled`` became true.
        OutputFileError: The child ended without an answer.
        RiskMapError: Whatever the export itself raised.
    """
    try:
        placed: list[PlacedSheet] = run_in_child(
            partial(export_here, list(jobs)), progress, cancelled
        )
    finally:
        _remove_partials(jobs)
    return placed


def run_in_child(
    work: Work, progress: Progress | None = None, cancelled: Cancelled = never_cancelled
) -> Any:
    """Do something in a child process and wait for what it returns.

    Raises:
        JobCancelledError: ``cancelled`` became true.
        OutputFileError: The child ended without an answer.
        RiskMapError: Whatever the work itself raised.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(
        target=_work, args=(theirs, work, language()), name="qhd-export", daemon=True
    )
    child.start()
    theirs.close()
    try:
        return _listen(ours, progress, cancelled)
    except BaseException:
        child.terminate()
        raise
    finally:
        child.join(_FAREWELL_S)
        if child.is_alive():
            child.kill()
            child.join()
        ours.close()
        child.close()


def _listen(connection: Connection, progress: Progress | None, cancelled: Cancelled) -> Any:
    while True:
        if cancelled():
            raise JobCancelledError(_("导出已取消。"))
        if not connection.poll(_POLL_S):
            continue
        try:
            kind, payload = connection.recv()
        except EOFError as error:
            raise OutputFileError(
                _("导出进程意外结束，文件没有写出。"), hint=_("请关闭其他程序后重试。")
            ) from error
        if kind == "progress":
            if progress is not None:
                progress(*payload)
        elif kind == "done":
            return payload
        elif kind == "failed":
            failure: RiskMapError = payload
            raise failure
        else:
            raise RuntimeError(f"export process failed:\n{payload}")


def _work(connection: Connection, work: Work, language_code: str) -> None:
    """Entry of the child."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    activate_language(language_code)

    def tell(kind: str, payload: Any) -> None:
        connection.send((kind, payload))

    try:
        result = work(lambda *step: tell("progress", step))
    except RiskMapError as error:
        tell("failed", error)
    except BaseException:
        tell("crashed", traceback.format_exc())
        raise
    else:
        tell("done", result)
    finally:
        connection.close()


def _end_with_parent() -> None:
    """Nobody waits for the work of a child whose parent was killed, and it may hold files open."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _remove_partials(jobs: Sequence[ExportJob]) -> None:
    for job in jobs:
        target = Path(job.path)
        target.with_name(target.name + ".partial").unlink(missing_ok=True)
