"""One value for many hazards: shown before it is stored, stored in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AttributeValue, Hazard
from qhd_riskmap.domain.record_fields import bulk_fields, with_field
from qhd_riskmap.domain.schema import Field
from qhd_riskmap.errors import ConflictError, InvalidInputError, NotFoundError, RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.storage.engine import Register

_QUIET: JobContext = SilentJob()
_SAME = (
    "name", "sub_kind", "county", "township", "address", "unit", "regulator", "contact", "phone",
    "found_on", "secrecy", "status", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkChange:
    """One hazard as it is and as it would be; its revision is the one that was looked at."""

    before: Hazard
    after: Hazard


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPreview:
    """What a change would do.

    Attributes:
        changes: The hazards that would change.
        unchanged: How many have that value already.
        refused: Those that cannot be changed, with the reason.
    """

    changes: tuple[BulkChange, ...]
    unchanged: int
    refused: tuple[tuple[str, RiskMapError], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    """What a change did.

    Attributes:
        before: The hazards as they were.
        after: The same hazards as they are stored now.
        conflicts: Those somebody else changed since the preview: names and reasons; left alone.
    """

    before: tuple[Hazard, ...]
    after: tuple[Hazard, ...]
    conflicts: tuple[tuple[str, RiskMapError], ...]


class BulkEditService:
    """Use cases on many hazards at once, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    @staticmethod
    def fields(type_keys: Sequence[str]) -> tuple[Field, ...]:
        """The fields that can be set for hazards of these types at once."""
        return bulk_fields(type_keys)

    def preview(
        self,
        ids: Sequence[UUID],
        field_key: str,
        value: AttributeValue | None,
        job: JobContext = _QUIET,
    ) -> BulkPreview:
        """What setting one field would change, without storing anything.

        Raises:
            InvalidInputError: The field cannot be set for these hazards, or must not be empty.
        """
        self._actor.require(Permission.READ)
        changes: list[BulkChange] = []
        refused: list[tuple[str, RiskMapError]] = []
        unchanged = 0
        with self._register.unit_of_work() as work:
            for number, hazard_id in enumerate(ids):
                job.advance(number, len(ids))
                try:
                    before = work.hazards.require(str(hazard_id))
                except NotFoundError as error:
                    refused.append((str(hazard_id), error))
                    continue
                after = _changed(before, field_key, value)
                if _differs(before, after):
                    changes.append(BulkChange(before=before, after=after))
                else:
                    unchanged += 1
        return BulkPreview(changes=tuple(changes), unchanged=unchanged, refused=tuple(refused))

    def apply(
        self, changes: Sequence[BulkChange], job: JobContext = _QUIET
    ) -> tuple[BulkOutcome, Changes]:
        """Store previewed changes in one transaction.

        Hazards that somebody else saved or deleted since the preview are left alone and listed.

        Raises:
            JobCancelledError: The officer stopped it; nothing is stored.
        """
        self._actor.require(Permission.EDIT)
        before: list[Hazard] = []
        after: list[Hazard] = []
        conflicts: list[tuple[str, RiskMapError]] = []
        with self._register.unit_of_work() as work:
            work.lock()
            for number, change in enumerate(changes):
                job.advance(number, len(changes), change.before.name)
                try:
                    after.append(work.hazards.save(change.after, self._actor))
                    before.append(change.before)
                except (ConflictError, NotFoundError) as error:
                    conflicts.append((change.before.name, error))
            work.commit()
        outcome = BulkOutcome(before=tuple(before), after=tuple(after), conflicts=tuple(conflicts))
        return outcome, Changes(hazards=bool(after), hazard_ids=tuple(each.id for each in after))

    def store(
        self, states: Sequence[Hazard], revisions: Mapping[UUID, int], job: JobContext = _QUIET
    ) -> tuple[list[Hazard], Changes]:
        """Store whole states of several hazards, all or none; undo and redo of `apply`.

        Raises:
            ConflictError: One was saved by somebody else since; nothing is stored.
        """
        self._actor.require(Permission.EDIT)
        stored = []
        with self._register.unit_of_work() as work:
            work.lock()
            for number, state in enumerate(states):
                job.advance(number, len(states), state.name)
                known = replace(state, revision=revisions[state.id])
                stored.append(work.hazards.save(known, self._actor))
            work.commit()
        return stored, Changes(hazards=True, hazard_ids=tuple(each.id for each in stored))


def _changed(hazard: Hazard, field_key: str, value: AttributeValue | None) -> Hazard:
    field = next((each for each in bulk_fields([hazard.type_key]) if each.key == field_key), None)
    if field is None:
        raise InvalidInputError(
            _("“{name}”没有这一项，不能一起修改。").format(name=hazard.name),
            hint=_("请只选择同一类型的隐患。"),
        )
    try:
        return with_field(hazard, field_key, value)
    except ValueError as error:
        raise InvalidInputError(_("“{label}”不能为空。").format(label=_(field.label))) from error


def _differs(before: Hazard, after: Hazard) -> bool:
    return dict(before.attributes) != dict(after.attributes) or any(
        getattr(before, name) != getattr(after, name) for name in _SAME
    )
