"""Progress of long work on stderr: one line for each part, never in the answer."""

from __future__ import annotations

from qhd_riskmap.cli.output import Output


class ToldJob:
    """Says what is in hand whenever that is something new."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._told = ""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Say it once."""
        del done, total
        if note and note != self._told:
            self._told = note
            self._output.note(note)
