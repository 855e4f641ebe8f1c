"""What stands in a Word document, as far as an office's papers need it: paragraphs, tables, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Final

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.sheet_guard import GuardedArchive
from qhd_riskmap.i18n import _

PAGE_NUMBER: Final = "\ue000"  # stands where Word counts pages
PAGE_COUNT: Final = "\ue001"
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLIP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EMBED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_EXTENT: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"
_EMU_PER_MM: Final = 36_000
_USUAL_POINTS: Final = 10.5
_FIELDS: Final = {"PAGE": PAGE_NUMBER, "NUMPAGES": PAGE_COUNT}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRun:
    """Letters of one look, or a picture.

    Attributes:
        points: Size of the letters.
        picture: PNG or JPEG, empty for letters.
        width_mm: Of the picture.
    """

    text: str = ""
    points: float = _USUAL_POINTS
    bold: bool = False
    underlined: bool = False
    picture: bytes = field(default=b"", repr=False)
    width_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph.

    Attributes:
        align: ``left``, ``center``, ``right`` or ``justify``.
        indent_pt: Of the first line.
        left_pt: Of all lines.
        before_pt: Room above.
        after_pt: Room below.
        line: Height of a line in letter heights, or 0 for the usual one.
        new_page: Begins a page.
        keep: Stands on one page with what follows.
    """

    runs: tuple[TextRun, ...] = ()
    align: str = "left"
    indent_pt: float = 0.0
    left_pt: float = 0.0
    before_pt: float = 0.0
    after_pt: float = 0.0
    line: float = 0.0
    new_page: bool = False
    keep: bool = False
    points: float = _USUAL_POINTS

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """One cell; ``column`` and spans count columns of the grid."""

    column: int
    span: int = 1
    rows: int = 1
    shade: str = ""
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTable:
    """A table.

    Attributes:
        widths_mm: Of the columns.
        rows: Cells that begin in each row.
        headers: Rows that stand on every page.
        ruled: Whether lines are drawn.
        new_page: Begins a page.
    """

    widths_mm: tuple[float, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    headers: int = 0
    ruled: bool = True
    new_page: bool = False

    @property
    def keep(self) -> bool:
        """Whether all its rows stand on one page with what follows."""
        lines = [line for row in self.rows for cell in row for line in cell.paragraphs]
        return bool(lines) and all(line.keep for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentBlocks:
    """A document.

    Attributes:
        size_mm: Width and height of the page.
        margins_mm: Left, top, right, bottom.
        header: Lines at the top of each page.
        footer: Lines at the foot of each page.
    """

    title: str = ""
    size_mm: tuple[float, float] = (210.0, 297.0)
    margins_mm: tuple[float, float, float, float] = (28.0, 37.0, 26.0, 35.0)
    blocks: tuple[Paragraph | DocumentTable, ...] = ()
    header: tuple[Paragraph, ...] = ()
    footer: tuple[Paragraph, ...] = ()


def document_blocks(content: bytes, title: str = "") -> DocumentBlocks:
    """Read a docx.

    Raises:
        UnreadableFileError: It is none.
    """
    from docx import Document  # noqa: PLC0415 - slow to load, rarely needed
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415

    GuardedArchive(content, title)  # refuses bombs before anything is inflated
    try:
        document: Any = Document(BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise UnreadableFileError(
            _("“{name}”不是 Word 文档（docx）。").format(name=title), detail=repr(error)
        ) from error
    section = document.sections[0]
    width = section.page_width.mm if section.page_width else 210.0
    height = section.page_height.mm if section.page_height else 297.0
    margins = (
        section.left_margin, section.top_margin, section.right_margin, section.bottom_margin,
    )  # fmt: skip
    left, top, right, bottom = (each.mm if each is not None else 25.4 for each in margins)
    reader = _Reader()
    return DocumentBlocks(
        title=title,
        size_mm=(width, height),
        margins_mm=(left, top, right, bottom),
        blocks=tuple(reader.blocks(document)),
        header=reader.lines(section.header),
        footer=reader.lines(section.footer),
    )


def shrunk(blocks: DocumentBlocks, factor: float) -> DocumentBlocks:
    """The same document in smaller letters, with less room between them; pictures and columns stay."""
    if factor == 1:
        return blocks

    def line(paragraph: Paragraph) -> Paragraph:
        return replace(
            paragraph,
            runs=tuple(replace(run, points=run.points * factor) for run in paragraph.runs),
            points=paragraph.points * factor,
            indent_pt=paragraph.indent_pt * factor,
            before_pt=paragraph.before_pt * factor,
            after_pt=paragraph.after_pt * factor,
        )

    def cell(each: TableCell) -> TableCell:
        return replace(each, paragraphs=tuple(map(line, each.paragraphs)))

    return replace(
        blocks,
        blocks=tuple(
            line(block)
            if isinstance(block, Paragraph)
            else replace(block, rows=tuple(tuple(map(cell, row)) for row in block.rows))
            for block in blocks.blocks
        ),
    )


class _Reader:
    """Reads blocks; what the styles say is looked up once."""

    def __init__(self) -> None:
        self._chains: dict[str | None, tuple[Any, ...]] = {}

    def blocks(self, container: Any) -> Iterator[Paragraph | DocumentTable]:
        from docx.table import Table  # noqa: PLC0415

        for block in container.iter_inner_content():
            yield self._table(block) if isinstance(block, Table) else self.paragraph(block)

    def lines(self, edge: Any) -> tuple[Paragraph, ...]:
        """The lines of a header or footer that say something."""
        found = map(self.paragraph, edge.paragraphs)
        return tuple(line for line in found if line.text.strip())

    def paragraph(self, paragraph: Any) -> Paragraph:
        look = paragraph.paragraph_format
        key = paragraph._p.style  # noqa: SLF001 - its own name; to ask for the style is slow
        if key not in self._chains:
            self._chains[key] = tuple(_styles(paragraph.style))
        chain = self._chains[key]
        usual = _points(chain)
        runs = tuple(_runs(paragraph, chain, usual))
        spacing = _first(look, chain, "line_spacing")
        return Paragraph(
            runs=runs,
            align=_alignment(_first(look, chain, "alignment")),
            indent_pt=_pt(_first(look, chain, "first_line_indent")),
            left_pt=_pt(_first(look, chain, "left_indent")),
            before_pt=_pt(_first(look, chain, "space_before")),
            after_pt=_pt(_first(look, chain, "space_after")),
            line=float(spacing) if isinstance(spacing, float) else 0.0,
            new_page=bool(look.page_break_before) or _breaks_page(paragraph),
            keep=bool(_first(look, chain, "keep_with_next")),
            points=runs[0].points if runs else usual,
        )

    def _table(self, table: Any) -> DocumentTable:
        widths = [column.width.mm if column.width else 20.0 for column in table.columns]
        rows: list[list[TableCell]] = []
        open_cells: dict[
            int, tuple[int, int]
        ] = {}  # column → row and place of the cell that goes on
        headers = 0
        for at, row in enumerate(table._tbl.tr_lst):  # noqa: SLF001 - merged cells are told apart in XML only
            made: list[TableCell] = []
            column = 0
            for tc in row.tc_lst:
                span = tc.grid_span
                if tc.vMerge == "continue" and column in open_cells:
                    up, place = open_cells[column]
                    first = rows[up][place]
                    rows[up][place] = TableCell(
                        column=first.column, span=first.span, rows=at - up + 1, shade=first.shade,
                        paragraphs=first.paragraphs,
                    )  # fmt: skip
                else:
                    open_cells[column] = (at, len(made))
                    made.append(self._cell(tc, table, column, span))
                column += span
            rows.append(made)
            headers += headers == at and row.trPr is not None and row.trPr.find(f"{_W}tblHeader") is not None  # fmt: skip
        return DocumentTable(
            widths_mm=tuple(widths),
            rows=tuple(map(tuple, rows)),
            headers=headers,
            ruled=_ruled(table),
        )

    def _cell(self, tc: Any, table: Any, column: int, span: int) -> TableCell:
        from docx.table import _Cell  # noqa: PLC0415

        shade = tc.find(f"{_W}tcPr/{_W}shd")
        fill = shade.get(f"{_W}fill", "") if shade is not None else ""
        cell = _Cell(tc, table)
        return TableCell(
            column=column,
            span=span,
            shade=f"#{fill}" if len(fill) == len("EFEDE8") else "",
            paragraphs=tuple(self.paragraph(each) for each in cell.paragraphs),
        )


def _styles(style: Any) -> Iterator[Any]:
    while style is not None:
        yield style
        style = style.base_style


def _first(look: Any, chain: Sequence[Any], name: str) -> Any:
    """What the paragraph says, else what its styles say."""
    for each in (look, *(style.paragraph_format for style in chain)):
        value = getattr(each, name)
        if value is not None:
            return value
    return None


def _points(chain: Sequence[Any]) -> float:
    sizes = (style.font.size for style in chain)
    return next((size.pt for size in sizes if size is not None), _USUAL_POINTS)


def _pt(length: Any) -> float:
    return float(length.pt) if length is not None else 0.0


def _alignment(value: Any) -> str:
    return (
        {1: "center", 2: "right", 3: "justify"}.get(int(value), "left")
        if value is not None
        else "left"
    )


def _breaks_page(paragraph: Any) -> bool:
    return any(each.get(f"{_W}type") == "page" for each in paragraph._p.iter(f"{_W}br"))  # noqa: SLF001


def _runs(paragraph: Any, chain: Sequence[Any], usual: float) -> Iterator[TextRun]:
    from docx.text.run import Run  # noqa: PLC0415

    bold = next((s.font.bold for s in chain if s.font.bold is not None), False)
    for element in paragraph._p.iter(f"{_W}r"):  # noqa: SLF001 - runs inside links and fields, too
        run = Run(element, paragraph)
        look = TextRun(
            points=run.font.size.pt if run.font.size is not None else usual,
            bold=run.bold if run.bold is not None else bool(bold),
            underlined=bool(run.underline),
        )
        code = "".join(each.text or "" for each in element.iter(f"{_W}instrText")).split()
        if code and code[0] in _FIELDS:
            yield replace(look, text=_FIELDS[code[0]])
        elif not _counted(element):
            text = "".join(_letters(element))
            if text:
                yield replace(look, text=text)
        yield from _pictures(paragraph, element)


def _letters(element: Any) -> Iterator[str]:
    for each in element.iter(f"{_W}t", f"{_W}br", f"{_W}cr", f"{_W}tab"):
        if each.tag == f"{_W}t":
            yield each.text or ""
        elif each.tag == f"{_W}tab":
            yield "\t"
        elif each.get(f"{_W}type") != "page":
            yield "\n"


def _counted(element: Any) -> bool:
    """Whether a run holds the page number Word saw last, between the marks of a field."""
    open_marks = 0
    for each in element.itersiblings(f"{_W}r", preceding=True):
        for mark in each.iter(f"{_W}fldChar"):
            kind = mark.get(f"{_W}fldCharType")
            if kind == "end":
                return False
            open_marks += kind == "separate"
        if open_marks:
            return True
    return False


def _pictures(paragraph: Any, element: Any) -> Iterator[TextRun]:
    for blip in element.iter(_BLIP):
        part = paragraph.part.related_parts.get(blip.get(_EMBED, ""))
        extent = next(element.iter(_EXTENT), None)
        if part is not None and extent is not None:
            yield TextRun(picture=part.blob, width_mm=int(extent.get("cx", "0")) / _EMU_PER_MM)


def _ruled(table: Any) -> bool:
    """Lines are said by the table itself or by its style."""
    own = table._tbl.tblPr  # noqa: SLF001
    for properties in (own, *(s.element.find(f"{_W}tblPr") for s in _styles(table.style))):
        borders = properties.find(f"{_W}tblBorders") if properties is not None else None
        if borders is not None:
            return any(line.get(f"{_W}val") not in {"nil", "none"} for line in borders)
    return False
