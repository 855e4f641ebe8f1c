"""The office's own working days and days off, over the table that comes with the program."""

from __future__ import annotations

from datetime import date

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.remediation.workdays import CalendarDay, WorkCalendar, shipped_calendar
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class WorkDays:
    """Writes and reads table ``calendar_day``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def all(self) -> list[CalendarDay]:
        """The office's own days in order."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT day, working, note FROM calendar_day ORDER BY day"
        )
        return [
            CalendarDay(day=date.fromisoformat(day), working=bool(working), note=note)
            for day, working, note in rows
        ]

    def calendar(self) -> WorkCalendar:
        """The shipped table with the office's own days over it."""
        return shipped_calendar().with_days(self.all())

    def set(self, day: CalendarDay, actor: Actor) -> None:
        """Say of one day whether it is worked."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO calendar_day (day, working, note, updated_at, updated_by)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (day) DO UPDATE SET working = excluded.working,"
                " note = excluded.note, updated_at = excluded.updated_at,"
                " updated_by = excluded.updated_by",
                (
                    day.day.isoformat(), int(day.working), day.note,
                    self._transaction.now().isoformat(), actor.name,
                ),
            )  # fmt: skip
            self._audit.record(
                actor,
                "calendar.set",
                day.day.isoformat(),
                {"working": day.working, "note": day.note},
            )

    def clear(self, day: date, actor: Actor) -> None:
        """Leave one day to the table that comes with the program again."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql("DELETE FROM calendar_day WHERE day = ?", (day.isoformat(),))
            self._audit.record(actor, "calendar.clear", day.isoformat(), {})
