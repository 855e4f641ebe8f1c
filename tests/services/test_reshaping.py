"""Geometry edits on a real register: nothing lost, nothing overwritten unseen, all undoable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
)
from qhd_riskmap.geo.shape_operations import split
from qhd_riskmap.services.integrity import IntegrityService
from qhd_riskmap.services.reshaping import ReshapingService

WEST, EAST = shapely.box(119.20, 39.80, 119.25, 39.85), shapely.box(119.25, 39.80, 119.28, 39.85)
WHOLE = shapely.box(119.20, 39.80, 119.28, 39.85)
KNIFE = shapely.LineString([(119.25, 39.7), (119.25, 39.9)])
BOW = shapely.Polygon([(119.2, 39.8), (119.3, 39.9), (119.3, 39.8), (119.2, 39.9)])


def area(name="林区", geometry=WHOLE, **facts):
    return Hazard(
        **{
            "id": uuid4(),
            "name": name,
            "type_key": "forest_fire",
            "geometry": geometry,
            "county": "",
            "unit": "林业局",
            "provenance": Provenance(
                original_text="原表", declared_reference="gcj02",
                method=LocationMethod.CONVERTED, accuracy=AccuracyClass.GCJ_CONVERTED,
            ),
            **facts,
        }
    )  # fmt: skip


@pytest.fixture
def app(tmp_path):
    with create_app(tmp_path / "登记库.qhd", None, Office(unit="示例办"), "测试员") as opened:
        yield opened


@pytest.fixture
def whole(app):
    return app.registry.create(area())[0]


def live(app):
    return {hazard.code: hazard for hazard in app.registry.find()}


def test_a_new_shape_leaves_the_rest_of_the_record_alone(app, whole):
    outcome = app.reshaping.set_geometry(whole.id, WEST, revision=1)
    stored = app.registry.get(whole.id)
    assert stored == outcome.kept
    assert stored.geometry.equals(WEST)
    assert (stored.revision, stored.unit, stored.code) == (2, "林业局", whole.code)
    assert stored.provenance.method is LocationMethod.DRAWN
    assert outcome.before == (whole,)
    assert outcome.changes.hazard_ids == (whole.id,)


def test_the_county_follows_the_shape(app, whole):
    moved = shapely.box(119.55, 39.95, 119.56, 39.96)
    assert app.reshaping.set_geometry(whole.id, moved, revision=1).kept.county == "130302"


def test_a_shape_drawn_over_what_someone_else_saved_is_refused_unless_wanted(app, whole):
    app.registry.update(replace(whole, name="别人改名"))
    with pytest.raises(ConflictError):
        app.reshaping.set_geometry(whole.id, WEST, revision=1)
    assert app.registry.get(whole.id).geometry.equals(WHOLE)
    laid_over = app.reshaping.set_geometry(whole.id, WEST, revision=None).kept
    assert (laid_over.name, laid_over.revision) == ("别人改名", 3)


@pytest.mark.parametrize(
    ("shape", "words"), [(BOW, "自相交"), (shapely.box(110, 30, 111, 31), "不在本市")]
)
def test_unsound_shapes_are_refused(app, whole, shape, words):
    with pytest.raises(InvalidInputError, match=words):
        app.reshaping.set_geometry(whole.id, shape, revision=1)
    with pytest.raises(InvalidInputError, match=r"自相交|原图形之内"):
        app.reshaping.split(whole.id, [WEST, shape], revision=1)
    assert len(live(app)) == 1


# -- split --------------------------------------------------------------------------------------


def test_a_split_keeps_the_code_with_the_largest_piece_and_gives_the_others_new_ones(app, whole):
    outcome = app.reshaping.split(whole.id, split(WHOLE, KNIFE), revision=1)
    kept, part = outcome.after
    assert set(live(app)) == {kept.code, part.code}
    assert (kept.id, kept.code) == (whole.id, whole.code)
    assert kept.geometry.equals(WEST)
    assert part.geometry.equals(EAST)
    assert part.code != whole.code
    assert part.alias_codes == (whole.code,)
    assert part.unit == "林业局"
    assert part.code in kept.notes
    assert IntegrityService(app.register, app.actor).problems() == []


def test_the_parts_inherit_level_and_assessments_and_remember_their_origin(app, whole):
    graded, _assessment, _changes = app.assessment.assess(
        str(whole.id), "ls", {"L": 5, "S": 5}, on=date(2014, 5, 1)
    )
    outcome = app.reshaping.split(whole.id, split(WHOLE, KNIFE), revision=graded.revision)
    _kept, part = outcome.after
    assert part.level is graded.level is RiskLevel.RED
    (inherited,) = app.assessment.of(part.id)
    assert inherited.level is RiskLevel.RED
    assert whole.code in inherited.reasons[-1]
    assert len(app.assessment.of(whole.id)) == 1
    origin = app.reshaping.origin_of(part.id)
    assert (origin.hazard_id, origin.code, origin.revision) == (whole.id, whole.code, 2)
    assert app.reshaping.origin_of(whole.id) is None
    with app.register.unit_of_work() as work:
        assert [each.revision for each in work.hazards.history(origin.hazard_id)] == [1, 2, 3]


def test_a_piece_in_the_sea_belongs_to_the_county_of_the_whole(app):
    coast = shapely.box(119.55, 39.90, 119.75, 39.95)
    made, _changes = app.registry.create(area(geometry=coast, county="130302"))
    sea = shapely.box(119.74, 39.90, 119.75, 39.95)
    outcome = app.reshaping.split(made.id, [coast.difference(sea), sea], revision=1)
    assert [each.county for each in outcome.after] == ["130302", "130302"]


def test_a_split_of_an_outdated_record_or_into_one_piece_is_refused(app, whole):
    with pytest.raises(InvalidInputError, match="至少"):
        app.reshaping.split(whole.id, [WHOLE], revision=1)
    app.registry.update(replace(whole, name="别人改名"))
    with pytest.raises(ConflictError):
        app.reshaping.split(whole.id, [WEST, EAST], revision=1)
    assert len(live(app)) == 1


# -- merge --------------------------------------------------------------------------------------


@pytest.fixture
def neighbours(app):
    return [
        app.registry.create(area("大林区", WEST))[0],
        app.registry.create(area("小林区", EAST, level=RiskLevel.RED))[0],
    ]


def test_a_merge_absorbs_the_lower_graded_and_keeps_its_code_as_a_former_one(app, neighbours):
    large, small = neighbours
    outcome = app.reshaping.merge([(large.id, 1), (small.id, 1)])
    assert outcome.kept.id == small.id  # the red one survives although it is smaller
    assert outcome.kept.geometry.equals(WHOLE)
    assert outcome.kept.alias_codes == (large.code,)
    assert set(live(app)) == {small.code}
    (gone,) = app.registry.find(HazardFilter(deleted=True))
    assert gone.id == large.id
    assert small.code in gone.notes
    # The code on an old paper still finds the ground.
    assert app.registry.get(large.code).id == small.id
    with pytest.raises(NotFoundError, match="已被删除"):
        app.registry.get(large.id)
    assert IntegrityService(app.register, app.actor).problems() == []


def test_a_merge_of_outdated_records_changes_none(app, neighbours):
    large, small = neighbours
    app.registry.update(replace(small, name="别人改名"))
    with pytest.raises(ConflictError):
        app.reshaping.merge([(large.id, 1), (small.id, 1)])
    assert len(live(app)) == 2
    assert app.registry.get(large.id).revision == 1


def test_a_merge_of_different_kinds_is_refused(app, neighbours):
    line = app.registry.create(area("线", shapely.LineString([(119.2, 39.8), (119.3, 39.8)])))[0]
    with pytest.raises(InvalidInputError, match="点、线、面"):
        app.reshaping.merge([(neighbours[0].id, 1), (line.id, 1)])


# -- undo ---------------------------------------------------------------------------------------


def revisions_of(*hazards):
    return {hazard.id: hazard.revision for hazard in hazards}


def facts(hazard):
    """All that a record says, without who stamped it when."""
    return replace(
        hazard, revision=0, updated_at=None, updated_by="", created_at=None, created_by="",
        deleted_at=None,
    ), hazard.deleted_at is None  # fmt: skip


def test_a_split_is_taken_back_and_done_again(app, whole):
    outcome = app.reshaping.split(whole.id, split(WHOLE, KNIFE), revision=1)
    kept, part = outcome.after
    back, _changes = app.reshaping.settle(
        [whole], gone=[part.id], revisions=revisions_of(*outcome.after)
    )
    assert [facts(each) for each in live(app).values()] == [facts(whole)]
    again, _changes = app.reshaping.settle(outcome.after, revisions=revisions_of(*back))
    assert [facts(each) for each in again] == [facts(kept), facts(part)]
    assert set(live(app)) == {kept.code, part.code}


def test_a_merge_is_taken_back_and_done_again(app, neighbours):
    outcome = app.reshaping.merge([(each.id, 1) for each in neighbours])
    back, _changes = app.reshaping.settle(outcome.before, revisions=revisions_of(*outcome.after))
    assert {code: facts(each) for code, each in live(app).items()} == {
        each.code: facts(each) for each in neighbours
    }
    again, changes = app.reshaping.settle(outcome.after, revisions=revisions_of(*back))
    assert [facts(each) for each in again] == [facts(each) for each in outcome.after]
    assert set(changes.hazard_ids) == {each.id for each in neighbours}


def test_undo_overwrites_nobody_and_then_changes_nothing(app, whole):
    outcome = app.reshaping.split(whole.id, split(WHOLE, KNIFE), revision=1)
    _kept, part = outcome.after
    app.registry.update(replace(part, name="别人改名"))
    with pytest.raises(ConflictError):
        app.reshaping.settle([whole], gone=[part.id], revisions=revisions_of(*outcome.after))
    assert len(live(app)) == 2


def test_a_record_that_does_not_exist_cannot_be_settled(app):
    stranger = area(code="X")
    with pytest.raises(NotFoundError):
        app.reshaping.settle([stranger], revisions={stranger.id: 1})


def test_without_the_right_to_edit_nothing_is_reshaped(app, whole):
    reader = ReshapingService(
        app.register, Actor(name="读者", permissions=frozenset({Permission.READ}))
    )
    for attempt in (
        lambda: reader.set_geometry(whole.id, WEST, revision=1),
        lambda: reader.split(whole.id, [WEST, EAST], revision=1),
        lambda: reader.merge([(whole.id, 1), (UUID(int=1), 1)]),
        lambda: reader.settle([whole], revisions={whole.id: 1}),
    ):
        with pytest.raises(PermissionDeniedError):
            attempt()
    stranger = ReshapingService(app.register, Actor(name="无权", permissions=frozenset()))
    with pytest.raises(PermissionDeniedError):
        stranger.origin_of(whole.id)


def test_every_reshaping_leaves_its_trail(app, whole):
    outcome = app.reshaping.split(whole.id, split(WHOLE, KNIFE), revision=1)
    kept, part = outcome.after
    app.reshaping.merge([(kept.id, kept.revision), (part.id, part.revision)])
    with app.register.unit_of_work() as work:
        actions = [entry.action for entry in work.audit.recent(50)]
    for action in ("hazard.split", "hazard.split_off", "hazard.merge", "hazard.absorbed"):
        assert action in actions


STEPS = st.lists(st.sampled_from(["split", "merge", "reshape"]), min_size=1, max_size=5)


@given(STEPS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_sequence_of_edits_taken_back_returns_to_the_start(app, steps):
    for hazard in live(app).values():
        app.registry.delete(hazard.id, revision=hazard.revision)
    whole = app.registry.create(area())[0]
    start = {code: facts(each) for code, each in live(app).items()}
    revisions = revisions_of(whole)
    done = []
    for step in steps:
        outcome = make(app, step)
        if outcome is not None:
            done.append(outcome)
            revisions |= revisions_of(*outcome.after)
    for outcome in reversed(done):
        known = {each.id for each in outcome.before}
        gone = [each.id for each in outcome.after if each.id not in known]
        stored, _changes = app.reshaping.settle(outcome.before, gone=gone, revisions=revisions)
        revisions |= revisions_of(*stored)
    assert {code: facts(each) for code, each in live(app).items()} == start


def make(app, step):
    hazards = sorted(live(app).values(), key=lambda each: each.code)
    first = hazards[0]
    if step == "split":
        west, south, east, north = first.geometry.bounds
        knife = shapely.LineString([((west + east) / 2, south - 1), ((west + east) / 2, north + 1)])
        return app.reshaping.split(first.id, split(first.geometry, knife), revision=first.revision)
    if step == "merge":
        if len(hazards) < 2:
            return None
        return app.reshaping.merge([(each.id, each.revision) for each in hazards[:2]])
    smaller = first.geometry.buffer(-0.001)
    return app.reshaping.set_geometry(first.id, smaller, revision=first.revision)
