"""Registers what a preview of an import holds, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from qhd_riskmap.collector import collector_paused
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import Candidates, RowPlaces, as_candidates
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.pace import Pace
from qhd_riskmap.services.survey_corrections import remember_answers
from qhd_riskmap.services.survey_issues import RowKey
from qhd_riskmap.services.survey_preview import ImportOutcome, ImportPreview
from qhd_riskmap.services.survey_remedies import register_tasks, tasks_of_new
from qhd_riskmap.services.survey_updates import (
    NO_UPDATES,
    UpdateOffer,
    apply_offers,
    chosen_offers,
    found_pairs,
)
from qhd_riskmap.storage.batch_repository import Batch, BatchFile
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.hazard_columns import StoredHazards
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_UPDATE_SIZE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What belongs to a batch beside its rows: the batch itself, and what the next import needs.

    Attributes:
        chosen: The rows that are registered.
        wanted: Updates to apply to records.
        apart: Rows that the officer knows to be something else than what they resemble.
    """

    preview: ImportPreview
    chosen: Candidates
    wanted: Sequence[UpdateOffer]
    apart: Collection[RowKey] = NO_UPDATES

    @property
    def empty(self) -> bool:
        """Whether nothing at all is to be stored."""
        return not (self.chosen or self.wanted or self.preview.tasks)

    def add_batch(self, work: UnitOfWork, actor: Actor, known: int = 0) -> None:
        """Record the batch; the first ``known`` rows are known to the register already."""
        # Those of updates last: the others stand in the order of the records.
        hashes = (*self.chosen.hashes[known:], *(offer.row_hash for offer in self.wanted))
        work.batches.add(self._batch(hashes), actor)

    def add_rest(self, work: UnitOfWork, actor: Actor, updating: Callable[[int], None]) -> int:
        """Remember what was said, add the tasks and apply the updates; how many tasks there were."""
        preview = self.preview
        for mapping in preview.corrections:
            work.survey_mappings.save(mapping, actor)
        remember_answers(work, preview.readings, actor)
        stored = frozenset(self.chosen.hazards.facts["id"])
        pairs = found_pairs(preview.suspects, stored, self.apart)
        work.look_alikes.add_many(pairs, actor, str(preview.batch_id))
        proven = [*tasks_of_new(self.chosen), *preview.tasks.values()]
        tasks = register_tasks(work, proven, preview.batch_id, actor)
        apply_offers(work, self.wanted, preview.batch_id, actor, updating)
        return tasks

    def outcome(self, stored: StoredHazards, tasks: int) -> ImportOutcome:
        """What came of it."""
        outcome = self.preview.outcome_of(stored, self.preview.batch_id, accepted=len(stored))
        return replace(outcome.renewing(self.wanted), rows=RowPlaces(self.chosen), tasks=tasks)

    def _batch(self, hashes: tuple[str, ...]) -> Batch:
        preview, renewed = self.preview, len(self.wanted)
        counts = preview.outcome_of((), None, accepted=len(self.chosen))
        return Batch(
            id=preview.batch_id,
            files=tuple(
                BatchFile(name=file.path.name, sha256=file.sha256, size=file.size)
                for file in preview.files
                if file.readable
            ),
            decisions={
                "datums": [datum.to_json() for datum in preview.datums],
                "mended": [{"file": path.name, **cell.to_json()} for path, cell in preview.mended],
            },
            counts={
                "accepted": counts.accepted,
                "rejected": counts.rejected,
                "duplicates": counts.duplicates - renewed,
                "updated": renewed,
                "undecided": counts.undecided,
            },
            row_fingerprints=hashes,
        )


@collector_paused()
def commit_preview(  # noqa: PLR0917 - see SurveyImport.commit
    register: Register,
    actor: Actor,
    preview: ImportPreview,
    job: JobContext,
    update: Collection[RowKey] | None,
    apart: Collection[RowKey],
) -> ImportOutcome:
    """Register all candidates of a preview, see `SurveyImport.commit`."""
    wanted = chosen_offers(preview.updates, update)
    if not (preview.candidates or wanted or preview.tasks):
        return preview.outcome_of((), None)
    with register.unit_of_work() as work:
        work.lock_for_much()
        candidates = as_candidates(preview.candidates)
        known = work.batches.known_rows(candidates.hashes)
        chosen = candidates.without(known)
        closing = Closing(preview=preview, chosen=chosen, wanted=wanted, apart=apart)
        if closing.empty:
            return preview.outcome_of((), None, accepted=0)
        assessments = chosen.assessments
        graded = len(assessments) if assessments is not None else 0
        # Measured: an assessment takes half as long as a hazard, the end a third of them all, an
        # update four times as long.
        added = 2 * len(chosen) + graded
        total = added + _UPDATE_SIZE * len(wanted)
        pace = Pace(job, total + total // 3)
        pace.report(0, 0, _("写入登记库"))
        closing.add_batch(work, actor)
        stored = work.hazards.add_columns(
            chosen.hazards, actor, lambda n: pace.report(2 * n, n, _("写入登记库"))
        )
        if assessments is not None:
            rows, before = len(stored), 2 * len(stored)
            work.assessments.add_columns(
                stored,
                assessments,
                actor,
                lambda n: pace.report(before + n, rows, _("写入评估")),
            )
        tasks = closing.add_rest(
            work,
            actor,
            lambda n: pace.report(added + _UPDATE_SIZE * n, n, _("更新已有的记录")),
        )
        pace.report(total, len(chosen), _("提交"))
        work.commit()
    return closing.outcome(stored, tasks)
