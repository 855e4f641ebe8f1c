"""Survey import: departments' sheets in, previewed, committed as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final
from uuid import uuid4

import numpy as np

from qhd_riskmap.collector import collector_paused, look_over
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.import_rules import severity_of
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import SURVEY_SUFFIXES
from qhd_riskmap.geo.references import Reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import Candidates
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.pace import Pace
from qhd_riskmap.services.survey_ahead import read_ahead
from qhd_riskmap.services.survey_candidates import ImportTerms
from qhd_riskmap.services.survey_commit import commit_preview
from qhd_riskmap.services.survey_corrections import (
    NO_CORRECTIONS,
    Corrections,
    Given,
)
from qhd_riskmap.services.survey_demands import require_possible
from qhd_riskmap.services.survey_files import (
    CheckedFile,
    checked_file,
    size_of,
    steps_of,
    unread,
)
from qhd_riskmap.services.survey_issues import RowIssue, RowKey
from qhd_riskmap.services.survey_layout import (
    NO_LAYOUTS,
    Layouts,
    corrections,
    remembered_by_headers,
)
from qhd_riskmap.services.survey_matching import match
from qhd_riskmap.services.survey_places import read_places
from qhd_riskmap.services.survey_preview import (
    ImportOutcome,
    ImportPreview,
    SheetDatum,
    SurveyFile,
)
from qhd_riskmap.services.survey_remedies import tasks_of_known
from qhd_riskmap.services.survey_report import write_reports
from qhd_riskmap.services.survey_rivals import rivals
from qhd_riskmap.services.survey_straight import WritingAhead
from qhd_riskmap.services.survey_updates import (
    NO_UPDATES,
    credit_of,
    offered,
    offers,
    row_key,
    suspects,
)
from qhd_riskmap.services.survey_witnesses import surroundings
from qhd_riskmap.storage.engine import Register

__all__ = [
    "SURVEY_SUFFIXES",
    "ImportOutcome",
    "ImportPreview",
    "RowIssue",
    "SheetDatum",
    "SurveyFile",
    "SurveyImport",
]

NO_ANSWERS: Final[Mapping[tuple[Path, str], Reference]] = MappingProxyType({})
MUCH: Final = 20_000  # rows; below, leaving the write-ahead log may cost more than it saves
_MATCHING_SHARE: Final = 8  # looking for duplicates takes an eighth of reading one file


class SurveyImport:
    """Imports into one register, for one actor."""

    def __init__(self, register: Register, actor: Actor, today: date | None = None) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    @collector_paused()
    def preview(
        self,
        paths: Iterable[Path],
        datum: Reference | None,
        job: JobContext,
        answers: Mapping[tuple[Path, str], Reference] = NO_ANSWERS,
        *,
        layouts: Layouts = NO_LAYOUTS,
        sender: str = "",
        fixes: Corrections = NO_CORRECTIONS,
    ) -> ImportPreview:
        """Read and check sheets without storing anything.

        Args:
            paths: Files; what is wrong with one does not stop the others.
            datum: Reference of all coordinates, None to let the evidence decide.
            job: Progress by file.
            answers: What the user said of single sheets (file, sheet name) when asked; rows that
                name their reference themselves keep it.
            layouts: What the user says of columns and header rows; remembered on commit.
            sender: Office or department the files come from.
            fixes: What the user said of single rows.

        Raises:
            UnreadableFileError: None of the files can be read.
            InvalidInputError: What was said of all sheets can hold for none of them.
            JobCancelledError: The user stopped it.
        """
        self._actor.require(Permission.IMPORT)
        given = Given(answers, fixes)
        return self._previewed(paths, datum, job, layouts, sender, given)

    @collector_paused()
    def straight(
        self,
        paths: Iterable[Path],
        datum: Reference | None,
        job: JobContext,
        update: Collection[RowKey] | None = NO_UPDATES,
        *,
        layouts: Layouts = NO_LAYOUTS,
        sender: str = "",
        fixes: Corrections = NO_CORRECTIONS,
    ) -> tuple[ImportPreview, ImportOutcome]:
        """`preview` and `commit` in one go, a file being written while the next is checked.

        The register holds the same afterwards, and nothing where anything fails. It is locked for
        others from the first rows written on.

        Args:
            paths: See `preview`, as all that is not explained here.
            datum: The same.
            job: Progress.
            update: See `commit`.
            layouts: See `preview`.
            sender: The same.
            fixes: The same.

        Raises:
            UnreadableFileError: See `preview`.
            InvalidInputError: The same.
            JobCancelledError: The user stopped it; nothing is stored.
            ConflictError: See `commit`.
            DatabaseError: The register cannot be written; nothing is stored.
        """
        self._actor.require(Permission.IMPORT)
        given = Given({}, fixes)
        with WritingAhead(self._register, self._actor) as ahead:
            preview = self._previewed(paths, datum, job, layouts, sender, given, ahead)
            outcome = ahead.ended(preview, update, job)
        if outcome is None:
            with self._register.undisturbed() if len(preview.candidates) >= MUCH else nullcontext():
                outcome = self.commit(preview, job, update)
        return preview, outcome

    def commit(
        self,
        preview: ImportPreview,
        job: JobContext,
        update: Collection[RowKey] | None = NO_UPDATES,
        apart: Collection[RowKey] = NO_UPDATES,
    ) -> ImportOutcome:
        """Register all candidates of a preview in one transaction.

        Rows that another import has brought since the preview are passed over.

        Args:
            preview: The preview.
            job: Progress.
            update: Which of `ImportPreview.updates` to apply to their records; None applies all.
            apart: Rows of `ImportPreview.suspects` that the officer knows to be something else.

        Raises:
            JobCancelledError: The user stopped it; nothing is stored.
            ConflictError: A record to be updated was saved since the preview; nothing is stored.
            DatabaseError: The register cannot be written; nothing is stored.
        """
        self._actor.require(Permission.IMPORT)
        return commit_preview(self._register, self._actor, preview, job, update, apart)

    def changes(self, outcome: ImportOutcome) -> Changes:
        """What views have to redraw after a commit."""
        some = bool(outcome.hazards) or outcome.updated > 0
        return Changes(hazards=some, tasks=outcome.tasks > 0)

    def write_reports(
        self, preview: ImportPreview, outcome: ImportOutcome, report: Path | None
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
        return write_reports(preview, outcome, report)

    def import_places(self, path: Path) -> int:
        """Load townships, receptors or emergency resources; how many were stored.

        Raises:
            UnreadableFileError: The file cannot be read, or holds none of these.
        """
        self._actor.require(Permission.IMPORT)
        places = read_places(path)
        with self._register.unit_of_work() as work:
            count = work.places.add_townships(places.townships, self._actor)
            count += work.places.add_receptors(places.receptors, self._actor)
            count += work.places.add_resources(places.resources, self._actor)
            work.commit()
        return count

    # Inside

    def _previewed(  # noqa: PLR0917 - see preview
        self,
        paths: Iterable[Path],
        datum: Reference | None,
        job: JobContext,
        layouts: Layouts,
        sender: str,
        given: Given,
        ahead: WritingAhead | None = None,
    ) -> ImportPreview:
        """See `preview`; the rows of each file checked are given to ``ahead``."""
        files = list(dict.fromkeys(Path(path) for path in paths))
        terms = replace(self._terms(datum), sender=sender)
        known = self._with_remembered(layouts, sender)
        read: list[CheckedFile] = []
        failures: list[UnreadableFileError] = []
        sizes = [size_of(path) for path in files]
        pace = Pace(job, sum(sizes) + max(sizes, default=0) // _MATCHING_SHARE)
        terms = replace(terms, pulse=pace.pulse)
        done = rows = 0
        pace.report(0, 0, _("读取 {name}").format(name=files[0].name if files else ""))
        coming = zip(files, sizes, read_ahead(files, pace.pulse), strict=True)
        for number, (path, size, found) in enumerate(coming, start=1):
            what = _("核对 {name}").format(name=path.name)
            if isinstance(found, UnreadableFileError):
                failures.append(found)
                read.append(unread(path, found))
            else:
                step = steps_of(found, pace, (done, size, rows), what)
                mine = replace(terms, pulse=partial(_looked_over, step))
                read.append(checked_file(found, mine, given, known[0], self._register))
                look_over()
                rows += sum(reading.rows for reading in read[-1].readings)
                if ahead is not None:
                    ahead.take(read[-1], last=number == len(files))
            done += size
            pace.report(done, rows, what)
        if failures and len(failures) == len(files):
            raise failures[0]
        found_readings = [reading for file in read for reading in file.readings]
        require_possible(found_readings, header_row=layouts.for_all.header_row, datum=datum)
        pace.report(done, rows, _("查重"))
        preview = self._matched(read, terms)
        pace.finish(_("核对完毕"))
        return _explained(preview, *known, sender)

    def _terms(self, datum: Reference | None) -> ImportTerms:
        around = surroundings(self._register)
        with self._register.unit_of_work() as work:
            calendar = work.work_days.calendar()
        return ImportTerms(
            declared=datum,
            today=self._today or datetime.now(tz=UTC).astimezone().date(),
            assessor=self._actor.name,
            batch_id=uuid4(),
            townships=frozenset(around.townships),
            around=around,
            calendar=calendar,
        )

    def _with_remembered(self, layouts: Layouts, sender: str) -> tuple[Layouts, tuple[str, ...]]:
        """What earlier imports said of columns, and the offices they came from."""
        with self._register.unit_of_work() as work:
            stored = work.survey_mappings.list()
            known = {*work.senders.names(), *(mapping.sender for mapping in stored)}
        found = replace(layouts, remembered=remembered_by_headers(stored, sender))
        return found, tuple(sorted(known - {""}))

    def _matched(self, read: Sequence[CheckedFile], terms: ImportTerms) -> ImportPreview:
        candidates = Candidates(
            [r.candidates for f in read for r in f.readings if r.candidates is not None]
        )
        with self._register.unit_of_work() as work:
            credit = credit_of(work, candidates)
            terms.pulse()
            register = rivals(work, candidates, credit.holders)
            known = work.batches.known_rows(candidates.hashes)
            terms.pulse()
            found = match(candidates, register, known, credit)
            terms.pulse()
            updates = offers(work, candidates, found)
            tasks = tasks_of_known(work, candidates, found.registered)
        issues = [issue for file in read for issue in file.issues]
        news = {offer.key for offer in updates}
        for index, other in found.repeats.items():
            if row_key(candidates, index) in news:
                continue
            message = _("与“{other}”重复，已跳过。").format(other=other)
            issues.append(_on_row(candidates, index, "duplicate", Severity.INFO, message))
        issues += [offered(offer) for offer in updates]
        for index, suspicion in found.suspects.items():
            message = _("可能与“{other}”是同一处（{why}），已登记，请核对。").format(
                other=suspicion.label, why=suspicion.likeness.label
            )
            issues.append(
                _on_row(candidates, index, "suspected-duplicate", Severity.WARNING, message)
            )
        repeats = np.zeros(len(candidates), dtype=bool)
        repeats[list(found.repeats)] = True
        return ImportPreview(
            files=tuple(file.file for file in read),
            readings=tuple(reading for file in read for reading in file.readings),
            candidates=candidates.taken(np.flatnonzero(~repeats)),
            repeats=candidates.taken(np.flatnonzero(repeats)),
            repeated=tuple(found.repeats[index] for index in sorted(found.repeats)),
            issues=_in_order(issues, [file.file.path for file in read]),
            batch_id=terms.batch_id,
            updates=updates,
            tasks=tasks,
            suspects=suspects(candidates, found),
            mended=tuple((file.file.path, cell) for file in read for cell in file.mended),
            passed_over=tuple(reading for file in read for reading in file.passed_over),
        )


def _looked_over(step: Callable[[], None]) -> None:
    """End a step; little was made in it, so that the collector's look is short."""
    step()
    look_over()


def _explained(
    preview: ImportPreview, layouts: Layouts, senders: tuple[str, ...], sender: str
) -> ImportPreview:
    """A preview with what was said of its sheets and is to be remembered."""
    learnt = corrections(preview.readings, layouts, sender)
    return replace(preview, sender=sender, corrections=learnt, layouts=layouts, senders=senders)


def _on_row(
    candidates: Candidates, index: int, code: str, severity: Severity, message: str
) -> RowIssue:
    sheet, row, name_column = candidates.source(index)
    return RowIssue(
        path=sheet.file,
        sheet=sheet.name,
        cell=sheet.address(row - sheet.first_row, name_column),
        row=row,
        code=code,
        severity=severity_of(code, severity),
        message=message,
    )


def _in_order(issues: list[RowIssue], files: Sequence[Path]) -> tuple[RowIssue, ...]:
    place = {path: number for number, path in enumerate(files)}
    sheets: dict[tuple[Path, str], int] = {}
    for issue in issues:
        sheets.setdefault((issue.path, issue.sheet), len(sheets))
    return tuple(sorted(issues, key=lambda i: (place[i.path], sheets[i.path, i.sheet], i.row)))
