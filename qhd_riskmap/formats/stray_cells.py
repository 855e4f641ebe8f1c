"""Single cells far away from the table of a sheet, left behind by a slip of the hand.

A reader takes memory for the whole rectangle between the outermost cells, so one of them makes an ordinary
workbook look like a hostile one. The sheet is read without them, and they are named.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.formats.sheet_guard import (
    MAX_COLUMNS,
    MAX_ROWS,
    PADDING,
    Extent,
    GuardedArchive,
    cut_blocks,
    go_on,
    read_plain,
)

Place = tuple[int, int]
MOST_STRAY: Final = 50  # in one direction; more are a table
_FEWEST_OF_TABLE: Final = 6
_FAR: Final = (1000, 100)  # blank rows, blank columns between the table and a stray cell
_LAST_COLUMN: Final = 16_384
# A rectangle of so many cells of which so few hold anything is not worth its memory.
_WORTH_IT: Final = 2_000_000
_SPARSE: Final = 20
_MOST_BYTES: Final = 128 * 2**20
_WORKSHEETS: Final = "/worksheets/"
_PASSED_OVER: Final = ("xl/media/", "xl/drawings/", "xl/charts/", "docProps/", "customXml/")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SlimSheet:
    """A workbook of one worksheet part without its stray cells.

    Attributes:
        stray: Row and column, from 1, of the cells left out that hold something.
    """

    content: bytes
    archive: GuardedArchive
    stray: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _PlainCells:
    """Cells of a block: where their tags begin, column and row from 1, whether they hold anything."""

    at: npt.NDArray[np.intp]
    column: npt.NDArray[np.int32]
    row: npt.NDArray[np.int64]
    filled: npt.NDArray[np.bool_]


def is_sparse(extent: Extent) -> bool:
    """Whether looking for stray cells may save much memory."""
    rectangle = extent.bottom * extent.widest
    return rectangle > _WORTH_IT and extent.cells * _SPARSE < rectangle


def without_strays(archive: GuardedArchive, part: str, name: str) -> SlimSheet | None:
    """The sheet without what lies far off its table; None where nothing does, or it cannot be told.

    Args:
        archive: The workbook.
        part: The worksheet.
        name: Of the file, for messages.

    Raises:
        UnreadableFileError: A limit of the archive is broken.
    """
    if archive.size(part) > _MOST_BYTES:
        return None
    limits = _limits(archive, part, name)
    if limits is None:
        return None
    package = BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as slim:
        for other in archive.parts:
            wanted = other.endswith((".xml", ".rels")) and not other.startswith(_PASSED_OVER)
            if wanted and _WORKSHEETS not in other:
                with slim.open(other, "w") as target:
                    for piece in archive.pieces(other):
                        target.write(piece)
        with slim.open(part, "w") as target:
            stray = _copy(archive, part, name, limits, target)
    if stray is None:
        return None
    content = package.getvalue()
    return SlimSheet(content=content, archive=GuardedArchive(content, name), stray=tuple(stray))


def _limits(archive: GuardedArchive, part: str, name: str) -> Place | None:
    """First row and first column that the table does not reach; None where no cell lies beyond."""
    rows = np.zeros(MAX_ROWS + 1, np.int64)
    columns = np.zeros(_LAST_COLUMN + 1, np.int64)
    for block, after in cut_blocks(archive, part, name):
        cells = _plain_cells(block, after)
        if cells is None:
            return None
        if not len(cells.at):
            continue
        if cells.row.max() > MAX_ROWS or cells.column.max() > _LAST_COLUMN:
            return None
        found = np.bincount(cells.row)
        rows[: len(found)] += found
        found = np.bincount(cells.column)
        columns[: len(found)] += found
        # So many columns are no slip: thousands of real ones need not be read to their end.
        if columns[MAX_COLUMNS + 1 :].sum() > MOST_STRAY:
            return None
    row, column = (_end(counts, far) for counts, far in zip((rows, columns), _FAR, strict=True))
    kept = min(int(rows[:row].sum()), int(columns[:column].sum()))
    if (row > MAX_ROWS and column > _LAST_COLUMN) or kept < _FEWEST_OF_TABLE:
        return None
    return row, column


def _end(counts: npt.NDArray[np.int64], far: int) -> int:
    """The first line of few cells behind a wide gap, one more than there are where there is none."""
    used = np.flatnonzero(counts)
    onward = counts[used][::-1].cumsum()[::-1]
    behind = np.flatnonzero((np.diff(used) > far) & (onward[1:] <= MOST_STRAY)) + 1
    return int(used[behind[0]]) if len(behind) else len(counts)


def _copy(
    archive: GuardedArchive, part: str, name: str, limits: Place, target: Any
) -> list[Place] | None:
    """Write the part without cells beyond the limits; those with a value, None if one has no end."""
    stray: list[Place] = []
    for block, after in cut_blocks(archive, part, name):
        cells = _plain_cells(block, after)
        far = _beyond(cells, limits)
        start = 0
        for at, row, column, filled in far:
            close = block.find(b">", at)
            end = close + 1
            if block[close - 1 : close] != b"/":
                end = block.find(b"</c>", at) + len(b"</c>")
            if close < 0 or end <= at:
                return None
            target.write(block[start:at])
            start = end
            if filled:
                stray.append((row, column))
        target.write(block[start:])
    return stray


def _beyond(cells: _PlainCells | None, limits: Place) -> list[tuple[int, int, int, bool]]:
    if cells is None:
        return []
    far = np.flatnonzero((cells.row >= limits[0]) | (cells.column >= limits[1]))
    found = (cells.at[far], cells.row[far], cells.column[far], cells.filled[far])
    return list(zip(*(values.tolist() for values in found), strict=True))


def _plain_cells(block: bytes, after: bytes) -> _PlainCells | None:
    """The cells of a block by themselves; None where some do not begin with their place."""
    size = len(block)
    data: npt.NDArray[np.uint8] = np.frombuffer(block + after + b"<" * PADDING, dtype=np.uint8)
    tags = np.flatnonzero(data[:size] == ord("<"))
    which = np.flatnonzero(data[tags + 1] == ord("c"))
    next_char = data[tags[which] + 2]
    ended = (next_char == ord(" ")) | (next_char == ord(">")) | (next_char == ord("/"))
    plain = which[go_on(data, tags[which], b'c r="')]
    if len(plain) != np.count_nonzero(ended) or b":c " in block:
        return None
    column, row, filled = read_plain(data, tags, plain)
    return _PlainCells(at=tags[plain], column=column, row=row, filled=filled)
