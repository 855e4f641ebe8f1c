"""Geometry edits: another shape for a hazard, one hazard split, several merged; all undoable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    LocationMethod,
    Provenance,
    anchor_of,
)
from qhd_riskmap.domain.regrouping import (
    absorbed_into,
    in_order_of_survival,
    kept_of_split,
    part_of,
    survivor_of,
)
from qhd_riskmap.errors import ConflictError, InvalidInputError
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.geo.shape_operations import merge
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.register import CANONICAL, require_in_context
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.look_alike_repository import FoundPair
from qhd_riskmap.storage.unit_of_work import UnitOfWork

# Where a knife crosses an edge, the new vertex is rounded: about a centimetre is plenty.
_ROUNDING_DEG: Final = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouping:
    """What an edit made of the records concerned.

    Attributes:
        before: The records as they were, the one that survives first.
        after: The same records, then the new ones; absorbed ones have `Hazard.deleted_at`.
        carried: Files that hang on the survivor, too, from now on (entries).
    """

    before: tuple[Hazard, ...]
    after: tuple[Hazard, ...]
    carried: tuple[UUID, ...] = ()

    @property
    def kept(self) -> Hazard:
        """The surviving record as it is now."""
        return self.after[0]

    @property
    def changes(self) -> Changes:
        """For the views."""
        return Changes(
            hazards=True,
            hazard_ids=tuple(each.id for each in self.after),
            attachments=bool(self.carried),
            look_alikes=True,
            tasks=True,
            inspections=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a record that was split off came from.

    Attributes:
        revision: The revision of the whole from which it was split.
    """

    hazard_id: UUID
    code: str
    revision: int


class ReshapingService:
    """Use cases on geometries, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def set_geometry(
        self,
        hazard_id: UUID,
        geometry: BaseGeometry,
        *,
        revision: int | None,
        provenance: Provenance | None = None,
    ) -> Regrouping:
        """Give a hazard another shape; everything else of the record stays as stored.

        Args:
            hazard_id: The hazard.
            geometry: Its new shape, CGCS2000 degrees.
            revision: Refuse if the stored record has another one; None lays the shape over
                whatever is stored.
            provenance: Where the coordinates came from; None says drawn on the map.

        Raises:
            ConflictError: Someone else saved first, or the record is deleted.
            InvalidInputError: The shape crosses itself or lies outside the city and its neighbours.
        """
        self._actor.require(Permission.EDIT)
        require_sound(geometry)
        with self._register.unit_of_work() as work:
            work.lock()
            before = work.hazards.require(str(hazard_id))
            changed = replace(
                _placed(before, geometry, provenance or drawn(geometry)),
                revision=before.revision if revision is None else revision,
            )
            after = work.hazards.save(changed, self._actor)
            work.commit()
        return Regrouping(before=(before,), after=(after,))

    def split(
        self, hazard_id: UUID, pieces: Sequence[BaseGeometry], *, revision: int
    ) -> Regrouping:
        """Make records of the pieces of a hazard; the first piece stays with its record.

        The records split off begin with everything the whole says, its assessments included.

        Args:
            hazard_id: The hazard.
            pieces: Its pieces, the largest first, as `shape_operations.split` gives them.
            revision: The revision they were cut from.

        Raises:
            ConflictError: Someone else saved first.
            InvalidInputError: There are fewer than two pieces, one crosses itself, or one is no
                piece of the hazard.
        """
        self._actor.require(Permission.EDIT)
        if len(pieces) < 2:  # noqa: PLR2004 - one piece is no split
            raise InvalidInputError(_("分割至少要得到两块。"))
        with self._register.unit_of_work() as work:
            work.lock()
            whole = work.hazards.require(str(hazard_id))
            require_revision(whole, revision)
            _require_pieces(pieces, whole.geometry)
            parts = [
                self._split_off(work, whole, piece, number)
                for number, piece in enumerate(pieces[1:], start=2)
            ]
            rest = kept_of_split(whole, pieces[0], parts, drawn(pieces[0]))
            kept = work.hazards.save(rest, self._actor)
            codes = [part.code for part in parts]
            detail = {"code": whole.code, "revision": whole.revision, "parts": codes}
            work.audit.record(self._actor, "hazard.split", str(whole.id), detail)
            work.commit()
        return Regrouping(before=(whole,), after=(kept, *parts))

    def merge(self, hazards: Sequence[tuple[UUID, int]]) -> Regrouping:
        """Make one record of several, by id and revision; which survives see `regrouping`.

        Raises:
            ConflictError: Someone else saved one of them first.
            InvalidInputError: They are of different types or kinds, or a shape crosses itself.
        """
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            work.lock()
            found = []
            for hazard_id, revision in hazards:
                hazard = work.hazards.require(str(hazard_id))
                require_revision(hazard, revision)
                found.append(hazard)
            ordered = in_order_of_survival(found)
            geometry = merge([hazard.geometry for hazard in ordered])
            survivor = survivor_of(ordered, geometry, drawn(geometry))
            kept = work.hazards.save(survivor, self._actor)
            carried = [f for each in ordered[1:] for f in hand_over(work, each, kept, self._actor)]
            gone = [absorb(work, hazard, kept, self._actor) for hazard in ordered[1:]]
            detail = {"code": kept.code, "absorbed": [each.code for each in gone]}
            work.audit.record(self._actor, "hazard.merge", str(kept.id), detail)
            work.commit()
        return Regrouping(before=tuple(ordered), after=(kept, *gone), carried=tuple(carried))

    def settle(
        self,
        states: Sequence[Hazard],
        *,
        gone: Sequence[UUID] = (),
        revisions: Mapping[UUID, int],
        files: Sequence[UUID] = (),
        hung: bool = False,
    ) -> tuple[list[Hazard], Changes]:
        """Bring several records into given states at once: all of them or none; for undo.

        Args:
            states: Records as they shall be, deleted ones included.
            gone: Other records that shall be deleted.
            revisions: The revision each record must have now.
            files: Entries of files to be taken off, or put back.
            hung: Whether they are put back.

        Raises:
            ConflictError: Someone else changed one of them meanwhile.
        """
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            work.lock()
            stored = [work.hazards.soft_delete(each, self._actor, revisions[each]) for each in gone]
            stored += [self._settle_one(work, state, revisions[state.id]) for state in states]
            _hang(work, files, self._actor, hung=hung)
            detail = {"ids": [str(each.id) for each in stored]}
            work.audit.record(self._actor, "hazard.settle", str(stored[0].id), detail)
            work.commit()
        ids = tuple(each.id for each in stored)
        return stored, Changes(
            hazards=True,
            hazard_ids=ids,
            attachments=bool(files),
            look_alikes=True,
            tasks=True,
            inspections=True,
        )

    def origin_of(self, hazard_id: UUID) -> Origin | None:
        """The record a hazard was split from, or None; its history goes on there."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            for entry in work.audit.of(str(hazard_id)):
                if entry.action == "hazard.split_off":
                    return Origin(
                        hazard_id=UUID(entry.detail["origin"]),
                        code=entry.detail["code"],
                        revision=entry.detail["revision"],
                    )
        return None

    # -- inside ---------------------------------------------------------------------------------

    def _split_off(
        self, work: UnitOfWork, whole: Hazard, piece: BaseGeometry, number: int
    ) -> Hazard:
        new = part_of(whole, piece, number=number, new_id=uuid4(), provenance=drawn(piece))
        county = boundaries().county_at(*new.anchor()) or whole.county
        part = work.hazards.add(replace(new, county=county), self._actor)
        words = _("分割自 {code}，沿用其评估。").format(code=whole.code)
        inherit_assessments(work, whole, part, words, self._actor)
        origin = {"origin": str(whole.id), "code": whole.code, "revision": whole.revision}
        work.audit.record(self._actor, "hazard.split_off", str(part.id), origin)
        return work.hazards.require(str(part.id))

    def _settle_one(self, work: UnitOfWork, state: Hazard, revision: int) -> Hazard:
        stored = work.hazards.get(state.id)
        if stored is not None:
            require_revision(stored, revision)
            if stored.deleted_at is not None:
                revision = work.hazards.restore(state.id, self._actor).revision
                work.tasks.follow(state.id, self._actor, back=True)
                work.inspections.follow(state.id, self._actor, back=True)
        alive = replace(state, revision=revision, deleted_at=None)
        saved = work.hazards.save(alive, self._actor)
        if state.deleted_at is None:
            _reassess(work, saved, self._actor)
            return saved
        work.tasks.follow(saved.id, self._actor, back=False)
        work.inspections.follow(saved.id, self._actor, back=False)
        return work.hazards.soft_delete(saved.id, self._actor, saved.revision)


def absorb(work: UnitOfWork, hazard: Hazard, survivor: Hazard, actor: Actor) -> Hazard:
    """Delete a record softly that another one stands for from now on, and say so in both."""
    noted = work.hazards.save(absorbed_into(hazard, survivor), actor)
    gone = work.hazards.soft_delete(noted.id, actor, noted.revision)
    detail = {"survivor": str(survivor.id), "code": survivor.code}
    work.audit.record(actor, "hazard.absorbed", str(hazard.id), detail)
    return gone


def hand_over(work: UnitOfWork, hazard: Hazard, survivor: Hazard, actor: Actor) -> list[UUID]:
    """Photos, files, remediation tasks, inspections and open questions of a record go on with its survivor.

    Returns:
        The entries of the files on the survivor; they stay with the absorbed record, too.
    """
    found = [
        FoundPair(first=survivor.id, second=other, likeness=pair.likeness, metres=pair.metres)
        for pair in work.look_alikes.of(hazard.id)
        if pair.parted_at is None
        for other in (pair.earlier.id, pair.later.id)
        if other not in {hazard.id, survivor.id}
    ]
    work.look_alikes.add_many(found, actor, str(survivor.id))
    work.tasks.hand_over(hazard.id, survivor.id, actor)
    work.inspections.hand_over(hazard.id, survivor.id, actor)
    return work.attachments.carry(hazard.id, survivor.id, actor)


def inherit_assessments(
    work: UnitOfWork, hazard: Hazard, heir: Hazard, words: str, actor: Actor
) -> None:
    """Copy the assessments of one hazard to another, each with a sentence that says why."""
    copies = [
        replace(item, id=uuid4(), hazard_id=heir.id, reasons=(*item.reasons, words))
        for item in reversed(work.assessments.of(hazard.id))
    ]
    work.assessments.add_many(copies, actor)


def drawn(geometry: BaseGeometry) -> Provenance:
    """Says that a shape was drawn on the map."""
    return Provenance(
        original_text=format_decimal(*anchor_of(geometry)),
        declared_reference=CANONICAL,
        method=LocationMethod.DRAWN,
        accuracy=AccuracyClass.DIGITISED,
    )


def _hang(work: UnitOfWork, files: Sequence[UUID], actor: Actor, *, hung: bool) -> None:
    """Take files off or put them back; what somebody did with one meanwhile stands."""
    for each in files:
        entry = work.attachments.require(each)
        if hung is (entry.removed_at is None):
            continue
        if not hung:
            work.attachments.remove(each, actor)
        elif entry.sha256 not in {there.sha256 for there in work.attachments.of(entry.hazard_id)}:
            work.attachments.restore(each, actor)


def _reassess(work: UnitOfWork, hazard: Hazard, actor: Actor) -> None:
    """The newest assessment of a record gives its level, also after a merge is taken back."""
    known = work.assessments.of(hazard.id)
    if not known or known[0].level is hazard.level:
        return
    own = next((item for item in known if item.level is hazard.level), None)
    if own is not None:
        words = _("合并已撤回，等级复原。")
        again = replace(own, id=uuid4(), reasons=(*own.reasons, words))
        work.assessments.add_many([again], actor)


def require_sound(geometry: BaseGeometry) -> None:
    """Refuse a shape that crosses itself or lies outside the city and its neighbours.

    Raises:
        InvalidInputError: It does.
    """
    _require_valid(geometry)
    require_in_context(*anchor_of(geometry))


def _require_valid(geometry: BaseGeometry) -> None:
    if not geometry.is_valid:
        raise InvalidInputError(
            _("图形自相交，不能保存。"), hint=_("请用“修复自相交”，或者移动标红处的节点。")
        )


def _require_pieces(pieces: Sequence[BaseGeometry], whole: BaseGeometry) -> None:
    ground = shapely.buffer(whole, _ROUNDING_DEG)
    for piece in pieces:
        _require_valid(piece)
        if not ground.covers(piece):
            raise InvalidInputError(_("分出的一块不在原图形之内。"))


def _placed(hazard: Hazard, geometry: BaseGeometry, provenance: Provenance) -> Hazard:
    county = boundaries().county_at(*anchor_of(geometry)) or hazard.county
    return replace(hazard, geometry=geometry, provenance=provenance, county=county)


def require_revision(hazard: Hazard, revision: int) -> None:
    """Refuse a record that was saved since it was read.

    Raises:
        ConflictError: It was.
    """
    if hazard.revision != revision:
        raise ConflictError(
            _("“{name}”（{code}）刚被 {actor} 修改过。").format(
                name=hazard.name, code=hazard.code, actor=hazard.updated_by
            ),
            hint=_("请重新载入，核对对方的修改后再做。"),
            detail=f"revision {revision} != {hazard.revision}",
        )
