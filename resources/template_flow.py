"""What stands on one page in a template: rows, heads with what follows, signatures with what they sign."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

ROOM = Pt(6)
CLOSING = "依据："


def keep_rows(document: Any) -> None:
    """Rows are not torn; the head of a list stands on every page and never alone."""
    for table in document.tables:
        for row in table.rows:
            _mark(row, "w:cantSplit")
        if any("{%tr" in cell.text for row in table.rows for cell in row.cells):
            _mark(table.rows[0], "w:tblHeader")
            _keep(table.rows[:1])


def leave_room(document: Any) -> None:
    """Room below each table, also between two of them."""
    blocks = _blocks(document)
    for above, below in pairwise(blocks):
        if isinstance(above, Paragraph):
            continue
        if isinstance(below, Paragraph):
            below.paragraph_format.space_before = ROOM
        else:
            between = OxmlElement("w:p")
            below._tbl.addprevious(between)  # noqa: SLF001 - python-docx puts paragraphs at the end only
            spacer = Paragraph(between, document)
            shape = spacer.paragraph_format
            shape.space_before = shape.space_after = Pt(0)
            shape.line_spacing = Pt(8)
            spacer.add_run(
                "\u00a0"
            ).font.size = ROOM  # an empty line before a table would be left out


def keep_closing(document: Any) -> None:
    """From the basis on everything stands on one page: contacts, signatures, seal and date."""
    blocks = _blocks(document)
    first = next(
        (
            at
            for at, block in enumerate(blocks)
            if isinstance(block, Paragraph) and block.text.startswith(CLOSING)
        ),
        len(blocks),
    )
    for at, block in enumerate(blocks[first:], start=first):
        last = at == len(blocks) - 1
        if isinstance(block, Paragraph):
            if at == first:
                block.paragraph_format.space_before = ROOM
            if not last:
                block.paragraph_format.keep_with_next = True
        else:
            _keep(block.rows[:-1] if last else block.rows)


def _blocks(document: Any) -> list[Paragraph | Table]:
    return list(document.iter_inner_content())


def _mark(row: Any, name: str) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx knows no such row
    if properties.find(qn(name)) is None:
        properties.append(OxmlElement(name))


def _keep(rows: Any) -> None:
    for row in rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
