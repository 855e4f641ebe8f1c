"""Somebody else's workbook with some cells filled: its package with the rows of those cells changed.

Formats, formulas, pictures, macros, hidden sheets: all other parts, and everything around the rows, stay
byte for byte. Only where the workbook calculates, old results go and it is told to calculate when opened.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.survey_sheet import column_number
from qhd_riskmap.errors import InvalidInputError, OutputFileError, UnreadableFileError
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.sheet_guard import Extent, GuardedArchive, sheet_extent
from qhd_riskmap.formats.sheet_patch import LARGEST_SHEET, RowChange, SheetPatch
from qhd_riskmap.formats.survey_sheet import file_content
from qhd_riskmap.formats.workbook_package import WorkbookPackage
from qhd_riskmap.formats.workbook_parts import sheet_parts
from qhd_riskmap.i18n import _

_WORKBOOK: Final = "xl/workbook.xml"
_SUFFIXES: Final = (".xlsx", ".xlsm")
_CALCULATION: Final = re.compile(rb"<((?:\w+:)?)calcPr((?:\s[^>]*?)?)(/?)>")
# A formula and its last result, which is last month's: LibreOffice and import programs would show it.
_RESULT: Final = re.compile(
    rb"(<((?:\w+:)?)f(?:\s[^>]*)?(?:/>|>[^<]*</\2f\s*>))\s*<\2v(?:\s[^>]*)?>[^<]*</\2v\s*>"
)
_AGAIN: Final = re.compile(rb"\sfullCalcOnLoad\s*=\s*[\"'][^\"']*[\"']")
# What stands before calcPr in a workbook, the nearest first.
_BEFORE: Final = re.compile(
    rb".*(?:</(?:\w+:)?(?:definedNames|externalReferences|functionGroups|sheets)\s*>)", re.DOTALL
)
_PREFIX: Final = re.compile(rb"<((?:\w+:)?)workbook[\s>]")

Value = float | str | None


def form_sheets(source: Path) -> tuple[str, ...]:
    """Names of the worksheets of a workbook that can be filled.

    Raises:
        UnreadableFileError: It is no such workbook.
    """
    return tuple(part.name for part in sheet_parts(_archive(source), source.name))


def fill_form(source: Path, target: Path, values: Mapping[tuple[str, str], Value]) -> None:
    """Write a copy of a workbook with some cells filled.

    Args:
        source: The workbook; it is never touched.
        target: Where to write; ends as the workbook does, because of macros.
        values: ``(sheet, address)`` → number or text; None empties the cell. A cell inside a merged
            block stands for the block.

    Raises:
        UnreadableFileError: The workbook cannot be read.
        InvalidInputError: A sheet is not there, or a cell holds a formula; all are named.
        OutputFileError: It cannot be written there.
    """
    archive = _archive(source)
    _check_target(source, target)
    archive.check_all()
    package = WorkbookPackage(archive, source.name)
    parts = {part.name: part.part for part in sheet_parts(archive, source.name)}
    missing = sorted({sheet for sheet, _cell in values} - parts.keys())
    if missing:
        raise InvalidInputError(
            _("“{name}”里没有工作表：{sheets}。").format(
                name=source.name, sheets="、".join(missing)
            ),
            hint=_("工作表有：{sheets}。").format(sheets="、".join(parts)),
        )
    formulas: list[str] = []
    for sheet in sorted({sheet for sheet, _cell in values}):
        own = {cell: value for (name, cell), value in values.items() if name == sheet}
        held = _fill_sheet(package, archive, source.name, parts[sheet], own)
        formulas += [f"{sheet}!{cell}" for cell in held]
    if formulas:
        raise InvalidInputError(
            _("这些单元格是公式，没有填写：{cells}。").format(cells="、".join(formulas)),
            hint=_("公式会由其他单元格算出；请从对应关系里去掉它们。"),
        )
    workbook = archive.read(_WORKBOOK)
    for part in parts.values():
        if sheet_extent(archive, part, source.name).formulas:
            workbook = _calculated_again(workbook)
            package.write(part, _RESULT.sub(rb"\1", package.read(part, LARGEST_SHEET)))
    package.write(_WORKBOOK, workbook)
    with replacing(target) as unfinished:
        package.save(unfinished)


def _archive(source: Path) -> GuardedArchive:
    content = file_content(source)
    archive = GuardedArchive(content, source.name) if content.startswith(b"PK\x03\x04") else None
    if archive is None or _WORKBOOK not in archive:
        raise UnreadableFileError(
            _("“{name}”不是 xlsx 工作簿，无法填写。").format(name=source.name),
            hint=_("请在 Excel 或 WPS 中打开它，另存为 xlsx（不设密码）后再试。"),
        )
    return archive


def _check_target(source: Path, target: Path) -> None:
    if target.resolve() == source.resolve():
        raise OutputFileError(
            _("不能覆盖原表“{name}”。").format(name=source.name), hint=_("请换一个文件名。")
        )
    wanted = source.suffix.lower()
    if wanted in _SUFFIXES and target.suffix.lower() != wanted:
        raise OutputFileError(
            _("“{path}”应以 {suffix} 结尾，与原表相同。").format(path=target.name, suffix=wanted)
        )


def _fill_sheet(
    package: WorkbookPackage,
    archive: GuardedArchive,
    name: str,
    part: str,
    values: Mapping[str, Value],
) -> list[str]:
    """Fill the cells of one sheet; addresses of those that hold formulas."""
    extent = sheet_extent(archive, part, name)
    rows: dict[int, RowChange] = {}
    for cell, value in values.items():
        row, column = _owner(extent, cell)
        rows.setdefault(row, RowChange()).values[column] = value
    sheet = SheetPatch(package, part)
    sheet.change(rows, lambda style, _colour: style)
    sheet.store_rows()
    return sheet.formulas


def _owner(extent: Extent, address: str) -> tuple[int, int]:
    """Row and column of the cell itself, or of the one that a merged block shows."""
    letters = address.rstrip("0123456789")
    column, row = column_number(letters), int(address[len(letters) :])
    for block in extent.merged:
        if block.top <= row <= block.bottom and block.left <= column <= block.right:
            return block.top, block.left
    return row, column


def _calculated_again(workbook: bytes) -> bytes:
    """The workbook part with the wish to be calculated when it is opened; the rest as it is."""
    found = _CALCULATION.search(workbook)
    if found is not None:
        rest = _AGAIN.sub(b"", found[2])
        made = b'<%bcalcPr%b fullCalcOnLoad="1"%b>' % (found[1], rest, found[3])
        return workbook[: found.start()] + made + workbook[found.end() :]
    before, prefix = _BEFORE.match(workbook), _PREFIX.search(workbook)
    if before is None or prefix is None:
        return workbook
    made = b'<%bcalcPr fullCalcOnLoad="1"/>' % prefix[1]
    return workbook[: before.end()] + made + workbook[before.end() :]
