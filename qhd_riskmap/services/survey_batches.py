"""Imports as a whole, later: what each brought, and taking one back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.collector import collector_paused
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.batch_change_repository import BatchChange, BatchChangeKind
from qhd_riskmap.storage.batch_hazards import BatchHazard
from qhd_riskmap.storage.batch_repository import Batch
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

NOTHING_KEPT: Final[frozenset[UUID]] = frozenset()
_SHORTEST_NAME: Final = 4
_REVERTIBLE: Final = frozenset({BatchChangeKind.UNDO, BatchChangeKind.REINTERPRET})


class Edited(StrEnum):
    """What to do with rows that somebody has worked on since the import."""

    ASK = "ask"
    KEEP = "keep"
    INCLUDE = "include"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One record that needs a word before a batch is changed.

    Attributes:
        reason: Chinese sentence: what stands against changing it with the others.
    """

    id: UUID
    code: str
    name: str
    reason: str

    @classmethod
    def of(cls, record: Hazard | BatchHazard, reason: str) -> BatchRow:
        """The row of a record."""
        return cls(id=record.id, code=record.code, name=record.name, reason=reason)

    def to_json(self) -> dict[str, str]:
        """The object of the command-line contract."""
        return {"id": str(self.id), "code": self.code, "name": self.name, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """One import as it stands now.

    Attributes:
        present: Records of it that are in the register.
        edited: Those of them that somebody has worked on since.
        changes: What was done to it as a whole, oldest first.
    """

    batch: Batch
    present: int
    edited: int
    changes: tuple[BatchChange, ...]

    @property
    def undone(self) -> bool:
        """Whether it was taken back."""
        return any(c.kind is BatchChangeKind.UNDO and c.reverted_at is None for c in self.changes)

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        imported_at = self.batch.imported_at
        return {
            "id": str(self.batch.id),
            "imported_at": imported_at.isoformat() if imported_at else None,
            "imported_by": self.batch.imported_by,
            "files": [file.name for file in self.batch.files],
            "counts": dict(self.batch.counts),
            "present": self.present,
            "edited": self.edited,
            "undone": self.undone,
            "changes": [_change_json(change) for change in self.changes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """What changing a batch would do.

    Attributes:
        states: All its records in the order of its rows, deleted ones included.
        changes: What was done to it as a whole, oldest first.
        ready: Live records as the import left them.
        edited: Records that somebody has worked on since; they are asked about.
    """

    batch: Batch
    states: Sequence[BatchHazard]
    changes: Sequence[BatchChange]
    ready: tuple[BatchHazard, ...]
    edited: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutcome:
    """What became of a batch.

    Attributes:
        change: By which this can be taken back; None when nothing changed.
        changed: Number of records changed, and of the tasks of others.
        kept: Records left as they are, each with the reason.
    """

    change: BatchChange | None
    changed: int
    kept: tuple[BatchRow, ...]

    @property
    def changes(self) -> Changes:
        """For the views."""
        return Changes(hazards=self.changed > 0, tasks=self.changed > 0)

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        return {
            "change": str(self.change.id) if self.change is not None else None,
            "changed": self.changed,
            "kept": [row.to_json() for row in self.kept],
        }


class BatchService:
    """Use cases on whole imports, for one actor.

    They read records by the ten thousand; the window would wait for a collector that looked them over.
    """

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    @collector_paused()
    def all(self) -> Sequence[BatchSummary]:
        """All imports, newest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            counts = work.batch_hazards.counts()
            return [
                self._summary(work, batch, counts.get(batch.id, (0, 0)))
                for batch in work.batches.list()
            ]

    def find(self, name: str) -> Batch:
        """The import of an id or the beginning of one (four characters at least).

        Raises:
            NotFoundError: None or several begin so.
        """
        self._actor.require(Permission.READ)
        wanted = name.strip().lower()
        with self._register.unit_of_work() as work:
            found = [b for b in work.batches.list() if str(b.id).startswith(wanted)]
        if len(wanted) < _SHORTEST_NAME or len(found) != 1:
            raise NotFoundError(
                _("没有批次“{name}”，或不止一个以它开头。").format(name=name),
                hint=_("用 batches 命令查看批次编号。"),
            )
        return found[0]

    @collector_paused()
    def plan(self, batch_id: UUID) -> BatchPlan:
        """What an undo would find: records as imported, and those worked on since.

        Raises:
            NotFoundError: There is no such batch.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return plan_of(work, batch_id)

    @collector_paused()
    def undo(
        self,
        batch_id: UUID,
        edited: Edited = Edited.ASK,
        keep: Collection[UUID] = NOTHING_KEPT,
        *,
        asked: Collection[UUID] | None = None,
    ) -> BatchOutcome:
        """Take an import back: its records are deleted softly and its rows may be imported again.

        Records that it only updated go back to what they were before.

        Args:
            batch_id: The batch.
            edited: What to do with records somebody has worked on since.
            keep: Records to be kept whatever `edited` says.
            asked: Records the officer was asked about; None where nobody was shown a list.

        Raises:
            ConflictError: Somebody has worked on some, and `edited` does not say what to do; or on
                one that was not asked about.
            NotFoundError: There is no such batch.
        """
        self._actor.require(Permission.IMPORT)
        with self._register.unit_of_work() as work:
            work.lock()
            plan = plan_of(work, batch_id)
            require_answer(plan, edited, asked)
            kept = kept_of(plan, edited, keep)
            spared = {row.id for row in kept} | set(keep)
            gone = [s for s in plan.states if not s.deleted and s.id not in spared]
            subject = str(batch_id)
            work.batch_hazards.delete([state.id for state in gone], self._actor, subject)
            back, stuck = self._undo_updates(work, plan.changes)
            tasks, busy = undo_tasks(work, plan, self._actor)
            lost = [state.row for state in gone]
            if not stuck:
                lost += _update_rows(plan.states, plan.changes)
            work.batches.forget_rows(batch_id, lost, forgotten=True)
            rows = [(state.id, state.revision + 1) for state in gone] + back
            kept = (*kept, *stuck, *busy)
            if not rows and not tasks:
                return BatchOutcome(change=None, changed=0, kept=kept)
            change = work.batch_changes.add(batch_id, BatchChangeKind.UNDO, rows, self._actor)
            work.commit()
        return BatchOutcome(change=change, changed=len(rows) + tasks, kept=kept)

    @collector_paused()
    def revert(self, batch_id: UUID, change_id: UUID) -> BatchOutcome:
        """Take back an undo or a new reading of a batch; records changed since stay and are listed.

        Raises:
            NotFoundError: There is no such change, or it is taken back already.
        """
        self._actor.require(Permission.IMPORT)
        with self._register.unit_of_work() as work:
            work.lock()
            changes = work.batch_changes.of_batch(batch_id)
            change = _open_change(changes, change_id)
            rows, kept = _unchanged(work, change)
            tasks: Sequence[RemediationTask] = ()
            if change.kind is BatchChangeKind.UNDO:
                self._bring_back(work, batch_id, rows, changes)
                tasks = work.tasks.removed_with(batch_id)
                work.tasks.remove_many(tasks, self._actor, str(batch_id), restore=True)
            else:
                before = work.batch_hazards.earlier([(h, revision - 1) for h, revision in rows])
                work.batch_hazards.place_anew(before, self._actor, str(batch_id))
            made = [(hazard, revision + 1) for hazard, revision in rows]
            work.batch_changes.revert(change_id, self._actor)
            work.batch_changes.add(batch_id, BatchChangeKind.REVERT, made, self._actor)
            work.commit()
        return BatchOutcome(change=change, changed=len(rows) + len(tasks), kept=kept)

    # Inside

    def _summary(self, work: UnitOfWork, batch: Batch, counts: tuple[int, int]) -> BatchSummary:
        changes = work.batch_changes.of_batch(batch.id)
        present, edited = counts
        made = _revisions(changes)
        if made:  # else all that was saved again was saved by somebody
            states = work.batch_hazards.states(batch.id)
            edited = sum(_is_edited(state, made) for state in states)
        return BatchSummary(batch=batch, present=present, edited=edited, changes=tuple(changes))

    def _bring_back(
        self,
        work: UnitOfWork,
        batch_id: UUID,
        rows: Sequence[tuple[UUID, int]],
        changes: Sequence[BatchChange],
    ) -> None:
        """Restore what an undo deleted, and give records it had set back their update again."""
        states = work.batch_hazards.states(batch_id)
        at = {state.id: state for state in states}
        own = [hazard for hazard, _revision in rows if hazard in at]
        work.batch_hazards.restore(own, self._actor, str(batch_id))
        places = [at[hazard].row for hazard in own]
        places += _update_rows(states, changes)
        work.batches.forget_rows(batch_id, places, forgotten=False)
        restore_earlier(work, [row for row in rows if row[0] not in at], self._actor)

    def _undo_updates(
        self, work: UnitOfWork, changes: Sequence[BatchChange]
    ) -> tuple[list[tuple[UUID, int]], tuple[BatchRow, ...]]:
        """Bring records that the import only updated back to what they were."""
        back: list[tuple[UUID, int]] = []
        stuck: list[BatchRow] = []
        for change in changes:
            if change.kind is BatchChangeKind.UPDATE and change.reverted_at is None:
                rows, kept = _unchanged(work, change)
                back += restore_earlier(work, rows, self._actor)
                stuck += kept
                work.batch_changes.revert(change.id, self._actor)
        return back, tuple(stuck)


def undo_tasks(work: UnitOfWork, plan: BatchPlan, actor: Actor) -> tuple[int, tuple[BatchRow, ...]]:
    """Remove the tasks that an import brought to records it did not bring; those worked on stay.

    Tasks of its own records are gone with them, and come back with them.
    """
    own = {state.id for state in plan.states}
    files = work.task_files.counts()
    guests = [
        task
        for task in work.tasks.of_batch(plan.batch.id)
        if task.hazard_id not in own and task.deleted_at is None
    ]
    idle = [task for task in guests if task.revision == 1 and task.id not in files]
    busy = [task for task in guests if task.revision != 1 or task.id in files]
    work.tasks.remove_many(idle, actor, str(plan.batch.id), restore=False)
    kept = []
    for task in busy:
        hazard = work.hazards.get(task.hazard_id)
        if hazard is not None:
            reason = _("整改任务 {number} 已办理过").format(number=task.number)
            kept.append(BatchRow.of(hazard, reason))
    return len(idle), tuple(kept)


def require_answer(plan: BatchPlan, edited: Edited, asked: Collection[UUID] | None = None) -> None:
    """Stop where rows were edited since the import and nobody has said what to do with them.

    Raises:
        ConflictError: So it is; the message names some.
    """
    late = [row for row in plan.edited if asked is not None and row.id not in asked]
    if late:
        raise ConflictError(
            _("刚才又有 {count} 条被人改过：{rows}。").format(
                count=len(late), rows="、".join(f"{row.name}（{row.code}）" for row in late[:5])
            ),
            hint=_("请重新核对清单，再决定哪些保留。"),
        )
    if plan.edited and edited is Edited.ASK:
        shown = "、".join(f"{row.name}（{row.code}）" for row in plan.edited[:5])
        raise ConflictError(
            _("这一批里有 {count} 条在导入后又改过：{rows}。").format(
                count=len(plan.edited), rows=shown
            ),
            hint=_("请说明这些是保留（keep）还是一并处理（include）。"),
        )


def kept_of(plan: BatchPlan, edited: Edited, keep: Collection[UUID]) -> tuple[BatchRow, ...]:
    """The records worked on since that stay as they are."""
    if edited is Edited.KEEP:
        return plan.edited
    return tuple(row for row in plan.edited if row.id in keep)


def plan_of(work: UnitOfWork, batch_id: UUID) -> BatchPlan:
    """The live records of a batch, those as imported apart from those worked on since.

    Raises:
        NotFoundError: There is no such batch.
    """
    batch = work.batches.get(batch_id)
    if batch is None:
        raise NotFoundError(_("登记库里没有这个批次。"), detail=str(batch_id))
    changes = work.batch_changes.of_batch(batch_id)
    made = _revisions(changes)
    files = work.attachments.counts()
    tasks = work.tasks.worked_on(batch_id)
    inspected = work.inspections.inspectors()
    states = work.batch_hazards.states(batch_id)
    ready, edited = [], []
    for state in states:
        if state.deleted:
            continue
        if _is_edited(state, made):
            edited.append(BatchRow.of(state, _edited_by(state)))
        elif state.id in files:
            reason = _("已附有 {count} 个文件").format(count=files[state.id])
            edited.append(BatchRow.of(state, reason))
        elif state.id in tasks:
            reason = _("整改任务 {number} 已办理或另行登记").format(number=tasks[state.id])
            edited.append(BatchRow.of(state, reason))
        elif state.id in inspected:
            reason = _("已由 {inspector} 检查过").format(inspector=inspected[state.id])
            edited.append(BatchRow.of(state, reason))
        else:
            ready.append(state)
    return BatchPlan(
        batch=batch, states=states, changes=changes, ready=tuple(ready), edited=tuple(edited)
    )


def _update_rows(states: Sequence[BatchHazard], changes: Sequence[BatchChange]) -> list[int]:
    """Places of the rows that only updated a record: after those of the batch's own records."""
    own = len(states)
    count = sum(len(c.rows) for c in changes if c.kind is BatchChangeKind.UPDATE)
    return list(range(own, own + count))


def restore_earlier(
    work: UnitOfWork, rows: Sequence[tuple[UUID, int]], actor: Actor
) -> list[tuple[UUID, int]]:
    """Store anew what records said before these revisions; the revisions that this makes."""
    before = work.batch_hazards.earlier([(hazard, revision - 1) for hazard, revision in rows])
    states = [
        replace(state, revision=revision)
        for (_hazard, revision), state in zip(rows, before, strict=True)
    ]
    if not states:
        return []
    stored = work.batch_hazards.restate(states, actor, str(states[0].batch_id or states[0].id))
    return [(hazard.id, hazard.revision) for hazard in stored]


def _unchanged(
    work: UnitOfWork, change: BatchChange
) -> tuple[list[tuple[UUID, int]], tuple[BatchRow, ...]]:
    """The rows of a change that still stand at the revision it made, and a list of the others."""
    now = {state.id: state for state in work.batch_hazards.states_of([r[0] for r in change.rows])}
    rows, kept = [], []
    for hazard_id, revision in change.rows:
        state = now[hazard_id]
        if state.revision == revision:
            rows.append((hazard_id, revision))
        else:
            reason = _("之后由 {actor} 改过").format(actor=state.updated_by)
            kept.append(BatchRow.of(state, reason))
    return rows, tuple(kept)


def _open_change(changes: Sequence[BatchChange], change_id: UUID) -> BatchChange:
    for change in changes:
        if change.id == change_id and change.reverted_at is None and change.kind in _REVERTIBLE:
            return change
    raise NotFoundError(_("没有这次操作，或已经撤回。"), detail=str(change_id))


def _revisions(changes: Sequence[BatchChange]) -> dict[UUID, int]:
    """The newest revision that changes of the whole batch made of each record."""
    made: dict[UUID, int] = {}
    for change in changes:
        made.update(change.rows)
    return made


def _is_edited(state: BatchHazard, made: dict[UUID, int]) -> bool:
    return not state.deleted and state.revision != made.get(state.id, 1)


def _edited_by(state: BatchHazard) -> str:
    day = state.updated_at.astimezone().date().isoformat()
    if state.action == "assess":
        return _("{day} 由 {actor} 评估过").format(day=day, actor=state.updated_by)
    return _("{day} 由 {actor} 改过").format(day=day, actor=state.updated_by)


def _change_json(change: BatchChange) -> dict[str, Any]:
    return {
        "id": str(change.id),
        "kind": change.kind.value,
        "at": change.changed_at.isoformat(),
        "by": change.changed_by,
        "reference": change.reference,
        "rows": len(change.rows),
        "reverted": change.reverted_at is not None,
    }
