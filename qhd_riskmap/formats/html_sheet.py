"""Tables of web pages that bear the name of a workbook: what many office systems export as .xls.

The page is read as a stream of tags by lxml, without network, entities or a tree, and laid out the way a
spreadsheet program shows it: tables below each other, text outside of them in rows of its own, because it
may be the title or the note that names the datum. Scripts and styles are passed over, never run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.formats.markup_grid import MarkupGrid, parsed
from qhd_riskmap.formats.sheet_guard import MAX_COLUMNS, MAX_ROWS, too_large

# The parser itself gives up at 256 and says nothing.
_DEEPEST: Final = 200
_NESTED: Final = 12
_LONGEST_TEXT: Final = 1_000_000
_UNSEEN: Final = frozenset(
    {
        "script",
        "style",
        "head",
        "title",
        "noscript",
        "template",
        "xml",
        "object",
        "iframe",
        "option",
    }
)
_BLOCKS: Final = frozenset(
    {
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "caption",
        "center",
        "pre",
        "form",
        "body",
    }
)
_EMPTY: Final = frozenset(
    {"br", "img", "input", "meta", "link", "hr", "col", "wbr", "area", "base"}
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\f\n]+")
# What a spreadsheet program keeps beside a number that it shows rounded.
_EXACT: Final = ("x:num", "sdval")
_NUMBER: Final = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?")


@dataclass(slots=True)
class _Cell:
    across: int = 1
    down: int = 1
    exact: str = ""
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    hidden: bool = False
    cells: list[_Cell] = field(default_factory=list)


class _Page:
    """Takes tags and text as they come (the target of an lxml parser)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.rows: list[_Row | None] = []  # None ends a table
        self._tables: list[tuple[list[_Row | None], _Cell | None]] = []
        self._own: list[_Row | None] = self.rows
        self._cell: _Cell | None = None
        self._outside: list[str] = []
        self._unseen = self._depth = self._size = 0
        self._seen_rows = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        tag = str(tag)
        if tag in _EMPTY:
            self._void(tag)
            return
        self._depth += 1
        if self._depth > _DEEPEST:
            raise too_large(self._name)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._begin_table()
        elif self._tables and tag == "tr":
            self._begin_row(attributes)
        elif self._tables and tag in {"td", "th"}:
            self._begin_cell(attributes)
        elif tag in _BLOCKS:
            self._break()

    def end(self, tag: str) -> None:
        """A tag closes."""
        tag = str(tag)
        if tag in _EMPTY:
            return
        self._depth -= 1
        if tag in _UNSEEN:
            self._unseen -= 1
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag in {"td", "th", "tr"}:
            self._cell = None
        elif tag in _BLOCKS:
            self._break()

    def data(self, text: str) -> None:
        """A piece of text."""
        if self._unseen:
            return
        self._size += len(text)
        if self._cell is not None:
            self._cell.texts.append(text)
        elif not self._tables:
            self._outside.append(text)
        if self._size > 64 * _LONGEST_TEXT:
            raise too_large(self._name)

    def comment(self, text: str) -> None:
        """Nothing in a comment is shown."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nothing in a processing instruction is shown."""

    def close(self) -> list[_Row | None]:
        """The page is over."""
        while self._tables:
            self._end_table()
        self._break()
        return self.rows

    def _void(self, tag: str) -> None:
        if tag == "br" and self._cell is not None and not self._unseen:
            self._cell.texts.append("\0")
        elif tag in {"br", "hr"}:
            self._break()

    def _break(self) -> None:
        """A new line: outside of tables what stood so far becomes a row."""
        if self._cell is not None:
            self._cell.texts.append("\0")
            return
        if self._tables:
            return
        text = _tidy(self._outside)
        self._outside.clear()
        if text:
            self._add(self.rows, _Row(cells=[_Cell(texts=[text])]))

    def _begin_table(self) -> None:
        self._break()
        if len(self._tables) >= _NESTED:
            raise too_large(self._name)
        self._tables.append((self._own, self._cell))
        self._own, self._cell = [], None

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        hidden = "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")) is not None
        self._cell = None
        self._add(self._own, _Row(hidden=hidden))

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        if not self._own or self._own[-1] is None:
            self._add(self._own, _Row())
        self._cell = _Cell()
        if attributes:  # most cells have none, and asking takes as long as everything else
            self._cell.exact = next((v for key in _EXACT if (v := attributes.get(key, ""))), "")
            self._cell.across = _count(attributes, "colspan", MAX_COLUMNS + 1)
            self._cell.down = _count(attributes, "rowspan", MAX_ROWS)
        row = self._own[-1]
        if row is not None:
            row.cells.append(self._cell)
            if len(row.cells) > MAX_COLUMNS:
                raise too_large(self._name)

    def _end_table(self) -> None:
        """Give the rows to the page; a table within a cell follows the table around it."""
        own = self._own
        self._own, self._cell = self._tables.pop()
        if (
            len(own) == 1
            and own[0] is not None
            and len(own[0].cells) == 1
            and self._cell is not None
        ):
            # A frame around one text, not a table.
            self._cell.texts += ["\0", *own[0].cells[0].texts]
            return
        (self._own if self._tables else self.rows).extend([*own, None])

    def _add(self, rows: list[_Row | None], row: _Row) -> None:
        self._seen_rows += 1
        if self._seen_rows > MAX_ROWS:
            raise too_large(self._name)
        rows.append(row)


def read_html_sheet(path: Path, text: str, name: str = "") -> SurveySheet:
    """Read everything a page shows as one sheet.

    Args:
        path: The file.
        text: The page, decoded.
        name: Name of the sheet.

    Raises:
        UnreadableFileError: Entities of its own, deeper or larger than any table, or damaged.
    """
    page = _Page(path.name)
    parser = etree.HTMLParser(target=page, no_network=True, encoding="utf-8", huge_tree=False)
    rows: list[_Row | None] = parsed(parser, text, path.name)
    for entry in parser.error_log:
        # It reads on after any other mistake, as web browsers do.
        if any(word in entry.message for word in ("depth", "huge", "HUGE", "memory")):
            raise too_large(path.name)
    return _laid_out(path, name, rows)


def _laid_out(path: Path, name: str, rows: list[_Row | None]) -> SurveySheet:
    grid = MarkupGrid(path.name)
    for row in rows:
        if row is None:
            grid.end_table()
            continue
        grid.begin_row(hidden=row.hidden)
        for cell in row.cells:
            shown = _tidy(cell.texts)
            exact = _NUMBER.fullmatch(cell.exact) and _NUMBER.fullmatch(shown)
            grid.cell(cell.exact if exact else shown, across=cell.across, down=cell.down)
    return grid.sheet(path, name)


def _tidy(texts: list[str]) -> str:
    """Text as a page shows it: blanks are one, line breaks stay."""
    if len(texts) == 1 and texts[0].isalnum():
        return texts[0]
    lines = _BLANKS.sub(" ", "".join(texts)).split("\0")
    return "\n".join(kept for line in lines if (kept := line.strip(" \xa0")))


def _count(attributes: Mapping[str, str], key: str, most: int) -> int:
    text = attributes.get(key, "").strip()
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 9 else 1  # noqa: PLR2004
