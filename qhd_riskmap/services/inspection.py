"""Inspections: what is due on a day, in which order to go there, what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.inspection.checklist import (
    CHECKLISTS,
    CheckLists,
    read_checklists,
    shipped_checklists,
)
from qhd_riskmap.domain.inspection.record import (
    Finding,
    FindingTask,
    Inspection,
    InspectionFile,
    InspectionFileKind,
    refuse_contradiction,
)
from qhd_riskmap.domain.inspection.route import Place, day_round
from qhd_riskmap.domain.inspection.schedule import (
    INSPECTION_RULES,
    DueStage,
    InspectionRules,
    due_stage,
    read_inspection_rules,
    shipped_inspection_rules,
)
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.formats.attachment_files import read_attachment
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.figures import utc_offset
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.inspection_repository import LastLook
from qhd_riskmap.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DueInspection:
    """A hazard to be inspected.

    Attributes:
        last: When it was last inspected, assessed or registered.
        due: The last day on which an inspection is in time.
        season: Name of the season that asks for it, "" where the interval does.
        stage: How urgent it is on the day asked about.
        days_late: Days after the due day, negative before it.
        inspector: Who inspected it last, "" where nobody has.
    """

    hazard: Hazard
    last: date
    due: date
    season: str
    stage: DueStage
    days_late: int
    inspector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionDossier:
    """One inspection with what came of it.

    Attributes:
        tasks: The remediation tasks of its findings.
        files: Its photos and scanned sheets.
    """

    inspection: Inspection
    tasks: tuple[FindingTask, ...]
    files: tuple[InspectionFile, ...]


class InspectionService:
    """Use cases of inspections, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    def today(self) -> date:
        """The day that lateness is derived from unless another is given."""
        return self._today()

    # Reading

    def rules(self) -> InspectionRules:
        """How often hazards are inspected: the rules in force."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return rules_in_force(work)

    def checklists(self) -> CheckLists:
        """The check lists in force."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return checklists_in_force(work)

    def due(
        self, on: date, wanted: HazardFilter = EVERYTHING, *, until: date | None = None
    ) -> list[DueInspection]:
        """The hazards whose inspection is due on or before a day, the longest due first.

        Args:
            on: The day asked about: what was done later is not known.
            wanted: Which hazards.
            until: The last due day that is listed; None lists what is due on ``on``.
        """
        self._actor.require(Permission.READ)
        last_listed = until or on
        with self._register.unit_of_work() as work:
            days = {
                look.hazard_id: (look.day, due, season)
                for look, due, season in _next_due(work, on)
                if due <= last_listed
            }
            # Only what is due is read whole: of a large register that is little.
            hazards = work.hazards.find(replace(wanted, ids=frozenset(days)))
            inspectors = work.inspections.inspectors()
        found = []
        for hazard in hazards:
            last, due, season = days[hazard.id]
            found.append(
                DueInspection(
                    hazard=hazard, last=last, due=due, season=season, stage=due_stage(due, on),
                    days_late=(on - due).days, inspector=inspectors.get(hazard.id, ""),
                )
            )  # fmt: skip
        return sorted(found, key=lambda each: (each.due, each.hazard.code))

    def standing(self, on: date) -> Counter[DueStage]:
        """How many hazards are late, due on a day, in its week, its month and later."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            work.read_in_passing()
            return Counter(due_stage(due, on) for _look, due, _season in _next_due(work, on))

    def route(
        self, start: Place, due: Sequence[DueInspection]
    ) -> tuple[list[DueInspection], float]:
        """The hazards in the order of a round from ``start`` and back, and its metres.

        Raises:
            InvalidInputError: There are too many for a round.
        """
        order, metres = day_round(start, [each.hazard.anchor() for each in due])
        return [due[index] for index in order], metres

    def history(self, hazard_id: UUID) -> list[InspectionDossier]:
        """The inspections of a hazard with what came of them, the latest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return [_dossier(work, each) for each in work.inspections.of(hazard_id)]

    def file_content(self, file_id: UUID) -> tuple[InspectionFile, bytes]:
        """A photo or scanned sheet, byte for byte.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            entry = work.inspection_files.require(file_id)
            return entry, work.inspection_files.content(file_id)

    # Writing

    def record(
        self,
        id_or_code: str,
        told: Inspection,
        findings: Sequence[Finding] = (),
        photos: Iterable[Path] = (),
    ) -> tuple[Inspection, list[RemediationTask], Changes]:
        """Record an inspection; every finding becomes a remediation task of the hazard.

        Args:
            id_or_code: The hazard.
            told: What was seen; its identity and hazard are given here.
            findings: Problems that become tasks. An answer that fails and is not among them was put
                right on the spot, or becomes a task later.
            photos: Pictures and files that show it.

        Raises:
            NotFoundError: No such hazard.
            InvalidInputError: The day lies ahead, nobody inspected, or findings and result differ.
            ConflictError: The sheet was recorded before.
            UnreadableFileError: A photo cannot be kept.
        """
        self._actor.require(Permission.REMEDY)
        kept = [read_attachment(path.name, path.read_bytes()) for path in photos]
        plain = replace(
            told, id=uuid4(), inspector=told.inspector.strip(), phone=told.phone.strip(),
            note=told.note.strip(),
        )  # fmt: skip
        problems = [replace(each, problem=each.problem.strip()) for each in findings]
        refuse_contradiction(plain, problems, self._today())
        with self._register.unit_of_work() as work:
            work.lock()
            hazard = work.hazards.require(id_or_code)
            done, tasks = store(work, hazard, plain, problems, self._actor)
            for name, file in kept:
                work.inspection_files.add(
                    done.id, InspectionFileKind.PHOTO, name, file, self._actor
                )
            work.commit()
        return done, tasks, _changes(hazard.id, tasks=bool(tasks))

    def raise_task(self, inspection_id: UUID, question: str) -> tuple[RemediationTask, Changes]:
        """Make a remediation task of an answer that failed.

        Raises:
            NotFoundError: No such inspection, or no such failed answer.
            ConflictError: It became a task before.
        """
        self._actor.require(Permission.REMEDY)
        with self._register.unit_of_work() as work:
            work.lock()
            done = work.inspections.require(inspection_id)
            answer = next((each for each in done.failed if each.key == question), None)
            if answer is None:
                raise NotFoundError(_("这次检查没有这个不合格的项目。"), detail=question)
            hazard = work.hazards.require(str(done.hazard_id))
            finding = Finding(problem=answer.problem, question=answer.key)
            task = _raise(work, hazard, done, finding, self._actor)
            work.commit()
        return task, _changes(hazard.id, tasks=True)

    def attach(self, inspection_id: UUID, paths: Sequence[Path]) -> tuple[int, Changes]:
        """Hang photos on an inspection; how many were not there before.

        Raises:
            NotFoundError: No such inspection.
            UnreadableFileError: One cannot be kept; none is then.
        """
        self._actor.require(Permission.REMEDY)
        kept = [read_attachment(path.name, path.read_bytes()) for path in paths]
        with self._register.unit_of_work() as work:
            work.lock()
            done = work.inspections.require(inspection_id)
            added = [
                work.inspection_files.add(
                    done.id, InspectionFileKind.PHOTO, name, file, self._actor
                )
                for name, file in kept
            ]
            work.commit()
        return sum(each is not None for each in added), _changes(done.hazard_id, tasks=False)

    def take_off(self, file_id: UUID) -> Changes:
        """Take a photo or scanned sheet off its inspection.

        Raises:
            NotFoundError: There is none, or it is taken off already.
        """
        self._actor.require(Permission.REMEDY)
        with self._register.unit_of_work() as work:
            entry = work.inspection_files.remove(file_id, self._actor)
            done = work.inspections.require(entry.inspection_id)
            work.commit()
        return _changes(done.hazard_id, tasks=False)


def last_day(
    hazard: Hazard,
    on: date,
    inspected: Mapping[UUID, date],
    assessed: Mapping[UUID, Assessment],
) -> date:
    """When somebody last looked at a hazard, as it was known on a day: visit, assessment, registration."""
    days = [hazard.created_at.astimezone().date()] if hazard.created_at else []
    graded = assessed.get(hazard.id)
    days += [graded.assessed_on] if graded and graded.assessed_on <= on else []
    days += [inspected[hazard.id]] if hazard.id in inspected else []
    return max(days, default=on)


def _next_due(work: UnitOfWork, on: date) -> Iterator[tuple[LastLook, date, str]]:
    """When each hazard is to be inspected next; many are alike, so each kind is worked out once."""
    next_due = cache(rules_in_force(work).next_due)
    for look in work.inspections.last_looks(on, utc_offset()):
        yield look, *next_due(look.type_key, look.level, look.day)


def rules_in_force(work: UnitOfWork) -> InspectionRules:
    """The office's own rules, else the shipped ones."""
    own = work.rule_profiles.in_force().get(INSPECTION_RULES)
    return read_inspection_rules(own.content) if own is not None else shipped_inspection_rules()


def checklists_in_force(work: UnitOfWork) -> CheckLists:
    """The office's own check lists, else the shipped ones."""
    own = work.rule_profiles.in_force().get(CHECKLISTS)
    return read_checklists(own.content) if own is not None else shipped_checklists()


def store(
    work: UnitOfWork, hazard: Hazard, told: Inspection, findings: Sequence[Finding], actor: Actor
) -> tuple[Inspection, list[RemediationTask]]:
    """Store an inspection that was checked, and the tasks of its findings."""
    done = replace(told, hazard_id=hazard.id)
    work.inspections.add(done, actor)
    tasks = [_raise(work, hazard, done, finding, actor) for finding in findings]
    return work.inspections.require(done.id), tasks


def _raise(
    work: UnitOfWork, hazard: Hazard, done: Inspection, finding: Finding, actor: Actor
) -> RemediationTask:
    task = work.tasks.add(
        RemediationTask(
            id=uuid4(), hazard_id=hazard.id, since=done.on, registered_on=done.on,
            problem=finding.problem, basis=finding.basis, owner_unit=hazard.unit,
            regulator=hazard.regulator,
        ),
        actor,
    )  # fmt: skip
    work.inspections.link_task(done, task.id, finding.question, actor)
    return task


def _dossier(work: UnitOfWork, done: Inspection) -> InspectionDossier:
    return InspectionDossier(
        inspection=done,
        tasks=tuple(work.inspections.tasks_of(done.id)),
        files=tuple(work.inspection_files.of(done.id)),
    )


def _changes(hazard_id: UUID, *, tasks: bool) -> Changes:
    return Changes(tasks=tasks, inspections=True, hazard_ids=(hazard_id,))
