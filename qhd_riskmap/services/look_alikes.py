"""Pairs of records that may be one thing: those still to be looked at, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.survey_matching import Likeness
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.look_alike_repository import StoredPair


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlikes:
    """All pairs whose records are both in the register, oldest first.

    Attributes:
        open: Those nobody has decided about.
        parted: Those said to be two things.
    """

    open: Sequence[StoredPair]
    parted: Sequence[StoredPair]


class LookAlikeService:
    """Use cases on pairs that may be one thing, for one actor; `record_merge` makes one of them."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def all(self) -> LookAlikes:
        """Every pair."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return LookAlikes(open=work.look_alikes.open(), parted=work.look_alikes.parted())

    def count_open(self) -> int:
        """How many wait for a decision."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.look_alikes.count_open()

    def part(self, keys: Sequence[int], *, apart: bool = True) -> tuple[int, Changes]:
        """Say of pairs that they are two things, or take that back; how many changed."""
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            done = work.look_alikes.part(keys, self._actor, apart=apart)
            work.commit()
        return done, Changes(look_alikes=done > 0)


def likeness_words(key: str) -> str:
    """Chinese words for why two records may be one thing."""
    return Likeness(key).label if key in set(Likeness) else key
