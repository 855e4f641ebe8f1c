"""A committed batch read anew in another reference: wrong datums come to light years later.

What the sheet said is computed back from the stored geometry by the reference it was read in, and forward by
the new one; so every way of writing, lines and areas included, needs no second reading. The original text
stays with the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import Hazard, LocationMethod
from qhd_riskmap.errors import ConflictError, InvalidInputError
from qhd_riskmap.geo.datums import from_cgcs2000, to_cgcs2000
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_batches import (
    BatchOutcome,
    BatchPlan,
    BatchRow,
    Edited,
    plan_of,
    require_answer,
)
from qhd_riskmap.services.survey_provenance import accuracy_of, method_of
from qhd_riskmap.storage.batch_change_repository import BatchChangeKind
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

Points = npt.NDArray[np.float64]
_FROM_SHEET: Final = frozenset({LocationMethod.IMPORTED, LocationMethod.CONVERTED})


class ReinterpretService:
    """Reads whole batches anew, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def reinterpret(
        self,
        batch_id: UUID,
        reference: Reference,
        *,
        was: Reference | None = None,
        edited: Edited = Edited.ASK,
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

        Raises:
            ConflictError: Somebody has worked on some and `edited` does not say what to do, or the
                batch holds several references and ``was`` names none.
            InvalidInputError: None of the records can be read so.
            NotFoundError: There is no such batch.
        """
        self._actor.require(Permission.IMPORT)
        with self._register.unit_of_work() as work:
            work.lock()
            plan = plan_of(work, batch_id)
            shifts = {shift.datum: shift for shift in work.datum_parameters.all()}
            wanted, kept = _chosen(work, plan, was, edited)
            new = reference.shifted_by(shifts)
            moved, lost = _placed_anew(wanted, new, shifts)
            kept = (*kept, *lost)
            if wanted and not moved:
                raise InvalidInputError(
                    _("按“{name}”，这一批没有一条落在本市一带。").format(name=reference.label),
                    hint=_("请核对坐标系；平面坐标不能按经纬度解读，反之亦然。"),
                )
            if not moved:
                return BatchOutcome(change=None, changed=0, kept=kept)
            work.batch_hazards.place_anew(moved, self._actor, str(batch_id))
            change = work.batch_changes.add(
                batch_id,
                BatchChangeKind.REINTERPRET,
                [(hazard.id, hazard.revision + 1) for hazard in moved],
                self._actor,
                reference=reference.text,
            )
            work.commit()
        return BatchOutcome(change=change, changed=len(moved), kept=kept)


def _chosen(
    work: UnitOfWork, plan: BatchPlan, was: Reference | None, edited: Edited
) -> tuple[list[Hazard], tuple[BatchRow, ...]]:
    """The records to be read anew, and those that stay with the reason."""
    require_answer(plan, edited)
    ids = [state.id for state in plan.ready]
    kept: list[BatchRow] = []
    if edited is Edited.INCLUDE:
        ids += [row.id for row in plan.edited]
    else:
        kept += plan.edited
    wanted = []
    for hazard in work.batch_hazards.load(ids):
        if hazard.provenance.method in _FROM_SHEET:
            wanted.append(hazard)
        else:
            kept.append(_row(hazard, _("位置已由人工改过，不再按原坐标换算")))
    return _of_reference(wanted, was), tuple(kept)


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
            lost.append(_row(hazard, _("按新坐标系不在本市一带")))
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


def _row(hazard: Hazard, reason: str) -> BatchRow:
    return BatchRow(id=hazard.id, code=hazard.code, name=hazard.name, reason=reason)
