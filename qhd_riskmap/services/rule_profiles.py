"""The office's own rules: exported, rehearsed on every graded hazard, adopted; old versions stay."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.assessment_settings import SETTINGS, read_settings
from qhd_riskmap.domain.grading.method import (
    SHIPPED,
    GradingMethod,
    load_method,
    method,
    shipped_profile,
)
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.inspection.checklist import CHECKLISTS, read_checklists
from qhd_riskmap.domain.inspection.schedule import INSPECTION_RULES, read_inspection_rules
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.remediation.document_rules import DOCUMENTS, read_document_rules
from qhd_riskmap.domain.worksheet import Occasion, Worksheet, next_review
from qhd_riskmap.domain.zone_rules import ZONE_RULES, read_zone_rules
from qhd_riskmap.errors import InvalidInputError, RiskMapError, UnreadableFileError
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules
from qhd_riskmap.services.assessment import methods_in_force, settings_in_force
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import QUIET_JOB, JobContext
from qhd_riskmap.services.reach_rehearsal import ReachRehearsal, rehearse_reach
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.rule_profile_repository import RuleProfile
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_LARGEST_FILE: Final = 2_000_000
# Rules that grade nothing: key, which is the name of the shipped file, and what reads them.
PLAIN_RULES: Final[Mapping[str, Callable[[object], object]]] = {
    SETTINGS: read_settings,
    ZONE_RULES: read_zone_rules,
    INSPECTION_RULES: read_inspection_rules,
    CHECKLISTS: read_checklists,
    DOCUMENTS: read_document_rules,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedHazard:
    """What a changed profile would make of one hazard.

    Attributes:
        before: Level by the newest assessment.
        after: Level by the changed profile; None where it would give none.
        why: The new conclusion, or why there is none.
    """

    hazard: Hazard
    assessment: Assessment
    before: RiskLevel
    after: RiskLevel | None
    band: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A profile tried on all hazards graded by its method.

    Attributes:
        examined: How many hazards were graded again.
        changed: Those whose colour would change.
    """

    key: str
    label: str
    examined: int
    changed: tuple[RehearsedHazard, ...]


class RuleProfileService:
    """Use cases of rule profiles, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def in_force(self) -> dict[str, GradingMethod]:
        """The methods with the rules in force."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return dict(methods_in_force(work))

    def content(self, key: str) -> dict[str, Any]:
        """The profile in force, to be changed and given back.

        Raises:
            NotFoundError: No such method.
        """
        self._actor.require(Permission.READ)
        shipped = shipped_rules(key)
        with self._register.unit_of_work() as work:
            own = work.rule_profiles.in_force().get(key)
        return json.loads(json.dumps(dict(own.content if own else shipped)))  # type: ignore[no-any-return]

    def versions(self, key: str) -> list[RuleProfile]:
        """All versions, the shipped one first."""
        self._actor.require(Permission.READ)
        shipped = shipped_rules(key)
        first = RuleProfile(key=key, version=str(shipped["version"]), content=shipped)
        with self._register.unit_of_work() as work:
            return [first, *work.rule_profiles.versions(key)]

    def export(self, key: str, path: Path) -> None:
        """Write the profile in force as a file that can be edited.

        Raises:
            OutputFileError: The file cannot be written.
        """
        text = json.dumps(self.content(key), ensure_ascii=False, indent=2)
        with replacing(path) as unfinished:
            unfinished.write_text(text + "\n", encoding="utf-8")

    def rehearse(self, profile: Mapping[str, Any], job: JobContext = QUIET_JOB) -> Rehearsal:
        """Grade every hazard of the method again, with a changed profile; nothing is stored.

        Raises:
            InvalidInputError: The profile cannot be used.
            JobCancelledError: The officer stopped it.
        """
        self._actor.require(Permission.READ)
        grading = checked(profile)
        with self._register.unit_of_work() as work:
            assessed = _assessed(work, grading.key)
        return _rehearsed(grading, assessed, job)

    def rehearse_reach(self, profile: Mapping[str, Any]) -> ReachRehearsal:
        """Whose effect zone, people inside or day of review changed settings or zones would change.

        Raises:
            InvalidInputError: The profile is of neither, or cannot be used.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return rehearse_reach(work, profile)

    def adopt(
        self, profile: Mapping[str, Any], *, reason: str, on: date, regrade: bool = False
    ) -> tuple[str, Changes]:
        """Put a profile in force; the version it got. Assessments keep the version they were made with.

        Args:
            profile: Checked again; its version is given by the register.
            reason: Why, for whoever asks later.
            on: Day of the new assessments.
            regrade: Assess again every hazard whose colour changes.

        Raises:
            InvalidInputError: The profile cannot be used, is the one in force, or lacks a reason.
        """
        self._actor.require(Permission.ADMINISTER)
        key = checked_key(profile)
        if not reason.strip():
            raise InvalidInputError(_("启用新规则须写明理由。"))
        if regrade:
            self._actor.require(Permission.ASSESS)
        shipped = shipped_rules(key)
        with self._register.unit_of_work() as work:
            work.lock()
            earlier = work.rule_profiles.versions(key)
            present = earlier[-1].content if earlier else shipped
            if _without_version(present) == _without_version(profile):
                raise InvalidInputError(_("规则与现行的相同，没有可启用的。"))
            version = f"{shipped['version']}+{len(earlier) + 1}"
            stored = {**profile, "version": version}
            work.rule_profiles.add(
                RuleProfile(key=key, version=version, content=stored, reason=reason.strip()),
                self._actor,
            )
            ids: tuple[UUID, ...] = ()
            if regrade and key in SHIPPED:
                ids = self._regrade(work, load_method(stored), on)
            work.commit()
        return version, Changes(rules=True, hazards=bool(ids), hazard_ids=ids)

    def _regrade(self, work: UnitOfWork, grading: GradingMethod, on: date) -> tuple[UUID, ...]:
        """Grade what stands in the register now: nobody else writes while it is locked."""
        rehearsal = _rehearsed(grading, _assessed(work, grading.key))
        months = settings_in_force(work).review_months
        ids = []
        for each in rehearsal.changed:
            if each.after is None:
                continue
            result = grading.grade(each.assessment.inputs)
            work.assessments.add(
                replace(
                    each.assessment, id=uuid4(), method_version=grading.version, score=result.score,
                    level=each.after, reasons=result.reasons, assessor=self._actor.name,
                    assessed_on=on, residual_level=None,
                    next_review=next_review(each.after, on, months),
                    worksheet=Worksheet(
                        occasion=Occasion.CHANGED, band=result.band,
                        opinion=_("评估规则变更为 {version} 版。").format(version=grading.version),
                        evidence=each.assessment.worksheet.evidence,
                    ),
                ),
                self._actor,
            )  # fmt: skip
            ids.append(each.hazard.id)
        return tuple(ids)


def read_profile_file(path: Path) -> dict[str, Any]:
    """A profile from a file.

    Raises:
        UnreadableFileError: It is no JSON object, or far too large for one.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UnreadableFileError(_("{name} 太大，不是评估规则。").format(name=path.name))
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableFileError(
            _("读不懂评估规则文件 {name}。").format(name=path.name),
            hint=_("请用“导出规则”得到的 JSON 文件修改。"),
            detail=str(error),
        ) from error
    if not isinstance(raw, dict):
        raise UnreadableFileError(_("{name} 不是评估规则。").format(name=path.name))
    return raw


def checked(profile: Mapping[str, Any]) -> GradingMethod:
    """The method a profile describes; it must be one of ours and of the same kind.

    Raises:
        InvalidInputError: It cannot be used.
    """
    grading = load_method(profile)
    if grading.key not in SHIPPED:
        raise InvalidInputError(
            _("没有“{key}”这种评估方法。").format(key=grading.key[:40]),
            hint=_("可用：{keys}。").format(keys="、".join(SHIPPED)),
        )
    shipped = shipped_profile(grading.key)
    if profile["kind"] != shipped["kind"]:
        raise InvalidInputError(_("“{key}”不能改为另一种方法。").format(key=grading.key))
    return grading


def checked_key(profile: Mapping[str, Any]) -> str:
    """The key of a profile that can be adopted: of a method, the settings, the rules of inspections.

    Raises:
        InvalidInputError: It cannot be used.
    """
    key = str(profile.get("key"))
    if key in PLAIN_RULES:
        PLAIN_RULES[key](profile)
        return key
    return checked(profile).key


def shipped_rules(key: str) -> Mapping[str, Any]:
    """A method's profile, the settings or the rules of inspections, as they came with the program.

    Raises:
        NotFoundError: There are none of this key.
    """
    if key in PLAIN_RULES:
        raw: Mapping[str, Any] = rules(key)
        return raw
    method(key)
    return shipped_profile(key)


def _without_version(profile: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in profile.items() if key != "version"}


def _assessed(work: UnitOfWork, key: str) -> list[tuple[Hazard, Assessment]]:
    """The hazards whose newest assessment is of a method, deleted ones left out."""
    own = [a for a in work.assessments.newest().values() if a.method == key]
    hazards = {h.id: h for h in work.hazards.find()} if own else {}
    return [(hazards[a.hazard_id], a) for a in own if a.hazard_id in hazards]


def _rehearsed(
    grading: GradingMethod,
    assessed: list[tuple[Hazard, Assessment]],
    job: JobContext = QUIET_JOB,
) -> Rehearsal:
    changed = []
    for number, (hazard, assessment) in enumerate(assessed):
        job.advance(number, len(assessed))
        found = _again(grading, hazard, assessment)
        if found.after is not found.before:
            changed.append(found)
    changed.sort(key=lambda each: each.hazard.code)
    return Rehearsal(
        key=grading.key, label=grading.label, examined=len(assessed), changed=tuple(changed)
    )


def _again(grading: GradingMethod, hazard: Hazard, assessment: Assessment) -> RehearsedHazard:
    try:
        result = grading.grade(assessment.inputs)
    except RiskMapError as error:
        return RehearsedHazard(
            hazard=hazard, assessment=assessment, before=assessment.level, after=None, band="",
            why=error.message,
        )  # fmt: skip
    return RehearsedHazard(
        hazard=hazard, assessment=assessment, before=assessment.level, after=result.level,
        band=result.band, why=result.reasons[-1],
    )  # fmt: skip


def changed_ids(rehearsal: Rehearsal) -> list[str]:
    """The hazards that would change colour, for list and map."""
    return [str(each.hazard.id) for each in rehearsal.changed]
