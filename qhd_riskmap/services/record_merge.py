"""Two records of one thing made one, field by field; the rule of who survives is docs/adr/0013."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.record_fields import field_value, with_field
from qhd_riskmap.domain.regrouping import in_order_of_survival, survivor_of, worst_level
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.record_comparison import GEOMETRY, FieldPair, side_by_side
from qhd_riskmap.services.reshaping import (
    Regrouping,
    absorb,
    hand_over,
    inherit_assessments,
    require_revision,
)
from qhd_riskmap.storage.engine import Register

# What the rule of merging settles by itself: no choice may lower either.
_SETTLED = frozenset({"secrecy", "status"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two records side by side.

    Attributes:
        survivor: The one that keeps its code and history; proposed is the worst graded one.
        absorbed: The other; its codes become former codes of the survivor.
        fields: Every field that can be chosen, with what both say.
    """

    survivor: Hazard
    absorbed: Hazard
    fields: tuple[FieldPair, ...]

    def swapped(self) -> Comparison:
        """The same with the other one surviving."""
        fields = [replace(pair, first=pair.second, second=pair.first) for pair in self.fields]
        return Comparison(survivor=self.absorbed, absorbed=self.survivor, fields=tuple(fields))

    @property
    def raises_level(self) -> bool:
        """Whether the survivor takes the worse level of the other, with its assessments."""
        return worst_level((self.survivor, self.absorbed)) is not self.survivor.level


class RecordMergeService:
    """Use cases on pairs of records, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def compare(self, first: UUID, second: UUID) -> Comparison:
        """Lay two records side by side.

        Raises:
            NotFoundError: One is not in the register.
            InvalidInputError: They are of different types, or the same.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            found = [work.hazards.require(str(each)) for each in (first, second)]
        survivor, absorbed = in_order_of_survival(found, one_shape=False)
        fields = [f for f in side_by_side(survivor, absorbed) if f.key not in _SETTLED]
        return Comparison(survivor=survivor, absorbed=absorbed, fields=tuple(fields))

    def merge(self, compared: Comparison, from_absorbed: Collection[str] = ()) -> Regrouping:
        """Make one record of two.

        What the survivor leaves empty is taken from the other without asking; attributes and columns
        that only the other has are added. The most secret secrecy holds, an open record stays open, and
        the worst level holds: where it is the other's, its assessments are copied. Photos and files of
        both hang on the survivor.

        Args:
            compared: What the officer saw.
            from_absorbed: Keys or names of the fields whose value is taken from the absorbed record.

        Raises:
            ConflictError: Someone else saved one of them since.
            InvalidInputError: A key is none of the compared fields.
        """
        self._actor.require(Permission.EDIT)
        wanted = _keys(from_absorbed, compared.fields)
        with self._register.unit_of_work() as work:
            work.lock()
            found = []
            for seen in (compared.survivor, compared.absorbed):
                stored = work.hazards.require(str(seen.id))
                require_revision(stored, seen.revision)
                found.append(stored)
            kept = work.hazards.save(_merged(found, compared.fields, wanted), self._actor)
            if compared.raises_level:
                words = _("由 {code} 并入，沿用其评估。").format(code=found[1].code)
                inherit_assessments(work, found[1], kept, words, self._actor)
                kept = work.hazards.require(str(kept.id))
            carried = hand_over(work, found[1], kept, self._actor)
            gone = absorb(work, found[1], kept, self._actor)
            detail = {"code": kept.code, "absorbed": [gone.code], "fields": sorted(wanted)}
            work.audit.record(self._actor, "hazard.merge", str(kept.id), detail)
            work.commit()
        return Regrouping(before=tuple(found), after=(kept, gone), carried=tuple(carried))


def _keys(wanted: Collection[str], fields: tuple[FieldPair, ...]) -> set[str]:
    """Keys of fields told by key or by name."""
    keys = {name: pair.key for pair in fields for name in (pair.label, pair.key)}
    unknown = sorted(set(wanted) - set(keys))
    if unknown:
        differ = "、".join(f"{pair.label}（{pair.key}）" for pair in fields if pair.differ)
        raise InvalidInputError(
            _("没有字段“{key}”。").format(key="、".join(unknown)),
            hint=_("两条不同的字段：{names}。").format(names=differ) if differ else "",
        )
    return {keys[name] for name in wanted}


def _merged(ordered: list[Hazard], fields: tuple[FieldPair, ...], wanted: set[str]) -> Hazard:
    first, second = ordered
    merged = first
    for pair in fields:
        take = pair.key in wanted or (not pair.first and bool(pair.second))
        if take and pair.key != GEOMETRY:
            merged = with_field(merged, pair.key, field_value(second, pair.key))
    place = second if GEOMETRY in wanted else first
    merged = replace(
        merged,
        county=merged.county if "county" in wanted else place.county,
        attributes={**second.attributes, **merged.attributes},
        extras={**second.extras, **first.extras},
    )
    return survivor_of([merged, second], place.geometry, place.provenance)
