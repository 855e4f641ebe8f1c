"""A round as a workbook that inspectors fill in: one row a hazard, one row a question, lists to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.domain.inspection.record import InspectionResult, Verdict
from qhd_riskmap.domain.inspection.returned_sheet import (
    ANSWER_COLUMNS,
    ANSWERS_SHEET,
    VISIT_COLUMNS,
    VISITS_SHEET,
    ReturnColumn,
)
from qhd_riskmap.domain.inspection.sheet import RoundPaper, SheetStop
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.formats.cell_text import put_text
from qhd_riskmap.formats.output_file import replacing

GUIDE: Final = "填写说明"
_A3, _A4 = 8, 9  # as spreadsheets number paper
_LINES: Final = (
    "每处隐患在“检查”表占一行，黄色的格子由检查人填写；检查日期、检查人、检查结果必填，没有去的整行空着。",
    "“检查项目”表每项一行，结论从下拉框选：合格、不合格、不适用；没有用检查表的空着。",
    "发现问题的，逐条写进“问题1”至“问题3”；导入后每条成为一项整改任务。不合格的项目也可以导入后再转为整改任务。",
    "不要改动灰色的格子：检查单号说明这一行是哪条路线的哪一处。填好后从“检查”页的“导入检查表”读回；重复导入不会登记两次。",
)


def write_round_workbook(path: Path, paper: RoundPaper) -> None:
    """Write the rows of a round, always in Chinese: the file is read back by its headers.

    Raises:
        OutputFileError: The file cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - 0.1 s that a start need not pay

    book = Workbook()
    visits: Any = book.active
    visits.title = VISITS_SHEET
    _head(visits, VISIT_COLUMNS)
    for row, stop in enumerate(paper.stops, start=2):
        _row(visits, row, VISIT_COLUMNS, _visit(paper, stop))
    visits.page_setup.paperSize = _A3
    _choices(visits, VISIT_COLUMNS, "result", [each.label for each in InspectionResult])
    answers: Any = book.create_sheet(ANSWERS_SHEET)
    _head(answers, ANSWER_COLUMNS)
    row = 2
    for stop in paper.stops:
        for question in stop.questions:
            given = {
                "sheet": stop.sheet, "name": stop.hazard.name, "question": question.text,
                "basis": question.source, "key": question.key,
            }  # fmt: skip
            _row(answers, row, ANSWER_COLUMNS, given)
            row += 1
    _choices(answers, ANSWER_COLUMNS, "verdict", [each.label for each in Verdict])
    guide: Any = book.create_sheet(GUIDE)
    guide.column_dimensions["A"].width = 110
    for number, line in enumerate(_LINES, start=1):
        put_text(guide.cell(number, 1), f"{number}. {line}")
    with replacing(path) as unfinished:
        book.save(unfinished)


def _visit(paper: RoundPaper, stop: SheetStop) -> dict[str, str]:
    hazard, planned = stop.hazard, paper.planned
    county = regions().get(hazard.county).name if hazard.county else ""
    lon, lat = hazard.anchor()
    return {
        "sheet": stop.sheet,
        "code": hazard.code,
        "name": hazard.name,
        "kind": taxonomy().get(hazard.type_key).label,
        "level": hazard.level.label if hazard.level else "",
        "place": f"{county}{hazard.township}{hazard.address}",
        "position": f"{lon:.6f},{lat:.6f}",
        "leg": f"{stop.leg_m / 1000:.1f}",
        "due": f"{stop.due.isoformat()} {stop.season}".strip(),
        "on": planned.on.isoformat(),
        "inspector": planned.inspector,
        "phone": planned.phone,
        "checklist": paper.checklist,
    }


def _head(sheet: Any, columns: Sequence[ReturnColumn]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for number, column in enumerate(columns, start=1):
        cell = sheet.cell(1, number)
        put_text(cell, column.header)
        cell.font, cell.border = Font(bold=True), _frame()
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "D2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _row(sheet: Any, row: int, columns: Sequence[ReturnColumn], given: dict[str, str]) -> None:
    from openpyxl.styles import Alignment, PatternFill  # noqa: PLC0415

    ours, theirs = PatternFill("solid", fgColor="EEEEEE"), PatternFill("solid", fgColor="FFFBE0")
    for number, column in enumerate(columns, start=1):
        cell = sheet.cell(row, number)
        if given.get(column.key):
            put_text(cell, given[column.key])
        cell.fill = theirs if column.filled else ours
        cell.border = _frame()
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.number_format = "@"


def _frame() -> Any:
    from openpyxl.styles import Border, Side  # noqa: PLC0415

    thin = Side(style="thin", color="999999")
    return Border(thin, thin, thin, thin)


def _choices(sheet: Any, columns: Sequence[ReturnColumn], key: str, words: Sequence[str]) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    number = next(at for at, column in enumerate(columns, start=1) if column.key == key)
    rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    rule.showErrorMessage = True
    letter = get_column_letter(number)
    rule.add(f"{letter}2:{letter}{max(sheet.max_row, 2)}")
    sheet.add_data_validation(rule)
