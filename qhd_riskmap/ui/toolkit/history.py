"""What the officer did and can undo, over form and map, on one `QUndoStack`.

Two kinds of steps stand on the stack in the order they were done. *Stored* ones (edits, moves, new
records, deletions, splits, merges) are in the register; undoing one writes to the register like any
other change: beside the window, with the revision this desk saw last. Only when that is done the
stack moves. If someone else saved meanwhile the register refuses, the officer is told, and the steps
of that hazard are dropped, because nothing true can be done with them any more. *Sketched* ones are
the vertices of a shape that is still being drawn; they are taken back at once, and when the shape is
saved or given up they go, so that the saved shape is one step.

A step that cannot be done any more is marked obsolete and removed when the stack comes to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes

if TYPE_CHECKING:
    from qhd_riskmap.services.register import RegisterService
    from qhd_riskmap.services.reshaping import Regrouping, ReshapingService
    from qhd_riskmap.ui.toolkit.desk import Desk

_DEEPEST: Final = 500  # vertices of a long line are steps, too
Outcome = tuple[Sequence[Hazard], Changes]
Revisions = dict[UUID, int]


class SketchStep(Protocol):
    """One undoable change of a shape that is not saved yet; it has been made already."""

    @property
    def text(self) -> str:
        """What was done, for the menu."""

    def undo(self) -> None:
        """Take it back at once."""

    def redo(self) -> None:
        """Do it again at once."""


class Step(Protocol):
    """One undoable deed in the register."""

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
class Regrouped:
    """A hazard was split, or several were merged."""

    text: str
    service: ReshapingService
    outcome: Regrouping

    @property
    def ids(self) -> tuple[UUID, ...]:
        """All records concerned."""
        return tuple(each.id for each in self.outcome.after)

    def undo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Put every record back, and delete those the step registered."""
        del registry
        known = {each.id for each in self.outcome.before}
        gone = [each for each in self.ids if each not in known]
        files = self.outcome.carried
        return self.service.settle(self.outcome.before, gone=gone, revisions=revisions, files=files)

    def redo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Bring every record into the later state again."""
        del registry
        files = self.outcome.carried
        return self.service.settle(self.outcome.after, revisions=revisions, files=files, hung=True)


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


class _Stored(QUndoCommand):
    """A place on the stack; the deed itself is done by `History` beside the window."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.text)
        self.step = step


class _Sketched(QUndoCommand):
    """A change of a shape in hand, with whose shape it is."""

    def __init__(self, step: SketchStep, owner: object) -> None:
        super().__init__(step.text)
        self._step = step
        self.owner = owner
        self._fresh = True

    def undo(self) -> None:
        self._step.undo()

    def redo(self) -> None:
        if self._fresh:  # pushing calls it, but the change is made
            self._fresh = False
        else:
            self._step.redo()


class History(QObject):
    """The steps of one desk, newest last.

    Signals:
        changed: There is something else to undo or redo.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._stack = QUndoStack(self)
        self._stack.setUndoLimit(_DEEPEST)
        self._revisions: Revisions = {}
        self._own: dict[UUID, set[int]] = {}
        self._busy = False

    @property
    def undo_text(self) -> str:
        """What would be undone, or ""."""
        return self._text(range(self._stack.index() - 1, -1, -1))

    @property
    def redo_text(self) -> str:
        """What would be done again, or ""."""
        return self._text(range(self._stack.index(), self._stack.count()))

    def add(self, step: Step, hazards: Iterable[Hazard]) -> None:
        """Remember a deed and the hazards as the register stored them."""
        self.note(hazards)
        self._stack.push(_Stored(step))
        self.changed.emit()

    def note(self, hazards: Iterable[Hazard]) -> None:
        """Remember hazards as this desk stored them, with or without a step."""
        for each in hazards:
            self._revisions[each.id] = each.revision
            self._own.setdefault(each.id, set()).add(each.revision)

    def add_sketched(self, step: SketchStep, owner: object) -> None:
        """Remember a change of a shape in hand; ``owner`` is whose steps go with the shape."""
        self._stack.push(_Sketched(step, owner))
        self.changed.emit()

    def end_sketch(self, owner: object) -> None:
        """The shape is saved or given up: its single changes are no steps any more."""
        for command in self._commands():
            if isinstance(command, _Sketched) and command.owner is owner:
                command.setObsolete(True)
        self._drop_obsolete()
        self.changed.emit()

    def followed(self, hazard_id: UUID, revision: int) -> int:
        """The revision a hazard has if only this desk stored it since ``revision``.

        What this desk did itself is no conflict with a shape or draft begun before. As soon as
        someone else's revision lies between, it is one.
        """
        own = self._own.get(hazard_id, set())
        while revision + 1 in own:
            revision += 1
        return revision

    def forget(self, ids: Iterable[UUID]) -> None:
        """Drop the steps of hazards that changed in a way no step can take back."""
        gone = set(ids)
        for command in self._commands():
            if isinstance(command, _Stored) and not gone.isdisjoint(command.step.ids):
                command.setObsolete(True)
        self._drop_obsolete()
        self.changed.emit()

    def undo(self) -> None:
        """Take the newest step back."""
        self._drop_obsolete()
        if self._stack.canUndo():
            self._run(self._stack.command(self._stack.index() - 1), undoing=True)

    def redo(self) -> None:
        """Do the step undone last again."""
        self._drop_obsolete()
        if self._stack.canRedo():
            self._run(self._stack.command(self._stack.index()), undoing=False)

    def undo_step(self, step: Step) -> None:
        """Take one step back if it is still the newest; the button of a message asks for it."""
        self._drop_obsolete()
        newest = self._stack.command(self._stack.index() - 1) if self._stack.canUndo() else None
        if isinstance(newest, _Stored) and newest.step is step:
            self.undo()

    # -- inside ---------------------------------------------------------------------------------

    def _commands(self) -> list[QUndoCommand]:
        return [self._stack.command(number) for number in range(self._stack.count())]

    def _text(self, numbers: range) -> str:
        for number in numbers:
            command = self._stack.command(number)
            if not command.isObsolete():
                return command.text()
        return ""

    def _drop_obsolete(self) -> None:
        """Remove what cannot be done any more from both sides of where the stack stands."""
        stack = self._stack
        while stack.canUndo() and stack.command(stack.index() - 1).isObsolete():
            stack.undo()
        while stack.canRedo() and stack.command(stack.index()).isObsolete():
            stack.redo()

    def _run(self, command: QUndoCommand, *, undoing: bool) -> None:
        if self._busy:  # a second Ctrl+Z before the first is stored would undo the same step twice
            return
        if not isinstance(command, _Stored):
            self._stack.undo() if undoing else self._stack.redo()
            self.changed.emit()
            return
        self._busy = True
        step = command.step
        registry, revisions = self._desk.app.registry, dict(self._revisions)
        deed: Callable[[RegisterService, Revisions], Outcome] = step.undo if undoing else step.redo

        def failed(error: BaseException) -> None:
            self._failed(step, error)

        self._desk.run(
            lambda _job: (command, undoing, deed(registry, revisions)),
            title=_("正在撤销…") if undoing else _("正在重做…"),
            on_success=self._settled,
            on_failure=failed,
            quiet=len(step.ids) == 1,
        )

    def _settled(self, result: tuple[_Stored, bool, Outcome]) -> None:
        command, undoing, (hazards, changes) = result
        self._busy = False
        text = command.step.text
        self._drop_obsolete()
        self._move_past(command, undoing=undoing)
        self.note(hazards)
        words = _("已撤销：{step}。") if undoing else _("已重做：{step}。")
        self._desk.notify(words.format(step=text), "success")
        self._desk.announce(changes)
        self.changed.emit()

    def _move_past(self, command: _Stored, *, undoing: bool) -> None:
        """The deed is done in the register; where the stack went on meanwhile, the step is over."""
        stack = self._stack
        place = stack.index() - 1 if undoing else stack.index()
        if 0 <= place < stack.count() and stack.command(place) is command:
            stack.undo() if undoing else stack.redo()
        elif command in self._commands():
            command.setObsolete(True)

    def _failed(self, step: Step, error: BaseException) -> None:
        self._busy = False
        self.forget(step.ids)
        self._desk.announce(Changes(hazards=True))
        self._desk.show_error(error)


def _store(registry: RegisterService, state: Hazard, revisions: Revisions) -> Outcome:
    stored, changes = registry.update(replace(state, revision=revisions[state.id]))
    return [stored], changes
