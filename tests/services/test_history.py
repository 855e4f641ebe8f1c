"""The past of hazards, on a real register with a clock of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import shapely

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import ConflictError, NotFoundError, PermissionDeniedError
from qhd_riskmap.services.assessment import AssessmentService
from qhd_riskmap.services.attachments import AttachmentService
from qhd_riskmap.services.history import HistoryService
from qhd_riskmap.services.register import RegisterService
from qhd_riskmap.storage.engine import create_register

OFFICER = Actor(name="测试员")


def hazard(**changes) -> Hazard:
    return replace(
        Hazard(
            id=uuid4(),
            name="滑坡",
            type_key="geological",
            geometry=shapely.Point(119.6, 39.935),
            provenance=Provenance(
                original_text="",
                declared_reference="cgcs2000",
                method=LocationMethod.TYPED,
                accuracy=AccuracyClass.UNKNOWN,
            ),
            county="130302",
        ),
        **changes,
    )


class Clock:
    def __init__(self):
        self.at = datetime(2024, 1, 10, 4, tzinfo=UTC)

    def __call__(self):
        return self.at

    def go(self, *day):
        self.at = datetime(*day, 4, tzinfo=UTC)


class Services:
    def __init__(self, register):
        self.register = register
        self.registry = RegisterService(register, OFFICER)
        self.assessment = AssessmentService(register, OFFICER)
        self.attachments = AttachmentService(register, OFFICER)
        self.history = HistoryService(register, OFFICER)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(tmp_path, clock):
    path = tmp_path / "登记库.qhd"
    with create_register(path, passphrase=None, office=Office(), clock=clock) as register:
        yield Services(register)


def grade(app, each, day, level):
    scores = {"red": 5, "orange": 4, "yellow": 3, "blue": 1}
    app.assessment.assess(str(each.id), "ls", {"L": scores[level], "S": scores[level]}, on=day)


def levels(app, day):
    past = app.history.past()
    present, ranks = past.timeline.at(day)
    assert past.timeline.ids.tolist() == past.table.ids.tolist()
    return {
        past.table.names[row]: int(ranks[row]) for row in range(len(past.table)) if present[row]
    }


def test_the_levels_of_a_past_day_are_those_assessed_for_it(app, clock):
    slide, _changes = app.registry.create(hazard())
    flood, _changes = app.registry.create(hazard(name="山洪", found_on=date(2020, 5, 1)))
    clock.go(2024, 6, 1)
    grade(app, slide, date(2024, 3, 1), "red")  # entered later than made
    clock.go(2025, 2, 1)
    grade(app, slide, date(2025, 2, 1), "blue")
    app.registry.delete(flood.id, revision=1)
    clock.go(2025, 8, 1)
    app.registry.restore(flood.id)
    assert levels(app, date(2020, 4, 30)) == {}
    assert levels(app, date(2020, 5, 1)) == {"山洪": 0}
    assert levels(app, date(2024, 1, 10)) == {"滑坡": 0, "山洪": 0}
    assert levels(app, date(2024, 3, 1)) == {"滑坡": 1, "山洪": 0}
    assert levels(app, date(2025, 2, 1)) == {"滑坡": 4}
    assert levels(app, date(2025, 8, 1)) == {"滑坡": 4, "山洪": 0}


def test_a_deleted_hazard_still_has_its_past(app, clock):
    slide, _changes = app.registry.create(hazard())
    clock.go(2025, 1, 1)
    app.registry.delete(slide.id, revision=1)
    assert levels(app, date(2024, 12, 31)) == {"滑坡": 0}
    assert levels(app, date(2025, 1, 1)) == {}


def test_the_last_day_is_the_register_of_now(app, clock):
    many = [app.registry.create(hazard(name=f"滑坡{n}"))[0] for n in range(5)]
    for number, each in enumerate(many):
        clock.go(2024, 2 + number, 1)
        grade(app, each, date(2024, 2 + number, 1), ("red", "orange", "yellow", "blue")[number % 4])
    table = app.registry.features()
    now = dict(zip(table.names.tolist(), table.levels.tolist(), strict=True))
    assert levels(app, date(2024, 12, 31)) == now


def test_all_revisions_and_files_are_told(app, clock):
    slide, _changes = app.registry.create(hazard())
    clock.go(2024, 2, 1)
    app.registry.update(replace(slide, unit="水务局"))
    entry, _changes = app.attachments.attach(slide.id, "记录.txt", b"text")
    app.attachments.remove(entry.id)
    past = app.history.of(slide.id)
    assert [(each.revision, each.action, each.hazard.unit) for each in past.versions] == [
        (1, "add", ""),
        (2, "save", "水务局"),
    ]
    assert [each.removed_by for each in past.attachments] == ["测试员"]


def test_a_past_revision_is_stored_as_the_next_one_without_its_level(app, clock):
    slide, _changes = app.registry.create(hazard())
    moved = replace(slide, geometry=shapely.Point(119.61, 39.94), name="滑坡（改）")
    app.registry.update(moved)
    grade(app, slide, date(2024, 3, 1), "red")
    before, after, changes = app.history.restore_version(slide.id, 1, known=3)
    assert (before.revision, after.revision) == (3, 4)
    assert after.name == "滑坡"
    assert after.geometry.equals(slide.geometry)
    assert after.level is RiskLevel.RED
    assert changes.hazard_ids == (slide.id,)
    assert [each.revision for each in app.history.of(slide.id).versions] == [1, 2, 3, 4]


def test_a_deleted_hazard_comes_back_at_the_revision_wanted(app):
    slide, _changes = app.registry.create(hazard())
    app.registry.update(replace(slide, name="改名"))
    app.registry.delete(slide.id, revision=2)
    _before, after, _changes = app.history.restore_version(slide.id, 1, known=3)
    assert after.name == "滑坡"
    assert app.registry.get(slide.id).deleted_at is None


def test_what_cannot_be_restored(app):
    slide, _changes = app.registry.create(hazard())
    with pytest.raises(NotFoundError, match="这一版"):
        app.history.restore_version(slide.id, 9, known=1)
    app.registry.update(replace(slide, name="别人改的"))
    with pytest.raises(ConflictError):
        app.history.restore_version(slide.id, 1, known=1)
    reader = HistoryService(
        app.register, Actor(name="只读", permissions=frozenset({Permission.READ}))
    )
    with pytest.raises(PermissionDeniedError):
        reader.restore_version(slide.id, 1, known=2)
    assert len(reader.of(slide.id).versions) == 2


def test_the_past_of_ten_thousand(app):
    with app.register.unit_of_work() as work:
        work.hazards.add_many([hazard(name=f"滑坡{n}") for n in range(10_000)], OFFICER)
        work.commit()
    began = time.perf_counter()
    past = app.history.past()
    print(f"past of 10,000 hazards read: {time.perf_counter() - began:.2f} s")
    assert past.timeline.at(date(2024, 1, 10))[0].sum() == 10_000
