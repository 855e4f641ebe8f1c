"""A committed batch read anew in another reference: wrong datums come to light years later.

What the sheet said is computed back from the stored geometry by the reference it was read in, and forward by
the new one; so every way of writing, lines and areas included, needs no second reading. The original text
stays with the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.collector import collector_paused
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import Hazard, LocationMethod
from qhd_riskmap.errors import ConflictError, InvalidInputError
from qhd_riskmap.geo.datums import from_cgcs2000, to_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_batches import (
    NOTHING_KEPT,
    BatchOutcome,
    BatchPlan,
    BatchRow,
    Edited,
    kept_of,
    plan_of,
    require_answer,
)
from qhd_riskmap.services.survey_provenance import accuracy_of, method_of
from qhd_riskmap.storage.batch_change_repository import BatchChangeKind
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

Points = npt.NDArray[np.float64]
_FROM_SHEET: Final = frozenset({LocationMethod.IMPORTED, LocationMethod.CONVERTED})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Foreseen:
    """What reading a batch anew would do.

    Attributes:
        moved: The records at their new places.
        before: (n, 2) longitude and latitude of a point on each as it is stored.
        after: The same at the new place.
        metres: Between the two.
        kept: Records that stay, each with the reason.
    """

    moved: tuple[Hazard, ...]
    before: Points
    after: Points
    metres: npt.NDArray[np.float64]
    kept: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReferences:
    """What a batch may be read anew from.

    Attributes:
        plan: Its records, those worked on since apart.
        counts: Notation of the reference → records read in it and never placed by hand.
    """

    plan: BatchPlan
    counts: Mapping[str, int]


class ReinterpretService:
    """Reads whole batches anew, for one actor; the collector is held back as in `BatchService`."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    @collector_paused()
    def references(self, batch_id: UUID) -> BatchReferences:
        """What a batch was read in, and whom to ask about.

        Raises:
            NotFoundError: There is no such batch.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            plan = plan_of(work, batch_id)
            found = work.batch_hazards.references(batch_id)
        counts: Counter[str] = Counter()
        for reference, method, count in found:
            if method in _FROM_SHEET:
                counts[reference] += count
        return BatchReferences(plan=plan, counts=dict(counts.most_common()))

    @collector_paused()
    def foresee(
        self,
        batch_id: UUID,
        reference: Reference,
        *,
        was: Reference | None = None,
        edited: Edited = Edited.KEEP,
        keep: Collection[UUID] = NOTHING_KEPT,
    ) -> Foreseen:
        """Say where the records of a batch would come to lie; nothing is stored.

        Raises:
            ConflictError: As `reinterpret`.
            InvalidInputError: None of the records can be read so.
            NotFoundError: There is no such batch.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            terms = _Terms(batch_id, reference, was, edited, frozenset(keep))
            return _foreseen(work, terms)

    @collector_paused()
    def reinterpret(
        self,
        batch_id: UUID,
        reference: Reference,
        *,
        was: Reference | None = None,
        edited: Edited = Edited.ASK,
        keep: Collection[UUID] = NOTHING_KEPT,
        asked: Collection[UUID] | None = None,
    ) -> BatchOutcome:
        """Give the records of a batch the places their numbers have in another reference.

        Records that were placed by hand since, or would come to lie outside the region, stay and are
        listed. `survey_batches.BatchService.revert` takes it back.

        Args:
            batch_id: The batch.
            reference: What the numbers are, after all.
            was: Only records read in this reference; needed where a batch holds several.
            edited: What to do with records somebody has worked on since: `KEEP` leaves them,
                `INCLUDE` reads their places anew too and keeps every other edit.
            keep: Records that stay whatever `edited` says.
            asked: Records the officer was asked about; None where nobody was shown a list.

        Raises:
            ConflictError: Somebody has worked on some and `edited` does not say what to do, or on one
                that was not asked about; or the batch holds several references and ``was`` names none.
            InvalidInputError: None of the records can be read so.
            NotFoundError: There is no such batch.
        """
        self._actor.require(Permission.IMPORT)
        with self._register.unit_of_work() as work:
            work.lock()
            terms = _Terms(batch_id, reference, was, edited, frozenset(keep), asked)
            seen = _foreseen(work, terms)
            if not seen.moved:
                return BatchOutcome(change=None, changed=0, kept=seen.kept)
            work.batch_hazards.place_anew(seen.moved, self._actor, str(batch_id))
            change = work.batch_changes.add(
                batch_id,
                BatchChangeKind.REINTERPRET,
                [(hazard.id, hazard.revision + 1) for hazard in seen.moved],
                self._actor,
                reference=reference.text,
            )
            work.commit()
        return BatchOutcome(change=change, changed=len(seen.moved), kept=seen.kept)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What was said about reading a batch anew."""

    batch_id: UUID
    reference: Reference
    was: Reference | None
    edited: Edited
    keep: frozenset[UUID]
    asked: Collection[UUID] | None = None


def _foreseen(work: UnitOfWork, terms: _Terms) -> Foreseen:
    plan = plan_of(work, terms.batch_id)
    shifts = {shift.datum: shift for shift in work.datum_parameters.all()}
    wanted, kept = _chosen(work, plan, terms)
    moved, lost = _placed_anew(wanted, terms.reference.shifted_by(shifts), shifts)
    if wanted and not moved:
        raise InvalidInputError(
            _("按“{name}”，这一批没有一条落在本市一带。").format(name=terms.reference.label),
            hint=_("请核对坐标系；平面坐标不能按经纬度解读，反之亦然。"),
        )
    stored = {hazard.id: hazard for hazard in wanted}
    before = _anchors([stored[hazard.id] for hazard in moved])
    after = _anchors(moved)
    metres = distance_m(before[:, 0], before[:, 1], after[:, 0], after[:, 1])
    return Foreseen(
        moved=tuple(moved),
        before=before,
        after=after,
        metres=np.asarray(metres, dtype=np.float64),
        kept=(*kept, *lost),
    )


def _anchors(hazards: Sequence[Hazard]) -> Points:
    geometries: Any = np.array([hazard.geometry for hazard in hazards], dtype=object)
    points: Any = shapely.point_on_surface(geometries)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)]).reshape(-1, 2)


def _chosen(
    work: UnitOfWork, plan: BatchPlan, terms: _Terms
) -> tuple[list[Hazard], tuple[BatchRow, ...]]:
    """The records to be read anew, and those that stay with the reason."""
    require_answer(plan, terms.edited, terms.asked)
    kept = list(kept_of(plan, terms.edited, terms.keep))
    spared = {row.id for row in kept}
    ids = [state.id for state in plan.ready if state.id not in terms.keep]
    ids += [row.id for row in plan.edited if row.id not in spared]
    wanted = []
    for hazard in work.batch_hazards.load(ids):
        if hazard.provenance.method in _FROM_SHEET:
            wanted.append(hazard)
        else:
            kept.append(BatchRow.of(hazard, _("位置已由人工改过，不再按原坐标换算")))
    return _of_reference(wanted, terms.was), tuple(kept)


def _of_reference(hazards: Sequence[Hazard], was: Reference | None) -> list[Hazard]:
    if was is not None:
        return [h for h in hazards if h.provenance.declared_reference == was.text]
    counts = Counter(hazard.provenance.declared_reference for hazard in hazards)
    if len(counts) > 1:
        shown = "，".join(
            _("{name} {count} 条").format(name=parse_reference(text).label, count=count)
            for text, count in counts.most_common()
        )
        raise ConflictError(
            _("这一批里有几种坐标系：{shown}。").format(shown=shown),
            hint=_("请说明只改哪一种（--was）。"),
        )
    return list(hazards)


def _placed_anew(
    hazards: Sequence[Hazard], reference: Reference, shifts: Any
) -> tuple[list[Hazard], tuple[BatchRow, ...]]:
    """The records at their new places, and those that have none in the region."""
    if not hazards:
        return [], ()
    old = {
        text: parse_reference(text).shifted_by(shifts)
        for text in {hazard.provenance.declared_reference for hazard in hazards}
    }
    geometries: Any = np.array([hazard.geometry for hazard in hazards], dtype=object)
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    sources = np.array([hazard.provenance.declared_reference for hazard in hazards], dtype=object)
    for text, before in old.items():
        rows = sources[owner] == text
        points[rows] = _reread(points[rows], before, reference)
    sound = np.ones(len(hazards), dtype=bool)
    sound[owner[~np.isfinite(points).all(axis=1)]] = False
    points[~np.isfinite(points)] = 0.0
    moved: Any = shapely.set_coordinates(geometries.copy(), points)
    anchors: Any = shapely.point_on_surface(moved)
    lon, lat = shapely.get_x(anchors), shapely.get_y(anchors)
    sound &= boundaries().inside_context(lon, lat)
    counties = boundaries().counties_of(lon, lat)
    found, lost = [], []
    for row, hazard in enumerate(hazards):
        if not sound[row]:
            lost.append(BatchRow.of(hazard, _("按新坐标系不在本市一带")))
            continue
        provenance = replace(
            hazard.provenance,
            declared_reference=reference.text,
            method=method_of(reference),
            accuracy=accuracy_of(reference),
        )
        found.append(
            replace(
                hazard,
                geometry=moved[row],
                county=str(counties[row]) or hazard.county,
                provenance=provenance,
            )
        )
    return found, tuple(lost)


def _reread(points: Points, old: Reference, new: Reference) -> Points:
    """Stored places back to the numbers of the sheet, and forward in another reference."""
    if old.projected != new.projected:
        return np.full(points.shape, np.nan)
    numbers = from_cgcs2000(points[:, 0], points[:, 1], old)
    return np.column_stack(to_cgcs2000(*numbers, new))
