"""Deadlines of open tasks, and the days by which hazards are to be inspected, as a calendar file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.remediation.flow import Clock, flow
from qhd_riskmap.domain.remediation.overview import ALL_TASKS, TaskFilter, TaskLine
from qhd_riskmap.formats.calendar_file import CalendarDay, write_calendar
from qhd_riskmap.i18n import _
from qhd_riskmap.services.export_record import record_export
from qhd_riskmap.services.inspection import DueInspection, InspectionService
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.storage.engine import Register

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
INSPECTIONS_AHEAD: Final = timedelta(
    days=92
)  # a quarter: what lies further off will move once more


class DeadlineCalendar:
    """Use cases of the calendar, for one actor."""

    def __init__(
        self,
        register: Register,
        actor: Actor,
        remediation: RemediationService,
        inspections: InspectionService,
    ) -> None:
        self._register = register
        self._actor = actor
        self._remediation = remediation
        self._inspections = inspections

    def export(
        self,
        path: Path,
        wanted: TaskFilter | None = ALL_TASKS,
        inspected: HazardFilter | None = EVERYTHING,
    ) -> int:
        """Write the deadlines that still run and the inspections of the next quarter; how many there are.

        Args:
            path: The file, ``.ics``.
            wanted: Which tasks; None leaves them out.
            inspected: Hazards whose inspections are listed, late ones too; None leaves them out.

        Raises:
            OutputFileError: The file cannot be written, or is no calendar.
        """
        self._actor.require(Permission.EXPORT)
        days = []
        if wanted is not None:
            lines = self._remediation.tasks(wanted)
            days += [day for line in lines if (day := _day(line)) is not None]
        if inspected is not None:
            today = self._inspections.today()
            due = self._inspections.due(today, inspected, until=today + INSPECTIONS_AHEAD)
            days += [_visit(each, today) for each in due]
        count = write_calendar(path, _("整改时限和检查"), days)
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


def _visit(each: DueInspection, today: date) -> CalendarDay:
    """An inspection; the day it is due moves with every visit, so a later calendar always counts more."""
    hazard = each.hazard
    facts = (
        (_("隐患编号"), hazard.code), (_("责任单位"), hazard.unit), (_("地址"), hazard.address),
        (_("等级"), _(hazard.level.label) if hazard.level else _("未评级")),
        (_("上次"), each.last.isoformat()), (_("季节"), _(each.season) if each.season else ""),
    )  # fmt: skip
    return CalendarDay(
        uid=f"inspection-{hazard.id}@qhd-riskmap",
        day=each.due,
        summary=_("隐患检查：{name}（{unit}）").format(name=hazard.name, unit=hazard.unit or "—"),
        description="\n".join(f"{label}：{text}" for label, text in facts if text),
        changed_at=datetime.combine(today, time(), UTC),
        sequence=(today - _EPOCH.date()).days,
        remind_days=flow().remind_days,
    )
