"""Free texts of records that would go out and must not: forbidden words, people, names kept back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.redaction import CELL_M, free_texts, release_class
from qhd_riskmap.domain.release_decision import NO_DECISIONS, ReleaseDecision
from qhd_riskmap.domain.release_rules import ReleaseRules, TextHit
from qhd_riskmap.domain.release_texts import NamesKept, names_kept, own_contact


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedText:
    """A free text of a record that must not go out as it is.

    Attributes:
        hazard: The record; for the officer's eyes only.
        field: ``name``, ``unit`` or ``township``.
    """

    hazard: Hazard
    field: str
    rule: str
    what: str
    found: str


def blocked_texts(
    hazards: Sequence[Hazard],
    rules: ReleaseRules,
    decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS,
) -> list[BlockedText]:
    """Free texts that would go out and must not, with the record they stand in."""
    kept = kept_names(hazards, rules, decided)
    blocked = []
    for hazard in hazards:
        if release_class(hazard, decided) in CELL_M:
            for name, text in free_texts(hazard, rules, decided).items():
                hits = {
                    (hit.rule, hit.found): hit
                    for hit in (*rules.hits(text), *_names_in(hazard, text, kept, rules))
                }
                blocked += [
                    BlockedText(hazard=hazard, field=name, rule=h.rule, what=h.what, found=h.found)
                    for h in hits.values()
                ]
    return blocked


def kept_names(
    hazards: Sequence[Hazard],
    rules: ReleaseRules,
    decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS,
) -> NamesKept:
    """Names of the register that no public text may mention."""
    hidden, public = [], []
    for hazard in hazards:
        drawn = release_class(hazard, decided) in CELL_M
        texts = free_texts(hazard, rules, decided) if drawn else {}
        public += [text for text in texts.values() if text]
        if "name" not in texts or not texts["name"]:
            hidden.append(hazard)
    return names_kept(hidden, hazards, rules, public)


def _names_in(hazard: Hazard, text: str, kept: NamesKept, rules: ReleaseRules) -> Iterator[TextHit]:
    yield from own_contact(hazard, text, rules)
    yield from kept.hits(text)
