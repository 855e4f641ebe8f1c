"""What the remediation columns of a sheet prove about a task: its facts and the state they reach.

A state is believed when its own columns stand and agree with each other; a date of closing alone closes
nothing. Nothing is filled in that no column says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.levels import parse_hidden_danger_grade
from qhd_riskmap.domain.remediation.requirements import same_person
from qhd_riskmap.domain.remediation.task import RemediationTask, Supervision, TaskState
from qhd_riskmap.i18n import _

# Sheets say these of work that is finished, not begun, or refused; longer words are looked for first.
_NOT_BEGUN: Final = ("未整改", "尚未", "未开始", "未开工", "没有整改", "拟整改", "计划整改")
_UNDONE: Final = ("未完成", "未完工", "未验收", "部分完成", "基本完成", "正在", "整改中")
_DONE: Final = (
    "已完成",
    "已整改",
    "整改完成",
    "整改完毕",
    "已整治",
    "已治理",
    "已消除",
    "完工",
    "治理完成",
)
_REFUSED: Final = ("不合格", "未通过", "不通过", "退回", "不同意")
_ACCEPTED: Final = ("合格", "通过", "同意销号", "同意")
_NOT_SUPERVISED: Final = frozenset({"否", "无", "不是", "未", "未挂牌", "没有", "×"})
_LEVELS: Final = (
    ("省", Supervision.PROVINCE),
    ("市", Supervision.CITY),
    ("县", Supervision.COUNTY),
    ("区", Supervision.COUNTY),
    ("乡", Supervision.TOWNSHIP),
    ("镇", Supervision.TOWNSHIP),
)
_DOCUMENT: Final = re.compile(r"\S*[〔\[(（【]\d{4}[〕\])）】]\s*第?\s*\d+\s*号")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRemedy:
    """The remediation columns of one row, read but not yet believed.

    Attributes:
        facts: Texts and numbers by field of a task.
        days: Days by field: ``deadline``, ``done_on``, ``accepted_on``, ``closed_on``.
        found_on: When the problem was found; the day of the import where the row does not say.
        grade: What the column of grades says.
        supervise: What the column of supervision says.
    """

    facts: Mapping[str, AttributeValue]
    days: Mapping[str, date]
    found_on: date
    grade: str = ""
    supervise: str = ""

    def text(self, key: str) -> str:
        """A text, "" where there is none."""
        return str(self.facts.get(key, ""))

    @property
    def claims(self) -> bool:
        """Whether the row says anything that has to be proven."""
        return bool(
            self.supervise
            or self.text("opinion")
            or "accepted_on" in self.days
            or "closed_on" in self.days
        )

    @property
    def identity(self) -> str:
        """By which the task of a hazard is known again: what is wrong, and what is to be done."""
        whole = "\x1f".join("".join(self.text(key).split()) for key in ("problem", "measures"))
        return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenTask:
    """A task as a row proves it.

    Attributes:
        doubts: What the row claims and does not prove, one Chinese sentence each.
        source: `SheetRemedy.identity`.
    """

    task: RemediationTask
    doubts: tuple[str, ...]
    source: str


def claims_supervision(text: str) -> bool:
    """Whether a cell of the column of supervision says that there is any."""
    tidy = "".join(text.split())
    return bool(tidy) and tidy not in _NOT_SUPERVISED


def proven_task(remedy: SheetRemedy, hazard_id: UUID) -> ProvenTask:
    """The task of a hazard that a row proves."""
    doubts: list[str] = []
    found = remedy.found_on
    supervision, number, doubt = _supervision(remedy.supervise)
    if doubt:
        doubts.append(doubt)
    given: dict[str, Any] = {**remedy.facts, **remedy.days}
    task = RemediationTask(
        id=uuid4(),
        hazard_id=hazard_id,
        since=found,
        registered_on=found,
        grade=parse_hidden_danger_grade(remedy.grade) if remedy.grade else None,
        supervision=supervision,
        supervision_no=number,
        **given,
    )
    state = _proven_state(task, doubts)
    closed = task.closed_on if state is TaskState.CLOSED else None
    accepted = task.accepted_on if state in {TaskState.ACCEPTED, TaskState.CLOSED} else None
    known = (found, task.done_on, accepted, closed)
    proven = replace(
        task,
        state=state,
        percent=100 if _work_is_done(task) else 0,
        accepted_on=accepted,
        closed_on=closed,
        since=max(day for day in known if day is not None),
    )
    return ProvenTask(task=proven, doubts=tuple(doubts), source=remedy.identity)


def _proven_state(task: RemediationTask, doubts: list[str]) -> TaskState:
    if task.closed_on is not None:
        missing = _acceptance_missing(task) or _order_missing(task)
        if not missing:
            return TaskState.CLOSED
        doubts.append(_("写了销号日期，但{missing}，没有按销号登记。").format(missing=missing))
    if _claims_acceptance(task):
        if _says(task.opinion, _REFUSED):
            return TaskState.REJECTED if task.acceptor else _up_to_work(task)
        missing = _acceptance_missing(task)
        if not missing:
            return TaskState.ACCEPTED
        if task.closed_on is None:
            doubts.append(_("写了验收，但{missing}，没有按验收合格登记。").format(missing=missing))
    return _up_to_work(task)


def _up_to_work(task: RemediationTask) -> TaskState:
    if _work_is_done(task):
        return TaskState.PENDING
    handed_out = bool(task.owner_unit or task.owner) and task.deadline is not None
    if task.progress and not _says(task.progress, _NOT_BEGUN):
        return TaskState.RECTIFYING
    if handed_out:
        return TaskState.ASSIGNED
    return TaskState.ASSESSED if task.grade is not None and task.problem else TaskState.REGISTERED


def _work_is_done(task: RemediationTask) -> bool:
    if task.done_on is not None:
        return True
    if _says(task.progress, _NOT_BEGUN) or _says(task.progress, _UNDONE):
        return False
    return _says(task.progress, _DONE)


def _claims_acceptance(task: RemediationTask) -> bool:
    return task.accepted_on is not None or bool(task.opinion)


def _acceptance_missing(task: RemediationTask) -> str:
    """What of an acceptance the columns do not prove; "" for nothing."""
    done, accepted = task.done_on, task.accepted_on
    refused = _says(task.opinion, _REFUSED) or not _says(task.opinion, _ACCEPTED)
    checks = (
        (not task.acceptor, _("没有验收人")),
        (same_person(task.acceptor, task.owner), _("验收人就是整改责任人")),
        (accepted is None, _("没有验收时间")),
        (refused, _("验收意见不是合格")),
        (_before(accepted, done), _("验收时间早于实际完成时间")),
    )
    return "、".join(words for wrong, words in checks if wrong)


def _order_missing(task: RemediationTask) -> str:
    early = _before(task.closed_on, task.accepted_on)
    return _("销号日期早于验收时间") if early else ""


def _before(day: date | None, other: date | None) -> bool:
    return day is not None and other is not None and day < other


def _says(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _supervision(text: str) -> tuple[Supervision | None, str, str]:
    """Level, number of the document, and what is open."""
    if not claims_supervision(text):
        return None, "", ""
    document = _DOCUMENT.search(text)
    number = document[0].strip() if document else ""
    rest = "".join(text.split()).replace("".join(number.split()), "")
    level = next((level for word, level in _LEVELS if word in rest), None)
    if level is not None:
        return level, number, ""
    return (
        None,
        number,
        _("督办写的是“{text}”，没有写明级别，请在整改页补填。").format(text=text[:40]),
    )
