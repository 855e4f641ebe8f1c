"""What an import would do, and what it did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.remediation.sheet_proof import ProvenTask
from qhd_riskmap.domain.survey_data_rows import RowRole
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.services.candidate_columns import Candidate, as_candidates
from qhd_riskmap.services.survey_corrections import MendedCell
from qhd_riskmap.services.survey_issues import RowIssue, RowKey
from qhd_riskmap.services.survey_layout import NO_LAYOUTS, Layouts
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.services.survey_updates import (
    OFFERED,
    SuspectPair,
    UpdateOffer,
    chosen_offers,
    issues_after,
)
from qhd_riskmap.storage.survey_mapping_repository import StoredMapping

_LONGEST_TEXT: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFile:
    """One file of an import.

    Attributes:
        sha256: Hash of its content, hexadecimal; "" where it could not be read.
        readable: False when nothing of it could be used.
    """

    path: Path
    sha256: str
    size: int
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetDatum:
    """How the coordinates of one sheet were understood.

    Attributes:
        columns: Headers of the coordinate columns.
        decided: Notation of the reference, None for 未定.
        votes: Hypothesis → rows that fit.
        reasons: Chinese sentences.
        question: What to ask the sender; "" when nothing is open.
        candidates: Notations left open.
        vote: The vote in one Chinese sentence.
        offset_m: Metres that the decision moves the numbers taken as CGCS2000 degrees; None for
            metres and open sheets.
        sender: The office the sheet comes from, "" where unknown.
        suggestion: What the sender answered last time to the question; "" without.
        angles: How plain degrees were read: ``decimal``, ``packed``, or "" where that was no question.
        asks: What the question is about: ``datum``, ``angles``, or "".
    """

    path: Path
    sheet: str
    columns: tuple[str, ...]
    decided: str | None
    votes: dict[str, int]
    reasons: tuple[str, ...]
    question: str
    candidates: tuple[str, ...]
    vote: str = ""
    offset_m: float | None = None
    sender: str = ""
    suggestion: str = ""
    angles: str = ""
    asks: str = ""

    @property
    def file(self) -> str:
        """File name without folder."""
        return self.path.name

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "columns": list(self.columns),
            "decided": self.decided,
            "votes": dict(self.votes),
            "vote": self.vote,
            "offset_m": self.offset_m,
            "reasons": list(self.reasons),
            "question": self.question,
            "candidates": list(self.candidates),
            "sender": self.sender,
            "suggestion": self.suggestion,
            "angles": self.angles,
            "asks": self.asks,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedRow:
    """A row that holds something and is no hazard.

    Attributes:
        row: Row number as people count.
        role: What it is.
        text: What stands in its first cell.
    """

    path: Path
    sheet: str
    row: int
    role: RowRole
    text: str

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        return {
            "file": self.path.name,
            "sheet": self.sheet,
            "row": self.row,
            "why": self.role.value,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """Counts of rows, and everything worth telling about them.

    Attributes:
        accepted: Rows registered (or that would be, in a preview).
        rejected: Rows with an error.
        duplicates: Exact repeats, passed over.
        undecided: Rows whose reference system is open.
        hazards: The hazards registered, with their codes; empty for a preview.
        batch_id: Of the batch; None where nothing was registered.
        rows: Source file, sheet name and row number of each of `hazards`.
        updated: Repeats that changed the record whose code they have.
        renewed: Which rows those are.
        updates: Repeats that would change it, each with what it says otherwise.
        tasks: Remediation tasks registered (or that would be, in a preview).
        suspects: Rows that may be the same as something else.
        skipped: Rows of the sheets that are no hazards. These, the rows accepted, rejected, repeated,
            updated and undecided are all the rows of the sheets read.
    """

    accepted: int
    rejected: int
    duplicates: int
    undecided: int
    issues: tuple[RowIssue, ...]
    datums: tuple[SheetDatum, ...]
    hazards: Sequence[Hazard] = ()
    batch_id: UUID | None = None
    rows: Sequence[tuple[Path, str, int]] = ()
    updated: int = 0
    renewed: frozenset[RowKey] = frozenset()
    updates: tuple[UpdateOffer, ...] = ()
    suspects: tuple[SuspectPair, ...] = ()
    skipped: tuple[PassedRow, ...] = ()
    tasks: int = 0

    @property
    def unread(self) -> tuple[str, ...]:
        """Names of the files nothing was read of; no count of rows tells of them."""
        code = UnreadableFileError.code
        return tuple(issue.file for issue in self.issues if issue.code == code and not issue.row)

    def renewing(self, wanted: Sequence[UpdateOffer]) -> ImportOutcome:
        """The same with some offers applied, and said to be."""
        keys = frozenset(offer.key for offer in wanted)
        return replace(
            self,
            updated=len(wanted),
            renewed=keys,
            duplicates=self.duplicates - len(wanted),
            issues=issues_after(self.issues, self.updates, keys),
        )

    def to_json(self) -> dict[str, Any]:
        """The document of the command-line contract."""
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "undecided": self.undecided,
            "issues": [issue.to_json() for issue in self.issues],
            "datums": [datum.to_json() for datum in self.datums],
            "batch": str(self.batch_id) if self.batch_id is not None else None,
            "updated": self.updated,
            "tasks": self.tasks,
            "updates": [
                {**offer.to_json(), "updated": offer.key in self.renewed} for offer in self.updates
            ],
            "suspects": [pair.to_json() for pair in self.suspects],
            "skipped": [row.to_json() for row in self.skipped],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """Everything an import would do; nothing is stored yet.

    Attributes:
        files: What was read.
        readings: One per sheet.
        candidates: Rows that would be registered.
        repeats: Rows that are exact repeats.
        repeated: What each of them repeats, in words.
        issues: Of files, sheets, rows and cells, in the order of the files.
        batch_id: Of the batch to come.
        sender: Office or department the files come from.
        corrections: What the officer said of columns, to be remembered on commit.
        updates: Repeats that say something else of the record whose code they have.
        suspects: Candidates that may be the same as something else.
        mended: Cells the officer has written over, by file.
        layouts: What was said and remembered of columns.
        senders: Offices that have sent before, for the officer to choose from.
        passed_over: Sheets that look like no survey; the officer may say how they are to be read.
        tasks: Remediation tasks that repeats bring to the records they repeat.
    """

    files: tuple[SurveyFile, ...]
    readings: tuple[SheetReading, ...]
    candidates: Sequence[Candidate]
    repeats: Sequence[Candidate]
    issues: tuple[RowIssue, ...]
    batch_id: UUID
    repeated: tuple[str, ...] = ()
    sender: str = ""
    corrections: tuple[StoredMapping, ...] = ()
    updates: tuple[UpdateOffer, ...] = ()
    suspects: tuple[SuspectPair, ...] = ()
    mended: tuple[tuple[Path, MendedCell], ...] = ()
    layouts: Layouts = NO_LAYOUTS
    senders: tuple[str, ...] = ()
    passed_over: tuple[SheetReading, ...] = ()
    tasks: Mapping[RowKey, ProvenTask] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Rows that would be registered."""
        return len(self.candidates)

    @property
    def rejected(self) -> int:
        """Rows with an error."""
        return sum(len(reading.rejected) for reading in self.readings)

    @property
    def duplicates(self) -> int:
        """Exact repeats."""
        return len(self.repeats)

    @property
    def undecided(self) -> int:
        """Rows whose reference system is open."""
        return sum(len(reading.undecided) for reading in self.readings)

    @property
    def skipped(self) -> tuple[PassedRow, ...]:
        """Rows that hold something and are no hazards."""
        return tuple(
            PassedRow(
                path=reading.sheet.file,
                sheet=reading.sheet.name,
                row=row.index,
                role=row.role,
                text=_first_text(reading.sheet, row.index),
            )
            for reading in self.readings
            for row in reading.skipped
        )

    @property
    def datums(self) -> tuple[SheetDatum, ...]:
        """How each sheet's coordinates were understood."""
        return tuple(_datum(reading) for reading in self.readings if reading.rows)

    @property
    def hazards(self) -> Sequence[Hazard]:
        """The hazards that would be registered, without codes."""
        return as_candidates(self.candidates).hazards

    def without(self, rows: Collection[RowKey]) -> ImportPreview:
        """The same import leaving some rows out, by file, sheet and row number; they may come later."""
        left = set(rows)
        if not left:
            return self
        found = as_candidates(self.candidates)
        return replace(
            self,
            candidates=found.taken(np.flatnonzero(~found.among(left))),
            suspects=tuple(pair for pair in self.suspects if pair.key not in left),
            updates=tuple(offer for offer in self.updates if offer.key not in left),
            tasks={key: task for key, task in self.tasks.items() if key not in left},
        )

    def left_by(self, rows: Collection[RowKey]) -> int:
        """How many rows would be registered if some were left out."""
        return self.accepted - int(as_candidates(self.candidates).among(rows).sum())

    def adding(self, rows: Collection[RowKey]) -> ImportPreview:
        """The same import registering rows anew that could update a record whose code they have.

        The permanent code of that record is none of theirs; a number of their own department stays.
        """
        wanted = set(rows)
        codes = {offer.key: offer.code for offer in self.updates if offer.key in wanted}
        if not codes:
            return self
        found = as_candidates(self.repeats)
        anew, rest = [], []
        recoded: dict[int, tuple[str, ...]] = {}
        for at, (sheet, row) in enumerate(found.sources):
            code = codes.get((sheet.file, sheet.name, row))
            if code is None:
                rest.append(at)
            elif code in (aliases := found[at].hazard.alias_codes):
                recoded[at] = tuple(alias for alias in aliases if alias != code)
            else:
                anew.append(at)
        candidates = as_candidates(self.candidates).joined(found.taken(anew))
        if recoded:
            candidates = candidates.joined(found.recoded(recoded).taken(list(recoded)))
        labels = self.repeated
        return replace(
            self,
            candidates=candidates,
            repeats=found.taken(rest),
            repeated=tuple(labels[at] for at in rest) if labels else (),
            issues=tuple(i for i in self.issues if i.code != OFFERED or i.key not in codes),
            updates=tuple(offer for offer in self.updates if offer.key not in codes),
            tasks={key: task for key, task in self.tasks.items() if key not in codes},
        )

    def outcome(self, *, update: bool = False) -> ImportOutcome:
        """The outcome of doing nothing with it: a dry run, of updates too if wanted."""
        found = self.outcome_of((), None)
        wanted = chosen_offers(self.updates, None if update else ())
        return replace(found.renewing(wanted), issues=found.issues)

    def outcome_of(
        self, hazards: Sequence[Hazard], batch_id: UUID | None, accepted: int | None = None
    ) -> ImportOutcome:
        """The outcome once ``hazards`` are registered."""
        count = self.accepted if accepted is None else accepted
        return ImportOutcome(
            accepted=count,
            rejected=self.rejected,
            duplicates=self.duplicates + self.accepted - count,
            undecided=self.undecided,
            issues=self.issues,
            datums=self.datums,
            hazards=hazards,
            batch_id=batch_id,
            updates=self.updates,
            tasks=len(as_candidates(self.candidates).remedies) + len(self.tasks),
            suspects=self.suspects,
            skipped=self.skipped,
        )


def _first_text(sheet: SurveySheet, row: int) -> str:
    texts = (column[row - sheet.first_row] for column in sheet.columns)
    return next((" ".join(t.split())[:_LONGEST_TEXT] for t in texts if t and t.strip()), "")


def _datum(reading: SheetReading) -> SheetDatum:
    decision = reading.decision
    if decision is None:
        raise AssertionError("only sheets with coordinates have a datum")
    return SheetDatum(
        path=reading.sheet.file,
        sheet=reading.sheet.name,
        columns=decision.columns,
        decided=decision.decided,
        votes=decision.votes,
        reasons=decision.reasons,
        question=decision.question,
        candidates=decision.candidates,
        vote=decision.vote,
        offset_m=decision.offsets_m.get(decision.decided or ""),
        sender=decision.sender,
        suggestion=decision.suggestion,
        angles=decision.angles,
        asks=decision.asks,
    )
