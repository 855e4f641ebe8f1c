"""Levels that come in a sheet: declared, or graded from the factor columns of LS and LEC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self
from uuid import UUID

from qhd_riskmap.domain.grading.method import DECLARED, method
from qhd_riskmap.domain.hazard import Assessment, AttributeValue
from qhd_riskmap.domain.levels import RiskLevel, parse_risk_level
from qhd_riskmap.domain.schema import Issue
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import warning
from qhd_riskmap.storage.assessment_columns import GradeValues, grade_values

FACTORS: Final[Mapping[str, Mapping[str, str]]] = {
    "ls": {"L": "ls_l", "S": "ls_s"},
    "lec": {"L": "lec_l", "E": "lec_e", "C": "lec_c"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetGrade:
    """A level found in a row, not yet bound to a hazard."""

    method: str
    version: str
    inputs: Mapping[str, AttributeValue]
    score: float | None
    level: RiskLevel
    reasons: tuple[str, ...]

    def bound(self, hazard_id: UUID, assessor: str, day: date, key: UUID) -> Assessment:
        """The assessment of a hazard, with identity ``key``."""
        return Assessment(
            id=key,
            hazard_id=hazard_id,
            method=self.method,
            method_version=self.version,
            inputs=self.inputs,
            score=self.score,
            level=self.level,
            reasons=self.reasons,
            assessor=assessor,
            assessed_on=day,
        )

    def values(self) -> GradeValues:
        """The grade as it is stored."""
        return grade_values(
            method=self.method,
            version=self.version,
            inputs=self.inputs,
            score=self.score,
            level=self.level,
            reasons=self.reasons,
        )

    @classmethod
    def found_in(cls, assessment: Assessment) -> Self:
        """The grade an assessment gives."""
        return cls(
            method=assessment.method,
            version=assessment.method_version,
            inputs=assessment.inputs,
            score=assessment.score,
            level=assessment.level,
            reasons=assessment.reasons,
        )


def grades(
    declared: str | None, factors: Mapping[str, AttributeValue], report: Callable[[Issue], None]
) -> tuple[SheetGrade, ...]:
    """The grades of one row, the one that counts last: what the department declared.

    Args:
        declared: Text of the 风险等级 column.
        factors: Factor values by field key.
        report: Takes what cannot be graded, and grades that differ.
    """
    found = [
        grade
        for key, columns in FACTORS.items()
        if (grade := _graded(key, columns, factors, report)) is not None
    ]
    if declared is not None:
        level = parse_risk_level(declared)
        if level is None:
            message = _("不认识风险等级“{text}”，请写重大、较大、一般、低风险或红橙黄蓝。")
            report(warning("risk_level", "unknown-level", message.format(text=declared[:40])))
        else:
            _compare(found, level, report)
            found.append(
                SheetGrade(
                    method=DECLARED,
                    version=taxonomy().version,
                    inputs={},
                    score=None,
                    level=level,
                    reasons=(_("表中填报：{text}").format(text=declared),),
                )
            )
    return tuple(found)


def _graded(
    key: str,
    columns: Mapping[str, str],
    factors: Mapping[str, AttributeValue],
    report: Callable[[Issue], None],
) -> SheetGrade | None:
    inputs = {
        factor: float(factors[column]) for factor, column in columns.items() if column in factors
    }
    if not inputs:
        return None
    try:
        result = method(key).grade(inputs)
    except InvalidInputError as problem:
        report(warning(next(iter(columns.values())), "not-graded", str(problem)))
        return None
    if result.level is None:  # LS and LEC always give one
        return None
    return SheetGrade(
        method=key,
        version=method(key).version,
        inputs=dict(result.inputs),
        score=result.score,
        level=result.level,
        reasons=result.reasons,
    )


def _compare(found: list[SheetGrade], level: RiskLevel, report: Callable[[Issue], None]) -> None:
    for grade in found:
        if grade.level is not level:
            message = _("填报的等级是{declared}，按{method}评估应为{graded}，以填报为准，请核对。")
            text = message.format(
                declared=_(level.label),
                method=_(method(grade.method).label),
                graded=_(grade.level.label),
            )
            report(warning("risk_level", "level-differs", text))
