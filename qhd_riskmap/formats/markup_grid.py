"""Markup read as a stream, and a sheet put together from it cell by cell within the limits of every other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from lxml import etree

from qhd_riskmap.domain.survey_sheet import MergedRange, SurveySheet
from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    damaged,
    refuse_filled,
    too_large,
)

_PIECE: Final = 2**20
_LONGEST_CELL: Final = 131_072
_MOST_MERGED: Final = 100_000


def parsed(parser: Any, text: str, name: str) -> Any:
    """What the target of an lxml parser makes of a text, fed piece by piece.

    Raises:
        UnreadableFileError: The parser gives up.
    """
    content = text.encode("utf-8", "replace")
    try:
        for at in range(0, len(content), _PIECE):
            parser.feed(content[at : at + _PIECE])
        return parser.close()
    except etree.LxmlError as error:
        raise damaged(name, str(error)) from error


class MarkupGrid:
    """Rows of cells that may span several columns and rows; a cell below a span moves to the right.

    Raises:
        UnreadableFileError: More rows, columns, cells or text than a survey sheet holds.
    """

    def __init__(self, name: str) -> None:
        """Start empty.

        Args:
            name: File name, for the refusal.
        """
        self._name = name
        self._rows: list[dict[int, str]] = []
        self._width = 0
        self._cells = self._filled = 0
        self._merged: list[MergedRange] = []
        self._covered: dict[int, int] = {}  # column → last row, from 1, that a span above covers
        self._hidden: list[int] = []
        self._at = 0

    @property
    def height(self) -> int:
        """Rows begun so far."""
        return len(self._rows)

    @property
    def column(self) -> int:
        """Column, from 1, where the next cell of the row comes to stand."""
        while self._covered.get(self._at + 1, 0) >= self.height:
            self._at += 1
        return self._at + 1

    def begin_row(self, *, number: int = 0, hidden: bool = False) -> None:
        """Begin the next row, or the one of a number further down."""
        if number > MAX_ROWS or self.height >= MAX_ROWS:
            raise too_large(self._name)
        while self.height < number - 1:
            self._rows.append({})
        self._rows.append({})
        self._at = 0
        if hidden:
            self._hidden.append(self.height)

    def skip_to(self, column: int) -> None:
        """Leave cells out up to a column, from 1."""
        self._at = max(self._at, column - 1)

    def cell(self, text: str, *, across: int = 1, down: int = 1) -> tuple[int, int]:
        """Add a cell and return its row and column, from 1."""
        column, row = self.column, self.height
        across, down = max(across, 1), max(down, 1)
        right = column + across - 1
        if right > MAX_COLUMNS or len(text) > _LONGEST_CELL:
            raise too_large(self._name)
        down = min(down, MAX_ROWS - row + 1)
        self._at = right
        if text:
            self._rows[-1][column] = text
            self._width = max(self._width, right)
            self._filled += 1
            refuse_filled(self._filled, self._name)
        self._cells += across
        if self._cells > MAX_CELLS or self._width * self.height > MAX_CELLS:
            raise too_large(self._name)
        if (across, down) != (1, 1) and text and len(self._merged) < _MOST_MERGED:
            self._merged.append(MergedRange(row, column, row + down - 1, right))
        if down > 1:
            self._covered.update(dict.fromkeys(range(column, right + 1), row + down - 1))
        return row, column

    def end_table(self) -> None:
        """End a table: spans do not reach into the next, which begins at the left."""
        self._covered.clear()
        self._at = 0

    def sheet(
        self, path: Path, name: str, hidden_columns: Sequence[int] = (), *, hidden: bool = False
    ) -> SurveySheet:
        """Everything as a sheet; spans are cut to the rows there are."""
        while self._rows and not self._rows[-1]:
            self._rows.pop()
        columns: list[list[str | None]] = [[None] * self.height for _column in range(self._width)]
        for row, cells in enumerate(self._rows):
            for column, text in cells.items():
                columns[column - 1][row] = text
        return SurveySheet(
            file=path,
            name=name,
            hidden=hidden,
            columns=tuple(columns),
            merged=tuple(
                MergedRange(m.top, m.left, min(m.bottom, self.height), m.right)
                for m in self._merged
            ),
            hidden_rows=tuple(row for row in self._hidden if row <= self.height),
            hidden_columns=tuple(hidden_columns),
        )
