"""A copy of the sender's own workbook with every wrong cell coloured and explained."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.cell_text import put_text, storable
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.sheet_guard import GuardedArchive
from qhd_riskmap.formats.survey_sheet import file_content, read_survey
from qhd_riskmap.i18n import N_, _

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
_AUTHOR: Final = "QHD RiskMap"
_COLOURS: Final = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C", Severity.INFO: "DDEBF7"}
_MARK_COLOURS: Final = {
    "accepted": "C6EFCE",
    "rejected": "FFC7CE",
    "duplicate": "D9D9D9",
    "undecided": "FFE699",
}
_SEVERITIES: Final = {
    Severity.ERROR: N_("错误"),
    Severity.WARNING: N_("提醒"),
    Severity.INFO: N_("说明"),
}
_FRAGILE: Final = ("xl/charts/", "xl/media/", "xl/pivotTables/", "xl/slicers/", "xl/externalLinks/")
_MOST_NOTES: Final = 20_000
_LONGEST_TITLE: Final = 31
# What openpyxl raises on workbooks that other programs still open.
_UNLOADABLE: Final = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    BadZipFile,
    OSError,
)


@dataclass(frozen=True, slots=True)
class CellNote:
    """One remark.

    Attributes:
        sheet: Sheet name; "" for the file as a whole or a text file.
        cell: Address, or "".
        row: Row number, 0 where none.
    """

    sheet: str
    cell: str
    row: int
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class RowMark:
    """What became of one row; ``kind`` is accepted, rejected, duplicate or undecided."""

    sheet: str
    row: int
    kind: str
    text: str


def write_annotated(
    source: Path, target: Path, issues: Sequence[CellNote], accepted: Sequence[RowMark]
) -> Path:
    """Write the copy; the sender's file is never touched.

    Args:
        source: The sender's file. Anything but xlsx and xlsm becomes an xlsx of its texts.
        target: Where to write; its ending is made to fit.
        issues: Remarks by cell.
        accepted: What became of the rows.

    Returns:
        The path written.

    Raises:
        OutputFileError: It cannot be written, or is the sender's own file.
        UnreadableFileError: The sender's file cannot be read any more.
    """
    macros = source.suffix.lower() == ".xlsm" and target.suffix.lower() == ".xlsm"
    target = target if macros else target.with_suffix(".xlsx")
    if target.resolve() == source.resolve():
        raise OutputFileError(
            _("不能覆盖原表“{name}”。").format(name=source.name), hint=_("请换一个文件名。")
        )
    book, remarks = _copy(source, keep_macros=macros)
    titles = {sheet.title: sheet for sheet in book.worksheets}
    lone = book.worksheets[0]
    for note in issues[:_MOST_NOTES]:
        sheet = titles.get(note.sheet, lone if not note.sheet else None)
        if sheet is not None and note.cell:
            _annotate(sheet, note)
    for title in {mark.sheet for mark in accepted}:
        marks = [mark for mark in accepted if mark.sheet == title]
        _mark_rows(titles.get(title, lone), marks)
    _summarise(book, issues, accepted, remarks)
    with replacing(target) as unfinished, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(unfinished)
    return target


def _copy(source: Path, *, keep_macros: bool) -> tuple[Any, list[str]]:
    """The workbook to write into, and what the copy loses."""
    if source.suffix.lower() in _WORKBOOKS:
        archive = GuardedArchive(file_content(source), source.name)
        archive.check_all()
        book = _loaded(source, keep_macros=keep_macros)
        if book is not None:
            remarks = []
            if any(part.startswith(_FRAGILE) for part in archive.parts):
                remarks.append(
                    _("原表中的图片、图表、透视表等在本副本中可能不完整，请以原表为准。")
                )
            if "xl/vbaProject.bin" in archive and not keep_macros:
                remarks.append(_("原表中的宏没有复制到本副本。"))
            return book, remarks
    return _of_texts(source), [_("本副本只含原表的文字，格式与公式请以原表为准。")]


def _loaded(source: Path, *, keep_macros: bool) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to load

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(source, keep_vba=keep_macros)
        except _UNLOADABLE:
            return None
    return book if book.worksheets else None


def _of_texts(source: Path) -> Any:
    from openpyxl import Workbook  # noqa: PLC0415

    book: Any = Workbook()
    book.remove(book.active)
    for sheet in read_survey(source):
        copy = book.create_sheet(_title(sheet.name or source.stem))
        copy.sheet_state = "hidden" if sheet.hidden else "visible"
        for index, column in enumerate(sheet.columns):
            for row, text in enumerate(column):
                if text:
                    place = copy.cell(sheet.first_row + row, sheet.first_column + index)
                    put_text(place, text)
    book.worksheets[0].sheet_state = "visible"
    return book


def _title(name: str) -> str:
    return (
        "".join("_" if char in r"[]:*?/\'" else char for char in storable(name))[:_LONGEST_TITLE]
        or "Sheet1"
    )


def _annotate(sheet: Any, note: CellNote) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    cell = _owner(sheet, note.cell)
    if cell is None:
        return
    before = f"{cell.comment.text}\n" if cell.comment is not None else ""
    text = f"{before}{_(_SEVERITIES[note.severity])}：{storable(note.message)}"
    cell.comment = Comment(text, _AUTHOR, height=80 + 20 * text.count("\n"), width=280)
    if note.severity is not Severity.INFO and _weight(cell) < _RANK[note.severity]:
        cell.fill = PatternFill("solid", fgColor=_COLOURS[note.severity])


_RANK: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


def _weight(cell: Any) -> int:
    colour = str(cell.fill.fgColor.rgb)[-6:] if cell.fill.fill_type else ""
    return next((_RANK[s] for s, own in _COLOURS.items() if own == colour), 0)


def _owner(sheet: Any, address: str) -> Any:
    """The cell itself, or the one a merged block shows."""
    try:
        cell = sheet[address]
    except (ValueError, KeyError):
        return None
    for block in sheet.merged_cells.ranges:
        if address in block:
            return sheet.cell(block.min_row, block.min_col)
    return cell


def _mark_rows(sheet: Any, marks: Sequence[RowMark]) -> None:
    """The column 导入结果 right of everything else."""
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    if not marks:
        return
    column = sheet.max_column + 1
    top = max(min(mark.row for mark in marks) - 1, 1)
    if all(mark.row != top for mark in marks):
        head = sheet.cell(top, column)
        put_text(head, _("导入结果"))
        head.font = Font(bold=True)
    for mark in marks:
        cell = sheet.cell(mark.row, column)
        put_text(cell, mark.text)
        cell.fill = PatternFill("solid", fgColor=_MARK_COLOURS[mark.kind])


def _summarise(
    book: Any, issues: Sequence[CellNote], marks: Sequence[RowMark], remarks: Sequence[str]
) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415

    title = _("导入结果")
    taken = set(book.sheetnames)
    while title in taken:
        title += "+"
    sheet = book.create_sheet(title)
    counts = {kind: sum(mark.kind == kind for mark in marks) for kind in _MARK_COLOURS}
    lines = [
        _(
            "入库 {accepted} 行，退回 {rejected} 行，重复 {duplicate} 行，坐标系未定 {undecided} 行。"
        ).format(**counts),
        _("底色为红的单元格有错误，须改正后重新报送；黄的请核对；批注说明了原因。"),
        *remarks,
    ]
    if len(issues) > _MOST_NOTES:
        lines.append(_("问题太多，只标注了前 {count} 个。").format(count=_MOST_NOTES))
    for row, line in enumerate(lines, start=1):
        put_text(sheet.cell(row, 1), line)
    top = len(lines) + 2
    for column, head in enumerate((_("表"), _("单元格"), _("性质"), _("说明")), start=1):
        put_text(sheet.cell(top, column), head)
        sheet.cell(top, column).font = Font(bold=True)
    for row, note in enumerate(issues, start=top + 1):
        texts = (note.sheet, note.cell, _(_SEVERITIES[note.severity]), note.message)
        for column, text in enumerate(texts, start=1):
            put_text(sheet.cell(row, column), text)
    for letter, width in zip("ABCD", (20, 10, 8, 90), strict=True):
        sheet.column_dimensions[letter].width = width
