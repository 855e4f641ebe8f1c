"""The past of hazards: every revision of one, the levels of all on any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import numpy as np

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.attachment import Attachment
from qhd_riskmap.domain.feature_table import TEXT_COLUMNS, FeatureTable, feature_table
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.timeline import Timeline
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.hazard_history import HazardVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOfHazard:
    """Everything the register knows of one hazard's past.

    Attributes:
        versions: All revisions, oldest first, the present one last.
        attachments: All its files, those taken off included.
    """

    versions: tuple[HazardVersion, ...]
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class PastOfAll:
    """The hazards of all times, and when each had which level.

    Attributes:
        table: Live and deleted hazards with their present names and shapes.
        timeline: In the order of `table`.
    """

    table: FeatureTable
    timeline: Timeline


class HistoryService:
    """Use cases on the past, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def of(self, hazard_id: UUID) -> PastOfHazard:
        """All revisions and files of a hazard; deleted hazards have a past too."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return PastOfHazard(
                versions=tuple(work.hazards.history(hazard_id)),
                attachments=tuple(work.attachments.of(hazard_id, removed=True)),
            )

    def restore_version(
        self, hazard_id: UUID, revision: int, *, known: int
    ) -> tuple[Hazard, Hazard, Changes]:
        """Store what a hazard was at a past revision as its next one.

        The level and the status stay: they follow from the assessments, which are not undone. A
        deleted hazard comes back.

        Args:
            hazard_id: The hazard.
            revision: The revision wanted.
            known: The revision the officer saw as the present one.

        Returns:
            The hazard before and after.

        Raises:
            NotFoundError: No such hazard or revision.
            ConflictError: Somebody saved it since.
        """
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            work.lock()
            versions = {each.revision: each for each in work.hazards.history(hazard_id)}
            if revision not in versions:
                raise NotFoundError(_("登记库里没有这一版。"), detail=f"{hazard_id} {revision}")
            before = versions[max(versions)].hazard
            if before.revision != known:
                raise ConflictError(
                    _("“{name}”（{code}）刚被 {actor} 修改过。").format(
                        name=before.name, code=before.code, actor=before.updated_by
                    ),
                    hint=_("请重新打开历史，核对对方的修改后再恢复。"),
                )
            present = before
            if before.deleted_at is not None:
                present = work.hazards.restore(hazard_id, self._actor)
            wanted = replace(
                versions[revision].hazard,
                level=present.level,
                status=present.status,
                revision=present.revision,
                deleted_at=None,
            )
            after = work.hazards.save(wanted, self._actor)
            work.commit()
        return before, after, Changes(hazards=True, hazard_ids=(hazard_id,))

    def past(self) -> PastOfAll:
        """The hazards of all times with their levels over time; half a second for 100,000."""
        self._actor.require(Permission.READ)
        offset = datetime.now().astimezone().utcoffset()
        with self._register.unit_of_work() as work:
            tables = (work.hazards.features(), work.hazards.features(HazardFilter(deleted=True)))
            moments = work.hazards.level_events(offset)
        table = _joined(tables)
        rows = {hazard_id: row for row, hazard_id in enumerate(moments.ids.tolist())}
        order = np.array([rows[each] for each in table.ids.tolist()], dtype=np.int64)
        return PastOfAll(table, moments.take(order))


def _joined(tables: Sequence[FeatureTable]) -> FeatureTable:
    """One table after the other."""
    if not len(tables[1]):
        return tables[0]
    names = (*TEXT_COLUMNS, "levels", "revisions", "geometries")
    columns = {name: np.concatenate([getattr(each, name) for each in tables]) for name in names}
    return feature_table(**columns)
