"""Use cases on single hazards, on a real register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qhd_riskmap.bootstrap import actor, create_app, open_app
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
)
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
)
from qhd_riskmap.services.assessment import AssessmentService
from qhd_riskmap.services.integrity import IntegrityService
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.register import RegisterService


def hazard(name="虚构滑坡点", lon=119.60, lat=39.935, geometry=None, **changes) -> Hazard:
    facts = {
        "id": uuid4(),
        "name": name,
        "type_key": "geological",
        "geometry": geometry or shapely.Point(lon, lat),
        "provenance": Provenance(
            original_text=f"{lon},{lat}",
            declared_reference="cgcs2000",
            method=LocationMethod.TYPED,
            accuracy=AccuracyClass.UNKNOWN,
        ),
        "county": "",
    }
    return Hazard(**{**facts, **changes})


@pytest.fixture
def app(tmp_path):
    with create_app(tmp_path / "登记库.qhd", None, Office(unit="示例办"), "测试员") as opened:
        yield opened


def test_a_new_hazard_gets_its_county_from_its_place_and_a_permanent_code(app):
    stored, changes = app.registry.create(hazard(found_on=date(2014, 3, 5)))
    assert stored.county == "130302"
    assert stored.code.startswith("130302-DZ-")
    assert stored.revision == 1
    assert changes.hazard_ids == (stored.id,)
    assert app.registry.get(stored.code) == app.registry.get(str(stored.id))
    assert app.registry.get(stored.id).created_by == "测试员"


def test_a_hazard_outside_the_city_is_refused_with_the_nearest_county(app):
    with pytest.raises(InvalidInputError, match=r"最近的是.*公里"):
        app.registry.create(hazard(lon=119.9, lat=39.5))


def test_an_unknown_type_is_refused(app):
    with pytest.raises(NotFoundError, match="dragons"):
        app.registry.create(hazard(type_key="dragons"))


def test_a_change_is_stored_unless_someone_saved_first(app):
    stored, _ = app.registry.create(hazard())
    changed, _ = app.registry.update(replace(stored, name="改名"))
    assert (changed.name, changed.revision) == ("改名", 2)
    with pytest.raises(ConflictError):
        app.registry.update(replace(stored, name="晚到的改名"))
    assert app.registry.get(stored.code).name == "改名"


def test_moving_puts_the_representative_point_there_and_keeps_the_shape(app):
    square = shapely.box(119.59, 39.93, 119.60, 39.94)
    stored, _ = app.registry.create(hazard(geometry=square))
    moved, _ = app.registry.move(stored.code, lon=119.776, lat=39.979)
    assert moved.anchor() == pytest.approx((119.776, 39.979), abs=1e-9)
    assert moved.geometry.area == pytest.approx(square.area)
    assert moved.county == "130303"
    assert moved.provenance.method is LocationMethod.MOVED


def test_moving_an_outdated_hazard_conflicts(app):
    stored, _ = app.registry.create(hazard())
    app.registry.update(replace(stored, name="改名"))
    with pytest.raises(ConflictError):
        app.registry.move(stored.code, lon=119.6, lat=39.94, revision=stored.revision)


@pytest.mark.parametrize("place", [(0.0, 0.0), (39.9, 119.6), (float("nan"), 39.9)])
def test_nothing_moves_out_of_the_region(app, place):
    stored, _ = app.registry.create(hazard())
    with pytest.raises(InvalidInputError):
        app.registry.move(stored.code, lon=place[0], lat=place[1])
    assert app.registry.get(stored.code).revision == 1


def test_a_deleted_hazard_leaves_the_list_and_comes_back(app):
    stored, _ = app.registry.create(hazard())
    app.registry.delete(stored.id, revision=stored.revision)
    assert app.registry.find() == []
    assert [h.id for h in app.registry.find(HazardFilter(deleted=True))] == [stored.id]
    app.registry.restore(stored.id)
    assert [h.code for h in app.registry.find()] == [stored.code]


def test_facets_count_live_hazards(app):
    first, _ = app.registry.create(hazard())
    app.registry.create(hazard(name="虚构山洪沟", type_key="flood"))
    app.assessment.assess(first.code, "ls", {"L": 4, "S": 5}, on=date(2014, 6, 1))
    facets = app.registry.facets()
    assert facets.types == {"geological": 1, "flood": 1}
    assert facets.levels == {"red": 1, "": 1}
    assert facets.counties == {"130302": 2}
    assert len(app.registry.features()) == 2


def test_an_assessment_stores_level_reasons_and_version(app):
    stored, _ = app.registry.create(hazard())
    graded, assessment, changes = app.assessment.assess(
        stored.code, "lec", {"L": 3, "E": 6, "C": 15}, on=date(2014, 6, 1)
    )
    assert graded.level is RiskLevel.ORANGE
    assert graded.status is HazardStatus.ASSESSED
    assert changes.hazards
    (kept,) = app.assessment.of(stored.id)
    assert kept.reasons == assessment.reasons
    assert (kept.score, kept.method, kept.method_version) == (
        270,
        "lec",
        app.assessment.methods()["lec"].version,
    )
    assert kept.assessor == "测试员"


def test_a_wrong_factor_stores_nothing(app):
    stored, _ = app.registry.create(hazard())
    with pytest.raises(InvalidInputError):
        app.assessment.assess(stored.code, "ls", {"L": 9, "S": 1}, on=date(2014, 6, 1))
    assert app.assessment.of(stored.id) == []
    assert app.registry.get(stored.code).level is None


def test_a_preview_stores_nothing(app):
    stored, _ = app.registry.create(hazard())
    assert app.assessment.preview("ls", {"L": 4, "S": 5}).level is RiskLevel.RED
    assert app.registry.get(stored.code).revision == stored.revision


def test_the_office_profile_is_kept(app):
    app.registry.save_office(replace(app.registry.office(), publisher="示例市政府"))
    assert app.registry.office().publisher == "示例市政府"
    assert app.registry.office().unit == "示例办"


def test_every_use_case_asks_for_its_permission(app):
    nobody = Actor(name="旁观者", permissions=frozenset())
    registry = RegisterService(app.register, nobody)
    assessment = AssessmentService(app.register, nobody)
    integrity = IntegrityService(app.register, nobody)
    calls = [
        registry.find,
        registry.features,
        lambda: registry.get("x"),
        lambda: registry.create(hazard()),
        lambda: registry.update(hazard()),
        lambda: registry.move("x", lon=119.6, lat=39.9),
        lambda: registry.delete(uuid4(), revision=1),
        lambda: registry.restore(uuid4()),
        registry.office,
        lambda: registry.save_office(Office()),
        lambda: assessment.assess("x", "ls", {"L": 1, "S": 1}, on=date(2014, 6, 1)),
        lambda: assessment.of(uuid4()),
        integrity.problems,
        lambda: integrity.back_up(app.path.with_suffix(".bak"), SilentJob()),
    ]
    for call in calls:
        with pytest.raises(PermissionDeniedError):
            call()
    Actor(name="编辑", permissions=frozenset({Permission.EDIT})).require(Permission.EDIT)


def test_a_backup_opens_and_holds_the_same_hazards(app, tmp_path):
    stored, _ = app.registry.create(hazard())
    integrity = IntegrityService(app.register, app.actor)
    assert integrity.problems() == []
    made = integrity.back_up(tmp_path / "备份.qhd", SilentJob())
    with open_app(made.path) as copy:
        assert copy.registry.get(stored.code).name == stored.name


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["rename", "move", "delete", "restore", "assess"]), max_size=8)
)
def test_any_sequence_of_edits_leaves_a_whole_register(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("sequence")
    with create_app(folder / "r.qhd", None, Office(), "测试员") as app:
        stored, _ = app.registry.create(hazard())
        for number, step in enumerate(steps):
            current = (app.registry.find() + app.registry.find(HazardFilter(deleted=True)))[0]
            if step == "restore" and current.deleted_at:
                app.registry.restore(current.id)
            elif current.deleted_at:
                continue
            elif step == "rename":
                app.registry.update(replace(current, name=f"名称{number}"))
            elif step == "move":
                app.registry.move(current.code, lon=119.6 + number / 1000, lat=39.94)
            elif step == "delete":
                app.registry.delete(current.id, revision=current.revision)
            elif step == "assess":
                app.assessment.assess(
                    current.code, "ls", {"L": 1 + number % 5, "S": 3}, on=date(2014, 6, 1)
                )
        assert IntegrityService(app.register, app.actor).problems() == []
        everything = app.registry.find() + app.registry.find(HazardFilter(deleted=True))
        assert [h.code for h in everything] == [stored.code]


def test_an_actor_without_a_name_is_the_operating_systems_user(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "zhang")
    assert actor(None).name == "zhang"
    monkeypatch.setattr("getpass.getuser", lambda: "  ")
    assert actor("").name == "unknown"

    def nobody():
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert actor(None).name == "unknown"
    assert actor("李四").name == "李四"
