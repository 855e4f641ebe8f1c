"""The office's working days: looked at and edited."""

from __future__ import annotations

from datetime import date
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.remediation.workdays import CalendarDay, WorkCalendar
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register

LONGEST_NOTE: Final = 200


class WorkCalendarService:
    """Use cases on working days, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def calendar(self) -> WorkCalendar:
        """The shipped table with the office's own days over it."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.work_days.calendar()

    def own_days(self) -> list[CalendarDay]:
        """What the office has said of single days."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.work_days.all()

    def set(self, day: date, *, working: bool, note: str = "") -> Changes:
        """Say of one day whether it is worked.

        Raises:
            InvalidInputError: The note is too long.
        """
        self._actor.require(Permission.ADMINISTER)
        plain = " ".join(note.split())
        if len(plain) > LONGEST_NOTE:
            raise InvalidInputError(_("备注超过 {n} 字。").format(n=LONGEST_NOTE))
        with self._register.unit_of_work() as work:
            work.work_days.set(CalendarDay(day=day, working=working, note=plain), self._actor)
            work.commit()
        return Changes(tasks=True)

    def clear(self, day: date) -> Changes:
        """Leave one day to the shipped table again."""
        self._actor.require(Permission.ADMINISTER)
        with self._register.unit_of_work() as work:
            work.work_days.clear(day, self._actor)
            work.commit()
        return Changes(tasks=True)
