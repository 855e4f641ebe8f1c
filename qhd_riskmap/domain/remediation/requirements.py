"""What a move needs, each with the Chinese sentence that says what is missing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.levels import HiddenDangerGrade, RiskLevel
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.i18n import N_, _

_STRICT_LEVELS: Final = frozenset({RiskLevel.RED, RiskLevel.ORANGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What lies outside the task and decides with it.

    Attributes:
        today: A move cannot be in the future.
        evidence: Photos and files the task has.
        level: Risk level of its hazard.
    """

    today: date
    evidence: int = 0
    level: RiskLevel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A task as it would be, and what was given for it.

    Attributes:
        task: With the values of the move filled in.
        values: What was given.
        on: Day of the move.
    """

    task: RemediationTask
    values: Mapping[str, AttributeValue | None]
    on: date
    around: Circumstances

    def text(self, key: str) -> str:
        """A text that was given, without blanks around it."""
        return str(self.values.get(key) or "").strip()


Requirement = Callable[[Proposal], str]


def is_strict(task: RemediationTask, level: RiskLevel | None) -> bool:
    """Whether all of 五落实 must be there: 重大事故隐患, or a hazard of 重大 or 较大 risk."""
    return task.grade is HiddenDangerGrade.MAJOR or level in _STRICT_LEVELS


def five_missing(task: RemediationTask) -> tuple[str, ...]:
    """What of 五落实 (责任、措施、资金、时限、预案) is missing, as Chinese words."""
    have = {
        N_("责任（责任单位和责任人）"): task.owner_unit and task.owner,
        N_("措施（整改措施）"): task.measures,
        N_("资金（数额和来源，不需要的写 0 和“无需资金”）"): task.funds is not None
        and task.fund_source,
        N_("时限（整改时限）"): task.deadline,
        N_("预案（防范措施和应急预案）"): task.contingency,
    }
    return tuple(_(words) for words, found in have.items() if not found)


def same_person(first: str, second: str) -> bool:
    """Whether two names are one person's, however they are spaced."""
    return bool(first.strip()) and _folded(first) == _folded(second)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _blank(key: str, message: str) -> Requirement:
    return lambda p: "" if getattr(p.task, key) not in {"", None} else _(message)


def _owner(p: Proposal) -> str:
    return "" if p.task.owner_unit and p.task.owner else _("请填写责任单位和整改责任人。")


def _deadline(p: Proposal) -> str:
    if p.task.deadline is None:
        return _("请填写整改时限。")
    if p.task.deadline < p.on:
        return _("整改时限 {deadline} 早于办理日期 {on}。").format(
            deadline=p.task.deadline.isoformat(), on=p.on.isoformat()
        )
    return ""


def _five(p: Proposal) -> str:
    if not is_strict(p.task, p.around.level):
        return ""
    missing = five_missing(p.task)
    if not missing:
        return ""
    return _("重大、较大隐患须“五落实”，还缺：{missing}。").format(missing="；".join(missing))


def _done_on(p: Proposal) -> str:
    done, started = p.task.done_on, p.task.started_on
    if done is None:
        return _("请填写实际完成时间。")
    if done > p.on:
        return _("实际完成时间 {done} 晚于申请日期 {on}。").format(
            done=done.isoformat(), on=p.on.isoformat()
        )
    if started is not None and done < started:
        return _("实际完成时间 {done} 早于开始整改的 {started}。").format(
            done=done.isoformat(), started=started.isoformat()
        )
    return ""


def _acceptor(p: Proposal) -> str:
    if not p.task.acceptor:
        return _("请填写验收人。")
    if same_person(p.task.acceptor, p.task.owner):
        return _("验收人不能是整改责任人“{owner}”本人。").format(owner=p.task.owner)
    return ""


def _evidence(p: Proposal) -> str:
    if p.around.evidence > 0:
        return ""
    return _("还没有整改前或整改后的照片、材料，请先添加。")


def _later_deadline(p: Proposal) -> str:
    wanted, deadline = p.task.extension_to, p.task.deadline
    if wanted is None:
        return _("请填写延期至哪一天。")
    if deadline is not None and wanted <= deadline:
        return _("延期后的时限 {wanted} 不晚于现在的时限 {deadline}。").format(
            wanted=wanted.isoformat(), deadline=deadline.isoformat()
        )
    if wanted < p.on:
        return _("延期后的时限 {wanted} 早于办理日期 {on}。").format(
            wanted=wanted.isoformat(), on=p.on.isoformat()
        )
    return "" if p.task.extension_reason else _("请填写延期理由。")


def _approver(p: Proposal) -> str:
    name = p.text("approver")
    if not name:
        return _("请填写批准人。")
    if same_person(name, p.task.owner):
        return _("批准人不能是整改责任人“{owner}”本人。").format(owner=p.task.owner)
    return ""


REQUIREMENTS: Final[Mapping[str, Requirement]] = MappingProxyType(
    {
        "problem": _blank("problem", N_("请填写隐患描述。")),
        "grade": _blank("grade", N_("请选择隐患等级。")),
        "owner": _owner,
        "deadline": _deadline,
        "measures": _blank("measures", N_("请填写整改措施。")),
        "five": _five,
        "done_on": _done_on,
        "progress": _blank("progress", N_("请填写整改情况。")),
        "evidence": _evidence,
        "acceptor": _acceptor,
        "opinion": _blank("opinion", N_("请填写验收意见。")),
        "later_deadline": _later_deadline,
        "extension_open": lambda p: (
            "" if p.task.extension_to is not None else _("没有待批的延期申请。")
        ),
        "approver": _approver,
        "supervision": _blank("supervision", N_("请选择督办级别。")),
        "supervised": _blank("supervision", N_("没有挂牌督办，不必解除。")),
        "running": lambda p: (
            _("停产停用还没有解除；须先经审查同意恢复。") if p.task.suspended else ""
        ),
        "halted": lambda p: "" if p.task.suspended else _("没有停产停用，不必恢复。"),
        "contingency": _blank("contingency", N_("请填写防范措施和应急预案。")),
        "receiver": _blank("receiver", N_("请填写接收部门。")),
        "reason": lambda p: "" if p.text("reason") else _("请填写理由。"),
    }
)
