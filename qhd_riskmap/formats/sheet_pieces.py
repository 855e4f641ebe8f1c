"""Reads a large worksheet in pieces, on several cores, while the rest of it is still being checked.

A worksheet part is a row of ``<row>`` elements: each piece of it is put between the sheet's own first and
last lines, into a small workbook of its own in memory. The reader works outside the interpreter lock,
so that pieces are read side by side; the memory it needs for one cell after the other is that of a piece.

What is not laid out as spreadsheet programs do it is left to the caller, who reads it whole.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from qhd_riskmap.formats.sheet_guard import Extent, GuardedArchive, sheet_blocks

_SHARED: Final = "xl/sharedStrings.xml"
_COMMON: Final = (
    "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
    "xl/styles.xml", _SHARED,
)  # fmt: skip
_WORTH_IT: Final = 24 * 2**20  # bytes of a worksheet part
# A block of the guard's. The reader hands the cells of a piece over inside the interpreter lock, 5 ms for
# two megabytes, and threads that ask for it by turns keep the window waiting for several of them.
_PIECE: Final = 2**20
_FEW_SHARED: Final = 2**20
_MOST_WORKERS: Final = 4
_MOST_CELLS: Final = 4_000_000  # in the rectangle of one piece
_BEGIN: Final = b"<sheetData>"
_END: Final = b"</sheetData>"
_CLOSING: Final = b"</sheetData></worksheet>"


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some rows on their way through the reader.

    Attributes:
        extent: What the guard found in them.
        frame: Their cells, from the first row with a value on.
    """

    extent: Extent
    frame: Future[Any]


def is_large(archive: GuardedArchive, part: str) -> bool:
    """Whether reading a worksheet part in pieces pays."""
    return archive.size(part) >= _WORTH_IT and archive.size(_SHARED) * 2 < archive.size(part)


def read_pieces(
    archive: GuardedArchive, part: str, sheet: str, name: str
) -> tuple[Extent, Any | None]:
    """Measure a worksheet and read it meanwhile.

    Args:
        archive: The workbook.
        part: The worksheet.
        sheet: What it is called.
        name: Of the file, for messages.

    Returns:
        What its cells span, and its cells as texts from row 1 and the column ``left`` of the extent on;
        None where it has to be read as a whole.

    Raises:
        UnreadableFileError: See `sheet_guard.sheet_extent`; nothing that was found hostile is read.
    """
    workers = max(2, min(os.cpu_count() or 2, _MOST_WORKERS))
    extent = Extent()
    with ThreadPoolExecutor(workers, thread_name_prefix="sheet-piece") as pool:
        splitter = _Splitter(archive, part, sheet, pool, workers)
        for block, own in sheet_blocks(archive, part, name, extent):
            splitter.take(block, own)
        frame = splitter.whole(extent)
    return extent, frame


class _Splitter:
    """Gathers blocks to pieces and has them read."""

    def __init__(
        self, archive: GuardedArchive, part: str, sheet: str, pool: ThreadPoolExecutor, workers: int
    ) -> None:
        self._common = {name: archive.read(name) for name in _COMMON if name in archive}
        self._part, self._sheet, self._pool = part, sheet, pool
        # Every piece reads the shared texts anew.
        many = archive.size(_SHARED) > _FEW_SHARED
        self._enough = archive.size(part) // workers + 1 if many else _PIECE
        self._most_waiting = workers
        self._head: bytes | None = None
        self._blocks: list[bytes] = []
        self._own = Extent()
        self._pieces: list[_Piece] = []
        self._bottom = 0
        self._ended = False
        self._usable = True

    def take(self, block: bytes, own: Extent) -> None:
        """Take the next block of the part, which begins with a row unless it is the first."""
        if not self._usable:
            return
        if self._ended or (b"!" in block and b"<!" in block):
            # Cells after the end, or rows inside a comment: the reader passes over them.
            self._usable = self._ended and not own.cells
            return
        if self._head is None:
            begin = block.find(_BEGIN)
            self._head = block[: begin + len(_BEGIN)]
            block = block[begin + len(_BEGIN) :]
            self._usable = begin >= 0
        elif not self._blocks and not block.startswith(b"<row"):
            self._usable = False
        end = block.find(_END)
        self._ended = end >= 0
        self._blocks.append(block[:end] if self._ended else block)
        self._own.include(own)
        if self._ended or sum(map(len, self._blocks)) >= self._enough:
            self._submit()

    def whole(self, extent: Extent) -> Any | None:
        """All cells, None where they were not laid out as expected."""
        if not (self._usable and self._ended and extent.explicit and self._pieces):
            return None
        try:
            frames = [piece.frame.result() for piece in self._pieces]
        # Of a file that a reader chokes on, reading as a whole says what is wrong.
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            return None
        return _joined(self._pieces, frames, extent)

    def _submit(self) -> None:
        blocks, own = self._blocks, self._own
        self._blocks, self._own = [], Extent()
        if not own.right:
            return
        height = own.bottom - own.top + 1
        if not own.explicit or own.top <= self._bottom or height * own.right > _MOST_CELLS:
            self._usable = False
            return
        self._bottom = own.bottom
        if len(self._pieces) >= self._most_waiting:
            self._pieces[-self._most_waiting].frame.exception()  # waits until it is read
        blocks = [self._head or b"", *blocks, _CLOSING]
        frame = self._pool.submit(_read, self._common, self._part, blocks, self._sheet)
        self._pieces.append(_Piece(own, frame))


def _read(common: Mapping[str, bytes], part: str, blocks: list[bytes], sheet: str) -> Any:
    """The cells of a workbook made of some parts, as texts; uses ``blocks`` up."""
    from fastexcel import read_excel  # noqa: PLC0415 - 40 ms that only an import pays

    package = BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in common.items():
            archive.writestr(zipfile.ZipInfo(name), content)
        with archive.open(zipfile.ZipInfo(part), "w") as rows:
            blocks.reverse()
            while blocks:
                rows.write(blocks.pop())
    reader = read_excel(package.getvalue())
    del package
    loaded = reader.load_sheet(sheet, header_row=None, dtypes="string")
    return loaded.to_polars()


def _joined(pieces: Sequence[_Piece], frames: Sequence[Any], extent: Extent) -> Any | None:
    """The pieces below each other, blank rows between them included."""
    import polars as pl  # noqa: PLC0415 - fastexcel has loaded it

    columns = [str(number) for number in range(extent.left, extent.right + 1)]
    blank = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    parts, height = [blank], 0
    for piece, frame in zip(pieces, frames, strict=True):
        own = piece.extent
        # The reader does not say where its cells begin; where it sees others, the guard is wrong.
        if frame.shape != (own.last - own.first + 1, own.right - own.left + 1):
            return None
        if own.first - 1 > height:
            parts.append(blank.clear(own.first - 1 - height))
        frame.columns = [str(number) for number in range(own.left, own.right + 1)]
        parts.append(frame)
        height = own.last
    return pl.concat(parts, how="diagonal", rechunk=False)
