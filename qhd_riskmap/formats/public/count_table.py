"""Public statistics as a workbook: numbers by division, type and level, and the public list.

The same values give the same bytes: no author, no clock time, no order of insertion in the archive.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.public_coverage import coverage_notes
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.formats.public.fixed_archive import fixed_archive
from qhd_riskmap.formats.public.public_tables import (
    COVERAGE_TITLES,
    SMALL_CELLS_NOTE,
    coverage_rows,
)
from qhd_riskmap.i18n import _

_FORMULA_STARTS: Final = ("=", "+", "-", "@")
_HEAD = PatternFill("solid", fgColor="1F4E79")
_TOTAL = PatternFill("solid", fgColor="EAF1F8")
_LEVEL_FILLS = {
    RiskLevel.RED: "F6B5B5", RiskLevel.ORANGE: "FFD3A8", RiskLevel.YELLOW: "FFF5A6",
    RiskLevel.BLUE: "B3D4FF",
}  # fmt: skip
_LINE = Side(style="thin", color="B9B3A4")
_FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FAMILY = "微软雅黑"
_COUNTY_DIGITS: Final = 6
_CORE: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"/>'
)
_APP: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties"/>'
)


def write_count_table(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the workbook: 数量统计, 公开清单, 排查情况 where it was recorded, 说明."""
    book = Workbook()
    summary = book.active
    if not isinstance(summary, Worksheet):
        raise TypeError("a new workbook has one worksheet")
    summary.title = _("数量统计")
    _summary(summary, public, edition)
    _listing(book.create_sheet(_("公开清单")), public.hazards)
    if public.coverage:
        _coverage(book.create_sheet(_("排查情况")), public)
    _about(book.create_sheet(_("说明")), public, edition)
    buffer = io.BytesIO()
    book.save(buffer)
    book.close()
    path.write_bytes(_fixed(buffer.getvalue()))


# -- sheets ---------------------------------------------------------------------------------------------


def _summary(sheet: Worksheet, public: PublicSet, edition: Edition) -> None:
    heads = [_("县区"), _("隐患类型"), *(_(level.label) for level in RiskLevel), _("未评级"),
             _("合计"), _("公布方式")]  # fmt: skip
    _title(sheet, edition, len(heads))
    keyed = [*_level_rows(public.hazards), *_count_rows(public.counts)]
    rows = [row for _, row in sorted(keyed, key=lambda item: item[0])]
    _header(sheet, 3, heads)
    for offset, row in enumerate(rows):
        _row(sheet, 4 + offset, row)
    total_row = 4 + len(rows)
    totals = [sum(row[c] for row in rows if isinstance(row[c], int)) for c in range(2, 8)]
    _row(sheet, total_row, [_("合计"), "", *totals, ""], bold=True)
    for column, level in enumerate(RiskLevel, start=3):
        sheet.cell(row=3, column=column).fill = PatternFill("solid", fgColor=_LEVEL_FILLS[level])
        sheet.cell(row=3, column=column).font = Font(name=_FAMILY, bold=True)
    _widths(sheet, (18, 24, 11, 11, 11, 11, 10, 9, 16))
    sheet.freeze_panes = "A4"
    _printing(sheet, "1:3")


_Key = tuple[bool, str, int]  # merged areas last, then by division, then in the plan's order


def _key(area_code: str, type_key: str, *, merged: bool = False) -> _Key:
    order = [hazard_type.key for hazard_type in taxonomy().types]
    return (merged or len(area_code) < _COUNTY_DIGITS, area_code, order.index(type_key))


def _level_rows(hazards: Sequence[PublicHazard]) -> Iterator[tuple[_Key, list[Any]]]:
    tally: dict[tuple[str, str], Counter[RiskLevel | None]] = {}
    for hazard in hazards:
        tally.setdefault((hazard.county, hazard.type_key), Counter())[hazard.level] += 1
    for (county, key), levels in tally.items():
        numbers = [levels[level] for level in (*RiskLevel, None)]
        label = _(taxonomy().get(key).label)
        yield (
            _key(county, key),
            [regions().get(county).name, label, *numbers, sum(numbers), _("上图")],
        )


def _count_rows(counts: Sequence[PublicCount]) -> Iterator[tuple[_Key, list[Any]]]:
    for count in counts:
        area = count.area_name
        if count.merged:
            area = _("{area}其余区域合计").format(area=count.area_name)
        label = _(taxonomy().get(count.type_key).label)
        yield (
            _key(count.area_code, count.type_key, merged=count.merged),
            [area, label, *["—"] * 5, count.n, _("只公布数量")],
        )


def _listing(sheet: Worksheet, hazards: Sequence[PublicHazard]) -> None:
    _header(sheet, 1, [_("序"), _("名称"), _("隐患类型"), _("小类"), _("风险等级"), _("县区"),
                       _("乡镇"), _("防范责任单位"), _("避险提示")])  # fmt: skip
    for number, hazard in enumerate(hazards, start=1):
        level = _(hazard.level.label) if hazard.level else _("未评级")
        _row(
            sheet, number + 1,
            [number, hazard.name, _(taxonomy().get(hazard.type_key).label), hazard.sub_kind, level,
             regions().get(hazard.county).name, hazard.township, hazard.unit, hazard.advice],
        )  # fmt: skip
        if hazard.level:
            cell = sheet.cell(row=number + 1, column=5)
            cell.fill = PatternFill("solid", fgColor=_LEVEL_FILLS[hazard.level])
    _widths(sheet, (6, 30, 18, 14, 11, 18, 14, 28, 60))
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:I{len(hazards) + 1}"
    _printing(sheet, "1:1")


def _coverage(sheet: Worksheet, public: PublicSet) -> None:
    _header(sheet, 1, [_(title) for title in COVERAGE_TITLES])
    for number, row in enumerate(coverage_rows(public), start=2):
        _row(sheet, number, row)
    _widths(sheet, (18, 14, 14, 24, 20, 18, 14))
    sheet.freeze_panes = "A2"
    _printing(sheet, "1:1")


def _about(sheet: Worksheet, public: PublicSet, edition: Edition) -> None:
    lines = [(_("图名"), edition.title), *edition.lines(), (_("审图"), edition.approval_line)]
    lines += [(_("说明"), note + _("。")) for note in edition.notes()]
    lines.append((_("说明"), _(SMALL_CELLS_NOTE)))
    lines += [(_("说明"), note + _("。")) for note in coverage_notes(public.coverage)]
    for number, (label, value) in enumerate(lines, start=1):
        _row(sheet, number, [label, value])
        sheet.cell(row=number, column=1).font = Font(name=_FAMILY, bold=True)
    _widths(sheet, (16, 80))


# -- cells ----------------------------------------------------------------------------------------------


def _title(sheet: Worksheet, edition: Edition, columns: int) -> None:
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=columns)
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=columns)
    first = _put(sheet, 1, 1, edition.title)
    first.font = Font(name=_FAMILY, bold=True, size=16)
    first.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[1].height = 34
    parts = [*(f"{label}：{value}" for label, value in edition.lines()), edition.approval_line]
    second = _put(sheet, 2, 1, "　".join(parts))
    second.font = Font(name=_FAMILY, size=9, color="55504A")
    second.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[2].height = 30


def _header(sheet: Worksheet, row: int, heads: Sequence[str]) -> None:
    for column, head in enumerate(heads, start=1):
        cell = _put(sheet, row, column, head)
        cell.font = Font(name=_FAMILY, bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _FRAME
    sheet.row_dimensions[row].height = 24


def _row(sheet: Worksheet, row: int, values: Sequence[Any], *, bold: bool = False) -> None:
    for column, value in enumerate(values, start=1):
        cell = _put(sheet, row, column, value)
        cell.font = Font(name=_FAMILY, bold=bold)
        centred = isinstance(value, int) or value == "—"
        cell.alignment = Alignment(
            horizontal="center" if centred else "left", vertical="center", wrap_text=True
        )
        cell.border = _FRAME
        if isinstance(value, int):
            cell.number_format = '0;-0;"·"'  # a zero is there, but does not shout
        if bold:
            cell.fill = _TOTAL


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> Any:
    cell = sheet.cell(row=row, column=column)
    if isinstance(value, str):
        # A text must never become a formula, here or after a round trip through CSV.
        cell.value = f"'{value}" if value.startswith(_FORMULA_STARTS) else value
        cell.data_type = "s"
    else:
        cell.value = value
    return cell


def _widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _printing(sheet: Worksheet, title_rows: str) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = title_rows


# -- bytes ----------------------------------------------------------------------------------------------


def _fixed(data: bytes) -> bytes:
    """The archive with empty document properties, fixed times and sorted members."""
    replaced = {"docProps/core.xml": _CORE.encode(), "docProps/app.xml": _APP.encode()}
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    return fixed_archive({**members, **replaced})
