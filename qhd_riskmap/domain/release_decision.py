"""A named reviewer's decision to publish one record closer than its type allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.taxonomy import EventClass, HazardType, ReleaseClass, taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

_CLOSENESS = (
    ReleaseClass.NEVER,
    ReleaseClass.COUNT,
    ReleaseClass.GRID_1KM,
    ReleaseClass.GRID_100M,
)
NO_DECISIONS: Mapping[UUID, ReleaseDecision] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDecision:
    """What a reviewer decided of one record; never changed afterwards, only followed by another.

    Attributes:
        release_class: How close the record may be published; its type's own class takes an earlier
            decision back.
        reason: Why, in the reviewer's words.
        reviewer: Who decided and answers for it.
        recorded_at: When it was entered; None before it is stored.
        recorded_by: Who entered it.
    """

    hazard_id: UUID
    release_class: ReleaseClass
    reason: str
    reviewer: str
    decided_on: date
    recorded_at: datetime | None = None
    recorded_by: str = ""


def looser_classes(hazard_type: HazardType) -> tuple[ReleaseClass, ...]:
    """The classes a decision may choose for a record of that type; none for 社会安全, ever."""
    never = hazard_type.release_class is ReleaseClass.NEVER
    if never or hazard_type.event_class is EventClass.SOCIAL_SECURITY:
        return ()
    return _CLOSENESS[_CLOSENESS.index(hazard_type.release_class) + 1 :]


def checked_decision(decision: ReleaseDecision, hazard: Hazard, today: date) -> ReleaseDecision:
    """The decision, if it may be taken and says what it needs to be believed.

    Raises:
        InvalidInputError: The type is never published, the class is no looser one, reason or reviewer
            is missing, or the day is in the future.
    """
    hazard_type = taxonomy().get(hazard.type_key)
    looser = looser_classes(hazard_type)
    if not looser:
        raise InvalidInputError(
            _("“{type}”不能逐条放宽公开方式。").format(type=_(hazard_type.label)),
            hint=_("社会安全类任何情况下都不公开；其他类型已是最宽的公开方式。"),
        )
    if decision.release_class not in (hazard_type.release_class, *looser):
        raise InvalidInputError(
            _("“{type}”的记录不能改为“{label}”。").format(
                type=_(hazard_type.label), label=_(decision.release_class.label)
            ),
            hint=_("可用：{codes}。").format(codes="、".join(each.value for each in looser)),
        )
    if not decision.reviewer or not decision.reason:
        raise InvalidInputError(_("请填写审核人和理由；放宽公开方式须有人署名负责。"))
    if decision.decided_on > today:
        raise InvalidInputError(
            _("决定日期 {day} 在将来。").format(day=decision.decided_on.isoformat())
        )
    return decision


def decisions_in_force(
    decisions: Iterable[ReleaseDecision], hazards: Iterable[Hazard]
) -> dict[UUID, ReleaseDecision]:
    """The decision of every record that one in force publishes closer than its type.

    A decision of a record whose type changed since then counts only where the new type allows it.

    Args:
        decisions: Everything recorded, oldest first.
        hazards: The records.
    """
    newest = {decision.hazard_id: decision for decision in decisions}
    if not newest:
        return {}
    return {
        hazard.id: newest[hazard.id]
        for hazard in hazards
        if hazard.id in newest
        and newest[hazard.id].release_class in looser_classes(taxonomy().get(hazard.type_key))
    }
