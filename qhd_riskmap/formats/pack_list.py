"""The list of contents of a pack of papers, as a workbook to be printed and signed for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.formats.cell_text import storable
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import N_, _

_TITLES: Final = (
    N_("序号"), N_("材料"), N_("文件"), N_("形式"), N_("页数"), N_("字节"), N_("SHA-256"), N_("依据"), N_("还要做的"),
)  # fmt: skip
_WIDTHS: Final = (5, 17, 30, 12, 6, 11, 34, 21, 26)
_LINE_PT: Final = 15
_HEAD_ROWS: Final = 2  # title and what the pack is of


@dataclass(frozen=True, slots=True, kw_only=True)
class PackEntry:
    """One paper of the pack; without a file it is the office's to add."""

    title: str
    file: str = ""
    what: str = ""
    pages: int | None = None
    size: int | None = None
    sha256: str = ""
    basis: str = ""
    todo: str = ""


def write_pack_list(path: Path, title: str, about: str, entries: Sequence[PackEntry]) -> None:
    """Write the workbook.

    Raises:
        OutputFileError: The file cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - 0.1 s that a start need not pay
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.properties.creator = ""
    sheet: Any = book.active
    sheet.title = _("送审材料清单")
    sheet.append([storable(title)])
    sheet.append([storable(about)])
    sheet.append([_(text) for text in _TITLES])
    for at, entry in enumerate(entries, start=1):
        values = (value if value is not None else "" for value in astuple(entry))
        sheet.append([at, *(storable(v) if isinstance(v, str) else v for v in values)])
    line = Side(style="thin", color="B9B3A4")
    for row in sheet.iter_rows(min_row=_HEAD_ROWS + 1):
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins like a formula is a text
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            cell.border = Border(left=line, right=line, top=line, bottom=line)
        sheet.row_dimensions[row[0].row].height = _LINE_PT * max(map(_lines, row)) + 3
    for cell in sheet[_HEAD_ROWS + 1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EFEDE8")
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].data_type = sheet["A2"].data_type = "s"
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(_HEAD_ROWS + 2, 1)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    with replacing(path) as unfinished:
        book.save(unfinished)


def _lines(cell: Any) -> int:
    """How many lines a text takes in its column; a Chinese character is two digits wide."""
    wide = sum(2 if ord(char) > 0x2E7F else 1 for char in str(cell.value or ""))  # noqa: PLR2004 - CJK
    return 1 + wide // (_WIDTHS[cell.column - 1] - 1)
