"""A look at a release before it is made: numbers and a small picture, from public values alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.services.release_order import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSight:
    """What a release would publish, and what speaks against it.

    Attributes:
        findings: The preflight's, worst first.
        shown: Type key → records drawn on their grid.
        counted: Type key → records in the printed numbers.
        excluded: Reason (`domain.redaction`) → records left out.
        picture: The sheet as a small PNG; empty where it cannot be drawn.
    """

    findings: tuple[Finding, ...]
    shown: Mapping[str, int]
    counted: Mapping[str, int]
    excluded: Mapping[str, int]
    picture: bytes = b""


def sight_of(
    public: PublicSet, findings: tuple[Finding, ...], picture: bytes = b""
) -> ReleaseSight:
    """Count what a public set holds."""
    shown = Counter(hazard.type_key for hazard in public.hazards)
    counted: Counter[str] = Counter()
    for count in public.counts:
        if count.level is None:
            counted[count.type_key] += count.n
    return ReleaseSight(
        findings=findings,
        shown=dict(shown.most_common()),
        counted=dict(counted.most_common()),
        excluded=dict(public.excluded),
        picture=picture,
    )
