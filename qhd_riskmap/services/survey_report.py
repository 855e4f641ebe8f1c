"""The answer to a sender: their own workbook with what became of every row of it."""

from __future__ import annotations

from collections.abc import Sequence
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
from qhd_riskmap.services.candidate_columns import Candidate, as_candidates
from qhd_riskmap.services.survey_issues import RowKey
from qhd_riskmap.services.survey_preview import ImportOutcome, ImportPreview
from qhd_riskmap.services.survey_updates import UpdateOffer

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
    """What became of every row of one file; the last word on a row counts."""
    stored = outcome.batch_id is not None
    waiting = ("left", _("这次没有入库")) if stored else ("accepted", _("可以入库"))
    said = {
        **_said_of(preview.candidates, waiting),
        **_said_of(preview.repeats, ("duplicate", _("重复，已跳过"))),
    }
    for reading in preview.readings:
        file, name = reading.sheet.file, reading.sheet.name
        said |= {(file, name, r): ("rejected", _("退回，请改正")) for r in reading.rejected}
        said |= {(file, name, r): ("undecided", _("坐标系未定")) for r in reading.undecided}
    said |= {offer.key: _of_offer(offer, outcome) for offer in preview.updates}
    codes = (hazard.code for hazard in outcome.hazards)
    text = _("已入库：{code}")
    said |= {
        key: ("accepted", text.format(code=code))
        for key, code in zip(outcome.rows, codes, strict=True)
    }
    return [RowMark(sheet, row, *told) for (file, sheet, row), told in said.items() if file == path]


def _said_of(
    candidates: Sequence[Candidate], told: tuple[str, str]
) -> dict[RowKey, tuple[str, str]]:
    sources = as_candidates(candidates).sources
    return {(sheet.file, sheet.name, row): told for sheet, row in sources}


def _of_offer(offer: UpdateOffer, outcome: ImportOutcome) -> tuple[str, str]:
    if offer.key in outcome.renewed and outcome.batch_id is not None:
        return "updated", _("已更新：{code}").format(code=offer.code)
    text = _("已登记为 {code}，内容不同，没有更新")
    if outcome.batch_id is None:
        text = _("已登记为 {code}，内容不同，可以更新")
    return "duplicate", text.format(code=offer.code)
