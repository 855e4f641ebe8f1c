"""Survey sheets in text files: comma, semicolon or tab, in the encodings Chinese offices use."""

from __future__ import annotations

import codecs
import csv
from io import StringIO
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.formats.sheet_guard import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, damaged, too_large

_DELIMITERS: Final = "\t;,"
_SNIFFED_LINES: Final = 50
_LONGEST_CELL: Final = 131_072


def read_text_sheet(path: Path, content: bytes) -> SurveySheet:
    """Read a delimited text file.

    Raises:
        UnreadableFileError: Neither UTF-8 nor GB 18030 text, or too large.
    """
    text = _decoded(content, path.name)
    # Quotes in plain text are often inches or seconds of arc: only an even number can be quoting.
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    rows: list[list[str]] = []
    width = 0
    try:
        for row in reader:
            rows.append(row)
            width = max(width, len(row))
            if len(rows) > MAX_ROWS or width > MAX_COLUMNS or len(rows) * width > MAX_CELLS:
                raise too_large(path.name)
    except csv.Error as error:
        raise damaged(path.name, str(error)) from error
    padded = [row + [""] * (width - len(row)) for row in rows]
    columns = tuple(list(column) for column in zip(*padded, strict=True))
    return SurveySheet(file=path, name="", columns=columns)


def _decoded(content: bytes, name: str) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, (encoding,), name)
    if b"\x00" in content:
        raise damaged(name, "binary content")
    return _strictly(content, ("utf-8", "gb18030"), name)


def _strictly(content: bytes, encodings: tuple[str, ...], name: str) -> str:
    problem = ""
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            problem = str(error)
    raise damaged(name, problem)


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
