"""Changes single cells of a worksheet part in place; every other byte of its rows stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax.saxutils import escape

from lxml import etree

from qhd_riskmap.domain.survey_sheet import column_letters, column_number
from qhd_riskmap.formats.cell_text import storable
from qhd_riskmap.formats.sheet_guard import damaged
from qhd_riskmap.formats.workbook_package import WorkbookPackage

LARGEST_SHEET: Final = 2**29
_DATA: Final = re.compile(
    rb"<((?:\w+:)?)sheetData(?=[\s/>])[^>]*?(?:/>|>(.*)</\1sheetData\s*>)", re.DOTALL
)
_ATTRIBUTES: Final = rb"((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*"
_NUMBER: Final = re.compile(rb"\sr\s*=\s*[\"'](?:[A-Z]{1,3})?(\d{1,7})[\"']")
_LETTERS: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})\d{1,7}[\"']")
_STYLE: Final = re.compile(rb"\ss\s*=\s*[\"'](\d{1,6})[\"']")
_SPANS: Final = re.compile(rb"\sspans\s*=\s*[\"'][^\"']*[\"']")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_TEXT_CELL: Final = re.compile(rb"\st\s*=\s*[\"'](?!n[\"'])")
_PLAIN_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,12})?")
# What stands behind legacyDrawing in a worksheet.
_BEHIND: Final = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
_ALTERNATIVE: Final = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
)


@dataclass(slots=True)
class RowChange:
    """What changes in one row.

    Attributes:
        colours: Column number → RRGGBB.
        texts: Column number → text and style of a cell of ours.
        written: Column number → text in place of what a cell of the sender's holds, and its style,
            None to keep the cell's own. A formula stays: others may be built on it.
        values: Column number → number or text in place of what a cell holds, in the cell's own
            style; None empties it. Rows that are not there are made. A formula stays and is told by
            `SheetPatch.formulas`.
    """

    colours: dict[int, str] = field(default_factory=dict)
    texts: dict[int, tuple[str, int]] = field(default_factory=dict)
    written: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    values: dict[int, float | str | None] = field(default_factory=dict)


class SheetPatch:
    """One worksheet part.

    Attributes:
        formulas: Addresses of cells that were to take a value and hold a formula.

    Args:
        package: Of the workbook.
        part: Of the worksheet.
    """

    def __init__(self, package: WorkbookPackage, part: str) -> None:
        self._package = package
        self._part = part
        content = package.read(part, LARGEST_SHEET)
        found = _DATA.search(content)
        self._prefix = found[1] if found else b""
        self._rows = (found[2] or b"") if found else b""
        self._around = (content[: found.start()], content[found.end() :]) if found else None
        self.formulas: list[str] = []
        hollow = b"<" + self._prefix + b"sheetData/>"
        self.root: Any = package.parse(hollow.join(self._around) if self._around else content)

    def change(self, rows: Mapping[int, RowChange], coloured: Callable[[int, str], int]) -> None:
        """Change rows by number; ``coloured`` gives the style with another background."""
        name = self._prefix + b"row"
        row = re.compile(b"<" + name + rb"(?=[\s/>])" + _ATTRIBUTES + rb"(?:(/)>|>)")
        closing = b"</" + name
        lacking = sorted(number for number, change in rows.items() if change.values)
        pieces: list[bytes] = []
        at = number = 0
        while (opening := row.search(self._rows, at)) is not None:
            given = _NUMBER.search(opening[1])
            number = int(given[1]) if given else number + 1
            end = opening.end()
            while lacking and lacking[0] < number:
                pieces += [self._rows[at : opening.start()], self._made(lacking[0], rows, coloured)]
                at = opening.start()
                lacking.pop(0)
            if lacking and lacking[0] == number:
                lacking.pop(0)
            if not opening[2]:
                end = self._rows.find(closing, end)
                if end < 0:
                    break
            wanted = rows.get(number)
            if wanted is not None:
                pieces.append(self._rows[at : opening.start()])
                body = b"" if opening[2] else self._rows[opening.end() : end]
                tail = b"</" + name + b">" if opening[2] else b""
                cells = _RowCells(self._prefix, number, body, opening[1])
                filled = cells.changed(wanted, coloured)
                self.formulas += cells.formulas
                head = _SPANS.sub(b"", opening[1]) if wanted.texts or wanted.values else opening[1]
                pieces += [b"<", name, head, b">", filled, tail]
                at = end
                continue
            pieces.append(self._rows[at:end])
            at = end
        pieces.append(self._rows[at:])
        pieces += [self._made(each, rows, coloured) for each in lacking]
        self._rows = b"".join(pieces)

    def _made(
        self, number: int, rows: Mapping[int, RowChange], coloured: Callable[[int, str], int]
    ) -> bytes:
        """A row that is not there yet."""
        p = self._prefix
        cells = _RowCells(p, number, b"", b"").changed(rows[number], coloured)
        return b'<%brow r="%d">%b</%brow>' % (p, number, cells, p)

    def widen(self, column: int) -> None:
        """Let the declared extent reach a column."""
        dimension = self.root.find(self._package.tag("dimension"))
        found = re.fullmatch(
            r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?",
            (dimension.get("ref") or "") if dimension is not None else "",
        )
        if dimension is not None and found:
            right = max(column, column_number(found[3] or found[1]))
            bottom = found[4] or found[2]
            dimension.set("ref", f"{found[1]}{found[2]}:{column_letters(right)}{bottom}")

    def set_width(self, column: int, width: float) -> None:
        """Give a column without a width of its own one."""
        tag = self._package.tag
        columns = self.root.find(tag("cols"))
        if columns is None:
            columns = etree.Element(tag("cols"))
            data = self.root.find(tag("sheetData"))
            data.addprevious(columns)
        if any(int(c.get("min", "0")) <= column <= int(c.get("max", "0")) for c in columns):
            return
        made = etree.SubElement(columns, tag("col"))
        for name, value in (("min", column), ("max", column), ("width", width), ("customWidth", 1)):
            made.set(name, str(value))

    def legacy_drawing(self) -> str:
        """Relation id of the drawing that holds the frames of comments, or ""."""
        found = self.root.find(self._package.tag("legacyDrawing"))
        return (found.get(f"{{{self._package.office}}}id") or "") if found is not None else ""

    def set_legacy_drawing(self, relation: str) -> None:
        """Name the drawing that holds the frames of comments."""
        tag = self._package.tag
        made = etree.Element(tag("legacyDrawing"))
        made.set(f"{{{self._package.office}}}id", relation)
        behind = {*map(tag, _BEHIND), _ALTERNATIVE}
        follower = next((item for item in self.root if item.tag in behind), None)
        if follower is None:
            self.root.append(made)
        else:
            follower.addprevious(made)

    def store_rows(self) -> None:
        """Put the rows back into the package; everything around them stays byte for byte.

        Raises:
            UnreadableFileError: The part has no rows to be found as bytes, e.g. in UTF-16.
        """
        if self._around is None:
            raise damaged(self._part, "no sheetData")
        p = self._prefix
        filled = b"<%bsheetData>%b</%bsheetData>" % (p, self._rows, p)
        self._package.write(self._part, filled.join(self._around))

    def store(self) -> None:
        """Put the sheet back into its package."""
        text = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)
        hollow = b"<" + self._prefix + b"sheetData/>"
        if hollow not in text:
            self._package.write(self._part, text)
            return
        filled = b"<" + self._prefix + b"sheetData>" + self._rows
        filled += b"</" + self._prefix + b"sheetData>"
        before, _hollow, after = text.partition(hollow)
        self._package.write(self._part, before + filled + after)


class _RowCells:
    """The cells of one row as bytes."""

    def __init__(self, prefix: bytes, row: int, body: bytes, attributes: bytes) -> None:
        self._prefix, self._row, self._body = prefix, row, body
        style = _STYLE.search(attributes)
        self._style = int(style[1]) if style else 0
        self.formulas: list[str] = []

    def changed(self, change: RowChange, coloured: Callable[[int, str], int]) -> bytes:
        name = self._prefix + b"c"
        cell = re.compile(
            b"<" + name + rb"(?=[\s/>])" + _ATTRIBUTES + b"(?:(/)>|>(.*?)</" + name + rb"\s*>)",
            re.DOTALL,
        )
        waiting = sorted({*change.colours, *change.texts, *change.written, *change.values})
        pieces: list[bytes] = []
        at = column = 0
        for found in cell.finditer(self._body):
            letters = _LETTERS.search(found[1])
            column = column_number(letters[1].decode()) if letters else column + 1
            pieces.append(self._body[at : found.start()])
            while waiting and waiting[0] < column:
                pieces.append(self._new(waiting.pop(0), change, coloured))
            if waiting and waiting[0] == column:
                waiting.pop(0)
                if column in change.texts:
                    pieces.append(self._new(column, change, coloured))
                else:
                    pieces.append(self._other(found, column, change, coloured))
            else:
                pieces.append(found[0])
            at = found.end()
        pieces += [self._new(number, change, coloured) for number in waiting]
        pieces.append(self._body[at:])
        return b"".join(pieces)

    def _other(
        self,
        found: re.Match[bytes],
        column: int,
        change: RowChange,
        coloured: Callable[[int, str], int],
    ) -> bytes:
        """A cell of the sender's with another background, and another text where one is written."""
        name, colour = self._prefix + b"c", change.colours.get(column, "")
        given = _STYLE.search(found[1])
        own = int(given[1]) if given else 0
        own = coloured(own, colour) if colour else own
        if column in change.values:
            if not _FORMULA.search(found[3] or b""):
                return self._value(column, change.values[column], own)
            self.formulas.append(f"{column_letters(column)}{self._row}")
        if column in change.written and not _FORMULA.search(found[3] or b""):
            text, style = change.written[column]
            numeric = _PLAIN_NUMBER.fullmatch(text) and not _TEXT_CELL.search(found[1])
            return self._cell(column, text, own if style is None else style, numeric=bool(numeric))
        opening = b'<%b%b s="%d"' % (name, _STYLE.sub(b"", found[1]), own)
        if found[2]:
            return opening + b"/>"
        return opening + b">" + found[3] + b"</" + name + b">"

    def _new(self, column: int, change: RowChange, coloured: Callable[[int, str], int]) -> bytes:
        if column in change.texts:
            return self._cell(column, *change.texts[column])
        own = self._style
        if column in change.colours:
            own = coloured(own, change.colours[column])
        if column in change.written:
            text, style = change.written[column]
            return self._cell(column, text, own if style is None else style)
        return self._value(column, change.values.get(column), own)

    def _value(self, column: int, value: float | str | None, style: int) -> bytes:
        if value is not None:
            text = value if isinstance(value, str) else repr(value)
            return self._cell(column, text, style, numeric=not isinstance(value, str))
        place = f"{column_letters(column)}{self._row}".encode()
        return b'<%bc r="%b" s="%d"/>' % (self._prefix, place, style)

    def _cell(self, column: int, text: str, style: int, *, numeric: bool = False) -> bytes:
        place = f"{column_letters(column)}{self._row}".encode()
        p, inner = self._prefix, escape(storable(text)).encode()
        if numeric:
            return b'<%bc r="%b" s="%d"><%bv>%b</%bv></%bc>' % (p, place, style, p, inner, p, p)
        return (
            b'<%bc r="%b" s="%d" t="inlineStr"><%bis><%bt xml:space="preserve">%b</%bt></%bis></%bc>'
            % (p, place, style, p, p, inner, p, p, p)
        )
