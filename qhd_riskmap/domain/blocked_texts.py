"""Free texts of records that would go out and must not: forbidden words, people, names kept back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    kept: NamesKept | None = None,
) -> list[BlockedText]:
    """Free texts that would go out and must not, with the record they stand in.

    Args:
        hazards: Every record of the register.
        rules: Detectors and allow-lists.
        decided: Records that go out otherwise than their type.
        kept: `kept_names` of the same arguments where the caller has them; None gathers them.
    """
    kept = kept_names(hazards, rules, decided) if kept is None else kept
    blocked = []
    # A township or an office stands in hundreds of records. For this call only: the words are the
    # register's, and nothing of it may outlive its closing.
    known: dict[str, tuple[tuple[TextHit, ...], tuple[TextHit, ...]]] = {}
    for hazard in hazards:
        if release_class(hazard, decided) in CELL_M:
            for field, text in free_texts(hazard, rules, decided).items():
                if text not in known:
                    known[text] = tuple(rules.hits(text)), tuple(kept.hits(text))
                forbidden, names = known[text]
                hits = {
                    (hit.rule, hit.found): hit
                    for hit in (*forbidden, *own_contact(hazard, text, rules), *names)
                }
                blocked += [
                    BlockedText(hazard=hazard, field=field, rule=h.rule, what=h.what, found=h.found)
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
