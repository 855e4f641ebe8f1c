"""Receptors: people and things that a hazard may hurt, and what each kind counts for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.citation import Citation, citation_of
from qhd_riskmap.resources import rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Receptor:
    """A place with people who may be hurt, or a thing that counts in a rule: village, school, river.

    Attributes:
        kind: What it is, as the sheet says (村庄, 学校, 医院, …).
        people: Number of people.
        geometry: CGCS2000 degrees.
        households: Number of households; None where nobody counted them.
        extras: Columns the register does not know.
    """

    id: UUID
    name: str
    kind: str
    people: int
    geometry: BaseGeometry
    county: str = ""
    township: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    households: int | None = None
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptorKind:
    """A kind of receptor.

    Attributes:
        words: What sheets call it.
        peopled: Whether it has to say how many people it holds.
        feeds: What it counts as: village, special, fuel, transport, water, nature.
    """

    key: str
    label: str
    words: tuple[str, ...]
    peopled: bool
    feeds: frozenset[str]
    citation: Citation


@cache
def receptor_kinds() -> tuple[ReceptorKind, ...]:
    """All kinds; the last one is for everything else."""
    return tuple(
        ReceptorKind(
            key=raw["key"], label=raw["label"], words=tuple(raw["words"]), peopled=raw["peopled"],
            feeds=frozenset(raw["feeds"]), citation=citation_of(raw),
        )
        for raw in rules("receptors")["kinds"]
    )  # fmt: skip


@cache
def kind_of(word: str) -> ReceptorKind:
    """The kind a sheet's word means: the one with the longest known word in it.

    >>> kind_of("中心小学").key, kind_of("自然保护区").key, kind_of("").key
    ('school', 'nature', 'other')
    """
    best, longest = receptor_kinds()[-1], 0
    for kind in receptor_kinds():
        for known in (kind.key, *kind.words):
            if known in word and len(known) > longest:
                best, longest = kind, len(known)
    return best
