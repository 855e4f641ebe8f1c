"""Grade hazards: find the level by a method, keep factors, reasons, assessor and rule version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.assessment_settings import (
    SETTINGS,
    AssessmentSettings,
    read_settings,
    shipped_settings,
)
from qhd_riskmap.domain.grading.defaults import FactorDefault, Known, known_factors
from qhd_riskmap.domain.grading.factors import Inputs, value_text
from qhd_riskmap.domain.grading.method import (
    SHIPPED,
    GradingMethod,
    Methods,
    load_method,
    method,
    shipped_profile,
    with_profiles,
)
from qhd_riskmap.domain.grading.result import GradingResult, Lowering, not_gradable
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.domain.worksheet import (
    Occasion,
    SignOff,
    Worksheet,
    level_to_sign,
    next_review,
    signing_permission,
)
from qhd_riskmap.domain.zone_rules import ZONE_RULES, ZoneRules, read_zone_rules, zone_rules
from qhd_riskmap.errors import ConflictError, InvalidInputError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_ACCEPTED = frozenset({TaskState.ACCEPTED, TaskState.CLOSED})
_ENDED = _ACCEPTED | {TaskState.VOID, TaskState.TRANSFERRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentForm:
    """What an officer fills in.

    Attributes:
        method: Key of the method.
        inputs: Factor values, or their texts.
        after: Factors that the planned measures change, with their values then.
        worksheet: Evidence, opinion and experts.
        next_review: None takes the interval of the level.
    """

    method: str
    inputs: Inputs
    after: Inputs = field(default_factory=dict)
    worksheet: Worksheet = field(default_factory=Worksheet)
    next_review: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentMaterial:
    """What a form of inputs is filled from."""

    methods: Methods
    defaults: tuple[FactorDefault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """What hazards are graded by."""

    methods: Methods
    settings: AssessmentSettings


class AssessmentService:
    """Use cases of grading, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def methods(self) -> Methods:
        """The grading methods by key, with the office's own rules where it has any."""
        with self._register.unit_of_work() as work:
            return methods_in_force(work)

    def material(self) -> AssessmentMaterial:
        """Methods in force and the defaults of all areas."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return AssessmentMaterial(
                methods=methods_in_force(work), defaults=tuple(work.factor_defaults.all())
            )

    def preview(self, method_key: str, inputs: Inputs) -> GradingResult:
        """The level the inputs would give, without storing anything.

        Raises:
            NotGradableError: Something is not known.
        """
        return method(method_key, self.methods()).grade(inputs)

    def what_would_lower(self, method_key: str, inputs: Inputs) -> tuple[Lowering, ...]:
        """The smallest changes of one factor that would lower the level."""
        return method(method_key, self.methods()).lowerings(inputs)

    def known(self, id_or_code: str, method_key: str) -> dict[str, Known]:
        """What the register knows of the factors: the hazard's own fields and its area's defaults."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            grading = method(method_key, methods_in_force(work))
            return known_factors(grading, hazard, work.factor_defaults.all())

    def assess(
        self, id_or_code: str, method_key: str, inputs: Inputs, *, on: date
    ) -> tuple[Hazard, Assessment, Changes]:
        """Grade a hazard by factors alone; see `record`."""
        return self.record(id_or_code, AssessmentForm(method=method_key, inputs=inputs), on=on)

    def record(
        self, id_or_code: str, form: AssessmentForm, *, on: date
    ) -> tuple[Hazard, Assessment, Changes]:
        """Grade a hazard and store the assessment behind its level.

        Args:
            id_or_code: The hazard.
            form: Method, factors and worksheet.
            on: Day of the assessment.

        Raises:
            NotGradableError: Something is not known; nothing is stored.
            InvalidInputError: A factor is not allowed, or a lower level after remediation lacks
                accepted evidence.
            NotFoundError: No such hazard or method.
        """
        self._actor.require(Permission.ASSESS)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            assessment = self.graded(work, hazard, form, rules_in_force(work), on=on)
            work.assessments.add(assessment, self._actor)
            stored = work.hazards.require(str(hazard.id))
            work.commit()
        return stored, assessment, Changes(hazards=True, hazard_ids=(stored.id,))

    def graded(
        self,
        work: UnitOfWork,
        hazard: Hazard,
        form: AssessmentForm,
        rules: RulesInForce,
        *,
        on: date,
    ) -> Assessment:
        """The assessment a form gives, not stored yet; refuses as `record` does."""
        grading = method(form.method, rules.methods)
        result = grading.grade(form.inputs)
        if result.level is None:
            raise not_gradable(grading.label, result.reasons[-1])
        _require_reasons(grading, result, form.worksheet)
        accepted = _grounds(work, hazard, form.worksheet, result.level)
        after = self._after(grading, result, form.after)
        return Assessment(
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
            residual_level=after.level if after else None,
            next_review=form.next_review
            or next_review(result.level, on, rules.settings.review_months),
            worksheet=replace(
                form.worksheet,
                band=result.band,
                residual_band=after.band if after else "",
                accepted=accepted,
            ),
        )

    def of(self, hazard_id: UUID) -> list[Assessment]:
        """All assessments of a hazard, newest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.assessments.of(hazard_id)

    def sign(
        self, id_or_code: str, opinion: str = "", assessment_id: UUID | None = None
    ) -> SignOff:
        """Answer for an assessment, the newest unless another is named.

        Raises:
            PermissionDeniedError: The actor may not sign this level. Taking a level down is signed by
                whoever may sign the old one.
            NotFoundError: The hazard has no such assessment.
            ConflictError: The actor has signed it already.
        """
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            history = work.assessments.of(hazard.id)
            place = next((n for n, a in enumerate(history) if assessment_id in {None, a.id}), None)
            if place is None:
                raise NotFoundError(
                    _("“{name}”没有可签批的评估。").format(name=hazard.name),
                    hint=_("请先评估。"),
                )
            found = history[place]
            before = history[place + 1].level if place + 1 < len(history) else None
            level = level_to_sign(found.level, before)
            self._actor.require(signing_permission(level))
            if any(each.signed_by == self._actor.name for each in work.sign_offs.of([found.id])):
                raise ConflictError(_("{actor} 已签批这次评估。").format(actor=self._actor.name))
            signed = work.sign_offs.add(
                SignOff(
                    id=uuid4(), assessment_id=found.id, level=level, opinion=opinion.strip(),
                    signed_by=self._actor.name,
                ),
                self._actor,
            )  # fmt: skip
            work.commit()
        return signed

    @staticmethod
    def _after(
        grading: GradingMethod, result: GradingResult, after: Inputs
    ) -> GradingResult | None:
        if not after:
            return None
        expected = grading.grade({**result.inputs, **after})
        if expected.rank < result.rank:
            raise InvalidInputError(_("采取措施之后的等级不应更高，请核对。"))
        return expected


def _require_reasons(grading: GradingMethod, result: GradingResult, worksheet: Worksheet) -> None:
    """Whoever takes another value than the one counted says why."""
    for factor in grading.factors:
        counted = worksheet.counted.get(factor.key)
        if counted is None or factor.key not in result.inputs:
            continue
        same = value_text(result.inputs[factor.key]) == counted
        if not same and not worksheet.overrides.get(factor.key, "").strip():
            raise InvalidInputError(
                _("“{factor}”统计为 {counted}，填的是 {given}，须写明理由。").format(
                    factor=_(factor.label), counted=counted,
                    given=value_text(result.inputs[factor.key]),
                ),
                hint=_("采用统计值，或写明不采用的理由。"),
            )  # fmt: skip


def _grounds(
    work: UnitOfWork, hazard: Hazard, worksheet: Worksheet, level: RiskLevel
) -> tuple[str, ...]:
    """The accepted remediation that a lower level rests on; none where the level does not go down.

    Raises:
        InvalidInputError: The level may not go down: after remediation without an acceptance since
            the last assessment, or while remediation is under way and nothing else is said to have
            changed.
    """
    if hazard.level is None or level.rank <= hazard.level.rank:
        return ()
    tasks = work.tasks.of_hazard(hazard.id)
    if worksheet.occasion is Occasion.REMEDIATED:
        newest = work.assessments.of(hazard.id)[:1]
        since = newest[0].assessed_on if newest else date.min
        accepted = tuple(
            task.number
            for task in tasks
            if task.state in _ACCEPTED and task.accepted_on and task.accepted_on >= since
        )
        if not accepted:
            raise InvalidInputError(
                _("“{name}”整改后降级，须先有验收合格的整改。").format(name=hazard.name),
                hint=_("请先办理验收并附证据，再复评。"),
            )
        return accepted
    under_way = [task.number for task in tasks if task.state not in _ENDED]
    explained = worksheet.occasion is Occasion.CHANGED and worksheet.opinion
    if under_way and not explained:
        raise InvalidInputError(
            _("“{name}”还有没办完的整改（{tasks}），不能降级。").format(
                name=hazard.name, tasks="、".join(under_way)
            ),
            hint=_("请验收后以“整改后复评”降级；与整改无关的，缘由选“情况变化”并写明意见。"),
        )
    return ()


def settings_in_force(work: UnitOfWork) -> AssessmentSettings:
    """The office's settings, or those that came with the program."""
    own = work.rule_profiles.in_force().get(SETTINGS)
    return read_settings(own.content) if own else shipped_settings()


def zones_in_force(work: UnitOfWork) -> ZoneRules:
    """The office's distances of effect zones, or those that came with the program."""
    own = work.rule_profiles.in_force().get(ZONE_RULES)
    return read_zone_rules(own.content) if own else zone_rules()


def methods_in_force(work: UnitOfWork) -> Methods:
    """The methods with the office's own rules."""
    return with_profiles(
        {key: profile.content for key, profile in work.rule_profiles.in_force().items()}
    )


def rules_in_force(work: UnitOfWork) -> RulesInForce:
    """Both, read once for however many hazards."""
    return RulesInForce(methods=methods_in_force(work), settings=settings_in_force(work))


def method_of(work: UnitOfWork, assessment: Assessment) -> GradingMethod | None:
    """The method with the very rules an assessment was made with.

    None where they are not known, as of a declared level.
    """
    versions: dict[str, Mapping[str, Any]] = {
        profile.version: profile.content
        for profile in work.rule_profiles.versions(assessment.method)
    }
    if assessment.method in SHIPPED:
        shipped = shipped_profile(assessment.method)
        versions.setdefault(str(shipped["version"]), shipped)
    content = versions.get(assessment.method_version)
    return load_method(content) if content is not None else None
