"""What the officer did and can undo: edits, moves, new records, deletions, over form and map.

Undoing writes to the register like any other change: beside the window, with the revision this desk
saw last. If someone else saved meanwhile the register refuses, the officer is told, and the steps of
that hazard are dropped, because nothing true can be done with them any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes

if TYPE_CHECKING:
    from qhd_riskmap.services.register import RegisterService
    from qhd_riskmap.ui.toolkit.desk import Desk

_DEEPEST: Final = 100
Outcome = tuple[Sequence[Hazard], Changes]
Revisions = dict[UUID, int]


class Step(Protocol):
    """One undoable deed."""

    @property
    def text(self) -> str:
        """What was done, for messages."""

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The hazards it concerns."""

    def undo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Take it back; runs on the register's worker."""

    def redo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Do it again; runs on the register's worker."""


@dataclass(frozen=True, slots=True)
class Restated:
    """A hazard was edited or moved."""

    text: str
    before: Hazard
    after: Hazard

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The one hazard."""
        return (self.after.id,)

    def undo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Store the former state."""
        return _store(registry, self.before, revisions)

    def redo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Store the later state."""
        return _store(registry, self.after, revisions)


@dataclass(frozen=True, slots=True)
class Removed:
    """Hazards were deleted."""

    text: str
    ids: tuple[UUID, ...]

    def undo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Bring them back."""
        del revisions
        return registry.restore_many(self.ids)

    def redo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Delete them again."""
        return registry.delete_many([(each, revisions[each]) for each in self.ids])


@dataclass(frozen=True, slots=True)
class Added:
    """Hazards were registered: the opposite of `Removed`."""

    text: str
    ids: tuple[UUID, ...]

    def undo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Delete them softly; their codes stay theirs."""
        return registry.delete_many([(each, revisions[each]) for each in self.ids])

    def redo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Bring them back."""
        del revisions
        return registry.restore_many(self.ids)


class History(QObject):
    """The steps of one desk, newest last.

    Signals:
        changed: There is something else to undo or redo.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._revisions: Revisions = {}
        self._busy = False

    @property
    def undo_text(self) -> str:
        """What would be undone, or ""."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What would be done again, or ""."""
        return self._undone[-1].text if self._undone else ""

    def add(self, step: Step, hazards: Iterable[Hazard]) -> None:
        """Remember a deed and the hazards as the register stored them."""
        self._revisions.update({each.id: each.revision for each in hazards})
        self._done = [*self._done, step][-_DEEPEST:]
        self._undone.clear()
        self.changed.emit()

    def forget(self, ids: Iterable[UUID]) -> None:
        """Drop the steps of hazards that changed in a way no step can take back."""
        gone = set(ids)
        self._done = [step for step in self._done if gone.isdisjoint(step.ids)]
        self._undone = [step for step in self._undone if gone.isdisjoint(step.ids)]
        self.changed.emit()

    def undo(self) -> None:
        """Take the newest step back."""
        if self._done:
            self._run(self._done[-1], undoing=True)

    def redo(self) -> None:
        """Do the step undone last again."""
        if self._undone:
            self._run(self._undone[-1], undoing=False)

    def undo_step(self, step: Step) -> None:
        """Take one step back if it is still the newest; the button of a message asks for it."""
        if self._done and self._done[-1] is step:
            self.undo()

    def _run(self, step: Step, *, undoing: bool) -> None:
        if self._busy:  # a second Ctrl+Z before the first is stored would undo the same step twice
            return
        self._busy = True
        registry, revisions = self._desk.app.registry, dict(self._revisions)
        deed: Callable[[RegisterService, Revisions], Outcome] = step.undo if undoing else step.redo

        def work(_job: object) -> tuple[Step, bool, Outcome]:
            return step, undoing, deed(registry, revisions)

        def failed(error: BaseException) -> None:
            self._failed(step, error)

        self._desk.run(
            work,
            title=_("正在撤销…") if undoing else _("正在重做…"),
            on_success=self._settled,
            on_failure=failed,
            quiet=len(step.ids) == 1,
        )

    def _settled(self, result: tuple[Step, bool, Outcome]) -> None:
        step, undoing, (hazards, changes) = result
        self._busy = False
        source, target = (self._done, self._undone) if undoing else (self._undone, self._done)
        if step in source:
            source.remove(step)
            target.append(step)
        self._revisions.update({each.id: each.revision for each in hazards})
        words = _("已撤销：{step}。") if undoing else _("已重做：{step}。")
        self._desk.notify(words.format(step=step.text), "success")
        self._desk.announce(changes)
        self.changed.emit()

    def _failed(self, step: Step, error: BaseException) -> None:
        self._busy = False
        self.forget(step.ids)
        self._desk.announce(Changes(hazards=True))
        self._desk.show_error(error)


def _store(registry: RegisterService, state: Hazard, revisions: Revisions) -> Outcome:
    stored, changes = registry.update(replace(state, revision=revisions[state.id]))
    return [stored], changes
