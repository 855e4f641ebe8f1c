"""The office's documents about remediation tasks (DOMAIN §6.3): kinds, what each needs, numbers, placeholders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.domain.remediation.task import RemediationTask, TaskEvent, TaskState
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.resources import rules

LONGEST_PATTERN: Final = 60
LONGEST_GIVEN: Final = 2000
_SLOT: Final = re.compile(r"\{(\w*)\}")
_JUDGED: Final = frozenset({TaskState.ACCEPTED, TaskState.REJECTED, TaskState.CLOSED})
_PASSED: Final = frozenset({TaskState.ACCEPTED, TaskState.CLOSED})
_DECISIONS: Final = frozenset({"extension_approve", "extension_refuse"})

# What the officer fills in for one document.
GIVEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "officer": N_("执法人员一"), "officer_no": N_("执法人员一证号"),
        "officer2": N_("执法人员二"), "officer2_no": N_("执法人员二证号"),
        "contact": N_("联系人"), "contact_phone": N_("联系电话"), "note": N_("补充内容"),
    }
)  # fmt: skip
# Every placeholder of every document; those of one problem are reached through ``items``.
PLACEHOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": N_("文书名称"), "number": N_("文号，不编号的文书为空"), "year": N_("文号的年份"),
        "ordinal": N_("文号的序号"), "office": N_("本单位"), "day": N_("落款日期"),
        "law": N_("法律依据"), "remedy": N_("救济告知（复议、诉讼）"),
        "unit": N_("责任单位"), "name": N_("隐患名称"), "code": N_("隐患编号"), "type": N_("隐患类型"),
        "level": N_("风险等级"), "county": N_("县区"), "township": N_("乡镇"), "place": N_("地点"),
        "regulator": N_("监管部门"), "count": N_("问题数"), "items": N_("问题清单，用 for 逐项写出"),
        "found_on": N_("发现日期"), "deadline": N_("最晚的整改时限"), "owner": N_("整改责任人"),
        "phone": N_("责任人电话"), "supervision": N_("督办级别"), "receiver": N_("移交部门"),
        "reason": N_("移交、延期的理由"), "decision": N_("延期的决定"), "approver": N_("批准人"),
        "progress": N_("整改情况"), "done_on": N_("实际完成时间"), "acceptor": N_("验收人"),
        "accepted_on": N_("验收时间"), "opinion": N_("验收意见"), "verdict": N_("验收结论"), **GIVEN,
    }
)  # fmt: skip
ITEM_PLACEHOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "at": N_("序号"), "number": N_("整改编号"), "problem": N_("隐患描述"), "basis": N_("判定依据"),
        "grade": N_("隐患等级"), "measures": N_("整改措施"), "funds": N_("整改资金"),
        "fund_source": N_("资金来源"), "owner": N_("整改责任人"), "deadline": N_("整改时限"),
        "contingency": N_("防范措施"), "progress": N_("整改情况"), "done_on": N_("实际完成时间"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """One kind of document.

    Attributes:
        series: Key of its numbers; "" where it has none.
        needs: What the tasks must have.
    """

    key: str
    title: str
    series: str
    needs: tuple[str, ...]

    @property
    def template(self) -> str:
        """Name of the shipped template."""
        return f"document_{self.key}.docx"

    @property
    def own_template(self) -> str:
        """What the office's own template is called."""
        return f"{self.title}.docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDocument:
    """A document as it was made.

    Attributes:
        number: 文号; "" for kinds without.
        tasks: Numbers of the tasks it is about.
        content: What filled the template.
    """

    id: UUID
    kind: str
    number: str
    unit: str
    dated: date
    tasks: tuple[str, ...]
    made_at: datetime
    made_by: str
    content: Mapping[str, Any] = field(repr=False)


@cache
def document_kinds() -> tuple[DocumentKind, ...]:
    """All kinds, in the order in which they are offered."""
    return tuple(
        DocumentKind(
            key=raw["key"], title=raw["title"], series=raw["series"], needs=tuple(raw["needs"]),
        )
        for raw in rules("documents")["kinds"]
    )  # fmt: skip


def document_kind(key: str) -> DocumentKind:
    """The kind with this key or title.

    Raises:
        NotFoundError: There is none.
    """
    for kind in document_kinds():
        if key in {kind.key, kind.title}:
            return kind
    raise NotFoundError(
        _("没有文书种类“{key}”。").format(key=key),
        hint=_("可用：{kinds}。").format(kinds="、".join(kind.key for kind in document_kinds())),
    )


def lacking(
    kind: DocumentKind, tasks: Sequence[RemediationTask], events: Sequence[TaskEvent]
) -> list[str]:
    """Why a document cannot be made, one sentence each.

    Args:
        kind: The document.
        tasks: What it is to be about.
        events: The history of all of them.
    """
    found = []
    for task in tasks:
        if task.deleted_at is not None:
            found.append(_("任务 {number} 已被删除。").format(number=task.number))
        for need in kind.needs:
            holds, words = _NEEDS[need]
            if not holds(task, [event for event in events if event.task_id == task.id]):
                found.append(_("任务 {number}：{why}").format(number=task.number, why=_(words)))
    return found


_Holds = Callable[[RemediationTask, Sequence[TaskEvent]], bool]
_NEEDS: Final[Mapping[str, tuple[_Holds, str]]] = {
    "deadline": (lambda task, _events: task.deadline is not None, N_("还没有整改时限。")),
    "supervision": (lambda task, _events: task.supervision is not None, N_("还没有挂牌督办。")),
    "progress": (lambda task, _events: bool(task.progress), N_("还没有整改情况。")),
    "judged": (lambda task, _events: task.state in _JUDGED, N_("还没有验收。")),
    "passed": (lambda task, _events: task.state in _PASSED, N_("还没有验收合格。")),
    "receiver": (lambda task, _events: bool(task.receiver), N_("还没有移交。")),
    "decided": (lambda _task, events: decision(events) is not None, N_("还没有批准或不同意延期。")),
}


def decision(events: Sequence[TaskEvent]) -> TaskEvent | None:
    """The last decision on an extension, None where there was none."""
    return next((e for e in reversed(events) if e.move in _DECISIONS), None)


# --- numbers --------------------------------------------------------------------------------------


def shipped_patterns() -> dict[str, str]:
    """How numbers are written unless the office says otherwise, by series."""
    return {raw["key"]: raw["pattern"] for raw in rules("documents")["series"]}


def prefix_of(division: str) -> str:
    """The office's short name in its numbers."""
    known: dict[str, str] = rules("documents")["prefixes"]
    return known.get(division, known[""])


def written(pattern: str, division: str, year: int, ordinal: int) -> str:
    """A number as it stands on the document.

    >>> written("（{prefix}）应急责改〔{year}〕{n}号", "130304", 2026, 3)
    '（冀秦北）应急责改〔2026〕3号'
    """
    values = {"prefix": prefix_of(division), "year": str(year), "n": str(ordinal)}
    return _SLOT.sub(lambda slot: values[slot[1]], pattern)


def checked_pattern(pattern: str) -> str:
    """A pattern that gives every number of a series a writing of its own.

    Raises:
        InvalidInputError: It does not.
    """
    tidy = pattern.strip()
    slots = _SLOT.findall(tidy)
    rest = _SLOT.sub("", tidy)
    fits = {"year", "n"} <= set(slots) <= {"year", "n", "prefix"} and not set("{}") & set(rest)
    if not fits or len(tidy) > LONGEST_PATTERN or not tidy.isprintable():
        raise InvalidInputError(
            _("文号写法“{pattern}”不能用。").format(pattern=tidy[:LONGEST_PATTERN]),
            hint=_("须有 {{year}} 和 {{n}}，可有 {{prefix}}，如 （冀秦海）应急责改〔{{year}}〕{{n}}号。").format(),
        )  # fmt: skip
    return tidy


def official_day(day: date) -> str:
    """A day as it stands on a document.

    >>> official_day(date(2026, 3, 5))
    '2026年3月5日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def checked_given(given: Mapping[str, str]) -> dict[str, str]:
    """What the officer filled in, tidied; what is missing is blank.

    Raises:
        InvalidInputError: A key is unknown or a text too long.
    """
    unknown = sorted(set(given) - set(GIVEN))
    if unknown:
        raise InvalidInputError(
            _("没有栏目“{key}”。").format(key="、".join(unknown)),
            hint=_("可用：{kinds}。").format(kinds="、".join(GIVEN)),
        )
    tidy = {key: given.get(key, "").strip() for key in GIVEN}
    for key, text in tidy.items():
        if len(text) > LONGEST_GIVEN:
            raise InvalidInputError(
                _("“{field}”超过 {n} 字。").format(field=_(GIVEN[key]), n=LONGEST_GIVEN)
            )
    return tidy
