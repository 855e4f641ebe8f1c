"""What can be filled in of a task, described once for form, sheet and command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.remediation.task import RemediationTask, Supervision
from qhd_riskmap.domain.schema import Field, FieldKind, read_fields
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _

GRADES: Final = tuple(grade.value for grade in HiddenDangerGrade)
SUPERVISIONS: Final = tuple(level.value for level in Supervision)

# What the officer writes down of a task and may correct while it is open.
_FACTS: Final = (
    Field(key="problem", label=N_("隐患描述"), help=N_("存在的问题，一项任务写一个问题")),
    Field(key="basis", label=N_("判定依据"), help=N_("法规、标准的条款")),
    Field(key="grade", label=N_("隐患等级"), kind=FieldKind.CHOICE, choices=GRADES),
    Field(key="measures", label=N_("整改措施")),
    Field(
        key="funds",
        label=N_("整改资金"),
        kind=FieldKind.NUMBER,
        unit="万元",
        minimum=0,
        maximum=10_000_000,
        help=N_("不需要资金的写 0"),
    ),
    Field(key="fund_source", label=N_("资金来源"), help=N_("不需要资金的写“无需资金”")),
    Field(key="owner_unit", label=N_("责任单位")),
    Field(key="owner", label=N_("整改责任人")),
    Field(key="phone", label=N_("责任人电话"), kind=FieldKind.PHONE),
    Field(key="deputy", label=N_("协助责任人")),
    Field(key="regulator", label=N_("监管部门")),
    Field(key="deadline", label=N_("整改时限"), kind=FieldKind.DATE),
    Field(
        key="contingency",
        label=N_("防范措施和应急预案"),
        help=N_("整改完成以前怎样防范，出了险情怎样处置"),
    ),
    Field(key="remark", label=N_("备注")),
)
# What is filled in on the way from one state to the next.
_ON_THE_WAY: Final = (
    Field(key="done_on", label=N_("实际完成时间"), kind=FieldKind.DATE),
    Field(key="progress", label=N_("整改情况")),
    Field(key="acceptor", label=N_("验收人"), help=N_("不能是整改责任人本人")),
    Field(key="opinion", label=N_("验收意见")),
    Field(key="extension_to", label=N_("延期至"), kind=FieldKind.DATE),
    Field(key="extension_reason", label=N_("延期理由")),
    Field(key="approver", label=N_("批准人"), help=N_("不能是整改责任人本人")),
    Field(key="supervision", label=N_("督办级别"), kind=FieldKind.CHOICE, choices=SUPERVISIONS),
    Field(key="supervision_no", label=N_("督办文号")),
    Field(key="receiver", label=N_("接收部门")),
    Field(key="reason", label=N_("理由")),
)
TASK_FIELDS: Final[tuple[Field, ...]] = _FACTS
LONG_TEXTS: Final = frozenset(
    {"problem", "measures", "contingency", "progress", "opinion", "extension_reason", "reason"}
)
_ALL: Final = MappingProxyType({field.key: field for field in (*_FACTS, *_ON_THE_WAY)})
# Given on the way, kept in the history only.
EVENT_ONLY: Final = frozenset({"approver", "reason"})
_DATES: Final = frozenset(field.key for field in _ALL.values() if field.kind is FieldKind.DATE)
_WORDS: Final[Mapping[str, type[StrEnum]]] = MappingProxyType(
    {"grade": HiddenDangerGrade, "supervision": Supervision}
)


def task_field(key: str) -> Field:
    """The field of a key.

    Raises:
        InvalidInputError: There is none.
    """
    if key not in _ALL:
        raise InvalidInputError(
            _("整改任务没有“{key}”这一栏。").format(key=key),
            hint=_("可用：{keys}。").format(keys="、".join(_ALL)),
        )
    return _ALL[key]


def read_task_texts(
    texts: Mapping[str, str],
) -> tuple[dict[str, AttributeValue | None], tuple[str, ...]]:
    """Typed values of the texts that can be read, None for empty ones; what is wrong with the others.

    Raises:
        InvalidInputError: A key is none of a task's facts.
    """
    values, issues = read_fields([task_field(key) for key in texts], texts)
    bad = {issue.field: issue.message for issue in issues if issue.field not in values}
    return {key: values.get(key) for key in texts if key not in bad}, tuple(bad.values())


def choice_labels() -> dict[str, dict[str, str]]:
    """Words for the keys of choice fields, by field; for forms."""
    return {
        "grade": {grade.value: _(grade.label) for grade in HiddenDangerGrade},
        "supervision": {level.value: _(level.label) for level in Supervision},
    }


def task_values(task: RemediationTask) -> dict[str, AttributeValue | None]:
    """Every field of the task as plain values: days in ISO, words as keys, blanks None."""
    return {key: _plain(getattr(task, key)) for key in _ALL if key not in EVENT_ONLY}


def with_task_values(
    task: RemediationTask, values: Mapping[str, AttributeValue | None]
) -> RemediationTask:
    """The task with other values; None empties a field, what only the history keeps is left out."""
    typed = {key: _typed(key, value) for key, value in values.items() if key not in EVENT_ONLY}
    return replace(task, **typed)


def emptied(task: RemediationTask, keys: Iterable[str]) -> RemediationTask:
    """The task with some fields empty."""
    blank = _blanks()
    return replace(task, **{key: blank[key] for key in keys})


def shown_value(key: str, value: AttributeValue | None) -> str:
    """A plain value as people read it."""
    if value is None:
        return ""
    if key in _WORDS and value:
        return _(_WORDS[key](str(value)).label)  # type: ignore[attr-defined]
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@cache
def _blanks() -> Mapping[str, Any]:
    fields = RemediationTask.__dataclass_fields__
    return MappingProxyType({key: spec.default for key, spec in fields.items()})


def _plain(value: Any) -> AttributeValue | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    plain: AttributeValue | None = value
    return None if plain == "" else plain


def _typed(key: str, value: AttributeValue | None) -> Any:
    if value is None or value == "":
        return _blanks()[key]
    if key in _DATES:
        return date.fromisoformat(str(value))
    if key in _WORDS:
        return _WORDS[key](str(value))
    return value
