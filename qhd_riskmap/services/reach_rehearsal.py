"""Settings and effect zones tried out before they are adopted: whose zone and review day would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from qhd_riskmap.domain.assessment_settings import SETTINGS, AssessmentSettings, read_settings
from qhd_riskmap.domain.effect_zones import EffectZone, default_zone
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.domain.worksheet import next_review
from qhd_riskmap.domain.zone_rules import ZONE_RULES, read_zone_rules
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.assessment import settings_in_force, zones_in_force
from qhd_riskmap.services.exposure import exposed_pairs
from qhd_riskmap.storage.unit_of_work import UnitOfWork

REHEARSED: Final = frozenset({SETTINGS, ZONE_RULES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one set of rules makes of a hazard.

    Attributes:
        zone: Words of its default zone.
        reach_m: How far the zone reaches beyond the hazard's geometry.
        receptors: How many stand inside.
        people: Of those receptors.
        review: When its newest assessment is to be looked at again; None where there is none.
    """

    zone: str
    reach_m: float
    receptors: int
    people: int
    review: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedReach:
    """A hazard for which changed rules make a difference."""

    hazard: Hazard
    before: Reach
    after: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRehearsal:
    """Changed rules tried on all hazards; nothing is stored, and levels change by assessment only.

    Attributes:
        examined: How many hazards there are.
        changed: Those it makes a difference to, in order of code.
    """

    examined: int
    changed: tuple[ChangedReach, ...]


def rehearse_reach(work: UnitOfWork, profile: Mapping[str, Any]) -> ReachRehearsal:
    """Whose default zone, people inside or day of review a changed profile would change.

    Args:
        work: Only read.
        profile: Of the settings, or of the effect zones.

    Raises:
        InvalidInputError: It is neither, or cannot be used.
    """
    key = profile.get("key")
    if key not in REHEARSED:
        raise InvalidInputError(_("“{key}”不能这样试算。").format(key=str(key)[:40]))
    settings, zones = settings_in_force(work), zones_in_force(work)
    new_settings = read_settings(profile) if key == SETTINGS else settings
    new_zones = read_zone_rules(profile) if key == ZONE_RULES else zones
    hazards, receptors = work.hazards.find(), work.places.receptors()
    assessed = work.assessments.newest()
    before, after = (
        _reaches(
            hazards, [default_zone(h, known, rules) for h in hazards], receptors, assessed, known
        )
        for known, rules in ((settings, zones), (new_settings, new_zones))
    )
    changed = [
        ChangedReach(hazard=hazard, before=now, after=then)
        for hazard, now, then in zip(hazards, before, after, strict=True)
        if now != then
    ]
    changed.sort(key=lambda each: each.hazard.code)
    return ReachRehearsal(examined=len(hazards), changed=tuple(changed))


def _reaches(
    hazards: Sequence[Hazard],
    zones: Sequence[EffectZone],
    receptors: Sequence[Receptor],
    assessed: Mapping[Any, Assessment],
    settings: AssessmentSettings,
) -> list[Reach]:
    left, right = exposed_pairs(hazards, zones, receptors)
    people = np.array([each.people for each in receptors], dtype=np.int64)
    heads = np.bincount(left, weights=people[right], minlength=len(hazards)).tolist()
    counts = np.bincount(left, minlength=len(hazards)).tolist()
    return [
        Reach(
            zone=zone.label, reach_m=zone.reach_m, receptors=count, people=int(head),
            review=_review(assessed.get(hazard.id), settings),
        )
        for hazard, zone, count, head in zip(hazards, zones, counts, heads, strict=True)
    ]  # fmt: skip


def _review(newest: Assessment | None, settings: AssessmentSettings) -> date | None:
    """By these settings, whatever day the assessment itself names: the two sides are compared alike."""
    if newest is None:
        return None
    return next_review(newest.level, newest.assessed_on, settings.review_months)
