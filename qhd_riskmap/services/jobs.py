"""Long work as a function of a context: progress out, cancellation in, no Qt."""

from __future__ import annotations

from typing import Protocol


class JobContext(Protocol):
    """What long-running work talks to."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Report progress.

        Raises:
            JobCancelledError: The user asked to stop; let it fly, the transaction rolls back.
        """


class SilentJob:
    """A context that nobody watches and nobody cancels."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Do nothing."""


QUIET_JOB: JobContext = SilentJob()
