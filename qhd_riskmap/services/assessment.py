"""Grade hazards: find the level by a method, keep factors, reasons, assessor and rule version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.grading.method import GradingResult, ProductMethod, method, methods
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register


class AssessmentService:
    """Use cases of grading, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def methods(self) -> Mapping[str, ProductMethod]:
        """The grading methods by key."""
        return methods()

    def preview(self, method_key: str, inputs: Mapping[str, float]) -> GradingResult:
        """The level the inputs would give, without storing anything."""
        return method(method_key).grade(inputs)

    def assess(
        self, id_or_code: str, method_key: str, inputs: Mapping[str, float], *, on: date
    ) -> tuple[Hazard, Assessment, Changes]:
        """Grade a hazard and store the assessment behind its level.

        Args:
            id_or_code: The hazard.
            method_key: Key of the method (``ls``, ``lec``).
            inputs: Factor values.
            on: Day of the assessment.

        Raises:
            InvalidInputError: A factor is missing or not allowed.
            NotFoundError: No such hazard or method.
        """
        self._actor.require(Permission.ASSESS)
        grading = method(method_key)
        result = grading.grade(inputs)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            assessment = Assessment(
                id=uuid4(),
                hazard_id=hazard.id,
                method=grading.key,
                method_version=grading.version,
                inputs=dict(result.inputs),
                score=result.score,
                level=result.level,
                reasons=result.reasons,
                assessor=self._actor.name,
                assessed_on=on,
            )
            work.assessments.add(assessment, self._actor)
            stored = work.hazards.require(str(hazard.id))
            work.commit()
        return stored, assessment, Changes(hazards=True, hazard_ids=(stored.id,))

    def of(self, hazard_id: UUID) -> list[Assessment]:
        """All assessments of a hazard, newest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.assessments.of(hazard_id)
