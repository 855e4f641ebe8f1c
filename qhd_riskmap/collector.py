"""Who lets the garbage collector look, and when."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_FULL_AFTER_S: Final = 60.0


class _Keeper:
    """The one thread that may let the collector look, if there is one."""

    thread: int | None = None
    full_look: float = 0.0


@contextmanager
def collector_paused() -> Iterator[None]:
    """Make many objects that all survive, without the collector looking them over again and again.

    Saves a third of the time of large lists. Reference counting goes on as ever.
    Around a whole function, as ``@collector_paused()``, what only the function held is gone before the
    collector looks again.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def look_over() -> None:
    """Let the collector look at what was made since it was paused.

    When it is let go it would look at all of it at once, and nobody else runs meanwhile. Where one thread
    keeps the collector to itself, that thread looks soon enough.
    """
    if not gc.isenabled() and _Keeper.thread is None:
        gc.collect(0)


def keep_to_this_thread() -> None:
    """From now on the collector looks in this thread alone, when the thread calls `look_when_due`.

    Python looks in whichever thread happens to make the next object. A window that is garbage, and the Qt
    objects in it, would then be taken apart in a worker: Qt holds a lock there while it waits for the
    interpreter, the window's thread holds the interpreter while it waits for that lock, and both stand still.
    """
    gc.disable()
    _Keeper.thread = threading.get_ident()


def leave_to_all_threads() -> None:
    """As Python has it: the end of `keep_to_this_thread`."""
    _Keeper.thread = None
    gc.enable()


def look_when_due() -> None:
    """Let the collector look if Python would, at the youngest objects and, seldom, at older ones."""
    if _Keeper.thread != threading.get_ident():
        return
    young, middle, old = (
        count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)
    )
    if not young:
        return
    now = time.monotonic()
    if middle and old and now - _Keeper.full_look > _FULL_AFTER_S:
        _Keeper.full_look = now
        gc.collect()
    else:
        gc.collect(1 if middle else 0)
