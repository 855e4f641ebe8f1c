"""The answer to a sender: their own workbook with what became of every row of it."""

from __future__ import annotations

from pathlib import Path

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.domain.survey_data_rows import RowRole
from qhd_riskmap.formats.annotated_copy import (
    CellEdit,
    CellNote,
    RowMark,
    Skipped,
    write_annotated,
)
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import as_candidates
from qhd_riskmap.services.survey_preview import ImportOutcome, ImportPreview

__all__ = ["write_reports"]


def write_reports(
    preview: ImportPreview, outcome: ImportOutcome, report: Path | None
) -> list[Path]:
    """Write the senders' own workbooks back with every wrong cell marked.

    Args:
        preview: The import.
        outcome: What became of it.
        report: Where to write; with several files their names are added. None writes nothing.

    Returns:
        One file per sender's file that has something to tell.

    Raises:
        OutputFileError: One cannot be written.
    """
    if report is None:
        return []
    told = {issue.path for issue in outcome.issues} | {path for path, _s, _r in outcome.rows}
    told |= {path for path, _cell in preview.mended}
    files = [file for file in preview.files if file.readable and file.path in told]
    written = []
    for number, file in enumerate(files, start=1):
        target = report
        if len(files) > 1:
            target = report.with_name(f"{report.stem}-{number:02d}-{file.path.stem}.xlsx")
        notes = [
            CellNote(i.sheet, i.cell, i.row, i.severity, i.message)
            for i in outcome.issues
            if i.path == file.path
        ]
        edits = [
            CellEdit(cell.sheet, cell.cell, cell.was, cell.now)
            for path, cell in preview.mended
            if path == file.path
        ]
        # Why a table was not read stands at its header.
        skipped = [
            row
            for row in outcome.skipped
            if row.path == file.path and row.role is not RowRole.UNREAD
        ]
        passed = [
            CellNote(row.sheet, "", row.row, Severity.INFO, f"{row.role.label}：{row.text}")
            for row in skipped
            if row.role is not RowRole.CORNER
        ]
        marks = _marks(preview, outcome, file.path)
        told_of = Skipped(len(skipped), passed)
        written.append(write_annotated(file.path, target, notes, marks, edits, skipped=told_of))
    return written


def _marks(preview: ImportPreview, outcome: ImportOutcome, path: Path) -> list[RowMark]:
    """What became of every row of one file."""
    marks = [
        RowMark(sheet, row, "accepted", _("已入库：{code}").format(code=hazard.code))
        for (file, sheet, row), hazard in zip(outcome.rows, outcome.hazards, strict=True)
        if file == path
    ]
    if not outcome.hazards:
        marks += [
            RowMark(sheet.name, row, "accepted", _("可以入库"))
            for sheet, row in as_candidates(preview.candidates).sources
            if sheet.file == path
        ]
    marks += [
        RowMark(sheet.name, row, "duplicate", _("重复，已跳过"))
        for sheet, row in as_candidates(preview.repeats).sources
        if sheet.file == path
    ]
    for reading in preview.readings:
        if reading.sheet.file == path:
            name = reading.sheet.name
            marks += [RowMark(name, row, "rejected", _("退回，请改正")) for row in reading.rejected]
            marks += [RowMark(name, r, "undecided", _("坐标系未定")) for r in reading.undecided]
    return marks
