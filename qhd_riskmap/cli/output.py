"""What a command says: one JSON document, or Chinese lines for people."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

from qhd_riskmap.errors import (
    MissingSpatialiteError,
    OutputFileError,
    ResourceMissingError,
    RiskMapError,
    UnreadableFileError,
)

_log = logging.getLogger(__name__)
# Their details speak of files and libraries. Others may hold places, which no log may.
_TECHNICAL: Final = (
    UnreadableFileError, OutputFileError, ResourceMissingError, MissingSpatialiteError,
)  # fmt: skip


class Output:
    """Keeps stdout for the result and everything else on stderr.

    With ``as_json`` exactly one JSON document reaches stdout, whatever happens.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._answered = False

    def result(self, document: Any, lines: Iterable[str]) -> None:
        """Answer with ``document`` (JSON) or ``lines`` (people)."""
        if self.as_json:
            self._print_json(document)
            return
        for line in lines:
            print(line)

    def note(self, text: str) -> None:
        """Progress or advice, never part of the answer."""
        print(text, file=sys.stderr)

    def failure(self, error: RiskMapError) -> None:
        """Report a user error: ``code: message`` on stderr; what libraries say of a file goes to the log."""
        print(f"{error.code}: {error}", file=sys.stderr)
        if not self.as_json:
            for line in error.lines:
                print(line, file=sys.stderr)
        if error.detail and isinstance(error, _TECHNICAL):
            _log.info("%s: %s", error.code, error.detail)
        if self.as_json and not self._answered:
            answer = {"code": error.code, "message": error.message, "hint": error.hint}
            self._print_json({"error": answer})

    def _print_json(self, document: Any) -> None:
        self._answered = True
        print(json.dumps(document, ensure_ascii=False, indent=1))


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned text; a Chinese character is two cells wide."""
    if not rows:
        return []
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)  # noqa: PLR2004 - start of CJK
