"""Deadlines of open tasks as a calendar file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.remediation.flow import Clock, flow
from qhd_riskmap.domain.remediation.overview import ALL_TASKS, TaskFilter, TaskLine
from qhd_riskmap.formats.calendar_file import CalendarDay, write_calendar
from qhd_riskmap.i18n import _
from qhd_riskmap.services.export_record import record_export
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.storage.engine import Register

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


class DeadlineCalendar:
    """Use cases of the calendar, for one actor."""

    def __init__(self, register: Register, actor: Actor, remediation: RemediationService) -> None:
        self._register = register
        self._actor = actor
        self._remediation = remediation

    def export(self, path: Path, wanted: TaskFilter = ALL_TASKS) -> int:
        """Write the deadlines that still run; how many there are.

        Raises:
            OutputFileError: The file cannot be written, or is no calendar.
        """
        self._actor.require(Permission.EXPORT)
        lines = self._remediation.tasks(wanted)
        days = [day for line in lines if (day := _day(line)) is not None]
        count = write_calendar(path, _("整改时限"), days)
        with self._register.unit_of_work() as work:
            record_export(work, self._actor, [path], name=path.name, kind="calendar", count=count)
        return count


def _day(line: TaskLine) -> CalendarDay | None:
    task = line.task
    if task.deadline is None or flow().clocks[task.state] is not Clock.RUNS:
        return None
    facts = (
        (_("整改编号"), task.number), (_("责任单位"), line.unit), (_("隐患描述"), task.problem),
        (_("整改措施"), task.measures), (_("状态"), _(task.state.label)),
    )  # fmt: skip
    return CalendarDay(
        uid=f"{task.id}@qhd-riskmap",
        day=task.deadline,
        summary=_("整改到期：{name}（{unit}）").format(name=line.name, unit=line.unit or "—"),
        description="\n".join(f"{label}：{text}" for label, text in facts if text),
        changed_at=task.updated_at or _EPOCH,
        sequence=task.revision,
        remind_days=flow().remind_days,
    )
