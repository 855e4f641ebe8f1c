"""What belongs together stays on one page: paragraphs kept with the next, rows of tables, signatures.

Qt lays a document out line by line and knows neither. So it is laid out, the first place where something
is torn is found, a page is begun there, and it is laid out again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtGui import QTextDocument, QTextTable

from qhd_riskmap.formats.document_blocks import DocumentTable, Paragraph

Block = Paragraph | DocumentTable
_MOST_BREAKS: Final = 60  # a longer document is printed as it comes


@dataclass(frozen=True, slots=True)
class Placed:
    """A document with the place of each block in it: its first and last position, the table if it is one."""

    document: QTextDocument
    places: Sequence[tuple[int, int]]
    tables: Sequence[QTextTable | None]


def flowed(blocks: Sequence[Block], compose: Callable[[Sequence[Block]], Placed]) -> QTextDocument:
    """The document with nothing torn that fits on a page.

    Args:
        blocks: What is laid out.
        compose: Lays blocks out.
    """
    own = list(blocks)
    for _break in range(_MOST_BREAKS):
        made = compose(own)
        if made.document.pageCount() == 1 or not _mended(own, made):
            return made.document
    return compose(own).document


def _mended(blocks: list[Block], made: Placed) -> bool:
    """Begin a page before the first thing that is torn; False where nothing is."""
    at = 0
    while at < len(blocks):
        last = at
        while last + 1 < len(blocks) and blocks[last].keep:
            last += 1
        block, table = blocks[at], made.tables[at]
        if last > at:
            if _torn(made, made.places[at][0], made.places[last][1]) and not block.new_page:
                blocks[at] = replace(block, new_page=True)
                return True
        elif isinstance(block, DocumentTable) and table is not None:
            row = _torn_row(block, table, made)
            if row is not None:
                blocks[at : at + 1] = _parted(block, row)
                return True
        at = last + 1
    return False


def _torn(made: Placed, first: int, last: int) -> bool:
    """Whether a stretch begins on one page and ends on another though one page could hold it."""
    top, bottom = _edge(made, first, 0.0), _edge(made, last, 1.0)
    page = made.document.pageSize().height()
    margin = made.document.rootFrame().frameFormat()
    room = page - margin.topMargin() - margin.bottomMargin()
    return int(top // page) != int((bottom - 1) // page) and _height(top, bottom, page, room) < room


def _height(top: float, bottom: float, page: float, room: float) -> float:
    """Without the margins between the pages."""
    pages = int((bottom - 1) // page) - int(top // page)
    return bottom - top - pages * (page - room)


def _edge(made: Placed, position: int, end: float) -> float:
    box = made.document.documentLayout().blockBoundingRect(made.document.findBlock(position))
    return box.top() + end * box.height()


def _torn_row(block: DocumentTable, table: QTextTable, made: Placed) -> int | None:
    """The first row that a page tears, or that a page begins with: Qt draws its lines on the page before.

    None where rows are joined or empty, or nothing is torn.
    """
    if not all(block.rows) or any(cell.rows > 1 for row in block.rows for cell in row):
        return None
    page = made.document.pageSize().height()
    before = 0
    for at, row in enumerate(block.rows):
        cells = [table.cellAt(at, cell.column) for cell in row]
        top = min(_edge(made, cell.firstPosition(), 0.0) for cell in cells)
        bottom = max(_edge(made, cell.lastPosition(), 1.0) for cell in cells)
        first, last = int(top // page), int((bottom - 1) // page)
        torn = first != last and bottom - top < page / 2
        if at >= max(1, block.headers) and (torn or first > before):
            return at
        before = last
    return None


def _parted(block: DocumentTable, row: int) -> list[Block]:
    """A table whose row begins a page, under its head rows; a table of nothing else begins it itself."""
    head = block.rows[: block.headers]
    below = replace(block, rows=(*head, *block.rows[row:]), new_page=True)
    if row <= block.headers:
        return [below]
    return [replace(block, rows=block.rows[:row], new_page=block.new_page), below]
