"""A year of the sample county: every deadline is told of on its days, once, never late, whatever happens."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask, TaskState
from qhd_riskmap.services.deadline_notices import DeadlineNoticeService
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.sample_county import fill_sample_register
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
FIRST = date(2014, 7, 1)
# Days after the deadline, written out once more and not taken from the rules.
STEPS = {"remind": -7, "due": 0, "late-1": 1, "late-7": 7, "late-15": 15}
OPEN = {
    TaskState.REGISTERED, TaskState.ASSESSED, TaskState.ASSIGNED, TaskState.RECTIFYING,
    TaskState.REJECTED,
}  # fmt: skip


class Year:
    """What happens to the tasks day by day, and what has to be told by the letter of the rules."""

    def __init__(self, register, seed, count):
        """The county's own tasks, and some new ones; of both at most ``count``."""
        self.chosen = random.Random(seed)
        self.wanted = set()
        with register.unit_of_work() as work:
            hazards, own = work.hazards.find(HazardFilter()), work.tasks.every()
            self.chosen.shuffle(own)
            work.tasks.remove_many(own[count:], ACTOR, "year", restore=False)
            some = self.chosen.sample(hazards, min(count, len(hazards)))
            self.tasks = [work.tasks.add(self.begun(hazard), ACTOR) for hazard in some]
            self.tasks += [task for task in own[:count] if task.deadline is not None]
            work.commit()

    def begun(self, hazard):
        deadline = FIRST + timedelta(self.chosen.randrange(10, 350))
        return RemediationTask(
            id=uuid4(), hazard_id=hazard.id, since=FIRST, registered_on=FIRST, problem="隐患",
            deadline=deadline, state=self.chosen.choice(sorted(OPEN)),
        )  # fmt: skip

    def happen(self, register, day):
        """Extensions, work handed in, sent back, withdrawn, taken up again: a few a day."""
        with register.unit_of_work() as work:
            for at, task in enumerate(self.tasks):
                if self.chosen.random() > 0.012:
                    continue
                change = self.chosen.choice(("extend", "done", "open", "void"))
                if change == "extend":
                    later = max(task.deadline, day) + timedelta(self.chosen.randrange(9, 60))
                    after = replace(task, deadline=later)
                elif change == "done":
                    after = replace(task, state=TaskState.PENDING, done_on=day)
                elif change == "open":
                    after = replace(task, state=TaskState.REJECTED, done_on=None)
                else:
                    after = replace(task, state=TaskState.VOID)
                self.tasks[at] = work.tasks.save(
                    task, after, ACTOR, kind=EventKind.EDIT, on=task.since, detail={}
                )
            work.commit()

    def note(self, day):
        """What must be told today: a step of a deadline that has come while the task is open."""
        told = set()
        for task in self.tasks:
            if task.state in OPEN:
                for step, days in STEPS.items():
                    key = (task.number, task.deadline.isoformat(), step)
                    if task.deadline + timedelta(days) <= day and key not in self.wanted:
                        told.add(key)
        self.wanted |= told
        return told


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_year_of_the_sample_county_tells_each_notice_once_and_none_late(tmp_path, soak):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="1303", unit="应急办"),
        clock=lambda: datetime(2014, 7, 1, 8, tzinfo=UTC),
    ) as register:  # fmt: skip
        fill_sample_register(register, ACTOR, SilentJob())
        year = Year(register, 2015, 150 if soak else 7)
        service = DeadlineNoticeService(register, ACTOR)
        found = Counter()
        for number in range(365):
            day = FIRST + timedelta(number)
            year.happen(register, day)
            wanted = year.note(day)
            made = service.make(day, tmp_path / "out").made
            told = Counter(
                (task["number"], task["deadline"], step)
                for notice in made
                for task in notice.content["tasks"]
                for step in task["covers"]
            )
            # On the very day: nothing is left for tomorrow, nothing comes that is not due.
            assert told == Counter(wanted), day
            assert {notice.dated for notice in made} <= {day}
            found += told
            if number % 30 == 0:
                assert service.make(day, tmp_path / "out").made == ()
        assert max(found.values()) == 1
        assert set(found) == year.wanted
        assert len(found) > 3 * len(year.tasks)
        assert verify(register) == []
        for start in (2014, 2015):
            days = (FIRST + timedelta(n) for n in range(365))
            made = [n.number for day in days if day.year == start for n in service.of_day(day)]
            assert made == [f"1303-TZ-{start}-{n:04d}" for n in range(1, len(made) + 1)]
