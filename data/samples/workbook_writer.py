"""Workbooks as departments make them, with the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from sheet_layout import Layout, Row

MADE = datetime(2014, 6, 25, 9, 0)  # noqa: DTZ001 - Office files carry local time
ZIP_TIME = (2014, 6, 25, 9, 0, 0)
HEAD = PatternFill("solid", fgColor="DDEBF7")
THIN = Border(*(Side(style="thin", color="999999"),) * 4)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)


class Workbook:
    """A workbook under construction."""

    def __init__(self) -> None:
        self._book = openpyxl.Workbook()
        self._book.remove(self._book.active)
        self._book.properties.creator = "示例"
        self._book.properties.created = MADE

    def sheet(self, title: str) -> Worksheet:
        """A new empty sheet."""
        return self._book.create_sheet(title)

    def add_table(self, title: str, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A plain table: one header row."""
        sheet = self.sheet(title)
        sheet.append(list(headers))
        for row in rows:
            sheet.append(list(row))
        for cell in sheet[1]:
            _style_header(cell)
        sheet.freeze_panes = "A2"

    def save(self, path: Path) -> None:
        """Write with fixed times, so that two runs give the same file."""
        raw = io.BytesIO()
        self._book.save(raw)
        stamp = MADE.isoformat() + "Z"
        with (
            zipfile.ZipFile(raw) as source,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for name in source.namelist():
                content = source.read(name)
                if name == "docProps/core.xml":
                    text = content.decode("utf-8")
                    text = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{stamp}", text)
                    content = text.encode("utf-8")
                info = zipfile.ZipInfo(name, ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                target.writestr(info, content)


def write_sheet(book: Workbook, layout: Layout, rows: Sequence[Row]) -> dict[tuple[int, str], str]:
    """One department sheet; returns the address of every cell by row number and column key."""
    sheet = book.sheet(layout.sheet)
    width = len(layout.columns)
    for line, title in enumerate(layout.titles, start=1):
        sheet.cell(line, 1, title).font = Font(bold=line == 1, size=16 if line == 1 else 10)
        sheet.cell(line, 1).alignment = CENTRE
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=width)
    first = _header(sheet, layout, len(layout.titles) + 1) + 1
    addresses = {}
    for number, row in enumerate(rows):
        for column, key in enumerate(layout.keys, start=1):
            cell = sheet.cell(first + number, column)
            value = row.get(key, "")
            cell.value = None if value == "" else value
            cell.border = THIN
            if isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
            addresses[number, key] = cell.coordinate
    if layout.merge:
        _merge_equal(sheet, layout, rows, first)
    if layout.total:
        sheet.cell(first + len(rows), 1, "合计")
        sheet.cell(first + len(rows), 2, f"{len(rows)} 处")
    for column in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    sheet.freeze_panes = sheet.cell(first, 3)
    return addresses


def _header(sheet: Worksheet, layout: Layout, row: int) -> int:
    """Write the header; returns its last row."""
    last = row + 1 if layout.groups else row
    grouped: set[int] = set()
    for first_key, last_key, text in layout.groups:
        left, right = (layout.keys.index(key) + 1 for key in (first_key, last_key))
        sheet.merge_cells(start_row=row, end_row=row, start_column=left, end_column=right)
        _style_header(sheet.cell(row, left, text))
        grouped.update(range(left, right + 1))
    for column, (header, _key) in enumerate(layout.columns, start=1):
        _style_header(sheet.cell(last if column in grouped else row, column, header))
        if layout.groups and column not in grouped:
            sheet.merge_cells(start_row=row, end_row=last, start_column=column, end_column=column)
    return last


def _style_header(cell: Any) -> None:
    cell.font, cell.fill, cell.border, cell.alignment = Font(bold=True), HEAD, THIN, CENTRE


def _merge_equal(sheet: Worksheet, layout: Layout, rows: Sequence[Row], first: int) -> None:
    column = layout.keys.index(layout.merge) + 1
    at = first
    for _text, group in groupby(rows, key=lambda row: row.get(layout.merge)):
        size = len(list(group))
        if size > 1:
            sheet.merge_cells(
                start_row=at, end_row=at + size - 1, start_column=column, end_column=column
            )
        at += size
