"""One value for many hazards, on a real register."""

from __future__ import annotations

import time
from dataclasses import replace
from uuid import uuid4

import pytest
import shapely

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    JobCancelledError,
    NotFoundError,
    PermissionDeniedError,
)
from qhd_riskmap.services.bulk_edit import BulkEditService

SLIDE = Hazard(
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
)


@pytest.fixture
def app(tmp_path):
    with create_app(tmp_path / "登记库.qhd", None, Office(unit="示例办"), "测试员") as opened:
        with opened.register.unit_of_work() as work:
            work.hazards.add_many(
                [replace(SLIDE, id=uuid4(), name=f"滑坡{n}") for n in range(5)], opened.actor
            )
            work.commit()
        yield opened


@pytest.fixture
def hazards(app):
    return app.registry.find()


def ids(hazards):
    return [each.id for each in hazards]


def units(app):
    return [each.unit for each in app.registry.find()]


def test_a_preview_tells_what_would_change_and_stores_nothing(app, hazards):
    app.registry.update(replace(hazards[1], unit="水务局"))
    app.registry.delete(hazards[2].id, revision=1)
    preview = app.bulk_edit.preview(ids(hazards), "unit", "水务局")
    assert [change.before.name for change in preview.changes] == ["滑坡0", "滑坡3", "滑坡4"]
    assert {change.after.unit for change in preview.changes} == {"水务局"}
    assert preview.unchanged == 1
    ((name, error),) = preview.refused
    assert name == str(hazards[2].id)
    assert isinstance(error, NotFoundError)
    assert units(app) == ["", "水务局", "", ""]


def test_what_was_previewed_is_stored_in_one_go_and_can_be_taken_back(app, hazards):
    preview = app.bulk_edit.preview(ids(hazards), "unit", "水务局")
    outcome, changes = app.bulk_edit.apply(preview.changes)
    assert units(app) == ["水务局"] * 5
    assert outcome.conflicts == ()
    assert changes.hazard_ids == tuple(ids(hazards))
    revisions = {each.id: each.revision for each in outcome.after}
    stored, _changes = app.bulk_edit.store(outcome.before, revisions)
    assert units(app) == [""] * 5
    assert {each.revision for each in stored} == {3}
    with app.register.unit_of_work() as work:
        assert len(work.hazards.history(hazards[0].id)) == 3
        actions = [entry.action for entry in work.audit.of(str(hazards[0].id))]
    assert actions == ["hazard.save", "hazard.save"]


def test_what_others_changed_since_is_left_alone_and_listed(app, hazards):
    preview = app.bulk_edit.preview(ids(hazards), "unit", "水务局")
    app.registry.update(replace(hazards[0], notes="别人改的"))
    app.registry.delete(hazards[1].id, revision=1)
    outcome, _changes = app.bulk_edit.apply(preview.changes)
    assert [name for name, _error in outcome.conflicts] == ["滑坡0", "滑坡1"]
    assert all(isinstance(error, ConflictError) for _name, error in outcome.conflicts)
    assert units(app) == ["", "水务局", "水务局", "水务局"]


def test_taking_back_is_all_or_nothing(app, hazards):
    outcome, _changes = app.bulk_edit.apply(
        app.bulk_edit.preview(ids(hazards), "unit", "水务局").changes
    )
    revisions = {each.id: each.revision for each in outcome.after}
    app.registry.update(replace(outcome.after[4], notes="别人改的"))
    with pytest.raises(ConflictError):
        app.bulk_edit.store(outcome.before, revisions)
    assert units(app) == ["水务局"] * 5


def test_a_cancelled_change_leaves_nothing(app, hazards):
    class Job:
        def advance(self, done, _total, _note=""):
            if done == 3:
                raise JobCancelledError("stop")

    changes = app.bulk_edit.preview(ids(hazards), "unit", "水务局").changes
    with pytest.raises(JobCancelledError):
        app.bulk_edit.apply(changes, Job())
    assert units(app) == [""] * 5


def test_fields_of_a_type_are_set_for_that_type_only(app, hazards):
    preview = app.bulk_edit.preview(ids(hazards), "threat_people", 12)
    app.bulk_edit.apply(preview.changes)
    assert {each.attributes["threat_people"] for each in app.registry.find()} == {12}
    emptied = app.bulk_edit.preview(ids(hazards), "threat_people", None)
    assert len(emptied.changes) == 5
    flood, _changes = app.registry.create(replace(SLIDE, id=uuid4(), type_key="flood"))
    with pytest.raises(InvalidInputError, match="没有这一项"):
        app.bulk_edit.preview([flood.id], "volume_m3", 5.0)
    with pytest.raises(InvalidInputError, match="不能为空"):
        app.bulk_edit.preview([flood.id], "status", None)


def test_without_the_permission_nothing_changes(app, hazards):
    changes = app.bulk_edit.preview(ids(hazards), "unit", "水务局").changes
    reader = BulkEditService(
        app.register, Actor(name="只读", permissions=frozenset({Permission.READ}))
    )
    with pytest.raises(PermissionDeniedError):
        reader.apply(changes)
    with pytest.raises(PermissionDeniedError):
        reader.store(hazards, {})
    assert units(app) == [""] * 5


def test_thousands_in_one_transaction(app):
    with app.register.unit_of_work() as work:
        many = [replace(SLIDE, id=uuid4(), name=f"多{n}") for n in range(2000)]
        work.hazards.add_many(many, app.actor)
        work.commit()
    began = time.perf_counter()
    preview = app.bulk_edit.preview(ids(many), "unit", "水务局")
    looked = time.perf_counter()
    outcome, _changes = app.bulk_edit.apply(preview.changes)
    print(
        f"2,000 hazards: preview {looked - began:.2f} s, stored {time.perf_counter() - looked:.2f} s"
    )
    assert len(outcome.after) == 2000
