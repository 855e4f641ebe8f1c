"""Checks the sheets of one file, before its rows are held against others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.import_rules import severity_of
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.survey_tables import like_names
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_template import TEMPLATE_SHEET, template_types
from qhd_riskmap.i18n import _
from qhd_riskmap.services.pace import Pace
from qhd_riskmap.services.survey_ahead import ReadFile
from qhd_riskmap.services.survey_candidates import ImportTerms
from qhd_riskmap.services.survey_corrections import Given, MendedCell
from qhd_riskmap.services.survey_issues import RowIssue
from qhd_riskmap.services.survey_layout import (
    GUIDES,
    Layouts,
    layout_issues,
    read_tables,
    sheets_passed_over,
    stray_cells,
    template_issues,
)
from qhd_riskmap.services.survey_preview import SurveyFile
from qhd_riskmap.services.survey_rows import STEPS_PER_TABLE, SheetReading
from qhd_riskmap.storage.engine import Register

_READING_SHARE: Final = 40  # of a hundred; measured on a workbook of 100,000 rows


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What one file gave.

    Attributes:
        mended: Cells the officer has written over.
        passed_over: Sheets beside the survey that look like none, so far.
    """

    file: SurveyFile
    readings: tuple[SheetReading, ...]
    issues: tuple[RowIssue, ...]
    mended: tuple[MendedCell, ...] = ()
    passed_over: tuple[SheetReading, ...] = ()


def checked_file(
    found: ReadFile, terms: ImportTerms, given: Given, layouts: Layouts, register: Register
) -> CheckedFile:
    """Check every sheet of a file that may be a survey.

    Args:
        found: The file.
        terms: Of the import.
        given: What the officer said of sheets and rows.
        layouts: What was said of columns.
        register: Knows the files imported before.
    """
    path, sheets = found.path, found.sheets
    types = template_types(sheets)
    wanted = [sheet for sheet in sheets if _is_survey(sheet, only=len(sheets) == 1)]
    fixed = [given.corrections.mended(sheet) for sheet in wanted]
    readings = [
        reading
        for sheet, _cells in fixed
        for reading in read_tables(
            sheet,
            given.terms(terms, sheet),
            types.get(sheet.name, ""),
            layouts,
        )
    ]
    useful = [r for r in readings if r.decision is not None]
    # A workbook with a survey in it may have other sheets; they are none of our business.
    surveys = {r.sheet.name for r in useful}
    kept = [r for r in readings if not useful or r.sheet.name in surveys or _told(r)]
    told = [i for r in kept for i in (*r.issues, *layout_issues(r))]
    passed_over = [r for r in readings if not any(r is one for one in kept)]
    unread = [sheet for sheet in sheets if sheet not in wanted]
    unread += [r.sheet for r in passed_over]
    told += stray_cells(sheet for sheet, _cells in fixed if sheet.name in surveys)
    issues = (*template_issues(path, sheets), *told, *sheets_passed_over(unread))
    with register.unit_of_work() as work:
        batch = work.batches.known_file(found.sha256)
    if batch is not None and batch.imported_at is not None:
        message = _("这个文件已于 {day} 由 {actor} 导入过，已入库的行不会重复登记。").format(
            day=batch.imported_at.astimezone().date().isoformat(), actor=batch.imported_by
        )
        issues = (_on_file(path, "file-known", Severity.INFO, message), *issues)
    file = SurveyFile(path=path, sha256=found.sha256, size=found.size)
    mended = tuple(cell for _sheet, cells in fixed for cell in cells)
    return CheckedFile(file, tuple(kept), issues, mended, tuple(passed_over))


def steps_of(
    found: ReadFile, pace: Pace, begun: tuple[int, int, int], what: str
) -> Callable[[], None]:
    """The check of one file in steps: its reading is done, and took its share of the time."""
    done, size, rows = begun
    sheets = [sheet for sheet in found.sheets if sheet.height]
    read = size * _READING_SHARE // 100
    pace.report(done + read, rows, what)
    return pace.steps(
        begin=done + read,
        size=size - read,
        rows=rows,
        more=sum(sheet.height - 1 for sheet in sheets),
        count=STEPS_PER_TABLE * max(len(sheets), 1),
        what=what,
    )


def size_of(path: Path) -> int:
    """Bytes of a file, 1 where there is none."""
    try:
        return max(path.stat().st_size, 1)
    except OSError:
        return 1


def _is_survey(sheet: SurveySheet, *, only: bool) -> bool:
    """Our own hidden sheets and guides are passed over, and so is what the sender has hidden."""
    if sheet.name == TEMPLATE_SHEET:
        return False
    return only or not (sheet.hidden or sheet.name in GUIDES)


def _told(reading: SheetReading) -> bool:
    """Whether a sheet that cannot be used looks like a survey all the same."""
    mapping = reading.mapping
    if mapping is None:
        return False
    return mapping.column("name") is not None or (
        mapping.located and bool(like_names(mapping.header))
    )


def unread(path: Path, failure: UnreadableFileError) -> CheckedFile:
    """A file that cannot be read, with the reason."""
    issue = _on_file(path, failure.code, Severity.ERROR, str(failure))
    return CheckedFile(SurveyFile(path=path, sha256="", size=0, readable=False), (), (issue,))


def _on_file(path: Path, code: str, severity: Severity, message: str) -> RowIssue:
    return RowIssue(
        path=path,
        sheet="",
        cell="",
        row=0,
        code=code,
        severity=severity_of(code, severity),
        message=message,
    )
