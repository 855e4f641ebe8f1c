"""Keeps the heap of a Linux program small: one for all threads, and nothing kept that was freed."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from functools import cache
from typing import Final

_M_ARENA_MAX: Final = -8  # malloc.h of glibc


@cache
def share_one_heap() -> None:
    """Have threads that begin later use the heap of those that are there.

    The C library gives each a heap of its own, which keeps what was freed in it: 100 MB after a large
    sheet. Measured, readers side by side lose nothing by sharing one.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back_freed() -> None:
    """Hand memory that was freed back to the system, after work that needed much for a moment.

    The C library keeps it otherwise: 150 MB once 100,000 hazards were read. Windows needs no telling.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
