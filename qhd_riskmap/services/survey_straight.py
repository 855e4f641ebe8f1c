"""Imports without a look in between: the rows of a file are written while the next is checked.

The preview decides, as ever: it is made of all files, and what was written before it is complete is kept
only where it registers exactly these rows. Otherwise nothing of it stays, and the preview is committed
as if nothing had been written.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import Candidates, SheetCandidates, as_candidates
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.survey_commit import Closing
from qhd_riskmap.services.survey_files import CheckedFile
from qhd_riskmap.services.survey_issues import RowKey
from qhd_riskmap.services.survey_matching import exact_repeats
from qhd_riskmap.services.survey_preview import ImportOutcome, ImportPreview
from qhd_riskmap.services.survey_rivals import rivals
from qhd_riskmap.services.survey_updates import chosen_offers
from qhd_riskmap.storage.assessment_repository import AddAssessments
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.hazard_load import HazardLoad
from qhd_riskmap.storage.json_columns import lists_of_texts
from qhd_riskmap.storage.unit_of_work import UnitOfWork

WORTH_IT: Final = 2000  # rows; fewer are written at the end, by the thread that checks
_PATIENCE_S: Final = 0.05
_WAL: Final = "wal"
Rows = npt.NDArray[np.intp]


class WritingAhead:
    """Takes checked files one after the other and writes their rows in one transaction.

    Leaving it before `ended` has given an outcome undoes everything.
    """

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor
        # With a rollback journal nobody can read while much is being written.
        self._going = register.journal_mode == _WAL
        self._parts: list[SheetCandidates] = []
        self._seen = _Seen()
        self._chosen: list[Rows] = []
        self._waiting: list[Candidates] = []
        self._rows = 0
        self._writer: _Writer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._give_up()

    def take(self, file: CheckedFile, *, last: bool) -> None:
        """Have the rows of a file written that are certain to be registered.

        Args:
            file: The next file.
            last: Nothing is gained by looking for its repeats before `ended` does, unless others are
                being written and there is no record it can repeat.

        Raises:
            DatabaseError: The rows before could not be written.
        """
        if self._writer is not None:
            self._writer.check()
        if not self._going:
            return
        parts = [reading.candidates for reading in file.readings if reading.candidates is not None]
        candidates = Candidates(parts)
        if not candidates:
            return
        before = sum(len(part.rows) for part in self._parts)
        self._parts += parts
        kept = self._certain(candidates, last=last)
        if kept is None:
            self._going = False
            return
        self._chosen.append(kept + before)
        self._write(candidates.taken(kept))

    def ended(
        self, preview: ImportPreview, update: Collection[RowKey] | None, job: JobContext
    ) -> ImportOutcome | None:
        """Write the rest and make it permanent.

        Args:
            preview: Of all files.
            update: See `SurveyImport.commit`.
            job: Progress; may stop it.

        Returns:
            None where nothing was written; the preview is then to be committed as ever.

        Raises:
            JobCancelledError: The user stopped it; nothing is stored.
            ConflictError: A record to be updated was saved since it was compared; nothing is stored.
            DatabaseError: The register cannot be written; nothing is stored.
        """
        writer = self._writer
        if writer is None:
            return None
        candidates = as_candidates(preview.candidates)
        written = np.concatenate(self._chosen)
        checked = sum(len(rows) for rows in self._chosen)
        if not np.array_equal(candidates.places[:checked], written):
            self._give_up()
            return None
        wanted = chosen_offers(preview.updates, update)
        rest = candidates.taken(np.arange(self._rows, len(candidates)))
        writer.put(rest)
        writer.end(Closing(preview=preview, chosen=candidates, wanted=wanted))
        outcome = writer.result(job, len(candidates))
        self._writer = None
        return outcome

    def _certain(self, candidates: Candidates, *, last: bool) -> Rows | None:
        """Those of the next rows that repeat nothing; None where all files have to be seen."""
        if not self._seen.adds(candidates):
            return None
        with self._register.unit_of_work() as work:
            if last and not (self._chosen and work.rivals.none()):
                return None
            register = rivals(work, candidates, ())
            known = work.batches.known_rows(candidates.hashes)
        repeats = np.zeros(len(candidates), dtype=bool)
        repeats[list(exact_repeats(candidates, register, known))] = True
        return np.flatnonzero(~repeats)

    def _write(self, rows: Candidates) -> None:
        if self._writer is None:
            self._waiting.append(rows)
            if sum(map(len, self._waiting)) < WORTH_IT:
                return
            self._writer = _Writer(self._register, self._actor)
            # From here on nobody else changes what the preview will be matched with.
            self._writer.locked()
        for each in (*self._waiting, *([rows] if not self._waiting else [])):
            self._rows += len(each)
            self._writer.put(each)
        self._waiting = []

    def _give_up(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()


class _Seen:
    """Whether rows share a code, a name or everything with rows before."""

    def __init__(self) -> None:
        self._marks = np.empty(0, np.int64)

    def adds(self, candidates: Candidates) -> bool:
        """Take some rows in; whether they share nothing with those before."""
        facts = candidates.hazards.facts
        where = list(zip(facts["type_key"], facts["county"], strict=True))
        marks = [hash((name, *at)) for name, at in zip(facts["name"], where, strict=True)]
        for codes, at in zip(lists_of_texts(facts["alias_codes"]), where, strict=True):
            marks += [hash((*at, code)) for code in codes]
        marks += map(hash, candidates.hashes)
        # Sorted by hand: `np.unique` and what is made of it take twenty times as long.
        own = np.sort(np.array(marks, np.int64))
        at_most = np.searchsorted(self._marks, own, "right")
        new = bool((at_most == np.searchsorted(self._marks, own, "left")).all())
        self._marks = np.sort(np.concatenate([own, self._marks]))
        return new


class _Writer:
    """The thread that writes, and its transaction."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor
        self._coming: SimpleQueue[Candidates | Closing | None] = SimpleQueue()
        self._stopped = threading.Event()
        self._has_lock = threading.Event()
        self._done = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="survey-writer")
        self._work: Future[ImportOutcome] = self._pool.submit(self._write)

    def locked(self) -> None:
        """Wait until the register is ours to write.

        Raises:
            DatabaseBusyError: Another program keeps it.
        """
        while not self._has_lock.wait(_PATIENCE_S):
            self.check()

    def check(self) -> None:
        """Raise what has stopped the thread, if anything has."""
        if self._work.done():
            self._work.result()

    def put(self, rows: Candidates) -> None:
        """Have rows written."""
        if rows:
            self._coming.put(rows)

    def end(self, closing: Closing) -> None:
        """Have everything made permanent after what was put before."""
        self._coming.put(closing)

    def result(self, job: JobContext, rows: int) -> ImportOutcome:
        """What came of it; the job may stop it until it is permanent."""
        try:
            while True:
                job.advance(min(self._done, rows), rows, _("写入登记库"))
                try:
                    return self._work.result(_PATIENCE_S)
                except NotYetError:
                    continue
        except JobCancelledError:
            self.stop()
            if self._work.exception() is not None:
                raise
            return self._work.result()  # the wish came too late
        finally:
            self.stop()

    def stop(self) -> None:
        """Undo what is not permanent yet, and wait for it."""
        self._stopped.set()
        self._coming.put(None)
        self._pool.shutdown(wait=True)

    def _write(self) -> ImportOutcome:
        with self._register.unit_of_work() as work:
            work.lock_for_much()
            self._has_lock.set()
            with (
                # In this order, so that the hazards stand first in the audit trail.
                work.assessments.loading(self._actor) as grade,
                work.hazards.loading(self._actor) as load,
            ):
                while isinstance(given := self._coming.get(), Candidates):
                    self._add(work, load, grade, given)
                if given is None:
                    raise JobCancelledError(_("导入已取消，没有写入任何记录。"))
                given.add_batch(work, self._actor, known=self._done)
            tasks = given.add_rest(work, self._actor, self._go_on)
            self._go_on(0)
            work.commit()
            return given.outcome(load.stored(given.chosen.hazards), tasks)

    def _add(
        self, work: UnitOfWork, load: HazardLoad, grade: AddAssessments, rows: Candidates
    ) -> None:
        stored = load.add(rows.hazards, self._go_on)
        work.batches.add_rows(stored.columns.facts["batch_id"][0], rows.hashes)
        assessments = rows.assessments
        if assessments is not None:
            grade(stored, assessments, self._go_on)
        self._done += len(rows)

    def _go_on(self, _done: int) -> None:
        if self._stopped.is_set():
            raise JobCancelledError(_("导入已取消，没有写入任何记录。"))
