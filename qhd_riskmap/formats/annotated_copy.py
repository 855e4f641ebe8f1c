"""A copy of the sender's own workbook with every wrong cell coloured and explained.

The copy is the sender's package with a few parts changed (`workbook_package`): pictures, charts, formats,
macros and whatever else it holds stay byte for byte. Files that are no such package become one of their
texts first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from lxml import etree

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.domain.survey_sheet import column_letters, column_number
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.cell_text import is_formula_like, put_text, storable
from qhd_riskmap.formats.comment_patch import add_comments
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.sheet_guard import Extent, GuardedArchive, sheet_extent
from qhd_riskmap.formats.sheet_patch import RowChange, SheetPatch
from qhd_riskmap.formats.style_patch import StylePatch
from qhd_riskmap.formats.survey_sheet import file_content, read_survey
from qhd_riskmap.formats.workbook_package import WorkbookPackage
from qhd_riskmap.formats.workbook_parts import SheetPart, sheet_parts
from qhd_riskmap.i18n import _

_WORKBOOK: Final = "xl/workbook.xml"
_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_COLOURS: Final = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C"}
_MARK_COLOURS: Final = {
    "accepted": "C6EFCE",
    "updated": "C6EFCE",
    "rejected": "FFC7CE",
    "duplicate": "D9D9D9",
    "undecided": "FFE699",
    "left": "D9D9D9",
}
_EDITED: Final = "BDD7EE"
_RANK: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}
_MOST_NOTES: Final = 20_000
_MOST_SKIPPED: Final = 500
_LONGEST_TITLE: Final = 31
_LONGEST_COMMENT: Final = 2000
_RESULT_WIDTH: Final = 26.0
_WIDTHS: Final = (20, 10, 8, 90)


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
    """What became of one row; ``kind`` is accepted, updated, rejected, duplicate, undecided or left."""

    sheet: str
    row: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A text written in place of the sender's, by whoever imported the sheet."""

    sheet: str
    cell: str
    was: str
    now: str

    @property
    def message(self) -> str:
        """What was changed, in Chinese."""
        if not self.was:
            return _("原为空，已填为“{now}”").format(now=self.now)
        if not self.now:
            return _("已由“{was}”改为空").format(was=self.was)
        return _("已由“{was}”改为“{now}”").format(was=self.was, now=self.now)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rows of the file that are no hazards: how many, and those worth listing."""

    count: int = 0
    rows: Sequence[CellNote] = ()


NOTHING_SKIPPED: Final = Skipped()


def write_annotated(
    source: Path,
    target: Path,
    issues: Sequence[CellNote],
    accepted: Sequence[RowMark],
    edits: Sequence[CellEdit] = (),
    *,
    skipped: Skipped = NOTHING_SKIPPED,
) -> Path:
    """Write the copy; the sender's file is never touched.

    Args:
        source: The sender's file. Anything but xlsx and xlsm becomes an xlsx of its texts.
        target: Where to write; its ending is made to fit: a workbook with macros stays an xlsm.
        issues: Remarks by cell.
        accepted: What became of the rows.
        edits: Texts to put in place of the sender's; each is marked as changed.
        skipped: The rows that are no hazards.

    Returns:
        The path written.

    Raises:
        OutputFileError: It cannot be written, or is the sender's own file.
        UnreadableFileError: The sender's file cannot be read any more.
    """
    content = file_content(source)
    archive = GuardedArchive(content, source.name) if content.startswith(b"PK\x03\x04") else None
    names: Mapping[str, str] = {}
    remarks: list[str] = []
    suffix = ".xlsx"
    if archive is not None and _WORKBOOK in archive:
        archive.check_all()
        if "xl/vbaProject.bin" in archive:
            suffix = ".xlsm"  # spreadsheet programs open macros under no other ending
        if any(part.startswith("_xmlsignatures/") for part in archive.parts):
            remarks.append(_("本副本已加批注，原表的数字签名对它无效。"))
    else:
        made, names = _of_texts(source)
        archive = GuardedArchive(made, source.name)
        remarks.append(_("本副本只含原表的文字，格式与公式请以原表为准。"))
    target = target.with_suffix(suffix)
    if target.resolve() == source.resolve():
        raise OutputFileError(
            _("不能覆盖原表“{name}”。").format(name=source.name), hint=_("请换一个文件名。")
        )
    copy = _Copy(archive, source.name, names)
    if edits:
        remarks.append(
            _("导入时改动了 {n} 个单元格，底色为蓝，批注写有原来的内容。").format(n=len(edits))
        )
    copy.annotate(issues[:_MOST_NOTES], accepted, edits)
    copy.summarise(issues, accepted, remarks, edits, skipped)
    with replacing(target) as unfinished:
        copy.package.save(unfinished)
    return target


@dataclass(slots=True)
class _SheetWork:
    """What is to be done to one sheet."""

    notes: list[CellNote] = field(default_factory=list)
    marks: list[RowMark] = field(default_factory=list)
    edits: list[CellEdit] = field(default_factory=list)


class _Copy:
    """The sender's package while it is being annotated."""

    def __init__(self, archive: GuardedArchive, name: str, names: Mapping[str, str]) -> None:
        self.package = WorkbookPackage(archive, name)
        self._styles = StylePatch(self.package)
        self._archive = archive
        self._file = name
        self._parts = {part.name: part for part in sheet_parts(archive, name)}
        self._names = names

    def annotate(
        self, notes: Sequence[CellNote], marks: Sequence[RowMark], edits: Sequence[CellEdit]
    ) -> None:
        """Colour and explain cells, and say beside every row what became of it."""
        by_part: dict[str, _SheetWork] = {}
        for note in notes:
            part = self._part(note.sheet) if note.cell else None
            if part is not None:
                by_part.setdefault(part.part, _SheetWork()).notes.append(note)
        for mark in marks:
            part = self._part(mark.sheet)
            if part is not None:
                by_part.setdefault(part.part, _SheetWork()).marks.append(mark)
        for edit in edits:
            part = self._part(edit.sheet)
            if part is not None:
                by_part.setdefault(part.part, _SheetWork()).edits.append(edit)
        for part_name, work in by_part.items():
            self._annotate_sheet(part_name, work)

    def summarise(
        self,
        issues: Sequence[CellNote],
        marks: Sequence[RowMark],
        remarks: Sequence[str],
        edits: Sequence[CellEdit],
        skipped: Skipped,
    ) -> None:
        """Add the sheet that tells everything in one place."""
        title = _("导入结果")
        while title in self._parts:
            title += "+"
        counts = {kind: sum(mark.kind == kind for mark in marks) for kind in _MARK_COLOURS}
        lines = [
            _(
                "入库 {accepted} 行，退回 {rejected} 行，重复 {duplicate} 行，坐标系未定 {undecided} 行。"
            ).format(**counts),
            _("底色为红的单元格有错误，须改正后重新报送；黄的请核对；批注说明了原因。"),
            *remarks,
        ]
        if counts["updated"]:
            lines[0] += _("更新 {updated} 行。").format(**counts)
        if counts["left"]:
            lines[0] += _("没有入库 {left} 行。").format(**counts)
        if skipped.count:
            message = _("另有 {count} 行不是隐患（标题、表头、合计、说明等），没有读入，列在最后。")
            lines.insert(1, message.format(count=skipped.count))
        if len(issues) > _MOST_NOTES:
            lines.append(_("问题太多，只标注了前 {count} 个。").format(count=_MOST_NOTES))
        heads = (_("表"), _("单元格"), _("性质"), _("说明"))
        told = [(edit.sheet, edit.cell, _("改动"), edit.message) for edit in edits]
        told += [(note.sheet, note.cell, note.severity.label, note.message) for note in issues]
        told += [
            (note.sheet, f"A{note.row}", _("跳过"), note.message)
            for note in skipped.rows[:_MOST_SKIPPED]
        ]
        rows = [*([line] for line in lines), [], heads, *told]
        self._add_sheet(title, rows, bold=len(lines) + 1)

    def _part(self, name: str) -> SheetPart | None:
        found = self._parts.get(self._names.get(name, name))
        # A text file has one sheet, without a name.
        return found or (next(iter(self._parts.values()), None) if not name else None)

    def _annotate_sheet(self, part: str, work: _SheetWork) -> None:
        extent = sheet_extent(self._archive, part, self._file)
        rows: dict[int, RowChange] = {}
        texts: dict[str, list[str]] = {}
        worst: dict[str, Severity] = {}
        self._write_over(extent, rows, texts, work.edits)
        for note in work.notes:
            cell = _owner(extent, note.cell)
            said = f"{note.severity.label}：{storable(note.message)}"
            texts.setdefault(cell, []).append(said)
            if cell not in worst or _RANK[note.severity] > _RANK[worst[cell]]:
                worst[cell] = note.severity
        for cell, severity in worst.items():
            letters = cell.rstrip("0123456789")
            if severity in _COLOURS:
                row = rows.setdefault(int(cell[len(letters) :]), RowChange())
                row.colours[column_number(letters)] = _COLOURS[severity]
        sheet = SheetPatch(self.package, part)
        if work.marks:
            self._mark(sheet, extent, rows, work.marks)
        sheet.change(rows, self._styles.coloured)
        joined = {cell: "\n".join(lines)[:_LONGEST_COMMENT] for cell, lines in texts.items()}
        add_comments(self.package, part, sheet, joined)
        sheet.store()

    def _write_over(
        self,
        extent: Extent,
        rows: dict[int, RowChange],
        texts: dict[str, list[str]],
        edits: Sequence[CellEdit],
    ) -> None:
        """Put the texts of an import in place of the sender's; the comment keeps what was there."""
        for edit in edits:
            letters = edit.cell.rstrip("0123456789")
            row = rows.setdefault(int(edit.cell[len(letters) :]), RowChange())
            # What looks like a formula gets a style of ours that keeps it a text.
            quoted = is_formula_like(edit.now)
            style = self._styles.text(colour=_EDITED, quoted=True) if quoted else None
            row.written[column_number(letters)] = (edit.now, style)
            row.colours[column_number(letters)] = _EDITED
            said = f"{edit.cell} {storable(edit.message)}"
            texts.setdefault(_owner(extent, edit.cell), []).append(said)

    def _mark(
        self,
        sheet: SheetPatch,
        extent: Extent,
        rows: dict[int, RowChange],
        marks: Sequence[RowMark],
    ) -> None:
        """The column 导入结果 right of everything else."""
        merged = max((block.right for block in extent.merged), default=0)
        column = max(extent.right, merged, 0 if extent.explicit else extent.widest) + 1
        numbers = {mark.row for mark in marks}
        top = min(numbers) - 1
        if top > 0:
            head = rows.setdefault(top, RowChange())
            head.texts[column] = (_("导入结果"), self._styles.text(bold=True))
        for mark in marks:
            style = self._styles.text(
                colour=_MARK_COLOURS[mark.kind], quoted=is_formula_like(mark.text)
            )
            rows.setdefault(mark.row, RowChange()).texts[column] = (mark.text, style)
        sheet.widen(column)
        sheet.set_width(column, _RESULT_WIDTH)

    def _add_sheet(self, title: str, rows: Sequence[Sequence[str]], *, bold: int) -> None:
        package, tag = self.package, self.package.tag
        part = package.free_part("xl/worksheets/sheetQhd{}.xml")
        root = etree.Element(tag("worksheet"), nsmap={None: package.main})
        columns = etree.SubElement(root, tag("cols"))
        for number, width in enumerate(_WIDTHS, start=1):
            for_column = {"min": str(number), "max": str(number), "width": str(width)}
            etree.SubElement(columns, tag("col"), customWidth="1", **for_column)
        data = etree.SubElement(root, tag("sheetData"))
        for number, texts in enumerate(rows, start=1):
            row = etree.SubElement(data, tag("row"), r=str(number))
            for place, text in enumerate(texts, start=1):
                if text:
                    style = self._styles.text(bold=number == bold + 1, quoted=is_formula_like(text))
                    self._add_text(row, f"{column_letters(place)}{number}", text, style)
        package.add_xml(part, root, _SHEET_TYPE)
        sheets = package.xml(_WORKBOOK).find(tag("sheets"))
        made = etree.SubElement(sheets, tag("sheet"), name=title)
        made.set("sheetId", str(max(int(s.get("sheetId") or 0) for s in [*sheets]) + 1))
        made.set(f"{{{package.office}}}id", package.relate(_WORKBOOK, "worksheet", part))

    def _add_text(self, row: Any, address: str, text: str, style: int) -> None:
        tag = self.package.tag
        cell = etree.SubElement(row, tag("c"), r=address, s=str(style), t="inlineStr")
        inner = etree.SubElement(etree.SubElement(cell, tag("is")), tag("t"))
        inner.text = storable(text)
        inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _owner(extent: Extent, address: str) -> str:
    """The cell itself, or the one a merged block shows."""
    letters = address.rstrip("0123456789")
    column, row = column_number(letters), int(address[len(letters) :])
    for block in extent.merged:
        if block.top <= row <= block.bottom and block.left <= column <= block.right:
            return f"{column_letters(block.left)}{block.top}"
    return address


def _of_texts(source: Path) -> tuple[bytes, dict[str, str]]:
    """A workbook of the texts of any other file, and the titles its sheets got."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load

    book: Any = Workbook()
    book.remove(book.active)
    names: dict[str, str] = {}
    for sheet in read_survey(source):
        copy = book.create_sheet(_title(sheet.name or source.stem))
        copy.sheet_state = "hidden" if sheet.hidden else "visible"
        names.setdefault(sheet.name, copy.title)
        for block in sheet.merged:
            copy.merge_cells(None, block.top, block.left, block.bottom, block.right)
        for index, column in enumerate(sheet.columns):
            for row, text in enumerate(column):
                if text:
                    place = copy.cell(sheet.first_row + row, sheet.first_column + index)
                    if type(place).__name__ != "MergedCell":
                        put_text(place, text)
        for (number, letter), said in sheet.failed.items():
            place = copy.cell(number, letter)
            if type(place).__name__ != "MergedCell":
                put_text(place, said)
    book.worksheets[0].sheet_state = "visible"
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue(), names


def _title(name: str) -> str:
    return (
        "".join("_" if char in r"[]:*?/\'" else char for char in storable(name))[:_LONGEST_TITLE]
        or "Sheet1"
    )
