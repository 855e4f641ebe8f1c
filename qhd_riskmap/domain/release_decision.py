"""A reviewer's decision to publish one record closer, or less closely, than its type allows.

Closer needs a second person who answers for it by name, and something it rests on. Keeping more back needs
only a reason. Nobody decides on 社会安全: it stays in, whatever is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.release_texts import compared
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
    """What was decided of one record; never changed afterwards, only followed by another.

    Attributes:
        release_class: How close the record may be published; its type's own class takes an earlier
            decision back.
        reason: Why, in the reviewer's words.
        basis: What it rests on: a consent, a minute, a clause; "" where more is kept back.
        type_key: Type of the record when it was decided; "" of decisions from before that was kept.
        reviewer: Who decided and answers for it.
        recorded_at: When it was entered; None before it is stored.
        recorded_by: Who entered it.
    """

    hazard_id: UUID
    release_class: ReleaseClass
    reason: str
    reviewer: str
    decided_on: date
    basis: str = ""
    type_key: str = ""
    recorded_at: datetime | None = None
    recorded_by: str = ""


def closeness(release_class: ReleaseClass) -> int:
    """How much a class tells of a place; more is closer."""
    return _CLOSENESS.index(release_class)


def undecidable(hazard_type: HazardType) -> bool:
    """Whether nobody can decide on records of the type: they are never published."""
    never = hazard_type.release_class is ReleaseClass.NEVER
    return never or hazard_type.event_class is EventClass.SOCIAL_SECURITY


def looser_classes(hazard_type: HazardType) -> tuple[ReleaseClass, ...]:
    """The closer classes a decision may choose for a record of that type; none for 社会安全, ever."""
    if undecidable(hazard_type):
        return ()
    return _CLOSENESS[closeness(hazard_type.release_class) + 1 :]


def stricter_classes(hazard_type: HazardType) -> tuple[ReleaseClass, ...]:
    """The classes that keep more of a record back than its type does; none where nothing goes out."""
    if undecidable(hazard_type):
        return ()
    return _CLOSENESS[: closeness(hazard_type.release_class)]


def keeps_more_back(hazard: Hazard, decided: Mapping[UUID, ReleaseDecision]) -> bool:
    """Whether a decision keeps more of the record back than its type does; its texts stay in, too."""
    kind = taxonomy().get(hazard.type_key)
    return decided_class(hazard, kind, decided) in stricter_classes(kind)


def decided_class(
    hazard: Hazard, hazard_type: HazardType, decided: Mapping[UUID, ReleaseDecision]
) -> ReleaseClass:
    """The type's class, or the one that was decided for this record."""
    decision = decided.get(hazard.id)
    counts = decision is not None and _counts(decision, hazard_type)
    return decision.release_class if decision and counts else hazard_type.release_class


def checked_decision(
    decision: ReleaseDecision,
    hazard: Hazard,
    today: date,
    *,
    editors: Iterable[str] = (),
    before: ReleaseClass | None = None,
) -> ReleaseDecision:
    """The decision, if it may be taken and says what it needs to be believed.

    Args:
        decision: What is to be recorded.
        hazard: The record it is about.
        today: Day of the entry.
        editors: Who entered or edited the record, or enters the decision; none of them may let it out.
        before: The class in force until now; None for the type's own.

    Raises:
        InvalidInputError: The type is never published, reason, reviewer or basis is missing, the
            reviewer is one of the editors, or the day is in the future.
    """
    hazard_type = taxonomy().get(hazard.type_key)
    if undecidable(hazard_type):
        raise InvalidInputError(
            _("“{type}”不能逐条决定公开方式。").format(type=_(hazard_type.label)),
            hint=_("社会安全类任何情况下都不公开。"),
        )
    if not decision.reviewer or not decision.reason:
        raise InvalidInputError(_("请填写审核人和理由；公开方式的决定须有人署名负责。"))
    if decision.decided_on > today:
        raise InvalidInputError(
            _("决定日期 {day} 在将来。").format(day=decision.decided_on.isoformat())
        )
    own, wanted = hazard_type.release_class, decision.release_class
    if closeness(wanted) > closeness(own) and not decision.basis:
        raise InvalidInputError(
            _("放宽公开方式须写明依据。"), hint=_("如企业书面同意、会议纪要或法规条款。")
        )
    loosens = closeness(wanted) > closeness(before or own)
    if loosens and compared(decision.reviewer) in {compared(name) for name in editors if name}:
        raise InvalidInputError(
            _("审核人“{name}”也是这条记录的编辑人或经办人，不能自己放宽。").format(
                name=decision.reviewer
            ),
            hint=_("放宽公开方式须由另一人审核。"),
        )
    return decision


def decisions_in_force(
    decisions: Iterable[ReleaseDecision], hazards: Iterable[Hazard]
) -> dict[UUID, ReleaseDecision]:
    """The decision of every record that one in force publishes otherwise than its type.

    A decision lets nothing out of a record whose type changed since then, for that was not decided; what
    keeps more back holds as long as it does.

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
        if hazard.id in newest and _counts(newest[hazard.id], taxonomy().get(hazard.type_key))
    }


def _counts(decision: ReleaseDecision, hazard_type: HazardType) -> bool:
    if decision.release_class in stricter_classes(hazard_type):
        return True
    same_type = decision.type_key in ("", hazard_type.key)
    return same_type and decision.release_class in looser_classes(hazard_type)
