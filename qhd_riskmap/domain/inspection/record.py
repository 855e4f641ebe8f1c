"""One inspection of a hazard, as it was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _

NOT_STORED: Final = UUID(int=0)


class InspectionResult(StrEnum):
    """What came of it; who could not get there has not inspected."""

    NORMAL = "normal"
    PROBLEMS = "problems"
    UNREACHED = "unreached"

    @property
    def label(self) -> str:
        """正常, 发现问题, 未能到达."""
        return _RESULT_LABELS[self]


_RESULT_LABELS = {
    InspectionResult.NORMAL: N_("正常"),
    InspectionResult.PROBLEMS: N_("发现问题"),
    InspectionResult.UNREACHED: N_("未能到达"),
}


class Verdict(StrEnum):
    """What was found of one question of a check list."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        """合格, 不合格, 不适用."""
        return _VERDICT_LABELS[self]


_VERDICT_LABELS = {
    Verdict.PASS: N_("合格"),
    Verdict.FAIL: N_("不合格"),
    Verdict.NOT_APPLICABLE: N_("不适用"),
}


class InspectionFileKind(StrEnum):
    """What a file shows."""

    PHOTO = "photo"
    SCAN = "scan"

    @property
    def label(self) -> str:
        """照片, 扫描件."""
        return N_("照片") if self is InspectionFileKind.PHOTO else N_("扫描件")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question.

    Attributes:
        key: Of the question in its check list.
        question: Its words at the time; the list may change later.
        note: What the inspector wrote beside it.
    """

    key: str
    question: str
    verdict: Verdict
    note: str = ""

    @property
    def problem(self) -> str:
        """The answer as the problem of a remediation task."""
        return f"{self.question}：{self.note}" if self.note else self.question


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem that becomes a remediation task.

    Attributes:
        problem: Its words.
        basis: Clause it offends, "" where nobody said.
        question: Key of the question that it answers, "" for none.
    """

    problem: str
    basis: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One inspection; never changed.

    Attributes:
        on: The day of it.
        id: Given when it is stored, as is the hazard.
        inspector: Who inspected; personal data, never public.
        note: What else was seen.
        answers: Answers of the check list, as far as it was used.
        checklist: Version of the check list.
        sheet: Identity of the sheet that it was written on, "" for none.
    """

    on: date
    inspector: str
    result: InspectionResult
    id: UUID = NOT_STORED
    hazard_id: UUID = NOT_STORED
    phone: str = ""
    note: str = ""
    answers: tuple[Answer, ...] = ()
    checklist: str = ""
    sheet: str = ""
    recorded_at: datetime | None = None
    recorded_by: str = ""

    @property
    def failed(self) -> tuple[Answer, ...]:
        """The answers that say something is wrong."""
        return tuple(each for each in self.answers if each.verdict is Verdict.FAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTask:
    """The task that a finding became.

    Attributes:
        question: Key of the question that was answered, "" for none.
    """

    task_id: UUID
    number: str
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFile:
    """A photo or a scanned sheet of an inspection.

    Attributes:
        sha256: Of its content, which is stored once.
        removed_at: When it was taken off; None while it is there.
    """

    id: UUID
    inspection_id: UUID
    kind: InspectionFileKind
    name: str
    sha256: str
    media_type: str
    size: int
    thumbnail: bytes = b""
    added_at: datetime | None = None
    added_by: str = ""
    removed_at: datetime | None = None
    removed_by: str = ""


def refuse_contradiction(inspection: Inspection, findings: Sequence[Finding], today: date) -> None:
    """Refuse an inspection that says two things at once.

    Raises:
        InvalidInputError: The day lies ahead, nobody inspected, a finding says nothing, or answers,
            findings and result differ.
    """
    if inspection.on > today:
        raise InvalidInputError(_("日期 {on} 在将来。").format(on=inspection.on.isoformat()))
    if not inspection.inspector or not all(each.problem for each in findings):
        raise InvalidInputError(_("请填写检查人；每个问题都要有文字。"))
    reached = inspection.result is not InspectionResult.UNREACHED
    if inspection.answers and not reached:
        raise InvalidInputError(
            _("未能到达的，不能有检查项目的结论。"), hint=_("请改检查结果，或清空检查项目。")
        )
    wrong = bool(findings or inspection.failed)
    if wrong != (inspection.result is InspectionResult.PROBLEMS):
        raise InvalidInputError(
            _("检查结果“{result}”与问题的数目 {n} 不符。").format(
                result=_(inspection.result.label), n=len(findings) or len(inspection.failed)
            ),
            hint=_("发现问题的逐条写明；正常或未能到达的不写问题。"),
        )
