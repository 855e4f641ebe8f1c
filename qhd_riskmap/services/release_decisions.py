"""Decisions of named reviewers to publish single records closer than their type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING
from qhd_riskmap.domain.release_decision import (
    ReleaseDecision,
    checked_decision,
    decisions_in_force,
)
from qhd_riskmap.domain.release_rules import clean_public_text
from qhd_riskmap.domain.taxonomy import ReleaseClass, taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register

LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRecord:
    """A record and the decision in force about it."""

    hazard: Hazard
    decision: ReleaseDecision


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
        on: date | None = None,
    ) -> Changes:
        """Record a decision; None takes an earlier one back.

        Raises:
            NotFoundError: No such record.
            InvalidInputError: Nobody may decide so (社会安全 never), or reviewer or reason is missing.
        """
        self._actor.require(Permission.RELEASE)
        plain = clean_public_text(reason)
        if len(plain) > LONGEST_REASON:
            raise InvalidInputError(_("理由超过 {n} 字。").format(n=LONGEST_REASON))
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            own_class = taxonomy().get(hazard.type_key).release_class
            decision = ReleaseDecision(
                hazard_id=hazard.id,
                release_class=release_class or own_class,
                reason=plain,
                reviewer=clean_public_text(reviewer),
                decided_on=on or self._today(),
            )
            work.release_decisions.add(
                checked_decision(decision, hazard, self._today()), self._actor
            )
            work.commit()
        return Changes(releases=True)

    def in_force(self) -> list[DecidedRecord]:
        """Every record that is published closer than its type, with the decision."""
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
