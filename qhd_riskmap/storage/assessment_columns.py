"""Assessments by column, of hazards that are registered in the same step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qhd_riskmap.domain.hazard import Assessment, AttributeValue
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.storage.hazard_columns import StoredHazards
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.many_rows import fixed_columns

# Method, version, inputs, score, level and reasons as table ``assessment`` holds them.
GradeValues = tuple[str, str, str, float | None, int, str]
GRADES = ("method", "method_version", "inputs", "score", "level", "reasons")
_RANK = GRADES.index("level")


def grade_values(
    *,
    method: str,
    version: str,
    inputs: Mapping[str, AttributeValue],
    score: float | None,
    level: RiskLevel,
    reasons: Sequence[str],
) -> GradeValues:
    """What was found, as it is stored; thousands of rows of a sheet share one."""
    return method, version, to_json(dict(inputs)), score, level.rank, to_json(list(reasons))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssessmentColumns:
    """Assessments of hazards about to be registered.

    Attributes:
        rows: Index of each assessment's hazard, ascending; the last of a hazard gives its level.
        ids: UUID texts.
        grades: What was found.
        days: ISO days.
        assessor: Who says so.
    """

    rows: Sequence[int]
    ids: Sequence[str]
    grades: Sequence[GradeValues]
    days: Sequence[str]
    assessor: str

    def __len__(self) -> int:
        return len(self.rows)

    def written(self, first_fid: int, start: int, stop: int) -> dict[str, Sequence[Any]]:
        """The columns of table ``assessment`` of the rows from ``start`` up to ``stop``."""
        part = slice(start, stop)
        return {
            "id": self.ids[part],
            "hazard_fid": [first_fid + row for row in self.rows[part]],
            **dict(zip(GRADES, zip(*self.grades[part], strict=True), strict=True)),
            "assessed_on": self.days[part],
        }

    def fixed(self) -> dict[str, str]:
        """SQL literals of the columns that are the same in all rows."""
        grades = zip(*{id(grade): grade for grade in self.grades}.values(), strict=True)
        found = dict(zip(GRADES, grades, strict=True))
        return fixed_columns({**found, "assessor": (self.assessor,)})

    def require_levels(self, hazards: StoredHazards) -> None:
        """Refuse grades that the hazards do not carry as their level.

        Raises:
            ValueError: One differs.
        """
        levels = hazards.columns.facts["level"]
        last = dict(zip(self.rows, self.grades, strict=True))
        if any(levels[row] != grade[_RANK] for row, grade in last.items()):
            raise ValueError("a hazard does not carry the level of its last assessment")


def columns_of(assessments: Sequence[tuple[int, Assessment]]) -> AssessmentColumns:
    """The columns of single assessments, each with the index of its hazard.

    Raises:
        ValueError: They are of several assessors.
    """
    assessors = {item.assessor for _row, item in assessments}
    if len(assessors) > 1:
        raise ValueError("assessments of several people")
    return AssessmentColumns(
        rows=[row for row, _item in assessments],
        ids=[str(item.id) for _row, item in assessments],
        grades=[
            grade_values(
                method=item.method,
                version=item.method_version,
                inputs=item.inputs,
                score=item.score,
                level=item.level,
                reasons=item.reasons,
            )
            for _row, item in assessments
        ],
        days=[item.assessed_on.isoformat() for _row, item in assessments],
        assessor=assessors.pop() if assessors else "",
    )
