"""One remediation task of a hazard, and what was done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.i18n import N_

NO_DETAIL: Mapping[str, AttributeValue | None] = MappingProxyType({})


class TaskState(StrEnum):
    """Where a task stands (DOMAIN §6.1)."""

    REGISTERED = "registered"
    ASSESSED = "assessed"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED = "closed"
    MONITORED = "monitored"
    TRANSFERRED = "transferred"
    VOID = "void"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    TaskState.REGISTERED: N_("已登记"),
    TaskState.ASSESSED: N_("已评估"),
    TaskState.ASSIGNED: N_("已交办"),
    TaskState.RECTIFYING: N_("整改中"),
    TaskState.PENDING: N_("待验收"),
    TaskState.ACCEPTED: N_("验收合格"),
    TaskState.REJECTED: N_("验收退回"),
    TaskState.CLOSED: N_("已销号"),
    TaskState.MONITORED: N_("长期监控"),
    TaskState.TRANSFERRED: N_("已移交"),
    TaskState.VOID: N_("已撤销"),
}


class Supervision(StrEnum):
    """Who keeps a task under public supervision (挂牌督办)."""

    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"

    @property
    def label(self) -> str:
        """乡镇级, 县级, 市级, 省级."""
        return _SUPERVISION_LABELS[self]


_SUPERVISION_LABELS = {
    Supervision.TOWNSHIP: N_("乡镇级"),
    Supervision.COUNTY: N_("县级"),
    Supervision.CITY: N_("市级"),
    Supervision.PROVINCE: N_("省级"),
}


class EventKind(StrEnum):
    """What an entry in the history of a task tells."""

    CREATE = "create"
    EDIT = "edit"
    MOVE = "move"
    NOTE = "note"
    RECEIPT = "receipt"
    REMOVE = "remove"
    RESTORE = "restore"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    EventKind.CREATE: N_("登记"),
    EventKind.EDIT: N_("修改"),
    EventKind.MOVE: N_("办理"),
    EventKind.NOTE: N_("进展"),
    EventKind.RECEIPT: N_("签收"),
    EventKind.REMOVE: N_("删除"),
    EventKind.RESTORE: N_("恢复"),
}


class PhotoStage(StrEnum):
    """What a file of a task shows."""

    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"
    DOCUMENT = "document"  # made by the office itself: no evidence of anything

    @property
    def label(self) -> str:
        """整改前, 整改后, 其他材料, 文书."""
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    PhotoStage.BEFORE: N_("整改前"),
    PhotoStage.AFTER: N_("整改后"),
    PhotoStage.OTHER: N_("其他材料"),
    PhotoStage.DOCUMENT: N_("文书"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediationTask:
    """What is to be done about one problem of a hazard.

    Attributes:
        number: 整改编号 ``{division}-ZG-{yyyy}-{seq}``; "" until the register gave one.
        batch_id: Of the import that brought it; None where it was made here.
        since: Day of the last move; later moves cannot be before it.
        problem: 隐患描述.
        basis: 判定依据.
        grade: 隐患等级; None until the problem was assessed.
        measures: 整改措施.
        funds: 整改资金, 万元.
        fund_source: 资金来源.
        owner_unit: 责任单位.
        owner: 整改责任人; personal data, never public, like `phone`, `deputy` and `acceptor`.
        regulator: 监管部门.
        contingency: 防范措施、应急预案 until it is done.
        supervision: None where nobody supervises it.
        supervision_no: Number of the 督办 document.
        suspended: 停产停用 is in force.
        percent: Progress as last reported.
        progress: The last progress report.
        extension_to: Deadline asked for and not yet decided on.
        receiver: Department it was handed to.
        state: The only word on where it stands; lateness is derived from a day, never stored.
        revision: Optimistic-lock counter; 0 until first saved.
        deleted_at: Set on soft delete.
    """

    id: UUID
    hazard_id: UUID
    number: str = ""
    batch_id: UUID | None = None
    state: TaskState = TaskState.REGISTERED
    since: date
    registered_on: date
    problem: str = ""
    basis: str = ""
    grade: HiddenDangerGrade | None = None
    measures: str = ""
    funds: float | None = None
    fund_source: str = ""
    owner_unit: str = ""
    owner: str = ""
    phone: str = ""
    deputy: str = ""
    regulator: str = ""
    deadline: date | None = None
    contingency: str = ""
    supervision: Supervision | None = None
    supervision_no: str = ""
    suspended: bool = False
    percent: int = 0
    progress: str = ""
    assigned_on: date | None = None
    started_on: date | None = None
    done_on: date | None = None
    accepted_on: date | None = None
    closed_on: date | None = None
    acceptor: str = ""
    opinion: str = ""
    extension_to: date | None = None
    extension_reason: str = ""
    receiver: str = ""
    remark: str = ""
    revision: int = 0
    created_at: datetime | None = None
    created_by: str = ""
    updated_at: datetime | None = None
    updated_by: str = ""
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent:
    """One entry in the history of a task; never changed, only followed by another.

    Attributes:
        move: Key of the move, "" for other entries.
        before: State before.
        after: State after.
        on: The day it happened, as told; `recorded_at` is when it was entered.
        percent: Progress told, None where none was.
        text: Note, reason or opinion.
        detail: What was given or changed, field key → value.
    """

    id: UUID
    task_id: UUID
    kind: EventKind
    move: str = ""
    before: TaskState
    after: TaskState
    on: date
    percent: int | None = None
    text: str = ""
    detail: Mapping[str, AttributeValue | None] = field(default_factory=lambda: NO_DETAIL)
    recorded_at: datetime | None = None
    recorded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A photo or file of a task; its content is kept once in the register.

    Attributes:
        sha256: Of the content, hexadecimal.
        thumbnail: A small JPEG; empty for what is no picture.
        removed_at: Set when it was taken off; the history still shows it.
    """

    id: UUID
    task_id: UUID
    stage: PhotoStage
    name: str
    sha256: str
    media_type: str
    size: int
    thumbnail: bytes = field(repr=False)
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None
    removed_by: str = ""
