"""A survey sheet as it was read: texts in columns, and where each stood in the sender's own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ALPHABET: Final = 26


def column_letters(number: int) -> str:
    """Letters of a 1-based column number.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Inverse of `column_letters`.

    >>> column_number("AB")
    28
    """
    number = 0
    for letter in letters:
        number = number * ALPHABET + ord(letter) - ord("A") + 1
    return number


@dataclass(frozen=True, slots=True)
class MergedRange:
    """A merged block; rows and columns count from 1 as people see them, both ends inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurveySheet:
    """The used part of one sheet, every cell as text.

    Attributes:
        file: The file it stands in.
        name: Sheet name; "" for a text file.
        hidden: Hidden in the workbook.
        columns: One list per column, all of one length; None or "" where a cell is empty. Numbers
            are written without exponent, days as ``2014-03-05 00:00:00``.
        first_row: Row number, from 1, of the first entry of every column.
        first_column: Column number, from 1, of the first column.
        merged: The merged blocks.
        unsolved: Row and column, from 1, of cells that hold a formula without a stored result; they
            read as empty.
        failed: Row and column, from 1, of cells that hold an error of the spreadsheet (#N/A, #REF!) with
            what they say; they read as empty.
        rounded: Row and column, from 1, of cells that hold a number longer than a spreadsheet can keep.
        struck: Row and column, from 1, of cells with letters that are struck through.
        stray: Row and column, from 1, of cells far off the table, which were not read.
        hidden_rows: Row numbers the sender has hidden.
        hidden_columns: Column numbers the sender has hidden.
        context: Titles of the whole sheet, where this is one of several tables on it.
        header_row: Row number of the header, where the file says it; 0 where it has to be found.
        declared: Notation of the reference system that the file itself declares; "" for none.
    """

    file: Path
    name: str
    hidden: bool = False
    columns: tuple[Sequence[str | None], ...]
    first_row: int = 1
    first_column: int = 1
    merged: tuple[MergedRange, ...] = ()
    unsolved: frozenset[tuple[int, int]] = frozenset()
    failed: Mapping[tuple[int, int], str] = field(default_factory=dict)
    rounded: frozenset[tuple[int, int]] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    stray: tuple[tuple[int, int], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    context: tuple[str, ...] = ()
    header_row: int = 0
    declared: str = ""

    @property
    def height(self) -> int:
        """Rows from the first used to the last used one."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def width(self) -> int:
        """Columns from the first used to the last used one."""
        return len(self.columns)

    def row(self, index: int) -> list[str]:
        """Texts of the row ``index`` places below the first; "" for empty cells."""
        return [column[index] or "" for column in self.columns]

    @property
    def unread(self) -> frozenset[tuple[int, int]]:
        """Row and column, from 1, of cells that read as empty although their sender sees something."""
        return self.unsolved | self.failed.keys()

    @property
    def rows(self) -> list[list[str]]:
        """All rows; for sheets of any size read `columns` instead."""
        return [self.row(index) for index in range(self.height)]

    def address(self, row: int, column: int) -> str:
        """The sender's own name of a cell, e.g. ``D17``, from 0-based indices."""
        return f"{column_letters(self.first_column + column)}{self.first_row + row}"

    def merged_indices(self) -> list[tuple[int, int, int, int]]:
        """Merged blocks clipped to the used part, as 0-based top, left, bottom, right."""
        found = []
        for block in self.merged:
            top = max(block.top - self.first_row, 0)
            left = max(block.left - self.first_column, 0)
            bottom = min(block.bottom - self.first_row, self.height - 1)
            right = min(block.right - self.first_column, self.width - 1)
            if bottom >= top and right >= left:
                found.append((top, left, bottom, right))
        return found
