"""Writes the ledger of remediation as a workbook: typed cells, one header row, ready for A3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Protocol

from qhd_riskmap.domain.remediation.ledger import LEDGER_COLUMNS, Cell
from qhd_riskmap.formats.cell_text import put_text
from qhd_riskmap.formats.output_file import replacing, require_document_path

SHEET: Final = "隐患排查治理台账"
MAJOR_SHEET: Final = "重大隐患清单"
RISK_SHEET: Final = "风险点清单"
_DAY_FORMAT: Final = "yyyy-mm-dd"
_A3: Final = 8


class HeadedColumn(Protocol):
    """What is known of a column before its rows come."""

    @property
    def header(self) -> str:
        """Chinese header."""
        ...

    @property
    def width(self) -> int:
        """In characters."""
        ...


def write_ledger(
    path: Path,
    rows: Iterable[Sequence[Cell]],
    *,
    columns: Sequence[HeadedColumn] = LEDGER_COLUMNS,
    title: str = SHEET,
) -> None:
    """Write the rows under the headers of the ledger, or of a list like it.

    Raises:
        InvalidInputError: The name does not end with xlsx.
        OutputFileError: The file cannot be written, or holds something else.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - 0.1 s that a start need not pay
    from openpyxl.styles import Alignment, Border, Font, Side  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    require_document_path(path, (".xlsx",))
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    thin = Side(style="thin")
    frame, wrapped = Border(thin, thin, thin, thin), Alignment(wrap_text=True, vertical="center")
    for number, column in enumerate(columns, start=1):
        cell = sheet.cell(row=1, column=number, value=column.header)
        cell.font, cell.border, cell.alignment = Font(bold=True), frame, wrapped
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for at, values in enumerate(rows, start=2):
        for number, value in enumerate(values, start=1):
            cell = sheet.cell(row=at, column=number)
            _put(cell, value)
            cell.border, cell.alignment = frame, wrapped
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    with replacing(path) as unfinished:
        book.save(unfinished)


def _put(cell: Any, value: Cell) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        put_text(cell, value)
    else:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = _DAY_FORMAT
