"""Decisions about single records: closer than their type by a second person, or kept more back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.redaction import PublicHazard, exclusion, redact_and_place
from qhd_riskmap.domain.release_decision import (
    NO_DECISIONS,
    ReleaseDecision,
    checked_decision,
    closeness,
    decided_class,
    decisions_in_force,
)
from qhd_riskmap.domain.release_rules import clean_public_text, release_rules
from qhd_riskmap.domain.taxonomy import ReleaseClass, taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRecord:
    """A record and the decision in force about it."""

    hazard: Hazard
    decision: ReleaseDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStanding:
    """How one record goes out.

    Attributes:
        in_force: The decision that counts for it now, or None.
        past: Every decision ever taken about it, newest first.
        excluded: Why no product shows it whatever is decided (`domain.redaction`), or "".
        editors: Who entered or edited it; none of them may let it out.
    """

    hazard: Hazard
    in_force: ReleaseDecision | None
    past: tuple[ReleaseDecision, ...]
    excluded: str
    editors: tuple[str, ...]


class ReleaseDecisions:
    """Use cases of per-record decisions, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    def decide(
        self,
        id_or_code: str,
        release_class: ReleaseClass | None,
        *,
        reviewer: str,
        reason: str,
        basis: str = "",
        on: date | None = None,
    ) -> Changes:
        """Record a decision; None takes an earlier one back.

        What keeps more back is signed by the officer himself where no reviewer is named.

        Raises:
            NotFoundError: No such record.
            InvalidInputError: Nobody may decide so (社会安全 never), the reviewer is an editor of the
                record, or reviewer, reason or basis is missing.
        """
        self._actor.require(Permission.RELEASE)
        reason, basis = clean_public_text(reason), clean_public_text(basis)
        if max(len(reason), len(basis)) > LONGEST_REASON:
            raise InvalidInputError(_("理由或依据超过 {n} 字。").format(n=LONGEST_REASON))
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            kind = taxonomy().get(hazard.type_key)
            decided = decisions_in_force(work.release_decisions.all(), [hazard])
            before = decided_class(hazard, kind, decided)
            after = release_class or kind.release_class
            decision = ReleaseDecision(
                hazard_id=hazard.id,
                release_class=after,
                reviewer=clean_public_text(reviewer) or self._signs_for(before, after),
                decided_on=on or self._today(),
                type_key=hazard.type_key,
                reason=reason,
                basis=basis,
            )
            checked = checked_decision(
                decision, hazard, self._today(),
                editors=(*editors_of(work, hazard), self._actor.name),
                before=before,
            )  # fmt: skip
            work.release_decisions.add(checked, self._actor)
            work.commit()
        return Changes(releases=True)

    def in_force(self) -> list[DecidedRecord]:
        """Every record that goes out otherwise than its type, with the decision."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            decisions = work.release_decisions.all()
            hazards = work.hazards.find(EVERYTHING) if decisions else []
        decided = decisions_in_force(decisions, hazards)
        return [
            DecidedRecord(hazard=hazard, decision=decided[hazard.id])
            for hazard in hazards
            if hazard.id in decided
        ]

    def recorded(self) -> list[DecidedRecord]:
        """Every decision ever recorded about a record that is still known, newest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            decisions = work.release_decisions.all()
            known = work.hazards.find(EVERYTHING) if decisions else []
            known += work.hazards.find(HazardFilter(deleted=True)) if decisions else []
        hazards = {hazard.id: hazard for hazard in known}
        return [
            DecidedRecord(hazard=hazards[decision.hazard_id], decision=decision)
            for decision in reversed(decisions)
            if decision.hazard_id in hazards
        ]

    def standing(self, id_or_code: str) -> RecordStanding:
        """How one record goes out now, and what was decided about it.

        Raises:
            NotFoundError: No such record.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            decisions = work.release_decisions.all()
            editors = editors_of(work, hazard)
        return RecordStanding(
            hazard=hazard,
            in_force=decisions_in_force(decisions, [hazard]).get(hazard.id),
            past=tuple(each for each in reversed(decisions) if each.hazard_id == hazard.id),
            excluded=exclusion(hazard, taxonomy().get(hazard.type_key)),
            editors=editors,
        )

    def shown_as(self, hazard: Hazard, release_class: ReleaseClass) -> PublicHazard | None:
        """What the public would see of the record under a class; None where it is not drawn.

        Redaction itself answers, with the decision as if it were recorded.
        """
        self._actor.require(Permission.READ)
        supposed = ReleaseDecision(
            hazard_id=hazard.id, release_class=release_class, reason="", reviewer="",
            decided_on=self._today(), type_key=hazard.type_key,
        )  # fmt: skip
        with self._register.unit_of_work() as work:
            outlines = [
                TownshipOutline(name=township.name, geometry=township.geometry)
                for township in work.places.townships()
            ]
        own = release_class is taxonomy().get(hazard.type_key).release_class
        public, _positions = redact_and_place(
            [hazard],
            rules=release_rules(),
            areas=public_areas(outlines),
            decided=NO_DECISIONS if own else {hazard.id: supposed},
        )
        return public.hazards[0] if public.hazards else None

    def _signs_for(self, before: ReleaseClass, after: ReleaseClass) -> str:
        """The officer signs for keeping more back; for letting out somebody else must."""
        return self._actor.name if closeness(after) <= closeness(before) else ""


def editors_of(work: UnitOfWork, hazard: Hazard) -> tuple[str, ...]:
    """Everybody who entered or edited the record, by name."""
    entries = work.audit.of(str(hazard.id))
    names = [entry.actor for entry in entries if entry.action.startswith("hazard.")]
    return tuple(dict.fromkeys(filter(None, (hazard.created_by, hazard.updated_by, *names))))
