"""How far long work has come, how fast it goes and how long it will take, in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext

_SURE_AFTER_S: Final = 0.5
_SECONDS_PER_MINUTE: Final = 60
_SHOWN_IN_MINUTES: Final = 100


class Pace:
    """Reports work of known size to a job.

    The size is in any unit that grows evenly with time (bytes to read, rows to write); rows are what
    people want to see the speed of.
    """

    def __init__(
        self, job: JobContext, total: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start the clock.

        Args:
            job: Takes the reports, may raise to stop.
            total: Size of the work.
            clock: Seconds.
        """
        self._job = job
        self._total = max(total, 1)
        self._clock = clock
        self._begin = clock()
        self._done = 0
        self._note = ""

    def report(self, done: int, rows: int, what: str) -> None:
        """Tell what is being done.

        Args:
            done: Size of what is done.
            rows: Rows done.
            what: The step in hand, a short phrase.
        """
        passed = self._clock() - self._begin
        note = what
        if rows and passed >= _SURE_AFTER_S and done:
            note = _("{what}：{rows} 行，每秒 {rate} 行，约剩 {left}").format(
                what=what,
                rows=f"{rows:,}",
                rate=f"{rows / passed:,.0f}",
                left=duration((self._total - done) * passed / done),
            )
        self._done, self._note = done, note
        self._job.advance(min(done, self._total), self._total, note)

    def finish(self, what: str) -> None:
        """Tell that all is done."""
        self._job.advance(self._total, self._total, what)

    def steps(
        self, *, begin: int, size: int, rows: int, more: int, count: int, what: str
    ) -> Callable[[], None]:
        """To be called after each of ``count`` steps of one part of the work.

        Args:
            begin: Size of what is done before the part.
            size: Size of the part.
            rows: Rows done before it.
            more: Rows of the part.
            count: About how many steps it takes; further ones repeat the last.
            what: The step in hand, a short phrase.
        """
        taken = 0

        def step() -> None:
            nonlocal taken
            taken = min(taken + 1, count)
            self.report(begin + size * taken // count, rows + more * taken // count, what)

        return step

    def pulse(self) -> None:
        """Repeat the last report, so that the job can stop the work."""
        self._job.advance(min(self._done, self._total), self._total, self._note)


def duration(seconds: float) -> str:
    """Seconds or minutes, as people say them.

    >>> duration(0.2), duration(130)
    ('1 秒', '3 分钟')
    """
    if seconds < _SHOWN_IN_MINUTES:
        return _("{n} 秒").format(n=max(1, round(seconds)))
    return _("{n} 分钟").format(n=-int(-seconds // _SECONDS_PER_MINUTE))
