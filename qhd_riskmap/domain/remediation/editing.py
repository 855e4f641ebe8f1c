"""What may be corrected of a task outside its moves: nothing that somebody has decided on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.domain.remediation.task_fields import (
    TASK_FIELDS,
    task_field,
    task_values,
    with_task_values,
)
from qhd_riskmap.errors import InvalidInputError, MoveRefusedError
from qhd_riskmap.i18n import _

# What was handed in for acceptance, accepted or ended stays as it was judged.
_FROZEN: Final = frozenset(
    {TaskState.PENDING, TaskState.ACCEPTED, TaskState.CLOSED, TaskState.VOID, TaskState.TRANSFERRED}
)
# Handed out with a deadline: from here on only an approved extension moves it.
_DEADLINE_FIXED: Final = frozenset({TaskState.ASSIGNED, TaskState.RECTIFYING, TaskState.REJECTED})
_REMARK: Final = "remark"
# Somebody works on it: there is progress to tell of.
NOTABLE: Final = frozenset(
    {
        TaskState.ASSIGNED, TaskState.RECTIFYING, TaskState.PENDING, TaskState.REJECTED,
        TaskState.MONITORED,
    }
)  # fmt: skip
# A ledger may tell of progress before work was handed out, but not of what has been judged.
TELLABLE: Final = NOTABLE | {TaskState.REGISTERED, TaskState.ASSESSED}
_EDITABLE: Final = frozenset(field.key for field in TASK_FIELDS)


def editable_fields(state: TaskState) -> tuple[str, ...]:
    """Keys of the fields that may be corrected in a state, in display order."""
    keys = tuple(field.key for field in TASK_FIELDS)
    if state in _FROZEN:
        return (_REMARK,)
    return tuple(key for key in keys if key != "deadline" or state not in _DEADLINE_FIXED)


def edited(
    task: RemediationTask, values: Mapping[str, AttributeValue | None]
) -> tuple[RemediationTask, dict[str, AttributeValue | None]]:
    """The task with corrected fields, and what they were before.

    Raises:
        InvalidInputError: A key is none of a task's facts.
        MoveRefusedError: A field may not be changed where the task stands.
    """
    for key in values:
        if task_field(key).key not in _EDITABLE:
            raise InvalidInputError(
                _("“{field}”只能在办理时填写。").format(field=_(task_field(key).label))
            )
    after, changed = _changed(task, values)
    reasons = []
    if task.deleted_at is not None:
        reasons.append(_("任务 {number} 已删除，请先恢复。").format(number=task.number))
    reasons += _refused(task, changed).values()
    if reasons:
        raise MoveRefusedError(
            _("任务 {number} 不能这样修改。").format(number=task.number), reasons=reasons
        )
    return after, changed


def refused(task: RemediationTask, values: Mapping[str, AttributeValue | None]) -> dict[str, str]:
    """Why some of the fields may not be changed where the task stands, by field."""
    return _refused(task, _changed(task, values)[1])


def _changed(
    task: RemediationTask, values: Mapping[str, AttributeValue | None]
) -> tuple[RemediationTask, dict[str, AttributeValue | None]]:
    after = with_task_values(task, values)
    old, new = task_values(task), task_values(after)
    return after, {key: old[key] for key in values if old[key] != new[key]}


def _refused(task: RemediationTask, changed: Iterable[str]) -> dict[str, str]:
    allowed = editable_fields(task.state)
    return {key: _refusal(task, key) for key in changed if key not in allowed}


def nothing_to_tell(task: RemediationTask) -> str:
    """Says that a task is not in a state to tell progress of."""
    return _("“{state}”的任务没有进展可报。").format(state=_(task.state.label))


def _refusal(task: RemediationTask, key: str) -> str:
    if key == "deadline" and task.state in _DEADLINE_FIXED:
        return _("整改时限已经下达，只能申请延期。")
    return _("“{state}”的任务不能再改“{field}”。").format(
        state=_(task.state.label), field=_(task_field(key).label)
    )
