"""Survey sheets in text files: comma, semicolon, tab or bar, in the encodings Chinese offices use."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice, zip_longest
from pathlib import Path
from typing import Final, TextIO

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    damaged,
    refuse_filled,
    too_large,
)

_DELIMITERS: Final = "\t;,|"
_SNIFFED_LINES: Final = 50
_SNIFFED_LETTERS: Final = 2**18
_LONGEST_LINE: Final = 2**23
_ROWS_AT_ONCE: Final = 4096
_FEW: Final = 20_000
_REPEATED: Final = 3  # a text that stands so often on average is worth keeping once


def read_text_sheet(path: Path, content: bytes) -> SurveySheet:
    """Read a delimited text file.

    Raises:
        UnreadableFileError: Neither UTF-8 nor GB 18030 text, or too large.
    """
    problem = ""
    for encoding in _encodings(content, path.name):
        try:
            return SurveySheet(file=path, name="", columns=_columns(content, encoding, path.name))
        except UnicodeDecodeError as error:
            problem = str(error)
    raise damaged(path.name, problem)


def _columns(content: bytes, encoding: str, name: str) -> tuple[tuple[str, ...], ...]:
    """The texts by column; the text of the file as a whole is never in memory."""
    text = TextIOWrapper(BytesIO(content), encoding, newline="")
    delimiter = _delimiter(text.read(_SNIFFED_LETTERS))
    text.seek(0)
    # Quotes in plain text are often inches or seconds of arc: only an even number can be quoting.
    reader = csv.reader(_lines(text, name), delimiter=delimiter, strict=False)
    table = _Table(name)
    try:
        while rows := list(islice(reader, _ROWS_AT_ONCE)):
            table.take(rows)
    except csv.Error as error:
        raise damaged(name, str(error)) from error
    return tuple(tuple(column) for column in table.columns)


def _lines(text: TextIO, name: str) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise too_large(name)
        yield line


class _Table:
    """Columns that grow by some rows at a time."""

    def __init__(self, name: str) -> None:
        self.columns: list[list[str]] = []
        self._known: list[dict[str, str]] = []
        self._name = name
        self._height = self._filled = 0

    def take(self, rows: list[list[str]]) -> None:
        """Add rows.

        Raises:
            UnreadableFileError: More than the limits.
        """
        width = max(map(len, rows))
        height = self._height + len(rows)
        if width > MAX_COLUMNS or height > MAX_ROWS or height * width > MAX_CELLS:
            raise too_large(self._name)
        while len(self.columns) < width:
            self.columns.append([""] * self._height)
            self._known.append({})
        cells = list(zip_longest(*rows, fillvalue=""))
        cells += [("",) * len(rows)] * (len(self.columns) - width)
        for column, known, texts in zip(self.columns, self._known, cells, strict=True):
            self._filled += len(texts) - texts.count("")
            # Texts that come again and again are kept once.
            again = len(known) < _FEW and len(set(texts)) * _REPEATED < len(texts)
            column.extend([known.setdefault(t, t) for t in texts] if again else texts)
        self._height = height
        refuse_filled(self._filled, self._name)


def _encodings(content: bytes, name: str) -> tuple[str, ...]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return (encoding,)
    if b"\x00" in content:
        raise damaged(name, "binary content")
    return ("utf-8", "gb18030")


def _delimiter(text: str) -> str:
    """The delimiter that splits most lines into the same number of cells, at least two."""
    lines = [line for line in text.splitlines()[: _SNIFFED_LINES * 4] if line.strip()][
        :_SNIFFED_LINES
    ]
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        frequent = max(set(counts), key=counts.count, default=0)
        if frequent and (score := (counts.count(frequent), frequent)) > best_score:
            best, best_score = delimiter, score
    return best
